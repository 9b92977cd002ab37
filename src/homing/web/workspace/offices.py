"""The directory of offices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.urls import reverse

from homing.accounts.policy import Permission
from homing.directory import actions, queries
from homing.kit import phones
from homing.kit.errors import Invalid
from homing.web import words
from homing.web.guard import StaffRequest, staff
from homing.web.render import page
from homing.web.widgets import NOTHING, Badge, Option
from homing.web.workspace.case_page import Fact
from homing.web.workspace.controls import Control, Form, control, marked
from homing.web.workspace.support import face, go, said, tell, text

if TYPE_CHECKING:
    from django.http import HttpResponse

    from homing.directory.queries import ContactPointView, OfficeView
    from homing.web.clockface import Clockface, Moment

_EDIT = Permission.DIRECTORY_EDIT
_READ = (Permission.REFERRALS_READ, _EDIT)
_UNPROCESSABLE = 422
_KINDS: Final = (
    Option("both", "Refers to us, and we to them"),
    Option("referring", "Refers to us"),
    Option("receiving", "We refer to them"),
)
_KIND_BADGES: Final = {one.value: Badge(one.label, "info") for one in _KINDS}
_SYSTEMS: Final = (Option("fax", "Fax"), Option("phone", "Phone"))


@dataclass(frozen=True, slots=True)
class OfficeRow:
    """One office of the list."""

    url: str
    name: str
    detail: str
    people: str
    fax: str
    fax_badge: Badge
    phone: str


@dataclass(frozen=True, slots=True)
class Directory:
    """The whole list."""

    text: str
    rows: tuple[OfficeRow, ...]
    can_edit: bool


@dataclass(frozen=True, slots=True)
class Point:
    """One number or address."""

    id: UUID
    system: str
    value: str
    proof: Badge
    proven_by: str
    confirmed: Moment | None
    can_prove: bool


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the office."""

    name: str
    specialty: str
    npi: str


@dataclass(frozen=True, slots=True)
class OfficePage:
    """One office."""

    id: UUID
    name: str
    detail: str
    kind: Badge
    points: tuple[Point, ...]
    people: tuple[Person, ...]
    facts: tuple[Fact, ...]
    can_edit: bool
    point_controls: tuple[Control, ...]
    person_controls: tuple[Control, ...]


@staff(*_READ)
def directory(request: StaffRequest) -> HttpResponse:
    """Show offices, all or those found."""
    wanted = request.GET.get("q", "").strip()[:100]
    found = queries.search_offices(wanted, limit=100) if wanted else queries.all_offices()
    rows = tuple(_row(one) for one in found)
    return page(request, "workspace/directory.html", directory=Directory(wanted, rows, request.actor.may(_EDIT)))


@staff(*_READ)
def office(request: StaffRequest, office_id: UUID) -> HttpResponse:
    """Show one office."""
    found = queries.office(office_id)
    return page(request, "workspace/office.html", office=_page(found, face(request), can_edit=request.actor.may(_EDIT)))


@staff(_EDIT, methods=("GET", "POST"))
def office_new(request: StaffRequest) -> HttpResponse:
    """Show the form for an office, or add it."""
    if request.method == "GET":
        return page(request, "workspace/form.html", form=_form(request, ""))
    try:
        office_id = _create(request)
    except Invalid as problem:
        return page(request, "workspace/form.html", status=_UNPROCESSABLE, form=_form(request, said(problem)))
    tell(request, "Office added.")
    return go(_url(office_id))


@staff(_EDIT, methods=("POST",))
def office_point(request: StaffRequest, office_id: UUID) -> HttpResponse:
    """Add a number."""
    actions.add_contact_point(
        actor=request.actor,
        office_id=office_id,
        system=text(request, "system", 20),
        value=_number(text(request, "value", 100)),
        is_proven=text(request, "is_proven") == "yes",
    )
    return go(_url(office_id))


@staff(_EDIT, methods=("POST",))
def office_prove(request: StaffRequest, office_id: UUID, point_id: UUID) -> HttpResponse:
    """Let a person stand for a number."""
    actions.prove_contact_point(actor=request.actor, contact_point_id=point_id)
    tell(request, "The number is proven.")
    return go(_url(office_id))


@staff(_EDIT, methods=("POST",))
def office_person(request: StaffRequest, office_id: UUID) -> HttpResponse:
    """Add a person to the office."""
    actions.add_practitioner(
        actor=request.actor,
        office_id=office_id,
        family=text(request, "family", 100),
        given=text(request, "given", 100),
        npi=text(request, "npi", 10),
        specialty=text(request, "specialty", 100),
    )
    return go(_url(office_id))


def _create(request: StaffRequest) -> UUID:
    name = text(request, "name", 200)
    if not name:
        raise Invalid("Give the name of the office.")
    return actions.create_office(
        actor=request.actor,
        name=name,
        kind=text(request, "kind", 20),
        npi=text(request, "npi", 10),
        address=text(request, "address", 300),
        fax=_number(text(request, "fax", 40)),
        phone=_number(text(request, "phone", 40)),
        specialties=tuple(part.strip() for part in text(request, "specialties", 500).split(",") if part.strip()),
        notes=text(request, "notes"),
    )


def _number(posted: str) -> str:
    if not posted or "@" in posted:
        return posted
    number = phones.to_e164(posted)
    if number is None:
        raise Invalid("This is not a telephone number of the United States or Canada.")
    return number


def _form(request: StaffRequest, error: str) -> Form:
    def value(name: str) -> str:
        return request.POST.get(name, "")[:500]

    return Form(
        title="Add office",
        action=reverse("office_new"),
        submit="Add office",
        back_url=reverse("directory"),
        back_label="Directory",
        lead="A number entered here counts as proven: enter only what the office itself has told you.",
        error=error,
        controls=marked(
            (
                control("name", "Name", value=value("name"), required=True),
                control("kind", "What it is for us", kind="select", options=_KINDS, value=value("kind") or "both"),
                control("fax", "Fax", kind="tel", value=value("fax")),
                control("phone", "Phone", kind="tel", value=value("phone")),
                control("address", "Address", value=value("address")),
                control("npi", "NPI", value=value("npi")),
                control("specialties", "Specialties", value=value("specialties"), hint="Separated by commas"),
                control("notes", "Notes", kind="area", value=value("notes")),
            )
        ),
    )


def _row(one: OfficeView) -> OfficeRow:
    people = ", ".join(f"{person.given} {person.family}" for person in one.practitioners[:3])
    more = f" and {len(one.practitioners) - 3} more" if len(one.practitioners) > 3 else ""
    faxes = [point for point in one.contact_points if point.system == "fax"]
    return OfficeRow(
        url=_url(one.id),
        name=one.name,
        detail=" · ".join(part for part in (one.address, ", ".join(one.specialties)) if part),
        people=people + more or NOTHING,
        fax=phones.display(one.fax) if one.fax else "",
        fax_badge=_proof(faxes[0]) if faxes else Badge("No fax", "warn"),
        phone=phones.display(one.phone) if one.phone else "",
    )


def _page(found: OfficeView, show: Clockface, *, can_edit: bool) -> OfficePage:
    facts = (
        ("Address", found.address),
        ("NPI", found.npi),
        ("Specialties", ", ".join(found.specialties)),
        ("Notes", found.notes),
    )
    return OfficePage(
        id=found.id,
        name=found.name,
        detail=found.address,
        kind=_KIND_BADGES.get(found.kind, Badge(words.sentence(found.kind))),
        points=tuple(_point(one, show, can_edit=can_edit) for one in found.contact_points),
        people=tuple(
            Person(f"{one.given} {one.family}".strip(), one.specialty, one.npi) for one in found.practitioners
        ),
        facts=tuple(Fact(label, value or NOTHING) for label, value in facts),
        can_edit=can_edit,
        point_controls=(
            control("system", "Kind", kind="select", options=_SYSTEMS),
            control("value", "Number", kind="tel", required=True),
            control("is_proven", "They told us themselves", kind="check"),
        ),
        person_controls=(
            control("family", "Family name", required=True),
            control("given", "Given name", required=True),
            control("npi", "NPI"),
            control("specialty", "Specialty"),
        ),
    )


def _point(one: ContactPointView, show: Clockface, *, can_edit: bool) -> Point:
    return Point(
        id=one.id,
        system=words.sentence(one.system),
        value=phones.display(one.value),
        proof=_proof(one),
        proven_by=one.proven_by,
        confirmed=show.moment(one.last_confirmed_at),
        can_prove=can_edit and not one.is_proven,
    )


def _proof(one: ContactPointView) -> Badge:
    return Badge("Proven", "good", "shield") if one.is_proven else Badge("Not proven", "warn")


def _url(office_id: UUID) -> str:
    return reverse("office", kwargs={"office_id": office_id})
