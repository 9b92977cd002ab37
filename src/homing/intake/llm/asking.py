"""When a second reader is asked, and what becomes of its values: it fills, and never overrules the local reader."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, get_args

from homing.intake.llm.answer import FieldName
from homing.intake.llm.endpoint import Endpoint
from homing.intake.llm.grounding import folded
from homing.intake.llm.ports import Grounded, Outcome, SecondReader
from homing.intake.reading.types import DocumentReading, FieldValue, PageText, ReadDocument, Routing
from homing.routing import specialty

#: Far below what is accepted without a person, and below what lets the reviewer's cursor pass: a person always looks.
#: It is a rule, not a measurement: nobody has measured the model that is behind an endpoint.
CONFIDENCE: Final = 0.5
FIELDS: Final[tuple[str, ...]] = get_args(FieldName)
_REFERRAL: Final = "referral"
#: What the specialty is decided from.
_DECIDE: Final = ("diagnosis.codes", "reason", "requested.service")


@dataclass(frozen=True, slots=True)
class Note:
    """What one question came to, without PHI. `pages` are those of the document that was asked about."""

    pages: tuple[int, ...]
    problem: str
    requests: int
    filled: int
    agreed: int
    refused: int
    left_out: int


def wanted(document: ReadDocument, below: float) -> tuple[str, ...]:
    """Return the fields to ask for: those that the local reader left blank or is less sure of than `below`."""
    if document.kind != _REFERRAL:
        return ()
    sure = {one.name for one in document.fields if one.confidence >= below}
    return tuple(name for name in FIELDS if name not in sure)


def asked_about(reading: DocumentReading, below: float) -> tuple[int, ...]:
    """Return the pages whose text would be sent."""
    return tuple(page for one in reading.documents if wanted(one, below) for page in one.pages)


def improved(
    reading: DocumentReading, pages: Sequence[PageText], reader: SecondReader, endpoint: Endpoint
) -> tuple[DocumentReading, tuple[Note, ...]]:
    """Return the reading with what the second reader adds, and a note for each question asked."""
    ends = time.monotonic() + endpoint.seconds
    documents: list[ReadDocument] = []
    notes: list[Note] = []
    for document in reading.documents:
        names_of_fields = wanted(document, endpoint.below)
        own = [page for page in pages if page.number in document.pages and page.words]
        if not names_of_fields or not own:
            documents.append(document)
            continue
        left = ends - time.monotonic()
        outcome = reader.read(own, names_of_fields, seconds=left) if left > 0 else Outcome(problem="timeout")
        better = filled(document, outcome.values, endpoint)
        documents.append(better)
        notes.append(_note(better, outcome, endpoint))
    return replace(reading, documents=tuple(documents)), tuple(notes)


def filled(document: ReadDocument, values: Sequence[Grounded], endpoint: Endpoint) -> ReadDocument:
    """Return the document with these values where the local reader has none or is less sure than `endpoint.below`.

    Where both say the same the local value stays with its confidence, and its source names both.
    """
    fields = {one.name: one for one in document.fields}
    for value in values:
        own = fields.get(value.name)
        if own is None or (own.confidence < endpoint.below and not _same(own.value, value.value)):
            fields[value.name] = _field(value, endpoint)
        elif own.confidence < endpoint.below:
            fields[value.name] = replace(own, source=f"{own.source}+{endpoint.source}")
    if document.routing is None and any(fields[name] != document.value(name) for name in _DECIDE if name in fields):
        return _routed(document, fields, endpoint)
    return _with_fields(document, fields)


def _with_fields(document: ReadDocument, fields: Mapping[str, FieldValue]) -> ReadDocument:
    missing = tuple(name for name in document.missing if name not in fields)
    return replace(document, fields=tuple(sorted(fields.values(), key=lambda one: one.name)), missing=missing)


def _routed(document: ReadDocument, fields: dict[str, FieldValue], endpoint: Endpoint) -> ReadDocument:
    """Return the document with the specialty that its new content decides; where one was decided before, that stays."""
    stated = {name: one.value for name, one in fields.items()}
    codes = stated.get("diagnosis.codes", ())
    texts = (str(stated.get(name, "")) for name in ("reason", "requested.service", "requested.specialty"))
    decision = specialty.decide(codes if isinstance(codes, tuple) else (codes,), *texts)
    if not decision.specialty:
        return _with_fields(document, fields)
    sure = min(decision.confidence, CONFIDENCE)
    if "requested.specialty" not in fields:
        basis = next(fields[name] for name in _DECIDE if name in fields)
        fields["requested.specialty"] = replace(
            basis, name="requested.specialty", value=decision.specialty, confidence=sure, source=endpoint.source
        )
    routing = Routing(decision.specialty, decision.code, sure, decision.because, decision.disagreement)
    return replace(_with_fields(document, fields), routing=routing)


def _field(value: Grounded, endpoint: Endpoint) -> FieldValue:
    return FieldValue(value.name, value.value, CONFIDENCE, value.page, value.box, endpoint.source)


def _same(one: str | tuple[str, ...], other: str | tuple[str, ...]) -> bool:
    if isinstance(one, tuple) or isinstance(other, tuple):
        return set(one) == set(other)
    return folded(one) == folded(other)


def _note(document: ReadDocument, outcome: Outcome, endpoint: Endpoint) -> Note:
    sources = [one.source for one in document.fields]
    return Note(
        document.pages,
        outcome.problem,
        outcome.requests,
        filled=sources.count(endpoint.source),
        agreed=sum(one != endpoint.source and one.endswith(endpoint.source) for one in sources),
        refused=outcome.refused,
        left_out=outcome.left_out,
    )
