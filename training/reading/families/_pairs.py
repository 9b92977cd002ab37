"""Captions and values in the arrangements that notes, memos, slips and cover sheets have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from training.reading.compose import Page, Run
from training.reading.families import Sheet
from training.reading.families._phrases import phrases
from training.reading.families._prose import Text
from training.reading.fonts import Font

Pair = tuple[Text, Text]

#: What an office may write about a patient in a few lines.
_CORE: Final = {
    "patient.birth_date": 0.75,
    "patient.sex": 0.4,
    "patient.mrn": 0.5,
    "patient.phone": 0.4,
    "patient.address": 0.3,
    "coverage.payer": 0.35,
    "coverage.member_id": 0.35,
    "patient.age": 0.15,
    "patient.other_phone": 0.12,
    "secondary.payer": 0.08,
    "secondary.member_id": 0.06,
}
DEMOGRAPHICS: Final = phrases("items.demographics")


def pair(sheet: Sheet, item: str, *, blank: float = 0.08) -> Pair:
    """Return the caption and the value of an item; the value is left out as often as `blank` says."""
    label: Text = [sheet.note.label(item)]
    if sheet.rng.random() < blank:
        return label, [sheet.rng.choice(("", "", "____________", "______", "N/A"))]
    return label, list(sheet.note.value(item, sheet.case))


def demographics(sheet: Sheet, low: int, high: int, *, name: bool = True, blank: float = 0.08) -> list[Pair]:
    """Return the name (mostly first) and some more of the patient's data."""
    rng = sheet.rng
    most = rng.randint(low, high)
    items = [item for item, share in _CORE.items() if rng.random() < share]
    items = rng.sample(items, len(items)) if rng.random() < 0.5 else items
    rest = rng.sample(DEMOGRAPHICS, len(DEMOGRAPHICS))
    items = list(dict.fromkeys([*items[:most], *rest]))[: max(most, 1)]
    if rng.random() < 0.3:
        rng.shuffle(items)
    made = [pair(sheet, item, blank=blank) for item in items]
    if name:
        made.insert(
            0 if rng.random() < 0.85 else rng.randint(0, len(made)),
            pair(sheet, rng.choice(("patient.name", "patient.name.last_first")), blank=0.0),
        )
    return made


def said(label: str, *value: Run | str) -> Pair:
    """Return a pair with a caption of one's own."""
    return [Run(label, "label")], list(value)


def arrange(
    sheet: Sheet, page: Page, rows: Sequence[Pair], x: float, y: float, width: float, font: Font | None = None
) -> float:
    """Draw captions and values in one of the arrangements; return the y below."""
    way = sheet.rng.choice((_lines, _lines, _aligned, _aligned, _columns, _columns, _grid, _stacked, _run_in, _ruled))
    return way(sheet, page, rows, x, y, width, font or sheet.font)


def arranged(
    sheet: Sheet, page: Page, rows: Sequence[Pair], x: float, y: float, width: float, font: Font | None = None
) -> float:
    """Draw captions and values below each other, as memos and cover sheets do."""
    way = sheet.rng.choice((_lines, _aligned, _aligned, _ruled, _ruled, _columns, _grid))
    return way(sheet, page, rows, x, y, width, font or sheet.font)


def _values(sheet: Sheet, font: Font) -> Font:
    return sheet.hand or font


def _lines(sheet: Sheet, page: Page, rows: Sequence[Pair], x: float, y: float, width: float, font: Font) -> float:
    gap = sheet.rng.uniform(0, 6)
    bold = sheet.rng.random() < 0.4
    for label, value in rows:
        page.write(x, y, label, font.bolder() if bold else font, width=width)
        at = page.end + font.size * 0.4
        y = page.write(at, y, value or " ", _values(sheet, font), width=max(width - (at - x), 60)) + gap
    return y


def _aligned(sheet: Sheet, page: Page, rows: Sequence[Pair], x: float, y: float, width: float, font: Font) -> float:
    column = min(sheet.rng.uniform(60, 170), width * 0.45)
    gap = sheet.rng.uniform(0, 8)
    align = sheet.rng.choice(("left", "left", "right"))
    bold = font.bolder() if sheet.rng.random() < 0.5 else font
    for label, value in rows:
        low = page.write(x, y, label, bold, width=column - 4, align=align)
        y = max(low, page.write(x + column + 4, y, value or " ", _values(sheet, font), width=width - column - 4)) + gap
    return y


def _columns(sheet: Sheet, page: Page, rows: Sequence[Pair], x: float, y: float, width: float, font: Font) -> float:
    """Draw two columns, to be read down or across."""
    half = (len(rows) + 1) // 2
    across = sheet.rng.random() < 0.5
    left, right = (rows[::2], rows[1::2]) if across else (rows[:half], rows[half:])
    way: _Way = sheet.rng.choice((_lines, _aligned))
    middle = width / 2
    return max(
        way(sheet, page, left, x, y, middle - 10, font), way(sheet, page, right, x + middle + 6, y, middle - 6, font)
    )


def _grid(sheet: Sheet, page: Page, rows: Sequence[Pair], x: float, y: float, width: float, font: Font) -> float:
    """Draw a table with rules; the caption inside the cell, above or before the value."""
    count = sheet.rng.randint(1, 3)
    wide = width / count
    above = sheet.rng.random() < 0.5
    small = font.sized(max(font.size * 0.8, 6.0)) if above else font
    for first in range(0, len(rows), count):
        low = y
        part = rows[first : first + count]
        for index, (label, value) in enumerate(part):
            at = x + index * wide + 3
            under = page.write(at, y + 2, label, small, width=wide - 6)
            start, top, room = (
                (at, under, wide - 6) if above else (page.end + 4, y + 2, x + (index + 1) * wide - page.end - 8)
            )
            if room < 50:
                start, top, room = at, under, wide - 6
            low = max(low, under, page.write(start, top, value or " ", _values(sheet, font), width=room))
        for index in range(len(part)):
            page.frame(x + index * wide, y, x + (index + 1) * wide, low + 3)
        y = low + 3
    return y


def _stacked(sheet: Sheet, page: Page, rows: Sequence[Pair], x: float, y: float, width: float, font: Font) -> float:
    """Draw captions above their values, some pairs beside each other."""
    count = sheet.rng.randint(2, 4)
    wide = width / count
    small = font.sized(max(font.size * 0.8, 6.0))
    below = sheet.rng.random() < 0.2
    for first in range(0, len(rows), count):
        low = y
        for index, (label, value) in enumerate(rows[first : first + count]):
            at = x + index * wide
            top, bottom = (value, label) if below else (label, value)
            fonts = (_values(sheet, font), small) if below else (small, _values(sheet, font))
            under = page.write(at, y, top or " ", fonts[0], width=wide - 8)
            low = max(low, under, page.write(at, under, bottom or " ", fonts[1], width=wide - 8))
        y = low + 5
    return y


def _run_in(sheet: Sheet, page: Page, rows: Sequence[Pair], x: float, y: float, width: float, font: Font) -> float:
    """Draw all in one paragraph."""
    gap = sheet.rng.choice(("   ", " | ", "; ", "  ", ", ", " / "))
    runs: Text = []
    for label, value in rows:
        runs += ([gap] if runs else []) + [*label, " ", *value]
    return page.write(x, y, runs, font, width=width)


def _ruled(sheet: Sheet, page: Page, rows: Sequence[Pair], x: float, y: float, width: float, font: Font) -> float:
    """Draw each value on a line."""
    gap = sheet.rng.uniform(2, 10)
    for label, value in rows:
        page.write(x, y, label, font, width=width)
        at = min(page.end + 6, x + width - 80)
        y = page.write(at, y, value or " ", _values(sheet, font), width=x + width - at)
        page.rule(at, y, x + width, y, 0.5)
        y += gap
    return y


_Way = Callable[[Sheet, Page, Sequence[Pair], float, float, float, Font], float]
