"""Engines that recognise words, behind one protocol: Tesseract where its data is installed, RapidOCR otherwise."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from homing.intake.reading.types import Box, Word

if TYPE_CHECKING:
    import tesserocr

Gray = NDArray[np.uint8]
_RESOLUTION = 300
_OSD_TURN = {0: 0, 1: 90, 2: 180, 3: 270}
_TESSDATA = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)


class Reader(Protocol):
    """Recognises an upright grey page of 300 dpi."""

    name: str

    def read(self, image: Gray) -> tuple[Word, ...]:
        """Return the words in reading order, boxes in fractions of `image`, confidence 0 to 1."""
        ...

    def turn(self, image: Gray) -> int | None:
        """Return the clockwise turn (0, 90, 180, 270) that makes `image` upright, or None where it cannot tell."""
        ...


def tessdata_folder() -> Path | None:
    """Return the folder that holds eng.traineddata: TESSDATA_PREFIX first, then where packages put it; or None."""
    stated = os.environ.get("TESSDATA_PREFIX")
    places = [stated, f"{stated}/tessdata"] if stated else []
    return next((Path(place) for place in (*places, *_TESSDATA) if (Path(place) / "eng.traineddata").exists()), None)


class TesseractReader:
    """Tesseract 5 in this process, one API object for all pages. About 0.8 CPU seconds a page."""

    name = "tesseract"

    def __init__(self, tessdata: Path) -> None:
        self._tessdata = tessdata

    @cached_property
    def _api(self) -> tesserocr.PyTessBaseAPI:
        import tesserocr

        return tesserocr.PyTessBaseAPI(path=str(self._tessdata), lang="eng", psm=tesserocr.PSM.AUTO)

    @cached_property
    def _osd(self) -> tesserocr.PyTessBaseAPI:
        import tesserocr

        return tesserocr.PyTessBaseAPI(path=str(self._tessdata), lang="osd", psm=tesserocr.PSM.OSD_ONLY)

    def read(self, image: Gray) -> tuple[Word, ...]:
        """Return the words in Tesseract's order."""
        _give(self._api, image)
        try:
            self._api.Recognize()
            return tuple(self._words(image.shape[1], image.shape[0]))
        finally:
            self._api.Clear()

    def _words(self, wide: int, high: int) -> Iterator[Word]:
        import tesserocr

        level, line = tesserocr.RIL.WORD, -1
        found = self._api.GetIterator()
        if found is None:
            return
        for word in tesserocr.iterate_level(found, level):
            line += bool(word.IsAtBeginningOf(tesserocr.RIL.TEXTLINE))
            if word.Empty(level):
                continue
            text, box = word.GetUTF8Text(level).strip(), word.BoundingBox(level)
            if text and box:
                yield Word(text, _fractions(box, wide, high), word.Confidence(level) / 100, max(line, 0))

    def turn(self, image: Gray) -> int | None:
        """Return what orientation and script detection says, where its data (osd.traineddata) is installed."""
        if not (self._tessdata / "osd.traineddata").exists():
            return None
        _give(self._osd, image)
        try:
            answer = self._osd.DetectOrientationScript()
        finally:
            self._osd.Clear()
        return None if answer is None else (360 - int(answer["orient_deg"])) % 360


def _give(api: tesserocr.PyTessBaseAPI, image: Gray) -> None:
    high, wide = image.shape
    api.SetImageBytes(np.ascontiguousarray(image).tobytes(), wide, high, 1, wide)
    api.SetSourceResolution(_RESOLUTION)


class RapidOcrReader:
    """PP-OCR models from the rapidocr wheel. About 5 CPU seconds a page; better at digits and handwriting."""

    name = "rapidocr"

    @cached_property
    def _engine(self) -> Any:
        from rapidocr import RapidOCR

        one = "EngineConfig.onnxruntime.{}_op_num_threads"
        return RapidOCR(params={"Global.log_level": "error", one.format("intra"): 1, one.format("inter"): 1})

    def read(self, image: Gray) -> tuple[Word, ...]:
        """Return the words line by line, from top to bottom."""
        answer = self._engine(np.repeat(image[:, :, None], 3, axis=2), return_word_box=True)
        return tuple(self._words(answer.word_results or (), image.shape[1], image.shape[0]))

    @staticmethod
    def _words(lines: Any, wide: int, high: int) -> Iterator[Word]:
        # A page without text gives one line of ("", 1.0, None).
        for number, line in enumerate(one for one in lines if isinstance(one[0], tuple | list)):
            for text, confidence, corners in line:
                if text.strip() and corners:
                    across, down = [float(x) for x, _ in corners], [float(y) for _, y in corners]
                    box = (min(across), min(down), max(across), max(down))
                    yield Word(text.strip(), _fractions(box, wide, high), float(confidence), number)

    def turn(self, image: Gray) -> int | None:
        """Return None: its classifier knows lines, not pages."""
        del image
        return None


def _fractions(box: tuple[float, float, float, float], wide: int, high: int) -> Box:
    x0, y0, x1, y1 = box
    return (
        min(max(x0 / wide, 0.0), 1.0),
        min(max(y0 / high, 0.0), 1.0),
        min(max(x1 / wide, 0.0), 1.0),
        min(max(y1 / high, 0.0), 1.0),
    )


def default_reader() -> Reader:
    """Return Tesseract where its English data is installed, RapidOCR otherwise."""
    folder = tessdata_folder()
    return TesseractReader(folder) if folder else RapidOcrReader()
