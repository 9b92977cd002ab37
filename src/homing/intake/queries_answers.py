"""Which referral of ours a document answers, and what speaks for and against it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from homing.intake import policy_answers
from homing.intake.models import InboundItem, ItemEvent
from homing.intake.policy_answers import Answered, AnswerFacts
from homing.intake.queries import page_texts
from homing.intake.readings import content_read, reading_of
from homing.intake.states import EventKind
from homing.kit import reference
from homing.kit.errors import NotFound
from homing.referrals import queries as referrals

if TYPE_CHECKING:
    from homing.referrals.views import ReferralView


def answer_facts(item_id: UUID) -> AnswerFacts:
    """Return what is known of a document as an answer; without `referrals` it bears no number of a referral of ours.

    Raises
    ------
    NotFound
    """
    row = InboundItem.objects.filter(id=item_id).first()
    if row is None:
        raise NotFound
    document = reading_of(row)
    numbers = tuple(number for number in document.references if number != row.reference)
    found = {view.id: view for view in map(referrals.by_reference, numbers) if view}
    coded = _coded(item_id) if found else frozenset()
    return AnswerFacts(
        kind=row.kind,
        kind_confidence=row.kind_confidence,
        referrals=tuple(_answered(view, coded) for view in found.values()),
        patient=content_read(document).patient,
        sender_office=row.sender_office_id if row.sender_proven else None,
        has_problems=bool(row.problems),
        is_repeat=row.repeat_of_id is not None,
        taken_off=ItemEvent.objects.filter(item=row, kind=EventKind.REOPENED).exists(),
    )


def doubts(item_id: UUID) -> tuple[policy_answers.Doubt, ...]:
    """Return why an item was not attached by itself to the referral whose number it bears."""
    kept = InboundItem.objects.filter(id=item_id).values_list("answer_doubts", flat=True).first()
    return tuple(policy_answers.Doubt(one) for one in kept or ())


def _coded(item_id: UUID) -> frozenset[str]:
    return frozenset(
        number for page in page_texts(item_id) for code in page.codes for number in reference.find_all(code)
    )


def _answered(view: ReferralView, coded: frozenset[str]) -> Answered:
    return Answered(
        id=view.id,
        is_open=view.row.is_open,
        patient=view.content.patient,
        partner_id=view.row.partner_id,
        by_code=view.reference in coded,
    )
