"""The appointments of one referral, from its history. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from homing.content.appointment import Appointment
from homing.referrals.states import EventKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from homing.referrals.ports import RecordedEvent


class AppointmentState(StrEnum):
    """Where one appointment stands (FHIR Appointment.status: booked, cancelled, noshow, fulfilled)."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    COMPLETED = "completed"


VISIT_KINDS = frozenset(
    {
        EventKind.SCHEDULED,
        EventKind.RESCHEDULED,
        EventKind.APPOINTMENT_CANCELLED,
        EventKind.NO_SHOW,
        EventKind.COMPLETED,
        EventKind.VISIT_RETRACTED,
    }
)
_LOSSES = {
    EventKind.APPOINTMENT_CANCELLED: AppointmentState.CANCELLED,
    EventKind.NO_SHOW: AppointmentState.NO_SHOW,
    EventKind.COMPLETED: AppointmentState.COMPLETED,
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One appointment; `key` names it within the referral."""

    key: str
    appointment: Appointment
    state: AppointmentState
    booked_at: datetime
    settled_at: datetime | None = None


def key_of(appointment: Appointment) -> str:
    """Return what names an appointment: its time, and its identifier where the scheduler gave one."""
    return f"{appointment.start.astimezone(UTC).isoformat()}|{appointment.identifier}"


def visits(history: Iterable[RecordedEvent]) -> tuple[Visit, ...]:
    """Return the appointments that `history`, in order of occurrence, leads to; the first booked first."""
    found: dict[str, Visit] = {}
    for event in history:
        if event.kind in {EventKind.SCHEDULED, EventKind.RESCHEDULED}:
            _book(found, event)
        elif event.kind in _LOSSES:
            _settle(found, event, _LOSSES[event.kind])
        elif event.kind is EventKind.VISIT_RETRACTED:
            _retract(found, event)
    return tuple(found.values())


def _book(found: dict[str, Visit], event: RecordedEvent) -> None:
    appointment = event.data.appointment
    if appointment is None:
        return
    key = key_of(appointment)
    if key in found and found[key].state is not AppointmentState.CANCELLED:
        return
    current = _current(found)
    if current is not None:
        found[current.key] = replace(current, state=AppointmentState.MOVED, settled_at=event.occurred_at)
    found[key] = Visit(key, appointment, AppointmentState.BOOKED, event.occurred_at)


def _settle(found: dict[str, Visit], event: RecordedEvent, state: AppointmentState) -> None:
    current = _current(found)
    named = event.data.appointment
    if current is None or (named is not None and not _is_same(named, current.appointment)):
        return
    found[current.key] = replace(current, state=state, settled_at=event.occurred_at)


def _retract(found: dict[str, Visit], event: RecordedEvent) -> None:
    completed = [visit for visit in found.values() if visit.state is AppointmentState.COMPLETED]
    for visit in completed[-1:]:
        if _current(found) is None:
            found[visit.key] = replace(visit, state=AppointmentState.BOOKED, settled_at=None)
        else:
            # It did not take place, and another one stands already.
            found[visit.key] = replace(visit, state=AppointmentState.MOVED, settled_at=event.occurred_at)


def _current(found: dict[str, Visit]) -> Visit | None:
    return next((visit for visit in found.values() if visit.state is AppointmentState.BOOKED), None)


def _is_same(one: Appointment, other: Appointment) -> bool:
    if one.identifier and other.identifier:
        return one.identifier == other.identifier
    return one.start == other.start
