"""Lists of referrals: the queues by who must act, and what we have sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from django.urls import reverse

from homing.accounts.policy import Permission, Role
from homing.intake.pipeline import sites
from homing.kit import reference
from homing.referrals import queries
from homing.referrals.queries import WorklistFilter
from homing.referrals.states import Direction, Status
from homing.web import words
from homing.web.guard import StaffRequest, staff
from homing.web.render import page
from homing.web.widgets import Option, Tab, plural
from homing.web.workspace.case_page import ListRow, list_row
from homing.web.workspace.people import everybody
from homing.web.workspace.support import face, go, text, user_id

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse, QueryDict

_TEXT = "referrals_text"
_SAVED = "referrals_list"
_QUEUES: Final = (
    ("", "All open"),
    ("mine", "Mine"),
    (Role.INTAKE_COORDINATOR.value, "Intake"),
    (Role.CLINICIAN.value, "Clinicians"),
    (Role.SCHEDULER.value, "Scheduling"),
    (Role.REFERRAL_COORDINATOR.value, "Outbound"),
    (Role.REFERRAL_MANAGER.value, "Manager"),
    ("stalled", "Stalled"),
    ("news", "Late news"),
    ("ended", "Ended"),
)
_OUTBOUND_QUEUES: Final = (("", "Open"), ("draft", "Drafts"), ("waiting", "Waiting for them"), ("ended", "Ended"))
_WAITING: Final = (
    Status.SENT,
    Status.RECEIVED,
    Status.ACCEPTED,
    Status.PENDING_SCHEDULING,
    Status.SCHEDULED,
    Status.NO_SHOW,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person asked to see."""

    view: str
    queue: str = ""
    direction: str = ""
    status: str = ""
    is_late: bool = False
    cursor: str = ""

    def url(self, **changes: str) -> str:
        """Return the address of the same list with some changes, from its first page."""
        query = {
            "queue": self.queue,
            "direction": self.direction,
            "status": self.status,
            "late": "yes" if self.is_late else "",
        } | changes
        given = {key: value for key, value in query.items() if value}
        return f"{reverse(self.view)}?{urlencode(given)}" if given else reverse(self.view)


@dataclass(frozen=True, slots=True)
class ReferralList:
    """The whole list."""

    title: str
    lead: str
    action: str
    queue: str
    tabs: tuple[Tab, ...]
    has_direction: bool
    direction: str
    directions: tuple[Option, ...]
    status: str
    statuses: tuple[Option, ...]
    only_late: bool
    text: str
    is_filtered: bool
    reset_url: str
    rows: tuple[ListRow, ...]
    caption: str
    partner_heading: str
    more_url: str
    shown: str
    new_url: str
    empty_title: str
    empty_text: str


@staff(Permission.REFERRALS_READ)
def referrals(request: StaffRequest) -> HttpResponse:
    """Show a queue of referrals."""
    if request.GET.get("reset"):
        request.session.pop(_TEXT, None)
        request.session.pop(_SAVED, None)
        return go(reverse("referrals"))
    asked = _asked(request, "referrals")
    return page(request, "workspace/referrals.html", list=_list(request, asked, _QUEUES))


@staff(Permission.REFERRALS_SEND)
def outbound(request: StaffRequest) -> HttpResponse:
    """Show the referrals that we send."""
    asked = replace(_parse("outbound", request.GET), direction=Direction.OUTBOUND.value)
    return page(request, "workspace/referrals.html", list=_list(request, asked, _OUTBOUND_QUEUES))


@staff(Permission.REFERRALS_READ, methods=("POST",))
def referrals_search(request: StaffRequest) -> HttpResponse:
    """Find by reference or name. Posted and kept in the session, because an address must not carry a name."""
    wanted = text(request, "text", 100)
    found = queries.by_reference(wanted) if reference.parse(wanted) else None
    if found:
        return go(reverse("referral", kwargs={"referral_id": found.id}))
    request.session[_TEXT] = wanted
    request.session.pop(_SAVED, None)
    return go(f"{reverse('referrals')}?queue=any" if wanted else reverse("referrals"))


def filter_of(asked: Asked, person: UUID, wanted_text: str = "") -> WorklistFilter:
    """Return the domain's filter for what was asked."""
    roles = {role.value for role in Role}
    return WorklistFilter(
        direction=Direction(asked.direction) if asked.direction else None,
        statuses=_statuses(asked),
        owner_role=asked.queue if asked.queue in roles else "",
        owner=person if asked.queue == "mine" else None,
        text=wanted_text,
        is_open={"ended": False, "any": None, "news": None}.get(asked.queue, True),
        is_overdue=asked.is_late,
        is_stalled=asked.queue == "stalled",
        has_late_news=asked.queue == "news",
    )


def _statuses(asked: Asked) -> tuple[Status, ...]:
    if asked.status:
        return (Status(asked.status),)
    return {"draft": (Status.DRAFT,), "waiting": _WAITING}.get(asked.queue, ())


def _list(request: StaffRequest, asked: Asked, queues: tuple[tuple[str, str], ...]) -> ReferralList:
    person, is_out = user_id(request.actor), asked.view == "outbound"
    wanted_text = "" if is_out else str(request.session.get(_TEXT, ""))
    found = queries.worklist(filter_of(asked, person, wanted_text), cursor=asked.cursor)
    people, show = everybody(), face(request)
    names = {one.id: one.name for one in sites()}
    rows = tuple(list_row(row, people, names, show) for row in found.rows)
    is_filtered = bool(asked.status or asked.is_late or wanted_text or (asked.direction and not is_out))
    return ReferralList(
        title="Sent by us" if is_out else "Referrals",
        lead="Referrals to other offices, until their note is here and reviewed."
        if is_out
        else "Every referral, in and out. Queues are by who must act.",
        action=reverse(asked.view),
        queue=asked.queue,
        tabs=tuple(_tab(asked, key, label, person) for key, label in _shown(queues, asked)),
        has_direction=not is_out,
        direction=asked.direction,
        directions=(Option("", "In and out"), Option("inbound", "Received"), Option("outbound", "Sent")),
        status=asked.status,
        statuses=(Option("", "Any"), *words.status_options()),
        only_late=asked.is_late,
        text=wanted_text,
        is_filtered=is_filtered,
        reset_url=reverse("outbound") if is_out else f"{reverse('referrals')}?reset=yes",
        rows=rows,
        caption=plural(len(rows), "referral"),
        partner_heading="To" if is_out else "From or to",
        more_url=asked.url(cursor=found.next_cursor) if found.next_cursor else "",
        shown=plural(len(rows), "referral") + " on this page",
        new_url=reverse("outbound_new") if is_out else "",
        empty_title="Nothing matches" if is_filtered else "Nothing here",
        empty_text="Try fewer filters." if is_filtered else "No referral waits in this queue.",
    )


def _shown(queues: tuple[tuple[str, str], ...], asked: Asked) -> tuple[tuple[str, str], ...]:
    return (*queues, ("any", "Found")) if asked.queue == "any" else queues


def _tab(asked: Asked, key: str, label: str, person: UUID) -> Tab:
    there = replace(asked, queue=key, status="", is_late=False, cursor="")
    has_count = key not in {"ended", "any"}
    direction = "" if asked.view == "outbound" else asked.direction
    return Tab(
        label=label,
        url=replace(there, direction=direction).url(),
        is_current=key == asked.queue,
        count=queries.count(filter_of(there, person)) if has_count else None,
        is_bad=key in {"stalled", "news"},
    )


def _asked(request: StaffRequest, view: str) -> Asked:
    saved = request.session.get(_SAVED)
    if not request.GET and isinstance(saved, dict):
        return Asked(view, **saved)
    asked = _parse(view, request.GET)
    request.session[_SAVED] = {
        "queue": asked.queue,
        "direction": asked.direction,
        "status": asked.status,
        "is_late": asked.is_late,
    }
    return asked


def _parse(view: str, query: QueryDict) -> Asked:
    known = {key for key, _ in (*_QUEUES, *_OUTBOUND_QUEUES)} | {"any"}
    queue, status, direction = query.get("queue", ""), query.get("status", ""), query.get("direction", "")
    return Asked(
        view=view,
        queue=queue if queue in known else "",
        direction=direction if direction in set(Direction) else "",
        status=status if status in set(Status) else "",
        is_late=query.get("late") == "yes",
        cursor=query.get("cursor", "")[:200],
    )
