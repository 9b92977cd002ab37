"""Pure rules of intake: who does what by when, what may be doubted, what may be accepted without a person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from homing.intake.reading.types import DocumentReading, FieldValue, PageKind, ReadDocument
from homing.intake.states import State

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

REFERRAL: Final = "referral"
#: What belongs to one person.
_PERSONAL: Final = ("patient.", "coverage.")
#: Kinds of documents that a person may choose (the contract of `homing read`).
KINDS: Final = (
    REFERRAL,
    "lab_result",
    "imaging_report",
    "consult_note",
    "refill_request",
    "authorization",
    "records_request",
    "appointment_notice",
    "order_dme",
    "patient_correspondence",
    "reply_sheet",
    "junk",
    "misdirected",
    "blank",
    "other",
)
#: Pages that may belong to no document without anything being lost.
CARRIES_NOTHING: Final = frozenset({"cover_sheet", "blank"})

#: A field at or above this confidence does not stop the reviewer's cursor: 96.8 % of such values were right on 183
#: faxes of unseen layouts (training/reading/MODEL_CARD.md).
SURE: Final = 0.85
#: Fields must be at or above this to be accepted without a person: 99.0 % were right there.
SURE_TO_ACCEPT: Final = 0.98
#: The kind of a document must be, too.
SURE_OF_KIND: Final = 0.9

ATTEMPTS: Final = 3
#: An item of the pipeline without progress for this long is taken up again.
STUCK_AFTER: Final = timedelta(minutes=3)
LOCK_LASTS: Final = timedelta(minutes=10)
INTAKE: Final = "intake_coordinator"

_READ_WITHIN: Final = timedelta(minutes=15)
_REVIEW_WITHIN: Final = {"stat": timedelta(minutes=30), "asap": timedelta(hours=1), "urgent": timedelta(hours=2)}
_REVIEW_ROUTINE: Final = timedelta(hours=8)
_FAILURE_WITHIN: Final = timedelta(hours=1)
_PARKED_FOR: Final = timedelta(days=1)

#: What must be there: in words, and the fields any of which will do (`referrals.policy.REQUIRED_FIELDS`).
Required = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Work:
    """What we do next about an open item, who, by when (aware)."""

    next_action: str
    owner_role: str
    due_at: datetime


def work_for(state: State, *, now: datetime, priority: str = "", parked: bool = False) -> Work:
    """Return the work an open item in `state` means."""
    if state is State.FAILED:
        return Work("resolve_failure", INTAKE, now + _FAILURE_WITHIN)
    if parked:
        return Work("identify_patient", INTAKE, now + _PARKED_FOR)
    if state is State.IN_REVIEW:
        return Work("review", INTAKE, now + _REVIEW_WITHIN.get(priority, _REVIEW_ROUTINE))
    return Work("read", INTAKE, now + _READ_WITHIN)


def lock_holds(locked_at: datetime | None, now: datetime) -> bool:
    """Tell whether a record lock taken then still keeps others out."""
    return locked_at is not None and now < locked_at + LOCK_LASTS


def doubtful(fields: Sequence[FieldValue], required: Required) -> tuple[str, ...]:
    """Return the names of fields at which the reviewer's cursor stops: unsure ones, and required ones not found."""
    unsure = [one.name for one in fields if one.confidence < SURE]
    found = {one.name for one in fields}
    return tuple(unsure) + tuple(names[0] for _, names in required if found.isdisjoint(names))


def orphan_pages(reading: DocumentReading, pages: Sequence[int]) -> tuple[int, ...]:
    """Return the pages that belong to no document of the reading and yet carry something."""
    taken = {page for document in reading.documents for page in document.pages}
    empty = {one.page for one in reading.pages if one.kind in CARRIES_NOTHING}
    return tuple(page for page in pages if page not in taken | empty)


def parts(reading: DocumentReading, pages: Sequence[int]) -> tuple[ReadDocument, ...]:
    """Return the documents of a file such that no page that carries something is lost."""
    if len(reading.documents) <= 1:
        return (as_one(reading, pages),)
    left_over = orphan_pages(reading, pages)
    return (*reading.documents, ReadDocument("other", 0.0, left_over)) if left_over else reading.documents


def as_one(reading: DocumentReading, pages: Sequence[int]) -> ReadDocument:
    """Return all pages as one document: the first referral's kind, the surest value of each field.

    Who the patient is comes from one of them alone: two people's facts are never mixed.
    """
    documents = sorted(reading.documents, key=lambda one: (one.kind != REFERRAL, -one.kind_confidence))
    if not documents:
        return ReadDocument("other", 0.0, tuple(pages))
    named = next((one for one in documents if one.value("patient.family")), documents[0])
    best: dict[str, FieldValue] = {one.name: one for one in named.fields if one.name.startswith(_PERSONAL)}
    for field in (field for document in reading.documents for field in document.fields):
        if field.name.startswith(_PERSONAL):
            continue
        if field.name not in best or field.confidence > best[field.name].confidence:
            best[field.name] = field
    references = tuple(dict.fromkeys(one for document in reading.documents for one in document.references))
    return replace(documents[0], pages=tuple(pages), fields=tuple(best.values()), references=references)


def renumbered(document: ReadDocument, pages: Sequence[int]) -> ReadDocument:
    """Return the document as if `pages` of the file were pages 1, 2, 3… of a file of its own."""
    number = {old: new for new, old in enumerate(pages, start=1)}
    fields = tuple(replace(one, page=number[one.page]) for one in document.fields if one.page in number)
    return replace(document, pages=tuple(number[page] for page in document.pages), fields=fields)


def page_kinds(reading: DocumentReading) -> dict[int, PageKind]:
    """Return the kind of each page by its number."""
    return {one.page: one for one in reading.pages}


@dataclass(frozen=True, slots=True)
class AcceptanceFacts:
    """What automatic acceptance looks at.

    `usable` names the fields whose values can be used; `candidates` counts near records; `exact_record` is the only
    one, and exact.
    """

    enabled: bool
    document: ReadDocument
    required: Required
    usable: frozenset[str]
    sender_proven: bool
    is_repeat: bool
    is_part: bool
    has_problems: bool
    candidates: int
    exact_record: UUID | None
    location_known: bool
    destination_disagrees: bool


def why_a_person(facts: AcceptanceFacts) -> tuple[str, ...]:
    """Return the reasons for which a person must look; none means the item may be accepted automatically."""
    surest = [max(map(_confidence_in(facts), names)) for _, names in facts.required]
    reasons = {
        "off": not facts.enabled,
        "not_a_referral": facts.document.kind != REFERRAL or facts.document.kind_confidence < SURE_OF_KIND,
        "sender_not_proven": not facts.sender_proven,
        "sent_before": facts.is_repeat,
        "part_of_a_file": facts.is_part,
        "pages_unreadable": facts.has_problems,
        "field_missing": any(confidence < 0 for confidence in surest),
        "field_unsure": any(0 <= confidence < SURE_TO_ACCEPT for confidence in surest),
        "patient_known": facts.candidates > 0 and facts.exact_record is None,
        "no_location": not facts.location_known,
        "destination_disagrees": facts.destination_disagrees,
        "answers_a_referral": bool(facts.document.references),
    }
    return tuple(name for name, holds in reasons.items() if holds)


def _confidence_in(facts: AcceptanceFacts) -> Callable[[str], float]:
    confidence = {one.name: one.confidence for one in facts.document.fields if one.name in facts.usable}
    return lambda name: confidence.get(name, -1.0)
