"""Pages of PDF files, scanned and digital, through PDFium. Runs inside the sandbox."""

from __future__ import annotations

import ctypes
import io
import math
from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw as pdfium

from homing.intake.reading.errors import Reason, sentence, unreadable
from homing.intake.reading.types import Box, PageImage, Problem, RenderLimits, Word

Words = tuple[Word, ...]
_POINTS_PER_INCH = 72
_SCAN_DPI, _DIGITAL_DPI, _LEAST_DPI = 300, 200, 100
_LEAST_WORDS = 10
_SCAN_SHARE = 0.4
# PageToDevice answers in whole pixels: a large imaginary device gives precise fractions.
_DEVICE = 1_000_000


def pages(data: bytes, limits: RenderLimits) -> Iterator[PageImage | Problem]:
    """Yield each page, or what is wrong with it. Raises UnreadableDocument where the file cannot be opened."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code == pdfium.FPDF_ERR_PASSWORD
        raise unreadable(Reason.PASSWORD_PROTECTED if locked else Reason.DAMAGED) from error
    with document:
        count = len(document)
        if not count:
            raise unreadable(Reason.DAMAGED)
        form = document.get_formtype() != pdfium.FORMTYPE_NONE
        if form:
            document.init_forms()
        for index in range(min(count, limits.max_pages)):
            yield _page(document, index, limits, form=form)
        if count > limits.max_pages:
            yield Problem(Reason.TOO_MANY_PAGES, sentence(Reason.TOO_MANY_PAGES), limits.max_pages + 1)


def _page(document: pypdfium2.PdfDocument, index: int, limits: RenderLimits, *, form: bool) -> PageImage | Problem:
    try:
        page = document[index]
        try:
            return _render(page, index + 1, limits, form=form)
        finally:
            page.close()
    except pypdfium2.PdfiumError:
        reason = Reason.DAMAGED
    except MemoryError:
        reason = Reason.OUT_OF_MEMORY
    return Problem(reason, sentence(reason), index + 1)


def _render(page: pypdfium2.PdfPage, number: int, limits: RenderLimits, *, form: bool) -> PageImage | Problem:
    width, height = page.get_size()
    if width < 1 or height < 1:
        return Problem(Reason.DAMAGED, sentence(Reason.DAMAGED), number)
    # The values typed into a form are not in the text layer, and a scanner's hidden text is somebody else's guess.
    words = () if form or _scanned(page, width * height) else text_layer(page)
    dpi = min(
        _DIGITAL_DPI if words else _SCAN_DPI,
        math.sqrt(limits.max_pixels / (width * height)) * _POINTS_PER_INCH,
    )
    if dpi < _LEAST_DPI:
        return Problem(Reason.PAGE_TOO_LARGE, sentence(Reason.PAGE_TOO_LARGE), number)
    image = page.render(scale=dpi / _POINTS_PER_INCH, grayscale=True).to_pil().convert("L")
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1, dpi=(dpi, dpi))
    return PageImage(number, buffer.getvalue(), image.width, image.height, float(dpi), words)


def _scanned(page: pypdfium2.PdfPage, page_area: float) -> bool:
    images = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE])
    bounds = (one.get_bounds() for one in images)
    return any((right - left) * (top - bottom) > _SCAN_SHARE * page_area for left, bottom, right, top in bounds)


def text_layer(page: pypdfium2.PdfPage) -> Words:
    """Return the words of the text layer in its order, or none where it holds too few to be the page's text."""
    textpage = page.get_textpage()
    try:
        words = tuple(_words(page, textpage))
    finally:
        textpage.close()
    return words if len(words) >= _LEAST_WORDS else ()


def _words(page: pypdfium2.PdfPage, textpage: pypdfium2.PdfTextPage) -> Iterator[Word]:
    line, letters, box = 0, "", None
    for index in range(textpage.count_chars()):
        letter = chr(pdfium.FPDFText_GetUnicode(textpage.raw, index))
        if not letter.isspace() and letter.isprintable():
            letters, box = letters + letter, _hull(box, _char_box(page, textpage, index))
            continue
        if letters and box:
            yield Word(letters, box, 1.0, line)
        letters, box = "", None
        line += letter == "\n"
    if letters and box:
        yield Word(letters, box, 1.0, line)


def _hull(one: Box | None, other: Box) -> Box:
    if one is None:
        return other
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _char_box(page: pypdfium2.PdfPage, textpage: pypdfium2.PdfTextPage, index: int) -> Box:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pdfium.FPDFText_GetCharBox(textpage.raw, index, left, right, bottom, top)
    (x0, y0), (x1, y1) = _fraction(page, left, bottom), _fraction(page, right, top)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _fraction(page: pypdfium2.PdfPage, x: ctypes.c_double, y: ctypes.c_double) -> tuple[float, float]:
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page.raw, 0, 0, _DEVICE, _DEVICE, 0, x, y, across, down)
    return min(max(across.value / _DEVICE, 0.0), 1.0), min(max(down.value / _DEVICE, 0.0), 1.0)
