"""Reads of identity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from homing.content.patient import Address, Patient
from homing.identity import matching
from homing.identity.models import Decision, PatientIdentifier, PatientRecord, Verdict
from homing.kit.errors import NotFound
from homing.kit.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

_PER_BLOCK = 100


@dataclass(frozen=True, slots=True)
class RecordView:
    """One patient record."""

    id: UUID
    person_id: UUID
    patient: Patient


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that may be of this patient, with the evidence field by field. `weight` is in bits."""

    record: RecordView
    evidence: tuple[matching.FieldEvidence, ...]
    weight: float
    is_exact: bool


def record(record_id: UUID) -> RecordView:
    """Return one record.

    Raises
    ------
    NotFound
    """
    row = PatientRecord.objects.filter(id=record_id).first()
    if row is None:
        raise NotFound
    return _view(row)


def candidates(patient: Patient, *, limit: int = 5, refused: Iterable[UUID] = ()) -> tuple[Candidate, ...]:
    """Return the records nearest to `patient`, best first.

    Found by equal record number or identifier, phone, birth date (also with day and month swapped) or name.
    Left out: `refused` ("not the same person"), and records that a person found to be the same as one of those.
    """
    left_out = set(refused)
    left_out |= same_as(left_out)
    rows = (row for row in _block(patient) if row.id not in left_out)
    compared = [_candidate(patient, row) for row in rows]
    near = [one for one in compared if one.weight >= matching.NEAR]
    return tuple(sorted(near, key=lambda one: (-one.weight, one.record.id))[:limit])


def compare(patient: Patient, record_id: UUID) -> Candidate:
    """Return one record with the evidence for and against. Raises NotFound."""
    row = PatientRecord.objects.filter(id=record_id).first()
    if row is None:
        raise NotFound
    return _candidate(patient, row)


def same_as(record_ids: Iterable[UUID]) -> set[UUID]:
    """Return the other records that a person found to be of the same patient as one of `record_ids`."""
    ids = list(record_ids)
    decisions = Decision.objects.filter(Q(first_id__in=ids) | Q(second_id__in=ids)).order_by("decided_at", "id")
    latest = {(row.first_id, row.second_id): row.verdict for row in decisions}
    same = {pair for pair, verdict in latest.items() if verdict == Verdict.SAME}
    return {one for pair in same for one in pair} - set(ids)


def verdict(record_id: UUID, other_id: UUID) -> str:
    """Return what was decided last about two records: same, different or empty."""
    first, second = sorted((record_id, other_id))
    row = Decision.objects.filter(first_id=first, second_id=second).order_by("-decided_at", "-id").first()
    return row.verdict if row else ""


def _block(patient: Patient) -> list[PatientRecord]:
    found: dict[UUID, PatientRecord] = {}
    for condition in _conditions(patient):
        # One indexed query each: a disjunction would make PostgreSQL scan the table.
        for row in PatientRecord.objects.filter(condition).order_by("-created_at")[:_PER_BLOCK]:
            found[row.id] = row
    return list(found.values())


def _conditions(patient: Patient) -> list[Q]:
    conditions = []
    if patient.mrn:
        holders = PatientIdentifier.objects.filter(value=patient.mrn).values_list("record_id", flat=True)
        conditions += [Q(mrn=patient.mrn), Q(id__in=list(holders[:_PER_BLOCK]))]
    if patient.phone:
        conditions.append(Q(phone=patient.phone))
    if patient.birth_date:
        # Name and date together first, so that a full block of namesakes or birthdays cannot crowd the best one out.
        conditions.append(Q(birth_date=patient.birth_date, family_key=fold(patient.family)))
        conditions.append(Q(birth_date__in=_readings(patient.birth_date)))
    if family := fold(patient.family):
        conditions.append(Q(family_key=family, given_key__startswith=fold(patient.given)[:1]))
    return conditions


def _readings(value: date) -> list[date]:
    try:
        return [value, date(value.year, value.day, value.month)]
    except ValueError:
        return [value]


def _candidate(patient: Patient, row: PatientRecord) -> Candidate:
    view = _view(row)
    comparison = matching.compare(patient, view.patient)
    return Candidate(view, comparison.evidence, comparison.weight, comparison.is_exact)


def _view(row: PatientRecord) -> RecordView:
    return RecordView(
        id=row.id,
        person_id=row.person_id,
        patient=Patient(
            family=row.family,
            given=row.given,
            birth_date=row.birth_date,
            sex=row.sex,
            phone=row.phone,
            address=Address(row.address_line, row.city, row.state, row.postal_code),
            mrn=row.mrn,
        ),
    )
