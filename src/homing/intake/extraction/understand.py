"""Pages to documents: kinds, splitting, fields, specialty, and what a referral lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from homing.intake.extraction import kinds, splitting
from homing.intake.extraction.anchored import AnchoredExtractor
from homing.intake.extraction.ports import Extractor
from homing.intake.reading.types import DocumentReading, FieldValue, PageKind, PageText, ReadDocument, Routing
from homing.kit import reference
from homing.routing import specialty

#: What a referral needs before somebody can act on it, unless an organization says otherwise.
REQUIRED: Final = (
    "patient.family",
    "patient.given",
    "patient.birth_date",
    "patient.phone",
    "coverage.payer",
    "coverage.member_id",
    "referrer.npi",
    "reason",
    "diagnosis.codes",
)


def understand(pages: Sequence[PageText], extractor: Extractor | None = None) -> DocumentReading:
    """Return the documents on these pages of one file, and the kind of every page."""
    chosen = extractor or AnchoredExtractor()
    page_kinds = tuple(kinds.page_kind(page) for page in pages)
    groups = splitting.split(pages, page_kinds, chosen)
    return DocumentReading(tuple(_document(group, page_kinds, chosen) for group in groups), page_kinds)


def _document(pages: tuple[PageText, ...], page_kinds: Sequence[PageKind], extractor: Extractor) -> ReadDocument:
    kind, confidence = kinds.document_kind(pages, page_kinds)
    fields = extractor.extract(pages)
    numbers = tuple(page.number for page in pages)
    routing = _routing(fields) if kind == "referral" else None
    if kind == "referral":
        fields = _with_specialty(fields, routing)
    stated = {one.name for one in fields}
    missing = tuple(name for name in REQUIRED if name not in stated) if kind == "referral" else ()
    return ReadDocument(kind, confidence, numbers, fields, routing, missing, _references(pages))


def _routing(fields: Sequence[FieldValue]) -> Routing | None:
    stated = {one.name: one.value for one in fields}
    codes = stated.get("diagnosis.codes", ())
    texts = (str(stated.get(name, "")) for name in ("reason", "requested.service", "requested.specialty"))
    decision = specialty.decide(codes if isinstance(codes, tuple) else (codes,), *texts)
    if not decision.specialty:
        return None
    return Routing(decision.specialty, decision.code, decision.confidence, decision.because)


def _with_specialty(fields: tuple[FieldValue, ...], routing: Routing | None) -> tuple[FieldValue, ...]:
    """Return the fields with `requested.specialty` as decided; a printed one that says otherwise is the destination."""
    printed = next((one for one in fields if one.name == "requested.specialty"), None)
    others = [one for one in fields if one.name != "requested.specialty"]
    if routing is None:
        return fields
    source = printed or next(
        (one for one in fields if one.name in {"diagnosis.codes", "reason", "requested.service"}), None
    )
    if source:
        confidence = min(routing.confidence, 0.99)
        others.append(replace(source, name="requested.specialty", value=routing.specialty, confidence=confidence))
    if printed and specialty.recognise(str(printed.value)) != routing.specialty:
        others.append(replace(printed, name="requested.destination"))
    return tuple(sorted(others, key=lambda one: one.name))


def _references(pages: Sequence[PageText]) -> tuple[str, ...]:
    """Return our own reference numbers on the pages, from QR codes first: they are never misread."""
    texts = [code for page in pages for code in page.codes] + [page.text for page in pages]
    return tuple(dict.fromkeys(found for text in texts for found in reference.find_all(text)))
