"""The second engine: PP-OCRv6's line recogniser from the rapidocr wheel, given crops of single lines."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import onnxruntime

Gray = NDArray[np.uint8]
Floats = NDArray[np.float32]
# Columns: a thousand cost about 0.08 CPU seconds.
_HIGH, _STEP, _GAP = 48, 8, 32
_NARROWEST, _SHEET, _WIDEST = 320, 640, 2400
_ACCENTS = "ÁÉÍÓÚÑÜáéíóúñü°½¿¡"
_BLANK = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """One word of a line; `start` and `end` in pixels of the crop, `confidence` 0 to 1."""

    text: str
    confidence: float
    start: float
    end: float


class LineReader(Protocol):
    """Recognises crops of upright lines."""

    def read(self, crops: Sequence[Gray]) -> list[tuple[Piece, ...]]:
        """Return the words of each crop from left to right."""
        ...


def model_file() -> Path | None:
    """Return the recogniser's weights inside the rapidocr wheel, or None where it is not installed."""
    found = importlib.util.find_spec("rapidocr")
    folders = found.submodule_search_locations if found else None
    return next((path for folder in folders or () for path in sorted(Path(folder).glob("models/*_rec_*.onnx"))), None)


def columns(wide: int, high: int) -> int:
    """Return how many columns of the engine's input a crop of so many pixels takes."""
    return min(math.ceil(wide * _HIGH / (high * _STEP)) * _STEP, _WIDEST)


class PaddleLineReader:
    """One session for all crops. It knows 18,708 characters: those of English and Spanish are taken.

    The probabilities stay those among all characters, so that another script is read with little confidence.
    """

    def __init__(self, weights: Path) -> None:
        self._weights = weights

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # The arena would keep the memory of the widest crop for ever.
        options.enable_cpu_mem_arena = False
        return onnxruntime.InferenceSession(str(self._weights), options, providers=["CPUExecutionProvider"])

    @cached_property
    def _alphabet(self) -> tuple[list[str], NDArray[np.int64]]:
        stored = self._session.get_modelmeta().custom_metadata_map["character"].splitlines()
        every = ["", *stored, " "]
        kept = [number for number, one in enumerate(every) if number == _BLANK or one == " " or _is_ours(one)]
        return [every[number] for number in kept], np.array(kept, dtype=np.int64)

    def read(self, crops: Sequence[Gray]) -> list[tuple[Piece, ...]]:
        """Return the words of each crop; short ones share a sheet, because every sheet has a least width."""
        found: list[tuple[Piece, ...]] = [()] * len(crops)
        lines = [_line(crop) for crop in crops]
        for numbers in _sheets([line.shape[1] for line in lines]):
            chances = self._chances([lines[number] for number in numbers])
            start = 0
            for number in numbers:
                end = start + lines[number].shape[1] // _STEP
                found[number] = self._decoded(chances[start:end], crops[number].shape[1] / (end - start))
                start = end + _GAP // _STEP
        return found

    def _chances(self, lines: Sequence[Floats]) -> Floats:
        """Return what the engine makes of lines in a row: a row of chances for every step of columns."""
        wide = sum(line.shape[1] + _GAP for line in lines)
        sheet = np.ones((1, 3, _HIGH, max(wide, _NARROWEST)), dtype=np.float32)
        # As it was trained: narrower crops are filled up with grey.
        sheet[..., wide:] = 0
        start = 0
        for line in lines:
            sheet[0, :, :, start : start + line.shape[1]] = line
            start += line.shape[1] + _GAP
        session = self._session
        (answer,) = session.run(None, {session.get_inputs()[0].name: sheet})
        return np.asarray(answer[0][:, self._alphabet[1]], dtype=np.float32)

    def _decoded(self, chances: Floats, step: float) -> tuple[Piece, ...]:
        return tuple(_pieces(chances, self._alphabet[0], step))


def _line(crop: Gray) -> Floats:
    """Return a crop as the engine wants it: 48 pixels high, a whole number of steps wide, ink -1 and paper 1."""
    high, wide = crop.shape
    how = cv2.INTER_AREA if high > _HIGH else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(crop, (columns(wide, high), _HIGH), interpolation=how).astype(np.float32) / 127.5 - 1)


def _sheets(widths: Sequence[int]) -> Iterator[list[int]]:
    """Yield the numbers of lines that share a sheet."""
    sheet: list[int] = []
    wide = 0
    for number, width in enumerate(widths):
        if sheet and wide + width > _SHEET:
            yield sheet
            sheet, wide = [], 0
        sheet.append(number)
        wide += width + _GAP
    if sheet:
        yield sheet


def _is_ours(character: str) -> bool:
    return len(character) == 1 and (character.isascii() or character in _ACCENTS)


def _pieces(chances: Floats, letters: Sequence[str], step: float) -> Iterator[Piece]:
    """Yield the words of a CTC answer: frames of the same letter are one, blanks part letters, spaces part words."""
    best, sure = chances.argmax(axis=1), chances.max(axis=1)
    starts = [0, *(index for index, (one, other) in enumerate(pairwise(best), 1) if one != other), len(best)]
    word: list[tuple[str, float, float, float]] = []
    for start, end in pairwise(starts):
        letter = letters[best[start]]
        if letter == " ":
            yield from _piece(word)
            word = []
        elif letter:
            word.append((letter, float(sure[start:end].max()), start * step, end * step))
    yield from _piece(word)


def _piece(word: Sequence[tuple[str, float, float, float]]) -> Iterator[Piece]:
    if word:
        confidence = sum(sure for _, sure, _, _ in word) / len(word)
        yield Piece("".join(one for one, _, _, _ in word), confidence, word[0][2], word[-1][3])
