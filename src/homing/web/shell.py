"""What surrounds every page of the workspace: who is signed in, where they can go, what just happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.contrib.messages import get_messages
from django.urls import reverse

from homing.accounts.policy import Permission

if TYPE_CHECKING:
    from homing.kit.actor import Actor
    from homing.web.guard import StaffRequest


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the main navigation."""

    key: str
    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell after a redirect; `tone` is good, info, warn or bad. Never PHI: it travels in a cookie."""

    text: str
    tone: str
    url: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame of a page."""

    organization: str
    person: str
    initials: str
    role: str
    nav: tuple[NavItem, ...]
    notices: tuple[Notice, ...]
    can_search: bool
    is_demo: bool


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str
    label: str
    view: str
    permissions: tuple[Permission, ...]


_ENTRIES: Final = (
    _Entry("home", "Home", "home", ()),
    _Entry("inbox", "Inbox", "inbox", (Permission.INTAKE_READ,)),
    _Entry("referrals", "Referrals", "referrals", (Permission.REFERRALS_READ,)),
    _Entry("scheduling", "Scheduling", "scheduling", (Permission.REFERRALS_SCHEDULE,)),
    _Entry("outbound", "Sent by us", "outbound", (Permission.REFERRALS_SEND,)),
    _Entry("board", "Board", "board", (Permission.BOARD_READ,)),
    _Entry("messages", "Delivery", "messages", (Permission.MESSAGES_RESOLVE,)),
    _Entry("directory", "Directory", "directory", (Permission.REFERRALS_READ, Permission.DIRECTORY_EDIT)),
    _Entry("organization", "Organization", "organization", (Permission.ADMINISTER,)),
)
#: First part of a view's name → the entry it belongs to, where they differ.
_BELONGS: Final = {
    "workbench": "inbox",
    "exceptions": "inbox",
    "referral": "referrals",
    "ledger": "board",
    "reading": "board",
    "office": "directory",
    "message": "messages",
    "members": "organization",
    "audit": "organization",
}
_TONES: Final = {"success": "good", "info": "info", "warning": "warn", "error": "bad", "debug": "info"}


def shell_of(request: StaffRequest) -> Shell:
    """Return the frame for the person who asks."""
    return Shell(
        organization=request.organization.name,
        person=request.actor.name,
        initials=initials(request.actor.name),
        role=request.role.in_words,
        nav=_nav(request.actor, _current(request)),
        notices=notices_of(request),
        can_search=request.actor.may(Permission.REFERRALS_READ),
        is_demo=request.organization.is_demo,
    )


def notices_of(request: StaffRequest) -> tuple[Notice, ...]:
    """Return what earlier requests left to be told, and forget it."""
    return tuple(_notice(str(one.message), one.level_tag) for one in get_messages(request))


def initials(name: str) -> str:
    """Return up to two capitals for a name."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalpha()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


def _notice(text: str, level: str) -> Notice:
    message, _, target = text.partition("\n")
    url, _, link = target.partition("\n")
    return Notice(message, _TONES.get(level, "info"), url, link)


def _nav(actor: Actor, current: str) -> tuple[NavItem, ...]:
    return tuple(
        NavItem(entry.key, entry.label, reverse(entry.view), entry.key == current)
        for entry in _ENTRIES
        if not entry.permissions or any(actor.may(permission) for permission in entry.permissions)
    )


def _current(request: StaffRequest) -> str:
    match = request.resolver_match
    name = (match.url_name or "") if match else ""
    first = name.partition("_")[0]
    return _BELONGS.get(first, first)
