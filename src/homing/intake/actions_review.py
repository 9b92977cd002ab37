"""What a person does with an item at the workbench. Nothing becomes a referral before `sign_off`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from homing.accounts.policy import Permission, require
from homing.content.document_reference import DocumentReference
from homing.directory import actions as directory_actions
from homing.directory import queries as directory
from homing.documents import queries as documents
from homing.identity import actions as identity
from homing.identity import queries as identity_queries
from homing.intake import actions_memory, policy, states
from homing.intake.actions_filing import end_as_filed, withdraw
from homing.intake.actions_ledger import (
    announce_read,
    append,
    dispose,
    give_work,
    locked,
    machine,
    move,
    owe_acknowledgment,
    react,
    recognise_sender,
    release_acknowledgment,
    save,
)
from homing.intake.actions_pipeline import Part, divide
from homing.intake.fields import PatientChoice, as_text, values_of
from homing.intake.models import FieldCorrection, InboundItem, ItemPage
from homing.intake.readings import content_read, draft_of, plain_json, reading_of
from homing.intake.states import Disposition, EventKind, State
from homing.kit import clock
from homing.kit.actor import Actor, ActorKind
from homing.kit.errors import Conflict, Invalid
from homing.kit.names import fold
from homing.referrals import actions as referrals
from homing.referrals import policy as referral_policy
from homing.tenancy.locks import hold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homing.content.referral import ReferralContent
    from homing.intake.fields import Draft
    from homing.intake.reading.types import FieldValue

#: How many items of one sender are settled at once.
_OTHERS = 50
_RIGHT_ANGLES = (0, 90, 180, 270)
_TITLES = {"referral": "Referral as received"}


class LockedByAnother(Conflict):
    """A colleague has this item open. Take the next one, or ask them to release it."""

    code = "locked_by_another"


class PagesNotCovered(Invalid):
    """Every page must be in exactly one part; only cover sheets and blank pages may be left out."""

    code = "pages_not_covered"


class UnknownKind(Invalid):
    """There is no such kind of document."""

    code = "unknown_kind"


class ReasonMissing(Invalid):
    """Say why, in a few words."""

    code = "reason_missing"


class PatientNameMissing(Invalid):
    """A referral needs at least the patient's family name and given name."""

    code = "patient_name_missing"


class SenderNotReachable(Invalid):
    """This office has no proven fax number. Enter one that a person at the office has confirmed."""

    code = "sender_not_reachable"


def lock(*, actor: Actor, item_id: UUID) -> None:
    """Keep others from reviewing the item for ten minutes; doing it again starts the ten minutes anew.

    Raises
    ------
    LockedByAnother
    """
    require(actor, Permission.INTAKE_REVIEW)
    with transaction.atomic():
        row = _reviewable(actor, item_id, version=None)
        row.locked_by, row.locked_name, row.locked_at = _user_id(actor), actor.name, clock.now()
        row.save(update_fields=["locked_by", "locked_name", "locked_at"])


def release(*, actor: Actor, item_id: UUID) -> None:
    """Let others review the item; the lock of somebody else stays."""
    require(actor, Permission.INTAKE_REVIEW)
    with transaction.atomic():
        row = locked(item_id)
        if row.locked_by == _user_id(actor):
            row.locked_by, row.locked_name, row.locked_at = None, "", None
            row.save(update_fields=["locked_by", "locked_name", "locked_at"])


def save_draft(*, actor: Actor, item_id: UUID, version: int, draft: Draft) -> int:
    """Keep what the reviewer has entered so far; return the new version."""
    require(actor, Permission.INTAKE_REVIEW)
    with transaction.atomic():
        row = _reviewable(actor, item_id, version)
        row.draft = plain_json(draft)
        save(row)
        return row.version


def correct_field(*, actor: Actor, item_id: UUID, version: int, field: str, value: str) -> int:
    """Enter one field, and keep what was read there as evidence; return the new version."""
    require(actor, Permission.INTAKE_REVIEW)
    with transaction.atomic():
        row = _reviewable(actor, item_id, version)
        row.draft = plain_json(draft_of(row).with_value(field, value))
        save(row)
        _note_correction(actor, row, reading_of(row).value(field), field, value)
        return row.version


def refuse_candidate(*, actor: Actor, item_id: UUID, version: int, record_id: UUID) -> int:
    """Say that a candidate is not the patient: it is no longer proposed here, and remembered at sign-off."""
    require(actor, Permission.INTAKE_REVIEW)
    with transaction.atomic():
        row = _reviewable(actor, item_id, version)
        draft = draft_of(row)
        row.draft = plain_json(replace(draft, refused=tuple(dict.fromkeys((*draft.refused, record_id)))))
        if row.suggested_record == record_id:
            row.suggested_record = None
        save(row)
        return row.version


def set_kind(*, actor: Actor, item_id: UUID, version: int, kind: str) -> int:
    """Say what kind of document it is; return the new version."""
    require(actor, Permission.INTAKE_REVIEW)
    if kind not in policy.KINDS:
        raise UnknownKind
    with transaction.atomic():
        row = _reviewable(actor, item_id, version)
        if kind == policy.REFERRAL != row.kind:
            owe_acknowledgment(actor, row)
        elif kind != policy.REFERRAL:
            release_acknowledgment(actor, row, because="not_a_referral")
        row.kind, row.kind_confidence = kind, 1.0
        announce_read(actor, row)
        save(row)
        append(actor, row, EventKind.KIND_SET, kind=kind)
        return row.version


def rotate_page(*, actor: Actor, item_id: UUID, number: int, rotation: int) -> None:
    """Turn a page at the workbench, clockwise degrees from how it was received; the document stays as it is."""
    require(actor, Permission.INTAKE_REVIEW)
    if rotation not in _RIGHT_ANGLES:
        raise Invalid
    with transaction.atomic():
        row = _reviewable(actor, item_id, version=None)
        ItemPage.objects.filter(item=row, number=number).update(rotation=rotation)


def prove_sender(
    *, actor: Actor, item_id: UUID, version: int, office_id: UUID, transport_is_theirs: bool = False
) -> int:
    """Let a person stand for who sent the item; from now on the sender is told. Return the new version.

    With `transport_is_theirs`, the caller id becomes a proven fax number of the office.

    Raises
    ------
    SenderNotReachable
    """
    require(actor, Permission.INTAKE_REVIEW)
    with transaction.atomic():
        row = _reviewable(actor, item_id, version)
        if transport_is_theirs and row.sender_address:
            directory_actions.add_contact_point(
                actor=actor, office_id=office_id, system="fax", value=row.sender_address, is_proven=True
            )
        if directory.fax_of(office_id) is None:
            raise SenderNotReachable
        row.sender_office_id, row.sender_proven = office_id, True
        row.sender_name = directory.office(office_id).name
        append(actor, row, EventKind.SENDER_PROVEN, office=str(office_id))
        announce_read(actor, row)
        save(row)
        _prove_others(actor, row)
        return row.version


def split(
    *, actor: Actor, item_id: UUID, version: int, groups: Sequence[Sequence[int]], left_out: Sequence[int] = ()
) -> tuple[UUID, ...]:
    """Give each group of pages its own item; the item's disposition becomes `split`. Return the new items.

    Raises
    ------
    PagesNotCovered
    """
    require(actor, Permission.INTAKE_REVIEW)
    with transaction.atomic():
        row = _reviewable(actor, item_id, version)
        _check_cover(row, groups, left_out)
        return divide(actor, row, [_part(row, group) for group in groups])


def assign(*, actor: Actor, item_id: UUID, version: int, owner: UUID | None) -> int:
    """Give an open item to one person, or back to everybody of its role; return the new version."""
    require(actor, Permission.INTAKE_REVIEW)
    with transaction.atomic():
        row = _reviewable(actor, item_id, version)
        row.owner = owner
        save(row)
        append(actor, row, EventKind.ASSIGNED, owner=str(owner or ""))
        return row.version


def park(*, actor: Actor, item_id: UUID, version: int) -> int:
    """Set an item aside until it is known who the patient is: it stays open, with an owner, due in a day."""
    require(actor, Permission.INTAKE_REVIEW)
    with transaction.atomic():
        row = _reviewable(actor, item_id, version)
        if row.state != State.IN_REVIEW:
            raise states.IllegalStep
        row.parked = True
        give_work(row)
        _unlock(row)
        save(row)
        append(actor, row, EventKind.PARKED)
        return row.version


def sign_off(
    *,
    actor: Actor,
    item_id: UUID,
    version: int,
    content: ReferralContent,
    patient: PatientChoice,
    location_id: UUID | None = None,
    specialty: str = "",
) -> UUID:
    """Open a referral from the reviewed fields and return its id: one transaction for all that belongs to it.

    Raises
    ------
    PatientNameMissing, Conflict, LockedByAnother, states.IllegalStep
    """
    require(actor, Permission.INTAKE_REVIEW)
    with transaction.atomic():
        row = _reviewable(actor, item_id, version)
        if specialty:
            content = replace(content, specialty=specialty)
        _note_corrections(actor, row, content)
        actions_memory.learn(actor, row, content)
        return _open(actor, row, content, patient, location_id)


def accept(*, actor: Actor, item_id: UUID, record_id: UUID | None) -> UUID:
    """Open a referral without a person; `policy.why_a_person` has found no reason for one."""
    require(actor, Permission.INTAKE_REVIEW)
    with transaction.atomic():
        row = locked(item_id)
        content = replace(content_read(reading_of(row)), specialty=row.suggested_specialty)
        actions_memory.note_kind(row, policy.REFERRAL, by_person=False)
        return _open(actor, row, content, PatientChoice(record_id), row.suggested_location)


def attach_to(*, actor: Actor, item_id: UUID, version: int, referral_id: UUID, kind: str = "") -> None:
    """Attach the item's document to a referral that stands."""
    require(actor, Permission.INTAKE_REVIEW)
    with transaction.atomic():
        row = _reviewable(actor, item_id, version)
        actions_memory.note_kind(row, kind or row.kind, by_person=True)
        _attach(actor, row, referral_id, kind or row.kind)


def attach_answer(*, actor: Actor, item_id: UUID, referral_id: UUID) -> None:
    """Attach an item to the referral whose number it bears; `policy_answers.doubts` has found no need of a person."""
    require(actor, Permission.INTAKE_REVIEW)
    with transaction.atomic():
        row = locked(item_id)
        if row.state == State.ROUTED:
            actions_memory.note_kind(row, row.kind, by_person=False)
            _attach(actor, row, referral_id, row.kind)


def file_as(*, actor: Actor, item_id: UUID, version: int, kind: str) -> None:
    """File an item that is not a referral; where its kind has a destination, it is handed on there."""
    require(actor, Permission.INTAKE_REVIEW)
    if kind not in policy.KINDS:
        raise UnknownKind
    with transaction.atomic():
        row = _reviewable(actor, item_id, version)
        actions_memory.note_kind(row, kind, by_person=True)
        end_as_filed(actor, row, kind)


def mark_duplicate(*, actor: Actor, item_id: UUID, version: int, of_item_id: UUID) -> None:
    """Say that the item repeats another one."""
    if of_item_id == item_id:
        raise Invalid
    _end(actor, item_id, version, Disposition.DUPLICATE, ref=locked(of_item_id).id)


def misdirected(*, actor: Actor, item_id: UUID, version: int, reason: str = "") -> None:
    """Say that the item was meant for somebody else; a proven sender is told."""
    _end(actor, item_id, version, Disposition.MISDIRECTED, note=reason.strip())


def reject(*, actor: Actor, item_id: UUID, version: int, reason: str) -> None:
    """Say that the item cannot be used; a proven sender is told why."""
    if not reason.strip():
        raise ReasonMissing
    _end(actor, item_id, version, Disposition.REJECTED, note=reason.strip())


def undo(*, actor: Actor, item_id: UUID) -> int:
    """Put an item that was attached, filed, duplicate, misdirected or rejected into review again. Return its version.

    What it attached is taken off its referral, what it would hand on is not delivered; what was delivered stays there.

    Raises
    ------
    states.IllegalStep, referrals.states.IllegalTransition
    """
    require(actor, Permission.INTAKE_REVIEW)
    with transaction.atomic():
        hold(f"attached:{item_id}")
        row = locked(item_id)
        reopened = states.reopen(machine(row))
        if row.disposition == Disposition.ATTACHED and row.disposition_ref and row.document_id:
            referrals.detach(actor=actor, referral_id=row.disposition_ref, document_id=row.document_id)
        withdraw(actor, row)
        move(row, reopened)
        row.disposition_ref, row.disposition_note = None, ""
        save(row)
        append(actor, row, EventKind.REOPENED)
        if row.kind == policy.REFERRAL:
            owe_acknowledgment(actor, row)
        return row.version


def _end(
    actor: Actor, item_id: UUID, version: int, disposition: Disposition, ref: UUID | None = None, note: str = ""
) -> None:
    require(actor, Permission.INTAKE_REVIEW)
    with transaction.atomic():
        row = _reviewable(actor, item_id, version)
        dispose(actor, row, disposition, ref=ref, note=note)
        if not row.sender_proven:
            release_acknowledgment(actor, row, because="sender_unknown")


def _attach(actor: Actor, row: InboundItem, referral_id: UUID, kind: str) -> None:
    referrals.attach(actor=actor, referral_id=referral_id, document=_document(row, kind), item_id=row.id)
    release_acknowledgment(actor, row, because="attached")
    dispose(actor, row, Disposition.ATTACHED, ref=referral_id)
    react("item_attached", row.id)


def _open(
    actor: Actor, row: InboundItem, content: ReferralContent, patient: PatientChoice, location_id: UUID | None
) -> UUID:
    if not fold(content.patient.family) or not fold(content.patient.given):
        raise PatientNameMissing
    # Asked first, so that nothing is made for an item that is no longer there to be signed off.
    states.dispose(machine(row), Disposition.REFERRAL_OPENED)
    if row.kind != policy.REFERRAL:
        owe_acknowledgment(actor, row)
    if patient.record_id:
        identity_queries.record(patient.record_id)
    record_id = patient.record_id or identity.create_record(actor=actor, patient=content.patient)
    refused = {*patient.refused, *draft_of(row).refused} - {record_id}
    identity.remember_different(actor=actor, record_id=record_id, other_ids=sorted(refused))
    referral_id = referrals.open_inbound(
        actor=actor,
        content=content,
        reference=row.reference,
        item_id=row.id,
        partner_id=row.sender_office_id,
        partner_name=row.sender_name or content.referrer.organization or content.referrer.full_name,
        patient_record_id=record_id,
        location_id=location_id,
        documents=[_document(row, policy.REFERRAL)],
        received_at=row.received_at,
        sender_proven=row.sender_proven,
    )
    row.kind = policy.REFERRAL
    row.patient_name, row.priority = content.patient.full_name, content.priority
    row.missing = list(referral_policy.missing_fields(values_of(content)))
    announce_read(actor, row)
    dispose(actor, row, Disposition.REFERRAL_OPENED, ref=referral_id)
    return referral_id


def _reviewable(actor: Actor, item_id: UUID, version: int | None) -> InboundItem:
    """Return the row, locked, open and not in the hands of somebody else."""
    row = locked(item_id, version=version)
    if not row.is_open:
        raise states.IllegalStep
    if row.locked_by not in {None, _user_id(actor)} and policy.lock_holds(row.locked_at, clock.now()):
        raise LockedByAnother
    return row


def _prove_others(actor: Actor, row: InboundItem) -> None:
    """Let the other open items from the same machine have the sender that it is now known to be."""
    if not row.sender_address:
        return
    waiting = InboundItem.objects.select_for_update(skip_locked=True).filter(
        sender_address=row.sender_address, is_open=True, sender_proven=False
    )
    for other in waiting.order_by("received_at")[:_OTHERS]:
        recognise_sender(other)
        if other.sender_proven:
            append(actor, other, EventKind.SENDER_PROVEN, office=str(other.sender_office_id))
            announce_read(actor, other)
            # Without a new version: whoever has that item open has not seen anything that is no longer so.
            other.save(update_fields=["sender_office", "sender_name", "sender_proven", "announced_read_at"])


def _user_id(actor: Actor) -> UUID | None:
    return UUID(actor.id) if actor.kind is ActorKind.PERSON else None


def _unlock(row: InboundItem) -> None:
    row.locked_by, row.locked_name, row.locked_at = None, "", None


def _document(row: InboundItem, kind: str) -> DocumentReference:
    if row.document_id is None:
        raise states.IllegalStep
    title = _TITLES.get(kind, kind.replace("_", " ").capitalize())
    return DocumentReference(row.document_id, kind, title, row.pages)


def _check_cover(row: InboundItem, groups: Sequence[Sequence[int]], left_out: Sequence[int]) -> None:
    named = sorted([page for group in groups for page in group] + list(left_out))
    kinds = dict(ItemPage.objects.filter(item=row).values_list("number", "kind"))
    if not all(groups) or named != sorted(kinds):
        raise PagesNotCovered
    if any(kinds[page] not in policy.CARRIES_NOTHING for page in left_out):
        raise PagesNotCovered


def _part(row: InboundItem, group: Sequence[int]) -> Part:
    if row.document_id is None:
        raise states.IllegalStep
    return Part(tuple(group), tuple(documents.page_image(row.document_id, page) for page in group))


def _note_corrections(actor: Actor, row: InboundItem, content: ReferralContent) -> None:
    """Keep as evidence where the signed content differs from what was read."""
    document = reading_of(row)
    read, signed = values_of(content_read(document)), values_of(content)
    if document.kind != policy.REFERRAL or not document.fields:
        # Nothing was read, so nothing was read wrongly.
        return
    for field in sorted({*read, *signed}):
        if fold(read.get(field, "")) != fold(signed.get(field, "")) and not _is_default(field, read, signed):
            _note_correction(actor, row, document.value(field), field, signed.get(field, ""))


def _is_default(field: str, read: dict[str, str], signed: dict[str, str]) -> bool:
    # The specialty is decided by routing, not read; an absent priority means routine.
    return field == "requested.specialty" or (
        field == "priority" and not read.get(field) and signed[field] == "routine"
    )


def _note_correction(actor: Actor, row: InboundItem, read: FieldValue | None, field: str, value: str) -> None:
    last = FieldCorrection.objects.filter(item=row, field=field).order_by("-corrected_at", "-id").first()
    read_value = as_text(read.value) if read else ""
    if (last.corrected_value if last else read_value) == value:
        return
    FieldCorrection.objects.create(
        item=row,
        field=field,
        read_value=read_value,
        corrected_value=value,
        confidence=read.confidence if read else 0.0,
        page=read.page if read else None,
        box=list(read.box) if read else None,
        sender_office=row.sender_office_id,
        corrected_by=_user_id(actor),
    )
