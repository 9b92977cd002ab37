"""Each role may do its work and no more."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest

import homing
from homing.accounts.actions import LastAdministrator, SharedPerson, add_member, remove_member, set_password
from homing.accounts.organization import create_location, set_auto_accept
from homing.accounts.policy import PERMISSIONS, Permission, Role, require
from homing.accounts.queries import actor_of, members, organizations_of, user_by_email
from homing.audit.queries import records_of
from homing.kit.actor import Actor
from homing.kit.errors import NotFound, NotPermitted
from homing.tenancy.models import Organization
from homing.tenancy.queries import current_organization, locations
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


def test_a_person_who_is_removed_may_do_nothing_here_and_keeps_the_other_organization(
    organization: Organization, other_organization: Organization, persona: Callable[[Role], Actor]
) -> None:
    administrator = persona(Role.INTEGRATION_ADMIN)
    with scoped(other_organization.id):
        add_member(actor=SYSTEM, email="both@example.org", name="Both", role=Role.CLINICIAN)
    user_id = add_member(actor=SYSTEM, email="both@example.org", name="Both", role=Role.SCHEDULER)
    remove_member(actor=administrator, user_id=user_id)
    assert actor_of(user_id) is None
    assert organizations_of(user_id) == (other_organization.id,)
    assert records_of("user", str(user_id))[0].action == "member.remove"
    with pytest.raises(NotFound):
        remove_member(actor=administrator, user_id=user_id)
    with pytest.raises(NotFound):
        set_password(actor=administrator, user_id=user_id, password="chosen by us")
    add_member(actor=administrator, email="both@example.org", name="Both", role=Role.SCHEDULER)
    assert actor_of(user_id) is not None


def test_only_an_administrator_removes_people(persona: Callable[[Role], Actor]) -> None:
    with pytest.raises(NotPermitted):
        remove_member(actor=persona(Role.REFERRAL_MANAGER), user_id=UUID(persona(Role.SCHEDULER).id))
    with pytest.raises(NotFound):
        remove_member(actor=persona(Role.INTEGRATION_ADMIN), user_id=uuid4())


def test_the_last_administrator_can_neither_be_removed_nor_given_another_role(organization: Organization) -> None:
    def administrator(email: str) -> Actor:
        made = actor_of(add_member(actor=SYSTEM, email=email, name="A", role=Role.INTEGRATION_ADMIN))
        assert made is not None
        return made

    first = administrator("first@example.org")
    with pytest.raises(LastAdministrator):
        remove_member(actor=first, user_id=UUID(first.id))
    with pytest.raises(LastAdministrator):
        add_member(actor=first, email="first@example.org", name="A", role=Role.SCHEDULER)
    second = administrator("second@example.org")
    remove_member(actor=second, user_id=UUID(first.id))
    with pytest.raises(LastAdministrator):
        remove_member(actor=second, user_id=UUID(second.id))


def test_what_is_set_about_the_organization_needs_an_administrator_and_is_on_record(
    organization: Organization, persona: Callable[[Role], Actor]
) -> None:
    manager, administrator = persona(Role.REFERRAL_MANAGER), persona(Role.INTEGRATION_ADMIN)
    with pytest.raises(NotPermitted):
        set_auto_accept(actor=manager, enabled=True)
    with pytest.raises(NotPermitted):
        create_location(actor=manager, name="North")
    assert not current_organization().auto_accept
    set_auto_accept(actor=administrator, enabled=True)
    location_id = create_location(actor=administrator, name="North", specialties=["Nephrology"])
    assert current_organization().auto_accept
    assert [one.id for one in locations()] == [location_id]
    recorded = records_of("organization", str(organization.id))
    assert [(one.action, one.actor_id) for one in recorded] == [
        ("location.create", administrator.id),
        ("organization.set_auto_accept", administrator.id),
    ]


def test_only_the_audited_door_writes_what_is_set_about_the_organization() -> None:
    source = Path(homing.__path__[0])
    callers = {
        str(path.relative_to(source))
        for path in source.rglob("*.py")
        if re.search(r"\bwrite_(auto_accept|location)\(", path.read_text())
    }
    assert callers == {"tenancy/actions.py", "accounts/organization.py"}
