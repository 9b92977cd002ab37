"""Each role may do its work and no more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from homing.accounts.actions import SharedPerson, add_member, set_password
from homing.accounts.policy import PERMISSIONS, Permission, Role, require
from homing.accounts.queries import actor_of, members, organizations_of, user_by_email
from homing.kit.actor import Actor
from homing.kit.errors import NotFound, NotPermitted
from homing.tenancy.models import Organization
from homing.tenancy.scope import scoped
from tests.factories import SYSTEM


def test_every_role_has_permissions_and_every_permission_a_role() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert frozenset().union(*PERMISSIONS.values()) == frozenset(Permission)


@pytest.mark.parametrize("role", Role)
def test_a_person_may_do_what_the_role_allows_and_nothing_else(role: Role, persona: Callable[[Role], Actor]) -> None:
    actor = persona(role)
    assert {permission for permission in Permission if actor.may(permission)} == PERMISSIONS[role]


def test_a_refusal_says_what_to_do_next() -> None:
    with pytest.raises(NotPermitted, match="administrator"):
        require(Actor.partner("p", "Office"), Permission.INTAKE_READ)


def test_the_administrator_of_connections_does_not_see_patients() -> None:
    assert Permission.REFERRALS_READ not in PERMISSIONS[Role.INTEGRATION_ADMIN]
    assert Permission.INTAKE_READ not in PERMISSIONS[Role.INTEGRATION_ADMIN]


def test_a_person_of_two_organizations_has_a_role_in_each(
    organization: Organization, other_organization: Organization
) -> None:
    email = "both@example.org"
    user_id = add_member(actor=SYSTEM, email=email, name="Both", role=Role.SCHEDULER)
    with scoped(other_organization.id):
        assert actor_of(user_id) is None
        add_member(actor=SYSTEM, email=email.upper(), name="Both", role=Role.CLINICIAN)
        assert [member.role for member in members()] == [Role.CLINICIAN]
    assert [member.role for member in members()] == [Role.SCHEDULER]
    assert organizations_of(user_id) == (organization.id, other_organization.id)


def test_an_administrator_cannot_take_over_a_person_of_another_organization(
    organization: Organization, other_organization: Organization, persona: Callable[[Role], Actor]
) -> None:
    email = "theirs@example.org"
    with scoped(other_organization.id):
        user_id = add_member(
            actor=SYSTEM, email=email, name="Theirs", role=Role.REFERRAL_MANAGER, password="chosen by them"
        )
    administrator = persona(Role.INTEGRATION_ADMIN)
    with pytest.raises(NotFound):
        set_password(actor=administrator, user_id=user_id, password="chosen by us")
    add_member(actor=administrator, email=email, name="Theirs", role=Role.SCHEDULER, password="chosen by us")
    with pytest.raises(SharedPerson):
        set_password(actor=administrator, user_id=user_id, password="chosen by us")
    user = user_by_email(email)
    assert user is not None
    assert user.check_password("chosen by them")


def test_an_administrator_sets_the_password_of_a_member(
    organization: Organization, persona: Callable[[Role], Actor]
) -> None:
    email = "ours@example.org"
    user_id = add_member(actor=SYSTEM, email=email, name="Ours", role=Role.SCHEDULER, password="the first one")
    with pytest.raises(NotPermitted):
        set_password(actor=persona(Role.SCHEDULER), user_id=user_id, password="the second one")
    set_password(actor=persona(Role.INTEGRATION_ADMIN), user_id=user_id, password="the second one")
    user = user_by_email(email)
    assert user is not None
    assert user.check_password("the second one")
