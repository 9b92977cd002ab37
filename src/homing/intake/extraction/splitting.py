"""Which pages of a file belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from homing.intake.extraction.ports import Extractor
from homing.intake.reading.types import FieldValue, PageKind, PageText
from homing.kit.names import fold

_SAME_NAME, _OTHER_NAME = 80, 50
# Digits of a birth date that differ: fewer may be misread.
_OTHER_DATE = 3
_SURE = 0.6


@dataclass(frozen=True, slots=True)
class _Identity:
    name: str
    birth_date: str


def split(
    pages: Sequence[PageText], kinds: Sequence[PageKind], extractor: Extractor
) -> tuple[tuple[PageText, ...], ...]:
    """Return the pages of each document in order.

    A packet about one patient stays whole, its cover with it. A page that clearly names another patient than the pages
    before it begins a new document; the cover of such a batch belongs to none of them and is left out, as blanks are.
    """
    by_page = {one.page: one.kind for one in kinds}
    groups: list[list[PageText]] = []
    current: _Identity | None = None
    for page in pages:
        identity = _identity(extractor.extract((page,))) if by_page[page.number] != "blank" else None
        if not groups or (identity and current and _differ(identity, current)):
            groups.append([])
            current = None
        groups[-1].append(page)
        current = current or identity
    if len(groups) > 1 and by_page[groups[0][0].number] == "cover_sheet" and len(groups[0]) > 1:
        groups[0] = groups[0][1:]
    written = [tuple(page for page in group if by_page[page.number] != "blank") for group in groups]
    return tuple(group for group in written if group) or ((tuple(pages),) if pages else ())


def _identity(fields: Sequence[FieldValue]) -> _Identity | None:
    known = {one.name: str(one.value) for one in fields if one.confidence >= _SURE}
    name = fold(f"{known.get('patient.given', '')} {known.get('patient.family', '')}")
    birth_date = known.get("patient.birth_date", "")
    return _Identity(name, birth_date) if name or birth_date else None


def _differ(one: _Identity, other: _Identity) -> bool:
    """Tell whether two pages are about two people: name and birth date both, for either alone may be misread."""
    alike = fuzz.token_sort_ratio(one.name, other.name) if one.name and other.name else None
    digits = sum(a != b for a, b in zip(one.birth_date, other.birth_date, strict=False))
    if alike is None or not (one.birth_date and other.birth_date):
        return digits >= _OTHER_DATE or (alike is not None and alike < _OTHER_NAME)
    return alike < _SAME_NAME and digits > 0
