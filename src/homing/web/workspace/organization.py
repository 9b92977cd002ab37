"""The administrator's page: people, places, switches. And the audit log of one record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from homing.accounts import actions as accounts
from homing.accounts import organization as settings
from homing.accounts.policy import Permission, Role
from homing.accounts.queries import email_of, members
from homing.audit import queries as audit_queries
from homing.intake.llm import consent
from homing.kit import phones
from homing.kit.errors import HomingError, Invalid, NotFound
from homing.tenancy.queries import locations
from homing.web import words
from homing.web.guard import StaffRequest, staff
from homing.web.render import page
from homing.web.widgets import Badge, Option
from homing.web.workspace.controls import CommandForm, Form, control
from homing.web.workspace.support import face, go, said, tell, text

if TYPE_CHECKING:
    from django.http import HttpResponse

    from homing.accounts.queries import Member
    from homing.intake.llm.consent import Standing
    from homing.web.clockface import Moment

_ADMIN = Permission.ADMINISTER
_UNPROCESSABLE = 422
_ENTITIES: Final = {"referral": "referral", "inbound_item": "workbench"}
_LLM_SENT: Final = (
    "What goes: the recognised text of the pages of a referral, with the patient's name and everything else on them, "
    "each time a field is blank or badly legible. No images, no files."
)
_ROLES: Final = tuple(Option(role.value, words.sentence(role.value)) for role in Role)


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One person."""

    name: str
    role: str
    password_url: str
    role_dialog: str
    remove_dialog: str


@dataclass(frozen=True, slots=True)
class LocationRow:
    """One place."""

    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class LLMPanel:
    """The switch of the language model. `url` is what a click agrees to, "" where nothing can be switched on."""

    badge: Badge
    text: str
    facts: tuple[str, ...]
    url: str
    is_on: bool
    submit: str


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
    llm: LLMPanel
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
    settings.set_auto_accept(actor=request.actor, enabled=enabled)
    tell(request, f"Automatic acceptance is {'on' if enabled else 'off'}.")
    return go(reverse("organization"))


@staff(_ADMIN, methods=("POST",))
def organization_llm(request: StaffRequest) -> HttpResponse:
    """Let text of referrals leave for the language model that was shown, or no longer."""
    if text(request, "enabled") == "yes":
        try:
            with transaction.atomic():
                consent.switch_on(actor=request.actor, url=text(request, "url"))
        except consent.EndpointChanged as problem:
            tell(request, said(problem), tone="error")
            return go(reverse("organization"))
        tell(request, "The language model is on.")
    else:
        consent.switch_off(actor=request.actor)
        tell(request, "The language model is off.")
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


@staff(_ADMIN, methods=("POST",))
def members_role(request: StaffRequest, user_id: UUID) -> HttpResponse:
    """Give a person another role."""
    member = _member(user_id)
    try:
        with transaction.atomic():
            accounts.add_member(
                actor=request.actor, email=email_of(user_id), name=member.name, role=_role(text(request, "role"))
            )
    except (Invalid, accounts.LastAdministrator) as problem:
        return _refused(request, f"role-{user_id}", problem)
    tell(request, "The role is changed.")
    return _back(request, user_id)


@staff(_ADMIN, methods=("POST",))
def members_remove(request: StaffRequest, user_id: UUID) -> HttpResponse:
    """End a person's membership."""
    try:
        with transaction.atomic():
            accounts.remove_member(actor=request.actor, user_id=user_id)
    except accounts.LastAdministrator as problem:
        return _refused(request, f"remove-{user_id}", problem)
    tell(request, "The person is removed.")
    return _back(request, user_id)


@staff(_ADMIN, methods=("GET", "POST"))
def members_password(request: StaffRequest, user_id: UUID) -> HttpResponse:
    """Show the form for a new password, or set it."""
    name = _member(user_id).name
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
    settings.create_location(
        actor=request.actor,
        name=name,
        address=text(request, "address", 300),
        postal_code=text(request, "postal_code", 10),
        specialties=tuple(part.strip() for part in text(request, "specialties").split(",") if part.strip()),
    )
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


def _member(user_id: UUID) -> Member:
    found = next((one for one in members() if one.user_id == user_id), None)
    if found is None:
        raise NotFound
    return found


def _role(posted: str) -> Role:
    if posted not in set(Role):
        raise Invalid("Choose the role.")
    return Role(posted)


def _back(request: StaffRequest, user_id: UUID) -> HttpResponse:
    # Who has given up the role cannot open this page any more.
    return go(reverse("home") if request.actor.id == str(user_id) else reverse("organization"))


def _refused(request: StaffRequest, refused: str, problem: HomingError) -> HttpResponse:
    return _show(request, refused, said(problem), problem.status)


def _show(request: StaffRequest, refused: str = "", why: str = "", status: int = _UNPROCESSABLE) -> HttpResponse:
    own = request.organization
    own.refresh_from_db()
    people = members()
    parts = (
        own.address,
        phones.display(own.phone) if own.phone else "",
        f"fax {phones.display(own.fax)}" if own.fax else "",
    )
    shown = OrganizationPage(
        name=own.name,
        detail=" · ".join(part for part in (*parts, own.timezone.replace("_", " ")) if part),
        members=tuple(map(_row, people)),
        locations=tuple(
            LocationRow(one.name, " · ".join(part for part in (one.address, ", ".join(one.specialties)) if part))
            for one in locations()
        ),
        auto_accept=own.auto_accept,
        auto_badge=Badge("On", "warn") if own.auto_accept else Badge("Off", "quiet"),
        auto_text="Opens a referral without a person when every required field is sure, the sender is proven and the "
        "patient is beyond doubt. Off until audited items prove its precision for your senders.",
        llm=_llm_panel(consent.standing()),
        forms=(
            _member_form(request, refused, why),
            _location_form(request, refused, why),
            *(_role_form(one, refused, why) for one in people),
            *(_remove_form(one, refused, why) for one in people),
        ),
    )
    return page(request, "workspace/organization.html", status=status if refused else 200, org=shown)


def _llm_panel(now: Standing) -> LLMPanel:
    endpoint = now.endpoint
    if endpoint is None:
        why = now.problem or "No language model is set up. The operator of this installation names one: HOMING_LLM_URL."
        return LLMPanel(Badge("Off", "quiet"), why, (), "", is_on=bool(now.confirmed), submit="Switch off")
    where = "It stays in your network." if endpoint.is_near else "It leaves your network."
    facts: tuple[str, ...] = (
        f"Goes to {endpoint.host}, model {endpoint.model}. {where}",
        _LLM_SENT,
        "What comes back counts only where the words stand on the page, and a person always checks it.",
    )
    if now.is_on:
        badge = Badge("On", "warn")
    elif now.confirmed:
        facts = (f"It was on for {urlsplit(now.confirmed).netloc}. The setting was changed, so it is off.", *facts)
        badge = Badge("Off, changed", "warn")
    else:
        badge = Badge("Off", "quiet")
    return LLMPanel(
        badge,
        now.problem or "Fills fields that reading has left blank or is unsure of.",
        facts,
        "" if now.problem else endpoint.url,
        is_on=now.is_on,
        submit="Switch off" if now.is_on else f"Switch on for {endpoint.host}",
    )


def _row(one: Member) -> MemberRow:
    return MemberRow(
        name=one.name,
        role=words.sentence(one.role.value),
        password_url=reverse("members_password", kwargs={"user_id": one.user_id}),
        role_dialog=f"do-role-{one.user_id}",
        remove_dialog=f"do-remove-{one.user_id}",
    )


def _role_form(one: Member, refused: str, why: str) -> CommandForm:
    command = f"role-{one.user_id}"
    return CommandForm(
        command=command,
        title=f"Change the role of {one.name}",
        submit="Change role",
        action=reverse("members_role", kwargs={"user_id": one.user_id}),
        controls=(control("role", "Role", kind="select", options=_ROLES, value=one.role.value, prefix=command),),
        explanation="From the next page on they see and do what the new role allows.",
        error=why if refused == command else "",
        is_open=refused == command,
    )


def _remove_form(one: Member, refused: str, why: str) -> CommandForm:
    command = f"remove-{one.user_id}"
    return CommandForm(
        command=command,
        title=f"Remove {one.name}?",
        submit="Remove",
        action=reverse("members_remove", kwargs={"user_id": one.user_id}),
        explanation="They can do nothing here from now on. What they did stays on record, and you can add them again.",
        tone="bad",
        error=why if refused == command else "",
        is_open=refused == command,
    )


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
