"""What schedulers do. Each is one transaction together with its event in the referral's history."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from homing.content.appointment import Appointment
from homing.kit import clock
from homing.kit.actor import ActorKind
from homing.kit.errors import Conflict
from homing.referrals import actions as referrals
from homing.referrals import queries
from homing.referrals.events import ContactOutcome, EventData
from homing.referrals.states import Command, Status
from homing.scheduling import policy
from homing.scheduling.models import Appointment as AppointmentRow
from homing.scheduling.models import ContactAttempt
from homing.scheduling.states import VISIT_KINDS, AppointmentState, Visit, key_of, visits
from homing.tenancy.queries import current_organization

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homing.kit.actor import Actor
    from homing.referrals.policy import Work
    from homing.referrals.ports import RecordedEvent
    from homing.referrals.queries import WorklistRow

_WAITING = frozenset({Status.ACCEPTED, Status.PENDING_SCHEDULING, Status.NO_SHOW})
_CLAIM_TRIES = 20


@transaction.atomic
def log_contact(
    *,
    actor: Actor,
    referral_id: UUID,
    outcome: ContactOutcome,
    note: str = "",
    at: datetime | None = None,
    version: int | None = None,
) -> UUID:
    """Record an attempt to reach the patient and when the next is due; return the attempt.

    Raises
    ------
    NotPermitted
    Conflict
    IllegalTransition
    """
    row = queries.referral(referral_id).row
    event_id = referrals.perform(
        actor=actor,
        referral_id=referral_id,
        command=Command.RECORD_CONTACT,
        # What is next was worked out from this row: should it have changed, somebody must look again.
        version=row.version if version is None else version,
        note=note,
        data=EventData(outcome=outcome),
        occurred_at=at,
        work=_next_work(row, outcome) if row.status in _WAITING else None,
    )
    now = clock.now()
    attempt = ContactAttempt.objects.create(
        referral_id=referral_id,
        outcome=outcome.value,
        note=note,
        at=at or now,
        recorded_at=now,
        by_id=actor.id,
        by_name=actor.name,
        event=event_id,
    )
    return attempt.id


@transaction.atomic
def book(
    *, actor: Actor, referral_id: UUID, appointment: Appointment, note: str = "", version: int | None = None
) -> UUID:
    """Enter the appointment that was made; return it.

    Raises
    ------
    NotPermitted
    Conflict
    IllegalTransition
    Invalid
    """
    _perform(actor, referral_id, Command.BOOK, EventData(note=note, appointment=appointment), version)
    return _id_of(referral_id, appointment)


@transaction.atomic
def rebook(
    *, actor: Actor, referral_id: UUID, appointment: Appointment, note: str = "", version: int | None = None
) -> UUID:
    """Move the visit to another appointment; return that. Raises as `book` does."""
    _perform(actor, referral_id, Command.REBOOK, EventData(note=note, appointment=appointment), version)
    return _id_of(referral_id, appointment)


@transaction.atomic
def cancel(*, actor: Actor, referral_id: UUID, reason: str = "", version: int | None = None) -> UUID:
    """Cancel the appointment; the patient waits for another. Return the event. Raises as `book` does."""
    data = EventData(reason=reason, appointment=queries.referral(referral_id).appointment)
    return _perform(actor, referral_id, Command.CANCEL_APPOINTMENT, data, version)


@transaction.atomic
def no_show(*, actor: Actor, referral_id: UUID, note: str = "", version: int | None = None) -> UUID:
    """Record that the patient did not come; return the event. Raises as `book` does."""
    # The sender is told which visit it was, whenever somebody gets round to recording it.
    data = EventData(note=note, appointment=queries.referral(referral_id).appointment)
    return _perform(actor, referral_id, Command.NO_SHOW, data, version)


@transaction.atomic
def complete(
    *, actor: Actor, referral_id: UUID, note: str = "", at: datetime | None = None, version: int | None = None
) -> UUID:
    """Record that the patient was seen, at `at` or at the time of the appointment; return the event.

    Raises as `book` does.
    """
    return _perform(actor, referral_id, Command.COMPLETE, EventData(note=note), version, at)


def claim_next(*, actor: Actor, location_id: UUID | None = None) -> UUID | None:
    """Give the person who asks the most urgent, oldest patient whom nobody has claimed; None if there is none.

    Raises
    ------
    NotPermitted
    """
    waiting, _ = queries.ready_to_schedule(location_id=location_id, is_unclaimed=True, limit=_CLAIM_TRIES)
    person = UUID(actor.id) if actor.kind is ActorKind.PERSON else None
    data = EventData(owner=person, owner_name=actor.name)
    for one in waiting:
        try:
            referrals.perform(
                actor=actor, referral_id=one.row.id, command=Command.ASSIGN, version=one.row.version, data=data
            )
        except Conflict:
            # Somebody else was quicker; the next one then.
            continue
        return one.row.id
    return None


def keep_appointments(event: RecordedEvent, history: Sequence[RecordedEvent]) -> None:
    """Keep the appointments as the history tells them (`referrals.ports.Projection`), whoever told it."""
    if event.kind in VISIT_KINDS:
        _keep(event.referral_id, visits(history))


def _perform(
    actor: Actor, referral_id: UUID, command: Command, data: EventData, version: int | None, at: datetime | None = None
) -> UUID:
    event_id = referrals.perform(
        actor=actor, referral_id=referral_id, command=command, version=version, data=data, occurred_at=at
    )
    _keep(referral_id, visits(queries.history(referral_id)))
    return event_id


def _keep(referral_id: UUID, wanted: Sequence[Visit]) -> None:
    known = {row.key: row for row in AppointmentRow.objects.filter(referral_id=referral_id)}
    # The booked one last: at no moment are there two.
    for visit in sorted(wanted, key=lambda one: one.state is AppointmentState.BOOKED):
        row = known.get(visit.key) or AppointmentRow(referral_id=referral_id, key=visit.key)
        stands = (row.state, row.booked_at, row.settled_at) if visit.key in known else None
        if stands == (visit.state, visit.booked_at, visit.settled_at):
            continue
        row.start, row.practitioner = visit.appointment.start, visit.appointment.practitioner
        row.location, row.identifier = visit.appointment.location, visit.appointment.identifier
        row.state, row.booked_at, row.settled_at = visit.state.value, visit.booked_at, visit.settled_at
        row.save()


def _id_of(referral_id: UUID, appointment: Appointment) -> UUID:
    return AppointmentRow.objects.get(referral_id=referral_id, key=key_of(appointment)).id


def _next_work(row: WorklistRow, outcome: ContactOutcome) -> Work:
    rows = ContactAttempt.objects.filter(referral_id=row.id).order_by("at", "id").values_list("outcome", flat=True)
    unreached = policy.unreached_in_a_row([*map(ContactOutcome, rows), outcome])
    zone = current_organization().timezone
    work = policy.next_work(outcome, unreached, row.priority, clock.now(), zone)
    # Whoever has begun with a patient stays with the patient.
    return replace(work, owner=row.owner) if work.owner_role == row.owner_role else work
