"""The second engine: what it reads of crops, and when its reading is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from homing.intake.reading import regions, second
from homing.intake.reading.engines import default_reader
from homing.intake.reading.preprocess import Gray, prepare
from homing.intake.reading.recognise import page_text
from homing.intake.reading.recogniser import PaddleLineReader, Piece, model_file
from homing.intake.reading.types import PageText, Word
from tests.fixtures.fax import pages
from tests.intake.reading.hand import written

LABELS = ("Patient", "", "Phone", "", "Address", "", "Insurance", "", "Reason", "", "Clinic", "", "Practice fax")
VALUES = (
    "Juniper Ashgrove",
    "617 555 0142",
    "12 Mill Road Springfield",
    "Blue Cross Blue Shield",
    "recurrent palpitations",
    "Willow Creek Medicine",
    "617 555 0111",
)


@dataclass
class Told:
    """An engine that reads every crop as it is told, and remembers the crops."""

    pieces: tuple[Piece, ...]
    crops: list[Gray] = field(default_factory=list)

    def read(self, crops: Sequence[Gray]) -> list[tuple[Piece, ...]]:
        self.crops += crops
        return [self.pieces for _ in crops]


@pytest.fixture(scope="module")
def engine() -> PaddleLineReader:
    weights = model_file()
    assert weights is not None
    return PaddleLineReader(weights)


def _line(text: str) -> Gray:
    image = Image.new("L", (40 + 22 * len(text), 60), 255)
    ImageDraw.Draw(image).text((12, 8), text, fill=0, font=ImageFont.load_default(40))
    return np.asarray(image, dtype=np.uint8)


def test_it_reads_every_crop_with_its_words_in_place(engine: PaddleLineReader) -> None:
    texts = ["Juniper Ashgrove", "617-555-0142", "I48.0", "04/05/1961", "Rowan Fairweather, MD"]
    crops = [_line(text) for text in texts]
    found = engine.read(crops)
    assert [" ".join(piece.text for piece in pieces) for pieces in found] == texts
    for crop, pieces in zip(crops, found, strict=True):
        for piece in pieces:
            inside = crop[:, max(round(piece.start) - 6, 0) : round(piece.end) + 6]
            assert (inside < 128).any()
            assert 0.8 < piece.confidence <= 1
            assert 0 <= piece.start < piece.end <= crop.shape[1] + 8
    assert found[0][0].end < found[0][1].start


def test_an_empty_crop_and_noise_give_no_confident_word(engine: PaddleLineReader) -> None:
    dirt = np.random.default_rng(1).integers(0, 255, (50, 300)).astype(np.uint8)
    blank, noise = engine.read([np.full((50, 300), 255, np.uint8), dirt])
    assert blank == ()
    assert all(piece.confidence < 0.6 for piece in noise)


PRINTED = ("Willow Creek Family Medicine", "MRN 56682357 noted", "Thank you for seeing this patient")


def _page_with(text: str, confidence: float) -> tuple[Gray, list[Word]]:
    """Return a page and its words, the number 56682357 among them read as `text`."""
    image = prepare(pages.picture(pages.page(PRINTED), "PNG")).image
    words = list(default_reader().read(image))
    place = next(number for number, word in enumerate(words) if "566" in word.text)
    words[place] = Word(text, words[place].box, confidence, words[place].line)
    return image, words


def _changed(text: str, confidence: float, told: Told) -> Word:
    image, words = _page_with(text, confidence)
    before = next(word for word in words if word.text == text)
    found = second.look(image, words, (), told)
    assert len(found) == len(words)
    # On the same line, over the same ink.
    (word,) = [
        one for one in found if abs(one.box[0] - before.box[0]) < 0.01 and abs(one.box[1] - before.box[1]) < 0.01
    ]
    assert word.line == before.line
    assert word.box == pytest.approx(before.box, abs=0.01)
    return word


def test_a_doubted_number_is_read_again_and_the_surer_reading_is_taken() -> None:
    told = Told((Piece("56682357", 0.99, 10, 180),))
    word = _changed("S6682357", 0.5, told)
    assert (word.text, word.other, word.reread, word.confidence) == ("56682357", "S6682357", True, 0.99)
    assert len(told.crops) == 1


def test_where_both_read_the_same_the_doubt_is_gone() -> None:
    word = _changed("56682357", 0.5, Told((Piece("56682357", 0.97, 10, 180),)))
    assert (word.text, word.other, word.confidence) == ("56682357", "56682357", 0.97)


def test_a_second_reading_that_is_less_sure_only_stands_beside_the_first() -> None:
    word = _changed("56682357", 0.7, Told((Piece("5G682357", 0.4, 10, 180),)))
    assert (word.text, word.other, word.confidence) == ("56682357", "5G682357", 0.7)


def test_nothing_is_read_again_on_a_page_that_was_read_well() -> None:
    told = Told(())
    image, words = _page_with("56682357", 0.96)
    words = [Word(word.text, word.box, max(word.confidence, 0.95), word.line) for word in words]
    assert second.look(image, words, (), told) == tuple(words)
    assert told.crops == []


def test_print_that_is_all_doubted_is_read_again_only_within_its_budget() -> None:
    image = prepare(pages.picture(pages.page(), "PNG")).image
    words = [Word(word.text, word.box, 0.55, word.line) for word in default_reader().read(image)]
    told = Told(())
    second.look(image, words, (), told)
    columns = sum(crop.shape[1] * 48 / crop.shape[0] for crop in told.crops)
    assert 0 < columns < 6000


@pytest.fixture(scope="module")
def by_hand() -> bytes:
    image = pages.page(LABELS)
    for number, value in enumerate(VALUES):
        image = written(image, value, 170, 255 + 120 * number, seed=number)
    return pages.picture(image, "PNG")


@pytest.fixture(scope="module")
def form(by_hand: bytes, engine: PaddleLineReader) -> PageText:
    return page_text(default_reader(), by_hand, 1, (), engine)


def test_more_of_a_written_form_is_read_with_the_second_engine(by_hand: bytes, form: PageText) -> None:
    once = page_text(default_reader(), by_hand, 1)
    expected = {word for value in VALUES for word in value.split()}
    assert len(expected & set(form.text.split())) >= len(expected & set(once.text.split())) + 3


def test_what_is_written_by_hand_is_marked_and_the_labels_are_not(form: PageText) -> None:
    marked = {word.text for word in form.words if word.handwritten}
    assert marked.isdisjoint({"Patient", "Phone", "Address", "Insurance", "Reason", "Clinic", "Practice"})
    assert len(marked) >= 8


def test_a_printed_letter_is_not_taken_for_handwriting(engine: PaddleLineReader) -> None:
    sent = pages.picture(pages.page(noise=1500, skew=0.7), "PNG")
    page = page_text(default_reader(), sent, 1, (), engine)
    assert not any(word.handwritten for word in page.words)


def test_words_read_again_lie_on_their_ink_on_the_page_as_received(engine: PaddleLineReader, by_hand: bytes) -> None:
    sent = pages.page(LABELS)
    for number, value in enumerate(VALUES):
        sent = written(sent, value, 170, 255 + 120 * number, seed=number)
    page = page_text(default_reader(), pages.picture(sent.rotate(180), "PNG"), 1, (), engine)
    ink = np.asarray(sent.rotate(180).convert("L")) < 128
    again = [word for word in page.words if word.reread]
    assert page.rotation == 180
    assert len(again) >= 5
    for word in again:
        x0, y0, x1, y1 = (round(edge * side) for edge, side in zip(word.box, (1728, 2244) * 2, strict=True))
        assert ink[y0:y1, x0:x1].any()
        assert y1 - y0 < 120


def test_a_word_that_an_overlapping_run_replaced_is_left_alone() -> None:
    kept: list[Word | None] = [None, Word("Ridge", (0.2, 0.1, 0.3, 0.12), 0.4, 7)]
    doubt = second._Doubt(regions.Run((10, 10, 300, 40), (18, 20)), (0, 1), 0.4, 1.0, digits=False)

    second._judge(doubt, [Word("Bridge", (0.2, 0.1, 0.3, 0.12), 0.41)], kept, [], written=False)

    assert kept[0] is None
    assert kept[1] is not None
    assert kept[1].text == "Ridge"
