"""Reads of referrals. Lists are limited and ordered by an index that begins with the organization."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Min, Q

from homing.content.referral import Priority
from homing.kit import clock
from homing.kit import reference as references
from homing.kit.actor import ActorKind
from homing.kit.errors import Invalid, NotFound
from homing.kit.names import fold as fold_name
from homing.referrals.actions_record import content_of, fact_of, recorded_of, state_of
from homing.referrals.events import EventData, Evidence
from homing.referrals.models import Attachment, Event, Obligation, Referral
from homing.referrals.policy import ObligationKind
from homing.referrals.states import Closure, Direction, EventKind, Status, legal, moment
from homing.referrals.views import (
    AttachmentView,
    Board,
    BoardGroup,
    BrokenPromise,
    Counts,
    LinkedReferral,
    ObligationView,
    Page,
    ReferralView,
    StatusCount,
    TimelineEntry,
    ToSchedule,
    WorklistFilter,
    WorklistRow,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from homing.referrals.ports import RecordedEvent

__all__ = [
    "AttachmentView",
    "Board",
    "BoardGroup",
    "BrokenPromise",
    "Counts",
    "LinkedReferral",
    "ObligationView",
    "Page",
    "ReferralView",
    "StatusCount",
    "TimelineEntry",
    "ToSchedule",
    "WorklistFilter",
    "WorklistRow",
    "board",
    "by_reference",
    "count",
    "counts",
    "event",
    "find_for_item",
    "find_open_for",
    "find_open_like",
    "history",
    "obligations",
    "ready_to_schedule",
    "referral",
    "rows_of",
    "timeline",
    "worklist",
]
_LIMIT = 50
_TIMELINE = 1000
_TO_SCHEDULE = (Status.ACCEPTED.value, Status.PENDING_SCHEDULING.value, Status.NO_SHOW.value)
_OWED = Q(fulfilled_at=None, released_at=None)


def referral(referral_id: UUID) -> ReferralView:
    """Return one referral.

    Raises
    ------
    NotFound
    """
    row = Referral.objects.filter(id=referral_id).select_related("parent").first()
    if row is None:
        raise NotFound
    return _view(row)


def by_reference(text: str) -> ReferralView | None:
    """Return the referral whose reference number is `text`, in any notation, or None."""
    number = references.parse(text)
    row = Referral.objects.filter(reference=number).select_related("parent").first() if number else None
    return _view(row) if row else None


def timeline(referral_id: UUID) -> tuple[TimelineEntry, ...]:
    """Return the history of one referral in order of occurrence; at most the last 1,000 events recorded."""
    rows = Event.objects.filter(referral_id=referral_id).order_by("-recorded_at", "-id")[:_TIMELINE]
    return tuple(_entry(row) for row in sorted(rows, key=lambda row: moment(fact_of(row))))


def history(referral_id: UUID) -> tuple[RecordedEvent, ...]:
    """Return all events of one referral in order of occurrence, with the present status of the referral.

    Raises
    ------
    NotFound
    """
    row = Referral.objects.filter(id=referral_id).only("direction", "status").first()
    if row is None:
        raise NotFound
    events = sorted(Event.objects.filter(referral_id=referral_id), key=lambda one: moment(fact_of(one)))
    return tuple(recorded_of(one, Direction(row.direction), Status(row.status)) for one in events)


def event(event_id: UUID) -> RecordedEvent:
    """Return one event, with the present status of its referral.

    Raises
    ------
    NotFound
    """
    row = Event.objects.filter(id=event_id).select_related("referral").first()
    if row is None:
        raise NotFound
    return recorded_of(row, Direction(row.referral.direction), Status(row.referral.status))


def worklist(wanted: WorklistFilter | None = None, *, cursor: str = "", limit: int = _LIMIT) -> Page:
    """Return referrals: open ones by due time, else the latest opened first.

    Raises
    ------
    Invalid
        The cursor is not one that a page gave.
    """
    wanted = wanted or WorklistFilter()
    rows = _matching(wanted)
    if wanted.is_open:
        rows = _after(rows, cursor, "due_at", "gt").order_by("due_at", "id")
    else:
        rows = _after(rows, cursor, "opened_at", "lt").order_by("-opened_at", "-id")
    found = list(rows.defer("content")[: limit + 1])
    key = "due_at" if wanted.is_open else "opened_at"
    more = f"{getattr(found[limit - 1], key).isoformat()}|{found[limit - 1].id}" if len(found) > limit else ""
    return Page(tuple(_row(row) for row in found[:limit]), more)


def count(wanted: WorklistFilter) -> int:
    """Return how many referrals `worklist` has for the same filter."""
    return _matching(wanted).count()


def counts() -> Counts:
    """Return how many open referrals stand where."""
    rows = Referral.objects.filter(is_open=True)
    grouped = rows.values_list("direction", "status").annotate(n=Count("id")).order_by()
    by_status = tuple(StatusCount(Direction(direction), Status(status), n) for direction, status, n in grouped)
    overdue = rows.filter(due_at__lt=clock.now()).count()
    return Counts(by_status, sum(one.count for one in by_status), overdue)


def board(*, limit: int = _LIMIT) -> Board:
    """Return what is stalled, which promises are broken, and how much every owner role has open."""
    stalled = Referral.objects.filter(stalled_at__isnull=False)
    broken = Obligation.objects.filter(_OWED, due_at__lt=clock.now())
    news = Referral.objects.filter(has_late_news=True)
    groups = _groups()
    return Board(
        groups=groups,
        stalled=tuple(_row(row) for row in stalled.defer("content").order_by("due_at", "id")[:limit]),
        stalled_count=sum(group.stalled for group in groups),
        broken=_broken(broken, limit),
        broken_count=broken.count(),
        late_news=tuple(_row(row) for row in news.defer("content").order_by("-changed_at")[:limit]),
        late_news_count=news.count(),
    )


def ready_to_schedule(
    *,
    location_id: UUID | None = None,
    owner: UUID | None = None,
    is_unclaimed: bool = False,
    cursor: str = "",
    limit: int = _LIMIT,
) -> tuple[tuple[ToSchedule, ...], str]:
    """Return who waits for an appointment, by urgency and then by age, and the cursor of the next page."""
    rows = Referral.objects.filter(is_open=True, direction=Direction.INBOUND.value, status__in=_TO_SCHEDULE)
    if location_id:
        rows = rows.filter(location_id=location_id)
    if owner:
        rows = rows.filter(owner=owner)
    if is_unclaimed:
        rows = rows.filter(owner=None)
    found = list(_after_urgency(rows, cursor).order_by("urgency", "opened_at", "id")[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    more = f"{last.urgency}|{last.opened_at.isoformat()}|{last.id}" if last else ""
    return tuple(_to_schedule(row) for row in found[:limit]), more


def find_open_for(patient_record_id: UUID) -> tuple[WorklistRow, ...]:
    """Return the open referrals of one patient record, the latest first."""
    rows = Referral.objects.filter(patient_record=patient_record_id, is_open=True)
    return tuple(_row(row) for row in rows.defer("content").order_by("-opened_at")[:_LIMIT])


def find_open_like(family: str, given: str, birth_date: date | None) -> tuple[WorklistRow, ...]:
    """Return the open referrals of a patient with this name and date of birth, the latest first."""
    rows = Referral.objects.filter(patient_key=fold_name(f"{family} {given}"), birth_date=birth_date, is_open=True)
    return tuple(_row(row) for row in rows.defer("content").order_by("-opened_at")[:_LIMIT])


def find_for_item(item_id: UUID) -> tuple[WorklistRow, ...]:
    """Return the referrals that an inbound item led to, the earliest first."""
    rows = Referral.objects.filter(item=item_id).defer("content").order_by("opened_at", "id")
    return tuple(_row(row) for row in rows[:_LIMIT])


def rows_of(referral_ids: tuple[UUID, ...]) -> dict[UUID, WorklistRow]:
    """Return the rows of the referrals named, by id."""
    return {row.id: _row(row) for row in Referral.objects.filter(id__in=referral_ids).defer("content")}


def obligations(*, referral_id: UUID | None = None, item_id: UUID | None = None) -> tuple[ObligationView, ...]:
    """Return what is or was owed about one referral or one inbound item, by due time."""
    rows = Obligation.objects.filter(Q(referral_id=referral_id) if referral_id else Q(item=item_id))
    return tuple(_obligation(row) for row in rows.order_by("due_at", "id")[:_TIMELINE])


def _matching(wanted: WorklistFilter) -> QuerySet[Referral]:
    stated = {
        "direction": wanted.direction,
        "owner_role": wanted.owner_role,
        "owner": wanted.owner,
        "specialty": wanted.specialty,
        "location_id": wanted.location_id,
        "partner": wanted.partner_id,
        "priority": wanted.priority,
    }
    rows = Referral.objects.filter(**{name: value for name, value in stated.items() if value})
    if wanted.is_open is not None:
        rows = rows.filter(is_open=wanted.is_open)
    if wanted.statuses:
        rows = rows.filter(status__in=[status.value for status in wanted.statuses])
    if wanted.is_overdue:
        rows = rows.filter(due_at__lt=clock.now())
    if wanted.is_stalled:
        rows = rows.filter(stalled_at__isnull=False)
    if wanted.has_late_news:
        rows = rows.filter(has_late_news=True)
    return _saying(rows, wanted.text.strip()) if wanted.text.strip() else rows


def _saying(rows: QuerySet[Referral], text: str) -> QuerySet[Referral]:
    if number := references.parse(text):
        return rows.filter(reference=number)
    words = fold_name(text).split()
    if not words:
        return rows.none()
    # Both `Family Given` and `Given Family`.
    turned = " ".join([words[-1], *words[:-1]])
    return rows.filter(_beginning(" ".join(words)) | _beginning(turned))


def _beginning(key: str) -> Q:
    # A folded name holds letters, digits and spaces; the tilde sorts after them all.
    return Q(patient_key__gte=key, patient_key__lt=f"{key}~")


def _after(rows: QuerySet[Referral], cursor: str, key: str, direction: str) -> QuerySet[Referral]:
    if not cursor:
        return rows
    moment_of, row_id = _cursor(cursor, 2)
    at = _moment(moment_of)
    beyond = Q(**{f"{key}__{direction}": at}) | Q(**{key: at, f"id__{direction}": _id(row_id)})
    # The first condition alone bounds the index; the second decides between equal times.
    return rows.filter(beyond, **{f"{key}__{direction}e": at})


def _after_urgency(rows: QuerySet[Referral], cursor: str) -> QuerySet[Referral]:
    if not cursor:
        return rows
    urgency, opened_at, row_id = _cursor(cursor, 3)
    if not urgency.isdigit():
        raise Invalid
    level, at = int(urgency), _moment(opened_at)
    same = Q(urgency=level, opened_at__gt=at) | Q(urgency=level, opened_at=at, id__gt=_id(row_id))
    return rows.filter(Q(urgency__gt=level) | same, urgency__gte=level)


def _cursor(text: str, parts: int) -> list[str]:
    found = text.split("|")
    if len(found) != parts:
        raise Invalid("This page cannot be found. Start again from the first.")
    return found


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid("This page cannot be found. Start again from the first.") from error


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid("This page cannot be found. Start again from the first.") from error


def _groups() -> tuple[BoardGroup, ...]:
    rows = Referral.objects.filter(is_open=True).values_list("owner_role")
    grouped = rows.annotate(
        n=Count("id"), overdue=Count("id", filter=Q(due_at__lt=clock.now())), oldest=Min("due_at")
    ).order_by("owner_role")
    marked = Referral.objects.filter(stalled_at__isnull=False).values_list("owner_role")
    stalled = dict(marked.annotate(n=Count("id")).order_by())
    return tuple(BoardGroup(role, n, overdue, stalled.get(role, 0), oldest) for role, n, overdue, oldest in grouped)


def _broken(rows: QuerySet[Obligation], limit: int) -> tuple[BrokenPromise, ...]:
    now = clock.now()
    found = list(rows.order_by("due_at")[:limit])
    referrals = rows_of(tuple(row.referral_id for row in found if row.referral_id))
    subjects = (referrals.get(row.referral_id) if row.referral_id else None for row in found)
    return tuple(
        BrokenPromise(_obligation(row), subject, now - row.due_at) for row, subject in zip(found, subjects, strict=True)
    )


def _row(row: Referral) -> WorklistRow:
    now = clock.now()
    return WorklistRow(
        id=row.id,
        reference=row.reference,
        direction=Direction(row.direction),
        status=Status(row.status),
        closure=Closure(row.closure) if row.closure else None,
        patient_name=row.patient_name,
        birth_date=row.birth_date,
        specialty=row.specialty,
        location_id=row.location_id,
        partner_id=row.partner,
        partner_name=row.partner_name,
        priority=Priority(row.priority),
        next_action=row.next_action,
        owner_role=row.owner_role,
        owner=row.owner,
        owner_name=row.owner_name,
        due_at=row.due_at,
        appointment_at=row.appointment_at,
        opened_at=row.opened_at,
        ended_at=row.ended_at,
        age=now - row.opened_at,
        is_open=row.is_open,
        is_overdue=row.due_at is not None and row.due_at < now,
        is_stalled=row.stalled_at is not None,
        has_late_news=row.has_late_news,
        version=row.version,
    )


def _to_schedule(row: Referral) -> ToSchedule:
    content, shown = content_of(row), _row(row)
    return ToSchedule(
        row=shown,
        phone=content.patient.phone,
        payer=content.coverage.payer,
        member_id=content.coverage.member_id,
        authorization_number=content.coverage.authorization_number,
        service=content.service,
        waiting=shown.age,
    )


def _view(row: Referral) -> ReferralView:
    state = state_of(row)
    children = Referral.objects.filter(parent_id=row.id).defer("content").order_by("id")
    return ReferralView(
        row=_row(row),
        content=content_of(row),
        closure_reason=row.closure_reason,
        patient_record_id=row.patient_record,
        item_id=row.item,
        sender_proven=row.sender_proven,
        appointment=state.appointment,
        send_requested=state.send_requested,
        unreachable=state.unreachable,
        has_outcome=state.has_outcome,
        commands=legal(state),
        obligations=obligations(referral_id=row.id),
        attachments=tuple(_attachment(one) for one in Attachment.objects.filter(referral_id=row.id).order_by("id")),
        parent=_linked(row.parent) if row.parent else None,
        children=tuple(_linked(child) for child in children),
    )


def _linked(row: Referral) -> LinkedReferral:
    return LinkedReferral(
        row.id, row.reference, Direction(row.direction), Status(row.status), row.partner_name, row.specialty
    )


def _attachment(row: Attachment) -> AttachmentView:
    return AttachmentView(row.id, row.document, row.kind, row.title, row.pages, row.item, row.attached_at)


def _obligation(row: Obligation) -> ObligationView:
    return ObligationView(
        id=row.id,
        kind=ObligationKind(row.kind),
        referral_id=row.referral_id,
        item_id=row.item,
        about=row.about,
        promised_at=row.promised_at,
        due_at=row.due_at,
        fulfilled_at=row.fulfilled_at,
        evidence=Evidence.from_json(row.evidence),
        released_at=row.released_at,
        release_reason=row.release_reason,
        breached_at=row.breached_at,
    )


def _entry(row: Event) -> TimelineEntry:
    return TimelineEntry(
        id=row.id,
        referral_id=row.referral_id,
        kind=EventKind(row.kind),
        actor_kind=ActorKind(row.actor_kind),
        actor_id=row.actor_id,
        actor_name=row.actor_name,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        data=EventData.from_json(row.data),
        evidence=Evidence.from_json(row.evidence),
    )
