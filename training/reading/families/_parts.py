"""What forms are made of: fields in every position, rows, boxes to tick, bars, and the flow from page to page."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from training.reading import fonts
from training.reading.compose import EMPTY, TICKED, UNKNOWN, Line, Page, Run, Runs
from training.reading.families import Sheet
from training.reading.families._form_words import BARE
from training.reading.fonts import Font

BOTTOM: Final = 36.0
PLACES: Final = (
    "left", "left", "left", "aligned", "aligned", "right", "above", "above", "inside", "inside", "framed", "below",
    "behind", "leader", "wide", "follow", "follow", "cell",
)  # fmt: skip
#: Values that take a line of their own.
LONG: Final = frozenset(
    {"patient.address", "reason", "clinical_history", "medications", "diagnosis", "diagnosis.codes", "referrer.address",
     "recipient.address", "requested.service", "referrer.organization", "recipient.organization"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Option:
    """A box and its caption."""

    state: str
    caption: Runs


@dataclass(frozen=True, slots=True)
class Entry:
    """A field of a form; without a value it is left blank, with options it is a group of boxes."""

    label: Runs
    value: Runs = ()
    options: tuple[Option, ...] = ()
    long: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """How the fields of a form are drawn: the place of the label, the fonts, distances in points.

    `shift` is how far values stand below their labels' line: typewriters and people miss it.
    """

    place: str
    label: Font
    value: Font
    gap: float
    column: float
    rule: bool
    blank: str
    spacing: float
    boxes: str
    shift: float = 0.0


def look(sheet: Sheet, place: str = "") -> Look:
    """Return a new look for a form."""
    rng = sheet.rng
    place = place or rng.choice(PLACES)
    base = sheet.font.sized(min(sheet.font.size, 11.0))
    label = base
    if place in {"inside", "below"} or rng.random() < 0.25:
        label = base.sized(max(round(base.size * rng.uniform(0.55, 0.85), 1), 5.0))
    if rng.random() < 0.35:
        label = label.bolder()
    value = sheet.hand or base
    if sheet.hand is None and rng.random() < 0.3:
        value = fonts.choose(rng, sizes=(max(base.size - 1.5, 6.5), base.size + 1.5))
    if sheet.hand is None and rng.random() < 0.15:
        value = value.bolder()
    return Look(
        place=place,
        label=label,
        value=value,
        gap=rng.choice((2.0, 3.0, 4.0, 6.0, 10.0, 18.0, 30.0)),
        column=rng.uniform(0.24, 0.5),
        rule=rng.random() < 0.3,
        blank=rng.choice(("", "", "", "rule", "rule", "____", "N/A", "-", "n/a", "None", "______________")),
        spacing=rng.uniform(0.5, 8.0),
        boxes=rng.choice(("before", "before", "before", "behind", "[X]", "(X)", "_X_")),
        shift=rng.uniform(-5.0, 4.0) if rng.random() < 0.2 else 0.0,
    )


def text(runs: Runs | str) -> str:
    """Return runs as text on one line."""
    whole = runs if isinstance(runs, str) else "".join(one if isinstance(one, str) else one.text for one in runs)
    return whole.replace("\n", " ")


def fit(font: Font, runs: Runs | str, width: float) -> Font:
    """Return the font, smaller if its longest word would not fit into `width`."""
    widest = max((font.width(word) for word in text(runs).split()), default=0.0)
    return font if widest <= width else font.sized(max(round(font.size * width / widest - 0.05, 1), 4.0))


def bare(sheet: Sheet, item: str) -> Run:
    """Return a label that says less than it should, as forms do below a heading."""
    note = sheet.note
    if item not in BARE:
        return note.label(item)
    return Run(note.label_case(sheet.rng.choice(BARE[item])) + note.label_end, "label")


def entry(sheet: Sheet, item: str, *, short: bool = False, blank: float = 0.06) -> Entry:
    """Return the field of an item; left blank in a share `blank` of the calls."""
    label = bare(sheet, item) if short else sheet.note.label(item)
    if sheet.often(0.02):
        label = Run("", "label")
    value: Runs = () if sheet.often(blank) else sheet.note.value(item, sheet.case)
    return Entry((label,), value, long=item in LONG or (len(text(value)) > 45))


def write(page: Page, x: float, y: float, runs: Runs | str, font: Font, width: float) -> float:
    """Write runs into a column, with letters small enough for it; return the y below."""
    width = max(width, 20.0)
    return page.write(x, y, runs, fit(font, runs, width), width=width)


def field(page: Page, one: Entry, x: float, y: float, width: float, how: Look) -> float:
    """Draw a field into a column of `width`; return the y below it."""
    if one.options:
        return _group(page, one, x, y, width, how)
    return _DRAW[how.place](page, one, x, y, max(width - 4.0, 20.0), how)


def _value(page: Page, one: Entry, x: float, y: float, width: float, how: Look) -> float:
    """Draw the value, or what stands for none."""
    if one.value:
        low = write(page, x, max(y + how.shift, 2.0), one.value, how.value, width) - how.shift
    elif how.blank in {"", "rule"}:
        low = y + how.value.size * 1.25
    else:
        low = write(page, x, y, how.blank, how.value, width)
    if how.rule or (not one.value and how.blank == "rule"):
        page.rule(x, low - 1.0, x + width, low - 1.0)
    return low + 1.0


def _drop(how: Look) -> float:
    """Return how far a small label sinks to stand on the line of its value."""
    return max(how.value.size - how.label.size, 0.0)


def _left(page: Page, one: Entry, x: float, y: float, width: float, how: Look) -> float:
    wide = how.label.width(text(one.label)) + how.gap
    if wide > width * 0.62:
        low = write(page, x, y, one.label, how.label, width)
        return _value(page, one, x + how.gap, low, width - how.gap, how)
    write(page, x, y + _drop(how), one.label, how.label, wide + 2.0)
    return _value(page, one, x + wide, y, width - wide, how)


def _aligned(page: Page, one: Entry, x: float, y: float, width: float, how: Look) -> float:
    column = width * how.column
    low = write(page, x, y + _drop(how), one.label, how.label, column - 3.0)
    return max(low, _value(page, one, x + column, y, width - column, how))


def _right(page: Page, one: Entry, x: float, y: float, width: float, how: Look) -> float:
    column = width * how.column
    font = fit(how.label, one.label, column - 4.0)
    low = page.write(x, y + _drop(how), one.label, font, width=column - 4.0, align="right")
    return max(low, _value(page, one, x + column, y, width - column, how))


def _above(page: Page, one: Entry, x: float, y: float, width: float, how: Look) -> float:
    return _value(page, one, x, write(page, x, y, one.label, how.label, width), width, how)


def _inside(page: Page, one: Entry, x: float, y: float, width: float, how: Look) -> float:
    low = write(page, x + 2.0, y + 1.5, one.label, how.label, width - 2.0)
    return _value(page, one, x + 4.0 + how.gap / 3, low, width - 6.0 - how.gap / 3, replace(how, rule=False)) + 2.0


def _framed(page: Page, one: Entry, x: float, y: float, width: float, how: Look) -> float:
    column = width * how.column
    low = write(page, x, y + 2.0 + _drop(how), one.label, how.label, column - 3.0)
    low = max(low, _value(page, one, x + column + 3.0, y + 2.0, width - column - 6.0, replace(how, rule=False)))
    page.frame(x + column, y, x + width, low + 1.0)
    return low + 2.0


def _below(page: Page, one: Entry, x: float, y: float, width: float, how: Look) -> float:
    low = _value(page, one, x + 2.0, y, width - 2.0, replace(how, rule=False, blank=""))
    page.rule(x, low, x + width, low)
    return write(page, x, low + 1.5, one.label, how.label, width)


def _behind(page: Page, one: Entry, x: float, y: float, width: float, how: Look) -> float:
    column = width * (1.0 - how.column)
    low = _value(page, one, x, y, column - 4.0, replace(how, rule=True))
    return max(low, write(page, x + column, y + _drop(how), one.label, how.label, width - column))


def _leader(page: Page, one: Entry, x: float, y: float, width: float, how: Look) -> float:
    column = width * max(how.column, 0.35)
    low = write(page, x, y + _drop(how), one.label, how.label, column - 10.0)
    free = x + column - page.end - 6.0
    if free > how.label.width(".") * 3:
        dots = "." * int(free / how.label.width("."))
        page.write(page.end + 3.0, low - how.label.size * 1.25, dots, how.label, width=free + 20.0)
    return max(
        low, _value(page, one, x + column, low - how.value.size * 1.25, width - column, replace(how, rule=False))
    )


def _wide(page: Page, one: Entry, x: float, y: float, width: float, how: Look) -> float:
    wide = how.label.width(text(one.label)) + 8.0
    if not one.value or wide > width * 0.5:
        return _aligned(page, one, x, y, width, how)
    write(page, x, y + _drop(how), one.label, how.label, wide)
    room = width - wide
    return page.write(x + wide, y, one.value, fit(how.value, one.value, room), width=room, align="right")


def _follow(page: Page, one: Entry, x: float, y: float, width: float, how: Look) -> float:
    if how.label.family != how.value.family or how.value.hand:
        return _left(page, one, x, y, width, replace(how, gap=3.0))
    value = one.value or (how.blank if how.blank != "rule" else "________",)
    return write(page, x, y, [*one.label, " ", *value], how.value, width)


def _cell(page: Page, one: Entry, x: float, y: float, width: float, how: Look) -> float:
    column = x + width * how.column
    low = write(page, x + 2.0, y + 2.0, one.label, how.label, column - x - 4.0)
    low = max(low, _value(page, one, column + 3.0, y + 2.0, x + width - column - 5.0, replace(how, rule=False)))
    page.frame(x, y, column, low)
    page.frame(column, y, x + width, low)
    return low


_DRAW: Final[dict[str, Callable[[Page, Entry, float, float, float, Look], float]]] = {
    "left": _left,
    "aligned": _aligned,
    "right": _right,
    "above": _above,
    "inside": _inside,
    "framed": _framed,
    "below": _below,
    "behind": _behind,
    "leader": _leader,
    "wide": _wide,
    "follow": _follow,
    "cell": _cell,
}


def _group(page: Page, one: Entry, x: float, y: float, width: float, how: Look) -> float:
    if not one.label:
        return boxes(page, one.options, x, y, width, how)
    wide = how.label.width(text(one.label)) + max(how.gap, 3.0)
    if how.place in {"above", "inside", "below"} or wide > width * 0.4:
        low = write(page, x + 2.0, y + 1.0, one.label, how.label, width - 4.0)
        return boxes(page, one.options, x + 3.0, low, width - 4.0, how) + 1.0
    write(page, x, y, one.label, how.label, wide)
    return boxes(page, one.options, x + wide, y, width - wide, how)


def boxes(
    page: Page, options: Sequence[Option], x: float, y: float, width: float, how: Look, columns: int = 0
) -> float:
    """Draw boxes with captions: one after the other, or in a grid of `columns`; return the y below."""
    font, low, at = how.label, y + how.label.size * 1.35, x
    pitch = width / columns if columns else 0.0
    for index, one in enumerate(options):
        wide = font.width(text(one.caption)) + font.size * 2.2
        if columns:
            at = x + index % columns * pitch
            y, low = (low, low + font.size * 1.35) if index and index % columns == 0 else (y, low)
            small = fit(font, text(one.caption).replace(" ", "_"), pitch - font.size * 2.0)
            option(page, one, at, y, small, how.boxes)
            continue
        if at > x and at + wide > x + width:
            at, y, low = x, low, low + font.size * 1.35
        caption = font if wide <= width else fit(font, text(one.caption).replace(" ", "_"), width - font.size * 2.2)
        option(page, one, at, y, caption, how.boxes)
        at += wide + font.size * 0.6
    return low


_SIGNS: Final = {"[X]": ("[ ]", "[X]", "[.]"), "(X)": ("( )", "(X)", "( )"), "_X_": ("___", "_X_", "___")}


def option(page: Page, one: Option, x: float, y: float, font: Font, style: str) -> float:
    """Draw one box and its caption, the box before or behind it, drawn or typed; return the x behind both."""
    if style == "before":
        return page.tick(x, y, one.state, one.caption, font)
    if style == "behind":
        page.write(x, y, one.caption, font, width=page.width)
        return page.tick(page.end + font.size * 0.3, y, one.state, "", font)
    sign = _SIGNS[style][(EMPTY, TICKED, UNKNOWN).index(one.state)]
    page.write(x, y, [f"{sign} ", *one.caption], font, width=page.width)
    return page.end


def row(page: Page, entries: Sequence[tuple[Entry, float]], x: float, y: float, width: float, how: Look) -> float:
    """Draw fields beside each other, each with its share of the width; return the y below."""
    low, at, edges = y, x, [x]
    for one, share in entries:
        low = max(low, field(page, one, at, y, width * share - (0.0 if how.place == "cell" else 2.0), how))
        at += width * share
        edges.append(at)
    if how.place == "inside":
        for left, right in pairwise(edges):
            page.frame(left, y, right, low)
        return low
    return low + (0.0 if how.place == "cell" else how.spacing)


def rows(
    rng: random.Random, entries: Sequence[Entry], columns: int, *, ragged: bool = True
) -> list[list[tuple[Entry, float]]]:
    """Return the entries in rows of up to `columns`, with their shares of the width; long ones mostly stand alone."""
    made: list[list[tuple[Entry, float]]] = []
    held: list[Entry] = []

    def flush() -> None:
        if held:
            parts = [rng.uniform(0.7, 1.4) if ragged else 1.0 for _ in held]
            made.append([(one, part / sum(parts)) for one, part in zip(held, parts, strict=True)])
            held.clear()

    for one in entries:
        if columns > 1 and (one.long or len(one.options) > 3) and rng.random() < 0.85:
            flush()
            made.append([(one, 1.0)])
            continue
        held.append(one)
        if len(held) >= (rng.randint(1, columns) if ragged and rng.random() < 0.3 else columns):
            flush()
    flush()
    return made


BARS: Final = ("shade", "box", "rule", "plain", "plain", "center")


def bar(page: Page, x: float, y: float, width: float, words: str, font: Font, style: str) -> float:
    """Draw the heading of a section in one of the styles of BARS; return the y below."""
    if not words:
        return y
    font = fit(font, words.replace(" ", "_"), width - 6.0)
    if style == "shade":
        page.frame(x, y, x + width, y + font.size * 1.35, shade=True)
    if style in {"box", "shade"}:
        page.frame(x, y, x + width, y + font.size * 1.35) if style == "box" else None
        return page.write(x + 3.0, y + font.size * 0.12, words, font, width=width) + 2.0
    low = page.write(x, y, words, font, width=width, align="center" if style == "center" else "left")
    if style == "rule":
        page.rule(x, low - 1.0, x + width, low - 1.0, 1.0)
    return low + 1.0


def _spread(page: Page, factor: float) -> None:
    """Move what is above the foot of a page apart."""
    for word in page.words:
        x0, y0, x1, y1 = word.box
        if y0 < 560.0:
            word.box = (x0, y0 * factor, x1, y0 * factor + y1 - y0)
    page.lines = [_moved(line, factor) for line in page.lines]


def _moved(line: Line, factor: float) -> Line:
    x0, y0, x1, y1 = line.box
    return line if y0 > 560.0 else replace(line, box=(x0, y0 * factor, x1, y1 * factor))


class Flow:
    """Where the next part of a form goes: down the page, then on to the next one."""

    def __init__(self, sheet: Sheet, kind: str = "referral", document_kind: str = "referral") -> None:
        """Begin with an empty page."""
        self.sheet = sheet
        self.kinds = (kind, document_kind)
        self.left = sheet.rng.uniform(18.0, 54.0)
        self.width = 612.0 - self.left - sheet.rng.uniform(18.0, 54.0)
        self.top = sheet.rng.uniform(22.0, 48.0)
        self.pages: list[Page] = []
        self.turn()

    def turn(self) -> None:
        """Begin a new page."""
        self.page = self.sheet.page(*self.kinds)
        self.pages.append(self.page)
        self.y = self.top

    def put(self, draw: Callable[[Page, float, float, float], float]) -> None:
        """Draw a part, `draw(page, x, y, width) -> y below it`; on a new page if it runs off this one."""
        if self.y > self.page.height - BOTTOM - 12.0:
            self.turn()
        words, lines = len(self.page.words), len(self.page.lines)
        low = draw(self.page, self.left, self.y, self.width)
        if low > self.page.height - BOTTOM and words:
            del self.page.words[words:], self.page.lines[lines:]
            self.turn()
            low = draw(self.page, self.left, self.y, self.width)
        self.y = low

    def text(self, runs: Runs | str, font: Font | None = None, *, align: str = "left") -> None:
        """Write a paragraph."""
        font = font or self.sheet.font
        self.put(lambda page, x, y, width: page.write(x, y, runs, fit(font, runs, width), width=width, align=align))

    def rows(self, made: Sequence[Sequence[tuple[Entry, float]]], how: Look) -> None:
        """Draw rows of fields."""
        for one in made:
            self.put(lambda page, x, y, width, one=one: row(page, one, x, y, width, how))  # type: ignore[misc]

    def bar(self, words: str, font: Font, style: str) -> None:
        """Draw the heading of a section in a style of BARS; nothing if there are no words."""
        self.put(lambda page, x, y, width: bar(page, x, y, width, words, font, style))

    def skip(self, height: float) -> None:
        """Leave some space."""
        self.y += height

    def done(self) -> list[Page]:
        """Return the pages, without what would stand below the edge; a single one is often spread over the page."""
        if len(self.pages) == 1 and self.sheet.often(0.4) and self.y < 560.0:
            _spread(self.page, self.sheet.rng.uniform(1.0, min(740.0 / max(self.y, 60.0), 2.0)))
        for page in self.pages:
            page.words = [
                word for word in page.words if word.box[3] <= page.height - 2.0 and word.box[0] < page.width - 4.0
            ]
            page.lines = [line for line in page.lines if line.box[3] <= page.height]
        return self.pages
