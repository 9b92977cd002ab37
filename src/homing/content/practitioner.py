"""Who refers and who sees the patient."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Practitioner:
    """FHIR PractitionerRole with its Practitioner and Organization. Numbers are 10 digits."""

    family: str = ""
    given: str = ""
    npi: str = ""
    organization: str = ""
    phone: str = ""
    fax: str = ""

    @property
    def full_name(self) -> str:
        """`Given Family`, or what is known of it."""
        return " ".join(part for part in (self.given, self.family) if part)
