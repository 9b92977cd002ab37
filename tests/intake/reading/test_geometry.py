from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homing.intake.reading.geometry import Affine, scaling, upright
from homing.intake.reading.preprocess import prepare
from homing.intake.reading.types import Box
from tests.fixtures.fax import pages

TURNS = st.sampled_from([0, 90, 180, 270])
SLANTS = st.floats(-6, 6)
SIDES = st.floats(100, 4000)
FRACTIONS = st.floats(0, 1)


@given(TURNS, SLANTS, SIDES, SIDES, FRACTIONS, FRACTIONS)
def test_a_point_that_is_turned_and_levelled_comes_back_to_where_it_was(
    turn: int, slant: float, wide: float, high: float, across: float, down: float
) -> None:
    forth, _, _ = upright(wide, high, turn, slant)
    there = forth.point(across * wide, down * high)
    x, y = forth.inverse().point(*there)
    assert abs(x - across * wide) < 1e-6 * wide
    assert abs(y - down * high) < 1e-6 * high


@given(TURNS, SIDES, SIDES, FRACTIONS, FRACTIONS)
def test_a_quarter_turn_keeps_every_point_on_the_page(
    turn: int, wide: float, high: float, across: float, down: float
) -> None:
    forth, new_wide, new_high = upright(wide, high, turn, 0.0)
    x, y = forth.point(across * wide, down * high)
    assert -1e-6 <= x <= new_wide + 1e-6
    assert -1e-6 <= y <= new_high + 1e-6
    assert {new_wide, new_high} == {wide, high}


@given(TURNS, SLANTS, SIDES, SIDES, st.tuples(FRACTIONS, FRACTIONS, FRACTIONS, FRACTIONS))
def test_the_hull_of_a_box_holds_the_box_when_it_comes_back(
    turn: int, slant: float, wide: float, high: float, corners: tuple[float, float, float, float]
) -> None:
    left, right = sorted((corners[0] * wide, corners[2] * wide))
    top, bottom = sorted((corners[1] * high, corners[3] * high))
    forth, _, _ = upright(wide, high, turn, slant)
    x0, y0, x1, y1 = forth.inverse().hull(forth.hull((left, top, right, bottom)))
    slack = 1e-6 * max(wide, high)
    assert x0 <= left + slack
    assert y0 <= top + slack
    assert x1 >= right - slack
    assert y1 >= bottom - slack


@given(SLANTS, SIDES, SIDES)
def test_maps_chain_in_the_order_they_are_written(slant: float, wide: float, high: float) -> None:
    first, second = scaling(2.0, 0.5), upright(wide, high, 0, slant)[0]
    one, other = first.then(second).point(3.0, 7.0), second.point(*first.point(3.0, 7.0))
    assert abs(one[0] - other[0]) < 1e-6 * wide
    assert abs(one[1] - other[1]) < 1e-6 * high


def test_a_map_that_flattens_has_no_way_back() -> None:
    with pytest.raises(ZeroDivisionError):
        Affine(1, 1, 0, 1, 1, 0).inverse()


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("slant", [-1.7, 0.0, 2.3])
def test_a_mark_found_on_the_prepared_page_lies_where_it_was_on_the_page_received(turn: int, slant: float) -> None:
    image = pages.page(skew=slant, rotation=turn)
    received = _place_mark(image.width, image.height, turn)
    left, top, right, bottom = received
    image.paste(0, (round(left), round(top), round(right), round(bottom)))
    prepared = prepare(pages.picture(image, "PNG"))
    assert (prepared.rotation + turn) % 360 == 0
    assert abs(prepared.skew - slant) < 0.2
    x0, y0, x1, y1 = prepared.received(_darkest(prepared.image))
    middle = ((x0 + x1) / 2 * image.width, (y0 + y1) / 2 * image.height)
    assert abs(middle[0] - (left + right) / 2) < 6
    assert abs(middle[1] - (top + bottom) / 2) < 6


def _place_mark(wide: int, high: int, turn: int) -> Box:
    """Return where, below the text of the turned page, a square of 120 pixels goes."""
    place, _, _ = upright(pages.WIDTH, pages.HEIGHT, turn, 0.0)
    box = place.hull((900, 1900, 1020, 2020))
    assert 0 <= box[0] < box[2] <= wide
    assert 0 <= box[1] < box[3] <= high
    return box


def _darkest(image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Box:
    """Return the box, in fractions, of what is solidly black over 60 pixels."""
    import cv2

    solid = cv2.erode((image < 128).astype(np.uint8), np.ones((61, 61), np.uint8))
    down, across = np.nonzero(solid)
    high, wide = image.shape
    return (
        float(across.min() - 30) / wide,
        float(down.min() - 30) / high,
        float(across.max() + 31) / wide,
        float(down.max() + 31) / high,
    )
