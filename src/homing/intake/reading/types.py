"""What the steps of reading hand to each other; all of it survives `codec.to_json` and `codec.from_json` unchanged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict

from homing.intake.reading.errors import Reason

#: x0, y0, x1, y1 as fractions of the page as received: 0, 0 is its upper left corner.
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Word:
    """One word; `box` in fractions of the page as received, `confidence` 0 to 1, `line` numbers the engine's lines."""

    text: str
    box: Box
    confidence: float
    line: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """A part of a document that could not be used; `page` counts from 1, None means the document as a whole."""

    code: Reason
    message: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page as received: a PNG with square pixels and its dpi; `words` from the text layer of a digital PDF."""

    number: int
    png: bytes
    width: int
    height: int
    dpi: float
    words: tuple[Word, ...] = ()
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")


@dataclass(frozen=True, slots=True)
class RenderLimits:
    """What one document may cost. Bytes, pages, pixels of one page, seconds of one request, bytes of address space."""

    max_bytes: int = 64 * 1024 * 1024
    max_pages: int = 200
    max_pixels: int = 40_000_000
    max_seconds: float = 120.0
    max_memory_bytes: int = 2 * 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RenderedDocument:
    """The readable pages, numbered as in the file, and what is wrong with the others."""

    pages: tuple[PageImage, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class PageText:
    """What one page says.

    `rotation` is the clockwise turn, in degrees, that makes the received page upright; `skew` the clockwise slant, in
    degrees, that it then still has; `quality` 0 to 1; `width`, `height` pixels of the page as received; `codes` the
    payloads of QR codes; `error` the code of what kept the page from being read.
    """

    number: int
    words: tuple[Word, ...]
    rotation: int = 0
    skew: float = 0.0
    quality: float = 0.0
    width: int = 0
    height: int = 0
    codes: tuple[str, ...] = ()
    error: str | None = None

    @property
    def text(self) -> str:
        """All words, one space between them."""
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One field of the contract; `value` is a tuple for lists; `box` in fractions of the page as received."""

    name: str
    value: str | tuple[str, ...]
    confidence: float
    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class PageKind:
    """The kind of one page, with its confidence 0 to 1."""

    page: int
    kind: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Routing:
    """The specialty the patient needs (NUCC name and code), 0 to 1, and why."""

    specialty: str
    code: str
    confidence: float
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """One document of a file: a packet about one patient."""

    kind: str
    kind_confidence: float
    pages: tuple[int, ...]
    fields: tuple[FieldValue, ...] = ()
    routing: Routing | None = None
    missing: tuple[str, ...] = ()
    references: tuple[str, ...] = ()

    def value(self, name: str) -> FieldValue | None:
        """Return the field called `name`, or None."""
        return next((one for one in self.fields if one.name == name), None)


@dataclass(frozen=True, slots=True)
class DocumentReading:
    """What the pages of one file say: its documents, and the kind of every page."""

    documents: tuple[ReadDocument, ...] = ()
    pages: tuple[PageKind, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadingResult:
    """The whole reading of one file; `seconds` is wall-clock time."""

    pages: tuple[PageText, ...]
    reading: DocumentReading
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0
