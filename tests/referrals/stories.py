"""How a referral comes to each status, as facts one hour apart; synthetic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from homing.content.appointment import Appointment
from homing.referrals.states import Closure, Direction, EventKind, Fact, State, Status, fold

MONDAY = datetime(2026, 11, 2, 14, tzinfo=UTC)
VISIT = Appointment(start=MONDAY + timedelta(days=14), practitioner="Dana Example", identifier="visit-1")
LATER_VISIT = Appointment(start=MONDAY + timedelta(days=21), practitioner="Dana Example", identifier="visit-2")
_serial = count(1)
_E = EventKind

_ACCEPTED = (_E.SENT, _E.RECEIVED, _E.ACCEPTED)
_PENDING = (*_ACCEPTED, _E.READY_TO_SCHEDULE)
_BOOKED = (*_PENDING, _E.SCHEDULED)
_COMMON: dict[Status, tuple[EventKind, ...]] = {
    Status.DRAFT: (_E.DRAFTED,),
    Status.SENT: (_E.SENT,),
    Status.RECEIVED: (_E.SENT, _E.RECEIVED),
    Status.NEEDS_INFORMATION: (_E.SENT, _E.RECEIVED, _E.INFORMATION_REQUESTED),
    Status.ACCEPTED: _ACCEPTED,
    Status.DECLINED: (_E.SENT, _E.RECEIVED, _E.DECLINED),
    Status.REDIRECTED: (_E.SENT, _E.RECEIVED, _E.REDIRECTED),
    Status.PENDING_SCHEDULING: _PENDING,
    Status.SCHEDULED: _BOOKED,
    Status.NO_SHOW: (*_BOOKED, _E.NO_SHOW),
    Status.COMPLETED: (*_BOOKED, _E.COMPLETED, _E.OUTCOME_RECEIVED),
    Status.CLOSED: (*_PENDING, _E.CLOSED),
    Status.CANCELLED: (*_ACCEPTED, _E.CANCELLED),
}
STANDING = dict.fromkeys(Direction, _COMMON)
_BOOKINGS = frozenset({_E.SCHEDULED, _E.RESCHEDULED})


def fact(
    kind: EventKind, *, hour: float = 0, closure: Closure | None = None, appointment: Appointment | None = None
) -> Fact:
    """Return a fact so many hours after Monday."""
    if kind in _BOOKINGS and appointment is None:
        appointment = VISIT
    if kind is EventKind.CLOSED and closure is None:
        closure = Closure.PATIENT_DECLINED
    return Fact(kind, MONDAY + timedelta(hours=hour), f"key-{next(_serial)}", closure, appointment)


def story(*kinds: EventKind) -> list[Fact]:
    """Return the facts one hour apart."""
    return [fact(kind, hour=hour) for hour, kind in enumerate(kinds)]


def standing(direction: Direction, status: Status) -> State:
    """Return the state of a referral that came to `status` in the usual way."""
    return fold(direction, story(*STANDING[direction][status]))
