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
    """One word; `box` in fractions of the page as received, `confidence` 0 to 1, `line` numbers the engine's lines.

    `strip`: it belongs to the line that a fax machine printed; `handwritten`: its place looks written by hand;
    `reread`: the second engine read its place too, and read `other` where `text` is the first one's, else the reverse.
    """

    text: str
    box: Box
    confidence: float
    line: int = 0
    strip: bool = False
    handwritten: bool = False
    reread: bool = False
    other: str = ""


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
    payloads of QR codes; `error` the code of what kept the page from being read; `strip` what the sender's fax machine
    printed at the edge, and `sending_number` the ten digits it tells.
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
    strip: str = ""
    sending_number: str | None = None

    @property
    def body(self) -> tuple[Word, ...]:
        """The words without those of the strip."""
        return tuple(word for word in self.words if not word.strip)

    @property
    def text(self) -> str:
        """The words of the body, one space between them."""
        return " ".join(word.text for word in self.body)


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One field of the contract; `value` is a tuple for lists; `box` in fractions of the page as received.

    `source` says who read it: "model" is ours, "memory" what people taught of the sender's layout, "llm:MODEL@HOST" a
    language model, with "+" between those that say the same.
    """

    name: str
    value: str | tuple[str, ...]
    confidence: float
    page: int
    box: Box
    source: str = "model"


@dataclass(frozen=True, slots=True)
class PageKind:
    """The kind of one page, with its confidence 0 to 1."""

    page: int
    kind: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Routing:
    """The specialty the patient needs (NUCC name and code), 0 to 1, why, and what the printed destination says else."""

    specialty: str
    code: str
    confidence: float
    because: tuple[str, ...] = ()
    disagreement: str = ""


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
class Caption:
    """A word of a form's caption, folded, empty if it has a digit; left edge, middle, width on the upright page."""

    text: str
    x: float
    y: float
    wide: float


@dataclass(frozen=True, slots=True)
class PageCaptions:
    """The captions of one page: they tell its layout."""

    page: int
    captions: tuple[Caption, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentReading:
    """What the pages of one file say: its documents, the kind of every page, and its captions."""

    documents: tuple[ReadDocument, ...] = ()
    pages: tuple[PageKind, ...] = ()
    captions: tuple[PageCaptions, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadingResult:
    """The whole reading of one file; `seconds` is wall-clock time."""

    pages: tuple[PageText, ...]
    reading: DocumentReading
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0
