from __future__ import annotations

import random

import pytest

from training.reading import facts
from training.reading.banks import Banks
from training.reading.families import Family, families, sheet
from training.reading.labels import DOCUMENT_KINDS, FIELDS, NEAR_MISSES, PAGE_KINDS

OUTSIDE = [one for one in families() if one.name.startswith("outside.")]
LOOKALIKE = [one for one in families() if one.name.startswith("lookalike.")]
#: What only somebody who refers has on the page.
REFERRING = ("referrer.", "recipient.", "requested.specialty", "requested.provider", "priority", "reason", "referral.")


@pytest.mark.parametrize("family", [*OUTSIDE, *LOOKALIKE], ids=lambda one: one.name)
def test_its_pages_are_of_known_kinds_and_their_marks_of_known_classes(family: Family) -> None:
    for seed in range(8):
        rng = random.Random(seed)
        banks = Banks(rng, held_out=seed % 4 == 3)
        for page in family.draw(sheet(rng, banks, facts.case(rng, banks))):
            assert page.kind in PAGE_KINDS
            assert page.document_kind in DOCUMENT_KINDS
            assert page.words
            for word in page.words:
                assert "{" not in word.text
                assert all(mark.label in (*FIELDS, *NEAR_MISSES) for mark in word.marks)
                assert all(0 <= mark.start < mark.end <= len(word.text) for mark in word.marks)


@pytest.mark.parametrize("family", OUTSIDE, ids=lambda one: one.name)
def test_nobody_refers_in_a_document_that_is_no_referral(family: Family) -> None:
    for seed in range(4):
        rng = random.Random(seed)
        banks = Banks(rng, held_out=False)
        for page in family.draw(sheet(rng, banks, facts.case(rng, banks))):
            assert page.document_kind == family.name.split(".")[1]
            assert not [m.label for word in page.words for m in word.marks if m.label.startswith(REFERRING)]


def test_every_kind_comes_in_many_styles() -> None:
    kinds = [one.name.split(".")[1] for one in OUTSIDE]

    assert set(kinds) <= set(DOCUMENT_KINDS)
    assert all(kinds.count(kind) >= 7 for kind in set(kinds))
    assert all(kind != "referral" for kind in kinds)
