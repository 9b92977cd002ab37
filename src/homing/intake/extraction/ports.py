"""What an extractor of fields is, whatever it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from homing.intake.reading.types import FieldValue, PageText


class Extractor(Protocol):
    """Finds the fields of one document."""

    def extract(self, pages: Sequence[PageText]) -> tuple[FieldValue, ...]:
        """Return at most one value per field of the `homing read` contract; a field that is not stated is absent."""
        ...
