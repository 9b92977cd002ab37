"""What a second reader is, whatever it is made of, and what it hands back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from homing.intake.reading.types import Box, PageText


@dataclass(frozen=True, slots=True)
class Grounded:
    """A value that stands on the page, normalised; `page` and `box` as in FieldValue."""

    name: str
    value: str | tuple[str, ...]
    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one question. `problem` is the code of what went wrong, "" where nothing did.

    `refused` counts values that do not stand where they were said to, `left_out` lines beyond the budget.
    """

    values: tuple[Grounded, ...] = ()
    problem: str = ""
    requests: int = 0
    refused: int = 0
    left_out: int = 0


class SecondReader(Protocol):
    """Looks for fields on the pages of one document."""

    def read(self, pages: Sequence[PageText], wanted: Sequence[str], *, seconds: float) -> Outcome:
        """Return the wanted fields that are stated, within `seconds`. Never raises for what the outside does."""
        ...
