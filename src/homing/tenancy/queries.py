"""Reads of organizations and of the resolver."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from homing.tenancy.models import Location, Organization, Resolver, ResolverKind, UnclaimedArrival

if TYPE_CHECKING:
    from collections.abc import Sequence


def organization_ids(kind: ResolverKind, key: str) -> tuple[UUID, ...]:
    """Return the organizations that `key` leads to, oldest first. Needs no scope."""
    rows = Resolver.objects.filter(kind=kind, key=key).order_by("id")
    return tuple(rows.values_list("organization_id", flat=True))


def all_organization_ids() -> tuple[UUID, ...]:
    """Return every organization of the installation, for periodic jobs. Needs no scope."""
    rows = Resolver.objects.filter(kind=ResolverKind.ORGANIZATION).order_by("id")
    return tuple(rows.values_list("organization_id", flat=True))


def current_organization() -> Organization:
    """Return the organization in scope."""
    return Organization.objects.get()


def locations() -> Sequence[Location]:
    """Return the locations of the organization in scope, by name."""
    return list(Location.objects.order_by("name"))


def unclaimed_arrivals() -> Sequence[UnclaimedArrival]:
    """Return the arrivals that belong to no tenant and are not resolved. Needs no scope."""
    return list(UnclaimedArrival.objects.filter(resolved_at=None).order_by("received_at"))
