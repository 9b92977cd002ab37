"""What one party tells the other about a referral (FHIR Task.businessStatus, HL7 v2 OSU)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StatusReport:
    """One step: `kind` is an event kind of the lifecycle, `occurred_at` aware UTC."""

    reference: str
    kind: str
    occurred_at: datetime
    text: str = ""
