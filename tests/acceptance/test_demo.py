"""The demo organization: as full of life as it promises, and as orderly as a real one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from homing.accounts.policy import Role
from homing.cli.demo import cast
from homing.referrals.states import Closure, Status
from tests.acceptance.browser import People
from tests.acceptance.demonstration import Built, shared

#: Nobody tells us of a draft of theirs, or of what they have sent and we have not received.
_NEVER_INBOUND = {Status.DRAFT, Status.SENT}
#: What becomes of a referral that the other office has passed on is a new one of its own.
_NEVER_OUTBOUND = {Status.REDIRECTED}


@pytest.fixture(scope="session")
def built() -> Iterator[Built]:
    with shared() as demo:
        yield demo


@pytest.fixture(scope="module")
def people(built: Built) -> Iterator[People]:
    with People(built.running.url, built.running.sign_ins) as all_of_them:
        yield all_of_them


def _referrals(built: Built, direction: str) -> list[list[Any]]:
    return [row for row in built.first["referrals"] if row[0] == direction]


def test_it_is_built_while_a_newcomer_waits(built: Built) -> None:
    # Two minutes when the machine has nothing else to do; here other tests run beside it.
    assert built.seconds < 400


def test_every_status_of_inbound_referrals_can_be_seen(built: Built) -> None:
    assert {row[1] for row in _referrals(built, "inbound")} == set(Status) - _NEVER_INBOUND


def test_every_status_of_outbound_referrals_can_be_seen(built: Built) -> None:
    assert {row[1] for row in _referrals(built, "outbound")} == set(Status) - _NEVER_OUTBOUND


def test_every_closure_can_be_seen(built: Built) -> None:
    assert {row[2] for row in built.first["referrals"]} - {""} == set(Closure)


def test_there_are_some_thirty_referrals_and_not_all_are_open(built: Built) -> None:
    assert len(built.first["referrals"]) >= 30
    open_ones = [row for row in built.first["referrals"] if row[3]]
    assert 10 <= len(open_ones) < len(built.first["referrals"])


def test_a_few_are_stalled_and_no_more(built: Built) -> None:
    stalled = [row for row in built.first["referrals"] if row[4]]
    assert 1 <= len(stalled) <= 6, stalled


def test_two_wait_for_review_and_everything_else_has_its_disposition_or_a_reason(built: Built) -> None:
    items = built.first["items"]
    assert Counter(state for state, *_ in items if state != "disposed") == {"in_review": 2, "failed": 1}
    assert [item for item in items if item[0] == "disposed" and not item[1]] == []
    assert [item for item in items if item[0] == "failed" and not item[3]] == []
    dispositions = {disposition for _, disposition, *_ in items} - {""}
    assert dispositions >= {"referral_opened", "filed", "misdirected", "rejected"}
    assert {channel for _, _, channel, *_ in items} >= {"fax", "upload"}


def test_it_is_a_group_of_three_locations_with_a_dozen_referring_offices(built: Built) -> None:
    assert built.first["organizations"] == [[cast.ORGANIZATION_SLUG, cast.ORGANIZATION_NAME]]
    assert len(built.first["locations"]) == 3
    kinds = Counter(kind for _, kind in built.first["offices"])
    assert kinds["referring"] >= 12
    assert kinds["receiving"] >= 1


def test_what_was_promised_was_kept_or_released_and_messages_have_arrived(built: Built) -> None:
    for kind, total, kept, released, _breached in built.first["obligations"]:
        assert kept + released > 0, kind
        assert total >= kept + released
    states = Counter[str]()
    for _, state, count in built.first["messages"]:
        states[state] += count
    assert states["delivered"] > 30
    assert {kind for kind, *_ in built.first["messages"]} >= {"acknowledgment", "notice", "outcome", "referral"}


def test_a_second_demo_changes_nothing(built: Built) -> None:
    assert built.exit_status == 0
    assert built.second == built.first
    assert built.sign_ins[0] == built.sign_ins[1]


@pytest.mark.parametrize("person", cast.STAFF, ids=lambda person: person.role.value)
def test_each_person_signs_in_and_is_greeted(people: People, person: cast.Person) -> None:
    with people.page(person.role) as page:
        page.goto(people.url)
        expect(page.get_by_text("Demo organization: every person in it is invented.")).to_be_visible()
        page.get_by_label(f"{person.name}: account").click()
        expect(page.get_by_text(f"{person.role.in_words} · {cast.ORGANIZATION_NAME}")).to_be_visible()
    assert people.take_problems() == []


def test_there_is_somebody_for_every_role(built: Built) -> None:
    assert sorted(role for _, role in built.first["members"]) == sorted(Role)
    assert len(set(built.sign_ins[0].split())) >= len(cast.STAFF)


def test_what_homing_up_says_leads_a_newcomer_in(built: Built) -> None:
    said = built.running.said
    assert f"Homing is running: {built.running.url}" in said
    assert f"Drop folder: {built.running.drop}" in said
    assert all(line in said for line in built.sign_ins[0].splitlines())


def test_the_ledger_balances_also_against_the_carriers_count(built: Built) -> None:
    balance = built.running.json("ledger", "--check")
    assert balance["is_balanced"]
    assert balance["discrepancies"] == []
    assert balance["received"] == balance["disposed"] + balance["open"]
    assert balance["received"] >= len(built.first["items"])


def test_the_audit_chain_verifies(built: Built) -> None:
    said = built.running.json("audit", "--verify")
    assert said["is_sound"]
    assert len(said["chains"]) == 1
