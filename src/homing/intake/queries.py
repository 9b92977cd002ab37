"""Reads of intake: the inbox, the workbench, and what the pipeline and the loop ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, F, Q

from homing.directory import queries as directory
from homing.documents import queries as documents
from homing.identity import queries as identity
from homing.intake import policy
from homing.intake.fields import NAMES, Draft, as_text, lenient_content_of, merged, values_of
from homing.intake.models import FieldCorrection, Filing, InboundItem, ItemEvent, ItemPage
from homing.intake.reading.types import Box, PageImage, PageText, Problem, Word
from homing.intake.readings import content_read as content_of_reading
from homing.intake.readings import draft_of, page_text, problems_of, reading_of
from homing.intake.states import Disposition, State
from homing.intake.states_filing import FilingState
from homing.kit import clock
from homing.kit.errors import NotFound
from homing.referrals import policy as referral_policy
from homing.referrals import queries as referrals
from homing.tenancy.queries import current_organization

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from homing.content.referral import ReferralContent
    from homing.intake.reading.types import FieldValue, ReadDocument

READING = (State.RECEIVED, State.READ, State.CLASSIFIED, State.EXTRACTED, State.MATCHED, State.ROUTED)
#: The views of the inbox; each item in `open` is in exactly one of the first four.
VIEWS = ("review", "reading", "exceptions", "parked", "open", "overdue", "done", "unfiled")


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """What to list. `text` is part of a patient's name, sender or reference."""

    view: str = "review"
    channel: str = ""
    kind: str = ""
    text: str = ""
    owner: UUID | None = None
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One item of a list; times are aware UTC, confidences 0 to 1."""

    id: UUID
    reference: str
    channel: str
    received_at: datetime
    state: str
    kind: str
    kind_confidence: float
    patient_name: str
    sender_name: str
    sender_address: str
    sender_proven: bool
    pages: int
    priority: str
    doubtful: int
    is_repeat: bool
    is_part: bool
    is_parked: bool
    step: str
    step_page: int
    step_pages: int
    problem_code: str
    problem_message: str
    next_action: str
    owner_role: str
    owner: UUID | None
    due_at: datetime | None
    is_overdue: bool
    locked_name: str
    disposition: str
    disposition_ref: UUID | None
    disposed_at: datetime | None


@dataclass(frozen=True, slots=True)
class InboxCounts:
    """How many items each view of the inbox lists."""

    review: int
    reading: int
    exceptions: int
    parked: int
    open: int
    overdue: int
    #: Filed, and could not be handed on.
    unfiled: int = 0


@dataclass(frozen=True, slots=True)
class PageView:
    """One page at the workbench; size in pixels, `rotation` clockwise degrees from how it was received."""

    number: int
    width: int
    height: int
    kind: str
    rotation: int
    error: str


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field at the workbench. `box` is in fractions of the page as received; `is_doubtful` stops the cursor."""

    name: str
    value: str
    read_value: str
    confidence: float
    page: int | None
    box: Box | None
    is_required: bool
    is_doubtful: bool
    #: Who read it (`reading.types.FieldValue`).
    source: str = "model"

    @property
    def is_corrected(self) -> bool:
        """Tell whether the reviewer has entered something else than was read."""
        return self.value != self.read_value


@dataclass(frozen=True, slots=True)
class EventView:
    """One event of an item's history."""

    kind: str
    actor_name: str
    occurred_at: datetime
    details: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Related:
    """Another item this one has to do with."""

    id: UUID
    reference: str
    received_at: datetime
    state: str
    disposition: str
    disposition_ref: UUID | None
    pages: int
    kind: str
    patient_name: str


@dataclass(frozen=True, slots=True)
class Workbench:
    """Everything one item's review needs."""

    row: InboxRow
    version: int
    document_id: UUID | None
    file_name: str
    pages: tuple[PageView, ...]
    problems: tuple[Problem, ...]
    fields: tuple[FieldView, ...]
    content: ReferralContent
    missing: tuple[str, ...]
    candidates: tuple[identity.Candidate, ...]
    suggested_record: UUID | None
    suggested_referral: UUID | None
    specialty: str
    location_id: UUID | None
    routing_because: tuple[str, ...]
    routing_disagreement: str
    draft: Draft
    sender_office: UUID | None
    locked_by: UUID | None
    repeat_of: Related | None
    parent: Related | None
    children: tuple[Related, ...]
    events: tuple[EventView, ...]
    next_id: UUID | None


@dataclass(frozen=True, slots=True)
class ItemView:
    """What the loop needs to answer the sender. `address` is E.164, proven, or None where nobody may be told."""

    id: UUID
    reference: str
    kind: str
    pages: int
    announced_pages: int | None
    problems: tuple[Problem, ...]
    missing: tuple[str, ...]
    received_at: datetime
    state: str
    disposition: str
    disposition_ref: UUID | None
    disposition_note: str
    sender_office: UUID | None
    sender_name: str
    sender_proven: bool
    address: str | None
    repeat_of: UUID | None
    parent: UUID | None


def inbox(wanted: InboxFilter) -> tuple[InboxRow, ...]:
    """Return a page of the inbox: what is most urgent first, what is done newest first."""
    rows = _in_view(wanted.view)
    if wanted.channel:
        rows = rows.filter(channel=wanted.channel)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.owner:
        rows = rows.filter(owner=wanted.owner)
    if text := wanted.text.strip():
        reference = text.replace("-", "").replace(" ", "").upper()
        rows = rows.filter(
            Q(patient_name__icontains=text) | Q(sender_name__icontains=text) | Q(reference__startswith=reference)
        )
    order = ("-disposed_at", "-id") if wanted.view in {"done", "unfiled"} else ("due_at", "id")
    light = rows.order_by(*order).defer("reading", "draft")
    return tuple(_row(row) for row in light[wanted.offset : wanted.offset + wanted.limit])


def counts() -> InboxCounts:
    """Return the counts beside the views."""
    now = clock.now()
    review = Q(state=State.IN_REVIEW)
    found = InboundItem.objects.filter(is_open=True).aggregate(
        review=Count("id", filter=review & Q(parked=False)),
        reading=Count("id", filter=Q(state__in=READING)),
        exceptions=Count("id", filter=Q(state=State.FAILED)),
        parked=Count("id", filter=review & Q(parked=True)),
        open=Count("id"),
        overdue=Count("id", filter=Q(due_at__lt=now)),
    )
    return InboxCounts(**found, unfiled=Filing.objects.filter(state=FilingState.FAILED).count())


def next_to_review(*, after: UUID | None = None, user_id: UUID | None = None) -> UUID | None:
    """Return the most urgent item that nobody else has open, other than `after`; None where there is none."""
    free_since = clock.now() - policy.LOCK_LASTS
    free = Q(locked_by=None) | Q(locked_at__lt=free_since) | Q(locked_by=user_id)
    rows = _in_view("review").filter(free).order_by("due_at", "id")
    rows = rows.exclude(id=after) if after else rows
    return rows.values_list("id", flat=True).first()


def workbench(item_id: UUID) -> Workbench:
    """Return everything that reviewing one item needs. Raises NotFound."""
    row = _item(item_id)
    document, draft = reading_of(row), draft_of(row)
    content = lenient_content_of(merged(document.fields, draft))
    return Workbench(
        row=_row(row),
        version=row.version,
        document_id=row.document_id,
        file_name=row.file_name,
        pages=pages(item_id),
        problems=problems_of(row),
        fields=_fields(document, draft),
        content=content,
        missing=referral_policy.missing_fields(values_of(content)),
        candidates=identity.candidates(content.patient, refused=draft.refused) if row.is_open else (),
        suggested_record=row.suggested_record,
        suggested_referral=row.suggested_referral,
        specialty=draft.specialty or row.suggested_specialty,
        location_id=draft.location_id or row.suggested_location,
        routing_because=tuple(row.routing_because),
        routing_disagreement=row.routing_disagreement,
        draft=draft,
        sender_office=row.sender_office_id,
        locked_by=row.locked_by if policy.lock_holds(row.locked_at, clock.now()) else None,
        repeat_of=_related(row.repeat_of_id),
        parent=_related(row.parent_id),
        children=_children(row),
        events=history(item_id),
        next_id=next_to_review(after=item_id) if row.is_open else None,
    )


def pages(item_id: UUID) -> tuple[PageView, ...]:
    """Return the pages of an item, in order."""
    rows = ItemPage.objects.filter(item_id=item_id).order_by("number").annotate(error=F("text__error"))
    shapes = rows.values_list("number", "width", "height", "kind", "rotation", "error", named=True)
    return tuple(PageView(one.number, one.width, one.height, one.kind, one.rotation, one.error or "") for one in shapes)


def page_png(item_id: UUID, number: int) -> bytes:
    """Return the image of one page. Raises NotFound."""
    row = _item(item_id)
    if row.document_id is None:
        raise NotFound
    return documents.page_image(row.document_id, number)


def history(item_id: UUID) -> tuple[EventView, ...]:
    """Return what happened to an item, oldest first."""
    rows = ItemEvent.objects.filter(item_id=item_id).order_by("recorded_at", "id")
    return tuple(EventView(row.kind, row.actor_name, row.occurred_at, _details(row)) for row in rows)


def corrections(item_id: UUID) -> tuple[tuple[str, str, str], ...]:
    """Return field, read value and corrected value of each correction, oldest first."""
    rows = FieldCorrection.objects.filter(item_id=item_id).order_by("corrected_at", "id")
    return tuple(rows.values_list("field", "read_value", "corrected_value"))


def item(item_id: UUID) -> ItemView:
    """Return what the loop needs to answer the sender. Raises NotFound."""
    row = _item(item_id)
    return ItemView(
        id=row.id,
        reference=row.reference,
        kind=row.kind,
        pages=row.pages,
        announced_pages=row.announced_pages,
        problems=problems_of(row),
        missing=tuple(row.missing),
        received_at=row.received_at,
        state=row.state,
        disposition=row.disposition,
        disposition_ref=row.disposition_ref,
        disposition_note=row.disposition_note,
        sender_office=row.sender_office_id,
        sender_name=row.sender_name,
        sender_proven=row.sender_proven,
        address=_address(row),
        repeat_of=row.repeat_of_id,
        parent=row.parent_id,
    )


def item_of_reference(reference: str) -> UUID | None:
    """Return the item for which a reference number was minted, or None."""
    return InboundItem.objects.filter(reference=reference).values_list("id", flat=True).first()


def page_to_read(item_id: UUID, number: int) -> PageImage:
    """Return one rendered page, with the words of a digital PDF. Raises NotFound."""
    page = ItemPage.objects.filter(item_id=item_id, number=number).first()
    if page is None:
        raise NotFound
    words = tuple(Word(one["text"], tuple(one["box"]), one["confidence"], one["line"]) for one in page.words)
    return PageImage(number, page_png(item_id, number), page.width, page.height, page.dpi, words)


def page_texts(item_id: UUID) -> tuple[PageText, ...]:
    """Return what was recognised on each page, in order."""
    rows = ItemPage.objects.filter(item_id=item_id).order_by("number")
    return tuple(text for text in map(page_text, rows) if text is not None)


def is_single(item_id: UUID) -> bool:
    """Tell whether the item is known to be one document."""
    return _item(item_id).is_single


def content_read(item_id: UUID) -> ReferralContent:
    """Return what was read of an item, as far as its values can be used."""
    return content_of_reading(reading_of(_item(item_id)))


def referral_answered(item_id: UUID) -> UUID | None:
    """Return the referral of ours whose reference number stands on a page of the item, or None."""
    own = _item(item_id)
    for reference in reading_of(own).references:
        if reference == own.reference:
            continue
        found = referrals.by_reference(reference)
        if found is not None:
            return found.id
    return None


def acceptance_facts(item_id: UUID) -> policy.AcceptanceFacts:
    """Return what automatic acceptance looks at."""
    row = _item(item_id)
    document = reading_of(row)
    content = content_of_reading(document)
    found = identity.candidates(content.patient)
    return policy.AcceptanceFacts(
        enabled=current_organization().auto_accept,
        document=document,
        required=referral_policy.REQUIRED_FIELDS,
        usable=frozenset(values_of(content)),
        sender_proven=row.sender_proven,
        is_repeat=row.repeat_of_id is not None,
        is_part=row.parent_id is not None,
        has_problems=bool(row.problems),
        candidates=len(found),
        exact_record=found[0].record.id if len(found) == 1 and found[0].is_exact else None,
        location_known=row.suggested_location is not None,
        destination_disagrees=bool(row.routing_disagreement),
    )


def stuck(limit: int = 200) -> tuple[UUID, ...]:
    """Return the items of the pipeline on which nobody has worked for a while, oldest first."""
    since = clock.now() - policy.STUCK_AFTER
    rows = InboundItem.objects.filter(is_open=True, state__in=READING, progress_at__lt=since)
    return tuple(rows.order_by("progress_at").values_list("id", flat=True)[:limit])


def _in_view(view: str) -> QuerySet[InboundItem]:
    rows = InboundItem.objects.all()
    if view == "done":
        return rows.filter(is_open=False).exclude(disposition=Disposition.SPLIT)
    if view == "unfiled":
        return rows.filter(id__in=Filing.objects.filter(state=FilingState.FAILED).values("item_id"))
    rows = rows.filter(is_open=True)
    conditions = {
        "review": Q(state=State.IN_REVIEW, parked=False),
        "parked": Q(state=State.IN_REVIEW, parked=True),
        "reading": Q(state__in=READING),
        "exceptions": Q(state=State.FAILED),
        "overdue": Q(due_at__lt=clock.now()),
    }
    return rows.filter(conditions[view]) if view in conditions else rows


def _item(item_id: UUID) -> InboundItem:
    row = InboundItem.objects.filter(id=item_id).first()
    if row is None:
        raise NotFound
    return row


def _details(row: ItemEvent) -> tuple[tuple[str, str], ...]:
    return tuple((key, str(row.data[key])) for key in sorted(row.data))


def _row(row: InboundItem) -> InboxRow:
    now = clock.now()
    return InboxRow(
        id=row.id,
        reference=row.reference,
        channel=row.channel,
        received_at=row.received_at,
        state=row.state,
        kind=row.kind,
        kind_confidence=row.kind_confidence,
        patient_name=row.patient_name,
        sender_name=row.sender_name,
        sender_address=row.sender_address,
        sender_proven=row.sender_proven,
        pages=row.pages,
        priority=row.priority,
        doubtful=row.doubtful,
        is_repeat=row.repeat_of_id is not None,
        is_part=row.parent_id is not None,
        is_parked=row.parked,
        step=row.step,
        step_page=row.step_page,
        step_pages=row.step_pages,
        problem_code=row.problem_code,
        problem_message=row.problem_message,
        next_action=row.next_action,
        owner_role=row.owner_role,
        owner=row.owner,
        due_at=row.due_at,
        is_overdue=row.due_at is not None and row.due_at < now,
        locked_name=row.locked_name if policy.lock_holds(row.locked_at, now) else "",
        disposition=row.disposition,
        disposition_ref=row.disposition_ref,
        disposed_at=row.disposed_at,
    )


def _fields(document: ReadDocument, draft: Draft) -> tuple[FieldView, ...]:
    read = {one.name: one for one in document.fields}
    doubtful = set(policy.doubtful(document.fields, referral_policy.REQUIRED_FIELDS))
    doubtful -= {one.name for one in draft.entries}
    required = {name for _, names in referral_policy.REQUIRED_FIELDS for name in names}
    return tuple(_field(name, read.get(name), draft, required, doubtful) for name in _ordered(read))


def _ordered(read: Iterable[str]) -> tuple[str, ...]:
    return (*NAMES, *sorted(set(read) - set(NAMES)))


def _field(name: str, read: FieldValue | None, draft: Draft, required: set[str], doubtful: set[str]) -> FieldView:
    read_value = as_text(read.value) if read else ""
    entered = draft.value(name)
    return FieldView(
        name=name,
        value=read_value if entered is None else entered,
        read_value=read_value,
        confidence=read.confidence if read else 0.0,
        page=read.page if read else None,
        box=read.box if read else None,
        is_required=name in required,
        is_doubtful=name in doubtful,
        source=read.source if read else "model",
    )


def _related(item_id: UUID | None) -> Related | None:
    return _related_row(_item(item_id)) if item_id else None


def _related_row(row: InboundItem) -> Related:
    return Related(
        id=row.id,
        reference=row.reference,
        received_at=row.received_at,
        state=row.state,
        disposition=row.disposition,
        disposition_ref=row.disposition_ref,
        pages=row.pages,
        kind=row.kind,
        patient_name=row.patient_name,
    )


def _children(row: InboundItem) -> tuple[Related, ...]:
    parts = sorted(InboundItem.objects.filter(parent=row), key=lambda one: list(one.parent_pages))
    return tuple(map(_related_row, parts))


def _address(row: InboundItem) -> str | None:
    """Return the number to answer: the one that the transport proved, else the office's most trusted proven one."""
    if not row.sender_proven or row.sender_office_id is None:
        return None
    office = directory.office(row.sender_office_id)
    proven = [point.value for point in office.contact_points if point.system == "fax" and point.is_proven]
    if row.sender_address in proven:
        return row.sender_address
    return proven[0] if proven else None
