"""The first answer to what has arrived, and its correction. Both belong to the item and do not wait for sign-off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from homing.intake import queries as intake
from homing.intake.policy import REFERRAL
from homing.intake.queries import ItemView
from homing.intake.states import Disposition
from homing.kit.actor import Actor
from homing.loop import recipients, sheets, wording
from homing.loop.wording import Wording
from homing.messaging import actions as messaging
from homing.messaging import queries as messages
from homing.messaging.actions import Subject
from homing.messaging.policy import MessageKind
from homing.messaging.queries import MessageView
from homing.referrals import queries as referrals
from homing.tenancy.locks import hold

#: How many times a repeat of a repeat is followed to the referral that goes on.
_CHAIN: Final = 10


@dataclass(frozen=True, slots=True)
class _Answer:
    key: str
    kind: MessageKind
    about: str
    words: Wording


def answer_item(*, actor: Actor, item_id: UUID) -> UUID | None:
    """Send the proven sender of an item what is to be said now; return the message, None if there is nothing.

    The acknowledgment goes out once; after sign-off a second message only if something has changed.
    """
    # Two workers, one with the item as read and one with its end, would each not see what the other is sending.
    hold(f"answer:{item_id}")
    item = intake.item(item_id)
    to = recipients.of_item(item)
    if to is None:
        return None
    answer = _answer(item, messages.by_key(acknowledgment_key(item_id)))
    if answer is None or messages.by_key(answer.key):
        return None
    fax = sheets.notice(answer.words, to_name=to.name, to_fax=to.address, reference=item.reference)
    subject = Subject(
        referral_id=item.disposition_ref if item.disposition == Disposition.REFERRAL_OPENED else None,
        item_id=item.id,
        about=answer.about,
        printed_reference=item.reference,
        told=answer.words.missing,
    )
    return messaging.send(
        actor=actor,
        kind=answer.kind,
        to=to.destination,
        document=fax.document,
        pages=fax.pages,
        key=answer.key,
        subject=subject,
    )


def acknowledgment_key(item_id: UUID) -> str:
    """Return the key of an item's acknowledgment."""
    return f"ack:{item_id}"


def _answer(item: ItemView, first: MessageView | None) -> _Answer | None:
    ended = _ended(item, has_first=first is not None)
    if ended:
        kind = MessageKind.AMENDMENT if first else MessageKind.ACKNOWLEDGMENT
        return _Answer(f"disposed:{item.id}:{item.disposition}", kind, item.disposition, ended)
    if item.disposition and item.disposition != Disposition.REFERRAL_OPENED:
        return None
    if first is None:
        return _acknowledgment(item) if item.kind == REFERRAL else None
    if item.disposition and set(item.missing) != set(first.told):
        words = wording.still_missing(item.missing)
        return _Answer(f"missing:{item.id}", MessageKind.AMENDMENT, "signed_off", words)
    return None


def _acknowledgment(item: ItemView) -> _Answer:
    words = wording.acknowledgment(
        pages=item.announced_pages or item.pages,
        received_at=item.received_at,
        missing=item.missing,
        days=sheets.days(),
    )
    return _Answer(acknowledgment_key(item.id), MessageKind.ACKNOWLEDGMENT, "received", words)


def _ended(item: ItemView, *, has_first: bool) -> Wording | None:
    match item.disposition:
        case Disposition.DUPLICATE:
            return wording.repeated(_goes_on_as(item))
        case Disposition.MISDIRECTED:
            return wording.misdirected(item.disposition_note)
        case Disposition.REJECTED:
            return wording.rejected(item.disposition_note)
    return _corrected(item) if has_first else None


def _corrected(item: ItemView) -> Wording | None:
    """Return what corrects "we have your referral" where none was opened."""
    match item.disposition:
        case Disposition.ATTACHED:
            return wording.belongs_to(_goes_on_as(item))
        case Disposition.FILED:
            return wording.filed()
        case Disposition.SPLIT:
            return wording.divided()
    return None


def _goes_on_as(item: ItemView) -> str:
    """Return the reference number under which the sender finds what became of a repeat."""
    for _ in range(_CHAIN):
        if item.disposition_ref is None:
            break
        if item.disposition in {Disposition.ATTACHED, Disposition.REFERRAL_OPENED}:
            return referrals.referral(item.disposition_ref).reference
        if item.disposition != Disposition.DUPLICATE:
            break
        item = intake.item(item.disposition_ref)
    return item.reference
