from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from homing.accounts.models import User
from homing.audit.queries import records_of
from homing.tenancy.models import Resolver
from homing.tenancy.queries import all_organization_ids
from homing.tenancy.scope import scoped
from tests.web.conftest import House

FORM = {
    "organization": "Elm Clinic",
    "fax": "(617) 555-0190",
    "zone": "America/Chicago",
    "name": "Robin Hale",
    "email": "robin@elm.example",
    "password": "a quiet harbor in spring",
}


@pytest.fixture
def token(db: None) -> Iterator[str]:
    """Return the token of an installation without an organization."""
    Resolver.objects.all().delete()
    path = Path(settings.HOMING_KEYS) / "setup-token"
    path.parent.mkdir(parents=True, exist_ok=True)
    made = secrets.token_urlsafe(24)
    path.write_text(made)
    yield made
    path.unlink(missing_ok=True)


def test_the_link_creates_organization_and_administrator_and_signs_in(token: str) -> None:
    client = Client()
    assert client.get(f"/setup/{token}").status_code == 200
    answer = client.post(f"/setup/{token}", FORM)
    assert (answer.status_code, answer["Location"]) == (303, "/organization")
    assert "Elm Clinic" in client.get("/organization").content.decode()


def test_that_first_sign_in_is_on_record_like_any_other(token: str) -> None:
    Client().post(f"/setup/{token}", FORM)
    user = User.objects.get(email=FORM["email"])
    with scoped(all_organization_ids()[0]):
        assert [one.action for one in records_of("user", str(user.id))] == ["member.sign_in", "member.add"]


def test_the_link_works_once(token: str) -> None:
    Client().post(f"/setup/{token}", FORM)
    assert Client().get(f"/setup/{token}").status_code == 404
    assert Client().post(f"/setup/{token}", FORM | {"email": "second@elm.example"}).status_code == 404
    assert not (Path(settings.HOMING_KEYS) / "setup-token").exists()
    assert len(all_organization_ids()) == 1


def test_a_wrong_token_is_no_page(token: str) -> None:
    assert Client().get("/setup/wrong").status_code == 404
    assert Client().get(f"/setup/{token}x").status_code == 404


def test_a_weak_password_is_refused_and_the_link_still_works(token: str) -> None:
    answer = Client().post(f"/setup/{token}", FORM | {"password": "short"})
    assert answer.status_code == 422
    assert "at least 12 characters" in answer.content.decode()
    assert all_organization_ids() == ()
    assert Client().post(f"/setup/{token}", FORM).status_code == 303


def test_a_failure_gives_the_link_back(token: str) -> None:
    assert Client().post(f"/setup/{token}", FORM | {"fax": "12"}).status_code == 422
    assert (Path(settings.HOMING_KEYS) / "setup-token").read_text() == token
    assert not User.objects.filter(email=FORM["email"]).exists()


def test_with_an_organization_the_link_is_dead(house: House) -> None:
    path = Path(settings.HOMING_KEYS) / "setup-token"
    path.write_text("left over")
    try:
        assert Client().get("/setup/left over").status_code == 404
    finally:
        path.unlink()
