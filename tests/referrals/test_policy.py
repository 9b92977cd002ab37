"""Next actions, due times, obligations and completeness."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homing.accounts.policy import PERMISSIONS, Role
from homing.content.referral import Priority
from homing.referrals import policy
from homing.referrals.events import ContactOutcome, EventData, Evidence, RedirectTarget
from homing.referrals.policy import NextAction, ObligationKind
from homing.referrals.states import COMMANDS, Closure, Command, Direction, EventKind, Status, fold, legal
from tests.referrals.stories import LATER_VISIT, MONDAY, STANDING, VISIT, fact, standing, story

E = EventKind
INBOUND, OUTBOUND = Direction.INBOUND, Direction.OUTBOUND
FRIDAY = datetime(2026, 11, 6, 21, tzinfo=UTC)


def open_states() -> list[tuple[Direction, Status]]:
    return [(d, s) for d in Direction for s in Status if standing(d, s).is_open]


@pytest.mark.parametrize(("direction", "status"), open_states())
@pytest.mark.parametrize("priority", list(Priority))
def test_every_open_status_has_a_next_action_a_role_and_a_due_time_ahead(
    direction: Direction, status: Status, priority: Priority
) -> None:
    work = policy.default_work(standing(direction, status), priority, MONDAY)
    assert work.next_action in set(NextAction)
    assert work.owner_role in set(Role)
    assert work.due_at > MONDAY


def test_the_role_that_owns_the_next_action_may_do_something_about_it() -> None:
    for direction, status in open_states():
        state = standing(direction, status)
        role = Role(policy.default_work(state, Priority.ROUTINE, MONDAY).owner_role)
        moving = legal(state) - {Command.COMMENT, Command.ASSIGN}
        able = [one for one in moving if PERMISSIONS[role] & set(policy.permissions_for(direction, one))]
        assert able, (direction, status, role)


def test_the_more_urgent_the_sooner_and_never_later() -> None:
    for direction, status in open_states():
        dues = [policy.default_work(standing(direction, status), p, MONDAY).due_at for p in reversed(Priority)]
        assert dues == sorted(dues), (direction, status)


def test_nothing_is_due_before_the_visit_however_urgent() -> None:
    work = policy.default_work(standing(INBOUND, Status.SCHEDULED), Priority.STAT, MONDAY)
    assert work.next_action == NextAction.AWAIT_VISIT
    assert work.due_at > VISIT.start


@pytest.mark.parametrize(
    ("direction", "kinds", "action"),
    [
        (INBOUND, (E.RECEIVED, E.ACCEPTED, E.UNABLE_TO_REACH), NextAction.DECIDE_UNREACHABLE),
        (INBOUND, (E.RECEIVED, E.COMPLETED, E.OUTCOME_RETURNED), NextAction.CONFIRM_NOTE_DELIVERY),
        (OUTBOUND, (E.DRAFTED, E.SEND_REQUESTED), NextAction.AWAIT_DELIVERY),
        (OUTBOUND, (E.SENT, E.OUTCOME_RECEIVED), NextAction.REVIEW_NOTE),
        (OUTBOUND, (E.SENT, E.COMPLETED), NextAction.OBTAIN_NOTE),
        (OUTBOUND, (E.SENT, E.ACCEPTED, E.UNABLE_TO_REACH), NextAction.OBTAIN_APPOINTMENT),
    ],
)
def test_what_is_known_besides_the_status_decides_too(
    direction: Direction, kinds: tuple[EventKind, ...], action: NextAction
) -> None:
    assert policy.default_work(fold(direction, story(*kinds)), Priority.ROUTINE, MONDAY).next_action == action


def test_business_days_pass_over_the_weekend_of_the_organizations_zone() -> None:
    # Friday 17:00 in New York is Saturday in Tokyo from 06:00 on.
    assert policy.add_business_days(FRIDAY, 1, "America/New_York").date().isoformat() == "2026-11-09"
    assert policy.add_business_days(FRIDAY + timedelta(hours=4), 1, "America/New_York") == datetime(
        2026, 11, 10, 1, tzinfo=UTC
    )
    assert policy.add_business_days(FRIDAY, 1, "Asia/Tokyo").date().isoformat() == "2026-11-08"


def test_a_due_time_keeps_its_local_hour_across_the_change_of_the_clocks() -> None:
    thursday = datetime(2026, 10, 29, 14, tzinfo=UTC)
    assert policy.add_business_days(thursday, 2, "America/New_York") == datetime(2026, 11, 2, 15, tzinfo=UTC)


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1)))  # noqa: DTZ001  hypothesis adds the zone
def test_a_due_time_is_always_ahead(at: datetime) -> None:
    for priority in Priority:
        assert policy.due(priority, at, 2) > at


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1)))  # noqa: DTZ001  hypothesis adds the zone
def test_business_days_end_on_a_weekday(at: datetime) -> None:
    assert policy.add_business_days(at, 3, "UTC").weekday() < 5


def promised(direction: Direction, *kinds: EventKind) -> set[ObligationKind]:
    before, after = fold(direction, story(*kinds[:-1])), fold(direction, story(*kinds))
    return {one.kind for one in policy.promises(before, after, kinds[-1], MONDAY, MONDAY)}


def test_every_notice_of_the_lifecycle_is_promised_to_the_sender() -> None:
    for kind in (
        E.CONTACTED, E.SCHEDULED, E.RESCHEDULED, E.APPOINTMENT_CANCELLED, E.NO_SHOW, E.COMPLETED, E.DECLINED,
        E.UNABLE_TO_REACH, E.CLOSED, E.CANCELLED, E.REDIRECTED,
    ):  # fmt: skip
        assert ObligationKind.STATUS in promised(INBOUND, E.RECEIVED, kind)


def test_the_outcome_is_promised_with_the_visit_and_again_when_reopened() -> None:
    assert ObligationKind.OUTCOME in promised(INBOUND, E.RECEIVED, E.COMPLETED)
    assert ObligationKind.OUTCOME not in promised(INBOUND, E.RECEIVED, E.COMPLETED, E.COMPLETED)
    assert ObligationKind.OUTCOME in promised(INBOUND, E.RECEIVED, E.COMPLETED, E.CLOSED, E.REOPENED)
    assert ObligationKind.OUTCOME in promised(OUTBOUND, E.SENT, E.COMPLETED)


def test_a_receiver_owes_us_an_acknowledgment_that_any_sign_of_life_fulfils() -> None:
    assert promised(OUTBOUND, E.SENT) == {ObligationKind.ACKNOWLEDGMENT}
    for kind in (E.RECEIVED, E.ACCEPTED, E.DECLINED, E.SCHEDULED, E.INFORMATION_REQUESTED, E.OUTCOME_RECEIVED):
        assert ObligationKind.ACKNOWLEDGMENT in policy.fulfilments(OUTBOUND, kind)
    for kind in (E.SENT, E.DELIVERY_FAILED, E.COMMENTED, E.INFORMATION_PROVIDED):
        assert ObligationKind.ACKNOWLEDGMENT not in policy.fulfilments(OUTBOUND, kind)


def test_late_news_from_a_receiver_promises_nothing_that_has_been_overtaken() -> None:
    assert promised(OUTBOUND, E.ACCEPTED, E.SENT) == set()
    assert promised(OUTBOUND, E.SENT, E.SCHEDULED, E.RECEIVED) == set()
    assert promised(OUTBOUND, E.SENT, E.CLOSED, E.ACCEPTED) == set()
    assert promised(OUTBOUND, E.SENT, E.SENT) == {ObligationKind.ACKNOWLEDGMENT}


def test_a_receiver_whose_note_has_come_owes_no_note() -> None:
    assert promised(OUTBOUND, E.SENT, E.OUTCOME_RECEIVED) == set()
    assert ObligationKind.OUTCOME in promised(INBOUND, E.RECEIVED, E.SCHEDULED, E.OUTCOME_RETURNED)


def test_the_end_releases_the_outcome_but_the_sender_is_still_told() -> None:
    seen = fold(INBOUND, story(E.RECEIVED, E.ACCEPTED))
    ended = fold(INBOUND, story(E.RECEIVED, E.ACCEPTED, E.CLOSED))
    assert policy.releases(seen, ended) == (ObligationKind.OUTCOME,)
    assert policy.releases(seen, seen) == ()


def test_what_is_missing_is_said_in_words_and_one_of_a_group_is_enough() -> None:
    assert len(policy.missing_fields(())) == len(policy.REQUIRED_FIELDS)
    complete = {names[-1] for _, names in policy.REQUIRED_FIELDS}
    assert policy.missing_fields(complete) == ()
    assert policy.missing_fields(complete - {"patient.phone"}) == ("patient's phone number",)
    assert policy.missing_fields({"diagnosis.codes"} | complete - {"reason"}) == ()


def test_every_command_names_at_least_one_permission_that_some_role_has() -> None:
    granted = set().union(*PERMISSIONS.values())
    for direction, rows in COMMANDS.items():
        for commands in rows.values():
            for command in commands:
                assert set(policy.permissions_for(direction, command)) & granted


FULL = EventData(
    note="n", reason="r", alternative="a", outcome=ContactOutcome.SPOKE, closure=Closure.ADMINISTRATIVE,
    appointment=VISIT, target=RedirectTarget(partner_name="Harbor Cardiology"), missing=("insurance",),
    document_id=None, due_at=MONDAY, next_action="triage",
)  # fmt: skip


def test_a_command_with_all_it_needs_lacks_nothing() -> None:
    from uuid import uuid4

    complete = {**{name: getattr(FULL, name) for name in FULL.__slots__}, "document_id": uuid4()}
    for command in Command:
        assert policy.complaint(command, EventData(**complete), Evidence("letter")) is None


@pytest.mark.parametrize(
    ("evidence", "has_outcome", "lacks"),
    [(Evidence("letter"), True, False), (Evidence("letter"), False, True), (None, True, True)],
)
def test_a_loop_is_closed_by_a_note_and_its_proof_only(
    evidence: Evidence | None, *, has_outcome: bool, lacks: bool
) -> None:
    closing = EventData(closure=Closure.OUTCOME_RETURNED)
    lack = policy.complaint(Command.CLOSE, closing, evidence, has_outcome=has_outcome)
    assert (lack is not None) is lacks


def test_event_data_survives_json() -> None:
    assert EventData.from_json(FULL.to_json()) == FULL
    assert EventData().to_json() == {}
    assert EventData.from_json({}) == EventData()
    assert EventData(appointment=LATER_VISIT).to_json()["appointment"]["start"].endswith("+00:00")
    evidence = Evidence("phone", "1", "x")
    assert Evidence.from_json(evidence.to_json()) == evidence
    assert Evidence.from_json(None) is None


def test_every_status_of_the_stories_is_covered() -> None:
    assert all(set(rows) == set(Status) for rows in STANDING.values())
    assert fact(E.CLOSED).closure is not None
