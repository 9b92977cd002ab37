from __future__ import annotations

from dataclasses import replace

from homing.intake.extraction import choose
from homing.intake.extraction.calibration import Calibration
from homing.intake.extraction.spans import Span, spans
from homing.intake.reading.types import FieldValue, PageText
from tests.fixtures.fax import texts
from tests.intake.extraction.answers import CLASSES, answer

PLAIN = Calibration({"": (0.0, 1.0, 0.0, -2.0, 0.0, 0.0, 0.0, 0.0, 0.0)}, {})


def runs(page: PageText, labels: dict[str, str], likely: float = 0.96) -> list[Span]:
    return spans(answer(page, labels, likely=likely), CLASSES)


def values(found: list[Span]) -> dict[str, FieldValue]:
    return {one.name: one for one in choose.chosen(found, PLAIN)}


def test_a_value_carries_its_page_and_the_box_of_its_words() -> None:
    page = texts.page(("Name: Lopez",), number=3)

    (field,) = choose.chosen(runs(page, {"Lopez": "patient.family"}), PLAIN)

    assert (field.value, field.page, field.box) == ("Lopez", 3, page.words[1].box)


def test_what_has_no_right_shape_is_left_out() -> None:
    # The check digit of the first is wrong.
    found = runs(texts.page(("1234567890", "1234567893")), {"1234567890": "referrer.npi", "1234567893": "referrer.npi"})

    assert values(found)["referrer.npi"].value == "1234567893"
    assert values(runs(texts.page(("1234567890",)), {"1234567890": "referrer.npi"})) == {}


def test_a_repeated_value_beats_a_likelier_one_that_stands_once() -> None:
    once = runs(texts.page(("Lopes",), 1), {"Lopes": "patient.family"}, likely=0.85)
    again = [run for n in (2, 3) for run in runs(texts.page(("Lopez",), n), {"Lopez": "patient.family"}, likely=0.82)]

    assert values([*once, *again])["patient.family"].value == "Lopez"


def test_what_an_attachment_says_counts_less() -> None:
    own = runs(texts.page(("Lopez",), 1), {"Lopez": "patient.family"}, likely=0.8)
    attached = runs(texts.page(("Ramos",), 2), {"Ramos": "patient.family"}, likely=0.9)

    trusted = choose.chosen([*own, *attached], PLAIN, {1: 1.0, 2: 0.8})

    assert trusted[0].value == "Lopez"


def test_a_rival_lowers_the_confidence() -> None:
    alone = runs(texts.page(("Lopez",)), {"Lopez": "patient.family"})
    beside = runs(texts.page(("Ramos",), 2), {"Ramos": "patient.family"}, likely=0.9)

    assert values([*alone, *beside])["patient.family"].confidence < values(alone)["patient.family"].confidence


def test_handwriting_is_never_sure() -> None:
    page = texts.page(("Lopez",))
    by_hand = replace(page, words=tuple(replace(word, handwritten=True) for word in page.words))
    sure = Calibration({"": (9.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)}, {})

    (field,) = choose.chosen(runs(by_hand, {"Lopez": "patient.family"}), sure)

    assert field.confidence <= 0.85


def test_codes_of_all_runs_are_one_list() -> None:
    found = runs(texts.page(("I48.91", "M5416")), {"I48.91": "diagnosis.codes", "M5416": "diagnosis.codes"})

    assert values(found)["diagnosis.codes"].value == ("I48.91", "M54.16")
