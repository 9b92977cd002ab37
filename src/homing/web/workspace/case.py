"""A referral's page: what it says, where it stands, what can be done, what was proven."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse

from homing.accounts.policy import Permission
from homing.audit import actions as audit
from homing.directory import queries as directory
from homing.documents import queries as documents
from homing.intake.fields import values_of
from homing.intake.pipeline import sites
from homing.kit.errors import Invalid, NotFound
from homing.messaging import queries as messages
from homing.referrals import policy, queries
from homing.referrals.states import Command, Status
from homing.web.guard import StaffRequest, staff
from homing.web.render import page
from homing.web.widgets import Option
from homing.web.workspace import uploads
from homing.web.workspace.case_commands import allowed, carry_out
from homing.web.workspace.case_forms import FormFacts, actions_of, done_text, forms_of
from homing.web.workspace.case_page import CaseFacts, case_of, papers_of
from homing.web.workspace.people import People, everybody
from homing.web.workspace.support import extension, face, file, go, image, said, tell

if TYPE_CHECKING:
    from homing.referrals.queries import ReferralView
    from homing.routing.propose import Site
    from homing.web.clockface import Clockface
    from homing.web.workspace.controls import Control

_UNPROCESSABLE = 422


@staff(Permission.REFERRALS_READ, seen="referral", key="referral_id")
def referral(request: StaffRequest, referral_id: UUID) -> HttpResponse:
    """Show one referral."""
    return _show(request, queries.referral(referral_id))


@staff(Permission.REFERRALS_READ, methods=("POST",))
def referral_do(request: StaffRequest, referral_id: UUID, command: str) -> HttpResponse:
    """Carry out a command; what it lacks is said in its own dialog. The action asks for the permission it needs."""
    found = queries.referral(referral_id)
    try:
        with transaction.atomic():
            carry_out(request, found, command)
    except Invalid as problem:
        return _show(request, found, refused=command, why=said(problem))
    tell(request, done_text(command))
    return go(reverse("referral", kwargs={"referral_id": referral_id}))


@staff(Permission.REFERRALS_READ)
def referral_page(request: StaffRequest, referral_id: UUID, document_id: UUID, number: int) -> HttpResponse:
    """Return one page image of a document of this referral."""
    _see_document(request, referral_id, document_id)
    return image(documents.page_image(document_id, number))


@staff(Permission.REFERRALS_READ)
def referral_file(request: StaffRequest, referral_id: UUID, document_id: UUID) -> HttpResponse:
    """Return a document of this referral."""
    found = _see_document(request, referral_id, document_id)
    kept = documents.document(document_id)
    name = f"{found.reference}-{str(document_id)[-4:]}.{extension(kept.media_type)}"
    return file(documents.content(document_id), kept.media_type, name)


def _see_document(request: StaffRequest, referral_id: UUID, document_id: UUID) -> ReferralView:
    found = queries.referral(referral_id)
    if document_id not in {one.document_id for one in papers_of(found, queries.timeline(referral_id))}:
        raise NotFound
    audit.record(actor=request.actor, action="document.view", entity="document", entity_id=document_id)
    return found


def _show(request: StaffRequest, found: ReferralView, refused: str = "", why: str = "") -> HttpResponse:
    people, places, show = everybody(), sites(), face(request)
    possible = allowed(request.actor, found)
    main, more = actions_of(found.direction, found.status, possible, has_outcome=found.has_outcome)
    missing = policy.missing_fields(values_of(found.content))
    history = queries.timeline(found.id)
    papers = papers_of(found, history)
    forms = forms_of(possible, form_facts(found, people, places, missing, show))
    facts = CaseFacts(
        people=people,
        location=next((one.name for one in places if one.id == found.row.location_id), ""),
        missing=missing,
        papers=papers,
        pages=tuple(
            (one.document_id, uploads.pages_of(actor=request.actor, document_id=one.document_id)) for one in papers
        ),
        messages=messages.messages_for(referral_id=found.id, item_id=found.item_id),
        steps=messages.evidence_for(referral_id=found.id, item_id=found.item_id),
        actions=main,
        more_actions=more,
        forms=tuple(
            replace(one, is_open=True, error=why, controls=_refilled(request, one.controls))
            if one.command == refused
            else one
            for one in forms
        ),
        may_see_intake=request.actor.may(Permission.INTAKE_READ),
        may_see_audit=request.actor.may(Permission.AUDIT_READ),
        may_edit=Command.SEND in possible and found.status is Status.DRAFT,
        office_url=reverse("office", kwargs={"office_id": found.row.partner_id}) if found.row.partner_id else "",
    )
    case = case_of(found, history, facts, show)
    return page(request, "workspace/referral.html", status=_UNPROCESSABLE if refused else 200, case=case)


def form_facts(
    found: ReferralView, people: People, places: tuple[Site, ...], missing: tuple[str, ...], show: Clockface
) -> FormFacts:
    """Return what the command forms of a referral offer."""
    receiving = directory.all_offices(kind="receiving")
    return FormFacts(
        missing=missing,
        people=people.options(),
        locations=tuple(Option(str(one.id), one.name) for one in places),
        offices=tuple(Option(f"office:{one.id}", one.name) for one in receiving),
        specialties=tuple(sorted({name for one in places for name in one.specialties})),
        now=show.input_value(show.now),
        appointment=show.input_value(found.appointment.start) if found.appointment else "",
        due=show.input_value(found.row.due_at) if found.row.due_at else "",
        next_action=found.row.next_action,
        owner_role=found.row.owner_role,
        direction=found.direction,
    )


def _refilled(request: StaffRequest, controls: tuple[Control, ...]) -> tuple[Control, ...]:
    """Return the inputs with what was posted in them, so that nothing is typed twice."""
    return tuple(
        replace(one, field=replace(one.field, value=request.POST.get(one.field.name, "")[:2000]))
        if one.kind != "file"
        else one
        for one in controls
    )
