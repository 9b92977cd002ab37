"""The delivery machine under every order of facts."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homing.messaging import states
from homing.messaging.ports import RETRYABLE_CAUSES, FaxCause, FaxResult, FaxState
from homing.messaging.states import (
    Accepted,
    AnswerLost,
    DeliveryState,
    Fact,
    FailureCause,
    MessageState,
    NotFound,
    NotPlanned,
    Refused,
    Reported,
    Standing,
    StepKind,
)

PAGES = 3
PLANNED = Standing(DeliveryState.PLANNED, PAGES)
SUBMITTING = states.claim(PLANNED)
SUBMITTED = states.after(SUBMITTING, Accepted("fax-1"))
UNKNOWN = states.after(SUBMITTING, AnswerLost())
WHOLE = Reported(FaxResult(FaxState.DELIVERED, PAGES, PAGES, remote_id="OFFICE"))


def failure(cause: FaxCause | None, *, pages_sent: int = 0) -> Reported:
    return Reported(FaxResult(FaxState.FAILED, pages_sent, PAGES, cause=cause, retryable=cause in RETRYABLE_CAUSES))


results = st.builds(
    FaxResult,
    st.sampled_from(FaxState),
    st.integers(0, PAGES + 1),
    st.integers(0, PAGES + 1),
    cause=st.none() | st.sampled_from(FaxCause),
    retryable=st.booleans(),
)
facts: st.SearchStrategy[Fact] = st.one_of(
    st.builds(Accepted, st.sampled_from(["fax-1", "fax-2"])),
    st.builds(Refused, st.sampled_from(FailureCause), st.booleans()),
    st.builds(AnswerLost),
    st.builds(NotFound),
    st.builds(Reported, results),
)
standings = st.sampled_from([PLANNED, SUBMITTING, SUBMITTED, UNKNOWN])


def play(standing: Standing, told: list[Fact]) -> list[Standing]:
    course = [standing]
    for fact in told:
        course.append(states.after(course[-1], fact))
    return course


@given(standings, st.lists(facts))
def test_no_order_of_facts_leaves_the_machine_without_an_answer(standing: Standing, told: list[Fact]) -> None:
    assert play(standing, told)[-1].state in DeliveryState


@given(standings, st.lists(facts))
def test_a_confirmed_delivery_is_never_changed_again(standing: Standing, told: list[Fact]) -> None:
    course = play(standing, told)
    confirmed = [at for at in course if at.state is DeliveryState.CONFIRMED]
    assert len(set(confirmed)) <= 1
    assert not confirmed or course[-1] == confirmed[0]


@given(standings, st.lists(facts), st.lists(facts))
def test_proof_of_delivery_wins_wherever_it_stands(standing: Standing, before: list[Fact], later: list[Fact]) -> None:
    assert play(standing, [*before, WHOLE, *later])[-1].state is DeliveryState.CONFIRMED


@given(standings, st.lists(facts))
def test_confirmed_means_that_every_page_of_ours_was_acknowledged(standing: Standing, told: list[Fact]) -> None:
    last = play(standing, told)[-1]
    assert last.state is not DeliveryState.CONFIRMED or last.pages_sent >= PAGES


@given(standings, st.lists(facts), facts)
def test_a_repeated_fact_changes_nothing(standing: Standing, told: list[Fact], fact: Fact) -> None:
    once = states.after(play(standing, told)[-1], fact)
    assert states.after(once, fact) == once


@given(standings, st.lists(facts))
def test_no_fact_leads_back_to_planned_so_nothing_is_submitted_twice(standing: Standing, told: list[Fact]) -> None:
    for before, after in itertools.pairwise(play(standing, told)):
        assert after.state is not DeliveryState.PLANNED or before.state is DeliveryState.PLANNED


@given(st.lists(facts))
def test_only_a_planned_delivery_can_be_claimed(told: list[Fact]) -> None:
    for standing in play(SUBMITTING, told):
        assert not states.can_claim(standing)
        with pytest.raises(NotPlanned):
            states.claim(standing)


@given(st.lists(facts))
def test_a_failed_delivery_has_a_cause(told: list[Fact]) -> None:
    last = play(SUBMITTING, told)[-1]
    assert (last.state is DeliveryState.FAILED) == (last.cause is not None)


@given(standings, st.lists(facts))
def test_every_change_has_a_name_for_the_timeline(standing: Standing, told: list[Fact]) -> None:
    course = play(standing, told)
    for before, after in itertools.pairwise(course):
        assert before == after or states.step_of(before, after) in StepKind


@given(standings, st.lists(facts))
def test_the_first_reference_stays(standing: Standing, told: list[Fact]) -> None:
    course = play(standing, told)
    references = [at.reference for at in course if at.reference]
    assert len(set(references)) <= 1


def test_a_lost_answer_is_unknown_and_is_asked_before_it_fails() -> None:
    assert UNKNOWN.state is DeliveryState.UNKNOWN
    assert states.after(UNKNOWN, Accepted("fax-1")).state is DeliveryState.SUBMITTED
    nothing = states.after(UNKNOWN, NotFound())
    assert (nothing.state, nothing.cause, nothing.retryable) == (
        DeliveryState.FAILED,
        FailureCause.NEVER_SUBMITTED,
        True,
    )


def test_while_a_request_may_be_on_its_way_nothing_found_means_nothing() -> None:
    assert states.after(SUBMITTING, NotFound()) == SUBMITTING


def test_missing_pages_are_a_broken_line_even_if_the_carrier_calls_it_delivered() -> None:
    partial = states.after(SUBMITTED, Reported(FaxResult(FaxState.DELIVERED, 2, PAGES)))
    assert (partial.state, partial.cause, partial.pages_sent) == (DeliveryState.FAILED, FailureCause.LINE_ERROR, 2)
    assert partial.retryable


def test_fewer_pages_than_we_gave_are_not_whole_even_if_the_carrier_counts_them_so() -> None:
    short = states.after(SUBMITTED, Reported(FaxResult(FaxState.DELIVERED, 1, 1)))
    assert short.state is DeliveryState.FAILED


def test_a_fax_that_the_carrier_forgot_is_unknown_then_a_provider_failure() -> None:
    forgotten = states.after(SUBMITTED, Reported(FaxResult(FaxState.UNKNOWN)))
    assert forgotten.state is DeliveryState.UNKNOWN
    assert states.after(forgotten, Accepted("fax-1")) == SUBMITTED
    assert states.after(forgotten, NotFound()).cause is FailureCause.PROVIDER


def test_a_cancellation_nobody_asked_for_has_its_own_cause() -> None:
    assert states.after(SUBMITTED, failure(None)).cause is FailureCause.STOPPED


def test_a_request_that_arrived_after_all_is_taken_up_again() -> None:
    given_up = states.after(UNKNOWN, NotFound())
    assert states.after(given_up, Accepted("fax-9")) == replace(SUBMITTED, reference="fax-9")


def test_only_what_the_carrier_cannot_have_is_cancelled() -> None:
    assert states.withdraw(PLANNED).state is DeliveryState.CANCELLED
    assert states.withdraw(SUBMITTING) == SUBMITTING


@given(st.sampled_from(MessageState), st.lists(st.sampled_from(DeliveryState), min_size=1))
def test_a_message_is_delivered_exactly_if_one_of_its_deliveries_is_confirmed(
    current: MessageState, deliveries: list[DeliveryState]
) -> None:
    folded = states.message_state(current, deliveries)
    assert (folded is MessageState.DELIVERED) == (DeliveryState.CONFIRMED in deliveries)


@given(st.lists(st.sampled_from(DeliveryState), min_size=1))
def test_a_message_is_undeliverable_only_when_nothing_is_under_way(deliveries: list[DeliveryState]) -> None:
    folded = states.message_state(MessageState.DELIVERING, deliveries)
    assert folded is not MessageState.UNDELIVERABLE or not states.ALIVE & set(deliveries)
