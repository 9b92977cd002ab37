"""Tick boxes and radio buttons of forms. What cannot be told is unknown, never unticked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from homing.intake.reading.types import Word

Gray = NDArray[np.uint8]
#: The texts of the words that stand for boxes.
EMPTY, TICKED, UNKNOWN = "☐", "☒", "▣"
_DARK = 150
# Pixels at 300 dpi, of the white inside: 1.5 to 4.7 mm.
_SHORTEST, _LONGEST = 18, 56
_SQUARE, _FULL = 0.15, 0.88
_SAME_SIZE = 3
_FEWEST = 2
_EDGE, _OUTLINE = 0.8, 4
_REACH = 8
# How much of its inside a tick covers, and how much may be dirt; one that is black all over was filled or blotted out.
_FILLED, _DIRT, _BLACK = 0.12, 0.03, 0.76
# So much of an outline is a box only where others stand right above or below.
_HALF_EDGE, _ALIGNED = 0.62, 5
_ROUND, _DISC_LEAST, _DISC_MOST, _THICK, _APART = 0.1, 0.7, 0.86, 9, 0.35
_CONFIDENCE, _UNSURE = 0.9, 0.5
_LEAST_WORD = 0.8
_LIKELY, _FEWEST_LETTERS = 0.8, 3


@dataclass(frozen=True, slots=True)
class Square:
    """A tick box in pixels; `ticked` is None where that cannot be told."""

    left: int
    top: int
    right: int
    bottom: int
    ticked: bool | None


def squares(image: Gray) -> list[Square]:
    """Return the tick boxes and radio buttons of an upright, level page of 300 dpi.

    Empty ones are square or round holes in the ink, at least two of one size. A tick breaks its box open: ticked ones
    are looked for as an outline of that size on the rows and in the columns of the empty ones.
    """
    dark = (image < _DARK).astype(np.uint8)
    ink = np.asarray(cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)), dtype=np.uint8)
    holes, rings = _holes(ink)
    found = _of_one_size(holes)
    if found:
        side = int(np.median([box.right - box.left for box in found]))
        found += _broken(ink, found, side)
    return [*found, *_new(_of_one_size(rings), found)]


def _of_one_size(boxes: list[Square]) -> list[Square]:
    """Return the boxes as large as most are, at least two, or none."""
    if len(boxes) < _FEWEST:
        return []
    side = int(np.median([box.right - box.left for box in boxes]))
    alike = [box for box in boxes if abs(box.right - box.left - side) <= _SAME_SIZE]
    return alike if len(alike) >= _FEWEST else []


def _holes(ink: Gray) -> tuple[list[Square], list[Square]]:
    """Return the square holes, and the round ones that a thin ring of its own surrounds."""
    contours, levels = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    square, round_ = [], []
    for contour, level in zip(contours, levels[0] if contours else (), strict=True):
        if level[3] < 0:
            continue
        x, y, wide, high = cv2.boundingRect(contour)
        if not (_SHORTEST <= wide <= _LONGEST and abs(wide - high) <= _SQUARE * wide):
            continue
        share = cv2.contourArea(contour) / ((wide - 1) * (high - 1))
        box = Square(x, y, x + wide, y + high, _state(_inside(ink, x, y, wide, high)))
        if share > _FULL:
            square.append(box)
        elif _DISC_LEAST < share < _DISC_MOST and _is_ring(ink, cv2.boundingRect(contours[level[3]]), box):
            round_.append(box)
    return square, round_


def _inside(ink: Gray, x: int, y: int, wide: int, high: int) -> float:
    """Return the share of ink of the middle of a hole."""
    inset = max(wide // 6, 3)
    return float(ink[y + inset : y + high - inset, x + inset : x + wide - inset].mean())


def _state(filled: float) -> bool | None:
    if filled > _FILLED:
        return True
    return None if filled > _DIRT else False


def _is_ring(ink: Gray, outer: Sequence[int], hole: Square) -> bool:
    """Tell a radio button from a letter: as wide as high, thin, nothing close to its left or right."""
    x, y, wide, high = outer
    thin = wide - (hole.right - hole.left) <= 2 * _THICK and high - (hole.bottom - hole.top) <= 2 * _THICK
    if not thin or abs(wide - high) > _ROUND * wide:
        return False
    gap = round(_APART * wide)
    return not (ink[y : y + high, max(x - gap, 0) : x].any() or ink[y : y + high, x + wide : x + wide + gap].any())


def _broken(ink: Gray, known: Sequence[Square], side: int) -> list[Square]:
    """Return what looks like a box of this side on the rows and in the columns of known ones."""
    high, wide = ink.shape
    reach = _REACH + _OUTLINE
    rows = [(0, max(top - reach, 0), wide, top + side + reach) for top in _distinct(box.top for box in known)]
    columns = [(max(left - reach, 0), 0, left + side + reach, high) for left in _distinct(box.left for box in known)]
    found: list[Square] = []
    for area in rows:
        found += _new(_judged(ink, area, side, known, in_row=True), [*known, *found])
    for area in columns:
        found += _new(_judged(ink, area, side, known, in_row=False), [*known, *found])
    return found


def _distinct(edges: Iterable[int]) -> list[int]:
    """Return the edges in order, of those within a few pixels the first."""
    kept: list[int] = []
    for edge in sorted(edges):
        if not kept or edge - kept[-1] > _ALIGNED:
            kept.append(edge)
    return kept


def _new(boxes: Iterable[Square], known: Sequence[Square]) -> list[Square]:
    return [box for box in boxes if not any(_overlap(box, other) for other in known)]


def _judged(
    ink: Gray, area: tuple[int, int, int, int], side: int, known: Sequence[Square], *, in_row: bool
) -> Iterator[Square]:
    """Yield the boxes of a row or column: with ink inside ticked, blotted or incomplete ones unknown."""
    for x, y, score in _outlines(ink[area[1] : area[3], area[0] : area[2]], side):
        left, top, whole = area[0] + x, area[1] + y, score >= _EDGE
        filled = float(ink[top + 3 : top + side - 3, left + 3 : left + side - 3].mean())
        alone = _stands_alone(ink, left, top, side)
        state = _state(filled) if whole and (filled < _BLACK or alone) else None
        one = Square(left, top, left + side, top + side, state)
        if (in_row and whole and filled < _BLACK) or (alone and (state or _is_in_column(one, known))):
            yield one


def _outlines(part: Gray, side: int) -> Iterator[tuple[int, int, float]]:
    """Yield the places where the outline of a square matches at least half, the best first: x, y and how well."""
    outline = np.ones((side + 2 * _OUTLINE, side + 2 * _OUTLINE), np.uint8)
    outline[_OUTLINE:-_OUTLINE, _OUTLINE:-_OUTLINE] = 0
    outline[:2], outline[-2:], outline[:, :2], outline[:, -2:] = 0, 0, 0, 0
    if part.shape[0] < outline.shape[0] or part.shape[1] < outline.shape[1]:
        return
    wider = cv2.dilate(part, np.ones((3, 3), np.uint8)).astype(np.float32)
    matches = cv2.matchTemplate(wider, outline.astype(np.float32), cv2.TM_CCORR)
    scores = np.asarray(matches / float(outline.sum()), dtype=np.float32)
    while True:
        _, score, _, (x, y) = cv2.minMaxLoc(scores)
        if score < _HALF_EDGE:
            return
        scores[max(y - side, 0) : y + side, max(x - side, 0) : x + side] = 0
        yield x + _OUTLINE, y + _OUTLINE, score


def _stands_alone(ink: Gray, left: int, top: int, side: int) -> bool:
    """Tell whether there is paper on both sides of an outline, as between a box and its caption."""
    gap, edge = round(_APART * side), _OUTLINE + 2
    rows = ink[top : top + side]
    before = rows[:, max(left - edge - gap, 0) : max(left - edge, 0)]
    after = rows[:, left + side + edge : left + side + edge + gap // 2]
    return all(not part.size or float(part.mean()) < _DIRT for part in (before, after))


def _is_in_column(one: Square, known: Sequence[Square]) -> bool:
    """Tell whether known boxes stand in line above or below."""
    return any(abs(one.left - box.left) <= _ALIGNED and abs(one.top - box.top) > _LONGEST // 2 for box in known)


def _overlap(one: Square, other: Square) -> bool:
    return min(one.right, other.right) > max(one.left, other.left) and min(one.bottom, other.bottom) > max(
        one.top, other.top
    )


def with_boxes(words: tuple[Word, ...], found: list[Square], wide: int, high: int) -> tuple[Word, ...]:
    """Return the words and one for each tick box, in fractions of the image, without what was read from its lines."""
    found = [box for box in found if box.ticked is not None or not _is_lettering(box, words, wide, high)]
    if not found:
        return words
    kept = tuple(one for word in words if (one := _without(word, found, wide, high)))
    line = max((word.line for word in kept), default=-1) + 1
    return kept + tuple(
        Word(
            {True: TICKED, False: EMPTY, None: UNKNOWN}[box.ticked],
            (box.left / wide, box.top / high, box.right / wide, box.bottom / high),
            _UNSURE if box.ticked is None else _CONFIDENCE,
            line + index,
        )
        for index, box in enumerate(found)
    )


def _is_lettering(box: Square, words: tuple[Word, ...], wide: int, high: int) -> bool:
    """Tell whether what may be a box lies in the middle of a word that was read well."""
    x, y = (box.left + box.right) / 2 / wide, (box.top + box.bottom) / 2 / high
    return any(
        word.box[0] < x < word.box[2] and word.box[1] < y < word.box[3]
        for word in words
        if word.confidence >= _LIKELY and len(word.text) >= _FEWEST_LETTERS
    )


def _without(word: Word, found: list[Square], wide: int, high: int) -> Word | None:
    """Return a word without the tick box it begins with, or None where it is nothing but a box."""
    x0, y0, x1, y1 = word.box[0] * wide, word.box[1] * high, word.box[2] * wide, word.box[3] * high
    for box in found:
        level = box.top - 8 < (y0 + y1) / 2 < box.bottom + 8
        if level and x0 < box.right - 4 and x1 > box.left + 4:
            share = (box.right - x0) / max(x1 - x0, 1.0)
            rest = _rest(word.text, share) if x1 > box.right + _LEAST_WORD * (box.right - box.left) else ""
            # It was the box that made the engine doubt.
            sure = max(word.confidence, _LIKELY) if rest.isalpha() else word.confidence
            return (
                replace(word, text=rest, confidence=sure, box=((box.right + 2) / wide, *word.box[1:])) if rest else None
            )
    return word


def _rest(text: str, share: float) -> str:
    """Return `text` without the characters an engine made of a tick box that takes this share of its width."""
    plain = re.sub(r"^[^A-Za-z0-9]+", "", text)
    if len(plain) < len(text) and plain[:1].isupper():
        return plain
    likely = max(round(share * len(text)), 1)
    cuts = (text[end:] for end in (likely, likely - 1, likely + 1) if end > 0)
    return next((cut for cut in cuts if cut[:1].isupper()), text[likely:])
