"""A booked visit (FHIR Appointment, HL7 v2 SCH)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Appointment:
    """One visit; `start` is aware UTC."""

    start: datetime
    practitioner: str = ""
    location: str = ""
    identifier: str = ""
