"""How well documents are read, from what people signed off. Pure statistics."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

TENTHS: Final = 10
#: The days whose share of right fields is held against that of the days before.
RECENT_DAYS, BEFORE_DAYS = 30, 90
#: The fewest fields in either period that a comparison is made with, and the least loss that is worth a word.
FEWEST: Final = 30
_LEAST_LOSS: Final = 0.03
#: The chance of one false alarm among all comparisons of a report.
_FALSE_ALARM: Final = 0.01


class Verdict(StrEnum):
    """What a sign-off says of a field: spurious: the document does not state it; missed: it does, and was not read."""

    RIGHT = "right"
    WRONG = "wrong"
    SPURIOUS = "spurious"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Cell:
    """`count` verdicts of one kind about one field in one tenth of confidence, which sum to `confidence`."""

    field: str
    tenth: int
    verdict: Verdict
    count: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of verdicts, and what follows from them: shares 0 to 1, None where there is nothing to divide by."""

    right: int = 0
    wrong: int = 0
    spurious: int = 0
    missed: int = 0

    @property
    def total(self) -> int:
        """How many fields a person looked at that were read, or ought to have been."""
        return self.right + self.wrong + self.spurious + self.missed

    @property
    def precision(self) -> float | None:
        """Of what was read, how much was right."""
        return _share(self.right, self.right + self.wrong + self.spurious)

    @property
    def recall(self) -> float | None:
        """Of what was signed, how much was read right."""
        return _share(self.right, self.right + self.wrong + self.missed)

    @property
    def coverage(self) -> float | None:
        """Of what was signed, how much was read at all."""
        return _share(self.right + self.wrong, self.right + self.wrong + self.missed)


@dataclass(frozen=True, slots=True)
class Bin:
    """Values with a confidence from `low` to `high`: how many, their mean confidence, and the share of right ones."""

    low: float
    high: float
    count: int
    confidence: float | None
    right: float | None


@dataclass(frozen=True, slots=True)
class Curve:
    """Ten bins, and the mean distance between confidence and share, weighted by count (ECE)."""

    bins: tuple[Bin, ...]
    error: float | None


@dataclass(frozen=True, slots=True)
class FieldQuality:
    """One field."""

    field: str
    score: Score
    curve: Curve


@dataclass(frozen=True, slots=True)
class LayoutQuality:
    """One layout of one sender; `layout` is its short name, empty where no captions were seen."""

    sender: str
    layout: str
    score: Score


@dataclass(frozen=True, slots=True)
class KindQuality:
    """One kind of document, by what people said it was: how many, and how many were read as that."""

    kind: str
    count: int
    right: int

    @property
    def accuracy(self) -> float:
        """The share read as that."""
        return self.right / self.count


@dataclass(frozen=True, slots=True)
class Period:
    """Of `about` (a field or a sender), the counts of one period."""

    about: str
    right: int
    total: int


@dataclass(frozen=True, slots=True)
class Drift:
    """An alarm: fewer fields right in the last 30 days than in the 90 before. `what` is field or sender."""

    what: str
    about: str
    before: float
    recent: float
    before_count: int
    recent_count: int
    p: float

    @property
    def advice(self) -> str:
        """What to do."""
        if self.what == "sender":
            return "Open its latest items: a new form, or a worse line? Corrections at sign-off teach a new form."
        return "Look at what was corrected in this field; until it is back, keep automatic acceptance off."


@dataclass(frozen=True, slots=True)
class Report:
    """The quality of reading from `since` (aware) on. `automatic` counts items that nobody looked at: no proof."""

    since: datetime
    items: int
    automatic: int
    overall: Score
    curve: Curve
    fields: tuple[FieldQuality, ...]
    layouts: tuple[LayoutQuality, ...]
    kinds: tuple[KindQuality, ...]
    drift: tuple[Drift, ...]

    @property
    def kind_accuracy(self) -> float | None:
        """The share of documents read as the kind that a person said."""
        return _share(sum(one.right for one in self.kinds), sum(one.count for one in self.kinds))


def tenth(confidence: float) -> int:
    """Return the bin of a confidence, 0 to 9."""
    return min(max(int(confidence * TENTHS + 1e-9), 0), TENTHS - 1)


def score(counts: Iterable[tuple[Verdict, int]]) -> Score:
    """Return the sum of counts of verdicts."""
    sums: dict[Verdict, int] = defaultdict(int)
    for verdict, count in counts:
        sums[verdict] += count
    return Score(sums[Verdict.RIGHT], sums[Verdict.WRONG], sums[Verdict.SPURIOUS], sums[Verdict.MISSED])


def score_of(cells: Iterable[Cell]) -> Score:
    """Return the sum of cells."""
    return score((one.verdict, one.count) for one in cells)


def curve(cells: Iterable[Cell]) -> Curve:
    """Return how confidence and rightness go together, over values that were read."""
    by_tenth: dict[int, list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.verdict is not Verdict.MISSED:
            by_tenth[cell.tenth].append(cell)
    bins = tuple(_bin(number, by_tenth[number]) for number in range(TENTHS))
    away = [
        one.count * abs(one.confidence - one.right)
        for one in bins
        if one.confidence is not None and one.right is not None
    ]
    return Curve(bins, _share(math.fsum(away), sum(one.count for one in bins)))


def by_field(cells: Sequence[Cell], order: Sequence[str]) -> tuple[FieldQuality, ...]:
    """Return the quality of each field that people looked at, in `order`, unknown ones last."""
    mine: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        mine[cell.field].append(cell)
    names = [*(name for name in order if name in mine), *sorted(set(mine) - set(order))]
    return tuple(FieldQuality(name, score_of(mine[name]), curve(mine[name])) for name in names)


def drift(what: str, recent: Sequence[Period], before: Sequence[Period], *, comparisons: int) -> tuple[Drift, ...]:
    """Return the alarms by a one-sided two-proportion test; `comparisons` is how many the report makes (Bonferroni)."""
    earlier = {one.about: one for one in before}
    alarms = (_alarm(what, one, earlier[one.about], comparisons) for one in recent if one.about in earlier)
    return tuple(sorted((one for one in alarms if one), key=lambda one: one.p))


def comparable(recent: Sequence[Period], before: Sequence[Period]) -> int:
    """Return how many comparisons two periods allow."""
    enough = {one.about for one in before if one.total >= FEWEST}
    return sum(1 for one in recent if one.total >= FEWEST and one.about in enough)


def _alarm(what: str, now: Period, then: Period, comparisons: int) -> Drift | None:
    if min(now.total, then.total) < FEWEST:
        return None
    recent, before = now.right / now.total, then.right / then.total
    p = less_than(now.right, now.total, then.right, then.total)
    if before - recent < _LEAST_LOSS or p > _FALSE_ALARM / max(comparisons, 1):
        return None
    return Drift(what, now.about, before, recent, then.total, now.total, p)


def less_than(right: int, total: int, right_before: int, total_before: int) -> float:
    """Return the one-sided p value of a share having fallen: the two-proportion z test with pooled variance."""
    pooled = (right + right_before) / (total + total_before)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / total + 1 / total_before))
    if not spread:
        return 1.0
    z = (right / total - right_before / total_before) / spread
    return 0.5 * math.erfc(-z / math.sqrt(2))


def _bin(number: int, cells: Sequence[Cell]) -> Bin:
    count = sum(one.count for one in cells)
    right = sum(one.count for one in cells if one.verdict is Verdict.RIGHT)
    mean = _share(math.fsum(one.confidence for one in cells), count)
    return Bin(number / TENTHS, (number + 1) / TENTHS, count, mean, _share(right, count))


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
