"""One rendered page to its words. Runs inside the sandbox."""

from __future__ import annotations

from homing.intake.reading import checkboxes
from homing.intake.reading.engines import Reader
from homing.intake.reading.preprocess import Prepared, prepare
from homing.intake.reading.types import PageText, Word

# Below this mean confidence the page may be upside down in spite of what its letters say: the other way is read too.
_DOUBTFUL = 0.5
_FEWEST_WORDS = 5


def page_text(reader: Reader, png: bytes, number: int, words: tuple[Word, ...] = ()) -> PageText:
    """Return the words of a page, or `words` where a digital PDF brought its own; boxes on the page as received."""
    if words:
        prepared = prepare(png, turned=0)
        return _result(prepared, number, words)
    prepared = prepare(png, reader.turn)
    if prepared.blank:
        return _result(prepared, number, ())
    found = reader.read(prepared.image)
    if len(found) >= _FEWEST_WORDS and certainty(found) < _DOUBTFUL:
        other = prepare(png, turned=(prepared.rotation + 180) % 360)
        again = reader.read(other.image)
        if certainty(again) > certainty(found):
            prepared, found = other, again
    high, wide = prepared.image.shape
    found = checkboxes.with_boxes(found, checkboxes.squares(prepared.image), wide, high)
    return _result(prepared, number, prepared.words_received(found))


def _result(page: Prepared, number: int, words: tuple[Word, ...]) -> PageText:
    skew = 0.0 if page.blank else page.skew
    return PageText(number, words, page.rotation, skew, round(certainty(words), 3), page.width, page.height, page.codes)


def certainty(words: tuple[Word, ...]) -> float:
    """Return the mean confidence, weighted by length, 0 to 1."""
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0
