"""Check boxes that are typed, not drawn: [x], ( ), __X__ and the symbols of fonts, brought to the three signs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from homing.intake.reading.checkboxes import EMPTY, TICKED, UNKNOWN
from homing.intake.reading.types import Box, Word

_CONFIDENCE, _UNSURE = 0.8, 0.5
# Brackets that an engine doubts are often a drawn box, of which they tell nothing.
_TYPED = 0.6
_TICKED = re.compile(r"(?:\[[xX✓✔*]\]|\([xX✓✔]\)|_+[xX✓✔]_*|[xX✓✔]_+|[☑☒✓✔⊠■])(?=[A-Za-z]|$)")
_EMPTY = re.compile(r"(?:\[_*\]|\(_*\)|[☐□])(?=[A-Za-z]|$)")
_LINE = re.compile(r"_{1,8}(?=[A-Za-z]|$)")
_OPEN, _CLOSE = {"[": "]", "(": ")"}, {"x", "X", "✓", "✔"}
_NEAR = 3.0


def normalised(words: Sequence[Word]) -> tuple[Word, ...]:
    """Return the words with typed boxes as words of their own; a doubted empty one is unknown, never unchecked."""
    joined = _joined(words)
    lined = any(match and "_" in match[0] for match in (_TICKED.match(word.text) for word in joined))
    found: list[Word] = []
    for number, word in enumerate(joined):
        following = joined[number + 1] if number + 1 < len(joined) else None
        found += _parted(word, lined=lined and (following is None or following.line == word.line))
    return tuple(found)


def _parted(word: Word, *, lined: bool) -> tuple[Word, ...]:
    """Return a box and the caption that stands close behind it; `lined`: short lines are boxes on this page."""
    ticked = _TICKED.match(word.text)
    match = ticked or _EMPTY.match(word.text) or (_LINE.match(word.text) if lined else None)
    if match is None:
        return (word,)
    sign, sure = _sign(word, ticked=bool(ticked), drawn=match[0] in {"☐", "□", EMPTY})
    rest = word.text[match.end() :]
    if not rest:
        return (replace(word, text=sign, confidence=sure),)
    before, after = _cut(word.box, match.end() / len(word.text))
    return replace(word, text=sign, confidence=sure, box=before), replace(word, text=rest, box=after)


def _sign(word: Word, *, ticked: bool, drawn: bool) -> tuple[str, float]:
    if word.text in {EMPTY, TICKED, UNKNOWN}:
        return word.text, word.confidence
    if ticked:
        return TICKED, _CONFIDENCE if word.confidence >= _TYPED else _UNSURE
    return (EMPTY, _CONFIDENCE) if drawn or word.confidence >= _TYPED else (UNKNOWN, _UNSURE)


def _cut(box: Box, share: float) -> tuple[Box, Box]:
    x0, y0, x1, y1 = box
    middle = x0 + share * (x1 - x0)
    return (x0, y0, middle, y1), (middle, y0, x1, y1)


def _joined(words: Sequence[Word]) -> list[Word]:
    """Return the words with brackets that were read apart, as in `[ x ]`, put together."""
    found: list[Word] = []
    number = 0
    while number < len(words):
        taken = _bracket(words[number : number + 3])
        parts = words[number : number + taken]
        found.append(parts[0] if taken == 1 else _one(parts))
        number += taken
    return found


def _bracket(words: Sequence[Word]) -> int:
    """Return how many of these words are one bracket: 1, 2 or 3."""
    closing = _OPEN.get(words[0].text)
    for end in (1, 2):
        if closing is None or len(words) <= end or not _follows(words[end - 1], words[end]):
            return 1
        if words[end].text == closing:
            return end + 1
        if words[end].text not in _CLOSE:
            return 1
    return 1


def _follows(one: Word, other: Word) -> bool:
    return one.line == other.line and 0 <= other.box[0] - one.box[2] < _NEAR * max(one.box[3] - one.box[1], 0.001)


def _one(parts: Sequence[Word]) -> Word:
    left, top, right, bottom = zip(*(word.box for word in parts), strict=True)
    text = "".join(word.text for word in parts)
    box = (min(left), min(top), max(right), max(bottom))
    return replace(parts[0], text=text, box=box, confidence=min(word.confidence for word in parts))
