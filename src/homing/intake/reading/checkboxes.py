"""Tick boxes of forms. One that is not found is simply not there: unknown, never unticked."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from homing.intake.reading.types import Word

Gray = NDArray[np.uint8]
EMPTY, TICKED = "☐", "☒"
_DARK = 150
# Pixels at 300 dpi, of the white inside: 1.5 to 4.7 mm.
_SHORTEST, _LONGEST = 18, 56
_SQUARE, _FULL = 0.15, 0.88
_SAME_SIZE = 3
_FEWEST = 2
_EDGE, _OUTLINE = 0.8, 4
_REACH = 8
_FILLED = 0.12
_LEAST_WORD = 0.8


@dataclass(frozen=True, slots=True)
class Square:
    """A tick box in pixels."""

    left: int
    top: int
    right: int
    bottom: int
    ticked: bool


def squares(image: Gray) -> list[Square]:
    """Return the tick boxes of an upright, level page of 300 dpi.

    Empty ones are square holes in the ink, at least two of one size. A tick breaks its box open: ticked ones are looked
    for as an outline of that size on the rows of the empty ones.
    """
    dark = (image < _DARK).astype(np.uint8)
    ink = np.asarray(cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)), dtype=np.uint8)
    empty = _holes(ink)
    if len(empty) < _FEWEST:
        return []
    side = int(np.median([box.right - box.left for box in empty]))
    empty = [box for box in empty if abs(box.right - box.left - side) <= _SAME_SIZE]
    if len(empty) < _FEWEST:
        return []
    found = [*empty]
    for box in empty:
        found += [one for one in _broken(ink, box, side) if not any(_overlap(one, other) for other in found)]
    return found


def _holes(ink: Gray) -> list[Square]:
    contours, levels = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for contour, level in zip(contours, levels[0] if contours else (), strict=True):
        if level[3] < 0:
            continue
        x, y, wide, high = cv2.boundingRect(contour)
        if not (_SHORTEST <= wide <= _LONGEST and abs(wide - high) <= _SQUARE * wide):
            continue
        if cv2.contourArea(contour) > _FULL * (wide - 1) * (high - 1):
            found.append(Square(x, y, x + wide, y + high, ticked=False))
    return found


def _broken(ink: Gray, box: Square, side: int) -> list[Square]:
    """Return the outlines of squares on the row of `box`, ticked where their inside holds ink."""
    top = max(box.top - _REACH - _OUTLINE, 0)
    strip = ink[top : box.bottom + _REACH + _OUTLINE]
    outline = np.ones((side + 2 * _OUTLINE, side + 2 * _OUTLINE), np.uint8)
    outline[_OUTLINE:-_OUTLINE, _OUTLINE:-_OUTLINE] = 0
    outline[:2], outline[-2:], outline[:, :2], outline[:, -2:] = 0, 0, 0, 0
    if strip.shape[0] < outline.shape[0] or strip.shape[1] < outline.shape[1]:
        return []
    wider = cv2.dilate(strip, np.ones((3, 3), np.uint8)).astype(np.float32)
    matches = cv2.matchTemplate(wider, outline.astype(np.float32), cv2.TM_CCORR)
    scores = np.asarray(matches / float(outline.sum()), dtype=np.float32)
    found: list[Square] = []
    while True:
        _, score, _, (x, y) = cv2.minMaxLoc(scores)
        if score < _EDGE:
            return found
        scores[:, max(x - side, 0) : x + side] = 0
        left, upper = x + _OUTLINE, y + _OUTLINE
        inside = strip[upper + 3 : upper + side - 3, left + 3 : left + side - 3]
        filled = float(inside.mean())
        if filled < 1 - 2 * _FILLED:
            found.append(Square(left, top + upper, left + side, top + upper + side, ticked=filled > _FILLED))


def _overlap(one: Square, other: Square) -> bool:
    return min(one.right, other.right) > max(one.left, other.left) and min(one.bottom, other.bottom) > max(
        one.top, other.top
    )


def with_boxes(words: tuple[Word, ...], found: list[Square], wide: int, high: int) -> tuple[Word, ...]:
    """Return the words and one for each tick box, in fractions of the image, without what was read from its lines."""
    if not found:
        return words
    kept = tuple(one for word in words if (one := _without(word, found, wide, high)))
    line = max((word.line for word in kept), default=-1) + 1
    return kept + tuple(
        Word(
            TICKED if box.ticked else EMPTY,
            (box.left / wide, box.top / high, box.right / wide, box.bottom / high),
            0.9,
            line + index,
        )
        for index, box in enumerate(found)
    )


def _without(word: Word, found: list[Square], wide: int, high: int) -> Word | None:
    """Return a word without the tick box it begins with, or None where it is nothing but a box."""
    x0, y0, x1, y1 = word.box[0] * wide, word.box[1] * high, word.box[2] * wide, word.box[3] * high
    for box in found:
        level = box.top - 8 < (y0 + y1) / 2 < box.bottom + 8
        if level and x0 < box.right - 4 and x1 > box.left + 4:
            share = (box.right - x0) / max(x1 - x0, 1.0)
            rest = _rest(word.text, share) if x1 > box.right + _LEAST_WORD * (box.right - box.left) else ""
            return replace(word, text=rest, box=((box.right + 2) / wide, *word.box[1:])) if rest else None
    return word


def _rest(text: str, share: float) -> str:
    """Return `text` without the characters an engine made of a tick box that takes this share of its width."""
    plain = re.sub(r"^[^A-Za-z0-9]+", "", text)
    if len(plain) < len(text) and plain[:1].isupper():
        return plain
    likely = max(round(share * len(text)), 1)
    cuts = (text[end:] for end in (likely, likely - 1, likely + 1) if end > 0)
    return next((cut for cut in cuts if cut[:1].isupper()), text[likely:])
