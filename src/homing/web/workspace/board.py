"""The board: what is stalled or overdue, by who must act. And the conservation ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from django.urls import reverse

from homing.accounts.policy import Permission
from homing.intake import queries as intake
from homing.intake import queries_ledger
from homing.intake.states import Disposition
from homing.kit import reference
from homing.kit.errors import NotFound
from homing.messaging import queries as messages
from homing.referrals import queries as referrals
from homing.web import words
from homing.web.clockface import duration
from homing.web.guard import StaffRequest, staff
from homing.web.render import page
from homing.web.shell import Notice
from homing.web.widgets import NOTHING, Badge, Tile, plural
from homing.web.workspace.evidence import message_badge, message_title
from homing.web.workspace.inbox_page import state_badge
from homing.web.workspace.people import People, everybody
from homing.web.workspace.support import face

if TYPE_CHECKING:
    from django.http import HttpResponse

    from homing.intake.queries import InboxRow
    from homing.intake.queries_ledger import DayBalance, LedgerBalance, LedgerLine
    from homing.kit.actor import Actor
    from homing.messaging.queries import MessageView
    from homing.referrals.queries import Board, BrokenPromise, WorklistRow
    from homing.web.clockface import Clockface, Moment

_SHOWN = 100
_DAYS = 60


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One case that is late."""

    role: str
    url: str
    title: str
    sub: str
    priority: Badge | None
    status: Badge
    action: str
    owner: str
    due: Moment
    overdue: str
    age: str


@dataclass(frozen=True, slots=True)
class BoardGroup:
    """Everything late that one queue must act on."""

    key: str
    title: str
    count: int
    url: str
    more_url: str
    rows: tuple[BoardRow, ...]


@dataclass(frozen=True, slots=True)
class BoardPage:
    """The whole board."""

    tiles: tuple[Tile, ...]
    groups: tuple[BoardGroup, ...]
    shows_quality: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """A number and the list it counts."""

    count: int
    url: str


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One channel on one day."""

    day: str
    channel: str
    received: Cell
    cells: tuple[Cell, ...]
    open: Cell
    carrier: str
    balance: Badge


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """The whole ledger."""

    verdict: Notice
    columns: tuple[str, ...]
    rows: tuple[LedgerRow, ...]


@dataclass(frozen=True, slots=True)
class DayLine:
    """One item of a day."""

    url: str
    reference_text: str
    received: Moment
    channel: str
    carrier_reference: str
    state: Badge
    action: str
    #: Where a filed document was handed on to.
    receipt: str


@dataclass(frozen=True, slots=True)
class DayPage:
    """What one number of the ledger counts."""

    title: str
    rows: tuple[DayLine, ...]


@staff(Permission.BOARD_READ)
def board(request: StaffRequest) -> HttpResponse:
    """Show what is late, with owner and age."""
    found, late_items = referrals.board(limit=_SHOWN), _late_items(request)
    undelivered = messages.needs_person()
    people, show = everybody(), face(request)
    # Who looks after connections and not after patients sees messages only.
    may_see = request.actor.may(Permission.REFERRALS_READ)
    rows = [_case_row(row, people, show) for row in found.stalled] if may_see else []
    rows += [_item_row(row, people, show) for row in late_items]
    rows += [_message_row(one, people, show) for one in undelivered]
    promises = _promises(found, people, show) if may_see else ()
    return page(
        request,
        "workspace/board.html",
        board=BoardPage(
            _tiles(request.actor, found, len(undelivered)),
            (*_groups(tuple(row for row in rows if row)), *promises),
            request.actor.may(Permission.AUDIT_READ),
        ),
    )


@staff(Permission.BOARD_READ)
def ledger(request: StaffRequest) -> HttpResponse:
    """Show the conservation ledger, newest day first."""
    found = queries_ledger.ledger_balance()
    return page(request, "workspace/ledger.html", ledger=_ledger(found))


@staff(Permission.BOARD_READ)
def ledger_day(request: StaffRequest, day: str) -> HttpResponse:
    """Show the items that one number of the ledger counts."""
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        raise NotFound from None
    channel, disposition = request.GET.get("channel", ""), request.GET.get("disposition", "")
    show = face(request)
    found = [one for one in queries_ledger.ledger(day=wanted, channel=channel) if _counts(one, disposition)]
    what = (
        "open" if disposition == "open" else words.disposition_text(disposition).lower() if disposition else "received"
    )
    title = f"{words.channel(channel)[0] if channel else 'All channels'}, {wanted:%b} {wanted.day}: {len(found)} {what}"
    return page(request, "workspace/ledger_day.html", day=DayPage(title, tuple(_day_line(one, show) for one in found)))


def _late_items(request: StaffRequest) -> tuple[InboxRow, ...]:
    if not request.actor.may(Permission.INTAKE_READ):
        return ()
    return intake.inbox(intake.InboxFilter(view="overdue", limit=_SHOWN))


def _tiles(actor: Actor, found: Board, undelivered: int) -> tuple[Tile, ...]:
    """Return the numbers whose lists this person may open."""
    tiles: list[Tile] = []
    if actor.may(Permission.REFERRALS_READ):
        listed = reverse("referrals")
        promises = reverse("board") + "#promises"
        tiles += [
            Tile(
                "stalled", found.stalled_count, "Referrals stalled", f"{listed}?queue=stalled", "no step in time", "bad"
            ),
            Tile("promises", found.broken_count, "Promises not kept", promises, "by us or by partners", "bad"),
            Tile("news", found.late_news_count, "Late news", f"{listed}?queue=news", "learnt after the end", "warn"),
        ]
    if actor.may(Permission.INTAKE_READ):
        counts, inbox = intake.counts(), reverse("inbox")
        tiles += [
            Tile("items", counts.overdue, "Inbound items overdue", f"{inbox}?view=overdue", "", "bad"),
            Tile("open", counts.open, "Inbound items open", f"{inbox}?view=open", "without a disposition", "info"),
        ]
    if actor.may(Permission.MESSAGES_RESOLVE):
        url = reverse("messages")
        tiles.append(Tile("messages", undelivered, "Messages undelivered", url, "waiting for a person", "bad"))
    return tuple(tiles)


def _groups(rows: tuple[BoardRow, ...]) -> tuple[BoardGroup, ...]:
    ordered = sorted(rows, key=lambda row: (row.role, row.due.iso))
    return tuple(_group(role, tuple(found)) for role, found in groupby(ordered, key=lambda row: row.role))


def _group(role: str, rows: tuple[BoardRow, ...]) -> BoardGroup:
    url = f"{reverse('referrals')}?{urlencode({'queue': role, 'late': 'yes'})}"
    return BoardGroup(role, words.role_text(role), len(rows), url, url if len(rows) >= _SHOWN else "", rows)


def _case_row(row: WorklistRow, people: People, show: Clockface) -> BoardRow | None:
    if row.due_at is None:
        return None
    return BoardRow(
        role=row.owner_role,
        url=reverse("referral", kwargs={"referral_id": row.id}),
        title=row.patient_name or "Not named",
        sub=f"{reference.display(row.reference)} · {row.specialty or 'no specialty'} · {row.partner_name or 'unknown'}",
        priority=words.priority_badge(row.priority),
        status=words.status_badge(row.status),
        action=words.sentence(row.next_action),
        owner=people.owner(row.owner_role, row.owner),
        due=show.at(row.due_at),
        overdue=show.age(row.due_at),
        age=duration(row.age),
    )


def _promises(found: Board, people: People, show: Clockface) -> tuple[BoardGroup, ...]:
    rows = tuple(_promise_row(one, people, show) for one in found.broken)
    return (BoardGroup("promises", "Promises not kept", found.broken_count, "", "", rows),) if rows else ()


_OWED: Final = {
    ("inbound", "acknowledgment"): "Acknowledge to the sender",
    ("inbound", "status"): "Tell the sender the step",
    ("inbound", "outcome"): "Return the outcome",
    ("outbound", "acknowledgment"): "Ask whether they have it",
    ("outbound", "status"): "Ask how it stands",
    ("outbound", "outcome"): "Ask for the note",
}


def _promise_row(one: BrokenPromise, people: People, show: Clockface) -> BoardRow:
    owed, row = one.obligation, one.referral
    if row is None:
        return _item_promise(one, show)
    role = row.owner_role or "referral_manager"
    return BoardRow(
        role="promises",
        url=reverse("referral", kwargs={"referral_id": row.id}),
        title=row.patient_name or "Not named",
        sub=f"{reference.display(row.reference)} · {row.partner_name or 'unknown partner'}",
        priority=words.priority_badge(row.priority),
        status=words.status_badge(row.status, row.closure or ""),
        action=_OWED[row.direction.value, owed.kind.value],
        owner=people.owner(role, row.owner),
        due=show.at(owed.due_at),
        overdue=duration(one.late),
        age=duration(row.age),
    )


def _item_promise(one: BrokenPromise, show: Clockface) -> BoardRow:
    owed = one.obligation
    url = reverse("workbench", kwargs={"item_id": owed.item_id}) if owed.item_id else reverse("inbox")
    return BoardRow(
        role="promises",
        url=url,
        title="Inbound item",
        sub="not signed off yet",
        priority=None,
        status=Badge("In the inbox", "warn"),
        action=_OWED["inbound", owed.kind.value],
        owner=words.role_text("intake_coordinator"),
        due=show.at(owed.due_at),
        overdue=duration(one.late),
        age=show.age(owed.promised_at),
    )


def _item_row(row: InboxRow, people: People, show: Clockface) -> BoardRow | None:
    if row.due_at is None:
        return None
    channel, _ = words.channel(row.channel)
    return BoardRow(
        role=row.owner_role,
        url=reverse("workbench", kwargs={"item_id": row.id}),
        title=row.patient_name or f"Inbound {channel.lower()}",
        sub=f"{reference.display(row.reference)} · {row.sender_name or 'unknown sender'}",
        priority=words.priority_badge(row.priority),
        status=state_badge(row),
        action=words.sentence(row.next_action),
        owner=people.owner(row.owner_role, row.owner),
        due=show.at(row.due_at),
        overdue=show.age(row.due_at),
        age=show.age(row.received_at),
    )


def _message_row(one: MessageView, people: People, show: Clockface) -> BoardRow | None:
    if one.due_at is None:
        return None
    return BoardRow(
        role=one.owner_role,
        url=reverse("message", kwargs={"message_id": one.id}),
        title=message_title(one),
        sub=reference.display(one.printed_reference) if one.printed_reference else "",
        priority=None,
        status=message_badge(one.state),
        action=one.next_action,
        owner=people.owner(one.owner_role, one.owner),
        due=show.at(one.due_at),
        overdue=show.age(one.due_at) if one.due_at < show.now else "not yet",
        age=show.age(one.created_at),
    )


def _ledger(found: LedgerBalance) -> LedgerPage:
    used = {name for day in found.days for name, _ in day.dispositions}
    columns = tuple(one.value for one in Disposition if one.value in used)
    days = sorted(found.days, key=lambda one: (one.day, one.channel), reverse=True)[:_DAYS]
    return LedgerPage(
        _verdict(found), tuple(map(words.disposition_text, columns)), tuple(_row(one, columns) for one in days)
    )


def _verdict(found: LedgerBalance) -> Notice:
    total = f"{plural(found.received, 'item')} received = {found.disposed:,} disposed + {found.open:,} open"
    if found.is_balanced:
        return Notice(f"Balanced: {total}. Nothing was lost.", "good")
    wrong = "; ".join(f"{words.sentence(one.code).lower()} ({one.detail})" for one in found.discrepancies[:5])
    return Notice(f"Does not balance: {total}. {wrong}", "bad")


def _row(one: DayBalance, columns: tuple[str, ...]) -> LedgerRow:
    counts = dict(one.dispositions)
    carrier = f" · {one.carrier}" if one.carrier else ""
    return LedgerRow(
        day=f"{one.day:%b} {one.day.day}, {one.day.year}",
        channel=f"{words.channel(one.channel)[0]}{carrier}",
        received=_cell(one, one.received, ""),
        cells=tuple(_cell(one, counts.get(name, 0), name) for name in columns),
        open=_cell(one, one.open, "open"),
        carrier=NOTHING if one.carrier_count is None else str(one.carrier_count),
        balance=Badge("Balanced", "good", "check") if one.is_balanced else Badge("Does not balance", "bad", "warn"),
    )


def _cell(one: DayBalance, count: int, disposition: str) -> Cell:
    query = {"channel": one.channel} | ({"disposition": disposition} if disposition else {})
    return Cell(count, f"{reverse('ledger_day', kwargs={'day': one.day.isoformat()})}?{urlencode(query)}")


def _counts(one: LedgerLine, disposition: str) -> bool:
    if one.parent is not None:
        return False
    if not disposition:
        return True
    return not one.disposition if disposition == "open" else one.disposition == disposition


_STATES: Final = {"failed": Badge("Exception", "bad", "warn"), "in_review": Badge("To review", "warn")}


def _day_line(one: LedgerLine, show: Clockface) -> DayLine:
    state = (
        Badge(words.disposition_text(one.disposition), "good" if one.disposition == "referral_opened" else "quiet")
        if one.disposition
        else _STATES.get(one.state, Badge("Being read", "info"))
    )
    return DayLine(
        url=reverse("workbench", kwargs={"item_id": one.id}),
        reference_text=reference.display(one.reference),
        received=show.at(one.received_at),
        channel=words.channel(one.channel)[0],
        carrier_reference=one.carrier_reference[:40],
        state=state,
        action=f"{words.sentence(one.next_action)} · {words.role_text(one.owner_role)}" if one.next_action else NOTHING,
        receipt={"waiting": "waits to be handed on"}.get(one.handed_on, one.handed_on),
    )
