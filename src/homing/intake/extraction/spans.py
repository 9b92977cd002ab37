"""From what each word is to runs of words: a value is a run on one line, or on several lines of one column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from homing.intake.extraction import layout, names, voting
from homing.intake.extraction.model import PageAnswer
from homing.intake.extraction.tokens import Piece
from homing.intake.reading.types import Box

#: Values that wrap; any other ends with its line.
WRAPPED: Final = frozenset(
    {"reason", "requested.service", "referrer.organization", "coverage.payer", "patient.address.line", "history"}
    | {"requested.provider", "diagnosis.text", "requested.specialty", "recipient.organization"}
)
LABELS: Final = frozenset({"label", "referrer.credential"})
#: Values made of words.
TEXT: Final = WRAPPED | {"patient.family", "patient.given", "patient.address.city", "referrer.family", "referrer.given"}
#: The share of words that make a page one written by hand: printed pages of 121 unseen layouts stay below .07.
_BY_HAND: Final = 0.1
_WORDS, _NUMBERS, _HOLE = 6.0, 1.5, 2
_NEAR = 3
#: The least probability at which a token belongs to a class although it is more likely to be nothing.
_LEAST: Final = 0.3
_LINE: Final = 2.4
_FARTHEST: Final = 0.35


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """A run of tokens of one class on one page; `likely` the probability of each token to be of that class.

    `labelled`: a label stands beside it on its line. `by_hand`: its page is one written by hand.
    """

    label: str
    answer: PageAnswer
    rows: tuple[int, ...]
    likely: tuple[float, ...]
    labelled: bool = False
    by_hand: bool = False

    @property
    def page(self) -> int:
        """The number of its page."""
        return self.answer.page

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Its tokens."""
        return tuple(self.answer.pieces[row] for row in self.rows)

    @property
    def text(self) -> str:
        """Its text: a space where the page has one."""
        pieces = self.pieces
        parts = [pieces[0].text]
        for before, piece in pairwise(pieces):
            glued = piece.word.index == before.word.index and piece.start == before.end
            parts.append(piece.text if glued else f" {piece.text}")
        return "".join(parts)

    @property
    def box(self) -> Box:
        """The hull of its words on the page as received."""
        return layout.hull(self.answer.words[piece.word.index].box for piece in self.pieces)

    @property
    def line_before(self) -> str:
        """What stands before it on its line."""
        line, pieces = self.pieces[0].line, self.answer.pieces[: self.rows[0]]
        return " ".join(piece.text for piece in pieces if piece.line == line)

    @property
    def certainty(self) -> float:
        """The engine's mean certainty of its words."""
        return float(np.mean([piece.word.confidence for piece in self.pieces]))

    @property
    def handwritten(self) -> bool:
        """Whether one of its words looks written by hand, or the page does on the whole."""
        words = self.answer.words
        return self.by_hand or any(words[piece.word.index].handwritten for piece in self.pieces)

    @property
    def mean(self) -> float:
        """The mean probability of its tokens."""
        return float(np.mean(self.likely))

    @property
    def least(self) -> float:
        """The probability of its least likely token."""
        return min(self.likely)


def spans(answer: PageAnswer, classes: Sequence[str]) -> list[Span]:
    """Return the runs of a page, in reading order."""
    if not answer.pieces:
        return []
    likely = voting.voted(answer, answer.begins + answer.goes_on, classes)
    best = likely.argmax(1)
    chosen = np.where(likely.max(1) >= np.maximum(_LEAST, 1 - likely.sum(1) - 0.2), best, -1)
    chosen = _filled(answer, chosen, classes)
    runs = _runs(answer, chosen, classes)
    labels = {row for row, label in enumerate(chosen) if label >= 0 and classes[label] in LABELS}
    told = [classes[one] if one >= 0 else "" for one in chosen]
    by_hand = sum(word.handwritten for word in answer.words) >= _BY_HAND * len(answer.words)
    found = []
    for rows in _joined(answer, runs, chosen, classes):
        label = int(chosen[rows[0]])
        whole = names.completed(answer, rows, classes[label], told)
        shares = tuple(float(likely[row, label if row in rows else chosen[row]]) for row in whole)
        beside = _labelled(answer, whole, labels)
        found.append(Span(classes[label], answer, tuple(whole), shares, beside, by_hand))
    return found


def _labelled(answer: PageAnswer, rows: list[int], labels: set[int]) -> bool:
    line, first = answer.pieces[rows[0]].line, rows[0]
    # A clinician's credentials behind the name do the same: that is the printed name, not the signature.
    near = [*range(max(first - _NEAR, 0), first), *range(rows[-1] + 1, min(rows[-1] + 3, len(answer.pieces)))]
    beside = {row for row in near if answer.pieces[row].line == line}
    return bool(beside & labels)


def _filled(
    answer: PageAnswer, chosen: np.typing.NDArray[np.int64], classes: Sequence[str]
) -> np.typing.NDArray[np.int64]:
    """Return the classes with short holes in running text closed: a word or two that the model took for nothing."""
    filled = chosen.copy()
    for before, after in pairwise(np.flatnonzero(chosen >= 0)):
        label = chosen[before]
        inside = chosen[after] == label and classes[label] in WRAPPED and 1 < after - before <= _HOLE + 1
        if inside and answer.pieces[before].line == answer.pieces[after].line:
            filled[before:after] = label
    return filled


def _runs(answer: PageAnswer, chosen: np.typing.NDArray[np.int64], classes: Sequence[str]) -> list[list[int]]:
    """Return neighbouring tokens of one class on one line."""
    runs: list[list[int]] = []
    for row, label in enumerate(chosen):
        if label < 0:
            continue
        before = runs[-1][-1] if runs else -2
        same = before == row - 1 and chosen[before] == label
        same = same and answer.pieces[before].line == answer.pieces[row].line
        # Numbers stand beside numbers; words of one class beside each other are nearly always one value.
        new = answer.begins[row, label] > answer.goes_on[row, label] * (_WORDS if classes[label] in TEXT else _NUMBERS)
        if same and not new:
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def _joined(
    answer: PageAnswer, runs: list[list[int]], chosen: np.typing.NDArray[np.int64], classes: Sequence[str]
) -> Iterator[list[int]]:
    """Yield runs with what goes on in the lines below, or behind a word in between."""
    open_runs: dict[int, list[int]] = {}
    order: list[list[int]] = []
    for run in runs:
        label = int(chosen[run[0]])
        before = open_runs.get(label)
        first = run[0]
        goes_on = answer.goes_on[first, label] * (2.0 if classes[label] in TEXT else 1.0) > answer.begins[first, label]
        if before is not None and goes_on and _follows(answer, before, run, wraps=classes[label] in WRAPPED):
            before.extend(run)
        else:
            open_runs[label] = run
            order.append(run)
    yield from order


def _follows(answer: PageAnswer, before: list[int], run: list[int], *, wraps: bool) -> bool:
    last, first = answer.pieces[before[-1]], answer.pieces[run[0]]
    high = max(last.word.y1 - last.word.y0, first.word.y1 - first.word.y0, 1e-4)
    down = (first.word.y1 + first.word.y0 - last.word.y1 - last.word.y0) / 2
    if last.line == first.line:
        return 0 <= first.x0 - last.x1 < 4 * high
    left = min(answer.pieces[row].x0 for row in before)
    # Running text goes on at the left margin, however far right it began.
    at_margin = first.line == last.line + 1 and answer.pieces[run[0] - 1].line != first.line
    return wraps and 0 < down < _LINE * high and (at_margin or abs(first.x0 - left) < _FARTHEST)
