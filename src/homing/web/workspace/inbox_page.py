"""Presenters of the inbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from homing.kit import phones, reference
from homing.web import words
from homing.web.shell import Notice
from homing.web.widgets import NOTHING, Badge, Meter, Option, Tab, meter, plural

if TYPE_CHECKING:
    from homing.intake.queries import InboxCounts, InboxRow
    from homing.web.clockface import Clockface, Moment
    from homing.web.workspace.people import People

#: The steps of the pipeline as the progress bar shows them.
STEPS: Final = (
    ("received", "Kept"),
    ("read", "Read"),
    ("classified", "Kind"),
    ("extracted", "Fields"),
    ("matched", "Patient"),
    ("routed", "Destination"),
)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the machine is; `steps` are CSS classes."""

    text: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the inbox."""

    url: str
    reference: str
    reference_text: str
    received: Moment
    channel: str
    channel_icon: str
    pages: str
    sender: str
    number: str
    sender_badge: Badge
    kind: str
    confidence: Meter | None
    patient: str
    priority: Badge | None
    state: Badge
    flags: tuple[Badge, ...]
    progress: Progress | None
    problem: str
    owner: str
    due: Moment | None
    due_label: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """The whole list."""

    view: str
    channel: str
    kind: str
    tabs: tuple[Tab, ...]
    channels: tuple[Option, ...]
    kinds: tuple[Option, ...]
    rows: tuple[Row, ...]
    caption: str
    shown: str
    rows_url: str
    more_url: str
    reset_url: str
    next_url: str
    can_upload: bool
    max_megabytes: int
    is_filtered: bool
    notice: Notice | None
    empty_icon: str
    empty_title: str
    empty_text: str


@dataclass(frozen=True, slots=True)
class InboxFacts:
    """What the list needs besides its rows."""

    people: People
    kinds: tuple[str, ...]
    can_review: bool
    next_id: UUID | None
    max_bytes: int
    #: Messages that wait for a person, where this person may settle them.
    undelivered: int = 0


def sender_badge(*, is_proven: bool, has_number: bool) -> Badge:
    """Return whether we know who sent it: only then are they answered."""
    if is_proven:
        return Badge("Sender proven", "good", "shield")
    return Badge("Sender not proven", "warn") if has_number else Badge("No caller id", "warn")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person asked to see."""

    view: str = "review"
    channel: str = ""
    kind: str = ""
    page: int = 1

    def url(self, name: str = "inbox", **changes: str | int) -> str:
        """Return the address of the same list with some changes."""
        query = {"view": self.view, "channel": self.channel, "kind": self.kind, "page": self.page} | changes
        given = {key: value for key, value in query.items() if value and (key, value) != ("page", 1)}
        return f"{reverse(name)}?{urlencode(given)}"

    @property
    def is_filtered(self) -> bool:
        """Tell whether something narrows the list."""
        return bool(self.channel or self.kind)


_TABS: Final = (
    ("review", "To review"),
    ("reading", "Being read"),
    ("exceptions", "Exceptions"),
    ("parked", "Parked"),
    ("overdue", "Overdue"),
    ("open", "All open"),
    ("done", "Done"),
    ("unfiled", "Not handed on"),
)
_EMPTY: Final = {
    "review": ("check", "Nothing to review", "What arrives is read first and then stands here."),
    "reading": ("page", "Nothing is being read", "Faxes and files are read as soon as they arrive."),
    "exceptions": ("check", "No exceptions", "What cannot be read stands here, with the reason and an owner."),
    "parked": ("clock", "Nothing is parked", "Items whose patient is not clear can be set aside."),
    "overdue": ("check", "Nothing is overdue", "Every open item is within its time."),
    "open": ("check", "Everything has a disposition", "There is no open item."),
    "unfiled": ("check", "Everything is handed on", "Filed documents that could not be delivered stand here."),
    "done": ("folder", "Nothing is done yet", "Items with a disposition stand here, newest first."),
}
PAGE_SIZE: Final = 50


def inbox_of(
    wanted: Wanted, rows: tuple[InboxRow, ...], counts: InboxCounts, facts: InboxFacts, show: Clockface
) -> Inbox:
    """Return the presenter of the list; `rows` may be one more than a page."""
    shown = tuple(row_of(row, facts, show) for row in rows[:PAGE_SIZE])
    icon, title, text = _EMPTY[wanted.view]
    has_more = len(rows) > PAGE_SIZE
    first = (wanted.page - 1) * PAGE_SIZE + 1
    return Inbox(
        view=wanted.view,
        channel=wanted.channel,
        kind=wanted.kind,
        tabs=tuple(_tab(key, label, wanted, counts) for key, label in _TABS),
        channels=words.channel_options(),
        kinds=(Option("", "All"), *(Option(kind, words.kind_text(kind)) for kind in facts.kinds)),
        rows=shown,
        caption=f"{dict(_TABS)[wanted.view]}: {plural(len(shown), 'item')}",
        shown=f"{first} to {first + len(shown) - 1}",
        rows_url=wanted.url("inbox_rows"),
        more_url=wanted.url(page=wanted.page + 1) if has_more else "",
        reset_url=Wanted(wanted.view).url(reset="yes"),
        next_url=reverse("workbench", kwargs={"item_id": facts.next_id}) if facts.next_id else "",
        can_upload=facts.can_review,
        max_megabytes=facts.max_bytes // (1024 * 1024),
        is_filtered=wanted.is_filtered,
        notice=_undelivered(facts.undelivered) if wanted.view == "exceptions" else None,
        empty_icon=icon,
        empty_title="Nothing matches the filters" if wanted.is_filtered else title,
        empty_text="" if wanted.is_filtered else text,
    )


def row_of(row: InboxRow, facts: InboxFacts, show: Clockface) -> Row:
    """Return the presenter of one item."""
    channel, icon = words.channel(row.channel)
    return Row(
        url=reverse("workbench", kwargs={"item_id": row.id}),
        reference=row.reference,
        reference_text=reference.display(row.reference),
        received=show.at(row.received_at),
        channel=channel,
        channel_icon=icon,
        pages=plural(row.pages, "page") if row.pages else "pages not counted",
        sender=row.sender_name or ("Unknown sender" if not row.sender_address else "Not in the directory"),
        number=phones.display(row.sender_address) if row.sender_address else "",
        sender_badge=sender_badge(is_proven=row.sender_proven, has_number=bool(row.sender_address)),
        kind=words.kind_text(row.kind),
        confidence=meter(row.kind_confidence) if row.kind else None,
        patient=row.patient_name,
        priority=words.priority_badge(row.priority),
        state=state_badge(row),
        flags=flags_of(row),
        progress=progress_of(row),
        problem=row.problem_message,
        owner=_owner(row, facts),
        due=show.moment(row.due_at) if row.due_at else show.moment(row.disposed_at),
        due_label=("was due" if row.is_overdue else "due") if row.due_at else "done",
        is_late=row.is_overdue,
    )


def state_badge(row: InboxRow) -> Badge:
    """Return where the item stands, for us."""
    if row.disposition:
        return Badge(
            words.disposition_text(row.disposition), "good" if row.disposition == "referral_opened" else "quiet"
        )
    if row.state == "failed":
        return Badge("Exception", "bad", "warn")
    if row.state == "in_review":
        return Badge("Parked", "plum", "clock") if row.is_parked else Badge("To review", "warn")
    return Badge("Being read", "info")


def flags_of(row: InboxRow) -> tuple[Badge, ...]:
    """Return what else a reviewer should know before opening it."""
    flags = []
    if row.is_repeat:
        flags.append(Badge("Sent before", "plum", "repeat"))
    if row.is_part:
        flags.append(Badge("Part of a packet", "quiet", "split"))
    if row.doubtful and row.state == "in_review":
        flags.append(Badge(f"{row.doubtful} to check", "plain"))
    if row.locked_name:
        flags.append(Badge(row.locked_name, "plain", "lock"))
    return tuple(flags)


def progress_of(row: InboxRow) -> Progress | None:
    """Return how far reading is, or None where it is not under way."""
    names = [name for name, _ in STEPS]
    if row.disposition or row.state not in names:
        return None
    at = names.index(row.state)
    steps = tuple("is-done" if n <= at else "is-now" if n == at + 1 else "" for n in range(len(names)))
    doing = words.sentence(row.step) if row.step else "Waiting its turn"
    pages = f" {row.step_page} of {row.step_pages}" if row.step_pages else ""
    return Progress(f"{doing}{pages}", steps)


def _tab(key: str, label: str, wanted: Wanted, counts: InboxCounts) -> Tab:
    return Tab(
        label=label,
        url=Wanted(key).url(channel=wanted.channel, kind=wanted.kind),
        is_current=key == wanted.view,
        count=getattr(counts, key, None),
        is_bad=key in {"exceptions", "overdue", "unfiled"},
    )


def _undelivered(count: int) -> Notice | None:
    if not count:
        return None
    return Notice(f"{plural(count, 'message')} could not be delivered.", "warn", reverse("messages"), "Settle them")


def _owner(row: InboxRow, facts: InboxFacts) -> str:
    if row.disposition:
        return NOTHING
    person = facts.people.name(row.owner)
    return person or words.role_text(row.owner_role)
