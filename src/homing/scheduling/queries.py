"""What schedulers see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from homing.content.appointment import Appointment
from homing.referrals import queries as referrals
from homing.referrals.events import ContactOutcome
from homing.scheduling.models import Appointment as AppointmentRow
from homing.scheduling.models import ContactAttempt
from homing.scheduling.policy import unreached_in_a_row
from homing.scheduling.states import AppointmentState

if TYPE_CHECKING:
    from homing.referrals.queries import ToSchedule, WorklistRow

_LIMIT = 50
_DAY_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to reach a patient."""

    id: UUID
    referral_id: UUID
    outcome: ContactOutcome
    note: str
    at: datetime
    by_name: str


@dataclass(frozen=True, slots=True)
class AppointmentView:
    """One appointment and where it stands."""

    id: UUID
    referral_id: UUID
    appointment: Appointment
    state: AppointmentState
    booked_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """One patient who waits for an appointment; `unreached` counts the last attempts in a row that failed."""

    patient: ToSchedule
    attempts: int
    unreached: int
    last: Attempt | None


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """Some who wait; `next_cursor` asks for those after them and is empty at the end."""

    rows: tuple[Waiting, ...]
    next_cursor: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """One appointment of a day, with its referral."""

    appointment: AppointmentView
    referral: WorklistRow


def ready_to_schedule(
    *, location_id: UUID | None = None, owner: UUID | None = None, cursor: str = "", limit: int = _LIMIT
) -> WaitingPage:
    """Return who waits for an appointment, by urgency and then by age."""
    rows, more = referrals.ready_to_schedule(location_id=location_id, owner=owner, cursor=cursor, limit=limit)
    attempts = _attempts_of(tuple(one.row.id for one in rows))
    return WaitingPage(tuple(_waiting(one, attempts.get(one.row.id, ())) for one in rows), more)


def contact_history(referral_id: UUID) -> tuple[Attempt, ...]:
    """Return the attempts to reach the patient, the earliest first."""
    return _attempts_of((referral_id,)).get(referral_id, ())


def appointments(referral_id: UUID) -> tuple[AppointmentView, ...]:
    """Return the appointments of one referral, the first booked first."""
    rows = AppointmentRow.objects.filter(referral_id=referral_id).order_by("booked_at", "id")
    return tuple(_view(row) for row in rows)


def visits_between(start: datetime, end: datetime) -> tuple[Visit, ...]:
    """Return the appointments that begin from `start` until before `end`, moved and cancelled ones left out; 500."""
    gone = (AppointmentState.MOVED.value, AppointmentState.CANCELLED.value)
    rows = AppointmentRow.objects.filter(start__gte=start, start__lt=end).exclude(state__in=gone)
    found = list(rows.order_by("start", "id")[:_DAY_LIMIT])
    shown = referrals.rows_of(tuple({row.referral_id for row in found}))
    return tuple(Visit(_view(row), shown[row.referral_id]) for row in found)


def _attempts_of(referral_ids: tuple[UUID, ...]) -> dict[UUID, tuple[Attempt, ...]]:
    found: dict[UUID, tuple[Attempt, ...]] = {}
    for row in ContactAttempt.objects.filter(referral_id__in=referral_ids).order_by("at", "id"):
        one = Attempt(row.id, row.referral_id, ContactOutcome(row.outcome), row.note, row.at, row.by_name)
        found[row.referral_id] = (*found.get(row.referral_id, ()), one)
    return found


def _waiting(patient: ToSchedule, attempts: tuple[Attempt, ...]) -> Waiting:
    unreached = unreached_in_a_row([one.outcome for one in attempts])
    return Waiting(patient, len(attempts), unreached, attempts[-1] if attempts else None)


def _view(row: AppointmentRow) -> AppointmentView:
    return AppointmentView(
        id=row.id,
        referral_id=row.referral_id,
        appointment=Appointment(row.start, row.practitioner, row.location, row.identifier),
        state=AppointmentState(row.state),
        booked_at=row.booked_at,
        settled_at=row.settled_at,
    )
