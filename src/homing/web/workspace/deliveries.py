"""Messages: exactly what was sent, the proof, and what a person does when the machine has given up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from homing.accounts.policy import Permission
from homing.audit import actions as audit
from homing.directory import queries as directory
from homing.documents import queries as documents
from homing.kit import phones, reference
from homing.kit.errors import Invalid
from homing.messaging import actions, queries
from homing.messaging.policy import Resolution
from homing.web.guard import StaffRequest, staff
from homing.web.render import page
from homing.web.widgets import Badge, plural
from homing.web.workspace import uploads
from homing.web.workspace.case_page import document_sheets
from homing.web.workspace.controls import CommandForm, control
from homing.web.workspace.evidence import Rung, message_badge, message_title, rungs_of
from homing.web.workspace.people import everybody
from homing.web.workspace.support import face, file, go, image, tell, text

if TYPE_CHECKING:
    from homing.messaging.queries import MessageView
    from homing.web.clockface import Clockface, Moment
    from homing.web.widgets import Sheet
    from homing.web.workspace.people import People

_READ = (Permission.REFERRALS_READ, Permission.MESSAGES_RESOLVE)
#: The pages of a message say something about a patient: not for those who only look after connections.
_SEE = (Permission.REFERRALS_READ,)


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One message that needs a person."""

    url: str
    title: str
    reference_text: str
    office: str
    number: str
    state: Badge
    attempts: str
    action: str
    owner: str
    due: Moment | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class Deliveries:
    """The whole list."""

    rows: tuple[DeliveryRow, ...]


@dataclass(frozen=True, slots=True)
class MessagePage:
    """One message."""

    title: str
    reference_text: str
    office: str
    number: str
    pages: str
    created: Moment
    state: Badge
    action: str
    owner: str
    due: Moment | None
    back_url: str
    back_label: str
    file_url: str
    sheets: tuple[Sheet, ...]
    rungs: tuple[Rung, ...]
    forms: tuple[CommandForm, ...]


@staff(Permission.MESSAGES_RESOLVE)
def messages(request: StaffRequest) -> HttpResponse:
    """Show the messages that need a person."""
    people, show = everybody(), face(request)
    found = queries.needs_person()
    names = _names(tuple(one.office_id for one in found))
    rows = tuple(_row(one, names, people, show) for one in found)
    return page(request, "workspace/messages.html", deliveries=Deliveries(rows))


@staff(*_READ, seen="message", key="message_id")
def message(request: StaffRequest, message_id: UUID) -> HttpResponse:
    """Show one message with its evidence; its pages only to those who may see patients."""
    found = queries.message(message_id)
    return page(request, "workspace/message.html", message=_page(request, found))


@staff(*_SEE)
def message_page(request: StaffRequest, message_id: UUID, number: int) -> HttpResponse:
    """Return one page image of what was sent."""
    found = queries.message(message_id)
    _record_view(request, found)
    return image(documents.page_image(found.document_id, number))


@staff(*_SEE)
def message_file(request: StaffRequest, message_id: UUID) -> HttpResponse:
    """Return the PDF that was sent."""
    found = queries.message(message_id)
    _record_view(request, found)
    name = f"{found.printed_reference or 'message'}-{str(found.id)[-4:]}.pdf"
    return file(documents.content(found.document_id), "application/pdf", name)


@staff(Permission.MESSAGES_RESOLVE, methods=("POST",))
def message_resolve(request: StaffRequest, message_id: UUID) -> HttpResponse:
    """Settle a message, or start it anew."""
    posted = text(request, "resolution")
    if posted not in set(Resolution):
        raise Invalid("Choose how the message is settled.")
    actions.resolve_undeliverable(
        actor=request.actor,
        message_id=message_id,
        resolution=Resolution(posted),
        note=text(request, "note", 500),
        address=phones.to_e164(text(request, "number", 40)) or "",
    )
    tell(request, "Recorded. If it is sent again, its progress stands here.")
    return go(reverse("message", kwargs={"message_id": message_id}))


def _record_view(request: StaffRequest, found: MessageView) -> None:
    audit.record(actor=request.actor, action="document.view", entity="document", entity_id=found.document_id)


def _page(request: StaffRequest, found: MessageView) -> MessagePage:
    show, people = face(request), everybody()
    may_see = request.actor.may(Permission.REFERRALS_READ)
    may_settle = request.actor.may(Permission.MESSAGES_RESOLVE) and found.needs_person
    steps = queries.evidence_for(referral_id=found.referral_id, item_id=found.item_id)
    pages = uploads.pages_of(actor=request.actor, document_id=found.document_id) if may_see else ()
    back_url, back_label = _back(found)
    return MessagePage(
        title=message_title(found),
        reference_text=reference.display(found.printed_reference) if found.printed_reference else "",
        office=_names((found.office_id,)).get(found.office_id, "the sender"),
        number=phones.display(found.address),
        pages=plural(found.pages, "page"),
        created=show.at(found.created_at),
        state=message_badge(found.state),
        action=found.next_action if found.needs_person else "",
        owner=people.owner(found.owner_role, found.owner),
        due=show.moment(found.due_at),
        back_url=back_url,
        back_label=back_label,
        file_url=reverse("message_file", kwargs={"message_id": found.id}) if may_see else "",
        sheets=document_sheets("message_page", {"message_id": found.id}, pages),
        rungs=rungs_of(tuple(step for step in steps if step.message_id == found.id), show),
        forms=_forms(found) if may_settle else (),
    )


def _forms(found: MessageView) -> tuple[CommandForm, ...]:
    action = reverse("message_resolve", kwargs={"message_id": found.id})

    def form(resolution: Resolution, title: str, submit: str, *controls: object, explanation: str = "") -> CommandForm:
        hidden = control("resolution", "", kind="hidden", value=resolution.value, prefix=resolution.value)
        return CommandForm(resolution.value, title, submit, (hidden, *controls), explanation, action=action)  # type: ignore[arg-type]

    number = control("number", "Number", kind="tel", required=True, prefix="other")
    how = control("note", "Whom, how, when", required=True, prefix="told")
    why = control("note", "Why", required=True, prefix="withdrawn")
    return (
        form(Resolution.TRY_AGAIN, "Try the same number again", "Try again"),
        form(
            Resolution.OTHER_NUMBER,
            "Send to another number",
            "Send",
            number,
            explanation="Only a number that the office has confirmed.",
        ),
        form(Resolution.TOLD_OTHERWISE, "The office was told another way", "Record", how),
        form(Resolution.WITHDRAWN, "It need not be sent any more", "Withdraw", why),
    )


def _back(found: MessageView) -> tuple[str, str]:
    if found.referral_id:
        return reverse("referral", kwargs={"referral_id": found.referral_id}), "Referral"
    if found.item_id:
        return reverse("workbench", kwargs={"item_id": found.item_id}), "Inbound item"
    return reverse("messages"), "Delivery"


def _row(one: MessageView, names: dict[UUID | None, str], people: People, show: Clockface) -> DeliveryRow:
    return DeliveryRow(
        url=reverse("message", kwargs={"message_id": one.id}),
        title=message_title(one),
        reference_text=reference.display(one.printed_reference) if one.printed_reference else "",
        office=names.get(one.office_id, "Unknown office"),
        number=phones.display(one.address),
        state=message_badge(one.state),
        attempts=plural(one.attempts, "attempt"),
        action=one.next_action,
        owner=people.owner(one.owner_role, one.owner),
        due=show.moment(one.due_at),
        is_late=one.due_at is not None and one.due_at < show.now,
    )


def _names(office_ids: tuple[UUID | None, ...]) -> dict[UUID | None, str]:
    return {one.id: one.name for one in directory.offices(office_id for office_id in office_ids if office_id)}
