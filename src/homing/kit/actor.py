"""Who does something: each action, event and audit record names one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """What sort of actor it is."""

    PERSON = "person"
    SYSTEM = "system"
    PARTNER = "partner"


@dataclass(frozen=True, slots=True)
class Actor:
    """One actor. `permissions` are names of `accounts.policy.Permission`; a system actor needs none."""

    kind: ActorKind
    id: str
    name: str
    permissions: frozenset[str] = frozenset()

    @classmethod
    def system(cls, name: str) -> Actor:
        """Return the actor of a background process called `name`."""
        return cls(ActorKind.SYSTEM, name, name)

    @classmethod
    def partner(cls, identifier: str, name: str) -> Actor:
        """Return the actor of a partner organization, `identifier` its id in the directory."""
        return cls(ActorKind.PARTNER, identifier, name)

    def may(self, permission: str) -> bool:
        """Tell whether this actor may do what `permission` names. Partners never act; they report facts."""
        return self.kind is ActorKind.SYSTEM or permission in self.permissions
