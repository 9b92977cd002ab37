"""What the queries return: frozen, complete, without lazy reads. Times are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from homing.content.appointment import Appointment
    from homing.content.referral import Priority, ReferralContent
    from homing.kit.actor import ActorKind
    from homing.referrals.events import EventData, Evidence
    from homing.referrals.policy import ObligationKind
    from homing.referrals.states import Closure, Command, Direction, EventKind, Status


@dataclass(frozen=True, slots=True)
class WorklistFilter:
    """What a list shows. `is_open` None is open and ended; `text` a reference number or the beginning of a name."""

    direction: Direction | None = None
    statuses: tuple[Status, ...] = ()
    owner_role: str = ""
    owner: UUID | None = None
    specialty: str = ""
    location_id: UUID | None = None
    partner_id: UUID | None = None
    priority: Priority | None = None
    text: str = ""
    is_open: bool | None = True
    is_overdue: bool = False
    is_stalled: bool = False
    has_late_news: bool = False


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One referral in a list. `age` since it was opened; overdue: `due_at` has passed."""

    id: UUID
    reference: str
    direction: Direction
    status: Status
    closure: Closure | None
    patient_name: str
    birth_date: date | None
    specialty: str
    location_id: UUID | None
    partner_id: UUID | None
    partner_name: str
    priority: Priority
    next_action: str
    owner_role: str
    owner: UUID | None
    owner_name: str
    due_at: datetime | None
    appointment_at: datetime | None
    opened_at: datetime
    ended_at: datetime | None
    age: timedelta
    is_open: bool
    is_overdue: bool
    is_stalled: bool
    has_late_news: bool
    version: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows; `next_cursor` asks for those after them and is empty at the end."""

    rows: tuple[WorklistRow, ...]
    next_cursor: str = ""


@dataclass(frozen=True, slots=True)
class ToSchedule:
    """One patient who waits for an appointment. `phone` is 10 digits; `waiting` since the referral was opened."""

    row: WorklistRow
    phone: str
    payer: str
    member_id: str
    authorization_number: str
    service: str
    waiting: timedelta


@dataclass(frozen=True, slots=True)
class ObligationView:
    """What is owed. Open unless fulfilled (with evidence) or released."""

    id: UUID
    kind: ObligationKind
    referral_id: UUID | None
    item_id: UUID | None
    about: UUID | None
    promised_at: datetime
    due_at: datetime
    fulfilled_at: datetime | None
    evidence: Evidence | None
    released_at: datetime | None
    release_reason: str
    breached_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Tell whether it is still owed."""
        return self.fulfilled_at is None and self.released_at is None


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """A document that belongs to a referral."""

    id: UUID
    document_id: UUID
    kind: str
    title: str
    pages: int
    item_id: UUID | None
    attached_at: datetime


@dataclass(frozen=True, slots=True)
class LinkedReferral:
    """The referral that another was redirected to, or came from."""

    id: UUID
    reference: str
    direction: Direction
    status: Status
    partner_name: str
    specialty: str


@dataclass(frozen=True, slots=True)
class ReferralView:
    """Everything about one referral but its timeline. `commands` are those that its status allows."""

    row: WorklistRow
    content: ReferralContent
    closure_reason: str
    patient_record_id: UUID | None
    item_id: UUID | None
    sender_proven: bool
    appointment: Appointment | None
    send_requested: bool
    unreachable: bool
    has_outcome: bool
    commands: frozenset[Command]
    obligations: tuple[ObligationView, ...]
    attachments: tuple[AttachmentView, ...]
    parent: LinkedReferral | None
    children: tuple[LinkedReferral, ...]

    @property
    def id(self) -> UUID:
        """The referral's id."""
        return self.row.id

    @property
    def reference(self) -> str:
        """The reference number, canonical."""
        return self.row.reference

    @property
    def direction(self) -> Direction:
        """Whether it came or goes."""
        return self.row.direction

    @property
    def status(self) -> Status:
        """The protocol status."""
        return self.row.status

    @property
    def version(self) -> int:
        """What a command made from this view must name."""
        return self.row.version


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One event as a person reads it."""

    id: UUID
    referral_id: UUID
    kind: EventKind
    actor_kind: ActorKind
    actor_id: str
    actor_name: str
    occurred_at: datetime
    recorded_at: datetime
    data: EventData
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class BoardGroup:
    """The open referrals of one owner role; `overdue` past their time, `stalled` those that the tick has marked."""

    owner_role: str
    open: int
    overdue: int
    stalled: int
    oldest_due_at: datetime


@dataclass(frozen=True, slots=True)
class BrokenPromise:
    """An obligation past its time, and the referral; `late` by how much. An item's has no referral yet."""

    obligation: ObligationView
    referral: WorklistRow | None
    late: timedelta


@dataclass(frozen=True, slots=True)
class Board:
    """What needs somebody. The lists are limited, the counts are whole."""

    groups: tuple[BoardGroup, ...]
    stalled: tuple[WorklistRow, ...]
    stalled_count: int
    broken: tuple[BrokenPromise, ...]
    broken_count: int
    late_news: tuple[WorklistRow, ...]
    late_news_count: int


@dataclass(frozen=True, slots=True)
class StatusCount:
    """How many open referrals of one direction stand in one status."""

    direction: Direction
    status: Status
    count: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many open referrals there are."""

    by_status: tuple[StatusCount, ...]
    open: int
    overdue: int

    def of(self, direction: Direction, *statuses: Status) -> int:
        """Return how many of `direction` stand in one of `statuses`; in any if none is named."""
        return sum(
            one.count
            for one in self.by_status
            if one.direction is direction and (not statuses or one.status in statuses)
        )
