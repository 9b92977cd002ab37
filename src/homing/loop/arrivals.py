"""What came from the other office and was attached to a referral: it moves the referral."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from homing.intake import queries as intake
from homing.intake.states import Disposition
from homing.referrals import actions as referrals
from homing.referrals import queries
from homing.referrals.events import EventData, Evidence
from homing.referrals.states import Direction, EventKind, Status
from homing.tenancy.locks import hold

if TYPE_CHECKING:
    from uuid import UUID

    from homing.intake.queries import ItemView
    from homing.kit.actor import Actor
    from homing.referrals.views import AttachmentView, ReferralView

_NOTE: Final = "consult_note"


def take_attached(*, actor: Actor, item_id: UUID) -> UUID | None:
    """Take what an attached item means into its referral's history; return the event, None if it means nothing.

    A consult note is the outcome of a referral that we sent: a person reviews it. What a sender adds to a referral that
    waits for information is that information. Repeating it changes nothing.
    """
    # Whoever undoes the attachment waits here, or is seen.
    hold(f"attached:{item_id}")
    item = intake.item(item_id)
    if item.disposition != Disposition.ATTACHED or item.disposition_ref is None:
        return None
    view = queries.referral(item.disposition_ref)
    attached = next((one for one in view.attachments if one.item_id == item_id), None)
    if attached is None:
        return None
    kind = _meaning(view, attached)
    return _learn(actor, item, view, attached, kind) if kind else None


def _meaning(view: ReferralView, attached: AttachmentView) -> EventKind | None:
    if view.direction is Direction.OUTBOUND:
        return EventKind.OUTCOME_RECEIVED if attached.kind == _NOTE else None
    is_waiting = view.status is Status.NEEDS_INFORMATION
    return EventKind.INFORMATION_PROVIDED if is_waiting else None


def _learn(actor: Actor, item: ItemView, view: ReferralView, attached: AttachmentView, kind: EventKind) -> UUID | None:
    return referrals.learn(
        actor=actor,
        referral_id=view.id,
        kind=kind,
        occurred_at=item.received_at,
        # Of the attachment, not of the item: one that was taken off and attached again is news again.
        key=f"attached:{attached.id}",
        data=EventData(document_id=attached.document_id),
        evidence=Evidence("item", str(item.id)),
    )
