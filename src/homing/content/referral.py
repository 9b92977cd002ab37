"""What a referral says (FHIR ServiceRequest and what it points to)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from homing.content.patient import Address, Coverage, Patient
from homing.content.practitioner import Practitioner


class Priority(StrEnum):
    """FHIR request-priority."""

    ROUTINE = "routine"
    URGENT = "urgent"
    ASAP = "asap"
    STAT = "stat"


@dataclass(frozen=True, slots=True)
class ReferralContent:
    """The content of one referral; what is not stated is empty."""

    patient: Patient = field(default_factory=Patient)
    coverage: Coverage = field(default_factory=Coverage)
    referrer: Practitioner = field(default_factory=Practitioner)
    performer: str = ""
    specialty: str = ""
    destination: str = ""
    service: str = ""
    diagnosis_codes: tuple[str, ...] = ()
    reason: str = ""
    priority: Priority = Priority.ROUTINE
    authored_on: date | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data; `from_json` is the inverse."""
        data = dataclasses.asdict(self)
        data["patient"]["birth_date"] = self.patient.birth_date.isoformat() if self.patient.birth_date else None
        data["authored_on"] = self.authored_on.isoformat() if self.authored_on else None
        data["diagnosis_codes"] = list(self.diagnosis_codes)
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ReferralContent:
        """Return the content that `to_json` wrote."""
        patient = dict(data["patient"])
        patient["address"] = Address(**patient["address"])
        patient["birth_date"] = _date(patient["birth_date"])
        return cls(
            patient=Patient(**patient),
            coverage=Coverage(**data["coverage"]),
            referrer=Practitioner(**data["referrer"]),
            performer=data["performer"],
            specialty=data["specialty"],
            destination=data["destination"],
            service=data["service"],
            diagnosis_codes=tuple(data["diagnosis_codes"]),
            reason=data["reason"],
            priority=Priority(data["priority"]),
            authored_on=_date(data["authored_on"]),
        )


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
