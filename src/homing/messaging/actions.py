"""Verbs that write messages and deliveries. No outside call is made in here: see `courier`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from homing.accounts.policy import Permission, require
from homing.audit import actions as audit
from homing.directory import actions as directory
from homing.documents import actions as documents
from homing.kit import clock, phones
from homing.kit.actor import Actor
from homing.kit.errors import Conflict, HomingError, Invalid, NotFound
from homing.kit.ids import uuid7
from homing.messaging import policy, states
from homing.messaging.models import Delivery, Hint, Message, Step
from homing.messaging.policy import HumanTask, MessageKind, Resolution
from homing.messaging.ports import CarrierEvent
from homing.messaging.states import DeliveryState, FailureCause, MessageState, Standing, StepKind
from homing.tenancy.jobs import defer
from homing.tenancy.queries import current_organization
from homing.tenancy.scope import current_organization_id, scoped

if TYPE_CHECKING:
    from django.db.models import QuerySet

DELIVER: Final = "homing.messaging.jobs.deliver"
POLL: Final = "homing.messaging.jobs.poll"
_HEX: Final = 32


class StillOnItsWay(Conflict):
    """The carrier still has, or may have, the last attempt. Wait for its answer before you send this again."""

    code = "still_on_its_way"


class MessageSettled(HomingError):
    """This message is delivered or settled already. Reload the page."""

    code = "message_settled"
    status = 409


@dataclass(frozen=True, slots=True)
class Subject:
    """What a message is about. `about` is an event kind; `printed_reference` the canonical reference number on it.

    `told` is what it states that a later message may have to correct.
    """

    referral_id: UUID | None = None
    item_id: UUID | None = None
    event_id: UUID | None = None
    about: str = ""
    printed_reference: str = ""
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Destination:
    """One office and its proven fax number, E.164; without one, a person has to find it before anything is sent."""

    address: str
    office_id: UUID | None = None
    contact_point_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """Everything a carrier is told about one claimed attempt. Committed before it is used."""

    delivery_id: UUID
    carrier: str
    to_e164: str
    from_e164: str
    document_id: UUID
    pages: int
    correlation_key: str
    kind: str
    printed_reference: str


def send(
    *,
    actor: Actor,
    kind: MessageKind,
    to: Destination,
    document: bytes,
    pages: int,
    key: str,
    subject: Subject = Subject(),
) -> UUID:
    """Plan the delivery of a PDF of `pages` pages; the same `key` again gives the same message and sends nothing.

    Raises
    ------
    Invalid
        `address` is not a North American number in E.164, or there are no pages.
    """
    require(actor, Permission.REFERRALS_SEND)
    if (to.address and phones.to_e164(to.address) != to.address) or pages < 1:
        raise Invalid("A fax needs a telephone number that can be dialled and at least one page.")
    known = _id_of(key)
    if known is not None:
        return known
    try:
        with transaction.atomic():
            return _create(actor, kind, to, document, pages, key, subject)
    except IntegrityError:
        # Another worker sent the same key in the meantime: the unique key decided.
        known = _id_of(key)
        if known is None:
            raise
        return known


def claim(*, actor: Actor, delivery_id: UUID) -> Submission | None:
    """Take one due attempt for submission: compare-and-set from planned to submitting, with a lease.

    Returns None if it is not due, another worker has it, or the message is settled.
    """
    now = clock.now()
    with transaction.atomic():
        message, delivery = _locked(delivery_id)
        if not (message.is_open and states.can_claim(standing_of(delivery)) and _is_due(delivery, now)):
            return None
        delivery.claimed_at = now
        _enter(delivery, states.claim(standing_of(delivery)), now)
        _append(actor, message, StepKind.SUBMITTING, delivery)
        message.state = MessageState.DELIVERING
        message.save(update_fields=["state"])
        _audit(actor, message, delivery)
        return _submission(message, delivery)


def learn(*, actor: Actor, delivery_id: UUID, fact: states.Fact) -> DeliveryState:
    """Fold a fact into an attempt and its message, and return the attempt's state. Repeats change nothing."""
    now = clock.now()
    with transaction.atomic():
        message, delivery = _locked(delivery_id)
        before = standing_of(delivery)
        after = states.after(before, fact)
        if after == before:
            _nothing_new(actor, message, delivery, fact)
            return before.state
        _enter(delivery, after, now)
        _append(actor, message, states.step_of(before, after), delivery)
        _audit(actor, message, delivery)
        _settle(actor, message, delivery, now)
        return after.state


def postpone(*, delivery_id: UUID) -> None:
    """Ask about this attempt later: the carrier cannot be reached just now."""
    alive = Delivery.objects.filter(id=delivery_id, state__in=[DeliveryState.SUBMITTED, DeliveryState.UNKNOWN])
    alive.update(next_check_at=clock.now() + policy.CARRIER_DOWN)


def resolve_undeliverable(
    *, actor: Actor, message_id: UUID, resolution: Resolution, note: str = "", address: str = ""
) -> None:
    """Let a person settle a message, or start it anew; `address` (E.164) is for `other_number` alone.

    Raises
    ------
    NotFound, MessageSettled, StillOnItsWay
    Invalid
        The number cannot be dialled, or it is not said how the office was told.
    """
    require(actor, Permission.MESSAGES_RESOLVE)
    with transaction.atomic():
        message = _locked_message(message_id)
        if not message.is_open:
            raise MessageSettled
        if resolution in {Resolution.TRY_AGAIN, Resolution.OTHER_NUMBER}:
            _start_anew(actor, message, address if resolution is Resolution.OTHER_NUMBER else message.address)
        else:
            _close_by_person(actor, message, resolution, note)
        _append(actor, message, StepKind.RESOLVED, note=f"{resolution}: {note}" if note else resolution.value)
        audit.record(
            actor=actor, action="message.resolve", entity="message", entity_id=message.id, resolution=resolution.value
        )


def escalate_overdue(*, actor: Actor) -> int:
    """Give an owner to every message that is not delivered in time; return how many there were."""
    now = clock.now()
    with transaction.atomic():
        late = Message.objects.filter(is_open=True, needs_person=False, due_at__lte=now)
        rows = list(late.select_for_update(skip_locked=True).order_by("due_at")[:200])
        for message in rows:
            _give_to_person(message, None, now)
            message.save()
            _append(actor, message, StepKind.NEEDS_PERSON)
            audit.record(actor=actor, action="message.needs_person", entity="message", entity_id=message.id)
    return len(rows)


def note_hints(events: Sequence[CarrierEvent], *, carrier_name: str) -> None:
    """Log what verified webhooks say about our faxes and wake the poller. Needs no scope; repeats are counted."""
    for event in events:
        with transaction.atomic():
            _count_hint(carrier_name, event.reference)
            if event.correlation_key:
                _wake(event.correlation_key, event.reference)


def standing_of(delivery: Delivery) -> Standing:
    """Return what the pure machine knows of one attempt."""
    return Standing(
        state=DeliveryState(delivery.state),
        pages=delivery.pages,
        reference=delivery.provider_reference,
        pages_sent=delivery.pages_sent,
        remote_id=delivery.remote_id,
        cause=FailureCause(delivery.cause) if delivery.cause else None,
        retryable=delivery.retryable,
        provider_code=delivery.provider_code,
    )


def correlation_key(organization_id: UUID, delivery_id: UUID) -> str:
    """Return the key under which the carrier can be asked for this attempt: two UUIDs in hex, nothing about anybody."""
    return organization_id.hex + delivery_id.hex


def _count_hint(carrier_name: str, reference: str) -> None:
    now = clock.now()
    hint, is_new = Hint.objects.get_or_create(
        carrier=carrier_name, provider_reference=reference, defaults={"first_seen_at": now, "last_seen_at": now}
    )
    if not is_new:
        Hint.objects.filter(pk=hint.pk).update(times_seen=F("times_seen") + 1, last_seen_at=now)


def _wake(key: str, reference: str) -> None:
    try:
        organization_id, delivery_id = UUID(key[:_HEX]), UUID(key[_HEX:])
    except ValueError:
        # Not one of our keys: the tick finds the attempt by its reference.
        return
    with scoped(organization_id):
        waiting = Delivery.objects.filter(id=delivery_id, state=DeliveryState.SUBMITTED, provider_reference=reference)
        if waiting.exists():
            defer(POLL, queueing_lock=f"{POLL}:{delivery_id}", delivery_id=delivery_id)


def _create(
    actor: Actor, kind: MessageKind, to: Destination, document: bytes, pages: int, key: str, subject: Subject
) -> UUID:
    now = clock.now()
    stored = documents.store(actor=actor, data=document, media_type="application/pdf", file_name=f"{kind}.pdf")
    message = Message.objects.create(
        key=key,
        kind=kind.value,
        referral_id=subject.referral_id,
        item_id=subject.item_id,
        event_id=subject.event_id,
        about=subject.about,
        printed_reference=subject.printed_reference,
        office_id=to.office_id,
        contact_point_id=to.contact_point_id,
        address=to.address,
        document_id=stored.id,
        pages=pages,
        next_action=policy.DELIVERING,
        owner_role=policy.SYSTEM_OWNER,
        due_at=now + policy.PATIENCE,
        created_at=now,
        told=list(subject.told),
    )
    if to.address:
        _plan(actor, message, now, ())
    else:
        _need_number(actor, message, now)
    audit.record(actor=actor, action="message.send", entity="message", entity_id=message.id, kind=kind.value)
    return message.id


def _plan(actor: Actor, message: Message, at: datetime, failures: Sequence[FailureCause]) -> None:
    delivery_id, last = uuid7(), _last_attempt(message)
    delivery = Delivery.objects.create(
        id=delivery_id,
        message=message,
        attempt=last + 1,
        carrier=policy.choose_carrier(tuple(settings.HOMING_CARRIERS), failures),
        address=message.address,
        correlation_key=correlation_key(current_organization_id(), delivery_id),
        pages=message.pages,
        planned_at=clock.now(),
        next_check_at=at,
    )
    _append(actor, message, StepKind.PLANNED, delivery)
    if at <= clock.now():
        defer(DELIVER, queueing_lock=f"{DELIVER}:{delivery.id}", delivery_id=delivery.id)


def _settle(actor: Actor, message: Message, changed: Delivery, now: datetime) -> None:
    if DeliveryState(changed.state) not in {DeliveryState.PLANNED, DeliveryState.FAILED}:
        # The carrier has it, or its recipient has: what was planned instead must not go out.
        _withdraw_planned(actor, message, now)
    before = MessageState(message.state)
    if message.is_open and changed.state == DeliveryState.FAILED:
        _try_again(actor, message, changed, now)
    _teach_directory(actor, message, changed)
    message.state = states.message_state(before, _states_of(message))
    if message.state == MessageState.DELIVERED and before is not MessageState.DELIVERED:
        _close(message)
        message.delivered_at = now
        _react(message)
    elif message.state == MessageState.UNDELIVERABLE and before is not MessageState.UNDELIVERABLE:
        _give_to_person(message, FailureCause(changed.cause), now)
        _append(actor, message, StepKind.UNDELIVERABLE, changed)
        _react(message)
    message.save()


def _teach_directory(actor: Actor, message: Message, changed: Delivery) -> None:
    lesson = policy.lesson(DeliveryState(changed.state), FailureCause(changed.cause) if changed.cause else None)
    if message.contact_point_id and lesson:
        directory.learn_delivery(actor=actor, contact_point_id=message.contact_point_id, outcome=lesson)


def _try_again(actor: Actor, message: Message, failed: Delivery, now: datetime) -> None:
    if states.ALIVE & set(_states_of(message)):
        return
    failures = _failures(message)
    wait = policy.retry_after(failures, retryable=failed.retryable)
    if wait is not None:
        _plan(actor, message, now + wait, failures)


def _start_anew(actor: Actor, message: Message, address: str) -> None:
    if states.IN_FLIGHT & set(_states_of(message)):
        raise StillOnItsWay
    if phones.to_e164(address) != address:
        raise Invalid("This is not a telephone number that can be dialled.")
    now = clock.now()
    _withdraw_planned(actor, message, now)
    if address != message.address:
        message.address, message.contact_point_id = address, None
    message.counts_from = _last_attempt(message) + 1
    message.state = MessageState.DELIVERING
    message.needs_person, message.owner = False, None
    message.next_action, message.owner_role = policy.DELIVERING, policy.SYSTEM_OWNER
    message.due_at = now + policy.PATIENCE
    message.save()
    _plan(actor, message, now, ())


def _close_by_person(actor: Actor, message: Message, resolution: Resolution, note: str) -> None:
    if resolution is Resolution.TOLD_OTHERWISE and not note.strip():
        raise Invalid("Say how and whom you told: it is the evidence.")
    _withdraw_planned(actor, message, clock.now())
    message.state, message.resolution = MessageState.CANCELLED, resolution.value
    message.resolution_note = note.strip()
    _close(message)
    message.save()
    _react(message)


def _close(message: Message) -> None:
    message.is_open = message.needs_person = False
    message.next_action = message.owner_role = ""
    message.owner = message.due_at = None


def _need_number(actor: Actor, message: Message, now: datetime) -> None:
    _hand_over(message, policy.find_number(MessageKind(message.kind)), now)
    message.state = MessageState.UNDELIVERABLE
    message.save()
    _append(actor, message, StepKind.UNDELIVERABLE)
    _react(message)


def _give_to_person(message: Message, cause: FailureCause | None, now: datetime) -> None:
    _hand_over(message, policy.human_task(MessageKind(message.kind), cause), now)


def _hand_over(message: Message, task: HumanTask, now: datetime) -> None:
    message.needs_person = True
    message.next_action, message.owner_role = task.next_action, task.owner_role.value
    message.due_at = now + task.due_in


def _withdraw_planned(actor: Actor, message: Message, now: datetime) -> None:
    for delivery in Delivery.objects.filter(message=message, state=DeliveryState.PLANNED):
        _enter(delivery, states.withdraw(standing_of(delivery)), now)
        _append(actor, message, StepKind.CANCELLED, delivery)


def _enter(delivery: Delivery, standing: Standing, now: datetime) -> None:
    delivery.state = standing.state
    delivery.provider_reference = standing.reference
    delivery.pages_sent = standing.pages_sent
    delivery.remote_id = standing.remote_id
    delivery.cause = standing.cause or ""
    delivery.retryable = standing.retryable
    delivery.provider_code = standing.provider_code
    if standing.state is DeliveryState.SUBMITTED and delivery.submitted_at is None:
        delivery.submitted_at = now
    delivery.asked_at = now
    delivery.finished_at = None if standing.state in states.ALIVE else now
    delivery.next_check_at = _next_check(delivery, now)
    delivery.save()


def _next_check(delivery: Delivery, now: datetime) -> datetime | None:
    claimed_at = delivery.claimed_at or now
    match DeliveryState(delivery.state):
        case DeliveryState.PLANNED:
            return delivery.next_check_at
        case DeliveryState.SUBMITTING:
            return claimed_at + policy.SUBMIT_LEASE
        case DeliveryState.UNKNOWN:
            return max(claimed_at + policy.ASK_AFTER, now)
        case DeliveryState.SUBMITTED:
            return now + policy.next_poll(now - (delivery.submitted_at or now))
        case DeliveryState.CONFIRMED | DeliveryState.FAILED | DeliveryState.CANCELLED:
            return None


def _nothing_new(actor: Actor, message: Message, delivery: Delivery, fact: states.Fact) -> None:
    now = clock.now()
    if delivery.state in {DeliveryState.SUBMITTED, DeliveryState.UNKNOWN}:
        delivery.next_check_at = now + policy.next_poll(now - (delivery.submitted_at or now))
        delivery.asked_at = now
        delivery.save(update_fields=["next_check_at", "asked_at"])
    elif delivery.state == DeliveryState.CONFIRMED and _contradicts(fact) and not _is_noted(delivery):
        _append(actor, message, StepKind.FAILED, delivery, is_ignored=True)


def _contradicts(fact: states.Fact) -> bool:
    return isinstance(fact, states.Reported) and fact.result.is_final and not fact.result.all_pages_confirmed


def _is_noted(delivery: Delivery) -> bool:
    return Step.objects.filter(delivery=delivery, kind=StepKind.FAILED, is_ignored=True).exists()


def _append(
    actor: Actor,
    message: Message,
    kind: StepKind,
    delivery: Delivery | None = None,
    *,
    note: str = "",
    is_ignored: bool = False,
) -> None:
    Step.objects.create(
        message=message,
        ordinal=Step.objects.filter(message=message).count() + 1,
        delivery=delivery,
        kind=kind.value,
        at=clock.now(),
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_name=actor.name,
        cause=delivery.cause if delivery else "",
        pages_sent=delivery.pages_sent if delivery else None,
        note=note,
        is_ignored=is_ignored,
    )


def _react(message: Message) -> None:
    for name in settings.HOMING_DELIVERY_REACTIONS.get(str(message.state), ()):
        defer(name, message_id=message.id)


def _audit(actor: Actor, message: Message, delivery: Delivery) -> None:
    audit.record(
        actor=actor,
        action=f"delivery.{delivery.state}",
        entity="message",
        entity_id=message.id,
        delivery=str(delivery.id),
        cause=delivery.cause,
    )


def _submission(message: Message, delivery: Delivery) -> Submission:
    return Submission(
        delivery_id=delivery.id,
        carrier=delivery.carrier,
        to_e164=delivery.address,
        from_e164=current_organization().fax,
        document_id=message.document_id,
        pages=delivery.pages,
        correlation_key=delivery.correlation_key,
        kind=message.kind,
        printed_reference=message.printed_reference,
    )


def _locked(delivery_id: UUID) -> tuple[Message, Delivery]:
    # The message first, always: every change of any of its attempts is serialised by its row.
    its_message = Delivery.objects.filter(id=delivery_id).values("message_id")
    message = _locked_one(Message.objects.filter(id__in=its_message))
    return message, Delivery.objects.get(id=delivery_id)


def _locked_message(message_id: UUID) -> Message:
    return _locked_one(Message.objects.filter(id=message_id))


def _locked_one(rows: QuerySet[Message]) -> Message:
    message = rows.select_for_update().first()
    if message is None:
        raise NotFound
    return message


def _is_due(delivery: Delivery, now: datetime) -> bool:
    return delivery.next_check_at is not None and delivery.next_check_at <= now


def _id_of(key: str) -> UUID | None:
    return Message.objects.filter(key=key).values_list("id", flat=True).first()


def _last_attempt(message: Message) -> int:
    return Delivery.objects.filter(message=message).count()


def _states_of(message: Message) -> tuple[DeliveryState, ...]:
    return tuple(
        DeliveryState(state) for state in Delivery.objects.filter(message=message).values_list("state", flat=True)
    )


def _failures(message: Message) -> tuple[FailureCause, ...]:
    rows = Delivery.objects.filter(message=message, state=DeliveryState.FAILED, attempt__gte=message.counts_from)
    return tuple(
        FailureCause(cause) for cause in rows.order_by("finished_at", "attempt").values_list("cause", flat=True)
    )
