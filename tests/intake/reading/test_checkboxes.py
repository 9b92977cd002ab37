from __future__ import annotations

from PIL import Image, ImageDraw

from homing.intake.reading.checkboxes import EMPTY, TICKED, squares, with_boxes
from homing.intake.reading.preprocess import prepare
from homing.intake.reading.types import Word
from tests.fixtures.fax import pages


def _form(*, ticked: set[int]) -> Image.Image:
    image = pages.page(())
    draw = ImageDraw.Draw(image)
    for number in range(4):
        left, top = 200 + 300 * number, 400
        draw.rectangle((left, top, left + 24, top + 24), outline=0, width=2)
        if number in ticked:
            draw.line((left + 4, top + 10, left + 11, top + 20, left + 28, top - 6), fill=0, width=3)
    return image


def test_empty_and_ticked_boxes_are_told_apart() -> None:
    found = sorted(squares(prepare(pages.picture(_form(ticked={2}), "PNG")).image), key=lambda box: box.left)
    assert [box.ticked for box in found] == [False, False, True, False]


def test_a_page_of_text_has_no_boxes() -> None:
    assert squares(prepare(pages.picture(pages.page(), "PNG")).image) == []


def test_what_an_engine_made_of_a_box_is_dropped_and_its_word_is_kept() -> None:
    image = prepare(pages.picture(_form(ticked={0}), "PNG")).image
    found = sorted(squares(image), key=lambda box: box.left)
    high, wide = image.shape
    first, second = found[0], found[1]
    y0, y1 = first.top / high, first.bottom / high
    words = (
        Word("[J", (first.left / wide, y0, first.right / wide, y1), 0.4),
        Word("Male", ((first.right + 12) / wide, y0, (first.right + 90) / wide, y1), 0.9),
        Word("[]Female", (second.left / wide, y0, (second.right + 120) / wide, y1), 0.6),
    )
    read = with_boxes(words, found, wide, high)
    assert [word.text for word in read[:2]] == ["Male", "Female"]
    assert [word.text for word in read[2:]].count(TICKED) == 1
    assert [word.text for word in read[2:]].count(EMPTY) == 3
