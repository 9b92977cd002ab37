"""What the steps of the pipeline write: each in one short transaction, each harmless when it runs twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction

from homing.documents import actions as documents
from homing.identity import queries as identity
from homing.intake import policy, states
from homing.intake.actions_ledger import (
    announce_read,
    append,
    continue_reading,
    dispose,
    give_work,
    locked,
    machine,
    move,
    progressed,
    promise_acknowledgment,
    recognise_sender,
    release_acknowledgment,
    save,
)
from homing.intake.fields import values_of
from homing.intake.models import InboundItem, ItemPage
from homing.intake.packaging import pdf_of
from homing.intake.readings import content_read, plain_json, reading_of
from homing.intake.states import Disposition, EventKind, State, Step
from homing.kit import clock, reference
from homing.kit.ids import uuid7
from homing.referrals import policy as referral_policy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from homing.intake.reading.types import PageImage, PageText, Problem, ReadDocument
    from homing.kit.actor import Actor
    from homing.kit.errors import HomingError
    from homing.routing.propose import RoutingProposal

STEP_FAILED = "step_failed"
_STEP_FAILED_MESSAGE = "This step stopped {attempts} times. Look at the pages and decide, or try again."
#: Two records agree on about this much before one of them is put first.
_SUGGESTED_FROM = 15.0


@dataclass(frozen=True, slots=True)
class Task:
    """One step of one item. `page` is the page to recognise, else 0; `attempt` counts from 1."""

    item_id: UUID
    step: Step
    page: int
    attempt: int
    document_id: UUID | None
    carrier: str
    carrier_reference: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a split file: its pages in the file, their images, and its reading where that is known."""

    pages: tuple[int, ...]
    images: tuple[bytes, ...] = field(repr=False)
    document: ReadDocument | None = None


def begin(*, actor: Actor, item_id: UUID) -> Task | None:
    """Return the next step of an item and count the attempt, or None where nothing is left to do.

    The attempt is counted before the step runs, so a step that takes the worker down with it is counted, too.
    """
    with transaction.atomic():
        row = locked(item_id)
        step = states.step_for(State(row.state), has_document=row.document_id is not None, pages=row.pages)
        if step is None:
            return None
        page = _first_unread(row) if step is Step.RECOGNISE else 0
        is_again = (row.step, row.step_page) == (step, page)
        # A carrier may be away for hours, and its fax is still ours to fetch.
        if is_again and row.attempts >= policy.ATTEMPTS and step is not Step.FETCH:
            message = row.problem_message or _STEP_FAILED_MESSAGE.format(attempts=row.attempts)
            _fail(actor, row, row.problem_code or STEP_FAILED, message)
            return None
        row.attempts = row.attempts + 1 if is_again else 1
        row.step, row.step_page, row.step_pages, row.progress_at = step, page, row.pages, clock.now()
        row.save(update_fields=["attempts", "step", "step_page", "step_pages", "progress_at"])
        return Task(item_id, step, page, row.attempts, row.document_id, row.carrier, row.carrier_reference)


def fail(*, actor: Actor, item_id: UUID, problem: HomingError) -> None:
    """Put an item into the exception queue; harmless where it is no longer in the pipeline."""
    with transaction.atomic():
        row = locked(item_id)
        if states.can_fail(machine(row)):
            _fail(actor, row, problem.code, str(problem))


def note_delay(*, actor: Actor, item_id: UUID, problem: HomingError) -> None:  # noqa: ARG001  every action names its actor
    """Show why a step that will be repeated did not succeed."""
    with transaction.atomic():
        row = locked(item_id)
        row.problem_code, row.problem_message = problem.code, str(problem)
        row.save(update_fields=["problem_code", "problem_message"])


def save_rendered(*, actor: Actor, item_id: UUID, pages: Sequence[PageImage], problems: Sequence[Problem]) -> None:
    """Keep the pages of an item and what is wrong with the others."""
    with transaction.atomic():
        row = locked(item_id)
        if row.state != State.RECEIVED or row.pages or row.document_id is None:
            return
        for page in pages:
            documents.add_page(
                actor=actor,
                document_id=row.document_id,
                number=page.number,
                png=page.png,
                width=page.width,
                height=page.height,
            )
        ItemPage.objects.bulk_create([_page(row, page) for page in pages])
        row.pages = len(pages)
        row.problems = [plain_json(problem) for problem in problems]
        progressed(row)
        save(row)


def save_recognised(*, actor: Actor, item_id: UUID, text: PageText, problem: Problem | None = None) -> None:
    """Keep the words of one page; with the last page the item is read."""
    with transaction.atomic():
        row = locked(item_id)
        page = ItemPage.objects.filter(item=row, number=text.number).first()
        if row.state != State.RECEIVED or page is None or page.text is not None:
            return
        # Shown upright from the start; the reviewer may turn it further.
        page.text, page.rotation = plain_json(text), text.rotation
        page.save(update_fields=["text", "rotation"])
        row.problems = [*row.problems, *([plain_json(problem)] if problem else [])]
        progressed(row)
        if _first_unread(row):
            save(row)
        elif problem and not ItemPage.objects.filter(item=row, text__error=None).exists():
            _fail(actor, row, problem.code, problem.message)
        else:
            move(row, states.advance(machine(row), State.READ))
            save(row)
            append(actor, row, EventKind.READ, pages=row.pages, unreadable=len(row.problems))


def save_classified(*, actor: Actor, item_id: UUID, document: ReadDocument, kinds: dict[int, str]) -> None:
    """Keep the reading of an item that is one document."""
    with transaction.atomic():
        row = locked(item_id)
        if row.state != State.READ:
            return
        _keep_kinds(row, kinds)
        row.reading = plain_json(document)
        row.kind, row.kind_confidence = document.kind, document.kind_confidence
        move(row, states.advance(machine(row), State.CLASSIFIED))
        save(row)
        append(actor, row, EventKind.CLASSIFIED, kind=document.kind)


def save_split(*, actor: Actor, item_id: UUID, parts: Sequence[Part], kinds: dict[int, str]) -> tuple[UUID, ...]:
    """Give each document of a file its own item, and the file its disposition; harmless when it was done."""
    with transaction.atomic():
        row = locked(item_id)
        if row.state != State.READ:
            return ()
        _keep_kinds(row, kinds)
        move(row, states.advance(machine(row), State.CLASSIFIED))
        return divide(actor, row, parts)


def divide(actor: Actor, row: InboundItem, parts: Sequence[Part]) -> tuple[UUID, ...]:
    """Make the children of a row and dispose of it as split, in the caller's transaction."""
    children = tuple(_child(actor, row, number, part) for number, part in enumerate(parts, start=1))
    release_acknowledgment(actor, row, because="split")
    dispose(actor, row, Disposition.SPLIT, parts=children)
    return children


def save_extracted(*, actor: Actor, item_id: UUID) -> None:
    """Put what the lists show into the row, and say that the item is read."""
    with transaction.atomic():
        row = locked(item_id)
        if row.state != State.CLASSIFIED:
            return
        document = reading_of(row)
        content = content_read(document)
        if not row.sender_proven:
            # The directory may have learnt the caller's number since the arrival.
            recognise_sender(row)
        row.patient_name = content.patient.full_name
        row.priority = content.priority
        row.missing = list(referral_policy.missing_fields(values_of(content)))
        row.doubtful = len(policy.doubtful(document.fields, referral_policy.REQUIRED_FIELDS))
        move(row, states.advance(machine(row), State.EXTRACTED))
        append(actor, row, EventKind.EXTRACTED, fields=len(document.fields), missing=row.missing)
        announce_read(actor, row)
        save(row)
        if row.kind != policy.REFERRAL:
            release_acknowledgment(actor, row, because="not_a_referral")


def save_matched(*, actor: Actor, item_id: UUID, referral_id: UUID | None) -> None:
    """Keep which record and which referral of ours the item seems to be about."""
    with transaction.atomic():
        row = locked(item_id)
        if row.state != State.EXTRACTED:
            return
        found = identity.candidates(content_read(reading_of(row)).patient)
        if found and found[0].weight >= _SUGGESTED_FROM:
            row.suggested_record = found[0].record.id
        row.suggested_referral = referral_id
        move(row, states.advance(machine(row), State.MATCHED))
        save(row)
        append(actor, row, EventKind.MATCHED, candidates=len(found), has_referral=referral_id is not None)


def save_routed(*, actor: Actor, item_id: UUID, proposal: RoutingProposal) -> None:
    """Keep where the item should go, and why."""
    with transaction.atomic():
        row = locked(item_id)
        if row.state != State.MATCHED:
            return
        row.suggested_specialty, row.suggested_location = proposal.specialty, proposal.location_id
        row.routing_because, row.routing_disagreement = list(proposal.because), proposal.disagreement
        move(row, states.advance(machine(row), State.ROUTED))
        save(row)
        append(actor, row, EventKind.ROUTED, has_location=proposal.location_id is not None)


def put_in_review(*, actor: Actor, item_id: UUID, reasons: Sequence[str], doubts: Sequence[str] = ()) -> None:
    """Put a routed item in front of a person; `reasons` say why it was not accepted automatically.

    `doubts` say why it was not attached to the referral whose number it bears.
    """
    with transaction.atomic():
        row = locked(item_id)
        if row.state != State.ROUTED:
            return
        row.answer_doubts = list(doubts)
        move(row, states.advance(machine(row), State.IN_REVIEW))
        save(row)
        append(actor, row, EventKind.IN_REVIEW, reasons=list(reasons))


def _fail(actor: Actor, row: InboundItem, code: str, message: str) -> None:
    step = row.step
    move(row, states.fail(machine(row)))
    row.problem_code, row.problem_message = code, message
    save(row)
    append(actor, row, EventKind.FAILED, code=code, step=step)


def _first_unread(row: InboundItem) -> int:
    unread = ItemPage.objects.filter(item=row, text__isnull=True).order_by("number")
    return unread.values_list("number", flat=True).first() or 0


def _keep_kinds(row: InboundItem, kinds: dict[int, str]) -> None:
    for number, kind in kinds.items():
        ItemPage.objects.filter(item=row, number=number).update(kind=kind)


def _page(row: InboundItem, page: PageImage) -> ItemPage:
    words = [plain_json(word) for word in page.words]
    return ItemPage(item=row, number=page.number, width=page.width, height=page.height, dpi=page.dpi, words=words)


def _child(actor: Actor, row: InboundItem, number: int, part: Part) -> UUID:
    stored = documents.store(actor=actor, data=pdf_of(part.images), media_type="application/pdf")
    child = InboundItem(
        id=uuid7(),
        channel=row.channel,
        carrier=row.carrier,
        carrier_reference=f"{row.carrier_reference}/{number}",
        file_name=row.file_name,
        to_address=row.to_address,
        received_at=row.received_at,
        reference=reference.mint(),
        sender_address=row.sender_address,
        sender_office_id=row.sender_office_id,
        sender_name=row.sender_name,
        sender_proven=row.sender_proven,
        document_id=stored.id,
        content_mark=stored.mark,
        parent=row,
        parent_pages=list(part.pages),
        is_single=True,
        pages=len(part.pages),
        state=State.READ,
        progress_at=clock.now(),
    )
    child.repeat_of = _sent_before(row, stored.mark)
    give_work(child)
    if part.document:
        document = policy.renumbered(part.document, part.pages)
        child.state, child.reading = State.CLASSIFIED, plain_json(document)
        child.kind, child.kind_confidence = document.kind, document.kind_confidence
    child.save(force_insert=True)
    _copy_pages(actor, row, child, part)
    append(actor, child, EventKind.RECEIVED, channel=row.channel, parent=str(row.id), pages=list(part.pages))
    promise_acknowledgment(actor, child)
    continue_reading(child.id)
    return child.id


def _sent_before(row: InboundItem, mark: str) -> InboundItem | None:
    earlier = InboundItem.objects.filter(content_mark=mark).exclude(parent=row)
    return earlier.order_by("received_at", "id").first()


def _copy_pages(actor: Actor, row: InboundItem, child: InboundItem, part: Part) -> None:
    originals = {page.number: page for page in ItemPage.objects.filter(item=row, number__in=part.pages)}
    for number, (original, png) in enumerate(zip(part.pages, part.images, strict=True), start=1):
        page = originals[original]
        text = page.text | {"number": number} if page.text else None
        ItemPage.objects.create(
            item=child,
            number=number,
            width=page.width,
            height=page.height,
            dpi=page.dpi,
            words=page.words,
            text=text,
            kind=page.kind,
            captions=page.captions,
            rotation=page.rotation,
        )
        if child.document_id is not None:
            documents.add_page(
                actor=actor,
                document_id=child.document_id,
                number=number,
                png=png,
                width=page.width,
                height=page.height,
            )
