"""What an engine makes of a printed page: words lost, glued, cut and misread, boxes off, dirt read as letters."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from training.reading.compose import Mark, Page, Printed

#: Share of letters that are misread, on clean, usual and bad pages, and on what is written by hand.
_LETTERS: Final = (0.001, 0.008, 0.03)
_HAND: Final = 0.13
_LOST: Final = (0.0005, 0.003, 0.012)
_GLUED: Final = (0.004, 0.012, 0.03)
_CUT: Final = (0.001, 0.004, 0.012)
_DIRT: Final = (0.2, 1.5, 6.0)
_CONFUSED: Final = {
    "0": "OoD8",
    "1": "lI|i7",
    "2": "Zz",
    "3": "8B",
    "4": "A",
    "5": "Ss$",
    "6": "GbB",
    "7": "1/",
    "8": "B3&",
    "9": "gq",
    "O": "0QD",
    "I": "l1|",
    "S": "5s",
    "B": "8R",
    "G": "6C",
    "Z": "2",
    "D": "O0",
    "Q": "O",
    "A": "4",
    "T": "7",
    "C": "G(",
    "l": "1I|i",
    "o": "0ea",
    "e": "co",
    "c": "e(",
    "a": "o@",
    "i": "ljt1",
    "j": "i",
    "h": "b",
    "b": "h6",
    "t": "fr",
    "f": "t",
    "s": "5",
    "u": "v",
    "v": "yu",
    "n": "r",
    "m": "n",
    "r": "n",
    "g": "q9",
    "q": "g",
    "y": "v",
    ".": ",",
    ",": ".",
    ":": ";.",
    "-": "~_",
    "/": "l1",
    "(": "{",
    ")": "}",
    "w": "vv",
    "W": "VV",
    "M": "N",
    "E": "F",
    "F": "P",
    "P": "F",
    "U": "V",
    "H": "N",
}
_PAIRS: Final = (("rn", "m"), ("m", "rn"), ("cl", "d"), ("d", "cl"), ("vv", "w"), ("li", "h"), ("ii", "u"), ("fi", "h"))
_JUNK: Final = (
    "|",
    "_",
    "—",
    "=",
    ".",
    "~",
    "-",
    "'",
    "i",
    "l",
    ":",
    "__",
    "|_",
    "a",
    "“",
    "*",
    "“.",
    ",",
    "EE",
    "oe",
    "a |",
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A word as read; box in fractions of the upright page."""

    text: str
    box: tuple[float, float, float, float]
    confidence: float
    marks: tuple[Mark, ...] = ()


def read(page: Page, rng: random.Random, level: int | None = None) -> list[Seen]:
    """Return what an engine reads on a page; `level` 0 clean, 1 usual, 2 bad."""
    level = rng.choices((0, 1, 2), (45, 35, 20))[0] if level is None else level
    words = [
        _misread(word, rng, level) for word in page.words if rng.random() > _LOST[level] * (3 if word.font.hand else 1)
    ]
    words = _glued([one for one in words if one.text.strip()], rng, level)
    words = [part for word in words for part in (_cut(word, rng) if rng.random() < _CUT[level] else [word])]
    words += _dirt(page, rng, level)
    return _placed(words, page, rng)


def _misread(word: Printed, rng: random.Random, level: int) -> Seen:
    share = _HAND if word.font.hand else _LETTERS[level] * (2.2 if word.font.size < 8 else 1.0)
    share *= rng.choice((0.3, 1.0, 1.7))
    letters = list(word.text)
    wrong = 0
    for index, letter in enumerate(letters):
        if rng.random() < share and letter not in "☐☒▣":
            wrong += 1
            letters[index] = _other(letter, rng)
    confidence = rng.betavariate(22, 1.4) if not wrong else rng.betavariate(4, 3)
    if word.font.hand:
        confidence *= rng.uniform(0.4, 0.95)
    elif level == 2:
        confidence *= rng.uniform(0.75, 1.0)
    return _rebuilt(word, letters, confidence)


def _other(letter: str, rng: random.Random) -> str:
    roll = rng.random()
    if roll < 0.1:
        return ""
    if roll < 0.16:
        return letter + rng.choice("i.l'")
    if roll < 0.25:
        return dict(_PAIRS).get(letter, letter.lower())
    choices = _CONFUSED.get(letter)
    return rng.choice(choices) if choices else rng.choice("aeilnorst.,")


def _rebuilt(word: Printed, letters: Sequence[str], confidence: float) -> Seen:
    """Return the word of changed letters, with its marks where their letters went."""
    starts = [0]
    for letter in letters:
        starts.append(starts[-1] + len(letter))
    marks = tuple(Mark(starts[one.start], starts[one.end], one.label, one.span) for one in word.marks)
    return Seen("".join(letters), word.box, confidence, tuple(one for one in marks if one.end > one.start))


def _glued(words: list[Seen], rng: random.Random, level: int) -> list[Seen]:
    made: list[Seen] = []
    for word in words:
        before = made[-1] if made else None
        if before and rng.random() < _GLUED[level] and _neighbours(before, word):
            shift = len(before.text)
            marks = (
                *before.marks,
                *(Mark(one.start + shift, one.end + shift, one.label, one.span) for one in word.marks),
            )
            box = (before.box[0], min(before.box[1], word.box[1]), word.box[2], max(before.box[3], word.box[3]))
            made[-1] = Seen(before.text + word.text, box, min(before.confidence, word.confidence), marks)
        else:
            made.append(word)
    return made


def _neighbours(before: Seen, word: Seen) -> bool:
    high = before.box[3] - before.box[1]
    return abs(before.box[1] - word.box[1]) < high / 3 and 0 <= word.box[0] - before.box[2] < high * 0.6


def _cut(word: Seen, rng: random.Random) -> list[Seen]:
    if len(word.text) < 4:
        return [word]
    at = rng.randint(1, len(word.text) - 1)
    x0, y0, x1, y1 = word.box
    middle = x0 + (x1 - x0) * at / len(word.text)
    left = tuple(replace(one, end=min(one.end, at)) for one in word.marks if one.start < at)
    right = tuple(Mark(max(one.start - at, 0), one.end - at, one.label, one.span) for one in word.marks if one.end > at)
    return [
        Seen(word.text[:at], (x0, y0, middle, y1), word.confidence, left),
        Seen(word.text[at:], (middle, y0, x1, y1), word.confidence, right),
    ]


def _dirt(page: Page, rng: random.Random, level: int) -> list[Seen]:
    made = []
    for _ in range(int(rng.expovariate(1 / _DIRT[level]))):
        x, y, size = rng.uniform(0, page.width), rng.uniform(0, page.height), rng.uniform(3, 14)
        made.append(Seen(rng.choice(_JUNK), (x, y, x + size, y + size), rng.uniform(0.05, 0.6)))
    for line in page.lines:
        # Rules are read as bars and underscores now and then.
        if not line.fill and rng.random() < 0.05:
            x0, y0, x1, y1 = line.box
            text = "|" if y1 - y0 > x1 - x0 else rng.choice(("_", "__", "—", "=", "___", "-"))
            at = rng.uniform(0, 1)
            x, y = x0 + (x1 - x0) * at, y0 + (y1 - y0) * at
            made.append(Seen(text, (x - 2, y - 6, x + 2, y + 4), rng.uniform(0.1, 0.8)))
    return made


def _placed(words: list[Seen], page: Page, rng: random.Random) -> list[Seen]:
    """Return the words in fractions of a page that was scaled, moved and slightly turned on its way."""
    scale, slant = rng.uniform(0.9, 1.03), rng.gauss(0, 0.0015)
    across, down = rng.gauss(0, 0.012) + (1 - scale) / 2, rng.gauss(0, 0.012) + (1 - scale) / 2
    made = []
    for word in words:
        x0, y0, x1, y1 = word.box
        tilt = slant * (x0 - page.width / 2)
        # Boxes of an engine hug the ink: letters without ascenders are lower.
        high = (y1 - y0) * rng.uniform(0.72, 0.95)
        box = (
            x0 / page.width * scale + across,
            (y1 - high + tilt) / page.height * scale + down,
            x1 / page.width * scale + across,
            (y1 + tilt) / page.height * scale + down,
        )
        if box[2] > 0 and box[3] > 0 and box[0] < 1 and box[1] < 1:
            made.append(replace(word, box=tuple(min(max(one, 0.0), 1.0) for one in box)))  # type: ignore[arg-type]
    return made
