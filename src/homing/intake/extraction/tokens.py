"""A page as the token model sees it: tokens in reading order, with what is known of each. Training uses this too."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from homing.intake.extraction.wordpiece import WordPieces

#: The most tokens of one window, and how many of them the next one repeats.
WINDOW: Final = 384
OVERLAP: Final = 96
MOST_PIECES: Final = 8
SHAPES: Final = 1024
PLACES: Final = 128
SIZES: Final = 32
GAPS: Final = 8
SURENESS: Final = 5
#: Steps of the distance between two tokens: across in page widths, down in lines.
_ACROSS: Final = np.array([-0.5, -0.25, -0.12, -0.05, -0.012, 0.012, 0.05, 0.12, 0.25, 0.5])
_DOWN: Final = np.array([-16.0, -8.0, -4.5, -2.7, -1.6, -0.5, 0.5, 1.6, 2.7, 4.5, 8.0, 16.0])
RELATIONS: Final = (len(_ACROSS) + 1) * (len(_DOWN) + 1) + 1
_GAP_STEPS: Final = np.array([0.15, 0.45, 0.8, 1.5, 3.0, 8.0])
_SURE_STEPS: Final = np.array([0.3, 0.6, 0.8, 0.92])
_SAME_LINE: Final = 0.5

# Where an engine saw no space: behind a colon, an equals sign, a bar, a tick box; between a comma and a letter;
# between a number's label and the number.
_CUT: Final = re.compile(
    r"(?<=[:=|☐☒▣;])(?=[^\s/])|(?=[|☐☒▣])|(?<=[A-Za-z][,/])(?=[A-Za-z\d])|(?<=[A-Za-z]#)(?=\d)"
    r"|(?<=\d)(?=[,;][A-Za-z])|(?<=\))(?=[A-Za-z])|(?<=[a-z.])(?=\()|(?<=[A-Za-z]{2})(?=\d{5}$)"
    r"|(?<=[A-Za-z]{2})(?=\d{1,2}[/-]\d{1,2}[/-]\d{2})|(?<=NPI)(?=\d{10})"
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A word on an upright page: its box in fractions of that page; `index` numbers the words of the page as read."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    confidence: float
    index: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A token: characters `start` to `end` of the placed word `word`, on line `line` of the page."""

    text: str
    word: Placed
    start: int
    end: int
    line: int
    x0: float
    x1: float


@dataclass(frozen=True, slots=True)
class Features:
    """The inputs of the model for n tokens, the page's own token first. All int64.

    `pieces` n by 8 numbers of word pieces, -1 where there are fewer; `shape` n; `box` n by 4; `size` n by 2; `gap` n;
    `sureness` n; `relation` n by n.
    """

    pieces: NDArray[np.int64]
    shape: NDArray[np.int64]
    box: NDArray[np.int64]
    size: NDArray[np.int64]
    gap: NDArray[np.int64]
    sureness: NDArray[np.int64]
    relation: NDArray[np.int64]


def parted(text: str) -> list[tuple[int, int]]:
    """Return where the tokens of a printed word begin and end."""
    cuts = sorted({0, len(text), *(match.start() for match in _CUT.finditer(text))})
    return [(start, end) for start, end in pairwise(cuts) if text[start:end].strip()]


def in_order(words: Sequence[Placed]) -> list[Piece]:
    """Return the tokens of a page line by line, each line from left to right."""
    pieces: list[Piece] = []
    for number, line in enumerate(_lines(words)):
        for word in line:
            wide = (word.x1 - word.x0) / max(len(word.text), 1)
            for start, end in parted(word.text):
                left = word.x0 + start * wide
                pieces.append(Piece(word.text[start:end], word, start, end, number, left, word.x0 + end * wide))
    return pieces


def _lines(words: Sequence[Placed]) -> list[list[Placed]]:
    lines: list[list[Placed]] = []
    middle = size = 0.0
    for word in sorted(words, key=lambda one: one.y0 + one.y1):
        at, high = (word.y0 + word.y1) / 2, word.y1 - word.y0
        if lines and abs(at - middle) < _SAME_LINE * min(size, high * 2):
            lines[-1].append(word)
            count = len(lines[-1])
            middle, size = middle + (at - middle) / count, size + (high - size) / count
        else:
            lines.append([word])
            middle, size = at, high
    return [sorted(line, key=lambda one: one.x0) for line in lines]


def windows(count: int) -> list[tuple[int, int]]:
    """Return the windows over `count` tokens; neighbours share some, so that each token has its surroundings in one."""
    size = WINDOW - 1
    if count <= size:
        return [(0, count)]
    step = size - OVERLAP
    starts = list(range(0, count - OVERLAP, step))
    return [(start, min(start + size, count)) for start in starts]


def features(pieces: Sequence[Piece], splitter: WordPieces) -> Features:
    """Return the inputs of the model for the tokens of one window."""
    count = len(pieces) + 1
    numbers = np.full((count, MOST_PIECES), -1, dtype=np.int64)
    numbers[0, 0] = _PAGE
    shape = np.zeros(count, dtype=np.int64)
    place = np.zeros((count, 4))
    place[0] = (0.0, 0.0, 1.0, 1.0)
    sureness = np.zeros(count)
    for row, piece in enumerate(pieces, start=1):
        found = splitter.of(piece.text)[:MOST_PIECES]
        numbers[row, : len(found)] = found
        shape[row] = 1 + zlib.crc32(_shape(piece.text).encode(errors="replace")) % (SHAPES - 1)
        place[row] = (piece.x0, piece.word.y0, piece.x1, piece.word.y1)
        sureness[row] = piece.word.confidence
    lines = np.array([-1, *(piece.line for piece in pieces)])
    return Features(
        pieces=numbers,
        shape=shape,
        box=np.clip((place * PLACES).astype(np.int64), 0, PLACES - 1),
        size=_sizes(place),
        gap=_gaps(place, lines),
        sureness=np.where(lines < 0, 0, np.digitize(sureness, _SURE_STEPS)).astype(np.int64),
        relation=_relations(place),
    )


# The number of [CLS].
_PAGE: Final = 101


def _shape(text: str) -> str:
    letters = "".join("9" if s.isdigit() else "A" if s.isupper() else "a" if s.isalpha() else s for s in text[:24])
    return re.sub(r"(a)\1{3,}|(A)\2{3,}", r"\1\2+", letters)


def _sizes(place: NDArray[np.float64]) -> NDArray[np.int64]:
    wide, high = place[:, 2] - place[:, 0], place[:, 3] - place[:, 1]
    usual = float(np.median(high[1:])) if len(high) > 1 else 1.0
    steps = np.stack([np.sqrt(np.clip(wide, 0, 1)) * SIZES, high / max(usual, 1e-4) * SIZES / 4], axis=1)
    return np.clip(steps.astype(np.int64), 0, SIZES - 1)


def _gaps(place: NDArray[np.float64], lines: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how far behind its neighbour on the line each token stands, in heights: 0 for the first of a line."""
    high = place[1:, 3] - place[1:, 1]
    usual = float(np.median(high)) if len(high) else 1.0
    # Fractions of a page are not square: letter paper is 1.29 times as high as wide.
    away = (place[1:, 0] - place[:-1, 2]) / max(usual * 1.29, 1e-4)
    same = lines[1:] == lines[:-1]
    return np.concatenate([[0], np.where(same, 1 + np.digitize(away, _GAP_STEPS), 0)]).astype(np.int64)


def _relations(place: NDArray[np.float64]) -> NDArray[np.int64]:
    left, middle = place[:, 0], (place[:, 1] + place[:, 3]) / 2
    high = place[1:, 3] - place[1:, 1]
    usual = max(float(np.median(high)) if len(high) else 0.01, 1e-3) * 1.15
    across = np.digitize(left[None, :] - left[:, None], _ACROSS)
    down = np.digitize((middle[None, :] - middle[:, None]) / usual, _DOWN)
    relation = (1 + across * (len(_DOWN) + 1) + down).astype(np.int64)
    relation[0, :] = 0
    relation[:, 0] = 0
    return relation
