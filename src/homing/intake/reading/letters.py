"""What shapes on a page tell before any character is recognised: skew, which way is up, whether a QR code is there."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Ink = NDArray[np.uint8]

_SMALLEST_LETTER_INCH, _LARGEST_LETTER_INCH = 0.04, 0.35
_LONGEST_LETTER = 6.0
_MOST_LETTERS = 900
_FEWEST_LETTERS = 30
_NEAR = 0.8
_SAME, _DIFFERENT = 0.08, 0.16
_SIDEWAYS = 1.6
_SURE = 3.0
_MOST_SKEW = 6.0
_COARSE, _FINE = 0.4, 0.04


@dataclass(frozen=True, slots=True)
class Shapes:
    """Connected components: n `boxes` of x, y, width, height, n `areas`, in pixels; `labels` per pixel, 0 is paper."""

    labels: NDArray[np.int32]
    boxes: Ints
    areas: Ints

    @property
    def not_paper(self) -> NDArray[np.bool_]:
        """Which components are ink: all but the first."""
        return np.arange(len(self.areas)) > 0


@dataclass(frozen=True, slots=True)
class Bearing:
    """The turn clockwise, in degrees, that makes the page upright, and how sure that is in standard deviations."""

    quarter: int
    sure: float


def shapes(ink: Ink) -> Shapes:
    """Return the 8-connected components of a mask where ink is not 0."""
    _, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(ink, 8, cv2.CV_32S, cv2.CCL_SPAGHETTI)
    table = stats.astype(np.int64)
    return Shapes(labels.astype(np.int32, copy=False), table[:, :4], table[:, 4])


def letter_boxes(found: Shapes, dpi: float) -> Floats:
    """Return the boxes (x0, y0, x1, y1) of components of the size of letters."""
    wide, high = found.boxes[:, 2], found.boxes[:, 3]
    low, top = _SMALLEST_LETTER_INCH * dpi, _LARGEST_LETTER_INCH * dpi
    longer, shorter = np.maximum(wide, high), np.minimum(wide, high)
    chosen = found.not_paper & (longer >= low) & (longer <= top) & (longer <= _LONGEST_LETTER * shorter)
    boxes = found.boxes[chosen].astype(np.float64)
    boxes[:, 2:] += boxes[:, :2]
    return boxes


def bearing(boxes: Floats) -> Bearing:
    """Tell which way is up from letters alone.

    Letters of a line are nearer to each other than lines are. On the baseline feet agree, while heads differ between
    x-height, capitals and ascenders; upside down it is the heads that agree.
    """
    if len(boxes) < _FEWEST_LETTERS:
        return Bearing(0, 0.0)
    some = _middle(boxes)
    across, sideways = _neighbours(some), _neighbours(_transposed(some))
    if len(sideways[0]) > _SIDEWAYS * len(across[0]):
        # Transposing the page, then mirroring, is a quarter turn: what agrees then tells which one.
        feet = _balance(_transposed(some), sideways)
        return Bearing(90 if feet > 0 else 270, abs(feet))
    feet = _balance(some, across)
    return Bearing(0 if feet > 0 else 180, abs(feet))


def _middle(boxes: Floats) -> Floats:
    """Return the letters around the middle of the page: neighbours stay together, and so many are enough."""
    start = max(len(boxes) - _MOST_LETTERS, 0) // 2
    return boxes[np.argsort(boxes[:, 1], kind="stable")][start : start + _MOST_LETTERS]


def _transposed(boxes: Floats) -> Floats:
    return boxes[:, [1, 0, 3, 2]]


def _neighbours(boxes: Floats) -> tuple[Ints, Ints]:
    """Return pairs of letters that follow each other closely on a line: indexes left, right."""
    order = np.argsort(boxes[:, 0], kind="stable")
    left: list[int] = []
    right: list[int] = []
    x0, y0, x1, y1 = boxes[order].T
    height = y1 - y0
    starts = np.searchsorted(x0, x0, side="right")
    ends = np.searchsorted(x0, x1 + _NEAR * height, side="right")
    for here, (start, end) in enumerate(zip(starts, ends, strict=True)):
        shared = np.minimum(y1[here], y1[start:end]) - np.maximum(y0[here], y0[start:end])
        beside = np.flatnonzero((shared > 0.5 * height[here]) & (x0[start:end] > x1[here] - 0.3 * height[here]))
        if beside.size:
            left.append(int(order[here]))
            right.append(int(order[start + beside[0]]))
    return np.array(left, dtype=np.int64), np.array(right, dtype=np.int64)


def _balance(boxes: Floats, pairs: tuple[Ints, Ints]) -> float:
    """Return votes for feet minus votes for heads agreeing, in standard deviations."""
    one, other = boxes[pairs[0]], boxes[pairs[1]]
    size = np.maximum(one[:, 3] - one[:, 1], other[:, 3] - other[:, 1])
    heads = np.abs(one[:, 1] - other[:, 1]) / size
    feet = np.abs(one[:, 3] - other[:, 3]) / size
    up = int(np.count_nonzero((feet < _SAME) & (heads > _DIFFERENT)))
    down = int(np.count_nonzero((heads < _SAME) & (feet > _DIFFERENT)))
    return (up - down) / math.sqrt(up + down) if up + down else 0.0


def is_sure(found: Bearing) -> bool:
    """Tell whether a bearing needs no second opinion."""
    return found.sure >= _SURE


def skew(boxes: Floats, width: float) -> float:
    """Return by how many degrees clockwise the lines of an upright page fall, -6 to 6.

    The feet of letters of one line fall into one bin of the projection profile when it is taken at the right angle.
    """
    if len(boxes) < _FEWEST_LETTERS:
        return 0.0
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2 - width / 2, boxes[:, 3]
    coarse = np.arange(-_MOST_SKEW, _MOST_SKEW + _COARSE, _COARSE)
    unit = max(float(np.median(boxes[:, 3] - boxes[:, 1])) / 6, 1.0)
    best = _sharpest(x, y, coarse, unit * 2)
    fine = np.arange(best - 2 * _COARSE, best + 2 * _COARSE + _FINE, _FINE)
    return round(_sharpest(x, y, fine, unit), 2)


def _sharpest(x: Floats, y: Floats, angles: Floats, unit: float) -> float:
    scores = np.array([_sharpness(x, y, angle, unit) for angle in angles])
    # A plateau of equal scores is taken at its middle.
    top = np.flatnonzero(scores >= scores.max() * 0.995)
    return float(angles[top].mean())


def _sharpness(x: Floats, y: Floats, angle: float, unit: float) -> float:
    level = (y - x * math.tan(math.radians(angle))) / unit
    whole = np.floor(level)
    part = level - whole
    place = (whole - whole.min()).astype(np.int64)
    profile = np.bincount(place, 1 - part, place.max() + 2) + np.bincount(place + 1, part, place.max() + 2)
    return float(np.square(profile).sum())


def has_finder_patterns(found: Shapes) -> bool:
    """Tell whether three rings each hold a square of three sevenths of its side, as the corners of a QR code do."""
    x, y, wide, high = found.boxes.T.astype(np.float64)
    square = found.not_paper & (wide >= 8) & (np.abs(wide - high) <= 0.2 * np.maximum(wide, high))
    full = found.areas / (wide * high)
    rings = np.flatnonzero(square & (full > 0.35) & (full < 0.65) & (wide >= 14))
    cores = np.flatnonzero(square & (full > 0.8))
    corners = 0
    for ring in rings:
        middle_x, middle_y, side = x[ring] + wide[ring] / 2, y[ring] + high[ring] / 2, wide[ring]
        near = (np.abs(x[cores] + wide[cores] / 2 - middle_x) < side / 7) & (
            np.abs(y[cores] + high[cores] / 2 - middle_y) < side / 7
        )
        corners += bool(np.any(near & (np.abs(wide[cores] / side - 3 / 7) < 0.1)))
    return corners >= 3
