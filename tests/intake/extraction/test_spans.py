from __future__ import annotations

from homing.intake.extraction.spans import spans
from tests.fixtures.fax import texts
from tests.intake.extraction.answers import CLASSES, answer


def found(lines: tuple[str, ...], labels: dict[str, str]) -> list[tuple[str, str]]:
    return [(span.label, span.text) for span in spans(answer(texts.page(lines), labels), CLASSES)]


def test_neighbours_of_one_class_are_one_run() -> None:
    labels = {"(617)": "patient.phone", "555-0142": "patient.phone"}

    assert found(("Phone (617) 555-0142 day",), labels) == [("patient.phone", "(617) 555-0142")]


def test_a_word_in_two_parts_is_written_as_it_was() -> None:
    assert found(("DOB:04/05/1961",), {"04/05/1961": "patient.birth_date"}) == [("patient.birth_date", "04/05/1961")]


def test_a_reason_goes_on_in_the_line_below() -> None:
    lines = ("Reason: palpitations and", "near syncope    Phone 555")
    labels = dict.fromkeys(("palpitations", "and", "near", "syncope"), "reason")

    assert found(lines, labels) == [("reason", "palpitations and near syncope")]


def test_another_reason_begins_where_the_model_says_so() -> None:
    page = answer(texts.page(("Reason: palpitations", "syncope")), dict.fromkeys(("palpitations", "syncope"), "reason"))
    row = [piece.text for piece in page.pieces].index("syncope")
    page.begins[row], page.goes_on[row] = page.goes_on[row].copy(), 0

    assert [span.text for span in spans(page, CLASSES)] == ["palpitations", "syncope"]


def test_a_telephone_number_ends_with_its_line() -> None:
    lines = ("Phone: 617-555-0142", "617-555-0110")
    labels = {"617-555-0142": "patient.phone", "617-555-0110": "patient.phone"}

    assert len(found(lines, labels)) == 2


def test_what_the_model_doubts_is_no_run() -> None:
    page = answer(texts.page(("Lopez",)), {"Lopez": "patient.family"}, likely=0.2)

    assert spans(page, CLASSES) == []


def test_an_empty_page_has_no_runs() -> None:
    assert spans(answer(texts.page(()), {}), CLASSES) == []
