from __future__ import annotations

import random

import numpy as np
import pytest

from homing.intake.extraction import tokens
from homing.intake.extraction.wordpiece import WordPieces
from training.reading import dataset, fonts, noise
from training.reading.banks import Banks
from training.reading.compose import EMPTY, Page, Run
from training.reading.families import families
from training.reading.labels import DOCUMENT_KINDS, FIELDS, NEAR_MISSES, PAGE_KINDS

PIECES = WordPieces(("[PAD]", "[UNK]"))


def page() -> Page:
    return Page(random.Random(1), fonts.Font("DejaVu Sans", 10))


def test_a_run_keeps_its_class_through_words_and_lines() -> None:
    one = page()
    one.write(36, 36, ["DOB:", Run("04/05/1961", "patient.birth_date"), " ", Run("a b c", "reason")], width=120)

    marked = [(word.text, [(mark.start, mark.end, mark.label) for mark in word.marks]) for word in one.words]

    assert marked[0] == ("DOB:04/05/1961", [(4, 14, "patient.birth_date")])
    assert marked[1:] == [(letter, [(0, 1, "reason")]) for letter in "abc"]
    assert len({mark.span for word in one.words[1:] for mark in word.marks}) == 1


def test_words_wrap_at_the_width_and_a_box_is_drawn_before_its_caption() -> None:
    one = page()
    below = one.write(36, 36, "many words that do not fit into so few points", width=80)
    one.tick(36, below, EMPTY, [Run("Urgent", "priority")])

    assert all(word.box[2] <= 117 for word in one.words[:-2])
    assert [word.text for word in one.words[-2:]] == [EMPTY, "Urgent"]
    assert one.words[-2].box[2] < one.words[-1].box[0]


@pytest.mark.parametrize("level", [0, 1, 2])
def test_what_an_engine_misreads_keeps_its_class(level: int) -> None:
    one = page()
    for row in range(40):
        one.write(
            36, 20 + row * 18, [Run("Hernandez", "patient.family"), " and ", Run("04/05/1961", "patient.birth_date")]
        )

    seen = noise.read(one, random.Random(3), level)

    letters = sum(mark.end - mark.start for word in seen for mark in word.marks)
    assert letters > 40 * 19 * 0.9
    for word in seen:
        assert all(0 <= mark.start < mark.end <= len(word.text) for mark in word.marks)
        assert 0 <= word.confidence <= 1
        assert all(0 <= edge <= 1 for edge in word.box)


def test_answers_begin_a_run_once_and_go_on() -> None:
    one = page()
    one.write(36, 36, ["Reason: ", Run("chest pain today", "reason")])
    seen = noise.read(one, random.Random(5), 0)
    pieces = dataset.pieces_of(seen)

    said = dict(zip([piece.text for piece in pieces], dataset.answers(pieces, seen), strict=True))

    begins = 1 + 2 * dataset.NUMBER["reason"]
    assert [said[word] for word in ("chest", "pain", "today")] == [begins, begins + 1, begins + 1]
    assert said["Reason:"] == 0


def test_the_same_seed_gives_the_same_examples() -> None:
    first, again = (dataset.stream(4, PIECES) for _ in range(2))

    for _, one, other in zip(range(6), first, again, strict=False):
        assert np.array_equal(one.answers, other.answers)
        assert np.array_equal(one.features.relation, other.features.relation)


def test_every_family_is_named_once_and_some_are_held_out() -> None:
    trained, held = families(), families(held_out=True)

    assert len(trained) > 60
    assert len(held) >= 6
    assert not {one.name for one in trained} & {one.name for one in held}


@pytest.mark.parametrize("name", [one.name for one in families() if one.name.startswith("kind.")])
def test_pages_that_are_no_referral_are_drawn_with_known_classes(name: str) -> None:
    (family,) = (one for one in families() if one.name == name)
    for seed in range(8):
        drawn = dataset.drawn(random.Random(seed), chosen=[family])
        for one, seen in zip(drawn.pages, drawn.seen, strict=True):
            assert (one.kind in PAGE_KINDS, one.document_kind in DOCUMENT_KINDS) == (True, True)
            assert {mark.label for word in one.words for mark in word.marks} <= {*FIELDS, *NEAR_MISSES}
            assert len(dataset.pieces_of(seen)) < 3 * tokens.WINDOW


def test_a_phrase_that_is_held_out_is_never_trained_on() -> None:
    rng = random.Random(2)
    known, kept = Banks(rng, held_out=False), Banks(rng, held_out=True)

    assert not {known.label("patient.birth_date") for _ in range(400)} & {
        kept.label("patient.birth_date") for _ in range(400)
    }
