"""Adding people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from homing.accounts.models import Membership, User
from homing.accounts.policy import Permission, Role, require
from homing.accounts.queries import organizations_of, user_by_email
from homing.audit import actions as audit
from homing.kit.errors import NotFound, NotPermitted
from homing.tenancy.actions import add_resolver
from homing.tenancy.models import ResolverKind
from homing.tenancy.scope import current_organization_id

if TYPE_CHECKING:
    from uuid import UUID

    from homing.kit.actor import Actor


class SharedPerson(NotPermitted):
    """This person works in another organization too. Ask the operator of this installation for a new password."""

    code = "shared_person"


@transaction.atomic
def add_member(*, actor: Actor, email: str, name: str, role: Role, password: str | None = None) -> UUID:
    """Give a person a role in the organization in scope; the person is created where new. Return the user's id.

    A person who signs in already keeps the password.
    """
    require(actor, Permission.ADMINISTER)
    user = user_by_email(email) or User.objects.create_user(email=email, password=password, name=name)
    Membership.objects.update_or_create(user_id=user.id, defaults={"name": name, "role": role, "is_active": True})
    add_resolver(kind=ResolverKind.USER, key=str(user.id), organization_id=current_organization_id())
    audit.record(actor=actor, action="member.add", entity="user", entity_id=user.id, role=role.value)
    return user.id


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
    if not Membership.objects.filter(user_id=user_id).exists():
        raise NotFound
    if len(organizations_of(user_id)) > 1:
        raise SharedPerson
    user = User.objects.get(id=user_id)
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record(actor=actor, action="member.set_password", entity="user", entity_id=user_id)
