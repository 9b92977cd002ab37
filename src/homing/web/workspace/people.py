"""Names of members, looked up once per page."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from homing.accounts.queries import members
from homing.web import words
from homing.web.widgets import Option


@dataclass(frozen=True, slots=True)
class People:
    """Who works here."""

    names: tuple[tuple[UUID, str], ...] = ()

    def name(self, user_id: UUID | None) -> str:
        """Return a member's name, or nothing."""
        return next((name for one, name in self.names if one == user_id), "")

    def owner(self, role: str, user_id: UUID | None) -> str:
        """Return who owns something: the person, else the queue."""
        person = self.name(user_id)
        return f"{person} · {words.role_text(role)}" if person else words.role_text(role)

    def options(self) -> tuple[Option, ...]:
        """Return every member as a choice."""
        return tuple(Option(str(user_id), name) for user_id, name in self.names)


def everybody() -> People:
    """Return the members of the organization in scope."""
    return People(tuple((one.user_id, one.name) for one in members()))
