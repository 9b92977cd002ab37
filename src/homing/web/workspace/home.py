"""The first page: what this person must act on now. Every number opens the list it counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse

from homing.accounts.policy import Permission, Role
from homing.intake import queries as intake
from homing.kit import reference
from homing.messaging import queries as messages
from homing.referrals import queries as referrals
from homing.referrals.queries import WorklistFilter
from homing.referrals.states import Direction, Status
from homing.web import words
from homing.web.guard import StaffRequest, staff
from homing.web.render import fragment, page
from homing.web.widgets import Badge, Tile, plural
from homing.web.workspace.inbox_page import state_badge
from homing.web.workspace.support import face, user_id

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from homing.intake.queries import InboxRow
    from homing.kit.actor import Actor
    from homing.referrals.queries import WorklistRow
    from homing.web.clockface import Clockface, Moment

_LISTED = 8
_IN, _OUT = Direction.INBOUND, Direction.OUTBOUND
_TO_SCHEDULE = (Status.ACCEPTED, Status.PENDING_SCHEDULING, Status.NO_SHOW)


@dataclass(frozen=True, slots=True)
class TileGroup:
    """Numbers that belong together."""

    key: str
    title: str
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class ShortRow:
    """One thing to act on."""

    url: str
    title: str
    sub: str
    badge: Badge
    due: Moment | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class ShortList:
    """The first of a queue."""

    key: str
    title: str
    url: str
    link: str
    rows: tuple[ShortRow, ...]
    empty_title: str
    empty_text: str


@dataclass(frozen=True, slots=True)
class Home:
    """The whole page."""

    greeting: str
    summary: str
    today: str
    groups: tuple[TileGroup, ...]
    lists: tuple[ShortList, ...]


@staff()
def home(request: StaffRequest) -> HttpResponse:
    """Show what waits for the person's role."""
    return page(request, "workspace/home.html", home=_home(request))


@staff()
def home_counts(request: StaffRequest) -> HttpResponse:
    """Show the same numbers again, for the page that refreshes itself."""
    return fragment(request, "workspace/_home_counts.html", home=_home(request))


def _home(request: StaffRequest) -> Home:
    actor, role, show = request.actor, request.role, face(request)
    own = () if role is Role.REFERRAL_MANAGER else (_own(actor, role),)
    groups = tuple(group for group in (_all(actor), *own, _inbox(actor), _care(actor), _out(actor)) if group)
    late = sum(tile.count for group in groups for tile in group.tiles if tile.key.endswith("late"))
    local = show.now.astimezone(show.zone)
    return Home(
        greeting=f"{_part_of_day(local.hour)}, {_called(actor.name)}",
        summary=f"{plural(late, 'thing')} overdue. Start there." if late else "Nothing is overdue.",
        today=f"{local:%A}, {local:%B} {local.day}",
        groups=groups,
        lists=_lists(actor, role, show),
    )


def _own(actor: Actor, role: Role) -> TileGroup | None:
    if not actor.may(Permission.REFERRALS_READ):
        return None
    mine = WorklistFilter(owner=user_id(actor))
    queue = WorklistFilter(owner_role=role.value)
    late = WorklistFilter(owner_role=role.value, is_overdue=True)
    tiles = (
        Tile(
            "queue-late", referrals.count(late), "Overdue in your queue", _list(queue=role.value, late="yes"), "", "bad"
        ),
        Tile(
            "queue",
            referrals.count(queue),
            "Open in your queue",
            _list(queue=role.value),
            words.role_text(role.value),
            "accent",
        ),
        Tile("mine", referrals.count(mine), "Assigned to you", _list(queue="mine"), "", "info"),
    )
    return TileGroup("own", "Yours to act on", tiles)


def _inbox(actor: Actor) -> TileGroup | None:
    if not actor.may(Permission.INTAKE_READ):
        return None
    counts = intake.counts()
    tiles = (
        Tile("review", counts.review, "To review", _inbox_view("review"), "read, waiting for a person", "warn"),
        Tile("exceptions", counts.exceptions, "Exceptions", _inbox_view("exceptions"), "could not be read", "bad"),
        Tile("parked", counts.parked, "Parked", _inbox_view("parked"), "patient not clear", "quiet"),
        Tile("reading", counts.reading, "Being read", _inbox_view("reading"), "the machine is at it", "info"),
        Tile("inbox-late", counts.overdue, "Overdue", _inbox_view("overdue"), "", "bad"),
    )
    return TileGroup("inbox", "Inbox", tiles)


def _care(actor: Actor) -> TileGroup | None:
    tiles: list[Tile] = []
    counts = referrals.counts() if actor.may(Permission.REFERRALS_READ) else None
    if counts and actor.may(Permission.REFERRALS_TRIAGE):
        tiles.append(
            Tile(
                "triage",
                counts.of(_IN, Status.RECEIVED),
                "To triage",
                _status(Status.RECEIVED),
                "accept, decline, redirect",
                "accent",
            )
        )
    if counts and actor.may(Permission.REFERRALS_SCHEDULE):
        tiles.append(
            Tile(
                "schedule",
                counts.of(_IN, *_TO_SCHEDULE),
                "Ready to schedule",
                reverse("scheduling"),
                "by urgency and age",
                "accent",
            )
        )
        tiles.append(
            Tile(
                "scheduled",
                counts.of(_IN, Status.SCHEDULED),
                "Scheduled",
                _status(Status.SCHEDULED),
                "visit ahead",
                "good",
            )
        )
    if counts and actor.may(Permission.OUTCOME_RETURN):
        tiles.append(
            Tile(
                "notes",
                counts.of(_IN, Status.COMPLETED),
                "Visits without a returned note",
                _status(Status.COMPLETED),
                "the sender waits",
                "warn",
            )
        )
    if counts and actor.may(Permission.INTAKE_REVIEW):
        tiles.append(
            Tile(
                "information",
                counts.of(_IN, Status.NEEDS_INFORMATION),
                "Waiting for information",
                _status(Status.NEEDS_INFORMATION),
                "",
                "quiet",
            )
        )
    return TileGroup("care", "Referrals to us", tuple(tiles)) if tiles else None


def _out(actor: Actor) -> TileGroup | None:
    if not actor.may(Permission.REFERRALS_SEND):
        return None
    counts = referrals.counts()
    sent = reverse("outbound")
    tiles = (
        Tile("drafts", counts.of(_OUT, Status.DRAFT), "Drafts", f"{sent}?status=draft", "not sent yet", "quiet"),
        Tile(
            "answers",
            counts.of(_OUT, Status.NEEDS_INFORMATION),
            "They ask for information",
            f"{sent}?status=needs_information",
            "",
            "warn",
        ),
        Tile(
            "declined",
            counts.of(_OUT, Status.DECLINED),
            "Declined by them",
            f"{sent}?status=declined",
            "find another way",
            "bad",
        ),
        Tile(
            "out-seen",
            counts.of(_OUT, Status.COMPLETED),
            "Seen, loop not closed",
            f"{sent}?status=completed",
            "note to come or to review",
            "warn",
        ),
        Tile("out", counts.of(_OUT), "All open", sent, "", "info"),
    )
    return TileGroup("out", "Referrals from us", tiles)


def _all(actor: Actor) -> TileGroup | None:
    tiles: list[Tile] = []
    if actor.may(Permission.MESSAGES_RESOLVE):
        waiting = messages.needs_person_count()
        tiles.append(
            Tile("undelivered", waiting, "Messages undelivered", reverse("messages"), "waiting for a person", "bad")
        )
    if actor.may(Permission.BOARD_READ) and actor.may(Permission.AUDIT_READ) and actor.may(Permission.REFERRALS_READ):
        counts = referrals.counts()
        tiles.append(Tile("all-late", counts.overdue, "Referrals overdue", _list(late="yes"), "every queue", "bad"))
        tiles.append(
            Tile("all", counts.open, "Referrals open", reverse("referrals") + "?queue=", "every queue", "info")
        )
    return TileGroup("all", "Everywhere", tuple(tiles)) if tiles else None


def _lists(actor: Actor, role: Role, show: Clockface) -> tuple[ShortList, ...]:
    lists: list[ShortList] = []
    if actor.may(Permission.INTAKE_REVIEW):
        rows = tuple(_item(row, show) for row in intake.inbox(intake.InboxFilter(view="review", limit=_LISTED)))
        lists.append(
            ShortList(
                "review",
                "Review next",
                _inbox_view("review"),
                "Inbox",
                rows,
                "Nothing to review",
                "What arrives is read first and then stands here.",
            )
        )
    if role is Role.REFERRAL_MANAGER:
        rows = _due(WorklistFilter(is_overdue=True), show)
        lists.insert(
            0,
            ShortList(
                "late",
                "Most overdue, every queue",
                _list(late="yes"),
                "All of them",
                rows,
                "Nothing is overdue",
                "Every open case is within its time.",
            ),
        )
        return tuple(lists)
    if actor.may(Permission.REFERRALS_READ):
        rows = _due(WorklistFilter(owner_role=role.value), show)
        url = _list(queue=role.value)
        lists.append(
            ShortList(
                "queue",
                "Your queue, by due time",
                url,
                "All of it",
                rows,
                "Your queue is empty",
                "Nothing waits for your role.",
            )
        )
    if actor.may(Permission.REFERRALS_READ) and not actor.may(Permission.INTAKE_REVIEW):
        rows = _due(WorklistFilter(owner=user_id(actor)), show)
        lists.append(
            ShortList(
                "mine",
                "Assigned to you",
                _list(queue="mine"),
                "All of them",
                rows,
                "Nothing is assigned to you",
                "Claim a case, or somebody assigns one.",
            )
        )
    return tuple(lists)


def _due(wanted: WorklistFilter, show: Clockface) -> tuple[ShortRow, ...]:
    return tuple(_case(row, show) for row in referrals.worklist(wanted, limit=_LISTED).rows)


def _case(row: WorklistRow, show: Clockface) -> ShortRow:
    return ShortRow(
        url=_url("referral", referral_id=row.id),
        title=row.patient_name or "Not named",
        sub=f"{words.status_badge(row.status).text} · {row.specialty or reference.display(row.reference)}",
        badge=words.work_badge(row.next_action, is_open=row.is_open, is_late=row.is_overdue),
        due=show.moment(row.due_at),
        is_late=row.is_overdue,
    )


def _item(row: InboxRow, show: Clockface) -> ShortRow:
    return ShortRow(
        url=_url("workbench", item_id=row.id),
        title=row.patient_name or words.kind_text(row.kind),
        sub=f"{words.channel(row.channel)[0]} · {row.sender_name or 'unknown sender'} · {plural(row.pages, 'page')}",
        badge=state_badge(row),
        due=show.moment(row.due_at),
        is_late=row.is_overdue,
    )


def _called(name: str) -> str:
    """Return how somebody is greeted: by the first name, or with the whole title."""
    first = name.split(maxsplit=1)[0]
    return name if first.endswith(".") else first


def _part_of_day(hour: int) -> str:
    if hour < 12:
        return "Good morning"
    return "Good afternoon" if hour < 18 else "Good evening"


def _list(**query: str) -> str:
    return f"{reverse('referrals')}?{urlencode(query)}"


def _status(status: Status) -> str:
    return _list(direction=_IN.value, status=status.value)


def _inbox_view(view: str) -> str:
    return f"{reverse('inbox')}?view={view}"


def _url(name: str, **kwargs: UUID) -> str:
    return reverse(name, kwargs=kwargs)
