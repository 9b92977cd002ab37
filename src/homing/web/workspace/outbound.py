"""A new referral to another office."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from django.urls import reverse

from homing.accounts.policy import Permission
from homing.directory import queries as directory
from homing.identity import actions as identity
from homing.intake.fields import InvalidField, content_of
from homing.kit.errors import HomingError, Invalid
from homing.referrals import actions, policy
from homing.web.guard import StaffRequest, staff
from homing.web.render import fragment, page
from homing.web.workspace import uploads
from homing.web.workspace.controls import Control, control
from homing.web.workspace.support import go, said, tell, text, uuid_or_none
from homing.web.workspace.workbench_fields import SHAPES, shape_of
from homing.web.workspace.workbench_page import OfficeChoices, offices_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.http import HttpResponse

    from homing.content.document_reference import DocumentReference
    from homing.content.referral import ReferralContent

_UNPROCESSABLE = 422
_SPANS: Final = {"span-2": "span-2", "span-3": "span-3", "span-4": "span-4", "span-6": "span-6"}
_GROUPS: Final = (
    (
        "request",
        "What for",
        ("requested.specialty", "requested.service", "requested.provider", "priority", "reason", "diagnosis.codes"),
    ),
    ("patient", "Patient", tuple(shape.name for shape in SHAPES if shape.group == "patient")),
    ("coverage", "Coverage", tuple(shape.name for shape in SHAPES if shape.group == "coverage")),
    ("referrer", "Referring provider", ("referrer.family", "referrer.given", "referrer.npi", "referrer.phone")),
)
_LABELS: Final = {
    "requested.specialty": "Specialty",
    "requested.provider": "Specialist",
    "patient.mrn": "Our record no.",
}


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that a referral must say; `names` are its fields, any of which will do."""

    label: str
    names: str
    is_met: bool


@dataclass(frozen=True, slots=True)
class FormGroup:
    """Inputs under one heading."""

    key: str
    title: str
    controls: tuple[Control, ...]


@dataclass(frozen=True, slots=True)
class NewReferral:
    """The whole form."""

    groups: tuple[FormGroup, ...]
    needs: tuple[Need, ...]
    percent: int
    error: str
    office_error: str


class OfficeMissing(Invalid):
    """Choose the office that the referral goes to."""

    code = "office_missing"


@staff(Permission.REFERRALS_SEND, methods=("GET", "POST"))
def outbound_new(request: StaffRequest) -> HttpResponse:
    """Show the form, or keep what was entered and send it."""
    if request.method == "GET":
        return _show(request, {}, offices_of(directory.all_offices(kind="receiving", limit=8)))
    values = {shape.name: text(request, shape.name) for shape in SHAPES}
    try:
        referral_id, is_sent = _create(request, values)
    except InvalidField as problem:
        return _again(request, values, {problem.field: said(problem)})
    except OfficeMissing as problem:
        return _again(request, values, {}, office_error=said(problem))
    except HomingError as problem:
        return _again(request, values, {}, error=said(problem))
    tell(
        request,
        "Sending started. It counts as sent when the carrier confirms every page." if is_sent else "Draft kept.",
    )
    return go(reverse("referral", kwargs={"referral_id": referral_id}))


@staff(Permission.REFERRALS_SEND, methods=("POST",))
def outbound_offices(request: StaffRequest) -> HttpResponse:
    """Search the directory for receiving offices."""
    return fragment(request, "workspace/_office_choices.html", offices=_search(text(request, "office_text", 100)))


def _create(request: StaffRequest, values: Mapping[str, str]) -> tuple[UUID, bool]:
    office_id = uuid_or_none(text(request, "office"))
    if office_id is None:
        raise OfficeMissing
    office, content = directory.office(office_id), content_of(values)
    if not content.patient.family:
        raise InvalidField("patient.family", "A referral needs the patient's name.")
    is_sent = text(request, "do") == "send"
    if is_sent and (missing := policy.missing_fields([name for name, value in values.items() if value])):
        raise Invalid(f"Not complete enough to send: {', '.join(missing)}. Keep it as a draft, or add what is missing.")
    referral_id = actions.draft_outbound(
        actor=request.actor,
        content=_with_practice(request, content),
        partner_id=office.id,
        partner_name=office.name,
        patient_record_id=identity.create_record(actor=request.actor, patient=content.patient),
        documents=_documents(request),
    )
    if is_sent:
        actions.send(actor=request.actor, referral_id=referral_id)
    return referral_id, is_sent


def _with_practice(request: StaffRequest, content: ReferralContent) -> ReferralContent:
    own = request.organization
    return replace(content, referrer=replace(content.referrer, organization=content.referrer.organization or own.name))


def _documents(request: StaffRequest) -> list[DocumentReference]:
    files = request.FILES.getlist("files")
    return [uploads.keep(actor=request.actor, upload=one, kind="other", title="Enclosure") for one in files]


def _again(
    request: StaffRequest,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    *,
    error: str = "",
    office_error: str = "",
) -> HttpResponse:
    chosen = uuid_or_none(text(request, "office"))
    offices = offices_of(directory.offices([chosen]), chosen=str(chosen)) if chosen else _search("")
    return _show(request, values, offices, errors, error=error, office_error=office_error, status=_UNPROCESSABLE)


def _search(wanted: str) -> OfficeChoices:
    if wanted:
        return offices_of(directory.search_offices(wanted, kind="receiving", limit=8))
    return offices_of(directory.all_offices(kind="receiving", limit=8))


def _show(
    request: StaffRequest,
    values: Mapping[str, str],
    offices: OfficeChoices,
    errors: Mapping[str, str] | None = None,
    *,
    error: str = "",
    office_error: str = "",
    status: int = 200,
) -> HttpResponse:
    present = [name for name, value in values.items() if value]
    needs = tuple(
        Need(label, " ".join(names), any(name in present for name in names)) for label, names in policy.REQUIRED_FIELDS
    )
    form = NewReferral(
        groups=tuple(_group(key, title, names, values, errors or {}) for key, title, names in _GROUPS),
        needs=needs,
        percent=round(100 * sum(one.is_met for one in needs) / len(needs)),
        error=error or ("Look at the marked fields." if errors else ""),
        office_error=office_error,
    )
    return page(request, "workspace/outbound_new.html", status=status, form=form, offices=offices)


def _group(
    key: str, title: str, names: tuple[str, ...], values: Mapping[str, str], errors: Mapping[str, str]
) -> FormGroup:
    return FormGroup(key, title, tuple(_control(name, values.get(name, ""), errors.get(name, "")) for name in names))


def _control(name: str, value: str, error: str) -> Control:
    shape = shape_of(name)
    kind = {"area": "area", "select": "select", "phone": "tel"}.get(shape.kind, "text")
    return control(
        name,
        _LABELS.get(name, shape.label),
        kind=kind,
        value=value,
        error=error,
        hint=shape.placeholder if not error and shape.kind == "date" else "",
        options=shape.options,
        span=_SPANS[shape.span],
    )
