from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homing.simulate.fax_carrier.behaviour import (
    FINAL,
    ON_LINE,
    Behaviour,
    LineTimes,
    Outcome,
    Phase,
    Rule,
    course_of_call,
)

rules = st.none() | st.builds(
    Rule,
    rule_id=st.just(1),
    behaviour=st.sampled_from(sorted(ON_LINE)),
    pages=st.integers(0, 40),
    seconds=st.floats(0, 99),
)


@given(pages=st.integers(1, 30), rule=rules)
def test_every_call_ends_once_and_at_the_end_unless_it_is_lost(pages: int, rule: Rule | None) -> None:
    course = course_of_call(pages, rule, LineTimes())

    lost = rule is not None and rule.behaviour is Behaviour.LOST
    assert [step.phase in FINAL for step in course] == [False] * (len(course) - 1) + [not lost]
    assert all((step.outcome is not None) == (step.phase in FINAL) for step in course)


@given(pages=st.integers(1, 30), rule=rules)
def test_pages_are_acknowledged_one_after_the_other_and_never_too_many(pages: int, rule: Rule | None) -> None:
    acknowledged = [step.acknowledged for step in course_of_call(pages, rule, LineTimes())]

    assert acknowledged == sorted(acknowledged)
    assert acknowledged[-1] <= pages
    assert max(acknowledged) == acknowledged[-1]


@given(pages=st.integers(1, 30), rule=rules)
def test_only_a_call_that_acknowledges_every_page_or_is_told_to_lie_ends_well(pages: int, rule: Rule | None) -> None:
    last = course_of_call(pages, rule, LineTimes())[-1]

    if last.outcome is Outcome.OK:
        assert last.acknowledged == pages or (rule is not None and rule.behaviour is Behaviour.PARTIAL)


def test_a_page_takes_its_time_on_the_line() -> None:
    quick = sum(step.after_s for step in course_of_call(3, None, LineTimes(page_s=30, handshake_s=12)))
    slow = course_of_call(3, Rule(1, Behaviour.SLOW, seconds=115), LineTimes(page_s=30, handshake_s=12))

    assert quick == 12 + 3 * 30 + 1
    assert sum(step.after_s for step in slow) == 12 + 3 * 115 + 1
    assert slow[-1].phase is Phase.DONE


@pytest.mark.parametrize("seed", ["a", "b"])
def test_chance_is_the_same_for_the_same_seed_and_close_to_what_was_asked(seed: str) -> None:
    def drawn() -> list[bool]:
        return [Rule(7, Behaviour.BUSY, probability=0.25, draws=draw).applies(seed) for draw in range(1000)]

    assert drawn() == drawn()
    assert 180 < sum(drawn()) < 320
