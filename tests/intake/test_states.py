from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from homing.intake import states
from homing.intake.states import Disposition, IllegalStep, Item, State, Step

OPEN_STATES = [state for state in State if state is not State.DISPOSED]


class LedgerLine(RuleBasedStateMachine):
    """Any sequence of steps, failures, retries, decisions and undos, legal or not."""

    def __init__(self) -> None:
        super().__init__()
        self.item = Item()
        self.ended = 0
        self.reopened = 0

    @rule(to=st.sampled_from(list(State)))
    def step(self, to: State) -> None:
        before = self.item
        if states.can_advance(before, to):
            self.item = states.advance(before, to)
            assert states.PIPELINE.index(self.item.state) == states.PIPELINE.index(before.state) + 1
        else:
            with pytest.raises(IllegalStep):
                states.advance(before, to)

    @rule()
    def fail(self) -> None:
        before = self.item
        if states.can_fail(before):
            self.item = states.fail(before)
            assert self.item.failed_in is before.state
        else:
            with pytest.raises(IllegalStep):
                states.fail(before)

    @rule()
    def retry(self) -> None:
        before = self.item
        if states.can_retry(before):
            self.item = states.retry(before)
            assert self.item.state is before.failed_in
        else:
            with pytest.raises(IllegalStep):
                states.retry(before)

    @rule()
    def take_over(self) -> None:
        if states.can_take_over(self.item):
            self.item = states.take_over(self.item)
        else:
            with pytest.raises(IllegalStep):
                states.take_over(self.item)

    @rule(disposition=st.sampled_from(list(Disposition)))
    def dispose(self, disposition: Disposition) -> None:
        if states.can_dispose(self.item, disposition):
            self.item = states.dispose(self.item, disposition)
            self.ended += 1
            assert self.item.disposition is disposition
        else:
            with pytest.raises(IllegalStep):
                states.dispose(self.item, disposition)

    @precondition(lambda self: not self.item.is_open)
    @rule()
    def reopen(self) -> None:
        if states.can_reopen(self.item):
            self.item = states.reopen(self.item)
            self.reopened += 1
            assert self.item.state is State.IN_REVIEW
        else:
            assert self.item.disposition not in states.REVERSIBLE
            with pytest.raises(IllegalStep):
                states.reopen(self.item)

    @invariant()
    def is_open_or_has_exactly_one_disposition(self) -> None:
        assert (self.item.disposition is None) == (self.item.state is not State.DISPOSED)
        assert self.ended - self.reopened == (0 if self.item.is_open else 1)

    @invariant()
    def a_failed_item_knows_where_it_failed(self) -> None:
        assert (self.item.failed_in is not None) == (self.item.state is State.FAILED)


TestLedgerLine = LedgerLine.TestCase


def test_the_pipeline_leads_from_received_to_review_and_ends_there() -> None:
    item = Item()
    seen = [item.state]
    while (following := states.next_state(item.state)) is not None:
        item = states.advance(item, following)
        seen.append(item.state)

    assert tuple(seen) == states.PIPELINE
    assert item.state is State.IN_REVIEW


@given(st.sampled_from(OPEN_STATES))
def test_every_open_state_can_come_to_an_end(state: State) -> None:
    item = Item(state, failed_in=State.RECEIVED if state is State.FAILED else None)
    while not any(states.can_dispose(item, disposition) for disposition in Disposition):
        following = states.next_state(item.state)
        assert following is not None
        item = states.advance(item, following)


@pytest.mark.parametrize("disposition", [d for d in Disposition if d not in states.REVERSIBLE])
def test_what_changed_something_outside_the_ledger_cannot_be_undone(disposition: Disposition) -> None:
    assert not states.can_reopen(Item(State.DISPOSED, disposition))


def test_nothing_becomes_a_referral_before_it_is_routed() -> None:
    early = [State.RECEIVED, State.READ, State.CLASSIFIED, State.EXTRACTED, State.MATCHED]

    assert not any(states.can_dispose(Item(state), Disposition.REFERRAL_OPENED) for state in early)


@pytest.mark.parametrize(
    ("state", "has_document", "pages", "step"),
    [
        (State.RECEIVED, False, 0, Step.FETCH),
        (State.RECEIVED, True, 0, Step.RENDER),
        (State.RECEIVED, True, 3, Step.RECOGNISE),
        (State.READ, True, 3, Step.CLASSIFY),
        (State.CLASSIFIED, True, 3, Step.EXTRACT),
        (State.EXTRACTED, True, 3, Step.MATCH),
        (State.MATCHED, True, 3, Step.ROUTE),
        (State.ROUTED, True, 3, Step.DECIDE),
        (State.IN_REVIEW, True, 3, None),
        (State.FAILED, True, 3, None),
        (State.DISPOSED, True, 3, None),
    ],
)
def test_each_state_has_one_next_step(state: State, *, has_document: bool, pages: int, step: Step | None) -> None:
    assert states.step_for(state, has_document=has_document, pages=pages) is step
