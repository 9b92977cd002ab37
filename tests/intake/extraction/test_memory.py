from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from homing.intake.extraction import memory
from homing.intake.extraction.placement import Placement
from homing.intake.reading.types import Box, Caption, FieldValue, PageText, Word
from homing.kit.names import fold
from tests.fixtures.fax import texts
from tests.intake.extraction.answers import CLASSES
from tests.intake.forms import AVERY, FORM, OTHER_FORM, ROBIN, Form, filled


def page_of(form: Sequence[str], patient: Mapping[str, str], *, rotation: int = 0, skew: float = 0.0) -> PageText:
    return texts.page(filled(form, patient), rotation=rotation, skew=skew)


def captions(page: PageText) -> tuple[Caption, ...]:
    return memory.captions(page, Form().answer(page), CLASSES)


def learnt(field: str, value: str, *, patient: Mapping[str, str] = AVERY, form: Sequence[str] = FORM) -> Placement:
    page = page_of(form, patient)
    private = frozenset(fold(one) for one in patient.values())
    found = memory.place(page, captions(page), field, value, private=private)
    assert found is not None
    return found


def said(placement: Placement, page: PageText) -> FieldValue | None:
    found = memory.recall([placement], page, captions(page))
    return found[0].value if found else None


def box_of(page: PageText, text: str) -> Box:
    return next(word.box for word in page.words if word.text == text)


@pytest.mark.parametrize(
    ("field", "key", "signed", "expected"),
    [
        ("patient.family", "family", "Testperson", "Featherstonehaugh"),
        ("patient.birth_date", "birth", "1961-04-27", "1948-11-02"),
        ("patient.phone", "phone", "6175550111", "6175550177"),
        ("reason", "reason", "Palpitations", "Syncope"),
    ],
)
def test_a_corrected_value_teaches_where_the_next_one_stands(field: str, key: str, signed: str, expected: str) -> None:
    page = page_of(FORM, ROBIN)

    value = said(learnt(field, signed), page)

    assert value is not None
    assert (value.value, value.box, value.source) == (expected, box_of(page, ROBIN[key]), "memory")


def test_a_placement_keeps_captions_and_not_one_word_or_digit_of_the_patient() -> None:
    placement = learnt("patient.family", "Testperson")

    kept = {word for one in (*placement.layout, *placement.anchors) for word in one.text.split()}
    assert kept == {"referral", "form", "given", "birth", "telephone", "insurer", "member", "reason", "diagnosis"}


def test_what_the_model_takes_for_a_caption_is_left_out_where_it_is_a_value_of_the_document() -> None:
    page = page_of(FORM, AVERY)
    answer = Form(known={"Aetna": "label"}).answer(page)
    seen = memory.captions(page, answer, CLASSES)

    placement = memory.place(page, seen, "patient.family", "Testperson", private=frozenset({"aetna", "testperson"}))

    assert "aetna" in {one.text for one in seen}
    assert placement
    assert "aetna" not in {one.text for one in placement.layout}


def test_a_value_that_the_model_takes_for_a_caption_is_found_all_the_same() -> None:
    first, second = page_of(FORM, AVERY), page_of(FORM, ROBIN)
    model = Form(known={"Testperson": "label", "Featherstonehaugh": "label"})
    seen = memory.captions(first, model.answer(first), CLASSES)

    placement = memory.place(first, seen, "patient.family", "Testperson", private=frozenset({"testperson"}))
    assert placement
    (recalled,) = memory.recall([placement], second, memory.captions(second, model.answer(second), CLASSES))

    assert recalled.value.value == "Featherstonehaugh"


def moved(page: PageText, *, right: float, down: float, scale: float) -> PageText:
    def box(word: Word) -> Box:
        x0, y0, x1, y1 = word.box
        return x0 * scale + right, y0 * scale + down, x1 * scale + right, y1 * scale + down

    return replace(page, words=tuple(replace(word, box=box(word)) for word in page.words))


@pytest.mark.parametrize(("right", "down", "scale"), [(0.03, 0.05, 1.0), (-0.02, 0.01, 0.95), (0.0, -0.03, 1.06)])
def test_a_page_that_is_shifted_and_scaled_is_laid_on_by_its_captions(right: float, down: float, scale: float) -> None:
    page = moved(page_of(FORM, ROBIN), right=right, down=down, scale=scale)

    value = said(learnt("patient.family", "Testperson"), page)

    assert value
    assert (value.value, value.box) == ("Featherstonehaugh", box_of(page, "Featherstonehaugh"))


@pytest.mark.parametrize(("rotation", "skew"), [(0, 2.0), (180, -1.5), (90, 0.0), (270, 1.0)])
def test_a_page_that_lay_askew_or_on_its_side_is_laid_on_too(rotation: int, skew: float) -> None:
    page = page_of(FORM, ROBIN, rotation=rotation, skew=skew)

    value = said(learnt("patient.family", "Testperson"), page)

    assert value
    assert value.value == "Featherstonehaugh"
    assert value.box == box_of(page, "Featherstonehaugh")


def test_a_slant_that_nobody_measured_is_taken_up_by_the_captions_nearby() -> None:
    slanted = replace(page_of(FORM, ROBIN, skew=0.7), skew=0.0)

    value = said(learnt("patient.family", "Testperson"), slanted)

    assert value
    assert value.value == "Featherstonehaugh"


def test_another_layout_is_not_influenced_although_it_has_the_same_words() -> None:
    assert said(learnt("patient.family", "Testperson"), page_of(OTHER_FORM, ROBIN)) is None


def test_what_stands_there_and_has_not_the_right_shape_is_refused() -> None:
    page = page_of(FORM, ROBIN | {"birth": "see below"})

    assert said(learnt("patient.birth_date", "1961-04-27"), page) is None


def test_an_empty_place_stays_empty() -> None:
    assert said(learnt("patient.family", "Testperson"), page_of(FORM, ROBIN | {"family": ""})) is None


def test_of_a_name_with_a_comma_each_part_is_learnt_as_what_it_is() -> None:
    family = learnt("patient.family", "Testperson", patient=AVERY | {"family": "Testperson, Avery"})
    given = learnt("patient.given", "Quincy", patient=AVERY | {"family": "Testperson, Quincy"})
    page = page_of(FORM, ROBIN | {"family": "De La Cruz, Sam Lee"})

    assert said(family, page).value == "De La Cruz"  # type: ignore[union-attr]
    assert said(given, page).value == "Sam Lee"  # type: ignore[union-attr]


def test_codes_are_learnt_as_a_list() -> None:
    value = said(learnt("diagnosis.codes", "I48.91"), page_of(FORM, ROBIN))

    assert value
    assert value.value == ("I48.91",)


def test_a_ticked_option_has_no_place_of_its_own() -> None:
    page = page_of(FORM, AVERY)

    assert memory.place(page, captions(page), "patient.sex", "female", private=frozenset()) is None


def test_a_page_with_hardly_a_caption_teaches_nothing() -> None:
    page = texts.page(("Given   Avery   Family   Testperson",))

    assert memory.place(page, captions(page), "patient.family", "Testperson", private=frozenset()) is None


def test_where_a_person_says_it_stands_wins_over_the_same_words_elsewhere() -> None:
    page = page_of(FORM, AVERY | {"payer": "Testperson"})
    second = [word.box for word in page.words if word.text == "Testperson"][1]
    x0, y0, x1, y1 = second

    found = memory.place(
        page,
        captions(page),
        "patient.family",
        "Testperson",
        private=frozenset({"testperson"}),
        box=(x0 - 0.01, y0 - 0.005, x1 + 0.01, y1 + 0.005),
    )

    assert found
    assert found.box[1] == pytest.approx(y0, abs=0.002)


def test_confidence_grows_with_confirmations_and_stays_below_acceptance_until_there_are_several() -> None:
    placement = learnt("patient.family", "Testperson")
    shares = [replace(placement, confirmed=count).confidence for count in (1, 2, 3, 4, 30)]

    assert shares == sorted(shares)
    assert replace(placement, confirmed=3).confidence < 0.9
    assert shares[-1] > 0.9


def test_three_refusals_stop_a_placement_and_a_confirmation_between_them_does_not_let_it_die() -> None:
    placement = learnt("patient.family", "Testperson")

    assert not replace(placement, refused=3, in_a_row=3).is_live
    assert not replace(placement, confirmed=50, refused=3, in_a_row=3).is_live
    assert replace(placement, confirmed=50, refused=3, in_a_row=1).is_live


def value(text: str, confidence: float, source: str = "model") -> FieldValue:
    return FieldValue("patient.family", text, confidence, 1, (0.1, 0.1, 0.2, 0.12), source)


def together(own: FieldValue | None, confidence: float, text: str = "Lopez") -> FieldValue:
    placement = replace(learnt("patient.family", "Testperson"), confirmed=2)
    recalled = memory.Recalled(placement, value(text, confidence, "memory"))
    (result,) = memory.applied([own] if own else [], [recalled])
    return result


def test_it_fills_a_blank_and_replaces_what_was_less_sure() -> None:
    assert together(None, 0.75).value == "Lopez"
    less_sure = together(value("Kinship", 0.4), 0.75)
    assert (less_sure.value, less_sure.source) == ("Lopez", "memory")
    assert less_sure.confidence < 0.75


def test_where_both_say_the_same_the_confidence_is_raised_and_never_to_acceptance_by_two_looks() -> None:
    both = together(value("LOPEZ", 0.7), 0.75)
    assert 0.8 < both.confidence < 0.9
    assert both.source == "model+memory"
    assert together(value("Lopez", 0.98), 0.75).confidence == 0.98


def test_a_sure_value_that_disagrees_stays_with_less_confidence() -> None:
    kept = together(value("Ramos", 0.97), 0.75)
    assert kept.value == "Ramos"
    assert kept.confidence < 0.85
