"""A new referral to another office."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.urls import reverse

from homing.accounts.policy import Permission
from homing.directory import queries as directory
from homing.identity import actions as identity
from homing.intake.fields import InvalidField, content_of, values_of
from homing.intake.reading.errors import UnreadableDocument
from homing.kit.errors import Conflict, Invalid
from homing.referrals import actions, policy, queries
from homing.referrals.states import Direction, Status
from homing.web.guard import StaffRequest, staff
from homing.web.render import fragment, page
from homing.web.workspace import uploads
from homing.web.workspace.controls import Control, control
from homing.web.workspace.support import go, said, tell, text, uuid_or_none, version
from homing.web.workspace.workbench_fields import SHAPES, shape_of, shown
from homing.web.workspace.workbench_page import OfficeChoices, offices_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.http import HttpResponse

    from homing.content.document_reference import DocumentReference
    from homing.content.referral import ReferralContent
    from homing.referrals.queries import ReferralView

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

    title: str
    action: str
    version: int
    groups: tuple[FormGroup, ...]
    needs: tuple[Need, ...]
    percent: int
    error: str
    office_error: str


class OfficeMissing(Invalid):
    """Choose the office that the referral goes to."""

    code = "office_missing"


class AlreadySent(Conflict):
    """Only a draft can be changed. What was sent stays as it was sent."""

    code = "already_sent"


@staff(Permission.REFERRALS_SEND, methods=("GET", "POST"))
def outbound_new(request: StaffRequest) -> HttpResponse:
    """Show the form, or keep what was entered and send it."""
    if request.method == "GET":
        return _show(request, None, {}, offices_of(directory.all_offices(kind="receiving", limit=8)))
    return _take(request, None)


@staff(Permission.REFERRALS_SEND, methods=("GET", "POST"), seen="referral", key="referral_id")
def outbound_edit(request: StaffRequest, referral_id: UUID) -> HttpResponse:
    """Show a draft to be completed, or keep what was changed and send it."""
    draft = queries.referral(referral_id)
    if draft.direction is not Direction.OUTBOUND or draft.status is not Status.DRAFT:
        raise AlreadySent
    if request.method == "POST":
        return _take(request, draft)
    values = {name: shown(name, value) for name, value in values_of(draft.content).items()}
    chosen = draft.row.partner_id
    offices = offices_of(directory.offices([chosen]), chosen=str(chosen)) if chosen else _search("")
    return _show(request, draft, values, offices)


@staff(Permission.REFERRALS_SEND, methods=("POST",))
def outbound_offices(request: StaffRequest) -> HttpResponse:
    """Search the directory for receiving offices."""
    return fragment(
        request,
        "workspace/_office_choices.html",
        offices=_search(text(request, "office_text", 100), chosen=text(request, "office", 40)),
    )


def _take(request: StaffRequest, draft: ReferralView | None) -> HttpResponse:
    """Keep what was posted, all of it or nothing; what is wrong comes back with it."""
    values = {shape.name: text(request, shape.name) for shape in SHAPES}
    is_sent = text(request, "do") == "send"
    try:
        with transaction.atomic():
            referral_id = _save(request, draft, values)
            if is_sent:
                _check_complete(values)
                actions.send(actor=request.actor, referral_id=referral_id)
    except InvalidField as problem:
        return _again(request, draft, values, {problem.field: said(problem)})
    except OfficeMissing as problem:
        return _again(request, draft, values, {}, office_error=said(problem))
    except (Invalid, UnreadableDocument, uploads.FileTooLarge) as problem:
        return _again(request, draft, values, {}, error=said(problem))
    told = "Sending started. It counts as sent when the carrier confirms every page." if is_sent else "Draft kept."
    tell(request, told)
    return go(reverse("referral", kwargs={"referral_id": referral_id}))


def _save(request: StaffRequest, draft: ReferralView | None, values: Mapping[str, str]) -> UUID:
    office_id = uuid_or_none(text(request, "office"))
    if office_id is None:
        raise OfficeMissing
    office, content = directory.office(office_id), _with_practice(request, content_of(values))
    if not content.patient.family:
        raise InvalidField("patient.family", "A referral needs the patient's name.")
    if draft is None:
        return actions.draft_outbound(
            actor=request.actor,
            content=content,
            partner_id=office.id,
            partner_name=office.name,
            patient_record_id=identity.create_record(actor=request.actor, patient=content.patient),
            documents=_documents(request),
        )
    actions.revise_draft(
        actor=request.actor,
        referral_id=draft.id,
        version=version(request),
        content=content,
        partner_id=office.id,
        partner_name=office.name,
    )
    for document in _documents(request):
        actions.attach(actor=request.actor, referral_id=draft.id, document=document)
    return draft.id


def _check_complete(values: Mapping[str, str]) -> None:
    if missing := policy.missing_fields([name for name, value in values.items() if value]):
        raise Invalid(f"Not complete enough to send: {', '.join(missing)}. Keep it as a draft, or add what is missing.")


def _with_practice(request: StaffRequest, content: ReferralContent) -> ReferralContent:
    own = request.organization
    return replace(content, referrer=replace(content.referrer, organization=content.referrer.organization or own.name))


def _documents(request: StaffRequest) -> list[DocumentReference]:
    files = request.FILES.getlist("files")
    return [uploads.keep(actor=request.actor, upload=one, kind="other", title="Enclosure") for one in files]


def _again(
    request: StaffRequest,
    draft: ReferralView | None,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    *,
    error: str = "",
    office_error: str = "",
) -> HttpResponse:
    chosen = uuid_or_none(text(request, "office"))
    offices = offices_of(directory.offices([chosen]), chosen=str(chosen)) if chosen else _search("")
    return _show(request, draft, values, offices, errors, error=error, office_error=office_error, status=_UNPROCESSABLE)


def _search(wanted: str, *, chosen: str = "") -> OfficeChoices:
    if wanted:
        return offices_of(directory.search_offices(wanted, kind="receiving", limit=8), chosen=chosen)
    return offices_of(directory.all_offices(kind="receiving", limit=8), chosen=chosen)


def _show(
    request: StaffRequest,
    draft: ReferralView | None,
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
        title="Complete the draft" if draft else "New referral",
        action=reverse("outbound_edit", kwargs={"referral_id": draft.id}) if draft else reverse("outbound_new"),
        version=draft.version if draft else 0,
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
