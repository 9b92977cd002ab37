"""Who works here, and as what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from homing.accounts.models import Membership, User
from homing.accounts.policy import PERMISSIONS, Role
from homing.kit.actor import Actor, ActorKind
from homing.tenancy.models import ResolverKind
from homing.tenancy.queries import organization_ids

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the organization in scope."""

    user_id: UUID
    name: str
    role: Role


def organizations_of(user_id: UUID) -> tuple[UUID, ...]:
    """Return the organizations a person belongs to. Needs no scope."""
    return organization_ids(ResolverKind.USER, str(user_id))


def actor_of(user_id: UUID) -> Actor | None:
    """Return the person as an actor in the organization in scope, or None if not an active member."""
    row = Membership.objects.filter(user_id=user_id, is_active=True).first()
    if row is None:
        return None
    role = Role(row.role)
    return Actor(ActorKind.PERSON, str(user_id), row.name, frozenset(PERMISSIONS[role]))


def role_of(user_id: UUID) -> Role | None:
    """Return the person's role in the organization in scope."""
    row = Membership.objects.filter(user_id=user_id, is_active=True).first()
    return Role(row.role) if row else None


def members() -> Sequence[Member]:
    """Return the active members of the organization in scope, by name."""
    rows = Membership.objects.filter(is_active=True).order_by("name")
    return [Member(row.user_id, row.name, Role(row.role)) for row in rows]


def email_of(user_id: UUID) -> str:
    """Return the address with which a person signs in, or nothing. Needs no scope."""
    return User.objects.filter(id=user_id).values_list("email", flat=True).first() or ""


def user_by_email(email: str) -> User | None:
    """Return the person who signs in with `email`. Needs no scope."""
    return User.objects.filter(email=email.lower()).first()
