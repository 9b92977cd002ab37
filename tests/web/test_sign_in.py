from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from homing.accounts.models import User
from homing.accounts.policy import Role
from homing.accounts.queries import actor_of
from homing.kit.errors import Conflict, HomingError, NotFound
from homing.tenancy.queries import current_organization
from homing.tenancy.scope import has_scope, scoped
from homing.web.middleware import TenantMiddleware
from tests.web.conftest import House, client_of

PASSWORD = "a quiet harbor in spring"


@pytest.fixture
def user(house: House) -> User:
    user = User.objects.get(id=house.people[Role.SCHEDULER])
    user.set_password(PASSWORD)
    user.save()
    return user


def test_a_person_signs_in_with_e_mail_and_password(user: User) -> None:
    client = Client()
    answer = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/").status_code == 200


def test_a_wrong_password_does_not_tell_whether_the_person_exists(user: User) -> None:
    client = Client()
    known = client.post(reverse("account_login"), {"login": user.email, "password": "x" * 12}).content.decode()
    unknown = client.post(
        reverse("account_login"), {"login": "nobody@example.org", "password": "x" * 12}
    ).content.decode()
    told = [re.search(r'role="alert".*?</div></div>', body, re.DOTALL) for body in (known, unknown)]
    assert told[0]
    assert told[1]
    assert told[0][0] == told[1][0]


def test_the_sign_in_page_is_ours_and_has_a_strict_policy(db: None) -> None:
    answer = Client().get(reverse("account_login"))
    assert "Every referral, home again." in answer.content.decode()
    policy = answer["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy


def test_signing_out_needs_a_click(sign_in: Callable[[Role], Client]) -> None:
    client = sign_in(Role.SCHEDULER)
    assert client.get(reverse("account_logout")).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get("/")["Location"].startswith("/accounts/login/")


def test_nobody_signs_up_by_themselves(db: None) -> None:
    answer = Client().post("/accounts/signup/", {"email": "new@example.org", "password1": PASSWORD})
    assert "Nobody signs up by themselves here" in answer.content.decode()
    assert not User.objects.filter(email="new@example.org").exists()


def test_a_person_changes_the_password(user: User) -> None:
    client = client_of(user.id)
    form = {"oldpassword": PASSWORD, "password1": "another quiet harbor", "password2": "another quiet harbor"}
    assert client.post(reverse("account_change_password"), form).status_code == 302
    user.refresh_from_db()
    assert user.check_password("another quiet harbor")


def test_somebody_without_a_membership_is_told_so(house: House) -> None:
    lonely = User.objects.create_user(email="lonely@example.org", password=PASSWORD, name="Lone Person")
    answer = client_of(lonely.id).get("/")
    assert answer.status_code == 403
    assert "belong to no organization" in answer.content.decode()


def test_a_member_who_was_switched_off_is_signed_out(house: House) -> None:
    from homing.accounts.models import Membership

    client = client_of(house.people[Role.SCHEDULER])
    with scoped(house.organization.id):
        Membership.objects.filter(user_id=house.people[Role.SCHEDULER]).update(is_active=False)
        assert actor_of(house.people[Role.SCHEDULER]) is None
    assert client.get("/").status_code in {302, 403}
    assert client.get("/")["Location"].startswith("/accounts/login/")


def test_each_page_has_a_nonce_for_each_of_its_scripts(sign_in: Callable[[Role], Client]) -> None:
    answer = sign_in(Role.REFERRAL_MANAGER).get("/")
    body = answer.content.decode()
    nonce = answer["Content-Security-Policy"].split("'nonce-")[1].split("'")[0]
    assert body.count("<script") == body.count(f'nonce="{nonce}"') > 0
    assert "allowEval&#34;:false" in body or '"allowEval":false' in body


@pytest.mark.parametrize("error", [NotFound, Conflict])
def test_a_refusal_takes_back_what_the_request_had_written(house: House, error: type[HomingError], rf: object) -> None:
    from django.test import RequestFactory

    request = RequestFactory().post("/")
    request.user = User.objects.get(id=house.people[Role.SCHEDULER])
    request.session = {}  # type: ignore[assignment]
    request.resolver_match = None
    seen: list[str] = []

    def view(asked: object) -> object:
        current = current_organization()
        current.name = "Written and taken back"
        current.save()
        seen.append(current_organization().name)
        middleware_error = error()
        return middleware.process_exception(request, middleware_error)

    middleware = TenantMiddleware(view)  # type: ignore[arg-type]
    answer = middleware(request)
    assert answer.status_code == error.status
    assert seen == ["Written and taken back"]
    assert not has_scope()
    with scoped(house.organization.id):
        assert current_organization().name == house.organization.name


def test_an_htmx_request_is_refused_with_a_notice(sign_in: Callable[[Role], Client]) -> None:
    answer = sign_in(Role.SCHEDULER).get(reverse("inbox_rows"), headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert answer["HX-Retarget"] == "#notices"
    assert "<html" not in answer.content.decode()


def test_only_our_own_account_pages_are_mounted() -> None:
    names = set(get_resolver().reverse_dict)
    assert "account_login" in names
    assert not names & {"account_email", "account_reset_password", "account_confirm_email"}
