from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from homing.intake.reading.checkboxes import EMPTY, TICKED, UNKNOWN, Square, squares, with_boxes
from homing.intake.reading.engines import default_reader
from homing.intake.reading.preprocess import prepare
from homing.intake.reading.recognise import page_text
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


def _column(draw: ImageDraw.ImageDraw, count: int = 4) -> list[tuple[int, int]]:
    """Draw boxes one below the other and return their corners."""
    places = [(200, 400 + 80 * number) for number in range(count)]
    for left, top in places:
        draw.rectangle((left, top, left + 24, top + 24), outline=0, width=2)
    return places


def _states(image: Image.Image) -> list[bool | None]:
    found = squares(prepare(pages.picture(image, "PNG")).image)
    return [box.ticked for box in sorted(found, key=lambda box: (box.top // 30, box.left))]


@pytest.mark.parametrize("mark", ["cross", "tick", "slash", "filled", "dot"])
def test_every_way_to_tick_a_box_is_seen(mark: str) -> None:
    image = pages.page(())
    draw = ImageDraw.Draw(image)
    left, top = _column(draw)[2]
    if mark == "cross":
        draw.line((left - 3, top - 3, left + 27, top + 27), fill=0, width=3)
        draw.line((left - 3, top + 27, left + 27, top - 3), fill=0, width=3)
    if mark == "tick":
        draw.line((left + 4, top + 10, left + 11, top + 20, left + 28, top - 6), fill=0, width=3)
    if mark == "slash":
        draw.line((left - 4, top + 28, left + 28, top - 4), fill=0, width=3)
    if mark == "filled":
        draw.rectangle((left, top, left + 24, top + 24), fill=0)
    if mark == "dot":
        draw.ellipse((left + 7, top + 7, left + 17, top + 17), fill=0)
    assert _states(image) == [False, False, True, False]


def test_a_box_of_which_half_is_lost_is_unknown_and_never_unticked() -> None:
    image = pages.page(())
    draw = ImageDraw.Draw(image)
    left, top = _column(draw)[1]
    draw.rectangle((500, 400 + 80, 524, 424 + 80), outline=0, width=2)
    draw.rectangle((left + 10, top - 4, left + 40, top + 11), fill=1)
    states = _states(image)
    assert states.count(False) == 4
    assert True not in states


def test_a_blot_over_a_box_is_unknown() -> None:
    image = pages.page(())
    draw = ImageDraw.Draw(image)
    left, top = _column(draw)[1]
    draw.rectangle((500, 400 + 80, 524, 424 + 80), outline=0, width=2)
    draw.rectangle((500, 400, 524, 424), outline=0, width=2)
    draw.ellipse((left - 14, top - 14, left + 38, top + 38), fill=0)
    assert True not in _states(image)


def test_radio_buttons_are_told_from_letters() -> None:
    image = pages.page(("Sex", "", "", "", "", "COOPER OTTO O'BRIEN, 1000 Oak Road, OO 0 OO", "Ophthalmology Oncology"))
    draw = ImageDraw.Draw(image)
    for number, left in enumerate((200, 500, 800)):
        draw.ellipse((left, 300, left + 26, 326), outline=0, width=2)
        if number == 1:
            draw.ellipse((left + 7, 307, left + 19, 319), fill=0)
    assert _states(image) == [False, True, False]


def test_a_form_read_whole_has_a_sign_for_each_box_and_plain_captions() -> None:
    image = pages.page(("", "", "", "", "       Routine", "", "       Urgent", "", "       STAT"))
    draw = ImageDraw.Draw(image)
    for number in range(3):
        draw.rectangle((160, 398 + 120 * number, 186, 424 + 120 * number), outline=0, width=2)
    draw.line((158, 516, 188, 546), fill=0, width=3)
    draw.line((158, 546, 188, 516), fill=0, width=3)
    page = page_text(default_reader(), pages.picture(image, "PNG"), 1)
    texts = [word.text for word in page.words]
    assert {"Routine", "Urgent", "STAT"} <= set(texts)
    signs = sorted((word.box[1], word.text) for word in page.words if word.text in {EMPTY, TICKED, UNKNOWN})
    assert [text for _, text in signs] == [EMPTY, TICKED, EMPTY]


def test_unknown_is_a_word_of_its_own_with_little_confidence() -> None:
    image = prepare(pages.picture(_form(ticked=set()), "PNG")).image
    high, wide = image.shape
    (word,) = with_boxes((), [Square(10, 10, 40, 40, None)], wide, high)
    assert (word.text, word.confidence) == (UNKNOWN, 0.5)
