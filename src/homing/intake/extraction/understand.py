"""Pages to documents: kinds, splitting, fields, specialty, and what a referral lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from homing.intake.extraction import addressee, calibration, choose, kinds, memory, model, splitting
from homing.intake.extraction.calibration import Calibration
from homing.intake.extraction.memory import Recalled
from homing.intake.extraction.model import PageAnswer, TokenModel
from homing.intake.extraction.placement import Placement
from homing.intake.extraction.spans import Span, spans
from homing.intake.reading.types import (
    DocumentReading,
    FieldValue,
    PageCaptions,
    PageKind,
    PageText,
    ReadDocument,
    Routing,
)
from homing.kit import reference
from homing.routing import specialty
from homing.routing.specialty import SpecialtyDecision

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
#: A page attached to a referral names its own orderer, dates and numbers: they count less than the referral's.
_COVER, _ATTACHED = 0.93, 0.8
_IS_REFERRAL: Final = 0.5
#: What a decided specialty is shown beside, where none is printed.
_SPEAKS: Final = ("diagnosis.codes", "reason", "requested.service")


def understand(
    pages: Sequence[PageText],
    tokens: TokenModel | None = None,
    calibrated: Calibration | None = None,
    placements: Sequence[Placement] = (),
    organization: str = "",
) -> DocumentReading:
    """Return the documents on these pages of one file, and the kind of every page.

    `placements` are what people's corrections taught of the sender's layouts; `organization` is our name: with it, what
    is plainly addressed to another one is misdirected.
    """
    tokens, calibrated = tokens or model.shipped(), calibrated or calibration.shipped()
    answers = [tokens.answer(page) for page in pages]
    found = {answer.page: spans(answer, tokens.classes) for answer in answers}
    page_kinds = tuple(kinds.page_kind(page, answer) for page, answer in zip(pages, answers, strict=True))
    alone = [choose.chosen(found[page.number], calibrated) for page in pages]
    groups = splitting.split(pages, page_kinds, answers, alone)
    by_page = {answer.page: answer for answer in answers}
    captions = {one.page: memory.captions(page, one, tokens.classes) for page, one in zip(pages, answers, strict=True)}
    said = {page.number: memory.recall(placements, page, captions[page.number]) for page in pages}
    documents = (
        _document(group, [by_page[page.number] for page in group], page_kinds, found, calibrated, said)
        for group in groups
    )
    if organization:
        documents = (_addressed(one, pages, found, organization) for one in documents)
    return DocumentReading(
        tuple(documents), page_kinds, tuple(PageCaptions(page, one) for page, one in captions.items())
    )


def _document(
    pages: tuple[PageText, ...],
    answers: Sequence[PageAnswer],
    page_kinds: Sequence[PageKind],
    found: dict[int, list[Span]],
    calibrated: Calibration,
    said: Mapping[int, Sequence[Recalled]],
) -> ReadDocument:
    kind, confidence = kinds.document_kind(answers, page_kinds)
    trust = _trust(answers, page_kinds) if kind == "referral" else {}
    mine = [span for page in pages for span in found[page.number]]
    hints = choose.chosen(mine, replace(calibrated, least=0.0), trust)
    fields = tuple(one for one in hints if one.confidence >= calibrated.least)
    fields = memory.applied(fields, [one for page in pages for one in said[page.number]])
    routing = None
    if kind == "referral":
        # What is too doubtful to be shown as a value may still tell who is needed.
        decision = _routing(pages, [*hints, *fields], mine)
        fields, routing = _with_specialty(fields, decision), _told(decision)
    stated = {one.name for one in fields}
    missing = tuple(name for name in REQUIRED if name not in stated) if kind == "referral" else ()
    numbers = tuple(page.number for page in pages)
    return ReadDocument(kind, confidence, numbers, fields, routing, missing, _references(pages))


def _addressed(
    document: ReadDocument, pages: Sequence[PageText], found: Mapping[int, list[Span]], organization: str
) -> ReadDocument:
    mine = [page for page in pages if page.number in document.pages]
    sure = addressee.meant_for_another(mine, [span for page in mine for span in found[page.number]], organization)
    if not sure or document.kind in {"reply_sheet", "junk", "blank"}:
        return document
    return replace(document, kind="misdirected", kind_confidence=round(sure, 3), routing=None, missing=())


def _trust(answers: Sequence[PageAnswer], page_kinds: Sequence[PageKind]) -> dict[int, float]:
    """Return how much each page of a referral counts: its own pages fully, covers nearly, attachments less."""
    covers = {one.page for one in page_kinds if one.kind == "cover_sheet"}
    own = {answer.page for answer in answers if answer.document_kinds["referral"] >= _IS_REFERRAL}
    return {
        page: _COVER if page in covers else 1.0 if page in own else _ATTACHED
        for page in (answer.page for answer in answers)
    }


def _routing(pages: Sequence[PageText], fields: Sequence[FieldValue], found: Sequence[Span]) -> SpecialtyDecision:
    stated = {one.name: one.value for one in fields}
    codes = stated.get("diagnosis.codes", ())
    reason, service, printed = (
        str(stated.get(name, "")) for name in ("reason", "requested.service", "requested.specialty")
    )
    diagnosis = "; ".join(dict.fromkeys(span.text for span in found if span.label == "diagnosis.text"))
    return specialty.decide(
        codes if isinstance(codes, tuple) else (codes,),
        reason,
        service,
        printed,
        diagnosis=diagnosis,
        body="\n".join(page.text for page in pages),
    )


def _with_specialty(fields: tuple[FieldValue, ...], decision: SpecialtyDecision) -> tuple[FieldValue, ...]:
    """Return the fields with `requested.specialty` as decided; a printed one that says otherwise is the destination."""
    printed = next((one for one in fields if one.name == "requested.specialty"), None)
    others = [one for one in fields if one.name != "requested.specialty"]
    if not decision.specialty:
        return fields
    source = printed or next((one for name in _SPEAKS for one in fields if one.name == name), None)
    if source:
        confidence = min(decision.confidence, 0.99)
        others.append(replace(source, name="requested.specialty", value=decision.specialty, confidence=confidence))
    if printed and decision.printed != decision.specialty:
        others.append(replace(printed, name="requested.destination"))
    return tuple(sorted(others, key=lambda one: one.name))


def _told(decision: SpecialtyDecision) -> Routing | None:
    if not decision.specialty:
        return None
    because, otherwise = decision.because, decision.disagreement
    return Routing(decision.specialty, decision.code, decision.confidence, because, otherwise)


def _references(pages: Sequence[PageText]) -> tuple[str, ...]:
    """Return our own reference numbers on the pages, from QR codes first: they are never misread."""
    texts = [code for page in pages for code in page.codes] + [page.text for page in pages]
    return tuple(dict.fromkeys(found for text in texts for found in reference.find_all(text)))
