"""Files to page images: TIFF G3/G4, PDF scanned and digital, PNG, JPEG, digital text. Runs inside the sandbox."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from enum import StrEnum

from PIL import Image, ImageOps, UnidentifiedImageError

from homing.intake.reading import pdf, text, tiff
from homing.intake.reading.errors import Reason, sentence, unreadable
from homing.intake.reading.types import PageImage, Problem, RenderLimits

_ASPECT = 1.5
_PAGE_WIDTH_INCHES = 8.5
_SCREEN_DPI = 100
_FAX_WIDTH, _FAX_STANDARD_HEIGHT, _FAX_DPI = 1728, 1500, (204.0, 196.0)
# What Pillow's decoders raise for damaged data; SyntaxError is its own choice for broken chunks.
_DECODER_ERRORS = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, struct.error, OverflowError)


class FileType(StrEnum):
    """What the first bytes say a file is."""

    TIFF = "TIFF"
    PDF = "PDF"
    PNG = "PNG"
    JPEG = "JPEG"


_MAGIC = {
    b"II*\x00": FileType.TIFF,
    b"MM\x00*": FileType.TIFF,
    b"II+\x00": FileType.TIFF,
    b"MM\x00+": FileType.TIFF,
    b"\x89PNG": FileType.PNG,
    b"\xff\xd8\xff": FileType.JPEG,
}


def sniff(data: bytes) -> FileType | None:
    """Return the type the first bytes say, or None. The PDF header may stand anywhere in the first 1,024 bytes."""
    for magic, kind in _MAGIC.items():
        if data.startswith(magic):
            return kind
    return FileType.PDF if b"%PDF-" in data[:1024] else None


def pages(data: bytes, limits: RenderLimits) -> Iterator[PageImage | Problem]:
    """Yield each page, or what is wrong with it, in order.

    Raises UnreadableDocument where nothing of the file can be opened.
    """
    if not data:
        raise unreadable(Reason.EMPTY)
    if len(data) > limits.max_bytes:
        raise unreadable(Reason.TOO_LARGE)
    kind = sniff(data)
    if kind is None:
        return text.pages(data, limits, pages)
    return pdf.pages(data, limits) if kind is FileType.PDF else _image_pages(data, kind, limits)


def _image_pages(data: bytes, kind: FileType, limits: RenderLimits) -> Iterator[PageImage | Problem]:
    # The limit is ours, per page, and checked before decoding: Pillow's own only warns up to twice its value.
    Image.MAX_IMAGE_PIXELS = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield from _tiff_pages(data, limits) if tiff.is_classic(data) else _frames(data, kind, limits)


def _tiff_pages(data: bytes, limits: RenderLimits) -> Iterator[PageImage | Problem]:
    for number, directory in enumerate(tiff.directories(data), 1):
        if number > limits.max_pages:
            yield _problem(Reason.TOO_MANY_PAGES, number)
            return
        if not directory.whole:
            yield _problem(Reason.DAMAGED, number)
            continue
        image = _opened(tiff.alone(data, directory), FileType.TIFF)
        yield _frame(image, number, limits) if image else _problem(Reason.DAMAGED, number)


def _opened(data: bytes, kind: FileType) -> Image.Image | None:
    try:
        return Image.open(io.BytesIO(data), formats=[kind])
    except (UnidentifiedImageError, *_DECODER_ERRORS):
        return None


def _frames(data: bytes, kind: FileType, limits: RenderLimits) -> Iterator[PageImage | Problem]:
    image = _opened(data, kind)
    if image is None:
        raise unreadable(Reason.DAMAGED)
    several = kind is FileType.TIFF
    for index in range(limits.max_pages + 1):
        if index and not (several and _seek(image, index)):
            return
        if index == limits.max_pages:
            yield _problem(Reason.TOO_MANY_PAGES, index + 1)
            return
        yield _frame(image, index + 1, limits)


def _seek(image: Image.Image, index: int) -> bool:
    try:
        image.seek(index)
    except (EOFError, *_DECODER_ERRORS):
        return False
    return True


def _frame(image: Image.Image, number: int, limits: RenderLimits) -> PageImage | Problem:
    if image.width * image.height > limits.max_pixels:
        return _problem(Reason.PAGE_TOO_LARGE, number)
    try:
        image.load()
        return encode(_flat(image), number, resolution(image))
    except MemoryError:
        return _problem(Reason.OUT_OF_MEMORY, number)
    except _DECODER_ERRORS:
        return _problem(Reason.DAMAGED, number)


def _flat(image: Image.Image) -> Image.Image:
    """Return the picture upright as its EXIF says, black and white or grey, on white paper."""
    upright = ImageOps.exif_transpose(image)
    if upright.mode == "1":
        return upright
    if upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info:
        coloured = upright.convert("RGBA")
        paper = Image.new("RGBA", coloured.size, "white")
        return Image.alpha_composite(paper, coloured).convert("L")
    return upright.convert("L")


def resolution(image: Image.Image) -> tuple[float, float]:
    """Return horizontal and vertical dpi: what the file says where credible, else guessed from a page's usual width."""
    stated = image.info.get("dpi")
    if stated is not None:
        across, down = float(stated[0]), float(stated[1])
        if across >= _SCREEN_DPI and down >= _SCREEN_DPI * 0.9:
            return across, down
    if image.width == _FAX_WIDTH:
        return _FAX_DPI[0], _FAX_DPI[1] / (2 if image.height < _FAX_STANDARD_HEIGHT else 1)
    guess = min(max(min(image.size) / _PAGE_WIDTH_INCHES, 72.0), 600.0)
    return guess, guess


def encode(image: Image.Image, number: int, dpi: tuple[float, float], words: pdf.Words = ()) -> PageImage:
    """Return the page as PNG; rows of a standard-resolution fax (204x98 dpi) are doubled so that pixels are square."""
    across, down = dpi
    if across / down > _ASPECT:
        factor = round(across / down)
        image, down = image.resize((image.width, image.height * factor), Image.Resampling.NEAREST), down * factor
    elif down / across > _ASPECT:
        factor = round(down / across)
        image, across = image.resize((image.width * factor, image.height), Image.Resampling.NEAREST), across * factor
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1 if image.mode == "L" else 3, dpi=(across, down))
    return PageImage(number, buffer.getvalue(), image.width, image.height, across, words)


def _problem(reason: Reason, number: int | None) -> Problem:
    return Problem(reason, sentence(reason), number)
