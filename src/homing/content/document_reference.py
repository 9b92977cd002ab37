"""A document that travels with a referral (FHIR DocumentReference)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class DocumentReference:
    """`kind` is a document kind of the reading contract (referral, consult_note…)."""

    document_id: UUID
    kind: str
    title: str
    pages: int
