"""A reader that costs nothing and is always sure: for figures in which reading is not measured.

`HOMING_DOCUMENT_READER=bench.stub_reader.reader`. Other bytes are another patient.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from homing.intake.extraction.placement import Placement
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

_BOX = (0.1, 0.1, 0.4, 0.12)
_PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg==")


class StubReader:
    """One page, one word: the hash of the file."""

    def render(self, data: bytes) -> RenderedDocument:
        """Return one page of one pixel."""
        seal = hashlib.sha256(data).hexdigest()
        return RenderedDocument((PageImage(1, _PNG, 1, 1, 200.0, (Word(seal, _BOX, 1.0),)),))

    def recognise(self, page: PageImage) -> PageText:
        """Return the word."""
        return PageText(page.number, page.words, quality=1.0, width=page.width, height=page.height)

    def understand(self, pages: Sequence[PageText], _placements: Sequence[Placement] = ()) -> DocumentReading:
        """Return a complete referral of a patient made from the hash."""
        seal = int(pages[0].words[0].text, 16)
        fields = tuple(FieldValue(name, value, 0.99, 1, _BOX) for name, value in _patient(seal).items())
        codes = FieldValue("diagnosis.codes", ("I48.91",), 0.99, 1, _BOX)
        document = ReadDocument("referral", 0.99, (1,), (*fields, codes))
        return DocumentReading((document,), (PageKind(1, "referral", 0.99),))


def reader() -> StubReader:
    """Return the reader; named in the settings."""
    return StubReader()


def _patient(seal: int) -> dict[str, str]:
    def letters(number: int) -> str:
        return "".join(chr(97 + number // 26**place % 26) for place in range(9)).capitalize()

    return {
        "patient.family": letters(seal),
        "patient.given": letters(seal >> 64),
        "patient.birth_date": f"19{30 + seal % 61:02d}-{1 + (seal >> 8) % 12:02d}-{1 + (seal >> 16) % 28:02d}",
        "patient.sex": "female",
        "patient.phone": f"617{200 + (seal >> 24) % 700}{(seal >> 40) % 10_000:04d}",
        "coverage.payer": "Aetna",
        "coverage.member_id": f"W{seal % 10**9:09d}",
        "referrer.family": "Alcott",
        "referrer.organization": "Grove Street Family Medicine",
        "requested.specialty": "Cardiovascular Disease",
        "requested.service": "Consultation",
        "reason": "Palpitations for three weeks, atrial fibrillation on ECG",
        "priority": "routine",
    }
