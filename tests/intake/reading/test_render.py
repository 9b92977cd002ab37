from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from homing.intake.reading.errors import Reason, UnreadableDocument
from homing.intake.reading.render import FileType, sniff
from homing.intake.reading.render import pages as rendered
from homing.intake.reading.types import PageImage, Problem, RenderLimits
from tests.fixtures.fax import pages

LIMITS = RenderLimits()


def _images(data: bytes) -> list[PageImage]:
    found = list(rendered(data, LIMITS))
    assert all(isinstance(one, PageImage) for one in found)
    return [one for one in found if isinstance(one, PageImage)]


@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_lzw"])
def test_every_page_of_a_tiff_is_rendered_in_order(compression: str) -> None:
    found = _images(pages.tiff([pages.page(), pages.page(pages.COVER)], compression=compression))
    assert [page.number for page in found] == [1, 2]
    assert found[0].png != found[1].png


def test_a_standard_resolution_fax_gets_square_pixels() -> None:
    (page,) = _images(pages.tiff([pages.page()], pages.STANDARD))
    assert page.width == pages.WIDTH
    assert page.height == pytest.approx(pages.HEIGHT * 196 / 204, abs=2)


def test_a_page_survives_rendering_pixel_by_pixel() -> None:
    sent = pages.page()
    (page,) = _images(pages.tiff([sent], (204, 204)))
    with Image.open(io.BytesIO(page.png)) as image:
        assert np.array_equal(np.asarray(image.convert("1")), np.asarray(sent))


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_is_one_page(kind: str) -> None:
    (page,) = _images(pages.picture(pages.page(), kind))
    assert (page.width, page.height, round(page.dpi)) == (pages.WIDTH, pages.HEIGHT, 204)


def test_a_scanned_pdf_is_rendered_without_words() -> None:
    found = _images(pages.scanned_pdf([pages.page(), pages.page(pages.COVER)]))
    assert [page.words for page in found] == [(), ()]
    assert found[0].dpi == 300


def test_a_digital_pdf_brings_its_words_with_boxes_on_the_page() -> None:
    (page,) = _images(pages.digital_pdf([pages.LETTER]))
    words = {word.text: word for word in reversed(page.words)}
    x0, y0, x1, _ = words["Juniper"].box
    assert 54 / 612 < x0 < x1 < 0.5
    assert y0 == pytest.approx((792 - 730 + 6 * 20 - 9) / 792, abs=0.01)
    assert words["Juniper"].line == words["Ashgrove"].line != words["Member"].line


def test_a_pdf_page_with_little_text_is_read_as_a_picture() -> None:
    (page,) = _images(pages.digital_pdf([("See attached",)]))
    assert page.words == ()


def test_transparent_paper_is_white() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (400, 300), (0, 0, 0, 0)).save(buffer, "PNG")
    (page,) = _images(buffer.getvalue())
    with Image.open(io.BytesIO(page.png)) as image:
        assert image.getextrema() == (255, 255)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (pages.tiff([pages.page()]), FileType.TIFF),
        (b"junk before\n%PDF-1.7", FileType.PDF),
        (pages.picture(pages.page(), "PNG"), FileType.PNG),
        (pages.picture(pages.page(), "JPEG"), FileType.JPEG),
        (b"PK\x03\x04 a zip file", None),
        (b"", None),
    ],
    ids=["tiff", "pdf", "png", "jpeg", "zip", "empty"],
)
def test_the_first_bytes_decide_what_a_file_is(data: bytes, kind: FileType | None) -> None:
    assert sniff(data) is kind


def test_pages_after_the_limit_are_named_and_not_rendered() -> None:
    found = list(rendered(pages.tiff([pages.page()] * 4), RenderLimits(max_pages=2)))
    assert [one.number for one in found if isinstance(one, PageImage)] == [1, 2]
    assert [(one.code, one.page) for one in found if isinstance(one, Problem)] == [(Reason.TOO_MANY_PAGES, 3)]


def test_a_file_of_many_bytes_is_refused_before_it_is_opened() -> None:
    with pytest.raises(UnreadableDocument) as refused:
        rendered(b"II*\x00" + bytes(100), RenderLimits(max_bytes=50))
    assert refused.value.code == "too_large"
