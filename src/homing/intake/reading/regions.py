"""Ink that the first engine did not explain: runs of one line each, to be read a second time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
Mask = NDArray[np.uint8]
#: Left, top, right, bottom in pixels.
Area = tuple[int, int, int, int]

_DARK = 175
# A third of the prepared page suffices to find lines. All lengths here are pixels at 100 dpi.
_SCALE = 3
_RULE_ACROSS, _RULE_DOWN = 51, 31
_SPECK = 4
_GAP, _RISE = 13, 1
_LOWEST, _HIGHEST, _NARROWEST = 6, 50, 6
_THINNEST, _FULLEST = 0.05, 0.7


@dataclass(frozen=True, slots=True)
class Run:
    """One line of unexplained ink: its area in pixels of the page, and the heights of its strokes."""

    area: Area
    heights: tuple[int, ...] = ()

    @property
    def wide(self) -> int:
        """The width in pixels."""
        return self.area[2] - self.area[0]

    @property
    def high(self) -> int:
        """The height in pixels."""
        return self.area[3] - self.area[1]


@dataclass(frozen=True, slots=True)
class Ink:
    """Ink at a third of the resolution that nothing explains, and how many pixels of ink the page has in all."""

    mask: Mask
    total: int


def left_over(image: Gray, explained: Sequence[Area]) -> Ink:
    """Return the ink of a page of 300 dpi outside the `explained` areas, without rules of forms and without specks."""
    high, wide = image.shape
    small = cv2.resize(image, (max(wide // _SCALE, 1), max(high // _SCALE, 1)), interpolation=cv2.INTER_AREA)
    mask = (small < _DARK).astype(np.uint8)
    total = int(mask.sum())
    mask &= ~rules(mask) & 1
    for left, top, right, bottom in explained:
        mask[
            max(top // _SCALE - 1, 0) : bottom // _SCALE + 2, max(left // _SCALE - 1, 0) : right // _SCALE + 2
        ] = 0  # fmt: skip
    return Ink(mask, total)


def rules(mask: Mask) -> Mask:
    """Return the long straight lines of a mask, a pixel wider than they are."""
    across = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, _RULE_ACROSS), np.uint8))
    down = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((_RULE_DOWN, 1), np.uint8))
    both = cv2.max(across, down)
    return np.asarray(cv2.dilate(both, np.ones((3, 3), np.uint8)), dtype=np.uint8)


def runs(ink: Ink) -> list[Run]:
    """Return the runs of the unexplained ink, from top to bottom."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink.mask, connectivity=8)
    large = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) >= _SPECK
    large[0] = False
    if count < 2 or not large.any():
        return []
    strokes = large[labels].astype(np.uint8)
    wide = cv2.dilate(strokes, np.ones((_RISE, _GAP), np.uint8))
    _, groups = cv2.connectedComponents(wide, connectivity=4)
    boxes = stats[large].astype(np.int64)
    down, across = _anywhere(np.asarray(labels, dtype=np.int32), count)
    owner = np.asarray(groups, dtype=np.int32)[down[large], across[large]]
    return sorted(_grouped(boxes, owner, strokes), key=lambda run: run.area[1])


def _anywhere(labels: NDArray[np.int32], count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the row and column of one pixel of every component."""
    places = np.zeros(count, dtype=np.int64)
    inked = np.flatnonzero(labels)
    places[labels.ravel()[inked]] = inked
    return places // labels.shape[1], places % labels.shape[1]


def _grouped(boxes: NDArray[np.int64], owner: NDArray[np.int32], strokes: Mask) -> Iterator[Run]:
    order = np.argsort(owner, kind="stable")
    cuts = np.flatnonzero(np.diff(owner[order])) + 1
    for members in np.split(order, cuts):
        x, y, wide, high = boxes[members, :4].T
        left, top, right, bottom = int(x.min()), int(y.min()), int((x + wide).max()), int((y + high).max())
        if not (_LOWEST <= bottom - top <= _HIGHEST and right - left >= _NARROWEST):
            continue
        if not _THINNEST <= strokes[top:bottom, left:right].mean() <= _FULLEST:
            continue
        yield Run(
            (_SCALE * left, _SCALE * top, _SCALE * right, _SCALE * bottom),
            tuple(int(one) for one in _SCALE * high),
        )


def tight(ink: Ink, area: Area) -> Area:
    """Return the area around the ink within `area`, or `area` itself where there is none."""
    left, top, right, bottom = (edge // _SCALE for edge in area)
    part = ink.mask[top : bottom + 1, left : right + 1]
    columns, rows = np.flatnonzero(part.any(axis=0)), np.flatnonzero(part.any(axis=1))
    if not columns.size:
        return area
    edges = (left + columns[0], top + rows[0], left + columns[-1] + 1, top + rows[-1] + 1)
    return (_SCALE * int(edges[0]), _SCALE * int(edges[1]), _SCALE * int(edges[2]), _SCALE * int(edges[3]))
