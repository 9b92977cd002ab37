"""A page under composition: words with font metrics, boxes in points from the upper left corner, and what each is.

Families of layouts draw on a `Page`; `dataset` turns it into words and boxes, `render` into pixels.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from training.reading.fonts import Font

EMPTY, TICKED, UNKNOWN = "☐", "☒", "▣"


@dataclass(frozen=True, slots=True)
class Run:
    """Some text, and the class all of its letters have (None: nothing of interest)."""

    text: str
    label: str | None = None


Runs = Sequence[Run | str]


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters `start` to `end` of a word are of `label`; marks of one run share `span`."""

    start: int
    end: int
    label: str
    span: int


@dataclass(slots=True)
class Printed:
    """One printed word; box in points."""

    text: str
    box: tuple[float, float, float, float]
    font: Font
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A ruled line, or with `fill` a shaded area; points. `weight` in points."""

    box: tuple[float, float, float, float]
    weight: float = 0.6
    fill: bool = False


@dataclass(slots=True)
class Page:
    """One page, `width` by `height` points, drawn from top to bottom by a family."""

    rng: random.Random
    font: Font
    kind: str = "referral"
    document_kind: str = "referral"
    width: float = 612.0
    height: float = 792.0
    words: list[Printed] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    end: float = 0.0
    _spans: int = 0

    def write(
        self,
        x: float,
        y: float,
        runs: Runs | str,
        font: Font | None = None,
        *,
        width: float | None = None,
        indent: float = 0.0,
        leading: float = 1.25,
        align: str = "left",
    ) -> float:
        """Write runs from x, y (upper left of the first line), wrapped to `width`; return the y below the last line.

        `end` then is the x behind the last word. `indent` moves every line but the first. Runs follow each other as
        written: a space between two of them has to be in one of them, a newline begins a new line.
        """
        font = font or self.font
        limit = x + (width if width is not None else max(self.width - x - 18.0, 40.0))
        step = font.size * leading
        rows: list[list[tuple[Printed, float]]] = [[]]
        at, space = x, font.width(" ")
        for word, breaks in self._words([runs] if isinstance(runs, str) else runs):
            wide = font.width(word[0])
            if breaks or (rows[-1] and at + wide > limit):
                rows.append([])
                at = x + indent
                y += step
            printed = Printed(word[0], (at, y, at + wide, y + font.size * 1.05), font, word[1])
            rows[-1].append((printed, wide))
            at += wide + space
        for row in rows:
            self._place(row, limit, align)
        self.end = at - space
        return y + step

    def _place(self, row: list[tuple[Printed, float]], limit: float, align: str) -> None:
        if not row:
            return
        slack = limit - row[-1][0].box[2]
        move = {"left": 0.0, "right": max(slack, 0.0), "center": max(slack, 0.0) / 2}[align]
        for printed, _ in row:
            x0, y0, x1, y1 = printed.box
            printed.box = (x0 + move, y0, x1 + move, y1)
            self.words.append(printed)

    def _words(self, runs: Iterable[Run | str]) -> Iterable[tuple[tuple[str, tuple[Mark, ...]], bool]]:
        """Yield the printed words of some runs, with whether a line break stands before each."""
        text, marks, breaks = "", [], False
        for run in (Run(one) if isinstance(one, str) else one for one in runs):
            self._spans += 1
            start = len(text)
            for letter in run.text:
                if letter in " \n\t":
                    if text:
                        marks += self._mark(run, start, len(text))
                        yield (text, tuple(marks)), breaks
                        text, marks, breaks = "", [], False
                    breaks = breaks or letter == "\n"
                    start = 0
                else:
                    text += letter
            marks += self._mark(run, start, len(text))
        if text:
            yield (text, tuple(marks)), breaks

    def _mark(self, run: Run, start: int, end: int) -> list[Mark]:
        return [Mark(start, end, run.label, self._spans)] if run.label and end > start else []

    def tick(self, x: float, y: float, state: str, caption: Runs | str, font: Font | None = None) -> float:
        """Draw a check box (EMPTY, TICKED or UNKNOWN) and its caption behind it; return the x behind the caption."""
        font = font or self.font
        side = font.size * self.rng.uniform(0.75, 1.0)
        low = y + font.size
        self.words.append(Printed(state, (x, low - side, x + side, low), font))
        self.write(x + side + font.size * self.rng.uniform(0.25, 0.6), y, caption, font, width=self.width)
        return self.end

    def rule(self, x0: float, y0: float, x1: float, y1: float, weight: float = 0.6) -> None:
        """Draw a line."""
        self.lines.append(Line((x0, y0, x1, y1), weight))

    def frame(self, x0: float, y0: float, x1: float, y1: float, *, shade: bool = False) -> None:
        """Draw a box, or a shaded bar."""
        if shade:
            self.lines.append(Line((x0, y0, x1, y1), fill=True))
            return
        for edge in ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)):
            self.lines.append(Line(edge))
