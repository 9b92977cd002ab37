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

#: How tick boxes are written: empty, ticked, unknown.
BOXES = frozenset({"☐", "☒", "▣"})
_SAME_LINE = 0.55
_CELL_GAP = 1.5


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
    """Some tokens of one page in reading order."""

    page: int
    tokens: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page, its cells from left to right."""

    cells: tuple[Span, ...]


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
