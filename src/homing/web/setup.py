"""The first organization and its first administrator, by a link that works once."""

from __future__ import annotations

import contextlib
import hmac
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from homing.accounts.actions import add_member
from homing.accounts.policy import Role
from homing.accounts.queries import user_by_email
from homing.audit import actions as audit
from homing.kit import phones
from homing.kit.actor import Actor
from homing.kit.errors import Invalid
from homing.tenancy.actions import create_organization
from homing.tenancy.queries import all_organization_ids
from homing.tenancy.scope import scoped
from homing.web.render import plain_page
from homing.web.widgets import Option
from homing.web.workspace.controls import Control, control
from homing.web.workspace.organization import checked_email, checked_password
from homing.web.workspace.support import go, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest, HttpResponse

_UNPROCESSABLE = 422
_ZONES = (
    Option("America/New_York", "Eastern"),
    Option("America/Chicago", "Central"),
    Option("America/Denver", "Mountain"),
    Option("America/Phoenix", "Arizona"),
    Option("America/Los_Angeles", "Pacific"),
    Option("America/Anchorage", "Alaska"),
    Option("Pacific/Honolulu", "Hawaii"),
    Option("America/Puerto_Rico", "Puerto Rico"),
)


@dataclass(frozen=True, slots=True)
class SetUpPage:
    """The whole page."""

    action: str
    organization: tuple[Control, ...]
    administrator: tuple[Control, ...]
    error: str


@never_cache
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form, or create organization and administrator and sign in; a wrong or used link is no page at all."""
    if not _is_open(token):
        raise Http404
    if request.method == "GET":
        return plain_page(request, "workspace/setup.html", form=_form(request, token, ""))
    try:
        _create(request)
    except Invalid as problem:
        return plain_page(
            request, "workspace/setup.html", status=_UNPROCESSABLE, form=_form(request, token, said(problem))
        )
    return go(reverse("organization"))


def _is_open(token: str) -> bool:
    path = _token_path()
    if not path.exists() or all_organization_ids():
        return False
    return hmac.compare_digest(path.read_text().strip().encode(), token.encode())


def _create(request: HttpRequest) -> None:
    given = {
        name: request.POST.get(name, "").strip()[:300]
        for name in ("organization", "phone", "fax", "address", "zone", "name", "email")
    }
    if not given["organization"] or not given["name"]:
        raise Invalid("Give the names of the organization and of its administrator.")
    email, password = checked_email(given["email"]), checked_password(request.POST.get("password", ""))
    actor = Actor.system("set-up")
    with _claimed(), transaction.atomic():
        made = create_organization(
            actor=actor,
            name=given["organization"],
            slug=slugify(given["organization"]) or "organization",
            fax=_number(given["fax"]),
            phone=_number(given["phone"]),
            address=given["address"],
            timezone=given["zone"] if given["zone"] in {zone.value for zone in _ZONES} else "America/New_York",
        )
        with scoped(made.id):
            add_member(actor=actor, email=email, name=given["name"], role=Role.INTEGRATION_ADMIN, password=password)
            audit.record(actor=actor, action="organization.create", entity="organization", entity_id=made.id)
    user = user_by_email(email)
    if user is not None:
        # The door through which everybody comes in: it is audited.
        get_adapter().login(request, user)


@contextlib.contextmanager
def _claimed() -> Iterator[None]:
    """Take the token away from everybody else; give it back if nothing was created."""
    path = _token_path()
    used = path.with_suffix(".used")
    try:
        path.rename(used)
    except FileNotFoundError:
        raise Http404 from None
    try:
        yield
    except BaseException:
        used.rename(path)
        raise
    used.unlink()


def _number(posted: str) -> str:
    if not posted:
        return ""
    number = phones.to_e164(posted)
    if number is None:
        raise Invalid("This is not a telephone number of the United States or Canada.")
    return number


def _token_path() -> Path:
    return Path(settings.HOMING_KEYS) / "setup-token"


def _form(request: HttpRequest, token: str, error: str) -> SetUpPage:
    def value(name: str) -> str:
        return request.POST.get(name, "")[:300]

    return SetUpPage(
        action=reverse("setup", kwargs={"token": token}),
        organization=(
            control("organization", "Organization's name", value=value("organization"), required=True),
            control("fax", "Fax number", kind="tel", value=value("fax"), hint="Where your referrals arrive."),
            control("phone", "Phone", kind="tel", value=value("phone")),
            control("address", "Address", value=value("address")),
            control("zone", "Time zone", kind="select", options=_ZONES, value=value("zone") or "America/New_York"),
        ),
        administrator=(
            control("name", "Your name", value=value("name"), required=True),
            control("email", "E-mail address", kind="email", value=value("email"), required=True),
            control("password", "Password", kind="password", hint="At least 12 characters.", required=True),
        ),
        error=error,
    )
