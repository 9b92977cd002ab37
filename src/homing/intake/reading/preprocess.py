"""A page as received made ready for an engine: clean, upright, level, 300 dpi, with the map between the two."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from homing.intake.reading import dirt, geometry, letters
from homing.intake.reading.types import Box, Word

Gray = NDArray[np.uint8]
#: Answers the clockwise turn that makes a prepared page upright, or None where it cannot tell (Tesseract's OSD).
SecondOpinion = Callable[[Gray], int | None]

TARGET_DPI = 300.0
_MOST_PIXELS = 20_000_000
_SPECK, _STANDARD_SPECK = 3, 2
_BLACK, _WHITE = 128, 255
# A page that is black for the most part was not transmitted.
_BLACKENED = 0.6
_BLUR = 1.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """`image` is grey, 300 dpi; `back` maps its pixels to pixels of the page as received, `width` by `height`.

    `noise`: nothing but; `letters` counts what has the size of one.
    """

    image: Gray
    back: geometry.Affine
    width: int
    height: int
    rotation: int
    skew: float
    blank: bool
    noise: bool = False
    codes: tuple[str, ...] = ()
    letters: int = 0

    def received(self, box: Box) -> Box:
        """Return where `box`, in fractions of `image`, lies in fractions of the page as received."""
        high, wide = self.image.shape
        x0, y0, x1, y1 = self.back.hull((box[0] * wide, box[1] * high, box[2] * wide, box[3] * high))
        return geometry.clipped((x0 / self.width, y0 / self.height, x1 / self.width, y1 / self.height))

    def words_received(self, words: tuple[Word, ...]) -> tuple[Word, ...]:
        """Return the words with their boxes on the page as received."""
        return tuple(replace(word, box=self.received(word.box)) for word in words)


def load(png: bytes) -> tuple[Gray, tuple[float, float]]:
    """Return the grey pixels of a rendered page and its horizontal and vertical dpi."""
    with Image.open(io.BytesIO(png)) as image:
        dpi = image.info.get("dpi", (TARGET_DPI, TARGET_DPI))
        return np.asarray(image.convert("L")), (float(dpi[0]), float(dpi[1]))


def prepare(png: bytes, second_opinion: SecondOpinion | None = None, *, turned: int | None = None) -> Prepared:
    """Return the page of a PNG ready to be read; `turned` sets the rotation instead of finding it."""
    gray, dpi = load(png)
    bilevel = _bilevel(gray)
    ink = _ink(gray, bilevel=bilevel)
    edges = dirt.black(ink, dpi[0])
    if edges is not None:
        ink, gray = ink & ~edges, np.where(edges, np.uint8(_WHITE), gray)
    if dirt.is_noise(ink) or (edges is not None and float(edges.mean()) > _BLACKENED):
        return _unread(gray, dpi)
    found = letters.shapes(ink)
    clean = _without(gray, found, _specks(found, gray, bilevel=bilevel))
    blank = dirt.is_blank(found, dpi[0], gray.size)
    if blank and dirt.is_dusty(ink):
        return _unread(gray, dpi)
    boxes = letters.letter_boxes(found, dpi[0])
    bearing = letters.bearing(boxes)
    rotation = bearing.quarter if turned is None else turned
    if turned is None and not letters.is_sure(bearing) and not blank and second_opinion is not None:
        rotation = _confirmed(clean, boxes, dpi, bearing.quarter, second_opinion)
    image, back, skew = _level(clean, boxes, dpi, rotation)
    codes = _qr_codes(clean) if letters.has_finder_patterns(found) else ()
    high, wide = gray.shape
    return Prepared(image, back, wide, high, rotation, skew, blank, codes=codes, letters=len(boxes))


def _unread(gray: Gray, dpi: tuple[float, float]) -> Prepared:
    image, back, _ = _level(gray, np.zeros((0, 4)), dpi, 0)
    high, wide = gray.shape
    return Prepared(image, back, wide, high, 0, 0.0, blank=False, noise=True)


def _ink(gray: Gray, *, bilevel: bool) -> Gray:
    threshold = _BLACK if bilevel else cv2.threshold(gray, 0, _WHITE, cv2.THRESH_OTSU)[0]
    return (gray < max(threshold, 1)).astype(np.uint8)


def _bilevel(gray: Gray) -> bool:
    counts = cv2.calcHist([gray], [0], None, [256], [0, 256]).ravel()
    return bool(counts[0] + counts[_WHITE] == gray.size)


def _specks(found: letters.Shapes, gray: Gray, *, bilevel: bool) -> NDArray[np.bool_]:
    """Return which components are the dirt of a fax line; a grey scan has none of it."""
    if not bilevel:
        return np.zeros(len(found.areas), dtype=np.bool_)
    return found.not_paper & (found.areas <= (_STANDARD_SPECK if _doubled(gray) else _SPECK))


def _without(gray: Gray, found: letters.Shapes, specks: NDArray[np.bool_]) -> Gray:
    """Return the page without its specks: pixel by pixel of their small boxes, which is faster than by the page."""
    numbers = np.flatnonzero(specks)
    if not numbers.size:
        return gray
    clean = gray.copy()
    x, y, wide, high = found.boxes[numbers].T
    for down in range(int(high.max())):
        for across in range(int(wide.max())):
            within = (across < wide) & (down < high)
            rows, columns = y[within] + down, x[within] + across
            own = found.labels[rows, columns] == numbers[within]
            clean[rows[own], columns[own]] = _WHITE
    return clean


def _doubled(gray: Gray) -> bool:
    """Tell whether every row stands twice: a fax of standard resolution, rendered with square pixels."""
    even = gray.shape[0] // 2 * 2
    return bool(np.array_equal(gray[0:even:2], gray[1:even:2]))


def _confirmed(
    clean: Gray, boxes: letters.Floats, dpi: tuple[float, float], guess: int, second_opinion: SecondOpinion
) -> int:
    image, _, _ = _level(clean, boxes, dpi, guess)
    more = second_opinion(image)
    return guess if more is None else (guess + more) % 360


def _level(
    clean: Gray, boxes: letters.Floats, dpi: tuple[float, float], rotation: int
) -> tuple[Gray, geometry.Affine, float]:
    """Return the page turned, levelled and scaled in one resampling, the map back, and the skew taken away."""
    high, wide = clean.shape
    square = geometry.scaling(1.0, dpi[0] / dpi[1])
    turn, turned_wide, turned_high = geometry.upright(wide, high * square.e, rotation, 0.0)
    skew = letters.skew(_mapped(boxes, square.then(turn)), turned_wide)
    turn, _, _ = geometry.upright(wide, high * square.e, rotation, skew)
    scale = min(TARGET_DPI / dpi[0], (_MOST_PIXELS / (turned_wide * turned_high)) ** 0.5)
    forth = square.then(turn).then(geometry.scaling(scale, scale))
    # The corners stay on the sheet: the line of the sender's machine is at the very edge.
    x0, y0, x1, y1 = forth.hull((0, 0, wide, high))
    forth = forth.then(geometry.moving(-x0, -y0))
    size = (max(round(x1 - x0), 1), max(round(y1 - y0), 1))
    source = cv2.blur(clean, (2, 2)) if scale < 0.75 else clean
    image = cv2.warpAffine(
        source,
        np.array([[forth.a, forth.b, forth.c], [forth.d, forth.e, forth.f]]),
        size,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(_WHITE,),
    )
    return np.asarray(cv2.GaussianBlur(image, (0, 0), _BLUR), dtype=np.uint8), forth.inverse(), skew


def _mapped(boxes: letters.Floats, forth: geometry.Affine) -> letters.Floats:
    x, y = boxes[:, [0, 2]], boxes[:, [1, 3]]
    across, down = forth.a * x + forth.b * y + forth.c, forth.d * x + forth.e * y + forth.f
    return np.stack([across.min(1), down.min(1), across.max(1), down.max(1)], axis=1)


def _qr_codes(clean: Gray) -> tuple[str, ...]:
    # The second finds the few codes that the first one misses, and the other way round.
    for detector in (cv2.QRCodeDetectorAruco(), cv2.QRCodeDetector()):
        _, texts, _, _ = detector.detectAndDecodeMulti(clean)
        if any(texts):
            return tuple(text for text in texts if text)
    return ()
