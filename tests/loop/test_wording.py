"""What notices say, and what they must not say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from homing.content.appointment import Appointment
from homing.formats.faxsheet import StepState
from homing.kit import reference
from homing.loop import wording
from homing.loop.wording import Days, Wording
from homing.referrals.events import ContactOutcome, EventData
from homing.referrals.policy import NOTICES
from homing.referrals.states import Closure, EventKind, Status

DAYS = Days(ZoneInfo("America/New_York"))
AT = datetime(2026, 11, 2, 15, 30, tzinfo=UTC)
VISIT = Appointment(datetime(2026, 11, 12, 19, 0, tzinfo=UTC), practitioner="Dr. Sample", location="Main")

moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
data = st.builds(
    EventData,
    note=st.just("SECRET note"),
    reason=st.sampled_from(["", "We see adults only"]),
    alternative=st.sampled_from(["", "Children's clinic"]),
    outcome=st.none() | st.sampled_from(ContactOutcome),
    closure=st.none() | st.sampled_from(Closure),
    appointment=st.none() | st.builds(Appointment, moments, practitioner=st.just("SECRET"), location=st.just("SECRET")),
    missing=st.sampled_from([(), ("insurance",)]),
)


def all_words(words: Wording) -> str:
    facts = [f"{fact.label}: {fact.value}" for fact in words.facts]
    return " ".join([words.title, *words.paragraphs, *facts, *words.missing])


@given(st.sampled_from(EventKind), data, moments)
def test_no_notice_repeats_a_note_or_where_and_by_whom_the_patient_is_seen(
    kind: EventKind, told: EventData, at: datetime
) -> None:
    words = wording.notice(kind, told, at, DAYS)
    assert words is None or "SECRET" not in all_words(words)


@given(st.sampled_from(sorted(NOTICES)), data, moments)
def test_each_event_that_the_sender_is_owed_has_a_notice_with_status_and_date(
    kind: EventKind, told: EventData, at: datetime
) -> None:
    words = wording.notice(kind, told, at, DAYS)
    if kind is EventKind.CLOSED and told.closure is Closure.OUTCOME_RETURNED:
        # With the note in its hands the sender is told, and owed, nothing more.
        assert words is None
        return
    assert words is not None
    assert words.facts[0].label == "Status"
    assert any(fact.value.count("/") == 2 for fact in words.facts) or not told.appointment


def test_a_booked_visit_is_told_in_the_organizations_own_time() -> None:
    words = wording.notice(EventKind.SCHEDULED, EventData(appointment=VISIT), AT, DAYS)
    assert words is not None
    assert "Visit: 11/12/2026 at 2:00 PM EST" in all_words(words)


def test_a_decline_says_why_and_what_instead() -> None:
    words = wording.notice(EventKind.DECLINED, EventData(reason="Adults only", alternative="Children's"), AT, DAYS)
    assert words is not None
    assert "Why: Adults only" in words.paragraphs
    assert "What we suggest instead: Children's" in words.paragraphs


def test_a_request_for_information_can_be_ticked_and_sent_back() -> None:
    words = wording.notice(EventKind.INFORMATION_REQUESTED, EventData(missing=("insurance",)), AT, DAYS)
    assert words is not None
    assert words.missing == ("insurance",)


def test_a_referral_closed_with_its_note_needs_no_further_notice() -> None:
    assert wording.notice(EventKind.CLOSED, EventData(closure=Closure.OUTCOME_RETURNED), AT, DAYS) is None


def test_a_closure_does_not_say_of_what_a_patient_died() -> None:
    words = wording.notice(EventKind.CLOSED, EventData(closure=Closure.DECEASED, reason="SECRET"), AT, DAYS)
    assert words is not None
    assert "SECRET" not in all_words(words)
    assert "deceased" not in all_words(words).lower()


@pytest.mark.parametrize("status", list(Status))
def test_the_ladder_has_one_next_step_or_is_left_out(status: Status) -> None:
    steps = wording.ladder(status, {EventKind.RECEIVED: "11/02/2026"})
    ended = status in {Status.DRAFT, Status.SENT, Status.DECLINED, Status.REDIRECTED, Status.CLOSED, Status.CANCELLED}
    assert [step.state for step in steps].count(StepState.NEXT) == (0 if ended else 1)
    assert bool(steps) is not ended


def test_the_ladder_shows_the_dates_of_what_is_done() -> None:
    dates = {EventKind.RECEIVED: "11/02/2026", EventKind.ACCEPTED: "11/03/2026", EventKind.SCHEDULED: "11/12/2026"}
    steps = wording.ladder(Status.SCHEDULED, dates)
    assert [(step.label, step.when) for step in steps[:4]] == [
        ("Received", "11/02/2026"),
        ("Accepted", "11/03/2026"),
        ("Scheduled", "11/12/2026"),
        ("Seen", ""),
    ]


def test_an_acknowledgment_that_misses_nothing_lists_nothing() -> None:
    words = wording.acknowledgment(pages=3, received_at=AT, missing=(), days=DAYS)
    assert words.missing == ()
    assert replace(words, facts=()).paragraphs[1] == wording.KEEP


def test_the_number_under_which_a_repeat_goes_on_is_printed_readably() -> None:
    number = reference.mint()
    assert reference.display(number) in all_words(wording.repeated(number))


def test_every_event_that_sets_the_loop_to_work_exists() -> None:
    kinds = {kind.value for kind in EventKind} | {"item_read", "item_disposed", "item_attached"}
    assert set(settings.HOMING_REACTIONS) <= kinds
    assert {kind.value for kind in NOTICES} | {EventKind.OUTCOME_RETURNED.value} <= set(settings.HOMING_REACTIONS)
