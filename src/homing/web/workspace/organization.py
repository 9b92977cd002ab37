"""The administrator's page: people, places, switches. And the audit log of one record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from homing.accounts import actions as accounts
from homing.accounts.policy import Permission, Role
from homing.accounts.queries import members
from homing.audit import actions as audit_actions
from homing.audit import queries as audit_queries
from homing.kit import phones
from homing.kit.errors import Invalid, NotFound
from homing.tenancy import actions as tenancy
from homing.tenancy.queries import locations
from homing.web import words
from homing.web.guard import StaffRequest, staff
from homing.web.render import page
from homing.web.widgets import Badge, Option
from homing.web.workspace.controls import CommandForm, Form, control
from homing.web.workspace.support import face, go, said, tell, text

if TYPE_CHECKING:
    from django.http import HttpResponse

    from homing.web.clockface import Moment

_ADMIN = Permission.ADMINISTER
_UNPROCESSABLE = 422
_ENTITIES: Final = {"referral": "referral", "inbound_item": "workbench"}
_ROLES: Final = tuple(Option(role.value, words.sentence(role.value)) for role in Role)


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One person."""

    name: str
    role: str
    password_url: str


@dataclass(frozen=True, slots=True)
class LocationRow:
    """One place."""

    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class OrganizationPage:
    """The whole page."""

    name: str
    detail: str
    members: tuple[MemberRow, ...]
    locations: tuple[LocationRow, ...]
    auto_accept: bool
    auto_badge: Badge
    auto_text: str
    forms: tuple[CommandForm, ...]


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One record of the log."""

    at: Moment
    who: str
    action: str
    detail: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    """The log of one record."""

    rows: tuple[AuditRow, ...]
    back_url: str


@staff(_ADMIN)
def organization(request: StaffRequest) -> HttpResponse:
    """Show the organization."""
    return _show(request)


@staff(_ADMIN, methods=("POST",))
def organization_auto_accept(request: StaffRequest) -> HttpResponse:
    """Switch automatic acceptance."""
    enabled = text(request, "enabled") == "yes"
    tenancy.set_auto_accept(actor=request.actor, enabled=enabled)
    _record(request, "organization.set_auto_accept", enabled=enabled)
    tell(request, f"Automatic acceptance is {'on' if enabled else 'off'}.")
    return go(reverse("organization"))


@staff(_ADMIN, methods=("POST",))
def members_add(request: StaffRequest) -> HttpResponse:
    """Add a person."""
    try:
        with transaction.atomic():
            _add_member(request)
    except Invalid as problem:
        return _show(request, refused="add_member", why=said(problem))
    tell(request, "The person can sign in now.")
    return go(reverse("organization"))


@staff(_ADMIN, methods=("GET", "POST"))
def members_password(request: StaffRequest, user_id: UUID) -> HttpResponse:
    """Show the form for a new password, or set it."""
    name = next((one.name for one in members() if one.user_id == user_id), "")
    if not name:
        raise NotFound
    if request.method == "GET":
        return page(request, "workspace/form.html", form=_password_form(user_id, name, ""))
    try:
        password = checked_password(request.POST.get("password", ""))
    except Invalid as problem:
        form = _password_form(user_id, name, said(problem))
        return page(request, "workspace/form.html", status=_UNPROCESSABLE, form=form)
    accounts.set_password(actor=request.actor, user_id=user_id, password=password)
    tell(request, "The password is set. Hand it over in person.")
    return go(reverse("organization"))


@staff(_ADMIN, methods=("POST",))
def organization_location(request: StaffRequest) -> HttpResponse:
    """Add a location."""
    name = text(request, "name", 200)
    if not name:
        return _show(request, refused="add_location", why="Give the location a name.")
    made = tenancy.create_location(
        actor=request.actor,
        name=name,
        address=text(request, "address", 300),
        postal_code=text(request, "postal_code", 10),
        specialties=tuple(part.strip() for part in text(request, "specialties").split(",") if part.strip()),
    )
    _record(request, "location.create", location_id=str(made.id))
    tell(request, "Location added.")
    return go(reverse("organization"))


@staff(Permission.AUDIT_READ)
def audit(request: StaffRequest, entity: str, entity_id: UUID) -> HttpResponse:
    """Show what was done to one record, newest first."""
    if entity not in _ENTITIES:
        raise NotFound
    show = face(request)
    rows = tuple(
        AuditRow(
            show.at(row.at),
            row.actor_name,
            row.action,
            ", ".join(f"{key} {value}" for key, value in row.detail.items()),
        )
        for row in audit_queries.records_of(entity, str(entity_id))
    )
    if not rows:
        raise NotFound
    may_open = request.actor.may(Permission.REFERRALS_READ if entity == "referral" else Permission.INTAKE_READ)
    key = "referral_id" if entity == "referral" else "item_id"
    back = reverse(_ENTITIES[entity], kwargs={key: entity_id}) if may_open else ""
    return page(request, "workspace/audit.html", audit=AuditPage(rows, back))


def checked_password(password: str) -> str:
    """Return a password that may be used. Raises Invalid."""
    try:
        validate_password(password)
    except ValidationError as problem:
        raise Invalid(" ".join(problem.messages)) from problem
    return password


def checked_email(email: str) -> str:
    """Return an e-mail address that may be used. Raises Invalid."""
    try:
        validate_email(email)
    except ValidationError as problem:
        raise Invalid(" ".join(problem.messages)) from problem
    return email


def _add_member(request: StaffRequest) -> None:
    name, role = text(request, "name", 200), text(request, "role")
    if not name or role not in set(Role):
        raise Invalid("Give the person's name and role.")
    accounts.add_member(
        actor=request.actor,
        email=checked_email(text(request, "email", 254)),
        name=name,
        role=Role(role),
        password=checked_password(request.POST.get("password", "")),
    )


def _record(request: StaffRequest, action: str, **detail: str | bool) -> None:
    # `tenancy` lies below the audit log; whoever calls its actions records them.
    audit_actions.record(
        actor=request.actor, action=action, entity="organization", entity_id=request.organization.id, **detail
    )


def _show(request: StaffRequest, refused: str = "", why: str = "") -> HttpResponse:
    own = request.organization
    own.refresh_from_db()
    parts = (
        own.address,
        phones.display(own.phone) if own.phone else "",
        f"fax {phones.display(own.fax)}" if own.fax else "",
    )
    shown = OrganizationPage(
        name=own.name,
        detail=" · ".join(part for part in (*parts, own.timezone.replace("_", " ")) if part),
        members=tuple(
            MemberRow(
                one.name, words.sentence(one.role.value), reverse("members_password", kwargs={"user_id": one.user_id})
            )
            for one in members()
        ),
        locations=tuple(
            LocationRow(one.name, " · ".join(part for part in (one.address, ", ".join(one.specialties)) if part))
            for one in locations()
        ),
        auto_accept=own.auto_accept,
        auto_badge=Badge("On", "warn") if own.auto_accept else Badge("Off", "quiet"),
        auto_text="Opens a referral without a person when every required field is sure, the sender is proven and the "
        "patient is beyond doubt. Off until audited items prove its precision for your senders.",
        forms=(_member_form(request, refused, why), _location_form(request, refused, why)),
    )
    return page(request, "workspace/organization.html", status=_UNPROCESSABLE if refused else 200, org=shown)


def _member_form(request: StaffRequest, refused: str, why: str) -> CommandForm:
    is_open = refused == "add_member"

    def value(name: str) -> str:
        return request.POST.get(name, "")[:300] if is_open else ""

    return CommandForm(
        command="add_member",
        title="Add person",
        submit="Add person",
        action=reverse("members_add"),
        controls=(
            control("name", "Name", value=value("name"), required=True, prefix="member"),
            control("email", "E-mail address", kind="email", value=value("email"), required=True, prefix="member"),
            control("role", "Role", kind="select", options=_ROLES, value=value("role"), prefix="member"),
            control(
                "password",
                "First password",
                kind="password",
                hint="At least 12 characters.",
                required=True,
                prefix="member",
            ),
        ),
        error=why if is_open else "",
        is_open=is_open,
    )


def _location_form(request: StaffRequest, refused: str, why: str) -> CommandForm:
    is_open = refused == "add_location"

    def value(name: str) -> str:
        return request.POST.get(name, "")[:300] if is_open else ""

    return CommandForm(
        command="add_location",
        title="Add location",
        submit="Add location",
        action=reverse("organization_location"),
        controls=(
            control("name", "Name", value=value("name"), required=True, prefix="place"),
            control("address", "Address", value=value("address"), prefix="place"),
            control("postal_code", "ZIP", value=value("postal_code"), prefix="place"),
            control(
                "specialties", "Specialties", value=value("specialties"), hint="Separated by commas", prefix="place"
            ),
        ),
        error=why if is_open else "",
        is_open=is_open,
    )


def _password_form(user_id: UUID, name: str, error: str) -> Form:
    return Form(
        title=f"New password for {name}",
        action=reverse("members_password", kwargs={"user_id": user_id}),
        submit="Set password",
        back_url=reverse("organization"),
        back_label="Organization",
        lead="Every session of theirs ends. Hand the new password over in person; they can change it.",
        error=error,
        controls=(control("password", "New password", kind="password", hint="At least 12 characters.", required=True),),
    )
