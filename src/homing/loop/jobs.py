"""Background entry points: reactions to events of items and referrals, and to the fate of messages."""

from __future__ import annotations

from uuid import UUID

from homing.kit.actor import Actor
from homing.loop import actions, answers, arrivals, deliveries
from homing.tenancy.jobs import job

LOOP = Actor.system("loop")


@job
def acknowledge_item(item_id: str) -> None:
    """Answer the sender of an inbound item, or correct the answer; show on its referral what they got before."""
    answers.answer_item(actor=LOOP, item_id=UUID(item_id))
    deliveries.record_answers(actor=LOOP, item_id=UUID(item_id))


@job
def take_attached(item_id: str) -> None:
    """Let a document that was attached to a referral move it."""
    arrivals.take_attached(actor=LOOP, item_id=UUID(item_id))


@job
def inform(event_id: str) -> None:
    """Tell the sender of an inbound referral what has happened."""
    actions.inform(actor=LOOP, event_id=UUID(event_id))


@job
def return_outcome(event_id: str) -> None:
    """Send the visit's note to the sender of an inbound referral."""
    actions.return_outcome(actor=LOOP, event_id=UUID(event_id))


@job
def send_referral(referral_id: str) -> None:
    """Send an outbound referral to the office that is to see the patient."""
    actions.send_referral(actor=LOOP, referral_id=UUID(referral_id))


@job
def record_delivery(message_id: str) -> None:
    """Take what became of a message into the referral's history."""
    deliveries.record(actor=LOOP, message_id=UUID(message_id))
