"""People: who belongs here, as what, and who signs in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from homing.accounts.models import Membership, User
from homing.accounts.policy import PERMISSIONS, Permission, Role, require
from homing.accounts.queries import actor_of, organizations_of, user_by_email
from homing.audit import actions as audit
from homing.kit.errors import Conflict, NotFound, NotPermitted
from homing.tenancy.actions import add_resolver, remove_resolver
from homing.tenancy.locks import hold
from homing.tenancy.models import ResolverKind
from homing.tenancy.scope import current_organization_id, scoped

if TYPE_CHECKING:
    from uuid import UUID

    from homing.kit.actor import Actor

_ADMINISTRATORS = frozenset(role for role, allowed in PERMISSIONS.items() if Permission.ADMINISTER in allowed)


class SharedPerson(NotPermitted):
    """This person works in another organization too. Ask the operator of this installation for a new password."""

    code = "shared_person"


class LastAdministrator(Conflict):
    """This is the only administrator. Make somebody else an administrator first."""

    code = "last_administrator"


@transaction.atomic
def add_member(*, actor: Actor, email: str, name: str, role: Role, password: str | None = None) -> UUID:
    """Give a person a role in the organization in scope; the person is created where new. Return the user's id.

    A person who signs in already keeps the password.

    Raises
    ------
    NotPermitted
    LastAdministrator
        The person has another role now, in which nobody would be left to administer.
    """
    require(actor, Permission.ADMINISTER)
    user = user_by_email(email) or User.objects.create_user(email=email, password=password, name=name)
    if role not in _ADMINISTRATORS:
        _keep_an_administrator(without=user.id)
    Membership.objects.update_or_create(user_id=user.id, defaults={"name": name, "role": role, "is_active": True})
    add_resolver(kind=ResolverKind.USER, key=str(user.id), organization_id=current_organization_id())
    audit.record(actor=actor, action="member.add", entity="user", entity_id=user.id, role=role.value)
    return user.id


@transaction.atomic
def remove_member(*, actor: Actor, user_id: UUID) -> None:
    """End a person's membership in the organization in scope; from the next request on the person may do nothing.

    What the person did stays on record, and `add_member` takes the person in again.

    Raises
    ------
    NotPermitted, NotFound
    LastAdministrator
    """
    require(actor, Permission.ADMINISTER)
    _keep_an_administrator(without=user_id)
    if not Membership.objects.filter(user_id=user_id, is_active=True).update(is_active=False):
        raise NotFound
    remove_resolver(kind=ResolverKind.USER, key=str(user_id), organization_id=current_organization_id())
    audit.record(actor=actor, action="member.remove", entity="user", entity_id=user_id)


@transaction.atomic
def set_password(*, actor: Actor, user_id: UUID, password: str) -> None:
    """Set the password of a member of the organization in scope.

    Raises
    ------
    NotPermitted, NotFound
    SharedPerson
        The person works elsewhere too, so one organization's administrator must not take over the sign-in.
    """
    require(actor, Permission.ADMINISTER)
    if not Membership.objects.filter(user_id=user_id, is_active=True).exists():
        raise NotFound
    if len(organizations_of(user_id)) > 1:
        raise SharedPerson
    user = User.objects.get(id=user_id)
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record(actor=actor, action="member.set_password", entity="user", entity_id=user_id)


def note_access(*, user_id: UUID, action: str, actor: Actor | None = None) -> None:
    """Record a person's `action` in every organization of that person; without `actor`, as done by the person."""
    for organization_id in organizations_of(user_id):
        with scoped(organization_id):
            doer = actor or actor_of(user_id)
            if doer is not None:
                audit.record(actor=doer, action=action, entity="user", entity_id=user_id)


def _keep_an_administrator(*, without: UUID) -> None:
    # Two administrators who remove each other at once would each still see the other.
    hold("administrators")
    administrators = Membership.objects.filter(is_active=True, role__in=_ADMINISTRATORS)
    is_one = administrators.filter(user_id=without).exists()
    if is_one and not administrators.exclude(user_id=without).exists():
        raise LastAdministrator
