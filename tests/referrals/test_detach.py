"""A document that did not belong to a referral is taken off, and what it seemed to mean with it."""

from __future__ import annotations

from uuid import UUID

import pytest

from homing.content.document_reference import DocumentReference
from homing.documents import actions as documents
from homing.kit import clock
from homing.kit.actor import Actor
from homing.kit.errors import NotPermitted
from homing.referrals import actions, queries
from homing.referrals.actions import EventData
from homing.referrals.states import Command, EventKind, Status
from tests.factories import ReferralContentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def referral_id(system_actor: Actor) -> UUID:
    made = actions.draft_outbound(
        actor=system_actor,
        content=ReferralContentFactory(),
        partner_id=UUID(int=5),
        partner_name="Heart Center",
        patient_record_id=None,
    )
    actions.learn(actor=system_actor, referral_id=made, kind=EventKind.SENT, occurred_at=clock.now(), key="sent")
    return made


def note(actor: Actor, referral_id: UUID, text: bytes = b"%PDF-1.4 a note") -> UUID:
    stored = documents.store(actor=actor, data=text, media_type="application/pdf").id
    actions.attach(
        actor=actor, referral_id=referral_id, document=DocumentReference(stored, "consult_note", "Consult note", 1)
    )
    actions.learn(
        actor=actor,
        referral_id=referral_id,
        kind=EventKind.OUTCOME_RECEIVED,
        occurred_at=clock.now(),
        key=f"note:{stored}",
        data=EventData(document_id=stored),
    )
    return stored


def test_only_what_that_document_brought_is_taken_back(
    organization: object, system_actor: Actor, referral_id: UUID
) -> None:
    wrong, right = note(system_actor, referral_id), note(system_actor, referral_id, b"%PDF-1.4 another note")

    actions.detach(actor=system_actor, referral_id=referral_id, document_id=wrong)

    view = queries.referral(referral_id)
    assert (view.status, view.has_outcome) == (Status.COMPLETED, True)
    assert [one.document_id for one in view.attachments] == [right]
    actions.detach(actor=system_actor, referral_id=referral_id, document_id=right)
    view = queries.referral(referral_id)
    assert (view.status, view.has_outcome, view.attachments) == (Status.SENT, False, ())
    assert Command.REVIEW_OUTCOME not in view.commands


def test_taking_off_twice_or_what_was_never_there_changes_nothing(
    organization: object, system_actor: Actor, referral_id: UUID
) -> None:
    document_id = note(system_actor, referral_id)
    for _ in range(2):
        actions.detach(actor=system_actor, referral_id=referral_id, document_id=document_id)
    actions.detach(actor=system_actor, referral_id=referral_id, document_id=UUID(int=9))
    kinds = [one.kind for one in queries.timeline(referral_id)]
    assert kinds.count(EventKind.DETACHED) == 1


def test_whoever_works_on_no_referral_takes_nothing_off(
    organization: object, system_actor: Actor, referral_id: UUID
) -> None:
    document_id = note(system_actor, referral_id)
    with pytest.raises(NotPermitted):
        actions.detach(actor=Actor.partner("x", "X"), referral_id=referral_id, document_id=document_id)
    assert queries.referral(referral_id).has_outcome
