"""Check boxes typed as text become the three signs, with their captions beside them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homing.intake.reading.checkboxes import EMPTY, TICKED, UNKNOWN
from homing.intake.reading.marks import normalised
from homing.intake.reading.types import Word


def _words(*texts: str, confidence: float = 0.9) -> list[Word]:
    return [Word(text, (0.1 * n, 0.2, 0.1 * n + 0.09, 0.22), confidence) for n, text in enumerate(texts)]


def _texts(*texts: str, confidence: float = 0.9) -> list[str]:
    return [word.text for word in normalised(_words(*texts, confidence=confidence))]


@pytest.mark.parametrize("typed", ["[x]", "[X]", "(X)", "(x)", "__X__", "_x_", "X__", "☑", "☒", "✓", "■", "[✓]"])
def test_typed_ticks_are_ticked(typed: str) -> None:
    assert _texts(typed, "Urgent") == [TICKED, "Urgent"]
    assert _texts(f"{typed}Urgent") == [TICKED, "Urgent"]


@pytest.mark.parametrize("typed", ["[]", "()", "[_]", "☐", "□"])
def test_typed_empty_boxes_are_empty(typed: str) -> None:
    assert _texts(typed, "Routine") == [EMPTY, "Routine"]
    assert _texts(f"{typed}Routine") == [EMPTY, "Routine"]


def test_brackets_with_a_space_between_them_are_one_box() -> None:
    assert _texts("[", "]", "Routine", "[", "x", "]", "Urgent", "(", "X", ")") == [
        *(EMPTY, "Routine", TICKED, "Urgent"),
        TICKED,
    ]


def test_short_lines_are_boxes_only_where_another_line_bears_a_cross() -> None:
    assert _texts("___", "Routine", "_X_", "Urgent") == [EMPTY, "Routine", TICKED, "Urgent"]
    assert _texts("Name:", "______", "Date:", "____") == ["Name:", "______", "Date:", "____"]


def test_brackets_that_the_engine_doubts_tell_nothing() -> None:
    assert _texts("[]", "Female", confidence=0.3) == [UNKNOWN, "Female"]


@pytest.mark.parametrize("text", ["(617)", "(I48.0)", "x", "X", "[J", "Ashgrove", "(mm/dd/yyyy)", "_", "a_b", "(v)"])
def test_other_words_stay(text: str) -> None:
    assert _texts(text) == [text]


def test_a_caption_keeps_its_own_place() -> None:
    box, caption = normalised([Word("[x]Urgent", (0.1, 0.2, 0.19, 0.22), 0.9)])
    assert box.box == pytest.approx((0.1, 0.2, 0.13, 0.22))
    assert caption.box == pytest.approx((0.13, 0.2, 0.19, 0.22))
    assert box.confidence == 0.8


@given(st.lists(st.text("[]()xX_☐☒✓aB1 ", min_size=1, max_size=6).filter(str.strip), max_size=8))
def test_no_text_breaks_it_and_every_box_stays_on_the_page(texts: list[str]) -> None:
    for word in normalised(_words(*texts)):
        assert word.text
        assert 0 <= word.box[0] <= word.box[2] <= 1
