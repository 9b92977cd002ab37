"""How two descriptions of patients compare. Pure.

The weights follow the order of usual Fellegi-Sunter weights (bits) without being trained: they sort candidates for a
person, who decides. They link nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from rapidfuzz.distance import DamerauLevenshtein

from homing.kit.names import fold

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from homing.content.patient import Patient


class Agreement(StrEnum):
    """How one field compares."""

    AGREE = "agree"
    CLOSE = "close"
    DIFFER = "differ"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class FieldEvidence:
    """One field of both sides as shown to the person who decides; `weight` in bits, 0 where missing."""

    field: str
    agreement: Agreement
    weight: float
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """All fields compared; `weight` is their sum in bits."""

    evidence: tuple[FieldEvidence, ...]
    weight: float

    def agreement(self, field: str) -> Agreement:
        """Return how `field` compares."""
        return next(one.agreement for one in self.evidence if one.field == field)

    @property
    def is_exact(self) -> bool:
        """Tell whether names, birth date and record number are all given and all equal."""
        return all(self.agreement(field) is Agreement.AGREE for field in ("family", "given", "birth_date", "mrn"))


#: Weights in bits for agree, close, differ.
WEIGHTS: Final[dict[str, tuple[float, float, float]]] = {
    "family": (8.0, 4.0, -4.0),
    "given": (6.0, 3.0, -4.0),
    "birth_date": (11.0, 4.0, -6.0),
    "sex": (1.0, 0.0, -3.0),
    "phone": (7.0, 3.0, -1.0),
    "address": (5.0, 2.0, -0.5),
    # Each practice numbers its own patients, so other numbers say little.
    "mrn": (13.0, 0.0, -0.5),
}
#: Below this many bits two descriptions are not worth a person's look.
NEAR: Final = 3.0


def compare(ours: Patient, theirs: Patient) -> Comparison:
    """Compare what arrived (`ours`) with what a record says (`theirs`)."""
    pairs: tuple[tuple[str, str, str, Callable[[str, str], Agreement]], ...] = (
        ("family", ours.family, theirs.family, _names),
        ("given", ours.given, theirs.given, _given_names),
        ("birth_date", _iso(ours.birth_date), _iso(theirs.birth_date), _dates),
        ("sex", ours.sex, theirs.sex, _same),
        ("phone", ours.phone, theirs.phone, _numbers),
        ("address", _address(ours), _address(theirs), _names),
        ("mrn", ours.mrn, theirs.mrn, _same),
    )
    evidence = tuple(_evidence(*pair) for pair in pairs)
    return Comparison(evidence, round(sum(one.weight for one in evidence), 2))


def _evidence(field: str, ours: str, theirs: str, compare_values: Callable[[str, str], Agreement]) -> FieldEvidence:
    if not ours.strip() or not theirs.strip():
        return FieldEvidence(field, Agreement.MISSING, 0.0, ours, theirs)
    agreement = compare_values(ours, theirs)
    agree, close, differ = WEIGHTS[field]
    weight = {Agreement.AGREE: agree, Agreement.CLOSE: close}.get(agreement, differ)
    return FieldEvidence(field, agreement, weight, ours, theirs)


def _same(ours: str, theirs: str) -> Agreement:
    return Agreement.AGREE if fold(ours) == fold(theirs) else Agreement.DIFFER


def _names(ours: str, theirs: str) -> Agreement:
    a, b = fold(ours), fold(theirs)
    if a.replace(" ", "") == b.replace(" ", ""):
        return Agreement.AGREE
    # Double names lose a part when they are copied; one slip in four letters is what a bad fax does.
    if set(a.split()) & set(b.split()) or DamerauLevenshtein.distance(a, b) <= max(len(a), len(b)) // 4:
        return Agreement.CLOSE
    return Agreement.DIFFER


def _given_names(ours: str, theirs: str) -> Agreement:
    agreement = _names(ours, theirs)
    a, b = fold(ours), fold(theirs)
    if agreement is Agreement.DIFFER and (a.startswith(b) or b.startswith(a)):
        return Agreement.CLOSE
    return agreement


def _dates(ours: str, theirs: str) -> Agreement:
    if ours == theirs:
        return Agreement.AGREE
    a, b = ours.split("-"), theirs.split("-")
    swapped = a[0] == b[0] and a[1:] == b[:0:-1]
    return Agreement.CLOSE if swapped or DamerauLevenshtein.distance(ours, theirs) == 1 else Agreement.DIFFER


def _numbers(ours: str, theirs: str) -> Agreement:
    if ours == theirs:
        return Agreement.AGREE
    return Agreement.CLOSE if DamerauLevenshtein.distance(ours, theirs) == 1 else Agreement.DIFFER


def _iso(value: date | None) -> str:
    return value.isoformat() if value else ""


def _address(patient: Patient) -> str:
    address = patient.address
    return f"{address.line} {address.postal_code[:5]}".strip() if address.line else ""
