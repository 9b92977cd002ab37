"""Words of a page set upright and grouped into lines and cells, as a person sees them."""

from __future__ import annotations

import itertools
import math
import re
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from homing.intake.reading.geometry import upright
from homing.intake.reading.types import Box, PageText, Word

#: How an engine's tick boxes are written: empty and ticked.
BOXES = frozenset({"☐", "☒"})
_SAME_LINE = 0.55
_CELL_GAP = 1.5
_NEXT_LINE = 0.7
_ILLEGIBLE = 0.5


@dataclass(frozen=True, slots=True)
class Token:
    """A word in upright, level coordinates: centre, width and height in pixels of the page as received."""

    word: Word
    x: float
    y: float
    width: float
    height: float

    @property
    def text(self) -> str:
        """What it says."""
        return self.word.text

    @property
    def left(self) -> float:
        """Its left edge."""
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Span:
    """Some tokens of one page in reading order; as text with a space between words and a newline between lines."""

    page: int
    tokens: tuple[Token, ...]

    @property
    def text(self) -> str:
        """The text of its tokens."""
        parts = [token.text for token in self.tokens[:1]]
        for before, token in itertools.pairwise(self.tokens):
            parts += ["\n" if token.y - before.y > before.height * _NEXT_LINE else " ", token.text]
        return "".join(parts)

    @property
    def box(self) -> Box:
        """The hull of its words on the page as received."""
        return hull(token.word.box for token in self.tokens)

    @property
    def confidence(self) -> float:
        """The least certain of its words decides."""
        return min((token.word.confidence for token in self.tokens), default=0.0)

    @property
    def left(self) -> float:
        """The left edge of its first token."""
        return self.tokens[0].left

    @property
    def right(self) -> float:
        """The right edge of its last token."""
        return max(token.right for token in self.tokens)

    @property
    def y(self) -> float:
        """Its middle."""
        return statistics.fmean(token.y for token in self.tokens)

    @property
    def height(self) -> float:
        """The usual height of its tokens."""
        return statistics.median(token.height for token in self.tokens)

    def cut(self, start: int, end: int) -> Span:
        """Return the tokens that the characters from `start` to `end` of `text` touch."""
        kept, position = [], 0
        for token in self.tokens:
            if position < end and position + len(token.text) > start:
                kept.append(token)
            position += len(token.text) + 1
        return Span(self.page, tuple(kept))

    def slice(self, start: int, end: int | None = None) -> Span:
        """Return the tokens from `start` to `end`."""
        return Span(self.page, self.tokens[start:end])


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page, its cells from left to right."""

    cells: tuple[Span, ...]

    @property
    def span(self) -> Span:
        """The whole line."""
        return Span(self.cells[0].page, tuple(token for cell in self.cells for token in cell.tokens))


def hull(boxes: Iterable[Box]) -> Box:
    """Return the box around boxes, of which there is at least one."""
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def lines(page: PageText) -> tuple[Line, ...]:
    """Return the lines of a page from top to bottom."""
    tokens = sorted(_tokens(page), key=lambda token: token.y)
    groups: list[list[Token]] = []
    for token in tokens:
        if groups and _on_line(groups[-1], token):
            groups[-1].append(token)
        else:
            groups.append([token])
    found = (_cells(page.number, group) for group in groups)
    return tuple(Line(cells) for cells in found if cells)


def _on_line(group: Sequence[Token], token: Token) -> bool:
    middle = statistics.fmean(one.y for one in group)
    size = min(statistics.median(one.height for one in group), token.height * 2)
    return abs(token.y - middle) < _SAME_LINE * size


def _cells(page: int, group: Sequence[Token]) -> tuple[Span, ...]:
    ordered = sorted(group, key=lambda token: token.left)
    size = statistics.median(token.height for token in ordered)
    cells: list[list[Token]] = [[ordered[0]]]
    for before, token in itertools.pairwise(ordered):
        # Dots and colons that lead from a label to its value stay with the label.
        wide = token.left - before.right > _CELL_GAP * size or before.text == "|"
        if (wide and (token.text in BOXES or re.search(r"\w", token.text))) or token.text == "|":
            cells.append([])
        cells[-1].append(token)
    # A table's rule is often read as a bar: it parts cells and says nothing.
    bare = (tuple(token for token in cell if token.text != "|") for cell in cells)
    return tuple(Span(page, cell) for cell in bare if cell)


def _parted(word: Word, rotation: int) -> tuple[Word, ...]:
    """Return a label and its value apart where the engine saw no space between them, as in DOB:04/05/1961."""
    match = _GLUED.fullmatch(word.text)
    if not match:
        return (word,)
    share = len(match[1]) / len(word.text)
    x0, y0, x1, y1 = word.box
    across, down = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
    back_across, back_down = x1 - share * (x1 - x0), y1 - share * (y1 - y0)
    label, value = {
        0: ((x0, y0, across, y1), (across, y0, x1, y1)),
        90: ((x0, back_down, x1, y1), (x0, y0, x1, back_down)),
        180: ((back_across, y0, x1, y1), (x0, y0, back_across, y1)),
        270: ((x0, y0, x1, down), (x0, down, x1, y1)),
    }[rotation]
    return replace(word, text=match[1], box=label), replace(word, text=match[2], box=value)


def _tokens(page: PageText) -> list[Token]:
    parted = tuple(itertools.chain.from_iterable(_parted(one, page.rotation) for one in page.words))
    return upright_tokens(page, parted)


def upright_tokens(page: PageText, words: Sequence[Word]) -> list[Token]:
    """Return words of a page as they stand when it is set upright and level."""
    wide, high = max(page.width, 1), max(page.height, 1)
    turn, _, _ = upright(wide, high, page.rotation, page.skew)
    angle = math.radians(abs(page.skew))
    cos, sin = math.cos(angle), math.sin(angle)
    found = []
    for word in words:
        x0, y0, x1, y1 = word.box
        x, y = turn.point((x0 + x1) / 2 * wide, (y0 + y1) / 2 * high)
        across, down = (x1 - x0) * wide, (y1 - y0) * high
        if page.rotation in {90, 270}:
            across, down = down, across
        # A box around a slanted word is larger than the word: this solves for the word.
        width, height = (across * cos - down * sin) / (cos**2 - sin**2), (down * cos - across * sin) / (cos**2 - sin**2)
        found.append(Token(word, x, y, max(width, 1.0), max(height, down / 3, 1.0)))
    return found


_GLUED = re.compile(r"([A-Za-z][A-Za-z.]+[:#])([A-Za-z0-9(].*)")
_CARRIER_LINE = re.compile(r"\d{1,2}:\d{2}")
_CARRIER_WORDS = re.compile(r"\b(?:from|to|fax|p\.?\s?\d|page|pg)\b|\d{1,3}/\d{1,3}", re.IGNORECASE)


def body(all_lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Return the lines without the strip of time, numbers and page count that fax machines print at an edge."""
    inner = all_lines[1:-1]
    legible = statistics.fmean(_certainty(line) for line in inner) if inner else 0.0
    edges = {0, len(all_lines) - 1}
    return tuple(line for index, line in enumerate(all_lines) if index not in edges or not _is_strip(line, legible))


def _is_strip(line: Line, legible: float) -> bool:
    text = line.span.text
    # On a page that was sent upside down the strip is what cannot be read.
    illegible = _certainty(line) < _ILLEGIBLE * legible
    return illegible or bool(_CARRIER_LINE.search(text) and _CARRIER_WORDS.search(text))


def _certainty(line: Line) -> float:
    return statistics.fmean(token.word.confidence for token in line.span.tokens)


def joined(spans: Sequence[Span]) -> Span:
    """Return spans of one page, of which there is at least one, as one."""
    return Span(spans[0].page, tuple(token for span in spans for token in span.tokens))


def ticked(span: Span) -> Span:
    """Return the option behind the one ticked box where a span holds boxes, else the span; no tick or two: nothing."""
    boxes = [index for index, token in enumerate(span.tokens) if token.text in BOXES]
    if not boxes:
        return span
    crossed = [index for index in boxes if span.tokens[index].text == "☒"]
    if len(crossed) != 1:
        return span.slice(0, 0)
    return span.slice(crossed[0] + 1, next((index for index in boxes if index > crossed[0]), None))
