"""Synthetic faxes in plain text and a reader for them: the public double of `intake.ports.DocumentReader`.

Pages are parted by form feeds. A line `#referral` begins a document of that kind, `#cover_sheet` is a page that belongs
to none, `name=value` is a field (`name=value@0.4` one that is badly legible), `ref HXXXX-XXXXX` a reference number.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PIL import Image

from homing.intake.extraction.placement import Placement
from homing.intake.reading.errors import Reason, unreadable
from homing.intake.reading.types import (
    DocumentReading,
    FieldValue,
    PageImage,
    PageKind,
    PageText,
    ReadDocument,
    RenderedDocument,
    Word,
)
from homing.kit import reference

REFERRAL = (
    "#referral",
    "patient.family=Testperson",
    "patient.given=Avery",
    "patient.birth_date=04/27/1961",
    "patient.phone=(617) 555-0111",
    "patient.mrn=A000001",
    "coverage.payer=Aetna",
    "coverage.member_id=W123456789",
    "referrer.family=Okafor",
    "referrer.organization=Grove Street Family Medicine",
    "requested.service=Cardiology consultation",
    "diagnosis.codes=I48.91",
    "reason=Palpitations, atrial fibrillation on ECG",
    "priority=urgent",
)
LAB = ("#lab_result", "patient.family=Otherperson", "patient.given=Sam")
UNREADABLE_PAGE = "#unreadable"


def fax(*pages: Sequence[str]) -> bytes:
    """Return a file of these pages."""
    return "\f".join("\n".join(page) for page in pages).encode()


def another(number: int) -> tuple[str, ...]:
    """Return a referral of another patient."""
    changes = {
        "patient.family": f"Person{number}",
        "patient.birth_date": f"{1 + number % 12:02}/{1 + number % 28:02}/19{30 + number % 60}",
        "patient.phone": f"617555{100 + number % 100:04d}",
        "patient.mrn": f"B{number:06d}",
    }
    return tuple(f"{name}={changes[name]}" if (name := line.split("=")[0]) in changes else line for line in REFERRAL)


@dataclass
class PaperReader:
    """Reads synthetic faxes. `before` is called with the name of each step, and may raise."""

    before: Callable[[str], None] = lambda _: None
    steps: list[str] = field(default_factory=list)
    #: How the pages lay in the machine.
    rotation: int = 0

    def render(self, data: bytes) -> RenderedDocument:
        """Return one small image a page, with its lines as the words of a digital document."""
        self._step("render")
        if not data:
            raise unreadable(Reason.EMPTY)
        pages = data.decode().split("\f")
        return RenderedDocument(tuple(_image(number, page) for number, page in enumerate(pages, start=1)))

    def recognise(self, page: PageImage) -> PageText:
        """Return the lines of a page."""
        self._step(f"recognise {page.number}")
        if any(word.text == UNREADABLE_PAGE for word in page.words):
            raise unreadable(Reason.DAMAGED)
        return PageText(
            page.number, page.words, rotation=self.rotation, width=page.width, height=page.height, quality=1.0
        )

    def understand(self, pages: Sequence[PageText], _placements: Sequence[Placement] = ()) -> DocumentReading:
        """Return the documents that the lines state."""
        self._step("understand")
        documents: list[ReadDocument] = []
        kinds: list[PageKind] = []
        for page in pages:
            lines = [word.text for word in page.words]
            head = lines[0].removeprefix("#") if lines and lines[0].startswith("#") else ""
            kinds.append(PageKind(page.number, head or "note", 1.0))
            if head in {"cover_sheet", "blank"} or (not head and not documents):
                continue
            if head:
                documents.append(ReadDocument(head, 0.98, ()))
            documents[-1] = _extended(documents[-1], page.number, lines)
        return DocumentReading(tuple(documents), tuple(kinds))

    def _step(self, name: str) -> None:
        self.steps.append(name)
        self.before(name)


def _image(number: int, page: str) -> PageImage:
    words = tuple(Word(line, (0.1, 0.1, 0.9, 0.2), 1.0, at) for at, line in enumerate(page.split("\n")))
    target = io.BytesIO()
    image = Image.new("L", (34, 44), 255)
    # Different pages look different.
    image.putdata(list(hashlib.sha256(page.encode()).digest()))
    image.save(target, format="PNG")
    return PageImage(number, target.getvalue(), 34, 44, 200.0, words)


def _extended(document: ReadDocument, number: int, lines: Sequence[str]) -> ReadDocument:
    fields = [_field(line, number) for line in lines if "=" in line]
    found = [reference.parse(line.removeprefix("ref ")) for line in lines if line.startswith("ref ")]
    return ReadDocument(
        document.kind,
        document.kind_confidence,
        (*document.pages, number),
        (*document.fields, *fields),
        references=(*document.references, *(one for one in found if one)),
    )


def _field(line: str, page: int) -> FieldValue:
    name, _, rest = line.partition("=")
    value, _, confidence = rest.partition("@")
    box = (0.1, 0.1, 0.4, 0.12)
    if name == "diagnosis.codes":
        return FieldValue(name, tuple(value.split(",")), float(confidence or 0.99), page, box)
    return FieldValue(name, value, float(confidence or 0.99), page, box)
