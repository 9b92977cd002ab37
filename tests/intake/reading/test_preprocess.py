from __future__ import annotations

import io

import numpy as np
import pytest
import segno
from PIL import Image

from homing.intake.reading.preprocess import TARGET_DPI, load, prepare
from homing.intake.reading.render import pages as render_pages
from homing.intake.reading.types import PageImage, RenderLimits
from homing.kit import reference
from tests.fixtures.fax import pages


def _only(data: bytes) -> PageImage:
    (page,) = render_pages(data, RenderLimits())
    assert isinstance(page, PageImage)
    return page


@pytest.mark.parametrize("dpi", [pages.FINE, pages.STANDARD])
def test_a_fax_of_either_resolution_becomes_square_pixels_of_300_dpi(dpi: tuple[int, int]) -> None:
    prepared = prepare(_only(pages.tiff([pages.page()], dpi)).png)
    high, wide = prepared.image.shape
    # The sheet grows by what its slant needs.
    assert wide == pytest.approx(pages.WIDTH * TARGET_DPI / 204, abs=8)
    assert high == pytest.approx(pages.HEIGHT * TARGET_DPI / 204, abs=8)


def test_the_dirt_of_a_line_goes_and_full_stops_stay() -> None:
    clean, dirty = pages.page(), pages.page(noise=3000)
    without, cleaned = prepare(pages.picture(clean, "PNG")).image, prepare(pages.picture(dirty, "PNG")).image
    assert np.mean(np.abs(without.astype(int) - cleaned.astype(int)) > 100) < 0.0005
    stop = Image.new("1", (600, 200), 1)
    stop.paste(0, (300, 100, 303, 103))
    assert prepare(pages.picture(stop, "PNG")).image.min() < 128


def test_single_dots_of_a_standard_fax_go_although_their_row_stands_twice() -> None:
    page = _only(pages.tiff([pages.speckled(pages.page(()), 300)], pages.STANDARD))
    prepared = prepare(page.png)
    assert prepared.blank
    assert prepared.image.min() > 200


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("dpi", [pages.FINE, pages.STANDARD])
def test_a_page_is_turned_upright_by_its_letters_alone(turn: int, dpi: tuple[int, int]) -> None:
    page = _only(pages.tiff([pages.page(rotation=turn, skew=0.8, noise=500)], dpi))
    assert prepare(page.png).rotation == (360 - turn) % 360


def test_a_second_opinion_decides_where_there_are_too_few_letters() -> None:
    page = pages.picture(pages.page(("Thank you",)), "PNG")
    assert prepare(page).rotation == 0
    assert prepare(page, lambda _: 180).rotation == 180
    assert prepare(page, lambda _: None).rotation == 0


def test_an_empty_page_is_blank_and_keeps_its_size() -> None:
    prepared = prepare(pages.picture(pages.page((), noise=200), "PNG"))
    assert prepared.blank
    assert (prepared.width, prepared.height) == (pages.WIDTH, pages.HEIGHT)


@pytest.mark.parametrize("turn", [0, 180])
def test_a_qr_code_is_read_whichever_way_the_page_was_sent(turn: int) -> None:
    payload = reference.qr_payload(reference.mint())
    buffer = io.BytesIO()
    segno.make(payload, error="m").save(buffer, kind="png", scale=8, border=4)
    page = pages.page()
    page.paste(Image.open(buffer).convert("1"), (1200, 1650))
    sent = _only(pages.tiff([page.rotate(turn)]))
    assert prepare(sent.png).codes == (payload,)


def test_a_page_without_a_code_has_none() -> None:
    assert prepare(pages.picture(pages.page(), "PNG")).codes == ()


def test_a_rendered_page_tells_its_resolution() -> None:
    gray, dpi = load(_only(pages.tiff([pages.page()], pages.STANDARD)).png)
    assert gray.shape[1] == pages.WIDTH
    assert dpi == pytest.approx((204, 196), abs=0.1)
