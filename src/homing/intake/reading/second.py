"""The second look: the other engine reads what the first one doubts or left out, and the better reading is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median, pstdev

import numpy as np
from numpy.typing import NDArray

from homing.intake.reading import recogniser, regions
from homing.intake.reading.recogniser import LineReader, Piece
from homing.intake.reading.regions import Area, Ink, Run
from homing.intake.reading.types import Word

Gray = NDArray[np.uint8]
# What the first engine is believed without a second look; one wrong digit is another person.
_SURE, _SURE_DIGITS, _DIGITS = 0.8, 0.9, 5
_MARGIN_X, _MARGIN_Y = 10, 6
# Columns of the second engine's input; Tesseract takes for a page what 8,000 take. More where more is doubted.
_PRINTED_BUDGET, _DOUBTED_BUDGET, _HANDWRITTEN_BUDGET = 300, 2_000, 24_000
_OTHERS_SHARE, _PLAINLY_WRONG = 0.2, 0.6
# A page of whose doubts so many columns, and so large a share, look handwritten is written by hand: all are read.
_WRITTEN_COLUMNS, _WRITTEN_SHARE = 900, 0.35
_TALL, _UNEVEN, _FEWEST_STROKES, _STROKE, _SMALL = 1.45, 0.22, 3, 10, 0.6
# On a page of print only what is tall, was hardly read and reads differently is taken for handwriting; on a written
# page all that the first engine doubts and is no smaller than its print.
_HARDLY, _HARDLY_WRITTEN, _AT_LEAST = 0.5, 0.75, 1.1
_SHARED, _BESIDE, _AS_HIGH = 0.5, 1.2, 0.7
# How sure the second engine must be, and by how much more than the first, to be taken.
_LEAST, _LEAD = 0.6, 0.03
_FEWEST_SURE = 10


@dataclass(frozen=True, slots=True)
class _Doubt:
    """One run, the first engine's words in it (by position), and what its strokes look like.

    `height` is that of the run in heights of the page's print.
    """

    run: Run
    words: tuple[int, ...]
    confidence: float
    height: float
    digits: bool

    @property
    def columns(self) -> int:
        return recogniser.columns(self.run.wide + 2 * _MARGIN_X, self.run.high + 2 * _MARGIN_Y)

    @property
    def looks_written(self) -> bool:
        """Whether the strokes are higher than the print of the page, or of uneven height."""
        if self.confidence >= _SURE:
            return False
        strokes = [high for high in self.run.heights if high >= _STROKE]
        # Commas and dots are small in print too.
        heights = [high for high in strokes if high >= _SMALL * median(strokes)]
        uneven = len(heights) >= _FEWEST_STROKES and pstdev(heights) >= _UNEVEN * fmean(heights)
        return self.height >= _TALL or uneven

    def is_handwritten(self, *, written: bool, agreed: bool) -> bool:
        """Whether it is, on a page that is `written` as a whole or not, where the two engines `agreed` or not."""
        if written:
            return self.confidence < _HARDLY_WRITTEN and self.height >= _AT_LEAST
        return not agreed and self.confidence < _HARDLY and self.height >= _TALL


def look(image: Gray, words: Sequence[Word], boxes: Sequence[Area], reader: LineReader) -> tuple[Word, ...]:
    """Return the words of an upright page of 300 dpi, boxes in fractions of it, with the doubtful ones read again.

    `boxes` are the tick boxes, which are nobody's letters.
    """
    high, wide = image.shape
    areas = [_area(word, wide, high) for word in words]
    sure = [area for word, area in zip(words, areas, strict=True) if _is_sure(word)]
    ink = regions.left_over(image, [*sure, *boxes])
    doubts = list(_doubts(regions.runs(ink), words, areas, sure))
    letters = [(len(word.text), _is_sure(word)) for word in words]
    doubted = sum(count for count, is_sure in letters if not is_sure) / max(sum(count for count, _ in letters), 1)
    written = _is_written(doubts)
    chosen = _within_budget(doubts, doubted, written=written)
    if not chosen:
        return tuple(words)
    paper = image.copy()
    for left, top, right, bottom in sure:
        paper[top:bottom, left:right] = 255
    crops = [_crop(paper, doubt.run.area) for doubt in chosen]
    kept: list[Word | None] = list(words)
    added: list[Word] = []
    for doubt, pieces in zip(chosen, reader.read(crops), strict=True):
        _judge(doubt, _placed(pieces, doubt, ink, image.shape), kept, added, written=written)
    result = (*(word for word in kept if word is not None), *added)
    return _spread(result, wide / high) if written else result


def _is_sure(word: Word) -> bool:
    needed = _SURE_DIGITS if _is_number(word.text) and not word.strip else _SURE
    return word.confidence >= needed


def _is_number(text: str) -> bool:
    return sum(letter.isdigit() for letter in text) >= _DIGITS


def _area(word: Word, wide: int, high: int) -> Area:
    x0, y0, x1, y1 = word.box
    return round(x0 * wide), round(y0 * high), round(x1 * wide), round(y1 * high)


def _doubts(
    found: Sequence[Run], words: Sequence[Word], areas: Sequence[Area], sure: Sequence[Area]
) -> Iterator[_Doubt]:
    # Where next to nothing is read for sure, the usual height is that of all words.
    usual = median([bottom - top for _, top, _, bottom in (sure if len(sure) >= _FEWEST_SURE else areas)] or [30])
    doubtful = [(number, area) for number, area in enumerate(areas) if not _is_sure(words[number])]
    for run in found:
        left, top, right, bottom = run.area
        inside = tuple(
            number
            for number, (x0, y0, x1, y1) in doubtful
            if left - 4 <= (x0 + x1) / 2 <= right + 4 and top - 4 <= (y0 + y1) / 2 <= bottom + 4
        )
        confidence = _confidence([words[number] for number in inside])
        digits = any(_is_number(words[number].text) for number in inside)
        yield _Doubt(run, inside, confidence, run.high / usual, digits)


def _confidence(words: Sequence[Word] | Sequence[Piece]) -> float:
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0


def _is_written(doubts: Sequence[_Doubt]) -> bool:
    looks = sum(doubt.columns for doubt in doubts if doubt.looks_written)
    return looks >= max(_WRITTEN_COLUMNS, _WRITTEN_SHARE * sum(doubt.columns for doubt in doubts))


def _within_budget(doubts: Sequence[_Doubt], share: float, *, written: bool) -> list[_Doubt]:
    """Return what to read: handwriting, and of the print first long numbers, then what is plainly wrong.

    `share` of the page's letters are doubted.
    """
    printed = _PRINTED_BUDGET + _DOUBTED_BUDGET * share
    left = {"hand": float(_HANDWRITTEN_BUDGET), "digits": printed, "others": _OTHERS_SHARE * printed}
    chosen = []
    for doubt in sorted(doubts, key=lambda one: one.confidence):
        by_hand = written or doubt.is_handwritten(written=False, agreed=False)
        purse = "hand" if by_hand else "digits" if doubt.digits else "others"
        if doubt.columns <= left[purse] and (purse != "others" or doubt.confidence < _PLAINLY_WRONG):
            left[purse] -= doubt.columns
            chosen.append(doubt)
    return chosen


def _crop(paper: Gray, area: Area) -> Gray:
    left, top, right, bottom = area
    return paper[
        max(top - _MARGIN_Y, 0) : bottom + _MARGIN_Y, max(left - _MARGIN_X, 0) : right + _MARGIN_X
    ]  # fmt: skip


def _placed(pieces: Sequence[Piece], doubt: _Doubt, ink: Ink, shape: tuple[int, ...]) -> list[Word]:
    """Return the pieces as words with boxes around their ink, in fractions of the page."""
    high, wide = shape[:2]
    left, top, right, bottom = doubt.run.area
    start = max(left - _MARGIN_X, 0)
    line = -1
    placed = []
    for index, piece in enumerate(pieces):
        before = (pieces[index - 1].end + piece.start) / 2 + start if index else left
        after = (pieces[index + 1].start + piece.end) / 2 + start if index + 1 < len(pieces) else right
        x0, y0, x1, y1 = regions.tight(ink, (round(before), top, round(after), bottom))
        box = (x0 / wide, y0 / high, min(x1 / wide, 1.0), min(y1 / high, 1.0))
        placed.append(Word(piece.text, box, piece.confidence, line, reread=True))
    return placed


def _judge(doubt: _Doubt, new: Sequence[Word], kept: list[Word | None], added: list[Word], *, written: bool) -> None:
    """Put the better reading of a run into `kept`, which are the page's words by position, or `added`."""
    # A run that overlaps this one may have replaced some of its words already.
    present = [(number, word) for number in doubt.words if (word := kept[number]) is not None]
    old = [word for _, word in present]
    sure = _confidence(new)
    agreed = bool(old) and _plain(new) == _plain(old)
    by_hand = doubt.is_handwritten(written=written, agreed=agreed)
    if agreed:
        for number, word in present:
            confidence = max(word.confidence, sure)
            kept[number] = replace(word, confidence=confidence, handwritten=by_hand, reread=True, other=word.text)
    elif sure >= _LEAST and sure > doubt.confidence + _LEAD:
        for number in doubt.words:
            kept[number] = None
        line = old[0].line if old else max((word.line for word in kept if word), default=-1) + 1
        added += [replace(word, line=line, handwritten=by_hand, other=_beside(word, old)) for word in new]
    else:
        for number, word in present:
            other = _beside(word, new)
            kept[number] = replace(word, handwritten=by_hand, reread=bool(other), other=other)


def _spread(words: tuple[Word, ...], aspect: float) -> tuple[Word, ...]:
    """Return the words of a written page where what stands close beside handwriting, as high as it, is written too."""
    for _ in range(2):
        seeds = [word for word in words if word.handwritten]
        words = tuple(
            replace(word, handwritten=True)
            if not (word.handwritten or word.strip) and any(_is_beside(word, seed, aspect) for seed in seeds)
            else word
            for word in words
        )
    return words


def _is_beside(word: Word, seed: Word, aspect: float) -> bool:
    high, wanted = word.box[3] - word.box[1], seed.box[3] - seed.box[1]
    shared = min(word.box[3], seed.box[3]) - max(word.box[1], seed.box[1])
    gap = max(word.box[0] - seed.box[2], seed.box[0] - word.box[2]) * aspect
    return shared > _SHARED * min(high, wanted) and gap < _BESIDE * wanted and high > _AS_HIGH * wanted


def _plain(words: Sequence[Word]) -> str:
    return re.sub(r"[\W_]", "", "".join(word.text for word in words)).casefold()


def _beside(word: Word, others: Sequence[Word]) -> str:
    """Return the text of the words that stand at the same place."""
    return " ".join(one.text for one in others if word.box[0] < (one.box[0] + one.box[2]) / 2 < word.box[2])
