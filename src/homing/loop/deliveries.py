"""What became of our messages, taken into the referral's history: obligations kept, loops closed, failures shown."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from homing.kit import clock
from homing.kit.actor import Actor
from homing.messaging import queries as messages
from homing.messaging.policy import MessageKind, Resolution
from homing.messaging.queries import MessageView
from homing.messaging.states import MessageState
from homing.referrals import actions as referrals
from homing.referrals import queries
from homing.referrals.events import EventData, Evidence
from homing.referrals.policy import ObligationKind
from homing.referrals.states import EventKind

_FACTS: Final = {
    MessageKind.ACKNOWLEDGMENT: EventKind.ACKNOWLEDGMENT_CONFIRMED,
    MessageKind.AMENDMENT: EventKind.ACKNOWLEDGMENT_CONFIRMED,
    MessageKind.NOTICE: EventKind.NOTICE_CONFIRMED,
    MessageKind.OUTCOME: EventKind.OUTCOME_DELIVERED,
    MessageKind.REFERRAL: EventKind.SENT,
}
#: What a referral can do nothing without: its own work becomes the person's task.
_WAITED_FOR: Final = frozenset({MessageKind.OUTCOME, MessageKind.REFERRAL})
_WITHDRAWN: Final = "a person has withdrawn the message"
_ANSWERS: Final = frozenset({MessageKind.ACKNOWLEDGMENT, MessageKind.AMENDMENT})


def record(*, actor: Actor, message_id: UUID) -> None:
    """Take a message that is delivered, undeliverable or settled by a person into its item and referral."""
    message = messages.message(message_id)
    told_otherwise = message.resolution is Resolution.TOLD_OTHERWISE
    if message.state is MessageState.DELIVERED or told_otherwise:
        _confirm(actor, message)
    elif message.state is MessageState.UNDELIVERABLE:
        _report_failure(actor, message)
    elif message.resolution is Resolution.WITHDRAWN:
        _release(actor, message)


def record_answers(*, actor: Actor, item_id: UUID) -> None:
    """Take the answers to an item that arrived before its referral was opened into that referral's history."""
    for message in messages.messages_for(item_id=item_id):
        if message.kind in _ANSWERS:
            record(actor=actor, message_id=message.id)


def _confirm(actor: Actor, message: MessageView) -> None:
    at = message.delivered_at or clock.now()
    evidence = _proof(message)
    if message.kind in _ANSWERS and message.item_id:
        referrals.fulfil(
            actor=actor, kind=ObligationKind.ACKNOWLEDGMENT, item_id=message.item_id, evidence=evidence, at=at
        )
    referral_id = _referral_of(message)
    if referral_id is None:
        return
    referrals.learn(
        actor=actor,
        referral_id=referral_id,
        kind=_FACTS[message.kind],
        occurred_at=at,
        key=f"message:{message.id}",
        data=EventData(about=message.event_id),
        evidence=evidence,
    )


def _release(actor: Actor, message: MessageView) -> None:
    """Let go of what a person has decided not to tell. A note or a referral is owed all the same."""
    if message.kind is MessageKind.NOTICE and message.referral_id and message.event_id:
        referrals.release(
            actor=actor, kind=ObligationKind.STATUS, reason=_WITHDRAWN, referral_id=message.referral_id,
            about=message.event_id,
        )  # fmt: skip
    if message.kind is not MessageKind.ACKNOWLEDGMENT or message.item_id is None:
        return
    kind = ObligationKind.ACKNOWLEDGMENT
    referrals.release(actor=actor, kind=kind, reason=_WITHDRAWN, item_id=message.item_id)
    referral_id = _referral_of(message)
    if referral_id:
        referrals.release(actor=actor, kind=kind, reason=_WITHDRAWN, referral_id=referral_id)


def _report_failure(actor: Actor, message: MessageView) -> None:
    referral_id = _referral_of(message)
    if referral_id is None:
        return
    learnt = referrals.learn(
        actor=actor,
        referral_id=referral_id,
        kind=EventKind.DELIVERY_FAILED,
        occurred_at=clock.now(),
        key=f"message:{message.id}:failed:{message.attempts}",
        data=EventData(about=message.event_id, note=message.next_action),
        evidence=Evidence("delivery", str(message.id), message.last_cause or ""),
    )
    if learnt and message.kind in _WAITED_FOR:
        _hand_over(actor, referral_id, message)


def _hand_over(actor: Actor, referral_id: UUID, message: MessageView) -> None:
    row = queries.referral(referral_id).row
    if not row.is_open or message.due_at is None:
        return
    referrals.set_work(
        actor=actor,
        referral_id=referral_id,
        next_action=row.next_action,
        owner_role=message.owner_role,
        due_at=message.due_at,
        note=message.next_action,
    )


def _referral_of(message: MessageView) -> UUID | None:
    if message.referral_id or message.item_id is None:
        return message.referral_id
    opened = queries.find_for_item(message.item_id)
    return opened[0].id if opened else None


def _proof(message: MessageView) -> Evidence:
    if message.state is not MessageState.DELIVERED:
        return Evidence("phone", str(message.id), message.resolution_note)
    counted = f"{message.pages} of {message.pages} pages confirmed by the carrier, {message.provider_reference}"
    return Evidence("delivery", str(message.id), counted)
