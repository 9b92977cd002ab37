"""Short verbs for the tests of referrals."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from homing.content.appointment import Appointment
from homing.kit import clock
from homing.kit.actor import Actor
from homing.referrals import actions, queries
from homing.referrals.actions import EventData, Evidence
from homing.referrals.policy import ObligationKind
from homing.referrals.states import Command, EventKind, Status
from tests.factories import SYSTEM

PROOF = Evidence("delivery", "delivery-1")


def visit(days: float = 7) -> EventData:
    return EventData(appointment=Appointment(clock.now() + timedelta(days=days), "Dana Example", "Main Street"))


def do(referral_id: UUID, command: Command, data: EventData | None = None, actor: Actor = SYSTEM) -> UUID:
    return actions.perform(actor=actor, referral_id=referral_id, command=command, data=data)


def learn(referral_id: UUID, kind: EventKind, key: str = "", data: EventData | None = None) -> UUID | None:
    return actions.learn(
        actor=Actor.partner("office-1", "Harbor Cardiology"),
        referral_id=referral_id,
        kind=kind,
        occurred_at=clock.now(),
        data=data,
        evidence=PROOF,
        key=key or str(uuid4()),
    )


def status(referral_id: UUID) -> Status:
    return queries.referral(referral_id).status


def kinds(referral_id: UUID) -> list[EventKind]:
    return [entry.kind for entry in queries.timeline(referral_id)]


def owed(referral_id: UUID) -> set[ObligationKind]:
    return {one.kind for one in queries.obligations(referral_id=referral_id) if one.is_open}
