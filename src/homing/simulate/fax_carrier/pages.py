"""Documents to fax pages: 1 bit, 1728 pixels wide, 204x196 dpi, Group 4."""

from __future__ import annotations

import io
import threading
from typing import TYPE_CHECKING, Any

import pypdfium2
from PIL import Image, ImageSequence, UnidentifiedImageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

WIDTH = 1728
X_DPI, Y_DPI = 204.0, 196.0
_STANDARD_Y_DPI = 98.0
MAX_PAGES = 350
_MAX_ROWS = 4400
_MAX_PIXELS = 60_000_000
_BLACK_BELOW = 150
# PDFium may only be used by one thread at a time.
_pdfium = threading.Lock()


class Unrenderable(Exception):
    """The document cannot be turned into fax pages."""


def render(document: bytes) -> list[Image.Image]:
    """Return the pages of a PDF, TIFF, PNG or JPEG as fax pages. Raises Unrenderable."""
    try:
        pages = list(_pages_of(document))
    except (pypdfium2.PdfiumError, UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError) as error:
        raise Unrenderable(type(error).__name__) from error
    if not pages:
        raise Unrenderable("no pages")
    return pages


def _pages_of(document: bytes) -> Iterator[Image.Image]:
    if document[:1024].find(b"%PDF") >= 0:
        yield from _pages_of_pdf(document)
        return
    with Image.open(io.BytesIO(document), formats=("TIFF", "PNG", "JPEG")) as image:
        for number, frame in enumerate(ImageSequence.Iterator(image)):
            _check(number, frame.width, frame.height)
            yield _as_fax_page(frame)


def _check(number: int, width: float, height: float) -> None:
    if number >= MAX_PAGES:
        raise Unrenderable("too many pages")
    if width < 1 or height < 1 or width * height > _MAX_PIXELS:
        raise Unrenderable("page size")


def _pages_of_pdf(document: bytes) -> Iterator[Image.Image]:
    with _pdfium:
        pdf = pypdfium2.PdfDocument(document)
        try:
            _check(len(pdf) - 1, 1, 1)
            pdf.init_forms()
            for number in range(len(pdf)):
                yield _page_of_pdf(pdf, number)
        finally:
            pdf.close()


def _page_of_pdf(pdf: pypdfium2.PdfDocument, number: int) -> Image.Image:
    page = pdf[number]
    width, height = page.get_size()
    _check(number, width, height)
    turn = 90 if width > height else 0
    across, along = (height, width) if turn else (width, height)
    rendered: Any = page.render(scale=WIDTH / across, rotation=turn, grayscale=True)
    return _bilevel(rendered.to_pil(), along / across * WIDTH * Y_DPI / X_DPI)


def _as_fax_page(frame: Image.Image) -> Image.Image:
    if frame.mode == "1" and frame.width == WIDTH and frame.height <= _MAX_ROWS:
        # Already a fax: a line carries it unchanged, in its own resolution.
        page = frame.copy()
        page.info["dpi"] = (X_DPI, _own_y_dpi(frame))
        return page
    upright = frame.rotate(90, expand=True) if frame.width > frame.height else frame
    across, along = (float(value) for value in upright.info.get("dpi") or (1.0, 1.0))
    return _bilevel(_on_white(upright), upright.height / along / (upright.width / across) * WIDTH * Y_DPI / X_DPI)


def _own_y_dpi(frame: Image.Image) -> float:
    along = float((frame.info.get("dpi") or (X_DPI, Y_DPI))[1])
    return _STANDARD_Y_DPI if along < (_STANDARD_Y_DPI + Y_DPI) / 2 else Y_DPI


def _on_white(image: Image.Image) -> Image.Image:
    if "A" not in image.getbands() and image.mode != "P":
        return image.convert("L")
    layer = image.convert("RGBA")
    paper = Image.new("RGBA", layer.size, "white")
    paper.alpha_composite(layer)
    return paper.convert("L")


def _bilevel(grey: Image.Image, rows: float) -> Image.Image:
    size = (WIDTH, max(1, min(_MAX_ROWS, round(rows))))
    scaled = grey.convert("L").resize(size, Image.Resampling.BILINEAR)
    page = scaled.point([0] * _BLACK_BELOW + [255] * (256 - _BLACK_BELOW)).convert("1", dither=Image.Dither.NONE)
    page.info["dpi"] = (X_DPI, Y_DPI)
    return page


def save(pages: Sequence[Image.Image], path: Path) -> None:
    """Write fax pages as one Group 4 TIFF."""
    first, *rest = _in_one_resolution(pages)
    first.save(
        path, "TIFF", compression="group4", dpi=first.info["dpi"], save_all=True, append_images=rest, big_tiff=False
    )


def _in_one_resolution(pages: Sequence[Image.Image]) -> Sequence[Image.Image]:
    if len({page.info["dpi"] for page in pages}) == 1:
        return pages
    return [page if page.info["dpi"][1] == Y_DPI else _doubled(page) for page in pages]


def _doubled(page: Image.Image) -> Image.Image:
    fine = page.resize((page.width, page.height * 2), Image.Resampling.NEAREST)
    fine.info["dpi"] = (X_DPI, Y_DPI)
    return fine


def as_png(path: Path, number: int) -> bytes | None:
    """Return page `number` (from 1) of a kept TIFF as PNG with square pixels, or None if there is no such page."""
    with Image.open(path) as image:
        if not 1 <= number <= getattr(image, "n_frames", 1):
            return None
        image.seek(number - 1)
        along = float((image.info.get("dpi") or (X_DPI, Y_DPI))[1])
        view = image.convert("L").resize((864, max(1, round(image.height / along * X_DPI / 2))), Image.Resampling.BOX)
        output = io.BytesIO()
        view.save(output, "PNG", optimize=False)
    return output.getvalue()
