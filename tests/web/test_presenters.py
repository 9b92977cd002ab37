from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from homing.intake.queries import InboxRow
from homing.kit.ids import uuid7
from homing.messaging.policy import MessageKind
from homing.messaging.queries import EvidenceStep
from homing.messaging.states import FailureCause, StepKind
from homing.web.clockface import Clockface
from homing.web.shell import initials
from homing.web.widgets import FormField, Sheet, meter, plural
from homing.web.workspace.controls import control, marked
from homing.web.workspace.evidence import rungs_of
from homing.web.workspace.inbox_page import InboxFacts, Wanted, flags_of, progress_of, row_of, state_badge
from homing.web.workspace.people import People
from homing.web.workspace.workbench_fields import shape_of, shown

NOW = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
FACE = Clockface(ZoneInfo("America/New_York"), NOW)
FACTS = InboxFacts(People(), ("referral",), can_review=True, next_id=None, max_bytes=1)
ROW = InboxRow(
    id=uuid7(),
    reference="H23456789A",
    channel="fax",
    received_at=NOW - timedelta(minutes=12),
    state="in_review",
    kind="referral",
    kind_confidence=0.97,
    patient_name="Avery Testperson",
    sender_name="Grove Street Family Medicine",
    sender_address="+16175550143",
    sender_proven=True,
    pages=3,
    priority="urgent",
    doubtful=2,
    is_repeat=True,
    is_part=False,
    is_parked=False,
    step="",
    step_page=0,
    step_pages=0,
    problem_code="",
    problem_message="",
    next_action="review",
    owner_role="intake_coordinator",
    owner=None,
    due_at=NOW + timedelta(hours=1),
    is_overdue=False,
    locked_name="",
    disposition="",
    disposition_ref=None,
    disposed_at=None,
)


def test_an_item_is_told_in_words() -> None:
    row = row_of(ROW, FACTS, FACE)
    assert (row.reference_text, row.channel, row.pages) == ("H2345-6789A", "Fax", "3 pages")
    assert (row.sender, row.number, row.sender_badge.text) == (
        "Grove Street Family Medicine",
        "(617) 555-0143",
        "Sender proven",
    )
    assert row.received.ago == "12 min ago"
    assert row.priority
    assert row.priority.text == "Urgent"
    assert (row.owner, row.due_label) == ("Intake", "due")


def test_flags_say_what_a_reviewer_should_know_before_opening() -> None:
    texts = [flag.text for flag in flags_of(dataclasses.replace(ROW, is_part=True, locked_name="Dana"))]
    assert texts == ["Sent before", "Part of a packet", "2 to check", "Dana"]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "To review"),
        ({"is_parked": True}, "Parked"),
        ({"state": "failed"}, "Exception"),
        ({"state": "extracted"}, "Being read"),
        ({"state": "disposed", "disposition": "filed"}, "Filed"),
    ],
)
def test_the_state_of_an_item_has_one_badge(changes: dict[str, object], text: str) -> None:
    assert state_badge(dataclasses.replace(ROW, **changes)).text == text  # type: ignore[arg-type]


def test_progress_is_shown_while_an_item_is_read_and_not_afterwards() -> None:
    reading = dataclasses.replace(ROW, state="read", step="recognise", step_page=2, step_pages=5)
    progress = progress_of(reading)
    assert progress
    assert progress.text == "Recognise 2 of 5"
    assert progress.steps[:3] == ("is-done", "is-done", "is-now")
    assert progress_of(ROW) is None


def test_an_address_of_a_list_holds_only_what_is_asked() -> None:
    assert Wanted("open", channel="fax").url() == "/inbox?view=open&channel=fax"
    assert Wanted("open", channel="fax").url(page=2) == "/inbox?view=open&channel=fax&page=2"


def _step(kind: StepKind, **changes: object) -> EvidenceStep:
    step = EvidenceStep(
        at=NOW, step=kind, message_id=uuid7(), kind=MessageKind.NOTICE, about="accepted", attempt=1, carrier="x",
        address="+16175550143", provider_reference="fx1", pages=2, pages_sent=0, remote_id="", cause=None,
        actor_name="courier", note="", is_ignored=False,
    )  # fmt: skip
    return dataclasses.replace(step, **changes)  # type: ignore[arg-type]


def test_the_ladder_tells_each_proven_step_once() -> None:
    steps = (
        _step(StepKind.PLANNED),
        _step(StepKind.SUBMITTING),
        _step(StepKind.SUBMITTED),
        _step(StepKind.FAILED, cause=FailureCause.BUSY),
        _step(StepKind.CONFIRMED, pages_sent=2, remote_id="GROVE ST"),
        _step(StepKind.FAILED, is_ignored=True),
    )
    told = [(rung.text, rung.detail) for rung in rungs_of(steps, FACE)]
    assert told == [
        ("Planned", "to (617) 555-0143"),
        ("Taken by the carrier", "job fx1"),
        ("Failed", "line busy"),
        ("Delivered", "2 of 2 pages · answered by GROVE ST · job fx1"),
    ]


def test_a_request_that_nobody_has_answered_yet_stands_on_the_ladder() -> None:
    steps = (_step(StepKind.PLANNED), _step(StepKind.SUBMITTING))
    assert [rung.text for rung in rungs_of(steps, FACE)] == ["Planned", "Handing over to the carrier"]


@pytest.mark.parametrize(("rotation", "view"), [(0, (30, 40)), (90, (40, 30)), (180, (30, 40)), (270, (40, 30))])
def test_a_turned_page_changes_its_shape(rotation: int, view: tuple[int, int]) -> None:
    sheet = Sheet(1, "/x", 30, 40, rotation)
    assert (sheet.view_width, sheet.view_height) == view
    assert bool(sheet.turn) == bool(rotation)


def test_confidence_has_three_levels() -> None:
    assert [meter(value).level for value in (0.95, 0.7, 0.2)] == ["high", "middle", "low"]


def test_optional_is_said_only_where_something_is_needed() -> None:
    needed, free = marked((control("a", "A", required=True), control("b", "B")))
    assert (needed.field.is_marked_optional, free.field.is_marked_optional) == (False, True)
    (alone,) = marked((control("b", "B"),))
    assert not alone.field.is_marked_optional


def test_the_id_of_an_input_is_unique_by_its_form() -> None:
    assert FormField("patient.family", "Family", prefix="book").id == "f-book-patient-family"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("patient.phone", "6175550143", "(617) 555-0143"),
        ("patient.birth_date", "1961-04-27", "04/27/1961"),
        ("patient.birth_date", "not a date", "not a date"),
        ("priority", "routine", ""),
        ("reason", "x", "x"),
    ],
)
def test_values_are_shown_as_people_write_them(name: str, value: str, text: str) -> None:
    assert shown(name, value) == text


def test_a_field_that_a_later_reader_adds_has_a_place() -> None:
    assert (shape_of("request.frequency").label, shape_of("request.frequency").group) == (
        "Request frequency",
        "request",
    )


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Dana Whitfield", "DW"), ("Cher", "C"), ("Mary-Ann de la Cruz", "MC"), ("Dr. Priya Raman", "DR")],
)
def test_initials_are_two_letters_at_most(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_counts_are_written_with_their_noun() -> None:
    assert [plural(1, "page"), plural(3, "page"), plural(1200, "entry", "entries")] == [
        "1 page",
        "3 pages",
        "1,200 entries",
    ]
