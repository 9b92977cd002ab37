from __future__ import annotations

import random

import pytest

from training.reading import facts, families
from training.reading.banks import Banks
from training.reading.compose import Page
from training.reading.families import Family
from training.reading.labels import DOCUMENT_KINDS, FIELDS, NEAR_MISSES, PAGE_KINDS

MODULES = {"forms", "forms_boxed", "ticks", "tables", "panels", "pads", "ehr", "payer"}
SEEDS = range(5)
CLASSES = {*FIELDS, *NEAR_MISSES}


def _own() -> list[Family]:
    every = [*families.families(), *families.families(held_out=True)]
    return [one for one in every if one.draw.__module__.rsplit(".", 1)[1] in MODULES]


def _draw(one: Family, seed: int) -> list[Page]:
    rng = random.Random(seed)
    banks = Banks(rng, held_out=one.held_out)
    return one.draw(families.sheet(rng, banks, facts.case(rng, banks)))


def _marked(pages: list[Page]) -> list[str]:
    return [mark.label for page in pages for word in page.words for mark in word.marks]


every_family = pytest.mark.parametrize("one", _own(), ids=lambda one: one.name)


def test_there_are_at_least_twenty_two_families_of_which_three_are_held_out() -> None:
    assert len(_own()) >= 22
    assert sum(one.held_out for one in _own()) == 3


@every_family
def test_a_page_has_words_of_known_classes_and_kinds_only(one: Family) -> None:
    for seed in SEEDS:
        pages = _draw(one, seed)
        assert pages
        assert all(page.words for page in pages)
        assert set(_marked(pages)) <= CLASSES
        assert {page.kind for page in pages} <= set(PAGE_KINDS)
        assert {page.document_kind for page in pages} <= set(DOCUMENT_KINDS)


@every_family
def test_words_stand_on_the_page_and_their_marks_within_them(one: Family) -> None:
    for seed in SEEDS:
        for page in _draw(one, seed):
            for word in page.words:
                x0, y0, x1, y1 = word.box
                assert 0.0 <= x0 < x1 <= page.width + 1.0, word
                assert 0.0 <= y0 < y1 <= page.height, word
                assert word.text
                assert not set(word.text) & set(" \n\t")
                assert all(0 <= mark.start < mark.end <= len(word.text) for mark in word.marks), word


@every_family
def test_every_document_says_something_of_the_patient_and_seeds_differ(one: Family) -> None:
    drawn = [_draw(one, seed) for seed in range(12)]
    patients = [any(label.startswith("patient.") for label in _marked(pages)) for pages in drawn]
    assert sum(patients) >= 9 or one.name == "forms.all_items"
    assert len({tuple(word.text for word in pages[0].words) for pages in drawn}) == len(drawn)


@every_family
def test_a_seed_gives_the_same_page_again(one: Family) -> None:
    assert [word.text for page in _draw(one, 3) for word in page.words] == [
        word.text for page in _draw(one, 3) for word in page.words
    ]
