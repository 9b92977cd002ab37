from __future__ import annotations

import pytest

from homing.accounts.policy import Role
from homing.intake.policy import KINDS
from homing.intake.states import Disposition
from homing.messaging.states import MessageState, StepKind
from homing.referrals.states import Closure, Command, Direction, EventKind, Status
from homing.web import words
from homing.web.workspace import case_forms, evidence

FACTS = case_forms.FormFacts(
    (), (), (), (), (), "2026-11-21T10:00", "", "2026-11-22T10:00", "triage", "clinician", Direction.OUTBOUND
)


@pytest.mark.parametrize("status", Status)
def test_every_status_has_a_badge(status: Status) -> None:
    assert "_" not in words.status_badge(status).text


@pytest.mark.parametrize("kind", EventKind)
def test_every_event_has_words_of_its_own(kind: EventKind) -> None:
    title, icon, _ = words.event_words(kind)
    assert title
    assert icon
    assert kind in words._EVENTS


@pytest.mark.parametrize("command", Command)
def test_every_command_has_a_button_and_asks_for_what_it_needs(command: Command) -> None:
    assert "_" not in words.command_text(command)
    assert command in case_forms.INSTANT or case_forms.form_of(command, FACTS).controls


@pytest.mark.parametrize("closure", Closure)
def test_every_closure_has_words(closure: Closure) -> None:
    assert closure in words._CLOSURE


def test_nobody_closes_the_loop_by_hand() -> None:
    assert Closure.OUTCOME_RETURNED not in {option.value for option in words.closure_options()}


@pytest.mark.parametrize("disposition", Disposition)
def test_every_disposition_has_words(disposition: Disposition) -> None:
    assert disposition in words._DISPOSITIONS


@pytest.mark.parametrize("role", Role)
def test_every_role_has_a_queue(role: Role) -> None:
    assert role in words._ROLES


def test_every_step_and_state_of_a_message_has_words() -> None:
    assert set(evidence._STEPS) == set(StepKind)
    assert set(evidence._STATES) == set(MessageState)


def test_kinds_are_readable() -> None:
    assert all("_" not in words.kind_text(kind) for kind in KINDS)


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("status", Status)
def test_each_legal_command_stands_on_the_page_exactly_once(direction: Direction, status: Status) -> None:
    from homing.referrals.states import COMMANDS

    possible = frozenset(command.value for command in COMMANDS[direction][status])
    main, more = case_forms.actions_of(direction, status, possible, has_outcome=False)
    shown = [action.command for action in (*main, *more)]
    assert sorted(shown) == sorted(possible)
    assert sum(action.is_primary for action in (*main, *more)) <= 1
