"""Contact attempts, appointments and the list of those who wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction

from homing.accounts.policy import Role
from homing.content.appointment import Appointment
from homing.content.referral import Priority
from homing.kit import clock
from homing.kit.actor import Actor
from homing.kit.errors import Conflict, Invalid, NotFound, NotPermitted
from homing.kit.reference import mint
from homing.referrals import actions as referrals
from homing.referrals.events import ContactOutcome, EventData, Evidence
from homing.referrals.policy import NextAction
from homing.referrals.queries import history, referral
from homing.referrals.states import Command, EventKind, IllegalTransition, Status
from homing.scheduling import actions, queries
from homing.scheduling.policy import ATTEMPTS
from homing.scheduling.states import AppointmentState
from homing.tenancy.scope import scoped
from tests.factories import SYSTEM, ReferralContentFactory, make_organization
from tests.referrals.conftest import OpenInbound


def visit(days: float = 7, identifier: str = "") -> Appointment:
    return Appointment(clock.now() + timedelta(days=days), "Dana Example", "Main Street", identifier)


def states(referral_id: UUID) -> list[AppointmentState]:
    return [one.state for one in queries.appointments(referral_id)]


def test_an_attempt_is_kept_and_says_when_the_next_is_due(accepted: UUID, scheduler: Actor) -> None:
    actions.log_contact(
        actor=scheduler, referral_id=accepted, outcome=ContactOutcome.LEFT_MESSAGE, note="Message with spouse"
    )
    (attempt,) = queries.contact_history(accepted)
    assert (attempt.outcome, attempt.note, attempt.by_name) == (
        ContactOutcome.LEFT_MESSAGE,
        "Message with spouse",
        scheduler.name,
    )
    row = referral(accepted).row
    assert (row.next_action, row.owner_role) == (NextAction.CONTACT_PATIENT, Role.SCHEDULER)
    assert row.due_at is not None
    assert timedelta(days=2) <= row.due_at - clock.now() + timedelta(minutes=1) <= timedelta(days=4, minutes=1)


@pytest.mark.parametrize(
    ("outcome", "action"),
    [
        (ContactOutcome.LEFT_MESSAGE, NextAction.CONTACT_PATIENT),
        (ContactOutcome.NO_ANSWER, NextAction.CONTACT_PATIENT),
        (ContactOutcome.WRONG_NUMBER, NextAction.FIND_PHONE_NUMBER),
        (ContactOutcome.SPOKE, NextAction.BOOK_APPOINTMENT),
        (ContactOutcome.DECLINED, NextAction.DECIDE_PATIENT_DECLINED),
        (ContactOutcome.BOOKED, NextAction.BOOK_APPOINTMENT),
    ],
)
def test_every_outcome_leads_to_its_next_action(accepted: UUID, outcome: ContactOutcome, action: NextAction) -> None:
    actions.log_contact(actor=SYSTEM, referral_id=accepted, outcome=outcome)
    row = referral(accepted).row
    assert row.next_action == action
    assert row.due_at is not None
    assert row.due_at > clock.now()


def test_after_three_attempts_in_a_row_a_person_decides_and_a_conversation_starts_the_count_anew(
    accepted: UUID,
) -> None:
    def attempt(outcome: ContactOutcome) -> str:
        actions.log_contact(actor=SYSTEM, referral_id=accepted, outcome=outcome)
        return referral(accepted).row.next_action

    silent = [attempt(ContactOutcome.NO_ANSWER) for _ in range(ATTEMPTS)]
    assert silent == [NextAction.CONTACT_PATIENT, NextAction.CONTACT_PATIENT, NextAction.DECIDE_UNREACHABLE]
    assert attempt(ContactOutcome.SPOKE) == NextAction.BOOK_APPOINTMENT
    assert attempt(ContactOutcome.NO_ANSWER) == NextAction.CONTACT_PATIENT


def test_a_stat_referral_is_tried_again_within_the_hour(open_inbound: OpenInbound) -> None:
    stat = open_inbound(ReferralContentFactory(priority=Priority.STAT))
    referrals.perform(actor=SYSTEM, referral_id=stat, command=Command.ACCEPT)
    actions.log_contact(actor=SYSTEM, referral_id=stat, outcome=ContactOutcome.LEFT_MESSAGE)
    due_at = referral(stat).row.due_at
    assert due_at is not None
    assert due_at <= clock.now() + timedelta(hours=1)


def test_a_reminder_before_the_visit_does_not_bring_the_patient_back_to_the_list(accepted: UUID) -> None:
    actions.book(actor=SYSTEM, referral_id=accepted, appointment=visit())
    actions.log_contact(actor=SYSTEM, referral_id=accepted, outcome=ContactOutcome.SPOKE)
    row = referral(accepted).row
    assert (row.status, row.next_action) == (Status.SCHEDULED, NextAction.AWAIT_VISIT)
    assert row.due_at is not None
    assert row.due_at > clock.now() + timedelta(days=7)


def test_who_has_begun_with_a_patient_stays_with_the_patient(accepted: UUID, scheduler: Actor) -> None:
    assert actions.claim_next(actor=scheduler) == accepted
    actions.log_contact(actor=scheduler, referral_id=accepted, outcome=ContactOutcome.NO_ANSWER)
    assert referral(accepted).row.owner_name == scheduler.name


def test_claim_next_gives_each_person_another_patient_the_most_urgent_first(
    open_inbound: OpenInbound, persona: Callable[[Role], Actor]
) -> None:
    opened = []
    for priority in (Priority.ROUTINE, Priority.URGENT):
        opened.append(open_inbound(ReferralContentFactory(priority=priority)))
        referrals.perform(actor=SYSTEM, referral_id=opened[-1], command=Command.ACCEPT)
    claimed = [actions.claim_next(actor=persona(Role.SCHEDULER)) for _ in range(3)]
    assert claimed == [opened[1], opened[0], None]


def test_a_visit_is_booked_moved_and_kept(accepted: UUID) -> None:
    first = actions.book(actor=SYSTEM, referral_id=accepted, appointment=visit(7))
    second = actions.rebook(actor=SYSTEM, referral_id=accepted, appointment=visit(9))
    assert [one.id for one in queries.appointments(accepted)] == [first, second]
    assert states(accepted) == [AppointmentState.MOVED, AppointmentState.BOOKED]
    actions.complete(actor=SYSTEM, referral_id=accepted)
    assert states(accepted) == [AppointmentState.MOVED, AppointmentState.COMPLETED]
    assert referral(accepted).status is Status.COMPLETED


def test_a_cancelled_visit_brings_the_patient_back_to_the_list(accepted: UUID) -> None:
    actions.book(actor=SYSTEM, referral_id=accepted, appointment=visit())
    assert queries.ready_to_schedule().rows == ()
    actions.cancel(actor=SYSTEM, referral_id=accepted, reason="Patient travels")
    assert states(accepted) == [AppointmentState.CANCELLED]
    (waiting,) = queries.ready_to_schedule().rows
    assert waiting.patient.row.status is Status.PENDING_SCHEDULING


def test_a_missed_visit_is_returned_to_the_list_and_booked_again(accepted: UUID) -> None:
    first = visit()
    actions.book(actor=SYSTEM, referral_id=accepted, appointment=first)
    actions.no_show(actor=SYSTEM, referral_id=accepted)
    (waiting,) = queries.ready_to_schedule().rows
    assert waiting.patient.row.status is Status.NO_SHOW
    (missed,) = [event for event in history(accepted) if event.kind is EventKind.NO_SHOW]
    assert missed.data.appointment == first
    actions.book(actor=SYSTEM, referral_id=accepted, appointment=visit(9))
    assert states(accepted) == [AppointmentState.NO_SHOW, AppointmentState.BOOKED]


def test_a_visit_taken_back_stands_booked_again(accepted: UUID) -> None:
    actions.book(actor=SYSTEM, referral_id=accepted, appointment=visit())
    actions.complete(actor=SYSTEM, referral_id=accepted)
    referrals.perform(actor=SYSTEM, referral_id=accepted, command=Command.RETRACT_VISIT)
    assert states(accepted) == [AppointmentState.BOOKED]


def test_what_the_schedule_of_another_system_tells_stands_there_too_in_any_order(accepted: UUID) -> None:
    at = clock.now()
    booked = visit(3, "visit-1")

    def learn(kind: EventKind, hours: int) -> None:
        referrals.learn(
            actor=Actor.system("ehr"), referral_id=accepted, kind=kind, occurred_at=at + timedelta(hours=hours),
            key=f"{kind}-{hours}", data=EventData(appointment=booked), evidence=Evidence("ehr", "message-1"),
        )  # fmt: skip

    with clock.travel_to(at + timedelta(days=4)):
        learn(EventKind.NO_SHOW, 80)
        learn(EventKind.SCHEDULED, 1)
    assert states(accepted) == [AppointmentState.NO_SHOW]
    assert referral(accepted).status is Status.NO_SHOW


def test_the_projection_of_appointments_is_switched_on() -> None:
    assert "homing.scheduling.actions.keep_appointments" in settings.HOMING_PROJECTIONS


def test_the_list_shows_attempts_and_the_last_outcome_by_urgency_and_age(accepted: UUID) -> None:
    for outcome in (ContactOutcome.SPOKE, ContactOutcome.NO_ANSWER, ContactOutcome.LEFT_MESSAGE):
        actions.log_contact(actor=SYSTEM, referral_id=accepted, outcome=outcome)
    (waiting,) = queries.ready_to_schedule().rows
    assert (waiting.attempts, waiting.unreached) == (3, 2)
    assert waiting.last is not None
    assert waiting.last.outcome is ContactOutcome.LEFT_MESSAGE
    assert waiting.patient.phone
    assert waiting.patient.waiting >= timedelta()


def test_the_visits_of_a_day_leave_out_what_was_moved_or_cancelled(accepted: UUID) -> None:
    actions.book(actor=SYSTEM, referral_id=accepted, appointment=visit(2))
    actions.rebook(actor=SYSTEM, referral_id=accepted, appointment=visit(5))
    now = clock.now()
    (found,) = queries.visits_between(now, now + timedelta(days=10))
    assert found.referral.id == accepted
    assert found.appointment.state is AppointmentState.BOOKED
    assert queries.visits_between(now, now + timedelta(days=4)) == ()


def test_what_the_lifecycle_forbids_leaves_no_trace_in_the_schedule(inbound: UUID) -> None:
    with pytest.raises(IllegalTransition):
        actions.book(actor=SYSTEM, referral_id=inbound, appointment=visit())
    referrals.perform(actor=SYSTEM, referral_id=inbound, command=Command.CANCEL)
    with pytest.raises(IllegalTransition):
        actions.log_contact(actor=SYSTEM, referral_id=inbound, outcome=ContactOutcome.SPOKE)
    assert queries.appointments(inbound) == ()
    assert queries.contact_history(inbound) == ()


def test_the_same_missed_time_cannot_be_booked_again(accepted: UUID) -> None:
    missed = visit()
    actions.book(actor=SYSTEM, referral_id=accepted, appointment=missed)
    actions.no_show(actor=SYSTEM, referral_id=accepted)
    with pytest.raises(Invalid):
        actions.book(actor=SYSTEM, referral_id=accepted, appointment=missed)
    assert states(accepted) == [AppointmentState.NO_SHOW]


def test_a_stale_version_is_a_conflict(accepted: UUID) -> None:
    version = referral(accepted).version
    actions.book(actor=SYSTEM, referral_id=accepted, appointment=visit(), version=version)
    with pytest.raises(Conflict):
        actions.rebook(actor=SYSTEM, referral_id=accepted, appointment=visit(9), version=version)


@pytest.mark.parametrize("role", [Role.INTAKE_COORDINATOR, Role.CLINICIAN, Role.INTEGRATION_ADMIN])
def test_only_schedulers_and_managers_schedule(accepted: UUID, persona: Callable[[Role], Actor], role: Role) -> None:
    with pytest.raises(NotPermitted):
        actions.book(actor=persona(role), referral_id=accepted, appointment=visit())
    with pytest.raises(NotPermitted):
        actions.log_contact(actor=persona(role), referral_id=accepted, outcome=ContactOutcome.SPOKE)


def test_another_tenant_sees_nothing_of_the_schedule(accepted: UUID) -> None:
    actions.log_contact(actor=SYSTEM, referral_id=accepted, outcome=ContactOutcome.SPOKE)
    actions.book(actor=SYSTEM, referral_id=accepted, appointment=visit())
    with scoped(make_organization().id):
        assert queries.contact_history(accepted) == ()
        assert queries.appointments(accepted) == ()
        with pytest.raises(NotFound):
            actions.cancel(actor=SYSTEM, referral_id=accepted)


def test_attempts_can_neither_be_changed_nor_deleted(accepted: UUID) -> None:
    actions.log_contact(actor=SYSTEM, referral_id=accepted, outcome=ContactOutcome.SPOKE)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute("DELETE FROM scheduling_contactattempt")


@pytest.mark.django_db(transaction=True)
def test_an_attempt_does_not_undo_the_booking_that_somebody_enters_at_the_same_time() -> None:
    organization = make_organization()
    with scoped(organization.id):
        referral_id = referrals.open_inbound(
            actor=SYSTEM, content=ReferralContentFactory(), reference=mint(), item_id=None, partner_id=None,
            partner_name="", patient_record_id=None, location_id=None, documents=(), received_at=clock.now(),
            sender_proven=True,
        )  # fmt: skip
        referrals.perform(actor=SYSTEM, referral_id=referral_id, command=Command.ACCEPT)
    outcomes: list[str] = []

    def call() -> None:
        try:
            with scoped(organization.id):
                actions.log_contact(actor=SYSTEM, referral_id=referral_id, outcome=ContactOutcome.NO_ANSWER)
            outcomes.append("done")
        except Conflict:
            outcomes.append("conflict")
        finally:
            connection.close()

    caller = threading.Thread(target=call)
    with scoped(organization.id):
        actions.book(actor=SYSTEM, referral_id=referral_id, appointment=visit())
        caller.start()
        # It has read the referral as it was, and waits for the lock.
        wait_for_a_lock()
    caller.join(timeout=20)
    assert outcomes == ["conflict"]
    with scoped(organization.id):
        assert referral(referral_id).row.next_action == NextAction.AWAIT_VISIT


def wait_for_a_lock() -> None:
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("Nobody waits.")
