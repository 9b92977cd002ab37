"""What is on a page and is no writing: black edges and punch holes of photocopies, dust, streaks, plain noise."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from homing.intake.reading.letters import Shapes

Ink = NDArray[np.uint8]
Flags = NDArray[np.bool_]
# Solid black is looked for on a quarter of the resolution; lengths of an inch.
_SCALE = 4
_SOLID_INCH, _EDGE_INCH, _MARGIN = 0.1, 0.12, 2
_HOLE_LEAST, _HOLE_MOST, _HOLE_EDGE = 0.16, 0.42, 1.0
_ROUND, _DISC_LEAST, _DISC_MOST = 0.2, 0.66, 0.9
_DUST_INCH, _LINE_INCH, _LINE_THICK_INCH = 0.045, 1.5, 0.04
_BLANK_SHARE = 0.0002
_TILE, _ROWS, _RESTLESS, _NOISE_SHARE = 64, 4, 0.25, 0.6
_GREY_SHARE = 0.05


def black(ink: Ink, dpi: float) -> Flags | None:
    """Return the pixels of black edges and punch holes, or None where the page has none."""
    size = (max(ink.shape[1] // _SCALE, 1), max(ink.shape[0] // _SCALE, 1))
    # The mean of ones and zeros, rounded: what is black at least by half.
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
    side = max(round(_SOLID_INCH * dpi / _SCALE), 3)
    kernel = np.ones((side, side), np.uint8)
    # Beyond the edge of the page there is more of the same.
    solid = np.asarray(cv2.erode(small, kernel, borderType=cv2.BORDER_REPLICATE), dtype=np.uint8)
    if not solid.any():
        return None
    whole = np.asarray(cv2.dilate(solid, kernel), dtype=np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(whole, connectivity=8)
    unit = dpi / _SCALE
    chosen = np.array([index > 0 and _is_black(row, whole.shape, unit) for index, row in enumerate(stats)])
    if not chosen.any():
        return None
    mask = cv2.dilate(chosen[labels].astype(np.uint8), np.ones((2 * _MARGIN + 1,) * 2, np.uint8))
    wide = cv2.resize(mask, (ink.shape[1], ink.shape[0]), interpolation=cv2.INTER_NEAREST)
    return np.asarray(wide, dtype=np.bool_)


def _is_black(row: NDArray[np.int32], shape: tuple[int, ...], unit: float) -> bool:
    left, top, wide, high, area = (int(one) for one in row)
    page_high, page_wide = shape[:2]
    near = min(left, top, page_wide - left - wide, page_high - top - high)
    if near <= _EDGE_INCH * unit:
        return True
    least, most = _HOLE_LEAST * unit, _HOLE_MOST * unit
    sized = least <= wide <= most and least <= high <= most and abs(wide - high) <= _ROUND * max(wide, high) + 1
    return sized and _DISC_LEAST <= area / (wide * high) <= _DISC_MOST and near <= _HOLE_EDGE * unit


def is_blank(found: Shapes, dpi: float, pixels: int) -> bool:
    """Tell whether a page has no more ink than dust and streaks."""
    wide, high = found.boxes[:, 2], found.boxes[:, 3]
    longer, shorter = np.maximum(wide, high), np.minimum(wide, high)
    dust = longer < _DUST_INCH * dpi
    streak = (longer > _LINE_INCH * dpi) & (shorter < _LINE_THICK_INCH * dpi)
    return float(found.areas[found.not_paper & ~dust & ~streak].sum()) < _BLANK_SHARE * pixels


def is_dusty(ink: Ink) -> bool:
    """Tell whether a page without writing has more dust than an empty sheet gathers."""
    return float(ink.mean()) > _GREY_SHARE


def is_noise(ink: Ink) -> bool:
    """Tell whether most of a page changes between ink and paper more often than writing can."""
    if ink.shape[0] < _TILE or ink.shape[1] < _TILE:
        return False
    rows = ink[::_ROWS]
    changes = (rows[:, 1:] ^ rows[:, :-1]) * np.uint8(255)
    tiles = cv2.resize(changes, (ink.shape[1] // _TILE, ink.shape[0] // _TILE), interpolation=cv2.INTER_AREA)
    return float((tiles > _RESTLESS * 255).mean()) > _NOISE_SHARE
