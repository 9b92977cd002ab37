"""One rendered page to its words. Runs inside the sandbox."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from homing.intake.reading import checkboxes, marks, second, strip
from homing.intake.reading.engines import Gray, Reader
from homing.intake.reading.errors import Reason
from homing.intake.reading.preprocess import TARGET_DPI, Prepared, load, prepare
from homing.intake.reading.recogniser import LineReader
from homing.intake.reading.types import PageText, Word

# Below this mean confidence the page may be upside down in spite of what its letters say: the other way is read too.
_DOUBTFUL = 0.5
_FEWEST_WORDS = 5
# What is read of noise, of scribble or of another script: hardly a word that the engine believes.
_BELIEVED, _WORD_LETTERS, _LEGIBLE_SHARE = 0.6, 3, 0.08
_FEW_LETTERS = 20
_RIM = 0.015


def page_text(
    reader: Reader, png: bytes, number: int, words: tuple[Word, ...] = (), lines: LineReader | None = None
) -> PageText:
    """Return the words of a page, or `words` where a digital PDF brought its own; boxes on the page as received.

    `lines` is the second engine, which reads what the first one doubts.
    """
    if words:
        return _result(prepare(png, turned=0), number, strip.marked(marks.normalised(words)))
    page = prepare(png, reader.turn)
    if page.noise:
        return _illegible(page, number)
    if page.blank:
        return _result(page, number, ())
    page, found = _either_way_up(reader, png, page, reader.read(page.image))
    found = _looked_at_again(page, found, lines)
    received = page.words_received(tuple(word for word in found if not _is_rim(word)))
    if page.rotation:
        received = _with_strip_as_sent(reader, png, received)
    if received and not _is_legible(received):
        return _result(page, number, ()) if page.letters < _FEW_LETTERS else _illegible(page, number)
    return _result(page, number, received)


def _either_way_up(
    reader: Reader, png: bytes, page: Prepared, found: tuple[Word, ...]
) -> tuple[Prepared, tuple[Word, ...]]:
    if len(found) < _FEWEST_WORDS or certainty(found) >= _DOUBTFUL:
        return page, found
    other = prepare(png, turned=(page.rotation + 180) % 360)
    again = reader.read(other.image)
    return (other, again) if certainty(again) > certainty(found) else (page, found)


def _looked_at_again(page: Prepared, found: tuple[Word, ...], lines: LineReader | None) -> tuple[Word, ...]:
    """Return the words of the prepared page with its tick boxes, the strip marked and the doubtful ones read again."""
    high, wide = page.image.shape
    squares = checkboxes.squares(page.image)
    found = marks.normalised(checkboxes.with_boxes(found, squares, wide, high))
    placed = strip.marked(page.words_received(found))
    found = tuple(replace(word, strip=other.strip) for word, other in zip(found, placed, strict=True))
    if lines is None:
        return found
    return second.look(page.image, found, [(one.left, one.top, one.right, one.bottom) for one in squares], lines)


def _is_rim(word: Word) -> bool:
    """Tell whether a word is a mark at the edge of the page: no letter, no digit."""
    x0, y0, x1, y1 = word.box
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    outside = not (_RIM < x < 1 - _RIM and _RIM < y < 1 - _RIM)
    return outside and not any(letter.isalnum() for letter in word.text)


def _with_strip_as_sent(reader: Reader, png: bytes, words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Return the words of a page that was sent turned, with its strip, which the machine printed the right way up."""
    gray, dpi = load(png)
    band = gray[: round(strip.EDGE * gray.shape[0])]
    if not band.size or band.min() > 0:
        return words
    size = (round(band.shape[1] * TARGET_DPI / dpi[0]), round(band.shape[0] * TARGET_DPI / dpi[1]))
    read = reader.read(_smooth(band, size))
    share = band.shape[0] / gray.shape[0]
    first = max((word.line for word in words), default=-1) + 1
    placed = strip.marked([_on_page(word, share, first) for word in read])
    own = [word for word in placed if word.strip]
    if not own:
        return words
    top, bottom = min(word.box[1] for word in own), max(word.box[3] for word in own)
    return (*(word for word in words if not top < (word.box[1] + word.box[3]) / 2 < bottom), *own)


def _smooth(band: Gray, size: tuple[int, int]) -> Gray:
    return np.asarray(cv2.GaussianBlur(cv2.resize(band, size), (0, 0), 1.0), dtype=np.uint8)


def _on_page(word: Word, share: float, first: int) -> Word:
    x0, y0, x1, y1 = word.box
    return replace(word, box=(x0, y0 * share, x1, y1 * share), line=word.line + first)


def _is_legible(words: tuple[Word, ...]) -> bool:
    believed = sum(
        len(word.text)
        for word in words
        if word.confidence >= _BELIEVED and sum(letter.isalnum() for letter in word.text) >= _WORD_LETTERS
    )
    return believed >= _LEGIBLE_SHARE * sum(len(word.text) for word in words)


def _illegible(page: Prepared, number: int) -> PageText:
    return replace(_result(page, number, ()), error=Reason.ILLEGIBLE.value)


def _result(page: Prepared, number: int, words: tuple[Word, ...]) -> PageText:
    text = strip.text(words)
    return PageText(
        number,
        words,
        page.rotation,
        0.0 if page.blank else page.skew,
        round(certainty(words), 3),
        page.width,
        page.height,
        page.codes,
        strip=text,
        sending_number=strip.facts(text).number if text else None,
    )


def certainty(words: tuple[Word, ...]) -> float:
    """Return the mean confidence, weighted by length, 0 to 1."""
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0
