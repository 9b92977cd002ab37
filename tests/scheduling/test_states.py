"""Appointments out of a history; due times of contact attempts. Pure."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from homing.content.appointment import Appointment
from homing.content.referral import Priority
from homing.referrals.events import ContactOutcome, EventData
from homing.referrals.policy import NextAction
from homing.referrals.ports import RecordedEvent
from homing.referrals.states import Direction, EventKind, Status
from homing.scheduling import policy
from homing.scheduling.states import VISIT_KINDS, AppointmentState, visits
from tests.referrals.stories import LATER_VISIT, MONDAY, VISIT

E, A = EventKind, AppointmentState


def event(kind: EventKind, hour: int, appointment: Appointment | None = None) -> RecordedEvent:
    at = MONDAY + timedelta(hours=hour)
    data = EventData(appointment=appointment)
    return RecordedEvent(UUID(int=hour), UUID(int=0), Direction.INBOUND, kind, at, at, data, Status.SCHEDULED)


@st.composite
def histories(draw: st.DrawFn) -> list[RecordedEvent]:
    kinds = draw(st.lists(st.sampled_from(sorted(VISIT_KINDS)), max_size=15))
    appointments = st.sampled_from((None, VISIT, LATER_VISIT, Appointment(MONDAY), Appointment(VISIT.start)))
    return [event(kind, hour, draw(appointments)) for hour, kind in enumerate(kinds)]


@settings(max_examples=500)
@given(histories())
def test_no_booking_is_lost_and_at_most_one_is_booked(history: list[RecordedEvent]) -> None:
    found = visits(history)
    told = {one.data.appointment for one in history if one.kind in {E.SCHEDULED, E.RESCHEDULED}} - {None}
    assert {one.appointment for one in found} == told
    assert sum(one.state is A.BOOKED for one in found) <= 1
    assert all((one.settled_at is None) == (one.state is A.BOOKED) for one in found)


@settings(max_examples=500)
@given(histories())
def test_a_history_told_twice_over_at_its_end_changes_nothing(history: list[RecordedEvent]) -> None:
    repeated = [one for told in history for one in (told, told)]
    kinds = {one.kind for one in history}
    if E.VISIT_RETRACTED not in kinds and None not in {one.data.appointment for one in history}:
        assert visits(repeated) == visits(history)


def test_news_about_a_replaced_appointment_leaves_the_booked_one_alone() -> None:
    history = [
        event(E.SCHEDULED, 1, VISIT),
        event(E.RESCHEDULED, 2, LATER_VISIT),
        event(E.APPOINTMENT_CANCELLED, 3, VISIT),
    ]
    assert [one.state for one in visits(history)] == [A.MOVED, A.BOOKED]


def test_a_cancelled_time_can_be_booked_again() -> None:
    history = [
        event(E.SCHEDULED, 1, VISIT),
        event(E.APPOINTMENT_CANCELLED, 2),
        event(E.SCHEDULED, 3, VISIT),
    ]
    assert [one.state for one in visits(history)] == [A.BOOKED]


def test_a_visit_without_an_appointment_makes_none_up() -> None:
    assert visits([event(E.COMPLETED, 1), event(E.NO_SHOW, 2, VISIT)]) == ()


def test_every_outcome_of_every_attempt_has_something_next_and_a_time_ahead() -> None:
    for outcome in ContactOutcome:
        for unreached in range(6):
            for priority in Priority:
                work = policy.next_work(outcome, unreached, priority, MONDAY, "America/New_York")
                assert work.due_at > MONDAY
                is_decision = work.next_action == NextAction.DECIDE_UNREACHABLE
                assert is_decision == (outcome in policy.UNREACHED and unreached >= policy.ATTEMPTS)


def test_attempts_are_counted_from_the_last_time_somebody_was_reached() -> None:
    no, spoke = ContactOutcome.NO_ANSWER, ContactOutcome.SPOKE
    assert [policy.unreached_in_a_row(one) for one in ([], [no, no], [no, spoke], [no, spoke, no, no])] == [0, 2, 0, 2]
