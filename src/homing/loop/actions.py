"""What goes out because something happened to a referral: notices, the visit's note, the referral itself."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from homing.documents import queries as documents
from homing.documents.crypto import DocumentDamaged
from homing.formats.faxsheet import AttachmentUnreadable, LadderStep
from homing.kit import clock
from homing.kit.actor import Actor
from homing.loop import recipients, sheets, wording
from homing.loop.recipients import Recipient
from homing.loop.sheets import Fax
from homing.loop.wording import Wording
from homing.messaging import actions as messaging
from homing.messaging import queries as messages
from homing.messaging.actions import Subject
from homing.messaging.policy import HUMAN_TASK_DUE, MessageKind
from homing.messaging.states import MessageState
from homing.referrals import actions as referrals
from homing.referrals import queries
from homing.referrals.events import EventData
from homing.referrals.policy import NOTICES, ObligationKind
from homing.referrals.ports import RecordedEvent
from homing.referrals.states import Direction, EventKind
from homing.referrals.views import ReferralView, TimelineEntry
from homing.tenancy.locks import hold

_NOBODY = "The office that sent this referral is not known, so the note cannot be sent. Name the office."
_NOTHING_TO_TELL = "the sender is told nothing of this"
_NO_OFFICE = "The office that this referral goes to is not in the directory. Choose it there."

_DAMAGED = "A document of this referral is damaged here, so nothing was sent. Have it restored, or attach it again."
_UNSENDABLE = (AttachmentUnreadable, DocumentDamaged)

_ON_ITS_WAY = frozenset({MessageState.PLANNED, MessageState.DELIVERING})
#: What lies before a visit: entered after it, as for a patient who walked in, it does not make the visit old news.
_BEFORE_THE_VISIT = frozenset({EventKind.ACCEPTED, EventKind.CONTACTED, EventKind.SCHEDULED, EventKind.RESCHEDULED})


def inform(*, actor: Actor, event_id: UUID) -> UUID | None:
    """Send the sender of an inbound referral a notice of one event; return the message, None if none is due.

    Old news (something later was told already) and repeats are not sent; what was promised about them is released.
    """
    event = queries.event(event_id)
    if event.direction is not Direction.INBOUND or messages.by_key(event_key(event_id)):
        return None
    view = queries.referral(event.referral_id)
    words = wording.notice(event.kind, event.data, event.occurred_at, sheets.days(), _goes_on_as(event))
    history = queries.timeline(view.id)
    superfluous = _why_not(event, history) if words else _NOTHING_TO_TELL
    if words is None or superfluous:
        referrals.release(
            actor=actor, kind=ObligationKind.STATUS, reason=superfluous, referral_id=view.id, about=event.id
        )
        return None
    to = recipients.of_referral(view)
    if to is None:
        # The obligation stays: the board shows it once it is overdue.
        return None
    fax = sheets.notice(
        words, to_name=to.name, to_fax=to.address, reference=view.reference, ladder=_ladder(view, history)
    )
    return _send(actor, MessageKind.NOTICE, view, to, fax, event)


def return_outcome(*, actor: Actor, event_id: UUID) -> UUID | None:
    """Send the visit's note to the sender of an inbound referral; return the message, None if it cannot go out.

    A note that is on its way already is not sent a second time.
    """
    event = queries.event(event_id)
    document_id = event.data.document_id
    if event.direction is not Direction.INBOUND or document_id is None or messages.by_key(event_key(event_id)):
        return None
    hold(f"send:{event.referral_id}")
    view = queries.referral(event.referral_id)
    if any(queries.event(earlier).data.document_id == document_id for earlier in _under_way(view, MessageKind.OUTCOME)):
        return None
    to = recipients.of_referral(view)
    if to is None:
        _report_failure(actor, view, event.id, _NOBODY)
        return None
    visits = [entry.occurred_at for entry in queries.timeline(view.id) if entry.kind is EventKind.COMPLETED]

    def cover(pages: int) -> Wording:
        return wording.outcome_cover(pages=pages, days=sheets.days(), seen_at=visits[-1] if visits else None)

    try:
        fax = sheets.cover_with(
            cover, [documents.content(document_id)], to_name=to.name, to_fax=to.address, reference=view.reference
        )
    except _UNSENDABLE as error:
        _report_failure(actor, view, event.id, _why(error))
        return None
    return _send(actor, MessageKind.OUTCOME, view, to, fax, event)


def send_referral(*, actor: Actor, referral_id: UUID) -> UUID | None:
    """Send an outbound referral and its documents to the other office; return the message, None if it cannot go out.

    While it is on its way, asking again sends nothing: the other office would have it twice.
    """
    hold(f"send:{referral_id}")
    view = queries.referral(referral_id)
    asked = [entry.id for entry in queries.timeline(view.id) if entry.kind is EventKind.SEND_REQUESTED]
    if view.direction is not Direction.OUTBOUND or not asked or messages.by_key(event_key(asked[-1])):
        return None
    if _under_way(view, MessageKind.REFERRAL):
        return None
    event = queries.event(asked[-1])
    to = recipients.of_referral(view)
    if to is None:
        _report_failure(actor, view, event.id, _NO_OFFICE)
        return None

    def cover(pages: int) -> Wording:
        return wording.referral_cover(pages=pages, urgency=view.content.priority.value)

    try:
        attached = [documents.content(one.document_id) for one in view.attachments]
        content = sheets.content_page(
            view.content, attached, to_name=to.name, to_fax=to.address, reference=view.reference
        )
        behind = [content, *attached]
        fax = sheets.cover_with(cover, behind, to_name=to.name, to_fax=to.address, reference=view.reference)
    except _UNSENDABLE as error:
        _report_failure(actor, view, event.id, _why(error))
        return None
    return _send(actor, MessageKind.REFERRAL, view, to, fax, event)


def event_key(event_id: UUID) -> str:
    """Return the key of the message about an event: each event is told once."""
    return f"event:{event_id}"


def _send(actor: Actor, kind: MessageKind, view: ReferralView, to: Recipient, fax: Fax, event: RecordedEvent) -> UUID:
    subject = Subject(
        referral_id=view.id,
        item_id=view.item_id,
        event_id=event.id,
        about=event.kind.value,
        printed_reference=view.reference,
    )
    return messaging.send(
        actor=actor,
        kind=kind,
        to=to.destination,
        document=fax.document,
        pages=fax.pages,
        key=event_key(event.id),
        subject=subject,
    )


def _under_way(view: ReferralView, kind: MessageKind) -> tuple[UUID, ...]:
    """Return the events whose message of this kind the carrier has, or will be given."""
    sent = messages.messages_for(referral_id=view.id)
    return tuple(one.event_id for one in sent if one.kind is kind and one.state in _ON_ITS_WAY and one.event_id)


def _goes_on_as(event: RecordedEvent) -> str:
    """Return the reference number under which a service of ours goes on with a redirected referral, or nothing."""
    linked = event.data.linked_referral_id if event.kind is EventKind.REDIRECTED else None
    child = queries.referral(linked) if linked else None
    return child.reference if child and child.direction is Direction.INBOUND else ""


def _why(error: Exception) -> str:
    return _DAMAGED if isinstance(error, DocumentDamaged) else str(error)


def _report_failure(actor: Actor, view: ReferralView, event_id: UUID, why: str) -> None:
    """Let a person know, on the referral itself, that nothing could be sent."""
    referrals.learn(
        actor=actor,
        referral_id=view.id,
        kind=EventKind.DELIVERY_FAILED,
        occurred_at=clock.now(),
        key=f"not-sent:{event_id}",
        data=EventData(about=event_id, note=why),
    )
    if view.row.is_open:
        referrals.set_work(
            actor=actor,
            referral_id=view.id,
            next_action=view.row.next_action,
            owner_role=view.row.owner_role,
            due_at=clock.now() + HUMAN_TASK_DUE,
            note=why,
        )


def _why_not(event: RecordedEvent, history: Sequence[TimelineEntry]) -> str:
    """Return why a notice of this event would tell nothing new; empty if it is news."""
    # By id where the clock does not tell: of two that say the same, exactly one is news.
    known = [
        entry
        for entry in history
        if entry.kind in NOTICES and (entry.recorded_at, entry.id) < (event.recorded_at, event.id)
    ]
    older = _BEFORE_THE_VISIT if event.kind is EventKind.COMPLETED else frozenset()
    if any(entry.occurred_at > event.occurred_at for entry in known if entry.kind not in older):
        return "overtaken by later news"
    stated = (event.kind, event.occurred_at, event.data.appointment)
    if any((entry.kind, entry.occurred_at, entry.data.appointment) == stated for entry in known):
        return "told before"
    return ""


def _ladder(view: ReferralView, history: Sequence[TimelineEntry]) -> tuple[LadderStep, ...]:
    days = sheets.days()
    dates = {entry.kind: days.day(entry.occurred_at) for entry in history}
    if view.appointment:
        dates[EventKind.SCHEDULED] = days.day(view.appointment.start)
    return wording.ladder(view.status, dates)
