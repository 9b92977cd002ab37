"""The person a referral is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Address:
    """A US postal address; `state` two letters, `postal_code` 5 or 9 digits."""

    line: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """FHIR Patient, the part that travels. `phone` is 10 digits, `sex` male, female, other or empty."""

    family: str = ""
    given: str = ""
    birth_date: date | None = None
    sex: str = ""
    phone: str = ""
    address: Address = Address()
    mrn: str = ""

    @property
    def full_name(self) -> str:
        """`Given Family`, or what is known of it."""
        return " ".join(part for part in (self.given, self.family) if part)


@dataclass(frozen=True, slots=True)
class Coverage:
    """FHIR Coverage, the part that travels."""

    payer: str = ""
    member_id: str = ""
    authorization_number: str = ""
