"""Families of prose: every seed gives a document, its marks are classes of the model, its words stay on the page."""

from __future__ import annotations

import random
import re

import pytest

from training.reading import facts, families
from training.reading.banks import Banks
from training.reading.compose import Page
from training.reading.families import _prose
from training.reading.families._phrases import phrases, topics
from training.reading.families._prose import Prose, finish
from training.reading.labels import DOCUMENT_KINDS, FIELDS, NEAR_MISSES, PAGE_KINDS

_CLASSES = {*FIELDS, *NEAR_MISSES}
_OURS = ("letter.", "note.", "mail.", "slip.", "cover.", "packet.")
_ALL = [one for held in (False, True) for one in families.families(held_out=held) if one.name.startswith(_OURS)]


def _sheet(seed: str, *, held_out: bool = False) -> families.Sheet:
    rng = random.Random(seed)
    banks = Banks(rng, held_out=held_out)
    return families.sheet(rng, banks, facts.case(rng, banks))


def _labels(page: Page) -> set[str]:
    return {mark.label for word in page.words for mark in word.marks}


@pytest.mark.parametrize("family", _ALL, ids=lambda one: one.name)
def test_every_seed_gives_pages_whose_marks_are_classes(family: families.Family) -> None:
    for seed in range(5):
        pages = family.draw(_sheet(f"{family.name} {seed}", held_out=seed == 4))
        assert pages
        for page in pages:
            assert page.words
            assert page.kind in PAGE_KINDS
            assert page.document_kind in DOCUMENT_KINDS
            assert _labels(page) <= _CLASSES


@pytest.mark.parametrize("family", _ALL, ids=lambda one: one.name)
def test_words_stay_on_the_page(family: families.Family) -> None:
    for seed in range(5):
        for page in family.draw(_sheet(f"{family.name} {seed} place")):
            for word in page.words:
                x0, y0, x1, y1 = word.box
                assert x0 > -1
                assert y0 > 0
                assert x1 <= page.width
                assert y1 <= page.height


@pytest.mark.parametrize("family", _ALL, ids=lambda one: one.name)
def test_the_patient_is_named_in_nearly_every_document(family: families.Family) -> None:
    named = sum(
        any("patient.family" in _labels(page) for page in family.draw(_sheet(f"{family.name} {seed} name")))
        for seed in range(8)
    )
    assert named >= 4


def test_the_same_seed_gives_the_same_page() -> None:
    for family in _ALL[:4]:
        first, second = (family.draw(_sheet("again")) for _ in range(2))
        assert [one.text for one in first[0].words] == [one.text for one in second[0].words]


def test_at_least_three_families_of_prose_are_held_out() -> None:
    assert sum(one.held_out for one in _ALL) >= 3
    assert sum(not one.held_out for one in _ALL) >= 18


def test_a_template_gives_each_slot_its_class() -> None:
    sheet = _sheet("slots")
    runs = Prose(sheet).fill(
        "{patient_first} {patient_last}, born {dob}, has {payer} ({member_id}); please see {him} urgently."
    )
    found = [one.label for one in runs if not isinstance(one, str) and one.label]
    assert found == [
        "patient.given",
        "patient.family",
        "patient.birth_date",
        "coverage.payer",
        "coverage.member_id",
        "priority",
    ]


@pytest.mark.parametrize("shown", [True, False])
def test_a_title_tells_the_sex_only_where_nothing_else_does(shown: bool) -> None:  # noqa: FBT001
    sheet = next(
        one for one in map(_sheet, map(str, range(99))) if one.case.patient.sex == "male" and one.case.age() > 20
    )
    page = sheet.page()
    page.write(50, 50, Prose(sheet).fill("{title} {patient_last}, " + ("a {sex_word}" if shown else "patient")))
    finish(sheet, [page])
    title = next(word for word in page.words if word.text.startswith("Mr"))
    assert [mark.label for mark in title.marks] == ([] if shown else ["patient.sex"])


def test_nothing_in_the_phrases_asks_for_a_slot_that_is_unknown() -> None:
    known = {
        *_prose.SLOTS,
        "motivo",
        "especialidad",
        "servicio",
        "sexo",
        "parentesco",
        "city",
        "surname",
        "surname2",
        "word",
    }
    asked = {slot.lower() for topic in topics() for line in phrases(topic) for slot in re.findall(r"\{(\w+)\}", line)}
    assert asked <= known


def test_sentences_of_the_banks_are_used_where_their_slots_are_known() -> None:
    sheet = _sheet("banks")
    found = {topic: _prose.bank(sheet, topic) for topic in ("opening", "phone", "coverage", "priority", "history")}
    assert all(found.values())
