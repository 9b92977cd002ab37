"""Who comes, goes and fails to come stands in the log of each organization of that person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from structlog.testing import capture_logs

from homing.accounts.actions import add_member, remove_member
from homing.accounts.policy import Role
from homing.audit.queries import records_of
from homing.kit import clock
from homing.tenancy.models import Organization
from homing.tenancy.scope import scoped
from tests.factories import SYSTEM, make_organization

PASSWORD = "a quiet harbor in spring"
EMAIL = "both@example.org"


@pytest.fixture(autouse=True)
def _no_attempts() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def houses(db: None) -> list[Organization]:
    """Return two organizations of one person."""
    made = [make_organization(), make_organization()]
    for one in made:
        with scoped(one.id):
            add_member(actor=SYSTEM, email=EMAIL, name="Both", role=Role.SCHEDULER, password=PASSWORD)
    return made


def user_id() -> UUID:
    from homing.accounts.queries import user_by_email

    user = user_by_email(EMAIL)
    assert user is not None
    return user.id


def on_record(house: Organization) -> list[tuple[str, str]]:
    with scoped(house.id):
        return [(one.action, one.actor_kind) for one in reversed(records_of("user", str(user_id())))][1:]


def sign_in(client: Client, password: str = PASSWORD, email: str = EMAIL) -> int:
    return client.post(reverse("account_login"), {"login": email, "password": password}).status_code


def test_signing_in_and_out_is_on_record_in_each_organization(houses: list[Organization]) -> None:
    client = Client()
    assert sign_in(client) == 302
    client.post(reverse("account_logout"))
    for house in houses:
        assert on_record(house) == [("member.sign_in", "person"), ("member.sign_out", "person")]


def test_a_wrong_password_is_on_record_and_not_as_done_by_the_person(houses: list[Organization]) -> None:
    sign_in(Client(), "a guess of somebody")
    for house in houses:
        assert on_record(house) == [("member.sign_in_failed", "system")]


def test_an_attempt_with_an_unknown_address_is_counted_without_the_address(houses: list[Organization]) -> None:
    with capture_logs() as lines:
        sign_in(Client(), email="nobody@example.org")
    assert [line for line in lines if line["event"] == "sign_in.failed"] == [
        {"event": "sign_in.failed", "is_known": False, "log_level": "warning"}
    ]
    assert [on_record(house) for house in houses] == [[], []]


def test_changing_ones_own_password_is_on_record(houses: list[Organization]) -> None:
    client = Client()
    sign_in(client)
    new = "another quiet harbor"
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert ("member.change_password", "person") in on_record(houses[0])


def test_a_session_of_somebody_who_is_removed_opens_nothing_more(houses: list[Organization]) -> None:
    client = Client()
    sign_in(client)
    assert client.get("/").status_code == 200
    for house in houses:
        with scoped(house.id):
            remove_member(actor=SYSTEM, user_id=user_id())
    assert client.get("/").status_code in {302, 403}


def test_guesses_are_counted_across_processes(
    houses: list[Organization], tmp_path_factory: pytest.TempPathFactory
) -> None:
    from django.conf import settings

    for _ in range(5):
        assert sign_in(Client(), "a guess of somebody") == 200
    # What is counted lies where every process finds it.
    assert list((settings.HOMING_DATA / "cache").glob("*.djcache"))
    assert sign_in(Client()) == 200, "the right password is refused too, for now"
    assert on_record(houses[0]).count(("member.sign_in_failed", "system")) == 5


def test_only_a_person_who_does_something_stays_signed_in(houses: list[Organization]) -> None:
    client = Client()
    sign_in(client)
    begun = Session.objects.get().expire_date
    assert begun - clock.now() < timedelta(minutes=31)
    with clock.travel_to(clock.now() + timedelta(minutes=2)):
        client.get(reverse("home_counts"))
        assert Session.objects.get().expire_date == begun
        client.get("/")
        assert Session.objects.get().expire_date > begun
