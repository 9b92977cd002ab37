"""Reads of messages: their evidence, and what needs a person."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from homing.kit import clock
from homing.kit.errors import NotFound
from homing.messaging import policy
from homing.messaging.models import Delivery, Hint, Message, Step
from homing.messaging.policy import MessageKind, Resolution
from homing.messaging.states import DeliveryState, FailureCause, MessageState, StepKind

_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt as the courier needs it. `is_due`: its next check has come."""

    id: UUID
    state: DeliveryState
    carrier: str
    provider_reference: str
    correlation_key: str
    claimed_at: datetime | None
    is_due: bool

    @property
    def may_be_asked(self) -> bool:
        """True if no request of ours can still be on its way to the carrier."""
        return self.claimed_at is None or clock.now() >= self.claimed_at + policy.ASK_AFTER

    def lost(self) -> Attempt:
        """Return the attempt after its answer was lost."""
        return dataclasses.replace(self, state=DeliveryState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class EvidenceStep:
    """One step of one message, for a timeline. `address` is E.164; an ignored step changed nothing."""

    at: datetime
    step: StepKind
    message_id: UUID
    kind: MessageKind
    about: str
    attempt: int
    carrier: str
    address: str
    provider_reference: str
    pages: int
    pages_sent: int
    remote_id: str
    cause: FailureCause | None
    actor_name: str
    note: str
    is_ignored: bool


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message and where it stands. `about` is an event kind; `attempts` counts those not cancelled."""

    id: UUID
    kind: MessageKind
    about: str
    state: MessageState
    referral_id: UUID | None
    item_id: UUID | None
    event_id: UUID | None
    office_id: UUID | None
    address: str
    document_id: UUID
    pages: int
    printed_reference: str
    created_at: datetime
    delivered_at: datetime | None
    resolution: Resolution | None
    resolution_note: str
    needs_person: bool
    next_action: str
    owner_role: str
    owner: UUID | None
    due_at: datetime | None
    attempts: int
    last_cause: FailureCause | None
    provider_reference: str
    told: tuple[str, ...]


def message(message_id: UUID) -> MessageView:
    """Return one message.

    Raises
    ------
    NotFound
    """
    found = _views(Message.objects.filter(id=message_id))
    if not found:
        raise NotFound
    return found[0]


def messages_for(*, referral_id: UUID | None = None, item_id: UUID | None = None) -> tuple[MessageView, ...]:
    """Return the messages about a referral or an inbound item (or either), oldest first."""
    return _views(_about(referral_id, item_id))


def evidence_for(*, referral_id: UUID | None = None, item_id: UUID | None = None) -> tuple[EvidenceStep, ...]:
    """Return every step of every message about a referral or an inbound item (or either), oldest first."""
    about = _about(referral_id, item_id).values("id")
    steps = (
        Step.objects.filter(message_id__in=about)
        .select_related("message", "delivery")
        .order_by("at", "message_id", "ordinal")
    )
    return tuple(_evidence(step) for step in steps[:_LIMIT])


def needs_person() -> tuple[MessageView, ...]:
    """Return the messages that wait for a person, most overdue first."""
    return _views(Message.objects.filter(is_open=True, needs_person=True), "due_at", "id")


def needs_person_count() -> int:
    """Return how many messages wait for a person."""
    return Message.objects.filter(is_open=True, needs_person=True).count()


def by_key(key: str) -> MessageView | None:
    """Return the message that was sent under `key`."""
    return next(iter(_views(Message.objects.filter(key=key))), None)


def attempt(delivery_id: UUID) -> Attempt:
    """Return one attempt.

    Raises
    ------
    NotFound
    """
    row = Delivery.objects.filter(id=delivery_id).first()
    if row is None:
        raise NotFound
    is_due = row.next_check_at is not None and row.next_check_at <= clock.now()
    return Attempt(
        row.id,
        DeliveryState(row.state),
        row.carrier,
        row.provider_reference,
        row.correlation_key,
        row.claimed_at,
        is_due,
    )


def due_deliveries(limit: int = 200) -> tuple[tuple[UUID, DeliveryState], ...]:
    """Return the attempts whose next check has come or that a carrier's hint is newer than, longest due first."""
    hinted = Hint.objects.filter(
        carrier=OuterRef("carrier"),
        provider_reference=OuterRef("provider_reference"),
        last_seen_at__gt=OuterRef("asked_at"),
    )
    due = Q(next_check_at__lte=clock.now()) | (Q(state=DeliveryState.SUBMITTED) & Exists(hinted))
    rows = Delivery.objects.filter(due, next_check_at__isnull=False).order_by("next_check_at")
    return tuple((key, DeliveryState(state)) for key, state in rows.values_list("id", "state")[:limit])


def _about(referral_id: UUID | None, item_id: UUID | None) -> QuerySet[Message]:
    wanted = Q(pk__in=[])
    if referral_id is not None:
        wanted |= Q(referral_id=referral_id)
    if item_id is not None:
        wanted |= Q(item_id=item_id)
    return Message.objects.filter(wanted)


def _views(rows: QuerySet[Message], *order: str) -> tuple[MessageView, ...]:
    found = list(rows.order_by(*(order or ("created_at", "id")))[:_LIMIT])
    attempts = _attempts_of(row.id for row in found)
    return tuple(_view(row, attempts.get(row.id, [])) for row in found)


def _attempts_of(message_ids: Iterable[UUID]) -> dict[UUID, list[Delivery]]:
    grouped: dict[UUID, list[Delivery]] = {}
    rows = Delivery.objects.filter(message_id__in=list(message_ids)).exclude(state=DeliveryState.CANCELLED)
    for row in rows.order_by("attempt"):
        grouped.setdefault(row.message_id, []).append(row)
    return grouped


def _view(row: Message, attempts: list[Delivery]) -> MessageView:
    causes = [attempt.cause for attempt in attempts if attempt.cause]
    references = [attempt.provider_reference for attempt in attempts if attempt.provider_reference]
    return MessageView(
        id=row.id,
        kind=MessageKind(row.kind),
        about=row.about,
        state=MessageState(row.state),
        referral_id=row.referral_id,
        item_id=row.item_id,
        event_id=row.event_id,
        office_id=row.office_id,
        address=row.address,
        document_id=row.document_id,
        pages=row.pages,
        printed_reference=row.printed_reference,
        created_at=row.created_at,
        delivered_at=row.delivered_at,
        resolution=Resolution(row.resolution) if row.resolution else None,
        resolution_note=row.resolution_note,
        needs_person=row.needs_person,
        next_action=row.next_action,
        owner_role=row.owner_role,
        owner=row.owner,
        due_at=row.due_at,
        attempts=len(attempts),
        last_cause=FailureCause(causes[-1]) if causes else None,
        provider_reference=references[-1] if references else "",
        told=tuple(row.told),
    )


def _evidence(step: Step) -> EvidenceStep:
    delivery: Delivery | None = step.delivery
    return EvidenceStep(
        at=step.at,
        step=StepKind(step.kind),
        message_id=step.message_id,
        kind=MessageKind(step.message.kind),
        about=step.message.about,
        attempt=delivery.attempt if delivery else 0,
        carrier=delivery.carrier if delivery else "",
        address=delivery.address if delivery else step.message.address,
        provider_reference=delivery.provider_reference if delivery else "",
        pages=step.message.pages,
        pages_sent=step.pages_sent or 0,
        remote_id=delivery.remote_id if delivery else "",
        cause=FailureCause(step.cause) if step.cause else None,
        actor_name=step.actor_name,
        note=step.note,
        is_ignored=step.is_ignored,
    )
