"""The unified inbox: one list for every channel, and the door for uploads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse

from homing.accounts.policy import Permission
from homing.intake import actions, policy, queries
from homing.intake.ports import Arrival
from homing.kit.ids import uuid7
from homing.messaging import queries as messages
from homing.web.guard import StaffRequest, staff
from homing.web.render import fragment, page
from homing.web.widgets import plural
from homing.web.workspace.inbox_page import PAGE_SIZE, Inbox, InboxFacts, Wanted, inbox_of
from homing.web.workspace.people import everybody
from homing.web.workspace.support import face, go, tell, user_id
from homing.web.workspace.uploads import read_upload

if TYPE_CHECKING:
    from django.http import HttpResponse, QueryDict

_SAVED = "inbox"


@staff(Permission.INTAKE_READ)
def inbox(request: StaffRequest) -> HttpResponse:
    """Show a view of the inbox; without one in the address, the person's last."""
    return page(request, "workspace/inbox.html", inbox=_inbox(request, _wanted(request)))


@staff(Permission.INTAKE_READ)
def inbox_rows(request: StaffRequest) -> HttpResponse:
    """Show the same rows again, for the page that refreshes itself."""
    return fragment(request, "workspace/_inbox_rows.html", inbox=_inbox(request, _parse(request.GET)))


@staff(Permission.INTAKE_REVIEW, methods=("POST",))
def inbox_upload(request: StaffRequest) -> HttpResponse:
    """Take files in: kept, with a line in the ledger, before anything is said."""
    files = request.FILES.getlist("files")
    for one in files:
        _receive(request, one)
    if files:
        tell(request, f"{plural(len(files), 'file')} kept. Reading starts now.")
    return go(Wanted("open").url())


def _receive(request: StaffRequest, one: UploadedFile[Any]) -> None:
    actions.receive(
        actor=request.actor,
        arrival=Arrival(
            channel="upload",
            carrier_reference=str(uuid7()),
            data=read_upload(one),
            file_name=one.name or "",
            media_type=one.content_type or "application/octet-stream",
        ),
    )


def _inbox(request: StaffRequest, wanted: Wanted) -> Inbox:
    can_review = request.actor.may(Permission.INTAKE_REVIEW)
    found = queries.inbox(
        queries.InboxFilter(
            view=wanted.view,
            channel=wanted.channel,
            kind=wanted.kind,
            limit=PAGE_SIZE + 1,
            offset=(wanted.page - 1) * PAGE_SIZE,
        )
    )
    facts = InboxFacts(
        people=everybody(),
        kinds=policy.KINDS,
        can_review=can_review,
        next_id=queries.next_to_review(user_id=user_id(request.actor)) if can_review else None,
        max_bytes=settings.HOMING_MAX_FILE_BYTES,
        undelivered=messages.needs_person_count() if request.actor.may(Permission.MESSAGES_RESOLVE) else 0,
    )
    return inbox_of(wanted, found, queries.counts(), facts, face(request))


def _wanted(request: StaffRequest) -> Wanted:
    if "view" not in request.GET and isinstance(saved := request.session.get(_SAVED), dict):
        return Wanted(**saved)
    wanted = _parse(request.GET)
    request.session[_SAVED] = {"view": wanted.view, "channel": wanted.channel, "kind": wanted.kind}
    return wanted


def _parse(query: QueryDict) -> Wanted:
    view = query.get("view", "review")
    number = query.get("page", "1")
    return Wanted(
        view=view if view in queries.VIEWS else "review",
        channel=query.get("channel", "")[:20],
        kind=query.get("kind", "") if query.get("kind", "") in policy.KINDS else "",
        page=int(number) if number.isdecimal() and 0 < int(number) < 10_000 else 1,
    )


def after_review(request: StaffRequest, item_id: object = None) -> str:
    """Return where to go when an item is done: the next one, else the list."""
    following = queries.next_to_review(after=item_id, user_id=user_id(request.actor))  # type: ignore[arg-type]
    return reverse("workbench", kwargs={"item_id": following}) if following else reverse("inbox")
