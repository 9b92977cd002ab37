"""Facts in any order, repeated, late or contradicting each other."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from homing.content.appointment import Appointment
from homing.referrals.states import (
    EVENT_OF,
    FACTS,
    Closure,
    Command,
    Direction,
    EventKind,
    Fact,
    State,
    Status,
    can,
    fold,
    legal,
    step,
)
from tests.referrals.stories import LATER_VISIT, MONDAY, VISIT, fact, story

E = EventKind
INBOUND, OUTBOUND = Direction.INBOUND, Direction.OUTBOUND
directions = st.sampled_from(Direction)
visits = st.sampled_from((None, VISIT, LATER_VISIT, replace(VISIT, identifier=""), Appointment(start=MONDAY)))


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    kind = draw(st.sampled_from(EventKind))
    closure = draw(st.sampled_from(Closure)) if kind is E.CLOSED else None
    moment = MONDAY + timedelta(hours=draw(st.integers(0, 30)))
    return Fact(kind, moment, draw(st.uuids()).hex, closure, draw(visits))


histories = st.lists(facts(), max_size=25)


def assert_sound(state: State) -> None:
    assert (state.status is Status.CLOSED) == (state.closure is not None)
    assert state.is_open == (state.status not in _ended(state.direction))
    assert (state.course is Status.NEEDS_INFORMATION) == (state.held is not None)
    assert state.course not in {Status.CLOSED, Status.CANCELLED, Status.REDIRECTED}
    assert state.appointment is None or state.course in {Status.SCHEDULED, Status.COMPLETED}
    assert not state.is_closed_loop or state.course is Status.COMPLETED
    assert legal(state)


def _ended(direction: Direction) -> set[Status]:
    ended = {Status.CLOSED, Status.CANCELLED, Status.REDIRECTED}
    return ended | {Status.DECLINED} if direction is INBOUND else ended


@settings(max_examples=400)
@given(directions, histories, st.randoms(use_true_random=False))
def test_the_order_of_learning_never_matters(direction: Direction, history: list[Fact], chance: random.Random) -> None:
    shuffled = list(history)
    chance.shuffle(shuffled)
    assert fold(direction, shuffled) == fold(direction, history)


@settings(max_examples=400)
@given(directions, histories, st.data())
def test_a_repeat_of_any_fact_changes_nothing_even_under_another_key(
    direction: Direction, history: list[Fact], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(history), max_size=8)) if history else []
    repeats = [replace(one, key=f"{one.key}-again-{number}") for number, one in enumerate(again)]
    assert fold(direction, history + again + repeats) == fold(direction, history)


@settings(max_examples=400)
@given(directions, histories)
def test_no_sequence_of_facts_reaches_an_illegal_state(direction: Direction, history: list[Fact]) -> None:
    for length in range(len(history) + 1):
        assert_sound(fold(direction, history[:length]))


@settings(max_examples=400)
@given(directions, histories, facts())
def test_a_step_taken_twice_is_a_step_taken_once(direction: Direction, history: list[Fact], last: Fact) -> None:
    once = step(fold(direction, history), last)
    assert step(once, last) == once


class Referral(RuleBasedStateMachine):
    """Facts arrive late and in any order, people command in between, and nothing is lost."""

    @initialize(direction=directions)
    def begin(self, direction: Direction) -> None:
        self.direction = direction
        self.clock = MONDAY + timedelta(hours=50)
        self.told: list[Fact] = []
        self.history: dict[str, Fact] = {}

    def _learn(self, news: Fact) -> None:
        self.told.append(news)
        self.history.setdefault(news.key, news)

    @property
    def state(self) -> State:
        return fold(self.direction, self.history.values())

    @rule(data=st.data(), hours=st.integers(0, 50), visit=visits)
    def a_fact_is_learnt(self, data: st.DataObject, hours: int, visit: Appointment | None) -> None:
        kind = data.draw(st.sampled_from(sorted(FACTS[self.direction])))
        self._learn(replace(fact(kind, hour=hours), appointment=visit))

    @rule(data=st.data())
    def a_fact_is_repeated(self, data: st.DataObject) -> None:
        if self.told:
            before = self.state
            self._learn(data.draw(st.sampled_from(self.told)))
            assert self.state == before

    @rule(data=st.data(), closure=st.sampled_from(Closure))
    def a_person_does_what_is_legal(self, data: st.DataObject, closure: Closure) -> None:
        state = self.state
        command = data.draw(st.sampled_from(sorted(legal(state))))
        self.clock += timedelta(minutes=1)
        done = fact(EVENT_OF[command], hour=0, closure=closure if command is Command.CLOSE else None)
        done = replace(done, occurred_at=self.clock)
        self._learn(done)
        # A decision follows all that is known, so it takes effect at once.
        assert self.state == step(state, done)

    @invariant()
    def nothing_is_lost_and_the_state_is_legal(self) -> None:
        if hasattr(self, "history"):
            assert set(self.history) == {news.key for news in self.told}
            assert_sound(self.state)
            backwards = sorted(self.history.values(), key=lambda one: one.key, reverse=True)
            assert fold(self.direction, backwards) == self.state


TestReferral = Referral.TestCase
TestReferral.settings = settings(max_examples=150, stateful_step_count=30)


def test_completed_learnt_before_scheduled_ends_completed() -> None:
    assert fold(INBOUND, [fact(E.COMPLETED, hour=9), fact(E.SCHEDULED, hour=3)]).status is Status.COMPLETED


def test_a_booking_stamped_after_the_visit_does_not_undo_it() -> None:
    assert fold(OUTBOUND, [fact(E.COMPLETED, hour=3), fact(E.SCHEDULED, hour=9)]).status is Status.COMPLETED


def test_a_missed_visit_goes_back_to_scheduling_with_the_next_contact() -> None:
    missed = story(E.RECEIVED, E.ACCEPTED, E.SCHEDULED, E.NO_SHOW)
    assert fold(INBOUND, missed).status is Status.NO_SHOW
    assert fold(INBOUND, [*missed, fact(E.CONTACTED, hour=9)]).status is Status.PENDING_SCHEDULING


def test_a_repeated_booking_of_the_missed_visit_does_not_book_it_again() -> None:
    history = [*story(E.RECEIVED, E.SCHEDULED, E.NO_SHOW), fact(E.SCHEDULED, hour=9)]
    assert fold(INBOUND, history).status is Status.NO_SHOW
    assert fold(INBOUND, [*history, fact(E.SCHEDULED, hour=10, appointment=LATER_VISIT)]).status is Status.SCHEDULED


def test_news_about_a_replaced_appointment_is_history_only() -> None:
    history = [
        *story(E.RECEIVED, E.SCHEDULED),
        fact(E.RESCHEDULED, hour=5, appointment=LATER_VISIT),
        fact(E.APPOINTMENT_CANCELLED, hour=6, appointment=VISIT),
        fact(E.NO_SHOW, hour=7, appointment=VISIT),
    ]
    state = fold(INBOUND, history)
    assert (state.status, state.appointment) == (Status.SCHEDULED, LATER_VISIT)


def test_information_that_was_asked_for_returns_the_referral_to_where_it_was() -> None:
    for before in (E.RECEIVED, E.ACCEPTED, E.READY_TO_SCHEDULE):
        asked = story(E.SENT, before, E.INFORMATION_REQUESTED)
        assert fold(OUTBOUND, asked).status is Status.NEEDS_INFORMATION
        answered = [*asked, fact(E.INFORMATION_PROVIDED, hour=9)]
        assert fold(OUTBOUND, answered).status == fold(OUTBOUND, asked[:2]).status


def test_a_partner_who_declined_can_change_their_mind_and_we_act_on_it_until_then() -> None:
    declined = story(E.SENT, E.RECEIVED, E.DECLINED)
    assert fold(OUTBOUND, declined).is_open
    assert fold(OUTBOUND, [*declined, fact(E.ACCEPTED, hour=9)]).status is Status.ACCEPTED


def test_news_after_the_end_changes_the_course_that_reopening_finds() -> None:
    closed = [*story(E.RECEIVED, E.ACCEPTED, E.CLOSED), fact(E.SCHEDULED, hour=9)]
    assert fold(INBOUND, closed).status is Status.CLOSED
    assert fold(INBOUND, [*closed, fact(E.REOPENED, hour=10)]).status is Status.SCHEDULED


def test_a_delivered_outcome_closes_the_loop_whenever_it_is_learnt() -> None:
    delivered = fact(E.OUTCOME_DELIVERED, hour=4)
    given_up = fact(E.CLOSED, hour=5, closure=Closure.UNABLE_TO_REACH)
    for history in ([delivered, given_up], [given_up, delivered], [replace(delivered, occurred_at=MONDAY), given_up]):
        state = fold(INBOUND, [*story(E.RECEIVED, E.ACCEPTED), *history])
        assert (state.status, state.closure) == (Status.CLOSED, Closure.OUTCOME_RETURNED)


def test_a_duplicate_never_counts_as_a_closed_loop() -> None:
    history = [
        *story(E.RECEIVED),
        fact(E.CLOSED, hour=3, closure=Closure.DUPLICATE),
        fact(E.OUTCOME_DELIVERED, hour=4),
    ]
    assert not fold(INBOUND, history).is_closed_loop


def test_who_was_seen_can_no_longer_be_declined_cancelled_or_redirected() -> None:
    for kind in (E.DECLINED, E.CANCELLED, E.REDIRECTED):
        for direction in Direction:
            seen = [*story(E.RECEIVED, E.COMPLETED), fact(kind, hour=9)]
            assert fold(direction, seen).status is Status.COMPLETED


def test_what_only_a_receiver_does_means_nothing_to_a_sender_and_the_reverse() -> None:
    assert fold(OUTBOUND, story(E.SENT, E.OUTCOME_DELIVERED)).status is Status.SENT
    assert fold(INBOUND, story(E.RECEIVED, E.OUTCOME_REVIEWED)).status is Status.RECEIVED


def test_asking_to_send_is_not_being_sent() -> None:
    state = fold(OUTBOUND, story(E.DRAFTED, E.SEND_REQUESTED))
    assert state.status is Status.DRAFT
    assert state.send_requested
    assert can(state, Command.SEND)


def test_an_unreachable_patient_is_reachable_again_once_spoken_to_or_booked() -> None:
    silent = story(E.RECEIVED, E.ACCEPTED, E.UNABLE_TO_REACH)
    assert fold(INBOUND, silent).unreachable
    for kind in (E.CONTACTED, E.SCHEDULED, E.INFORMATION_PROVIDED):
        assert not fold(INBOUND, [*silent, fact(kind, hour=9)]).unreachable
