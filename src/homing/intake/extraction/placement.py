"""Where a field stands on one layout of one sender: what a correction teaches. Captions only, never a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from homing.intake.reading.types import Box, Caption

#: Refusals one after the other that make a placement stop.
MOST_REFUSALS: Final = 3
#: Looks of a person before what a placement says may count as sure; the correction it comes from is the first.
_PROVEN: Final = 4
#: Below what is accepted without a person (`policy.SURE_TO_ACCEPT`), and the most there is.
_UNPROVEN_MOST, _MOST = 0.89, 0.97
_LIVE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Cut:
    """Which words of a run are the value: `skip` before it, `take` of them (0: to the end) on `lines` lines.

    `comma` is "before" where the value ends with the run's first comma, "after" where it begins behind it.
    """

    skip: int = 0
    take: int = 0
    comma: str = ""
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Placement:
    """The place of `field` on a page with the captions `layout`; boxes and captions in fractions of the upright page.

    `anchors` are the 3 to 6 captions nearest to `box`, which is that of the run of words that the value is `cut` from.
    `confirmed` and `refused` count looks of people, `in_a_row` the refusals since the last confirmation.
    """

    field: str
    layout: tuple[Caption, ...]
    anchors: tuple[Caption, ...]
    box: Box
    cut: Cut = Cut()
    confirmed: int = 1
    refused: int = 0
    in_a_row: int = 0
    key: str = ""

    @property
    def is_live(self) -> bool:
        """Tell whether it is still used."""
        return self.in_a_row < MOST_REFUSALS and (self.refused < MOST_REFUSALS or self._share >= _LIVE)

    @property
    def most(self) -> float:
        """The most confidence that a value may have because of it."""
        return _MOST if self.confirmed >= _PROVEN else _UNPROVEN_MOST

    @property
    def confidence(self) -> float:
        """The share of its values that were right, smoothed (Laplace), 0 to 1."""
        return min(self._share, self.most)

    @property
    def _share(self) -> float:
        return (self.confirmed + 1) / (self.confirmed + self.refused + 2)
