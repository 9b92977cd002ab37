"""The table of the lifecycle, cell by cell: status by command by direction."""

from __future__ import annotations

import pytest

from homing.referrals.states import (
    COMMANDS,
    EVENT_OF,
    Closure,
    Command,
    Direction,
    EventKind,
    IllegalTransition,
    State,
    Status,
    can,
    check,
    legal,
    step,
)
from tests.referrals.stories import LATER_VISIT, STANDING, fact, standing

INBOUND, OUTBOUND = Direction.INBOUND, Direction.OUTBOUND

# Written from the lifecycle by hand, not from the code: each cell says where the command leads; what is not named
# is illegal. `=` stays.
EXPECTED = {
    INBOUND: {
        "draft": "receive:received cancel:cancelled assign:= comment:=",
        "sent": "receive:received cancel:cancelled close:closed assign:= comment:=",
        "received": "request_information:needs_information accept:accepted decline:declined redirect:redirected "
        "record_contact:= cancel:cancelled close:closed assign:= comment:=",
        "needs_information": "request_information:= provide_information:received accept:accepted decline:declined "
        "redirect:redirected record_contact:= cancel:cancelled close:closed assign:= comment:=",
        "accepted": "request_information:needs_information decline:declined redirect:redirected "
        "release_to_scheduling:pending_scheduling record_contact:pending_scheduling "
        "unable_to_reach:pending_scheduling book:scheduled cancel:cancelled close:closed assign:= comment:=",
        "declined": "reopen:received comment:=",
        "redirected": "comment:=",
        "pending_scheduling": "request_information:needs_information decline:declined redirect:redirected "
        "record_contact:= unable_to_reach:= book:scheduled cancel:cancelled close:closed assign:= comment:=",
        "scheduled": "request_information:= record_contact:= rebook:= cancel_appointment:pending_scheduling "
        "no_show:no_show complete:completed return_outcome:completed cancel:cancelled close:closed assign:= comment:=",
        "no_show": "request_information:= decline:declined redirect:redirected "
        "release_to_scheduling:pending_scheduling "
        "record_contact:pending_scheduling unable_to_reach:pending_scheduling book:scheduled complete:completed "
        "cancel:cancelled close:closed assign:= comment:=",
        "completed": "return_outcome:= retract_visit:scheduled record_contact:= close:closed assign:= comment:=",
        "closed": "reopen:pending_scheduling comment:=",
        "cancelled": "reopen:accepted comment:=",
    },
    OUTBOUND: {
        "draft": "send:= cancel:cancelled assign:= comment:=",
        "sent": "send:= redirect:redirected chase:= cancel:cancelled close:closed assign:= comment:=",
        "received": "redirect:redirected chase:= cancel:cancelled close:closed assign:= comment:=",
        "needs_information": "provide_information:received redirect:redirected chase:= cancel:cancelled close:closed "
        "assign:= comment:=",
        "accepted": "redirect:redirected chase:= cancel:cancelled close:closed assign:= comment:=",
        "declined": "redirect:redirected chase:= cancel:cancelled close:closed assign:= comment:=",
        "redirected": "comment:=",
        "pending_scheduling": "redirect:redirected chase:= cancel:cancelled close:closed assign:= comment:=",
        "scheduled": "redirect:redirected chase:= cancel:cancelled close:closed assign:= comment:=",
        "no_show": "redirect:redirected chase:= cancel:cancelled close:closed assign:= comment:=",
        "completed": "review_outcome:closed retract_visit:scheduled chase:= close:closed assign:= comment:=",
        "closed": "reopen:pending_scheduling comment:=",
        "cancelled": "reopen:accepted comment:=",
    },
}
CELLS = [(direction, status, command) for direction in Direction for status in Status for command in Command]


def expected(direction: Direction, status: Status, command: Command) -> str | None:
    cells = dict(cell.split(":") for cell in EXPECTED[direction][status].split())
    target = cells.get(command)
    return str(status) if target == "=" else target


@pytest.mark.parametrize(("direction", "status"), [(d, s) for d in Direction for s in Status])
def test_every_status_can_be_reached_in_both_directions(direction: Direction, status: Status) -> None:
    assert standing(direction, status).status is status


def test_every_cell_of_the_table_is_legal_and_leads_exactly_where_the_lifecycle_says() -> None:
    wrong = []
    for direction, status, command in CELLS:
        state = standing(direction, status)
        target = expected(direction, status, command)
        # Another visit than the first: a repeated booking of a missed visit is no booking.
        done = fact(EVENT_OF[command], hour=99, appointment=LATER_VISIT if command is Command.BOOK else None)
        after = step(state, done).status if can(state, command) else None
        if after != target:
            wrong.append((direction, status, command, target, after))
    assert wrong == []


def test_every_illegal_cell_raises_a_conflict_that_names_the_status() -> None:
    for direction, status, command in CELLS:
        if expected(direction, status, command) is None:
            with pytest.raises(IllegalTransition) as refusal:
                check(standing(direction, status), command)
            assert refusal.value.status == 409
            assert status.replace("_", " ") in str(refusal.value)


def test_every_legal_cell_passes_the_check() -> None:
    for direction, status, command in CELLS:
        if expected(direction, status, command):
            check(standing(direction, status), command)


def test_the_table_has_a_row_for_every_status_and_a_comment_in_each() -> None:
    for direction in Direction:
        assert set(COMMANDS[direction]) == set(Status)
        assert all(Command.COMMENT in commands for commands in COMMANDS[direction].values())


def test_every_command_is_legal_somewhere_and_has_one_event() -> None:
    used = {command for rows in COMMANDS.values() for commands in rows.values() for command in commands}
    assert used == set(Command)
    assert set(EVENT_OF) == set(Command)
    assert len(set(EVENT_OF.values())) == len(EVENT_OF)


def test_every_open_status_has_a_command_that_leads_on() -> None:
    for direction in Direction:
        for status in Status:
            state = standing(direction, status)
            moving = legal(state) - {Command.COMMENT, Command.ASSIGN, Command.CHASE}
            assert not state.is_open or moving, (direction, status)


def test_a_referral_is_open_until_closed_cancelled_redirected_or_inbound_declined() -> None:
    ended = {Status.CLOSED, Status.CANCELLED, Status.REDIRECTED}
    for status in Status:
        assert standing(OUTBOUND, status).is_open is (status not in ended)
        assert standing(INBOUND, status).is_open is (status not in ended | {Status.DECLINED})


@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize("closure", list(Closure))
def test_every_closure_closes_both_directions_and_only_the_returned_outcome_is_a_closed_loop(
    direction: Direction, closure: Closure
) -> None:
    state = step(standing(direction, Status.RECEIVED), fact(EventKind.CLOSED, hour=99, closure=closure))
    assert (state.status, state.closure) == (Status.CLOSED, closure)
    assert state.is_closed_loop is (closure is Closure.OUTCOME_RETURNED)


def test_a_note_cannot_be_reviewed_before_it_has_come() -> None:
    seen = step(State(OUTBOUND), fact(EventKind.COMPLETED))
    with pytest.raises(IllegalTransition, match="note"):
        check(seen, Command.REVIEW_OUTCOME)


def test_the_stories_stand_on_every_status_by_events_of_the_lifecycle_only() -> None:
    assert set(STANDING) == set(Direction)
