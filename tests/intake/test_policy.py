from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homing.intake import policy
from homing.intake.policy import AcceptanceFacts
from homing.intake.reading.types import DocumentReading, FieldValue, PageKind, ReadDocument
from homing.intake.states import State
from homing.kit.ids import uuid7

NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
BOX = (0.0, 0.0, 1.0, 1.0)
REQUIRED = (("name", ("patient.family",)), ("insurance", ("coverage.payer", "coverage.member_id")))


def value(name: str, confidence: float = 0.99, page: int = 1) -> FieldValue:
    return FieldValue(name, "x", confidence, page, BOX)


SURE = AcceptanceFacts(
    enabled=True,
    document=ReadDocument("referral", 0.99, (1,), (value("patient.family"), value("coverage.payer"))),
    required=REQUIRED,
    usable=frozenset({"patient.family", "coverage.payer"}),
    sender_proven=True,
    is_repeat=False,
    is_part=False,
    has_problems=False,
    candidates=0,
    exact_record=None,
    location_known=True,
    destination_disagrees=False,
)


@pytest.mark.parametrize("state", [state for state in State if state is not State.DISPOSED])
def test_every_open_state_means_work_for_somebody_by_some_time(state: State) -> None:
    work = policy.work_for(state, now=NOW)

    assert work.next_action
    assert work.owner_role
    assert work.due_at > NOW


def test_the_more_urgent_is_reviewed_the_sooner() -> None:
    due = [policy.work_for(State.IN_REVIEW, now=NOW, priority=one).due_at for one in ("stat", "asap", "urgent", "")]

    assert due == sorted(due)
    assert len(set(due)) == 4


def test_a_lock_holds_ten_minutes() -> None:
    assert policy.lock_holds(NOW, NOW + timedelta(minutes=9, seconds=59))
    assert not policy.lock_holds(NOW, NOW + timedelta(minutes=10))
    assert not policy.lock_holds(None, NOW)


def test_the_cursor_stops_at_unsure_fields_and_at_required_ones_not_found() -> None:
    fields = (value("patient.family", 0.4), value("reason", 0.99))

    assert policy.doubtful(fields, REQUIRED) == ("patient.family", "coverage.payer")


page_numbers = st.integers(1, 8)


@given(st.data())
def test_no_page_that_carries_something_is_lost_when_a_file_is_taken_apart(data: st.DataObject) -> None:
    pages = list(range(1, data.draw(page_numbers) + 1))
    owner = {page: data.draw(st.sampled_from(["", "a", "b", "c"])) for page in pages}
    kinds = tuple(PageKind(page, data.draw(st.sampled_from(["note", "blank", "cover_sheet"])), 1.0) for page in pages)
    documents = tuple(
        ReadDocument("referral", 0.9, tuple(page for page in pages if owner[page] == name))
        for name in sorted(set(owner.values()) - {""})
    )
    reading = DocumentReading(documents, kinds)

    parts = policy.parts(reading, pages)

    taken = [page for part in parts for page in part.pages]
    carries = {one.page for one in kinds if one.kind == "note"}
    assert len(taken) == len(set(taken))
    assert carries <= set(taken)
    assert all(part.pages for part in parts)


def test_as_one_document_a_file_keeps_the_surest_value_of_each_field_but_the_patients() -> None:
    reading = DocumentReading(
        (
            ReadDocument("lab_result", 0.99, (1,), (value("patient.family", 0.9),), references=("H1",)),
            ReadDocument("referral", 0.7, (2,), (value("patient.family", 0.5, 2), value("reason", 0.6, 2))),
        )
    )

    one = policy.as_one(reading, [1, 2, 3])

    assert (one.kind, one.pages, one.references) == ("referral", (1, 2, 3), ("H1",))
    assert {field.name: field.confidence for field in one.fields} == {"patient.family": 0.5, "reason": 0.6}


def test_facts_of_two_people_are_never_mixed_in_one_document() -> None:
    reading = DocumentReading(
        (
            ReadDocument("referral", 0.9, (1,), (value("patient.family", 0.7), value("coverage.payer", 0.5))),
            ReadDocument("referral", 0.8, (2,), (value("patient.family", 0.9, 2), value("patient.phone", 0.9, 2))),
        )
    )

    one = policy.as_one(reading, [1, 2])

    assert {(field.name, field.page) for field in one.fields} == {("patient.family", 1), ("coverage.payer", 1)}


def test_a_part_of_a_file_has_pages_of_its_own_numbering() -> None:
    part = ReadDocument("referral", 0.9, (4, 5), (value("reason", page=5),))

    own = policy.renumbered(part, (4, 5))

    assert own.pages == (1, 2)
    assert own.fields[0].page == 2


def test_a_sure_referral_needs_nobody() -> None:
    assert policy.why_a_person(SURE) == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"enabled": False}, "off"),
        ({"document": replace(SURE.document, kind="lab_result")}, "not_a_referral"),
        ({"document": replace(SURE.document, kind_confidence=0.6)}, "not_a_referral"),
        ({"document": replace(SURE.document, references=("H1",))}, "answers_a_referral"),
        ({"document": replace(SURE.document, fields=(value("patient.family"),))}, "field_missing"),
        (
            {"document": replace(SURE.document, fields=(value("patient.family", 0.8), value("coverage.payer")))},
            "field_unsure",
        ),
        ({"usable": frozenset({"coverage.payer"})}, "field_missing"),
        ({"sender_proven": False}, "sender_not_proven"),
        ({"is_repeat": True}, "sent_before"),
        ({"is_part": True}, "part_of_a_file"),
        ({"has_problems": True}, "pages_unreadable"),
        ({"candidates": 1}, "patient_known"),
        ({"candidates": 2, "exact_record": None}, "patient_known"),
        ({"location_known": False}, "no_location"),
        ({"destination_disagrees": True}, "destination_disagrees"),
    ],
)
def test_every_single_doubt_asks_for_a_person(change: dict[str, Any], reason: str) -> None:
    assert policy.why_a_person(replace(SURE, **change)) == (reason,)


def test_an_only_and_exact_candidate_may_be_linked() -> None:
    assert policy.why_a_person(replace(SURE, candidates=1, exact_record=uuid7())) == ()
