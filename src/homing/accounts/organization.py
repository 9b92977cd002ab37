"""What administrators set about their organization. Here, because permission and audit lie above `tenancy`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from homing.accounts.policy import Permission, require
from homing.audit import actions as audit
from homing.tenancy import actions as tenancy
from homing.tenancy.scope import current_organization_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from homing.kit.actor import Actor


@transaction.atomic
def set_auto_accept(*, actor: Actor, enabled: bool) -> None:
    """Switch automatic acceptance for the organization in scope.

    Raises
    ------
    NotPermitted
    """
    require(actor, Permission.ADMINISTER)
    tenancy.write_auto_accept(enabled=enabled)
    _record(actor, "organization.set_auto_accept", enabled=enabled)


@transaction.atomic
def set_llm_endpoint(*, actor: Actor, url: str, host: str) -> None:
    """Let text of the referrals of the organization in scope go to the language model at `url`; "" lets none go.

    Raises
    ------
    NotPermitted
    """
    require(actor, Permission.ADMINISTER)
    tenancy.write_llm_endpoint(url=url)
    _record(actor, "organization.set_llm", enabled=bool(url), host=host)


@transaction.atomic
def create_location(
    *, actor: Actor, name: str, address: str = "", postal_code: str = "", specialties: Sequence[str] = ()
) -> UUID:
    """Create a location of the organization in scope; return its id.

    Raises
    ------
    NotPermitted
    """
    require(actor, Permission.ADMINISTER)
    made = tenancy.write_location(name=name, address=address, postal_code=postal_code, specialties=specialties)
    _record(actor, "location.create", location_id=str(made.id))
    return made.id


def _record(actor: Actor, action: str, **detail: str | bool) -> None:
    audit.record(actor=actor, action=action, entity="organization", entity_id=current_organization_id(), **detail)
