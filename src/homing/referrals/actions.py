"""What can be done to referrals. Each is one transaction: lock, ask the machine, append, audit, defer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from homing.accounts.policy import Permission, Role
from homing.content.referral import ReferralContent
from homing.kit import clock
from homing.kit.actor import Actor
from homing.kit.errors import Conflict, Invalid, NotPermitted
from homing.kit.ids import uuid7
from homing.kit.names import fold as fold_name
from homing.kit.reference import mint
from homing.referrals import actions_obligations as obligations
from homing.referrals import policy
from homing.referrals.actions_obligations import adopt_item_obligation, not_for_people
from homing.referrals.actions_overdue import mark_overdue
from homing.referrals.actions_record import (
    POLICY,
    Appended,
    Entry,
    append,
    apply_work,
    content_of,
    lock,
    state_of,
)
from homing.referrals.events import ContactOutcome, EventData, Evidence, RedirectTarget
from homing.referrals.models import Attachment, Event, Referral
from homing.referrals.policy import Work
from homing.referrals.states import (
    EVENT_OF,
    FACTS,
    MAY_BE_OVERTAKEN,
    PARTNER_FACTS,
    Closure,
    Command,
    Direction,
    EventKind,
    Fact,
    IllegalTransition,
    Status,
    check,
    step,
)
from homing.tenancy.jobs import defer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homing.content.document_reference import DocumentReference
    from homing.referrals.states import State

__all__ = [
    "ContactOutcome",
    "EventData",
    "Evidence",
    "RedirectTarget",
    "Work",
    "adopt_item_obligation",
    "attach",
    "detach",
    "draft_outbound",
    "fulfil",
    "learn",
    "mark_overdue",
    "open_inbound",
    "perform",
    "promise",
    "record_partner_fact",
    "release",
    "revise_draft",
    "send",
    "set_work",
]
_ANY_WORK = (
    Permission.REFERRALS_TRIAGE,
    Permission.REFERRALS_SCHEDULE,
    Permission.REFERRALS_SEND,
    Permission.INTAKE_REVIEW,
    Permission.OUTCOME_RETURN,
)

# Whoever may open, triage or sign off settles what is owed by doing so; by themselves these are for our processes.
promise = not_for_people(obligations.promise)
fulfil = not_for_people(obligations.fulfil)
release = not_for_people(obligations.release)


@transaction.atomic
def open_inbound(  # noqa: PLR0913  what an item knows, by name
    *,
    actor: Actor,
    content: ReferralContent,
    reference: str,
    item_id: UUID | None,
    partner_id: UUID | None,
    partner_name: str,
    patient_record_id: UUID | None,
    location_id: UUID | None,
    documents: Sequence[DocumentReference],
    received_at: datetime,
    sender_proven: bool,
) -> UUID:
    """Open the referral that an inbound item carries, received at `received_at`; repeating it returns the same.

    `reference` is the number minted on arrival. What is owed about the item goes over to the referral.

    Raises
    ------
    NotPermitted
    Conflict
    """
    _require_any(actor, (Permission.INTAKE_REVIEW,))
    known = _opened(reference, item_id)
    if known is not None:
        return known
    row = _new(Direction.INBOUND, content, reference, opened_at=received_at)
    row.item, row.partner, row.partner_name = item_id, partner_id, partner_name
    row.patient_record, row.location_id, row.sender_proven = patient_record_id, location_id, sender_proven
    try:
        with transaction.atomic():
            _insert(row)
    except IntegrityError:
        # Somebody opened it in the meantime: the unique reference number decided.
        known = _opened(reference, item_id)
        if known is None:
            raise
        return known
    _attach_all(row, documents, item_id)
    evidence = Evidence("item", str(item_id)) if item_id else None
    append(
        row,
        actor,
        Entry(EventKind.RECEIVED, evidence=evidence, occurred_at=min(received_at, clock.now())),
        "open_inbound",
    )
    if item_id:
        adopt_item_obligation(actor=actor, item_id=item_id, referral_id=row.id)
    return row.id


@transaction.atomic
def draft_outbound(
    *,
    actor: Actor,
    content: ReferralContent,
    partner_id: UUID | None,
    partner_name: str,
    patient_record_id: UUID | None,
    documents: Sequence[DocumentReference] = (),
) -> UUID:
    """Begin a referral to another office. Nobody is told until `send`.

    Raises
    ------
    NotPermitted
    """
    _require_any(actor, (Permission.REFERRALS_SEND,))
    row = _new(Direction.OUTBOUND, content, mint(), opened_at=clock.now())
    row.partner, row.partner_name, row.patient_record = partner_id, partner_name, patient_record_id
    row.sender_proven = True
    _insert(row)
    _attach_all(row, documents, None)
    append(row, actor, Entry(EventKind.DRAFTED), "draft_outbound")
    return row.id


@transaction.atomic
def revise_draft(
    *,
    actor: Actor,
    referral_id: UUID,
    version: int,
    content: ReferralContent,
    partner_id: UUID | None,
    partner_name: str,
) -> None:
    """Change what a draft says. What has been asked to be sent is never changed silently.

    Raises
    ------
    NotPermitted
    Conflict
    IllegalTransition
    """
    _require_any(actor, (Permission.REFERRALS_SEND,))
    row = lock(referral_id, version)
    state = state_of(row)
    if state.status is not Status.DRAFT or state.send_requested:
        raise IllegalTransition("This referral is on its way and cannot be changed. Cancel it, draft another.")
    _describe(row, content)
    row.partner, row.partner_name = partner_id, partner_name
    append(row, actor, Entry(EventKind.REVISED), "revise_draft")


@transaction.atomic
def send(*, actor: Actor, referral_id: UUID, version: int | None = None) -> UUID:
    """Ask for an outbound referral to be delivered; it is `sent` only once its delivery is confirmed.

    Raises
    ------
    NotPermitted
    Conflict
    IllegalTransition
    Invalid
    """
    row = lock(referral_id, version)
    if row.partner is None:
        raise Invalid("Choose the office that the referral goes to.")
    done = _perform(row, actor, Command.SEND, EventData(), None, None, None)
    defer(settings.HOMING_SEND_REFERRAL, referral_id=row.id)
    return done.event.id


@transaction.atomic
def perform(  # noqa: PLR0913  one door for all commands
    *,
    actor: Actor,
    referral_id: UUID,
    command: Command,
    version: int | None = None,
    note: str = "",
    data: EventData | None = None,
    occurred_at: datetime | None = None,
    evidence: Evidence | None = None,
    work: Work | None = None,
) -> UUID:
    """Carry out a command and return its event.

    `occurred_at` (aware, not after now) is for what happened before it was entered; `work` replaces the default of
    what is done next. `version` is that of the referral which the person was looking at.

    Raises
    ------
    NotPermitted
    Conflict
    IllegalTransition
    Invalid
    """
    if command is Command.SEND:
        return send(actor=actor, referral_id=referral_id, version=version)
    data = data or EventData()
    if note:
        data = replace(data, note=note)
    row = lock(referral_id, version)
    done = _perform(row, actor, command, data, occurred_at, evidence, work)
    _follow_policy(row, done)
    return done.event.id


@not_for_people
@transaction.atomic
def learn(
    *,
    actor: Actor,
    referral_id: UUID,
    kind: EventKind,
    occurred_at: datetime,
    key: str,
    data: EventData | None = None,
    evidence: Evidence | None = None,
) -> UUID | None:
    """Take in a fact that a partner, an EHR or a carrier told, in whatever order; return its event, None for a repeat.

    `key` names the fact within the referral. A time in our future is taken as now and kept as stated.

    Raises
    ------
    NotPermitted
        `actor` is a person: what people are told is for `record_partner_fact`.
    Invalid
        `kind` is not among the facts of this direction, or `occurred_at` is naive.
    """
    row = lock(referral_id)
    if kind not in FACTS[Direction(row.direction)]:
        raise Invalid(f"“{kind}” is not a fact that can be learnt about an {row.direction} referral.")
    if Event.objects.filter(referral_id=row.id, key=key).exists():
        return None
    return _learn(row, actor, Entry(kind, data or EventData(), evidence, occurred_at, key))


@transaction.atomic
def record_partner_fact(
    *,
    actor: Actor,
    referral_id: UUID,
    kind: EventKind,
    occurred_at: datetime,
    note: str = "",
    data: EventData | None = None,
    evidence: Evidence | None = None,
) -> UUID:
    """Record what the partner told one of our people, by telephone unless `evidence` says otherwise.

    Raises
    ------
    NotPermitted
    Invalid
    """
    row = lock(referral_id)
    direction = Direction(row.direction)
    _require_any(actor, policy.permissions_for(direction, Command.CANCEL))
    if kind not in PARTNER_FACTS[direction]:
        raise Invalid(f"“{kind}” is not something that the partner of an {direction} referral reports.")
    data = data or EventData()
    if kind is EventKind.OUTCOME_RECEIVED and data.document_id is None:
        raise Invalid("Attach the note that came.")
    if kind in {EventKind.SCHEDULED, EventKind.RESCHEDULED} and data.appointment is None:
        raise Invalid("Give the time of the appointment.")
    if occurred_at > clock.now():
        raise Invalid("Give the time at which it happened; it cannot lie ahead.")
    if note:
        data = replace(data, note=note)
    evidence = evidence or Evidence("phone", actor.id, note)
    return _learn(row, actor, Entry(kind, data, evidence, occurred_at, f"told:{uuid7()}"))


@transaction.atomic
def attach(*, actor: Actor, referral_id: UUID, document: DocumentReference, item_id: UUID | None = None) -> UUID:
    """Let a document belong to a referral; repeating it changes nothing. Return the attachment.

    Raises
    ------
    NotPermitted
    """
    _require_any(actor, _ANY_WORK)
    row = lock(referral_id)
    known = Attachment.objects.filter(referral_id=row.id, document=document.document_id).first()
    if known is not None:
        return known.id
    (made,) = _attach_all(row, (document,), item_id)
    evidence = Evidence("item", str(item_id)) if item_id else None
    append(row, actor, Entry(EventKind.ATTACHED, EventData(document_id=document.document_id), evidence), "attach")
    return made


@transaction.atomic
def detach(*, actor: Actor, referral_id: UUID, document_id: UUID, note: str = "") -> None:
    """Take off a document that does not belong here, with the outcome it seemed to be; repeating it changes nothing.

    Raises
    ------
    NotPermitted
    IllegalTransition
        The referral was closed because of it.
    """
    _require_any(actor, _ANY_WORK)
    row = lock(referral_id)
    known = Attachment.objects.filter(referral_id=row.id, document=document_id).first()
    if known is None:
        return
    if row.closure == Closure.OUTCOME_RETURNED and row.direction == Direction.OUTBOUND:
        raise IllegalTransition("This note was reviewed and its referral closed with it. Reopen the referral first.")
    known.delete()
    append(row, actor, Entry(EventKind.DETACHED, EventData(document_id=document_id, note=note)), "detach")


@transaction.atomic
def set_work(  # noqa: PLR0913  the parts of the work, by name
    *,
    actor: Actor,
    referral_id: UUID,
    next_action: str,
    owner_role: str,
    due_at: datetime,
    owner: UUID | None = None,
    owner_name: str = "",
    version: int | None = None,
    note: str = "",
) -> UUID:
    """Say what is done next, by whom, until when; return the event.

    Raises
    ------
    NotPermitted
    Conflict
    IllegalTransition
        The referral has ended.
    Invalid
        Nobody has this role, or it is not said what is to be done.
    """
    _require_any(actor, _ANY_WORK)
    row = lock(referral_id, version)
    if not row.is_open:
        raise IllegalTransition("This referral has ended; nothing is to be done next. Reopen it first.")
    _require_owner(next_action, owner_role, due_at)
    data = EventData(
        note=note, next_action=next_action, owner_role=owner_role, owner=owner, owner_name=owner_name, due_at=due_at
    )
    work = Work(next_action, owner_role, due_at, owner)
    return append(row, actor, Entry(EventKind.WORK_SET, data, work=work), "set_work").event.id


def _perform(
    row: Referral,
    actor: Actor,
    command: Command,
    data: EventData,
    occurred_at: datetime | None,
    evidence: Evidence | None,
    work: Work | None,
) -> Appended:
    _require_any(actor, policy.permissions_for(Direction(row.direction), command))
    state = state_of(row)
    check(state, command)
    if lack := policy.complaint(command, data, evidence, has_outcome=state.has_outcome):
        raise Invalid(lack)
    if occurred_at is not None and occurred_at > clock.now():
        raise Invalid("Give the time at which it happened; it cannot lie ahead.")
    if command is Command.REDIRECT:
        data = replace(data, linked_referral_id=_redirect(row, actor, data))
    if command is Command.ASSIGN:
        work = _reassigned(row, data)
    entry = Entry(EVENT_OF[command], data, evidence, occurred_at or _visited(state, command), work=work)
    done = append(row, actor, entry, command)
    _require_effect(done, command)
    return done


def _visited(state: State, command: Command) -> datetime | None:
    # A visit is entered after it happened; what stands between, such as a retraction, must not be undone by that.
    if command is not Command.COMPLETE or state.appointment is None or state.latest is None:
        return None
    start = state.appointment.start
    return start if state.latest < start <= clock.now() else None


def _require_effect(done: Appended, command: Command) -> None:
    if command in MAY_BE_OVERTAKEN:
        return
    event = done.event
    intended = Fact(event.kind, event.occurred_at, "", event.data.closure, event.data.appointment)
    if done.after.status is not step(done.before, intended).status:
        raise IllegalTransition("Something that happened later stands against this. Enter it with the present time.")
    if command in {Command.BOOK, Command.REBOOK} and done.after.appointment != event.data.appointment:
        raise Invalid("This is the appointment that was missed. Give the time of the new one.")


def _follow_policy(row: Referral, done: Appended) -> None:
    """Let an accepted patient who can be reached go to the schedulers at once."""
    is_accepted = done.after.status is Status.ACCEPTED and done.after.direction is Direction.INBOUND
    if is_accepted and policy.is_ready_to_schedule(content_of(row).patient.phone):
        append(row, Actor.system(POLICY), Entry(EventKind.READY_TO_SCHEDULE))


def _learn(row: Referral, actor: Actor, entry: Entry) -> UUID:
    stated = entry.occurred_at
    if stated is None or stated.tzinfo is None:
        raise Invalid("A fact needs the time at which it occurred, with its time zone.")
    now = clock.now()
    if stated > now:
        entry = replace(entry, occurred_at=now, data=replace(entry.data, stated_at=stated))
    done = append(row, actor, entry, f"learn_{entry.kind}")
    if done.after.status is Status.REDIRECTED and done.before.status is not Status.REDIRECTED:
        _follow_redirect(row, actor, entry)
    return done.event.id


def _redirect(row: Referral, actor: Actor, data: EventData) -> UUID:
    """Open the linked referral at the target: a draft to another office, or a received one at a service of ours."""
    target = data.target or RedirectTarget()
    if target.is_outside or row.direction == Direction.OUTBOUND:
        child = _child(row, Direction.OUTBOUND, target)
        entry = Entry(EventKind.DRAFTED)
    else:
        child = _child(row, Direction.INBOUND, target)
        child.partner, child.partner_name = row.partner, row.partner_name
        child.location_id, child.sender_proven = target.location_id, row.sender_proven
        entry = Entry(EventKind.RECEIVED)
    _link(row, child, actor, replace(entry, data=EventData(linked_referral_id=row.id, reason=data.reason)))
    return child.id


def _follow_redirect(row: Referral, actor: Actor, entry: Entry) -> None:
    """Open the linked referral for one that the partner passed on: it left the partner, nobody has confirmed it."""
    child = _child(row, Direction.OUTBOUND, entry.data.target or RedirectTarget())
    data = EventData(linked_referral_id=row.id, reason=entry.data.reason)
    _link(row, child, actor, replace(entry, kind=EventKind.SENT, data=data, key=""))
    append(row, actor, Entry(EventKind.LINKED, EventData(linked_referral_id=child.id)))


def _child(row: Referral, direction: Direction, target: RedirectTarget) -> Referral:
    content = content_of(row)
    specialty = target.specialty or content.specialty
    content = replace(content, specialty=specialty, destination=target.partner_name or content.destination)
    child = _new(direction, content, mint(), opened_at=row.opened_at)
    child.parent, child.item, child.patient_record = row, row.item, row.patient_record
    child.partner, child.partner_name = target.partner_id, target.partner_name
    return child


def _link(row: Referral, child: Referral, actor: Actor, entry: Entry) -> None:
    _insert(child)
    for known in Attachment.objects.filter(referral_id=row.id):
        Attachment.objects.create(
            referral=child,
            document=known.document,
            kind=known.kind,
            title=known.title,
            pages=known.pages,
            item=known.item,
        )
    append(child, actor, entry, "open_linked")


def _opened(reference: str, item_id: UUID | None) -> UUID | None:
    known = Referral.objects.filter(reference=reference).first()
    if known is None:
        return None
    if known.item is None or known.item != item_id:
        raise Conflict("This reference number is taken by another referral.")
    return known.id


def _new(direction: Direction, content: ReferralContent, number: str, *, opened_at: datetime) -> Referral:
    row = Referral(id=uuid7(), reference=number, direction=direction.value, status=Status.DRAFT.value)
    row.opened_at = opened_at
    _describe(row, content)
    return row


def _describe(row: Referral, content: ReferralContent) -> None:
    patient = content.patient
    row.content = content.to_json()
    row.priority, row.urgency, row.specialty = (
        content.priority.value,
        policy.URGENCY[content.priority],
        content.specialty,
    )
    row.patient_name = ", ".join(part for part in (patient.family, patient.given) if part)
    row.patient_key = fold_name(f"{patient.family} {patient.given}")
    row.birth_date = patient.birth_date


def _insert(row: Referral) -> None:
    # Before its first event it is an open draft; the event, in the same transaction, says what it is.
    apply_work(row, Work(policy.NextAction.COMPLETE_DRAFT, Role.INTAKE_COORDINATOR, clock.now()))
    row.version = 0
    row.save(force_insert=True)
    row.next_action = ""


def _attach_all(row: Referral, documents: Sequence[DocumentReference], item_id: UUID | None) -> list[UUID]:
    made = []
    for one in documents:
        attachment, _ = Attachment.objects.get_or_create(
            referral_id=row.id,
            document=one.document_id,
            defaults={"kind": one.kind, "title": one.title, "pages": one.pages, "item": item_id},
        )
        made.append(attachment.id)
    return made


def _reassigned(row: Referral, data: EventData) -> Work:
    due_at = data.due_at or row.due_at or clock.now()
    owner_role = data.owner_role or row.owner_role
    _require_owner(row.next_action, owner_role, due_at)
    return Work(row.next_action, owner_role, due_at, data.owner)


def _require_owner(next_action: str, owner_role: str, due_at: datetime) -> None:
    # Under a role that nobody has, a referral stands on nobody's list.
    if owner_role not in set(Role):
        raise Invalid("Choose the role that this is for.")
    if not next_action.strip() or due_at.tzinfo is None:
        raise Invalid("Say what is to be done next, and until when.")


def _require_any(actor: Actor, permissions: tuple[Permission, ...]) -> None:
    if not any(actor.may(permission) for permission in permissions):
        raise NotPermitted
