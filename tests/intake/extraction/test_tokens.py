from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homing.intake.extraction import model, tokens, wordpiece
from homing.intake.extraction.tokens import Placed
from tests.fixtures.fax import texts

LINES = (
    "Patient: Ashgrove, Juniper    DOB:04/05/1961",
    "",
    "Phone (617) 555-0142   Fax 617-555-0199",
    "NPI#1234567893",
)
SPLITTER = wordpiece.WordPieces(("[PAD]", "[UNK]", "patient", "dob", ":", "04", "/", "05", "##61", "19", "juniper"))


@pytest.mark.parametrize(
    ("printed", "parts"),
    [
        ("DOB:04/05/1961", ["DOB:", "04/05/1961"]),
        ("DOB8/18/63", ["DOB", "8/18/63"]),
        ("NPI1902767478", ["NPI", "1902767478"]),
        ("Ashgrove,Juniper", ["Ashgrove,", "Juniper"]),
        ("☒Urgent", ["☒", "Urgent"]),
        ("NPI#1234567893", ["NPI#", "1234567893"]),
        ("(617)555-0142", ["(617)555-0142"]),
        ("04/05/1961", ["04/05/1961"]),
        ("O'Brien-Smith", ["O'Brien-Smith"]),
    ],
)
def test_a_word_is_parted_where_the_engine_saw_no_space(printed: str, parts: list[str]) -> None:
    assert [printed[start:end] for start, end in tokens.parted(printed)] == parts


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_reading_order_is_the_same_however_the_page_was_sent(rotation: int) -> None:
    _, placed = model.looked_at(texts.page(LINES, rotation=rotation))

    said = [piece.text for piece in tokens.in_order(placed)]

    assert said == [
        "Patient:", "Ashgrove,", "Juniper", "DOB:", "04/05/1961",
        "Phone", "(617)", "555-0142", "Fax", "617-555-0199", "NPI#", "1234567893",
    ]  # fmt: skip


def test_the_strip_of_a_fax_machine_is_not_looked_at() -> None:
    page = texts.page(LINES)
    first = page.words[0]
    marked = (type(first)(first.text, first.box, first.confidence, strip=True), *page.words[1:])

    words, _ = model.looked_at(type(page)(1, marked, width=page.width, height=page.height))

    assert "Patient:" not in [word.text for word in words]


def test_pieces_of_words_are_the_longest_of_the_vocabulary() -> None:
    assert SPLITTER.of("Patient:") == (2, 4)
    assert SPLITTER.of("04/05/1961") == (5, 6, 7, 6, 9, 8)
    assert SPLITTER.of("Jûniper") == (10,)
    assert SPLITTER.of("xyz") == (1,)


def test_features_put_the_page_first_and_keep_their_ranges() -> None:
    _, placed = model.looked_at(texts.page(LINES))
    pieces = tokens.in_order(placed)

    found = tokens.features(pieces, SPLITTER)

    assert found.pieces.shape == (len(pieces) + 1, tokens.MOST_PIECES)
    assert (found.relation[0] == 0).all()
    assert (found.relation[:, 0] == 0).all()
    assert found.relation.max() < tokens.RELATIONS
    assert found.gap[1] == 0, "the first of a line has no neighbour"
    assert found.gap[4] > found.gap[3], "a column is farther away than a word"


def test_the_same_relation_holds_wherever_a_pair_stands() -> None:
    near = [Placed("a", 0.1, 0.10, 0.15, 0.112, 1), Placed("b", 0.2, 0.10, 0.25, 0.112, 1)]
    far = [Placed("a", 0.5, 0.80, 0.55, 0.812, 1), Placed("b", 0.6, 0.80, 0.65, 0.812, 1)]

    here, there = (tokens.features(tokens.in_order(words), SPLITTER).relation for words in (near, far))

    assert np.array_equal(here, there)


@given(st.integers(0, 2000))
def test_every_token_is_in_a_window_and_none_is_too_large(count: int) -> None:
    windows = tokens.windows(count)

    assert all(end - start < tokens.WINDOW for start, end in windows)
    assert sorted({row for start, end in windows for row in range(start, end)}) == list(range(count))
    assert all(before[1] > after[0] for before, after in pairwise(windows))
