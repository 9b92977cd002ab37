"""From a posted command form to the action of the domain. Permission and legality are the action's to judge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from homing.accounts.policy import Permission
from homing.content.appointment import Appointment
from homing.directory import queries as directory
from homing.kit import clock
from homing.kit.errors import Invalid, NotFound, NotPermitted
from homing.referrals import actions, policy
from homing.referrals.events import ContactOutcome, EventData, Evidence, RedirectTarget
from homing.referrals.states import Closure, Command, Direction, EventKind, Status
from homing.scheduling import actions as scheduling
from homing.web.workspace import uploads
from homing.web.workspace.case_forms import NOTE_CAME, TOLD, WORK
from homing.web.workspace.people import everybody
from homing.web.workspace.support import moment, text, uuid_or_none, version

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from homing.kit.actor import Actor
    from homing.referrals.queries import ReferralView
    from homing.web.guard import StaffRequest

_MINUTE = 60
_NOTE_KIND, _NOTE_TITLE = "consult_note", "Consult note"
_WORKERS: Final = (
    Permission.REFERRALS_TRIAGE,
    Permission.REFERRALS_SCHEDULE,
    Permission.REFERRALS_SEND,
    Permission.INTAKE_REVIEW,
    Permission.OUTCOME_RETURN,
)


def allowed(actor: Actor, found: ReferralView) -> frozenset[str]:
    """Return what this person can do with this referral now."""
    commands: set[str] = {
        command.value
        for command in found.commands
        if any(actor.may(one) for one in _permissions(found.direction, command))
    }
    is_out = found.direction is Direction.OUTBOUND and found.status is not Status.DRAFT and found.row.is_open
    if is_out and actor.may(Permission.REFERRALS_SEND):
        commands |= {TOLD, NOTE_CAME}
    if found.row.is_open and any(actor.may(one) for one in _WORKERS):
        commands.add(WORK)
    if found.direction is Direction.OUTBOUND and found.send_requested:
        # It is on its way already; the courier repeats by itself.
        commands.discard(Command.SEND)
    return frozenset(commands)


def carry_out(request: StaffRequest, found: ReferralView, command: str) -> None:
    """Carry out one command.

    Raises
    ------
    NotFound
        There is no such command.
    Invalid, Conflict, IllegalTransition, NotPermitted
    """
    if command not in {*Command, *_SPECIAL}:
        raise NotFound
    if not any(request.actor.may(one) for one in _permissions(found.direction, command)):
        raise NotPermitted
    if command in _SPECIAL:
        _SPECIAL[command](request, found)
        return
    actions.perform(
        actor=request.actor,
        referral_id=found.id,
        command=Command(command),
        version=version(request),
        data=_data(request, found, Command(command)),
    )


def _permissions(direction: Direction, command: str) -> tuple[Permission, ...]:
    """Return the permissions of which one is needed: asked first, so that a refusal says the true reason."""
    if command in {TOLD, NOTE_CAME}:
        return (Permission.REFERRALS_SEND,)
    return _WORKERS if command == WORK else policy.permissions_for(direction, Command(command))


def appointment(request: StaffRequest) -> Appointment:
    """Return the posted appointment. Raises Invalid."""
    start = moment(request, "start")
    if start is None:
        raise Invalid("Give the date and time of the appointment.")
    return Appointment(
        start=start, practitioner=text(request, "practitioner", 200), location=text(request, "location", 200)
    )


def _data(request: StaffRequest, found: ReferralView, command: Command) -> EventData:
    return EventData(
        note=text(request, "note"),
        reason=text(request, "reason"),
        alternative=text(request, "alternative", 500),
        closure=_closure(request) if command is Command.CLOSE else None,
        missing=_lines(text(request, "missing")),
        target=_target(request, found) if command is Command.REDIRECT else None,
        owner=uuid_or_none(text(request, "owner")),
        owner_name=everybody().name(uuid_or_none(text(request, "owner"))) if command is Command.ASSIGN else "",
    )


def _closure(request: StaffRequest) -> Closure | None:
    posted = text(request, "closure")
    return Closure(posted) if posted in set(Closure) else None


def _lines(posted: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in posted.splitlines() if line.strip())


def _target(request: StaffRequest, found: ReferralView) -> RedirectTarget | None:
    posted = text(request, "target", 200)
    if posted.startswith("own:"):
        return RedirectTarget(specialty=posted.removeprefix("own:"))
    office_id = uuid_or_none(posted.removeprefix("office:"))
    if office_id is None:
        return None
    office = directory.office(office_id)
    return RedirectTarget(specialty=found.row.specialty, partner_id=office.id, partner_name=office.name)


def _book(request: StaffRequest, found: ReferralView) -> None:
    scheduling.book(
        actor=request.actor,
        referral_id=found.id,
        appointment=appointment(request),
        note=text(request, "note"),
        version=version(request),
    )


def _rebook(request: StaffRequest, found: ReferralView) -> None:
    scheduling.rebook(
        actor=request.actor,
        referral_id=found.id,
        appointment=appointment(request),
        note=text(request, "note"),
        version=version(request),
    )


def _cancel_appointment(request: StaffRequest, found: ReferralView) -> None:
    reason = text(request, "note")
    scheduling.cancel(actor=request.actor, referral_id=found.id, reason=reason, version=version(request))


def _no_show(request: StaffRequest, found: ReferralView) -> None:
    note = text(request, "note")
    scheduling.no_show(actor=request.actor, referral_id=found.id, note=note, version=version(request))


def _complete(request: StaffRequest, found: ReferralView) -> None:
    scheduling.complete(
        actor=request.actor,
        referral_id=found.id,
        note=text(request, "note"),
        at=_past(request),
        version=version(request),
    )


def _record_contact(request: StaffRequest, found: ReferralView) -> None:
    posted = text(request, "outcome")
    if posted not in set(ContactOutcome):
        raise Invalid("Say what came of the contact.")
    scheduling.log_contact(
        actor=request.actor,
        referral_id=found.id,
        outcome=ContactOutcome(posted),
        note=text(request, "note"),
        version=version(request),
    )


def _return_outcome(request: StaffRequest, found: ReferralView) -> None:
    document_id = _keep_note(request, found)
    actions.perform(
        actor=request.actor,
        referral_id=found.id,
        command=Command.RETURN_OUTCOME,
        data=EventData(note=text(request, "note"), document_id=document_id),
        evidence=Evidence("document", str(document_id)),
    )


def _note_came(request: StaffRequest, found: ReferralView) -> None:
    document_id = _keep_note(request, found)
    actions.record_partner_fact(
        actor=request.actor,
        referral_id=found.id,
        kind=EventKind.OUTCOME_RECEIVED,
        occurred_at=_past(request) or clock.now(),
        note=text(request, "note"),
        data=EventData(document_id=document_id),
        evidence=Evidence("document", str(document_id)),
    )


def _told(request: StaffRequest, found: ReferralView) -> None:
    posted = text(request, "kind")
    if posted not in set(EventKind):
        raise Invalid("Choose what they said.")
    start = moment(request, "start")
    actions.record_partner_fact(
        actor=request.actor,
        referral_id=found.id,
        kind=EventKind(posted),
        occurred_at=_past(request) or clock.now(),
        note=text(request, "note"),
        data=EventData(appointment=Appointment(start) if start else None),
    )


def _set_work(request: StaffRequest, found: ReferralView) -> None:
    due_at = moment(request, "due_at")
    if due_at is None or not text(request, "next_action"):
        raise Invalid("Say what is to be done next, and until when.")
    owner = uuid_or_none(text(request, "owner"))
    actions.set_work(
        actor=request.actor,
        referral_id=found.id,
        next_action=_action_name(text(request, "next_action", 100)),
        owner_role=text(request, "owner_role", 40),
        due_at=due_at,
        owner=owner,
        owner_name=everybody().name(owner),
        version=version(request),
    )


def _action_name(words: str) -> str:
    """Return the identifier of a known action, or the words as they are."""
    known = words.strip().lower().replace(" ", "_")
    return known if known in set(policy.NextAction) else words


def _keep_note(request: StaffRequest, found: ReferralView) -> UUID:
    kept = uploads.keep(actor=request.actor, upload=request.FILES.get("file"), kind=_NOTE_KIND, title=_NOTE_TITLE)
    actions.attach(actor=request.actor, referral_id=found.id, document=kept)
    return kept.document_id


def _past(request: StaffRequest) -> datetime | None:
    """Return the posted time; one within the present minute is now."""
    posted, now = moment(request, "occurred_at"), clock.now()
    # The form knows minutes only: cut off, they would date a visit before the booking entered just now.
    return now if posted and abs((posted - now).total_seconds()) < _MINUTE else posted


_SPECIAL: Final[dict[str, Callable[[StaffRequest, ReferralView], None]]] = {
    Command.BOOK: _book,
    Command.REBOOK: _rebook,
    Command.CANCEL_APPOINTMENT: _cancel_appointment,
    Command.NO_SHOW: _no_show,
    Command.COMPLETE: _complete,
    Command.RECORD_CONTACT: _record_contact,
    Command.RETURN_OUTCOME: _return_outcome,
    NOTE_CAME: _note_came,
    TOLD: _told,
    WORK: _set_work,
}
