"""Writes of the directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from homing.accounts.policy import Permission, require
from homing.audit import actions as audit
from homing.directory.models import ContactPoint, Office, OfficeKind, Practitioner, System
from homing.directory.policy import DeliveryOutcome, learn
from homing.kit import clock, npi, phones
from homing.kit.errors import Conflict, Invalid, NotFound
from homing.kit.names import fold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from homing.kit.actor import Actor


class InvalidNpi(Invalid):
    """This is not an NPI: ten digits, the last of which checks the others."""

    code = "invalid_npi"


class InvalidNumber(Invalid):
    """This is not a telephone number of the United States or Canada: ten digits are needed."""

    code = "invalid_number"


class NameMissing(Invalid):
    """A name is needed."""

    code = "name_missing"


class OfficeExists(Conflict):
    """There is an office of this name and NPI already. Use that one, or say in the name how they differ."""

    code = "office_exists"


def create_office(  # noqa: PLR0913  the fields of one office, all named by the caller
    *,
    actor: Actor,
    name: str,
    kind: OfficeKind | str = OfficeKind.BOTH,
    npi: str = "",
    address: str = "",
    fax: str = "",
    phone: str = "",
    specialties: Sequence[str] = (),
    notes: str = "",
) -> UUID:
    """Create an office. A `fax` or `phone` given here was typed in by a person (or an import) and is proven by that."""
    require(actor, Permission.DIRECTORY_EDIT)
    if not fold(name):
        raise NameMissing
    _check_npi(npi)
    with transaction.atomic():
        if Office.objects.filter(name_key=fold(name), npi=npi, address=address).exists():
            raise OfficeExists
        office = Office.objects.create(
            name=name.strip(),
            name_key=fold(name),
            npi=npi,
            address=address,
            kind=OfficeKind(kind),
            specialties=list(specialties),
            notes=notes,
        )
        for system, value in ((System.FAX, fax), (System.PHONE, phone)):
            if value:
                add_contact_point(actor=actor, office_id=office.id, system=system, value=value, is_proven=True)
        audit.record(actor=actor, action="directory.create_office", entity="office", entity_id=office.id)
    return office.id


def add_practitioner(
    *, actor: Actor, office_id: UUID, family: str, given: str = "", npi: str = "", specialty: str = ""
) -> UUID:
    """Add a person to an office."""
    require(actor, Permission.DIRECTORY_EDIT)
    if not fold(family):
        raise NameMissing
    _check_npi(npi)
    with transaction.atomic():
        row = Practitioner.objects.create(
            office=_office(office_id),
            family=family.strip(),
            given=given.strip(),
            name_key=fold(f"{family} {given}"),
            npi=npi,
            specialty=specialty,
        )
        audit.record(actor=actor, action="directory.add_practitioner", entity="practitioner", entity_id=row.id)
    return row.id


def add_contact_point(
    *, actor: Actor, office_id: UUID, system: System | str, value: str, is_proven: bool = False
) -> UUID:
    """Add a way to reach an office; a known one is returned, and proven if this call proves it."""
    require(actor, Permission.DIRECTORY_EDIT)
    system = System(system)
    with transaction.atomic():
        row = _get_or_create(_office(office_id), system, _normal(system, value))
        audit.record(actor=actor, action="directory.add_contact_point", entity="contact_point", entity_id=row.id)
        if is_proven:
            prove_contact_point(actor=actor, contact_point_id=row.id)
    return row.id


def prove_contact_point(*, actor: Actor, contact_point_id: UUID) -> None:
    """Let a person stand for an address: from now on it may be dialled."""
    require(actor, Permission.DIRECTORY_EDIT)
    with transaction.atomic():
        row = _locked(contact_point_id)
        if row.is_proven:
            return
        row.is_proven, row.proven_by, row.confidence = True, actor.name, max(row.confidence, 0.8)
        row.save(update_fields=["is_proven", "proven_by", "confidence"])
        audit.record(actor=actor, action="directory.prove_contact_point", entity="contact_point", entity_id=row.id)


def learn_delivery(*, actor: Actor, contact_point_id: UUID, outcome: DeliveryOutcome | str) -> None:
    """Let one of our own deliveries teach how far an address can be trusted."""
    require(actor, Permission.DIRECTORY_EDIT)
    outcome = DeliveryOutcome(outcome)
    with transaction.atomic():
        row = _locked(contact_point_id)
        row.confidence = learn(row.confidence, outcome)
        field = "last_confirmed_at" if outcome is DeliveryOutcome.CONFIRMED else "last_failed_at"
        setattr(row, field, clock.now())
        row.save(update_fields=["confidence", field])
        audit.record(
            actor=actor,
            action="directory.learn_delivery",
            entity="contact_point",
            entity_id=row.id,
            outcome=outcome.value,
        )


def _check_npi(text: str) -> None:
    if text and not npi.is_valid(text):
        raise InvalidNpi


def _normal(system: System, value: str) -> str:
    if system not in {System.FAX, System.PHONE}:
        return value.strip().lower()
    number = phones.to_e164(value)
    if number is None:
        raise InvalidNumber
    return number


def _get_or_create(office: Office, system: System, value: str) -> ContactPoint:
    try:
        with transaction.atomic():
            return ContactPoint.objects.create(office=office, system=system, value=value)
    except IntegrityError:
        return ContactPoint.objects.get(office=office, system=system, value=value)


def _office(office_id: UUID) -> Office:
    office = Office.objects.filter(id=office_id).first()
    if office is None:
        raise NotFound
    return office


def _locked(contact_point_id: UUID) -> ContactPoint:
    row = ContactPoint.objects.select_for_update().filter(id=contact_point_id).first()
    if row is None:
        raise NotFound
    return row
