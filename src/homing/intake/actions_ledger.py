"""What all writes of the ledger share: rows, the machine, events, reactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from homing.audit import actions as audit
from homing.directory import queries as directory
from homing.intake import policy, states
from homing.intake.models import InboundItem, ItemEvent
from homing.intake.states import Disposition, EventKind, Item, State
from homing.kit import clock
from homing.kit.errors import Conflict, NotFound
from homing.referrals import actions_obligations as obligations
from homing.referrals.policy import ACKNOWLEDGMENT_WITHIN, ObligationKind
from homing.tenancy.jobs import defer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from homing.kit.actor import Actor

ADVANCE = "homing.intake.jobs.advance"
SYSTEM_NAME = "intake"


def locked(item_id: UUID, *, version: int | None = None) -> InboundItem:
    """Return the row, locked until the transaction ends.

    Raises
    ------
    NotFound
    Conflict
        Somebody wrote since `version` was read.
    """
    row = InboundItem.objects.select_for_update().filter(id=item_id).first()
    if row is None:
        raise NotFound
    if version is not None and row.version != version:
        raise Conflict
    return row


def machine(row: InboundItem) -> Item:
    """Return what the pure machine knows of a row."""
    return Item(
        State(row.state),
        Disposition(row.disposition) if row.disposition else None,
        State(row.failed_in) if row.failed_in else None,
    )


def move(row: InboundItem, to: Item) -> None:
    """Put what the machine answered into the row, with the work it means. Does not save."""
    now = clock.now()
    row.state, row.is_open = to.state, to.is_open
    row.failed_in = to.failed_in or ""
    row.disposition = to.disposition or ""
    row.disposed_at = None if to.is_open else now
    row.step, row.step_page, row.step_pages = "", 0, 0
    row.attempts, row.progress_at = 0, now
    if states.next_state(to.state) is not None:
        progressed(row)
    if not to.is_open:
        row.next_action, row.owner_role, row.owner, row.due_at = "", "", None, None
        row.parked, row.overdue_since = False, None
        row.locked_by, row.locked_name, row.locked_at = None, "", None
        return
    give_work(row)


def progressed(row: InboundItem) -> None:
    """Forget the attempts and the delay of a step that has succeeded. Does not save."""
    row.attempts, row.progress_at = 0, clock.now()
    row.problem_code, row.problem_message = "", ""


def give_work(row: InboundItem) -> None:
    """Set next action, owner and due time of an open row. While it is read, the time it had on arrival stays."""
    state = State(row.state)
    if states.next_state(state) is not None and row.next_action == "read":
        return
    work = policy.work_for(state, now=clock.now(), priority=row.priority, parked=row.parked)
    row.next_action, row.owner_role, row.due_at = work.next_action, work.owner_role, work.due_at
    row.overdue_since = None


def save(row: InboundItem) -> None:
    """Write the row as its next version."""
    row.version += 1
    row.save()


def append(
    actor: Actor, row: InboundItem, kind: EventKind, /, **data: str | int | bool | list[int] | list[str]
) -> None:
    """Append an event to the item's history and a record to the audit log. `data` holds ids, codes and counts."""
    ItemEvent.objects.create(
        item=row,
        kind=kind,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        occurred_at=clock.now(),
        data=data,
    )
    audit.record(actor=actor, action=f"intake.{kind}", entity="inbound_item", entity_id=row.id)


def react(kind: str, item_id: UUID) -> None:
    """Defer the jobs that `config.REACTIONS` names for an event of an item."""
    for name in settings.HOMING_REACTIONS.get(kind, ()):
        defer(name, item_id=item_id)


def continue_reading(item_id: UUID) -> None:
    """Have a worker take the item further."""
    defer(ADVANCE, queueing_lock=f"{ADVANCE}:{item_id}", item_id=item_id)


def announce_read(actor: Actor, row: InboundItem) -> None:
    """Fire `item_read`, once: the item reads as a referral and its sender is proven. Does not save."""
    if row.announced_read_at or not row.sender_proven or row.kind != policy.REFERRAL:
        return
    row.announced_read_at = clock.now()
    append(actor, row, EventKind.ITEM_READ, pages=row.pages, missing=list(row.missing))
    react(EventKind.ITEM_READ, row.id)


def recognise_sender(row: InboundItem) -> None:
    """Set the sender that the transport proves: a caller id that is one known office's proven fax. Does not save."""
    office = directory.office_by_fax(row.sender_address) if row.sender_address else None
    if office:
        row.sender_office_id, row.sender_name, row.sender_proven = office.id, office.name, True


def dispose(
    actor: Actor,
    row: InboundItem,
    disposition: Disposition,
    *,
    ref: UUID | None = None,
    note: str = "",
    parts: Iterable[UUID] = (),
) -> None:
    """End an item: its one disposition, event, audit, reactions. Saves."""
    move(row, states.dispose(machine(row), disposition))
    row.disposition_ref, row.disposition_note = ref, note
    save(row)
    detail = {"ref": str(ref)} if ref else {}
    append(actor, row, EventKind.DISPOSED, disposition=disposition, parts=[str(part) for part in parts], **detail)
    react("item_disposed", row.id)


def promise_acknowledgment(actor: Actor, row: InboundItem) -> None:
    """Promise the sender an acknowledgment within five minutes of arrival."""
    _owe(actor, row, row.received_at)


def owe_acknowledgment(actor: Actor, row: InboundItem) -> None:
    """Promise an acknowledgment from now on: only a person could tell that this is a referral."""
    if row.announced_read_at is None:
        _owe(actor, row, clock.now())


def release_acknowledgment(actor: Actor, row: InboundItem, *, because: str) -> None:
    """Take the promise back: what arrived is not a referral, or its parts carry the promise on."""
    obligations.release(actor=actor, kind=ObligationKind.ACKNOWLEDGMENT, item_id=row.id, reason=because)


def _owe(actor: Actor, row: InboundItem, since: datetime) -> None:
    obligations.promise(
        actor=actor, kind=ObligationKind.ACKNOWLEDGMENT, due_at=since + ACKNOWLEDGMENT_WITHIN, item_id=row.id
    )
