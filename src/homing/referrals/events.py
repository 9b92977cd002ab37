"""What an event carries besides its kind, as frozen data and as JSON."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from homing.content.appointment import Appointment
from homing.referrals.states import Closure

if TYPE_CHECKING:
    from collections.abc import Callable


class ContactOutcome(StrEnum):
    """What came of one attempt to reach the patient."""

    LEFT_MESSAGE = "left_message"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    SPOKE = "spoke"
    DECLINED = "declined"
    BOOKED = "booked"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What proves an event: `kind` such as delivery, document, phone, ehr; `id` of it there; a short `note`."""

    kind: str
    id: str = ""
    note: str = ""

    def to_json(self) -> dict[str, str]:
        """Return plain JSON data; `from_json` is the inverse."""
        return {"kind": self.kind, "id": self.id, "note": self.note}

    @classmethod
    def from_json(cls, data: dict[str, Any] | None) -> Evidence | None:
        """Return what `to_json` wrote, None for None."""
        return cls(**data) if data else None


@dataclass(frozen=True, slots=True)
class RedirectTarget:
    """Where a referral is passed on to: a service of our own, or with `partner_name` another office."""

    specialty: str = ""
    location_id: UUID | None = None
    partner_id: UUID | None = None
    partner_name: str = ""

    @property
    def is_outside(self) -> bool:
        """Tell whether it leaves our organization."""
        return bool(self.partner_id or self.partner_name)

    @property
    def title(self) -> str:
        """The target in words."""
        return self.partner_name or self.specialty


@dataclass(frozen=True, slots=True)
class EventData:
    """The particulars of one event; what does not apply is empty."""

    note: str = ""
    reason: str = ""
    alternative: str = ""
    outcome: ContactOutcome | None = None
    closure: Closure | None = None
    appointment: Appointment | None = None
    document_id: UUID | None = None
    target: RedirectTarget | None = None
    #: The referral that this one was redirected to, or came from.
    linked_referral_id: UUID | None = None
    #: The event that a confirmation or failure is about.
    about: UUID | None = None
    #: What the sender is asked for.
    missing: tuple[str, ...] = ()
    next_action: str = ""
    owner_role: str = ""
    owner: UUID | None = None
    owner_name: str = ""
    due_at: datetime | None = None
    #: The time that a partner stated, where it lay in our future.
    stated_at: datetime | None = None
    #: The obligation that was breached.
    obligation: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data without what is empty; `from_json` is the inverse."""
        stated = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: _plain(value) for name, value in stated.items() if value not in {None, "", ()}}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> EventData:
        """Return what `to_json` wrote."""
        return cls(**{name: _READERS[name](value) if name in _READERS else value for name, value in data.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Appointment | RedirectTarget):
        stated = {field.name: getattr(value, field.name) for field in fields(value)}
        return {name: _plain(part) for name, part in stated.items() if part is not None}
    return value


def _appointment(data: dict[str, Any]) -> Appointment:
    stated = {**data, "start": datetime.fromisoformat(data["start"])}
    return Appointment(**stated)


def _target(data: dict[str, Any]) -> RedirectTarget:
    stated: dict[str, Any] = {name: UUID(value) if name.endswith("_id") else value for name, value in data.items()}
    return RedirectTarget(**stated)


_READERS: dict[str, Callable[[Any], Any]] = {
    "outcome": ContactOutcome,
    "closure": Closure,
    "appointment": _appointment,
    "document_id": UUID,
    "target": _target,
    "linked_referral_id": UUID,
    "about": UUID,
    "missing": tuple,
    "owner": UUID,
    "due_at": datetime.fromisoformat,
    "stated_at": datetime.fromisoformat,
}
