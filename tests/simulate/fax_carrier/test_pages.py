from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from homing.simulate.fax_carrier import pages
from tests.simulate import documents


def _png(image: Image.Image) -> bytes:
    output = io.BytesIO()
    image.save(output, "PNG")
    return output.getvalue()


def _black(image: Image.Image) -> float:
    return float((np.asarray(image.convert("L")) < 128).mean())


def test_a_pdf_becomes_bilevel_fine_fax_pages() -> None:
    rendered = pages.render(documents.pdf(2))

    assert all(page.width == 1728 and abs(page.height - 2156) < 12 for page in rendered)
    assert all(page.mode == "1" and 0.001 < _black(page) < 0.1 for page in rendered)


@pytest.mark.parametrize("fine", [True, False])
def test_a_fax_goes_over_the_line_unchanged_in_its_own_resolution(tmp_path: Path, *, fine: bool) -> None:
    sent = documents.tiff(2, fine=fine)

    pages.save(pages.render(sent), tmp_path / "kept.tif")

    with Image.open(io.BytesIO(sent)) as before, Image.open(tmp_path / "kept.tif") as after:
        for number in range(2):
            before.seek(number)
            after.seek(number)
            assert (np.asarray(before) == np.asarray(after)).all()
            assert after.info["compression"] == "group4"
            assert after.info["dpi"] == pytest.approx((204, 196 if fine else 98), abs=0.5)


def test_pages_of_two_resolutions_are_kept_in_the_finer_one(tmp_path: Path) -> None:
    mixed = [*pages.render(documents.tiff(fine=False)), *pages.render(documents.tiff(fine=True))]

    pages.save(mixed, tmp_path / "kept.tif")

    with Image.open(tmp_path / "kept.tif") as kept:
        sizes = [kept.size]
        kept.seek(1)
        assert [*sizes, kept.size] == [(1728, 2156), (1728, 2156)]


def test_transparent_paper_is_white() -> None:
    clear = Image.new("RGBA", (850, 1100), (0, 0, 0, 0))

    assert _black(pages.render(_png(clear))[0]) == 0


def test_a_landscape_page_is_turned() -> None:
    output = io.BytesIO()
    canvas = Canvas(output, pagesize=(792, 612))
    canvas.drawString(72, 72, "wide")
    canvas.save()

    (page,) = pages.render(output.getvalue())

    assert page.width == 1728
    assert page.height == pytest.approx(2149, abs=12)


def test_a_page_without_end_is_cut() -> None:
    long = Image.new("L", (100, 30_000), 255)

    assert pages.render(_png(long))[0].height == 4400


def _bomb() -> bytes:
    return _png(Image.new("1", (40_000, 40_000)))


def _many() -> bytes:
    output = io.BytesIO()
    canvas = Canvas(output)
    for _ in range(pages.MAX_PAGES + 1):
        canvas.showPage()
    canvas.save()
    return output.getvalue()


@pytest.mark.parametrize(
    "document",
    [b"", b"%PDF-1.7 but no more", b"GIF89a", documents.pdf()[:200], documents.tiff(2)[:300], _bomb(), _many()],
    ids=["empty", "pdf header only", "gif", "cut pdf", "cut tiff", "bomb", "too many pages"],
)
@pytest.mark.filterwarnings("ignore:Image size:PIL.Image.DecompressionBombWarning", "ignore:Corrupt EXIF:UserWarning")
def test_what_cannot_be_rendered_is_refused(document: bytes) -> None:
    with pytest.raises(pages.Unrenderable):
        pages.render(document)


def test_a_page_can_be_looked_at_with_square_pixels(tmp_path: Path) -> None:
    pages.save(pages.render(documents.tiff(2, fine=False)), tmp_path / "kept.tif")

    png = pages.as_png(tmp_path / "kept.tif", 2)

    assert png is not None
    with Image.open(io.BytesIO(png)) as view:
        assert view.width == 864
        assert view.height == pytest.approx(1122, abs=2)
    assert pages.as_png(tmp_path / "kept.tif", 3) is None
    assert pages.as_png(tmp_path / "kept.tif", 0) is None
