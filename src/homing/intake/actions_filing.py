"""Handing filed documents on. The filing is written with its disposition; the delivery follows, once, and is proven."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from homing.accounts.policy import Permission, Role, require
from homing.audit import actions as audit
from homing.documents import queries as documents
from homing.intake import actions_memory, destinations, policy_filing, states_filing
from homing.intake.actions_ledger import append, dispose, locked, release_acknowledgment
from homing.intake.fields import merged
from homing.intake.models import Filing, FilingRule, InboundItem
from homing.intake.packaging import pdf_of
from homing.intake.policy_filing import ANY_KIND
from homing.intake.ports import FiledDocument, FiledField
from homing.intake.queries_filing import rule_for
from homing.intake.readings import draft_of, reading_of
from homing.intake.states import Disposition, EventKind, State
from homing.intake.states_filing import FilingState
from homing.kit import clock
from homing.kit.errors import Invalid, NotFound, NotPermitted
from homing.tenancy.jobs import defer
from homing.tenancy.queries import current_organization
from homing.tenancy.scope import current_organization_id

if TYPE_CHECKING:
    from uuid import UUID

    from homing.intake.ports import FilingReceipt
    from homing.kit.actor import Actor
    from homing.kit.errors import HomingError

DELIVER = "homing.intake.jobs.deliver_filing"
_ENTITY = "filing"
#: What could not be handed on is looked at within this time.
_PERSON_WITHIN = timedelta(hours=4)
_STATED = ("patient.family", "patient.given", "patient.birth_date", "patient.mrn")


class UnknownFiledKind(Invalid):
    """Documents of this kind are not filed."""

    code = "unknown_filed_kind"


class BadFolder(Invalid):
    """Name one folder: letters, digits, spaces, dots and dashes, at most 64, and no path."""

    code = "bad_folder"


class BadThreshold(Invalid):
    """Give a confidence from 50 to 100 percent."""

    code = "bad_threshold"


class NotAutomatic(Invalid):
    """Documents of this kind are never filed without a person."""

    code = "not_automatic"


def set_rule(
    *,
    actor: Actor,
    kind: str,
    destination: str,
    folder: str,
    is_automatic: bool = False,
    threshold: float | None = None,
) -> None:
    """Say where documents of one kind go (`*`: of every other kind), and whether without a person.

    The destination is made ready first: a folder that cannot be written to is not accepted.

    Raises
    ------
    NotPermitted, Invalid, FilingFailed
    """
    require(actor, Permission.ADMINISTER)
    threshold = policy_filing.THRESHOLD if threshold is None else threshold
    if kind not in {*policy_filing.FILED_KINDS, ANY_KIND}:
        raise UnknownFiledKind
    if not policy_filing.is_folder(folder):
        raise BadFolder
    if not policy_filing.LOWEST_THRESHOLD <= threshold <= 1.0:
        raise BadThreshold
    if is_automatic and kind not in policy_filing.AUTOMATIC_KINDS:
        raise NotAutomatic
    destinations.destination(destination).prepare(current_organization().slug, folder)
    with transaction.atomic():
        FilingRule.objects.update_or_create(
            kind=kind,
            defaults={
                "destination": destination,
                "folder": folder,
                "is_automatic": is_automatic,
                "threshold": threshold,
                "changed_at": clock.now(),
            },
        )
        _audit_rule(actor, "set_filing", kind=kind, destination=destination, automatic=is_automatic)


def remove_rule(*, actor: Actor, kind: str) -> None:
    """Let documents of one kind stay here when they are filed; what waits to be delivered still goes.

    Raises
    ------
    NotPermitted
    """
    require(actor, Permission.ADMINISTER)
    with transaction.atomic():
        FilingRule.objects.filter(kind=kind).delete()
        _audit_rule(actor, "remove_filing", kind=kind)


def file_automatically(*, actor: Actor, item_id: UUID) -> None:
    """File an item without a person; `policy_filing.why_not_filed` has found no reason for one."""
    require(actor, Permission.INTAKE_REVIEW)
    with transaction.atomic():
        row = locked(item_id)
        if row.state == State.ROUTED:
            actions_memory.note_kind(row, row.kind, by_person=False)
            end_as_filed(actor, row, row.kind)


def end_as_filed(actor: Actor, row: InboundItem, kind: str) -> None:
    """End a row as filed and plan its delivery, in the caller's transaction."""
    dispose(actor, row, Disposition.FILED, note=kind)
    release_acknowledgment(actor, row, because="not_a_referral")
    _plan(actor, row, kind)


def withdraw(actor: Actor, row: InboundItem) -> None:
    """Stop the delivery of a row whose filing is undone, in the caller's transaction; what was delivered stays."""
    filing = Filing.objects.select_for_update().filter(item=row, is_current=True).first()
    if filing is None:
        return
    filing.state = states_filing.withdraw(FilingState(filing.state))
    filing.is_current = False
    if filing.state == FilingState.WITHDRAWN:
        filing.next_attempt_at, filing.owner_role, filing.due_at = None, "", None
    filing.save()
    append(actor, row, EventKind.HANDING_ON_WITHDRAWN, was_delivered=filing.state == FilingState.DELIVERED)


def retry(*, actor: Actor, item_id: UUID) -> None:
    """Try at once to hand an item on. Harmless where nothing waits.

    Raises
    ------
    NotPermitted, NotFound
    """
    if not (actor.may(Permission.INTAKE_REVIEW) or actor.may(Permission.ADMINISTER)):
        raise NotPermitted
    with transaction.atomic():
        row = locked(item_id)
        filing = Filing.objects.select_for_update().filter(item=row, is_current=True).first()
        if filing is None or filing.state not in states_filing.WAITING:
            return
        filing.next_attempt_at = clock.now()
        filing.save(update_fields=["next_attempt_at"])
        audit.record(actor=actor, action="filing.retry", entity=_ENTITY, entity_id=filing.id)
        continue_filing(filing.id)


def continue_filing(filing_id: UUID) -> None:
    """Have a worker deliver a filing."""
    defer(DELIVER, lock=f"{DELIVER}:{filing_id}", queueing_lock=f"{DELIVER}:{filing_id}", filing_id=filing_id)


def begin_delivery(*, actor: Actor, filing_id: UUID) -> tuple[str, FiledDocument] | None:  # noqa: ARG001  every action names its actor
    """Return the destination and the document of a filing and count the attempt, or None where nothing is to be done.

    The attempt is counted, and the next one set, before it is made: a worker that dies on the way loses nothing.

    Raises
    ------
    DocumentDamaged
    """
    with transaction.atomic():
        filing = Filing.objects.select_for_update().filter(id=filing_id).first()
        if filing is None or filing.state not in states_filing.WAITING:
            return None
        filing.attempts += 1
        filing.next_attempt_at = clock.now() + states_filing.INTERRUPTED_AFTER
        filing.save(update_fields=["attempts", "next_attempt_at"])
    return filing.destination, _document(filing)


def record_delivered(*, actor: Actor, filing_id: UUID, receipt: FilingReceipt) -> None:
    """Keep the receipt; a repeat changes nothing."""
    with transaction.atomic():
        row, filing = _locked(filing_id)
        if filing.state == FilingState.DELIVERED:
            return
        filing.state = states_filing.deliver(FilingState(filing.state))
        filing.path, filing.sha256, filing.size = receipt.path, receipt.sha256, receipt.size
        filing.delivered_at = receipt.at
        filing.problem_code, filing.problem_message = "", ""
        filing.next_attempt_at, filing.owner_role, filing.due_at = None, "", None
        filing.save()
        append(actor, row, EventKind.HANDED_ON, kind=filing.kind, path=filing.path, sha256=filing.sha256)


def record_failure(*, actor: Actor, filing_id: UUID, problem: HomingError) -> None:
    """Keep why an attempt failed and when the next is made; after the last one a person is told, once."""
    with transaction.atomic():
        row, filing = _locked(filing_id)
        before = FilingState(filing.state)
        if before not in states_filing.WAITING:
            return
        after, wait = states_filing.after_failure(before, attempts=filing.attempts, permanent=problem.permanent)
        now = clock.now()
        filing.state, filing.next_attempt_at = after, now + wait
        filing.problem_code, filing.problem_message = problem.code, str(problem)
        if after is FilingState.FAILED and before is not after:
            filing.owner_role, filing.due_at = Role.INTAKE_COORDINATOR, now + _PERSON_WITHIN
            append(actor, row, EventKind.HANDING_ON_FAILED, code=problem.code, attempts=filing.attempts)
        filing.save()


def _plan(actor: Actor, row: InboundItem, kind: str) -> None:
    rule = rule_for(kind)
    if rule is None:
        return
    # Filed in the same place again, it goes again: what was withdrawn may have been taken away, and twice beats never.
    last = Filing.objects.filter(item=row).aggregate(last=Max("number"))["last"] or 0
    filing = Filing.objects.create(
        item=row,
        number=last + 1,
        kind=kind,
        destination=rule.destination,
        folder=rule.folder,
        filed_by=actor.name,
        filed_at=clock.now(),
        next_attempt_at=clock.now(),
    )
    continue_filing(filing.id)


def _locked(filing_id: UUID) -> tuple[InboundItem, Filing]:
    """Return item and filing, locked in the order in which everybody locks them."""
    item_id = Filing.objects.filter(id=filing_id).values_list("item_id", flat=True).first()
    if item_id is None:
        raise NotFound
    row = locked(item_id)
    return row, Filing.objects.select_for_update().get(id=filing_id)


def _document(filing: Filing) -> FiledDocument:
    row = InboundItem.objects.get(id=filing.item_id)
    data, suffix, media_type = _file(row)
    return FiledDocument(
        id=filing.id,
        item_id=row.id,
        organization=current_organization().slug,
        folder=filing.folder,
        name=row.reference if filing.number == 1 else f"{row.reference}-{filing.number}",
        suffix=suffix,
        media_type=media_type,
        data=data,
        reference=row.reference,
        kind=filing.kind,
        kind_confidence=1.0 if filing.kind != reading_of(row).kind else row.kind_confidence,
        channel=row.channel,
        received_at=row.received_at,
        sender_address=row.sender_address,
        sender_name=row.sender_name,
        sender_proven=row.sender_proven,
        pages=row.pages,
        patient=_patient(row),
        filed_by=filing.filed_by,
        filed_at=filing.filed_at,
        replaces=_replaced(filing),
    )


def _file(row: InboundItem) -> tuple[bytes, str, str]:
    """Return the file as received, or its pages as a PDF where a filing tool could not open it; ending, media type."""
    if row.document_id is None:
        raise NotFound
    data = documents.content(row.document_id)
    known = policy_filing.file_type(data)
    if known:
        return data, *known
    numbers = [page.number for page in documents.pages(row.document_id)]
    if not numbers:
        return data, "bin", "application/octet-stream"
    return pdf_of([documents.page_image(row.document_id, number) for number in numbers]), "pdf", "application/pdf"


def _patient(row: InboundItem) -> tuple[FiledField, ...]:
    document, draft = reading_of(row), draft_of(row)
    values = merged(document.fields, draft)
    entered = {one.name for one in draft.entries}
    read = {one.name: one.confidence for one in document.fields}
    return tuple(
        FiledField(name, values[name], 1.0 if name in entered else read.get(name, 0.0))
        for name in _STATED
        if name in values
    )


def _replaced(filing: Filing) -> str:
    earlier = Filing.objects.filter(item_id=filing.item_id, number__lt=filing.number, state=FilingState.DELIVERED)
    return earlier.order_by("number").values_list("path", flat=True).last() or ""


def _audit_rule(actor: Actor, action: str, **detail: str | bool) -> None:
    audit.record(
        actor=actor,
        action=f"organization.{action}",
        entity="organization",
        entity_id=current_organization_id(),
        **detail,
    )
