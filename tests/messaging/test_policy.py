"""When to try again and whom to ask."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homing.messaging import policy
from homing.messaging.policy import MessageKind
from homing.messaging.states import FailureCause


def waits(cause: FailureCause) -> list[float]:
    found = []
    failures = [cause]
    while (wait := policy.retry_after(failures, retryable=True)) is not None:
        found.append(wait.total_seconds() / 60)
        failures.append(cause)
    return found


def test_a_busy_line_is_tried_again_after_2_5_10_20_and_40_minutes() -> None:
    assert waits(FailureCause.BUSY) == [2, 5, 10, 20, 40]


def test_no_answer_is_tried_again_after_5_15_and_60_minutes() -> None:
    assert waits(FailureCause.NO_ANSWER) == [5, 15, 60]


@pytest.mark.parametrize(
    "cause",
    [
        FailureCause.NO_FAX,
        FailureCause.BAD_NUMBER,
        FailureCause.CONVERSION,
        FailureCause.REJECTED,
        FailureCause.STOPPED,
    ],
)
def test_what_would_fail_again_is_not_tried_again(cause: FailureCause) -> None:
    assert waits(cause) == []


def test_a_carrier_that_says_never_again_is_believed() -> None:
    assert policy.retry_after([FailureCause.PROVIDER], retryable=False) is None


@given(st.lists(st.sampled_from(FailureCause), min_size=policy.MAX_ATTEMPTS))
def test_whatever_fails_there_is_an_end(failures: list[FailureCause]) -> None:
    assert policy.retry_after(failures, retryable=True) is None


@given(st.sampled_from(MessageKind), st.none() | st.sampled_from(FailureCause))
def test_a_human_task_says_what_to_do_and_is_due_within_15_minutes(
    kind: MessageKind, cause: FailureCause | None
) -> None:
    task = policy.human_task(kind, cause)
    assert task.next_action
    assert timedelta() < task.due_in <= timedelta(minutes=15)


@given(st.timedeltas(min_value=timedelta()))
def test_the_poller_asks_soon_and_never_rarely(age: timedelta) -> None:
    assert policy.FIRST_POLL <= policy.next_poll(age) <= policy.LAST_POLL


def test_the_lease_outlives_the_window_and_the_wait_before_asking() -> None:
    assert policy.SUBMIT_WINDOW < policy.ASK_AFTER < policy.SUBMIT_LEASE


def test_a_second_carrier_takes_over_when_the_first_fails() -> None:
    names = ("one", "two")
    assert policy.choose_carrier(names, []) == "one"
    assert policy.choose_carrier(names, [FailureCause.PROVIDER]) == "two"
    assert policy.choose_carrier(names, [FailureCause.BUSY]) == "one"
