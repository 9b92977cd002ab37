"""Writes of identity. Nothing here links by itself: in this version a person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from homing.accounts.policy import Permission, require
from homing.audit import actions as audit
from homing.identity.models import Decision, PatientIdentifier, PatientRecord, Person, Verdict
from homing.kit.errors import Invalid, NotFound
from homing.kit.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from homing.content.patient import Patient
    from homing.kit.actor import Actor


class PatientNameMissing(Invalid):
    """A patient needs at least a family name."""

    code = "patient_name_missing"


def create_record(*, actor: Actor, patient: Patient) -> UUID:
    """Create a record of a patient who is nobody known, with a person of its own."""
    _require(actor)
    if not fold(patient.family):
        raise PatientNameMissing
    with transaction.atomic():
        record = PatientRecord.objects.create(
            person=Person.objects.create(),
            family=patient.family,
            given=patient.given,
            family_key=fold(patient.family),
            given_key=fold(patient.given),
            birth_date=patient.birth_date,
            sex=patient.sex,
            phone=patient.phone,
            address_line=patient.address.line,
            city=patient.address.city,
            state=patient.address.state,
            postal_code=patient.address.postal_code,
            mrn=patient.mrn,
        )
        audit.record(actor=actor, action="identity.create_record", entity="patient_record", entity_id=record.id)
    return record.id


def add_identifier(*, actor: Actor, record_id: UUID, system: str, value: str) -> None:
    """Remember a number somebody gave the patient; repeating it changes nothing."""
    _require(actor)
    with transaction.atomic():
        _check_exists([record_id])
        row, is_new = PatientIdentifier.objects.get_or_create(record_id=record_id, system=system, value=value)
        if is_new:
            audit.record(
                actor=actor, action="identity.add_identifier", entity="patient_record", entity_id=row.record_id
            )


def remember_same(*, actor: Actor, record_id: UUID, other_id: UUID) -> None:
    """Remember that a person found two records to be of the same patient."""
    _remember(actor, record_id, other_id, Verdict.SAME)


def remember_different(*, actor: Actor, record_id: UUID, other_ids: Iterable[UUID]) -> None:
    """Remember that a person found these records to be of other patients: they are not proposed again."""
    for other_id in other_ids:
        _remember(actor, record_id, other_id, Verdict.DIFFERENT)


def _remember(actor: Actor, record_id: UUID, other_id: UUID, verdict: Verdict) -> None:
    _require(actor)
    if record_id == other_id:
        raise Invalid
    first, second = sorted((record_id, other_id))
    with transaction.atomic():
        _check_exists([first, second])
        Decision.objects.create(first_id=first, second_id=second, verdict=verdict, decided_by=actor.name)
        audit.record(
            actor=actor,
            action=f"identity.{verdict.value}",
            entity="patient_record",
            entity_id=record_id,
            other=str(other_id),
        )


def _require(actor: Actor) -> None:
    # Outbound referrals make records too, and those who send them need not see the inbox.
    if not actor.may(Permission.REFERRALS_SEND):
        require(actor, Permission.INTAKE_REVIEW)


def _check_exists(ids: list[UUID]) -> None:
    if PatientRecord.objects.filter(id__in=ids).count() != len(set(ids)):
        raise NotFound
