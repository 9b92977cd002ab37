"""The acknowledgment, and what corrects it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from homing.content.patient import Coverage, Patient
from homing.content.referral import ReferralContent
from homing.intake import actions_review as review
from homing.intake import queries as intake
from homing.kit import reference
from homing.loop import answers
from homing.messaging import queries as messages
from homing.referrals import queries
from homing.referrals.policy import ObligationKind
from homing.referrals.states import EventKind
from homing.referrals.views import ObligationView
from homing.tenancy.scope import scoped
from tests.factories import ReferralContentFactory
from tests.loop.world import SENDER_FAX, STRANGER_FAX, SYSTEM, World, text_of


def content() -> ReferralContent:
    made: ReferralContent = ReferralContentFactory()
    return made


def shown_reference(world: World, item_id: UUID) -> str:
    with scoped(world.organization.id):
        return reference.display(intake.item(item_id).reference)


def acknowledgment_owed(world: World, item_id: UUID) -> ObligationView:
    with scoped(world.organization.id):
        (owed,) = queries.obligations(item_id=item_id)
    assert owed.kind is ObligationKind.ACKNOWLEDGMENT
    return owed


def version_of(item_id: UUID) -> int:
    return intake.workbench(item_id).version


def test_a_proven_sender_is_acknowledged_before_anybody_signs_off(world: World) -> None:
    item_id = world.arrive(missing=["insurance", "patient's phone number"])
    (fax,) = world.deliver_all()
    said = text_of(fax.document)
    assert (fax.to_e164, fax.from_e164) == (SENDER_FAX, world.organization.fax)
    assert shown_reference(world, item_id) in said
    assert "Pages received: 3" in said
    assert "insurance" in said
    assert "patient's phone number" in said
    owed = acknowledgment_owed(world, item_id)
    assert owed.fulfilled_at is not None
    assert owed.evidence is not None
    assert owed.evidence.kind == "delivery"


def test_the_acknowledgment_is_owed_until_it_is_proven_to_have_arrived(world: World) -> None:
    item_id = world.arrive()
    world.run_jobs()
    assert len(world.carrier.submitted) == 1
    owed = acknowledgment_owed(world, item_id)
    assert owed.is_open
    assert owed.due_at - owed.promised_at <= timedelta(minutes=5)


@pytest.mark.parametrize("kind", ["consult_note", "lab_result", ""])
def test_what_does_not_read_as_a_referral_is_not_acknowledged(world: World, kind: str) -> None:
    world.arrive(kind=kind)
    assert world.deliver_all() == []


def test_a_sender_that_is_not_proven_is_told_nothing(world: World) -> None:
    item_id = world.arrive(from_address=STRANGER_FAX)
    world.sign_off(item_id, content())
    assert world.deliver_all() == []


def test_an_item_is_acknowledged_once_however_often_it_is_asked_for(world: World) -> None:
    item_id = world.arrive()
    with scoped(world.organization.id):
        for _ in range(3):
            world.react("acknowledge_item", item_id=item_id)
    assert len(world.deliver_all()) == 1
    with scoped(world.organization.id):
        world.react("acknowledge_item", item_id=item_id)
    assert world.deliver_all() == []


def test_after_sign_off_nothing_more_is_said_if_nothing_changed(world: World) -> None:
    item_id = world.arrive()
    assert len(world.deliver_all()) == 1
    referral_id = world.sign_off(item_id, content())
    assert world.deliver_all() == []
    assert world.referral(referral_id).obligations[0].fulfilled_at is not None


def test_after_sign_off_a_second_message_replaces_a_wrong_list(world: World) -> None:
    item_id = world.arrive(missing=["patient's date of birth"])
    world.deliver_all()
    signed = content()
    signed = ReferralContent(
        patient=signed.patient, referrer=signed.referrer, reason=signed.reason, coverage=Coverage()
    )
    world.sign_off(item_id, signed)
    (fax,) = world.deliver_all()
    said = text_of(fax.document)
    assert "insurance" in said
    assert "date of birth" not in said
    assert world.deliver_all() == []


def test_after_sign_off_the_sender_learns_that_nothing_is_missing_after_all(world: World) -> None:
    item_id = world.arrive(missing=["insurance"])
    world.deliver_all()
    world.sign_off(item_id, content())
    (fax,) = world.deliver_all()
    assert "nothing is missing" in text_of(fax.document)


def test_a_sender_proven_at_review_is_acknowledged_then(world: World) -> None:
    item_id = world.arrive(from_address=STRANGER_FAX)
    with scoped(world.organization.id):
        review.prove_sender(actor=SYSTEM, item_id=item_id, version=version_of(item_id), office_id=world.office_id)
    (fax,) = world.deliver_all()
    assert fax.to_e164 == SENDER_FAX


@pytest.mark.parametrize("before", ["submitted", "confirmed"])
def test_a_confirmed_acknowledgment_stands_on_the_referral_whichever_comes_first(world: World, before: str) -> None:
    item_id = world.arrive()
    world.run_jobs()
    if before == "confirmed":
        world.deliver_all()
        world.poll()
    referral_id = world.sign_off(item_id, content())
    world.deliver_all()
    world.poll()
    assert world.events(referral_id).count(EventKind.ACKNOWLEDGMENT_CONFIRMED) == 1
    (owed,) = [one for one in world.referral(referral_id).obligations if one.kind is ObligationKind.ACKNOWLEDGMENT]
    assert owed.fulfilled_at is not None


def test_a_repeat_is_answered_with_the_reference_that_goes_on(world: World) -> None:
    first = world.arrive()
    world.sign_off(first, content())
    second = world.arrive()
    world.deliver_all()
    with scoped(world.organization.id):
        review.mark_duplicate(actor=SYSTEM, item_id=second, version=version_of(second), of_item_id=first)
    (fax,) = world.deliver_all()
    assert f"Continues as: {shown_reference(world, first)}" in text_of(fax.document)


def test_what_is_attached_to_an_earlier_referral_is_told_so(world: World) -> None:
    first = world.arrive()
    referral_id = world.sign_off(first, content())
    second = world.arrive()
    world.deliver_all()
    with scoped(world.organization.id):
        review.attach_to(actor=SYSTEM, item_id=second, version=version_of(second), referral_id=referral_id)
    (fax,) = world.deliver_all()
    assert shown_reference(world, first) in text_of(fax.document)


def test_a_misdirected_fax_is_told_to_its_proven_sender(world: World) -> None:
    item_id = world.arrive(kind="")
    with scoped(world.organization.id):
        review.misdirected(
            actor=SYSTEM, item_id=item_id, version=version_of(item_id), reason="For the dentist next door"
        )
    (fax,) = world.deliver_all()
    said = text_of(fax.document)
    assert "another office" in said
    assert "dentist" in said
    assert acknowledgment_owed(world, item_id).fulfilled_at is not None


def test_a_rejected_fax_is_told_why_to_its_proven_sender(world: World) -> None:
    item_id = world.arrive(kind="")
    with scoped(world.organization.id):
        review.reject(actor=SYSTEM, item_id=item_id, version=version_of(item_id), reason="All pages are black")
    (fax,) = world.deliver_all()
    assert "All pages are black" in text_of(fax.document)


def test_what_was_acknowledged_and_is_no_referral_is_corrected(world: World) -> None:
    item_id = world.arrive()
    world.deliver_all()
    with scoped(world.organization.id):
        review.file_as(actor=SYSTEM, item_id=item_id, version=version_of(item_id), kind="consult_note")
    (fax,) = world.deliver_all()
    assert "not a referral" in text_of(fax.document)


def test_nothing_about_the_patient_stands_on_any_answer(world: World) -> None:
    patient = Patient(family="Zzyzxperson", given="Quillon", phone="6175550177", mrn="MRN777")
    item_id = world.arrive(missing=["insurance"])
    signed = content()
    signed = ReferralContent(patient=patient, referrer=signed.referrer, reason="Zebra disease", specialty="Cardiology")
    world.sign_off(item_id, signed)
    said = " ".join(text_of(fax.document) for fax in [*world.deliver_all(), *world.deliver_all()])
    for secret in ("Zzyzxperson", "Quillon", "555-0177", "6175550177", "MRN777", "Zebra", "Cardiology"):
        assert secret not in said


def test_the_evidence_of_each_step_can_be_shown_with_the_item(world: World) -> None:
    item_id = world.arrive()
    world.deliver_all()
    with scoped(world.organization.id):
        steps = [step.step.value for step in messages.evidence_for(item_id=item_id)]
    assert steps == ["planned", "submitting", "submitted", "confirmed"]


def test_answers_to_one_item_are_worked_out_one_after_the_other(world: World) -> None:
    item_id = world.arrive()
    with scoped(world.organization.id), CaptureQueriesContext(connection) as asked:
        answers.answer_item(actor=SYSTEM, item_id=item_id)
    # Before anything is read: what is read before the lock may be out of date with it.
    said = [query["sql"] for query in asked.captured_queries]
    (held,) = [number for number, sql in enumerate(said) if f"answer:{item_id}" in sql]
    assert not any("intake_inbounditem" in sql for sql in said[:held])
