"""Writes of organizations and of the resolver. Audit lives above this package, so callers record these actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from homing.kit.ids import uuid7
from homing.tenancy.models import Location, Organization, Resolver, ResolverKind, UnclaimedArrival
from homing.tenancy.scope import scoped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from homing.kit.actor import Actor


@transaction.atomic
def create_organization(
    *,
    actor: Actor,  # noqa: ARG001  every action names its actor; the caller audits once the tenant exists
    name: str,
    slug: str,
    fax: str = "",
    phone: str = "",
    address: str = "",
    timezone: str = "America/New_York",
    is_demo: bool = False,
) -> Organization:
    """Create a tenant and the resolver entries by which it is found. `fax` is E.164 or empty."""
    organization = Organization(
        id=uuid7(), name=name, slug=slug, fax=fax, phone=phone, address=address, timezone=timezone, is_demo=is_demo
    )
    with scoped(organization.id):
        organization.save(force_insert=True)
        add_resolver(kind=ResolverKind.ORGANIZATION, key=slug, organization_id=organization.id)
        if fax:
            add_resolver(kind=ResolverKind.FAX_NUMBER, key=fax, organization_id=organization.id)
    return organization


def write_auto_accept(*, enabled: bool) -> None:
    """Write the switch, raw: without permission and audit. Only `accounts.organization` calls this."""
    Organization.objects.update(auto_accept=enabled)


def write_llm_endpoint(*, url: str) -> None:
    """Write the address, raw: without permission and audit. Only `accounts.organization` calls this."""
    Organization.objects.update(llm_endpoint=url)


def write_location(*, name: str, address: str, postal_code: str, specialties: Sequence[str]) -> Location:
    """Write the row, raw: without permission and audit. Only `accounts.organization` calls this."""
    return Location.objects.create(name=name, address=address, postal_code=postal_code, specialties=list(specialties))


def add_resolver(*, kind: ResolverKind, key: str, organization_id: UUID) -> None:
    """Let `key` lead to the organization; repeating it changes nothing."""
    Resolver.objects.get_or_create(kind=kind, key=key, organization_id=organization_id)


def remove_resolver(*, kind: ResolverKind, key: str, organization_id: UUID) -> None:
    """Let `key` no longer lead to the organization."""
    Resolver.objects.filter(kind=kind, key=key, organization_id=organization_id).delete()


def keep_unclaimed(*, channel: str, carrier: str, carrier_reference: str, to_address: str) -> None:
    """Keep an arrival that belongs to no tenant; a repeat changes nothing."""
    UnclaimedArrival.objects.get_or_create(
        channel=channel, carrier_reference=carrier_reference, defaults={"carrier": carrier, "to_address": to_address}
    )
