"""Taking in: durable before anybody is told that it has arrived."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection, transaction

from homing.accounts.policy import Permission, require
from homing.documents import actions as documents
from homing.documents import crypto
from homing.intake import carriers, states
from homing.intake.actions_ledger import (
    SYSTEM_NAME,
    append,
    continue_reading,
    give_work,
    locked,
    machine,
    move,
    progressed,
    promise_acknowledgment,
    recognise_sender,
    save,
)
from homing.intake.models import CarrierCount, InboundItem, ItemPage
from homing.intake.ports import Announcement, Arrival, Receipt
from homing.intake.states import EventKind
from homing.kit import clock, reference
from homing.kit.actor import Actor
from homing.kit.errors import HomingError
from homing.kit.ids import uuid7
from homing.tenancy import actions as tenancy
from homing.tenancy.models import ResolverKind
from homing.tenancy.queries import organization_ids
from homing.tenancy.scope import current_organization_id, scoped

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from uuid import UUID

    from homing.documents.actions import StoredDocument

#: How far back a carrier is asked for what it holds.
LOOK_BACK = timedelta(days=2)


class ArrivalUnknown(HomingError):
    """This arrival could not be recorded just now. Keep it and hand it over again."""

    code = "arrival_unknown"
    status = 503
    permanent = False


def receive_for(organization_id: UUID, *, actor: Actor, arrival: Arrival) -> Receipt:
    """Take one arrival for a tenant; when this returns, bytes and ledger line are committed."""
    with scoped(organization_id):
        return receive(actor=actor, arrival=arrival)


def receive(*, actor: Actor, arrival: Arrival) -> Receipt:
    """Store the bytes and open the ledger line, in the caller's transaction.

    The same arrival again (channel, carrier, reference and bytes) gives the same receipt and changes nothing. Other
    bytes under a known reference are another arrival: nothing is dropped. The same bytes under another reference are
    a new item that is flagged.
    """
    require(actor, Permission.INTAKE_REVIEW)
    line = _line(arrival)
    with transaction.atomic():
        known = _known(line)
        if known is None:
            row = _take(actor, line, arrival)
            if row:
                return _receipt(row, is_repeat=False)
            known = _opened_by_another(line)
        return _again(actor, known, line, arrival)


def announce(*, carrier: str, carrier_reference: str) -> None:
    """Open the ledger line of a fax that a carrier holds; its bytes are fetched by the first step.

    A webhook names only the reference, so the carrier is asked for the rest. When this returns, the line is committed.

    Raises
    ------
    ArrivalUnknown, CarrierUnavailable
        The webhook must be repeated.
    """
    held = carriers.carrier(carrier).list_inbound(clock.now() - LOOK_BACK)
    fax = next((one for one in held if one.reference == carrier_reference), None)
    if fax is None:
        raise ArrivalUnknown
    take_announcement(carriers.announcement(fax, carrier_name=carrier))


def take_announcement(announcement: Announcement) -> Receipt | None:
    """Open the ledger line in the tenant whose number was dialled; without one, keep the arrival as unclaimed."""
    owners = organization_ids(ResolverKind.FAX_NUMBER, announcement.to_address)
    if len(owners) != 1:
        # A number that two tenants claim belongs to neither until an operator has decided.
        tenancy.keep_unclaimed(
            channel=announcement.channel,
            carrier=announcement.carrier,
            carrier_reference=announcement.carrier_reference,
            to_address=announcement.to_address,
        )
        return None
    with scoped(owners[0]):
        return register(actor=Actor.system(SYSTEM_NAME), announcement=announcement)


def register(*, actor: Actor, announcement: Announcement) -> Receipt:
    """Open the ledger line of an announced arrival; a repeat gives the same receipt and changes nothing."""
    require(actor, Permission.INTAKE_REVIEW)
    with transaction.atomic():
        known = _known(announcement)
        if known:
            return _receipt(known, is_repeat=True)
        row = _row(announcement)
        if not _insert(row):
            return _receipt(_opened_by_another(announcement), is_repeat=True)
        _opened(actor, row)
    return _receipt(row, is_repeat=False)


def reconcile(*, actor: Actor, carrier: str, listed: Iterable[Announcement], since: date) -> int:
    """Compare a carrier's list with the ledger of the tenant in scope and take what is missing; return how many.

    `since` is the first day (UTC) that the list covers as a whole.
    """
    require(actor, Permission.INTAKE_REVIEW)
    listed = list(listed)
    taken = 0
    with transaction.atomic():
        for announcement in listed:
            taken += not register(actor=actor, announcement=announcement).is_repeat
        days = Counter(one.received_at.date() for one in listed if one.received_at.date() >= since)
        for day, count in days.items():
            CarrierCount.objects.update_or_create(
                channel=carriers.FAX,
                carrier=carrier,
                day=day,
                defaults={"count": count, "counted_at": clock.now()},
            )
    return taken


def store_fetched(*, actor: Actor, item_id: UUID, data: bytes) -> None:
    """Keep the bytes of an announced arrival; a second fetch changes nothing."""
    require(actor, Permission.INTAKE_REVIEW)
    with transaction.atomic():
        row = locked(item_id)
        if row.document_id is not None:
            return
        stored = documents.store(actor=actor, data=data, media_type="application/octet-stream")
        _keep(row, stored)
        progressed(row)
        save(row)
        append(actor, row, EventKind.FETCHED, size=stored.size)


def retry(*, actor: Actor, item_id: UUID) -> None:
    """Take an item of the exception queue up again at the step that failed."""
    require(actor, Permission.INTAKE_REVIEW)
    with transaction.atomic():
        row = locked(item_id)
        move(row, states.retry(machine(row)))
        _read_again(row)
        save(row)
        append(actor, row, EventKind.RETRIED)
        continue_reading(row.id)


def take_over(*, actor: Actor, item_id: UUID) -> None:
    """Put an item that the machine could not read in front of a person."""
    require(actor, Permission.INTAKE_REVIEW)
    with transaction.atomic():
        row = locked(item_id)
        move(row, states.take_over(machine(row)))
        save(row)
        append(actor, row, EventKind.IN_REVIEW)


def flag_overdue(*, actor: Actor) -> int:
    """Mark the open items whose due time has passed, once each; return how many."""
    now = clock.now()
    with transaction.atomic():
        rows = InboundItem.objects.select_for_update(skip_locked=True).filter(
            is_open=True, due_at__lt=now, overdue_since=None
        )
        late = list(rows.order_by("due_at")[:500])
        for row in late:
            row.overdue_since = row.due_at
            save(row)
            append(actor, row, EventKind.OVERDUE, next_action=row.next_action)
    return len(late)


def _read_again(row: InboundItem) -> None:
    """Forget the pages that could not be read, so that they are tried once more."""
    bad = ItemPage.objects.filter(item=row, text__isnull=False).exclude(text__error=None)
    numbers = set(bad.values_list("number", flat=True))
    bad.update(text=None)
    row.problems = [one for one in row.problems if one["page"] not in numbers]


def _take(actor: Actor, line: Announcement, arrival: Arrival) -> InboundItem | None:
    """Return the new row, or None where another process opened the line first."""
    try:
        # A savepoint: losing the race takes back the document's row with the line's, and leaves the caller's work.
        with transaction.atomic():
            row = _row(line)
            row.file_name = arrival.file_name[:200]
            _keep(row, _store(actor, arrival))
            row.save(force_insert=True)
    except IntegrityError:
        return None
    _opened(actor, row)
    return row


def _again(actor: Actor, known: InboundItem, line: Announcement, arrival: Arrival) -> Receipt:
    if known.document_id is None:
        store_fetched(actor=actor, item_id=known.id, data=arrival.data)
        return _receipt(known, is_repeat=True)
    mark = crypto.mark(documents.data_key(), arrival.data)
    if known.content_mark == mark:
        return _receipt(known, is_repeat=True)
    other = replace(line, carrier_reference=f"{line.carrier_reference}#{mark[:16]}")
    earlier = _known(other)
    if earlier:
        return _receipt(earlier, is_repeat=True)
    row = _take(actor, other, arrival)
    return _receipt(row or _opened_by_another(other), is_repeat=row is None)


def _store(actor: Actor, arrival: Arrival) -> StoredDocument:
    return documents.store(actor=actor, data=arrival.data, media_type=arrival.media_type, file_name=arrival.file_name)


def _line(arrival: Arrival) -> Announcement:
    return Announcement(
        channel=arrival.channel,
        carrier=arrival.carrier,
        carrier_reference=arrival.carrier_reference,
        from_address=arrival.from_address,
        to_address=arrival.to_address or "",
        received_at=arrival.received_at,
        pages=arrival.pages,
    )


def _row(line: Announcement) -> InboundItem:
    row = InboundItem(
        id=uuid7(),
        channel=line.channel,
        carrier=line.carrier,
        carrier_reference=line.carrier_reference,
        to_address=line.to_address,
        announced_pages=line.pages,
        received_at=line.received_at,
        reference=reference.mint(),
        sender_address=line.from_address or "",
        progress_at=clock.now(),
    )
    recognise_sender(row)
    give_work(row)
    return row


def _keep(row: InboundItem, stored: StoredDocument) -> None:
    """Put the document into the row and flag it where the same bytes came before."""
    with connection.cursor() as cursor:
        # Two arrivals of the same bytes at the same time: the second waits here, and then sees the first.
        key = f"{current_organization_id()}:{stored.mark}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", [key])
    row.document_id, row.content_mark = stored.id, stored.mark
    earlier = InboundItem.objects.filter(content_mark=stored.mark, parent=None).exclude(id=row.id)
    row.repeat_of = earlier.order_by("received_at", "id").first()


def _insert(row: InboundItem) -> bool:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _opened(actor: Actor, row: InboundItem) -> None:
    append(actor, row, EventKind.RECEIVED, channel=row.channel, is_repeat=row.repeat_of_id is not None)
    promise_acknowledgment(actor, row)
    continue_reading(row.id)


def _known(line: Announcement) -> InboundItem | None:
    return InboundItem.objects.filter(
        channel=line.channel, carrier=line.carrier, carrier_reference=line.carrier_reference
    ).first()


def _opened_by_another(line: Announcement) -> InboundItem:
    row = _known(line)
    if row is None:
        # What stood in the way was not this arrival: nothing is stored, so the sender must keep it.
        raise ArrivalUnknown
    return row


def _receipt(row: InboundItem, *, is_repeat: bool) -> Receipt:
    return Receipt(row.id, row.reference, is_repeat)
