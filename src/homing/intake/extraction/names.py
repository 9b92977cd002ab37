"""Names of several words: particles before a family name, a second given name behind the first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from homing.intake.extraction.model import PageAnswer

_PARTICLES: Final = frozenset(
    {
        "von",
        "van",
        "der",
        "den",
        "de",
        "la",
        "las",
        "los",
        "del",
        "di",
        "da",
        "dos",
        "du",
        "le",
        "st",
        "ste",
        "san",
        "al",
        "el",
    }
)
#: What stands behind a given name and may be a second one.
_BEHIND: Final = {"patient.given": "patient.middle", "referrer.given": "referrer.credential"}
_GIVEN: Final = re.compile(r"[^\W\d_][^\W\d_'-]{2,},?")
_CREDENTIALS: Final = frozenset(
    {"aprn", "fnp", "dnp", "phd", "pac", "facp", "facc", "dpm", "crnp", "msn", "agnp", "dds", "faafp", "iii"}
)


def completed(answer: PageAnswer, rows: list[int], label: str, classes: Sequence[str]) -> list[int]:
    """Return the tokens of a run with those that belong to the same name; `classes` tells each token of the page."""
    if label.endswith(".family"):
        return _with_particles(answer, rows, classes)
    if label in _BEHIND:
        return _with_second(answer, rows, classes, _BEHIND[label])
    return rows


def _with_particles(answer: PageAnswer, rows: list[int], classes: Sequence[str]) -> list[int]:
    first = rows[0]
    while first > 0 and _beside(answer, first - 1, first) and not classes[first - 1].endswith(".family"):
        if _letters(answer.pieces[first - 1].text) not in _PARTICLES or classes[first - 1] == "label":
            break
        first -= 1
    return [*range(first, rows[0]), *rows]


def _with_second(answer: PageAnswer, rows: list[int], classes: Sequence[str], behind: str) -> list[int]:
    after = rows[-1] + 1
    if after >= len(answer.pieces) or classes[after] != behind or not _beside(answer, rows[-1], after):
        return rows
    text = answer.pieces[after].text
    word = _GIVEN.fullmatch(text) and not text.isupper() and _letters(text) not in _CREDENTIALS | {"jr", "sr"}
    return [*rows, after] if word and not answer.pieces[rows[-1]].text.endswith(",") else rows


def _beside(answer: PageAnswer, left: int, right: int) -> bool:
    before, after = answer.pieces[left], answer.pieces[right]
    return before.line == after.line and after.x0 - before.x1 < 2 * (after.word.y1 - after.word.y0)


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())
