"""The one way in which an event gets into a referral's history: append, fold, save, promise, project, react, audit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from homing.audit import actions as audit
from homing.content.referral import Priority, ReferralContent
from homing.kit import clock
from homing.kit.actor import ActorKind
from homing.kit.errors import Conflict, NotFound
from homing.kit.ids import uuid7
from homing.referrals import actions_obligations as obligations
from homing.referrals import policy
from homing.referrals.events import EventData, Evidence
from homing.referrals.models import Event, Referral
from homing.referrals.policy import ObligationKind
from homing.referrals.ports import Projection, RecordedEvent
from homing.referrals.states import Direction, EventKind, Fact, State, Status, fold, moment
from homing.tenancy.jobs import defer
from homing.tenancy.queries import current_organization

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from homing.kit.actor import Actor
    from homing.referrals.policy import Work

_AFTER = timedelta(microseconds=1)
#: What a document can mean: it never happened once the document is taken off.
_BROUGHT = frozenset({EventKind.OUTCOME_RECEIVED, EventKind.INFORMATION_PROVIDED})
POLICY = "referral policy"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be appended. Without `occurred_at` it is a decision of this moment, after all that is known."""

    kind: EventKind
    data: EventData = field(default_factory=EventData)
    evidence: Evidence | None = None
    occurred_at: datetime | None = None
    key: str = ""
    work: Work | None = None


@dataclass(frozen=True, slots=True)
class Appended:
    """The event, and the state before and after it."""

    event: RecordedEvent
    before: State
    after: State


def lock(referral_id: UUID, version: int | None = None) -> Referral:
    """Return the referral, locked until the transaction ends.

    Raises
    ------
    NotFound
    Conflict
    """
    row = Referral.objects.select_for_update(no_key=True).filter(id=referral_id).first()
    if row is None:
        raise NotFound
    if version is not None and row.version != version:
        raise Conflict
    return row


def state_of(row: Referral) -> State:
    """Return the state that the recorded events lead to."""
    return fold(Direction(row.direction), facts_of(Event.objects.filter(referral_id=row.id)))


def facts_of(rows: Iterable[Event]) -> list[Fact]:
    """Return what counts of a history: all of it but what a document brought that was taken off afterwards."""
    counted: dict[UUID, Event] = {}
    for row in sorted(rows, key=lambda row: (row.recorded_at, row.id)):
        counted[row.id] = row
        if row.kind == EventKind.DETACHED:
            taken_off = row.data.get("document_id")
            counted = {key: one for key, one in counted.items() if not _brought_by(one, taken_off)}
    return [fact_of(row) for row in counted.values()]


def fact_of(row: Event) -> Fact:
    """Return what the machine needs of an event."""
    data = EventData.from_json(row.data)
    return Fact(EventKind(row.kind), row.occurred_at, row.key, data.closure, data.appointment)


def append(row: Referral, actor: Actor, entry: Entry, action: str = "") -> Appended:
    """Append one event to a locked referral, with everything that follows from it. `action` names it in the audit."""
    rows = list(Event.objects.filter(referral_id=row.id))
    before = fold(Direction(row.direction), facts_of(rows))
    event = _insert(row, actor, entry, before)
    after = fold(before.direction, facts_of([*rows, event]))
    row.closure_reason = _closure_reason([*rows, event], after)
    local = zone()
    _save(row, entry, before, after, event, local)
    recorded = recorded_of(event, before.direction, after.status)
    _settle_obligations(row, actor, recorded, before, after, entry.evidence)
    _promise(row, actor, recorded, before, after, local)
    _project(recorded, [*rows, event])
    for name in settings.HOMING_REACTIONS.get(entry.kind.value, ()):
        defer(name, event_id=event.id)
    audit.record(
        actor=actor,
        action=f"referral.{action or entry.kind}",
        entity="referral",
        entity_id=row.id,
        event_id=str(event.id),
    )
    return Appended(recorded, before, after)


def _brought_by(row: Event, document_id: str | None) -> bool:
    return row.kind in _BROUGHT and row.data.get("document_id") == document_id


def recorded_of(event: Event, direction: Direction, status: Status) -> RecordedEvent:
    """Return an event row as data."""
    return RecordedEvent(
        id=event.id,
        referral_id=event.referral_id,
        direction=direction,
        kind=EventKind(event.kind),
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        data=EventData.from_json(event.data),
        status=status,
    )


def apply_work(row: Referral, work: Work, owner_name: str = "") -> None:
    """Set what is done next on an unsaved row."""
    if row.due_at != work.due_at:
        row.stalled_at = None
    row.next_action, row.owner_role, row.due_at = work.next_action, work.owner_role, work.due_at
    row.owner_name = (owner_name or row.owner_name if work.owner == row.owner else owner_name) if work.owner else ""
    row.owner = work.owner


def zone() -> str:
    """Return the time zone in which the organization in scope counts its days."""
    return current_organization().timezone


def _insert(row: Referral, actor: Actor, entry: Entry, before: State) -> Event:
    now = clock.now()
    occurred_at = entry.occurred_at
    if occurred_at is None:
        # A decision follows everything that was known when it was made, whatever clocks say.
        occurred_at = max(now, before.latest + _AFTER) if before.latest else now
    event_id = uuid7()
    return Event.objects.create(
        id=event_id,
        referral_id=row.id,
        kind=entry.kind.value,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_name=actor.name,
        occurred_at=occurred_at,
        recorded_at=now,
        data=entry.data.to_json(),
        evidence=entry.evidence.to_json() if entry.evidence else None,
        key=entry.key or str(event_id),
    )


def _save(row: Referral, entry: Entry, before: State, after: State, event: Event, local: str) -> None:
    row.status = after.status.value
    row.closure = after.closure.value if after.closure else ""
    row.appointment_at = after.appointment.start if after.appointment else None
    row.is_open = after.is_open
    row.changed_at = event.recorded_at
    row.version += entry.kind not in policy.UNNOTICED
    if after.is_open:
        row.ended_at = None
        row.has_late_news = False
        _set_next(row, entry, before, after, local)
    else:
        _rest(row, entry, before, after, event)
    row.save()


def _closure_reason(rows: Sequence[Event], after: State) -> str:
    # From the history, not from this entry: late news can make an earlier closing the one that counts.
    closings = [row for row in rows if row.kind == EventKind.CLOSED and row.data.get("closure") == after.closure]
    return max(closings, key=lambda row: row.occurred_at).data.get("reason", "") if closings else ""


def _set_next(row: Referral, entry: Entry, before: State, after: State, local: str) -> None:
    if entry.work is not None:
        apply_work(row, entry.work, entry.data.owner_name)
    elif not row.next_action or entry.kind in policy.RENEWS or _stands_elsewhere(before, after):
        work = policy.default_work(after, Priority(row.priority), clock.now(), local)
        owner, owner_name = (row.owner, row.owner_name) if row.owner_role == work.owner_role else (None, "")
        apply_work(row, work)
        row.owner, row.owner_name = owner, owner_name


def _stands_elsewhere(before: State, after: State) -> bool:
    return replace(before, latest=None) != replace(after, latest=None)


def _rest(row: Referral, entry: Entry, before: State, after: State, event: Event) -> None:
    row.next_action = row.owner_role = row.owner_name = ""
    row.owner = row.due_at = row.stalled_at = None
    if before.is_open or row.ended_at is None:
        row.ended_at = event.recorded_at
    elif entry.kind is EventKind.COMMENTED and event.actor_kind == ActorKind.PERSON:
        row.has_late_news = False
    elif entry.kind in policy.NEWS and _stands_elsewhere(before, after):
        row.has_late_news = True


def _settle_obligations(
    row: Referral, actor: Actor, event: RecordedEvent, before: State, after: State, evidence: Evidence | None
) -> None:
    proof = evidence or Evidence("event", str(event.id))
    kept = set(policy.fulfilments(after.direction, event.kind))
    if after.is_closed_loop:
        kept.add(ObligationKind.OUTCOME)
    for kind in sorted(kept):
        about = event.data.about if kind is ObligationKind.STATUS else None
        obligations.fulfil(
            actor=actor, kind=kind, referral_id=row.id, evidence=proof, at=event.occurred_at, about=about
        )
    for kind in policy.releases(before, after):
        obligations.release(actor=actor, kind=kind, referral_id=row.id, reason=f"referral {after.status}")


def _promise(row: Referral, actor: Actor, event: RecordedEvent, before: State, after: State, local: str) -> None:
    if not _has_partner(row):
        return
    for promised in policy.promises(before, after, event.kind, event.occurred_at, event.recorded_at, local):
        obligations.promise(
            actor=actor,
            kind=promised.kind,
            due_at=promised.due_at,
            referral_id=row.id,
            about=event.id if promised.is_about_event else None,
        )


def _has_partner(row: Referral) -> bool:
    # We can only tell an office that is known; one that we sent to owes us an answer under any name.
    return row.partner is not None or (row.direction == Direction.OUTBOUND and bool(row.partner_name))


def _project(event: RecordedEvent, rows: Sequence[Event]) -> None:
    if not settings.HOMING_PROJECTIONS:
        return
    ordered = sorted(rows, key=lambda row: moment(fact_of(row)))
    history = [recorded_of(row, event.direction, event.status) for row in ordered]
    for name in settings.HOMING_PROJECTIONS:
        _projection(name)(event, history)


@lru_cache
def _projection(name: str) -> Projection:
    projection: Projection = import_string(name)
    return projection


def content_of(row: Referral) -> ReferralContent:
    """Return what the referral says."""
    return ReferralContent.from_json(row.content)
