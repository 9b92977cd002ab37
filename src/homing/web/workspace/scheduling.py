"""The scheduler's desk: who is to be called, what came of it, and the visits."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from homing.accounts.policy import Permission
from homing.intake.pipeline import sites
from homing.kit.errors import Invalid
from homing.referrals import queries as referrals
from homing.referrals.events import ContactOutcome
from homing.scheduling import actions, queries
from homing.web.guard import StaffRequest, staff
from homing.web.render import page
from homing.web.widgets import plural
from homing.web.workspace.case import form_facts
from homing.web.workspace.case_commands import allowed, carry_out
from homing.web.workspace.case_forms import done_text
from homing.web.workspace.people import everybody
from homing.web.workspace.scheduling_page import (
    Desk,
    DeskRow,
    Panel,
    panel_of,
    tabs_of,
    target_text,
    visit_row,
    waiting_row,
)
from homing.web.workspace.support import face, go, said, tell, text, user_id, version

if TYPE_CHECKING:
    from django.http import HttpResponse

_VIEWS: Final = ("", "mine", "visits")
_BACK, _AHEAD = timedelta(days=7), timedelta(days=8)
_UNPROCESSABLE = 422


@staff(Permission.REFERRALS_SCHEDULE)
def scheduling(request: StaffRequest) -> HttpResponse:
    """Show who is to be called next."""
    return page(request, "workspace/scheduling.html", desk=_desk(request, None))


@staff(Permission.REFERRALS_SCHEDULE, seen="referral", key="referral_id")
def scheduling_panel(request: StaffRequest, referral_id: UUID) -> HttpResponse:
    """Show the list with one patient's contact panel."""
    return _with_panel(request, referral_id)


@staff(Permission.REFERRALS_SCHEDULE, methods=("POST",))
def scheduling_next(request: StaffRequest) -> HttpResponse:
    """Claim the most urgent patient whom nobody has claimed."""
    claimed = actions.claim_next(actor=request.actor)
    if claimed is None:
        tell(request, "Nobody waits who is not already in somebody's hands.", tone="info")
        return go(reverse("scheduling"))
    return go(reverse("scheduling_panel", kwargs={"referral_id": claimed}))


@staff(Permission.REFERRALS_SCHEDULE, methods=("POST",))
def scheduling_contact(request: StaffRequest, referral_id: UUID) -> HttpResponse:
    """Log what came of a call: one click."""
    posted = text(request, "outcome")
    if posted not in set(ContactOutcome):
        raise Invalid("Say what came of the contact.")
    actions.log_contact(
        actor=request.actor,
        referral_id=referral_id,
        outcome=ContactOutcome(posted),
        note=text(request, "note", 500),
        version=version(request),
    )
    tell(request, "Logged. The next due time is set.")
    return go(reverse("scheduling_panel", kwargs={"referral_id": referral_id}))


@staff(Permission.REFERRALS_SCHEDULE, methods=("POST",))
def scheduling_do(request: StaffRequest, referral_id: UUID, command: str) -> HttpResponse:
    """Carry out a scheduling command from the panel."""
    try:
        with transaction.atomic():
            carry_out(request, referrals.referral(referral_id), command)
    except Invalid as problem:
        return _with_panel(request, referral_id, refused=said(problem))
    tell(request, done_text(command))
    return go(reverse("scheduling_panel", kwargs={"referral_id": referral_id}))


def _with_panel(request: StaffRequest, referral_id: UUID, refused: str = "") -> HttpResponse:
    found = referrals.referral(referral_id)
    people, places, show = everybody(), sites(), face(request)
    panel = panel_of(
        found,
        queries.contact_history(referral_id),
        form_facts(found, people, places, (), show),
        allowed(request.actor, found),
        show,
        _view(request),
        organization=request.organization.name,
        refused=refused,
    )
    desk = _desk(request, panel)
    return page(request, "workspace/scheduling.html", status=_UNPROCESSABLE if refused else 200, desk=desk)


def _desk(request: StaffRequest, panel: Panel | None) -> Desk:
    view = _view(request)
    rows, more = _rows(request, view, panel.id if panel else None)
    is_visits = view == "visits"
    return Desk(
        target=target_text(),
        tabs=tabs_of(view, {view: len(rows)} if not more else {}),
        caption=plural(len(rows), "visit" if is_visits else "patient"),
        time_heading="Visit" if is_visits else "Waiting",
        rows=rows,
        panel=panel,
        claim_url=reverse("scheduling_next"),
        more_url=f"{reverse('scheduling')}?view={view}&cursor={more}" if more else "",
        empty_title="No visits" if is_visits else "Nobody waits",
        empty_text="No visit lies within these two weeks."
        if is_visits
        else "Accepted patients whose appointment is not made stand here.",
    )


def _rows(request: StaffRequest, view: str, selected: UUID | None) -> tuple[tuple[DeskRow, ...], str]:
    show, places = face(request), {one.id: one.name for one in sites()}
    if view == "visits":
        visits = queries.visits_between(show.now - _BACK, show.now + _AHEAD)
        return tuple(visit_row(one, selected, places, show) for one in visits), ""
    owner = user_id(request.actor) if view == "mine" else None
    found = queries.ready_to_schedule(owner=owner, cursor=request.GET.get("cursor", "")[:200])
    return tuple(waiting_row(one, selected, places, show) for one in found.rows), found.next_cursor


def _view(request: StaffRequest) -> str:
    view = request.GET.get("view", "")
    return view if view in _VIEWS else ""
