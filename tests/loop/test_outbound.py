"""A referral of ours goes to another office."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from homing.content.document_reference import DocumentReference
from homing.content.referral import Priority, ReferralContent
from homing.kit import reference
from homing.messaging import queries as messages
from homing.messaging.ports import FaxCause
from homing.referrals.states import EventKind, Status
from homing.tenancy.scope import scoped
from tests.factories import ReferralContentFactory
from tests.loop.world import World, page_count, pdf, text_of

HARBOR_FAX = "+16175550188"


def content() -> ReferralContent:
    made: ReferralContent = ReferralContentFactory()
    return replace(made, priority=Priority.URGENT)


def drafted(world: World, *, fax: str = HARBOR_FAX) -> UUID:
    office_id = world.office("Harbor Cardiology", fax)
    document_id = world.store(pdf("ECG strip", "Second strip"))
    return world.draft(content(), DocumentReference(document_id, "ecg", "ECG", 2), office_id=office_id)


def test_cover_content_and_documents_go_out_in_one_fax(world: World) -> None:
    referral_id = drafted(world)
    world.send(referral_id)
    (fax,) = world.deliver_all()
    view = world.referral(referral_id)
    said = text_of(fax.document)
    assert (fax.to_e164, fax.pages, page_count(fax.document)) == (HARBOR_FAX, 4, 4)
    assert "Page 1 of 4" in said
    assert reference.display(view.reference) in said
    for stated in (view.content.patient.full_name, "04/27/1961", "I48.91", view.content.reason, "urgent", "ECG strip"):
        assert stated in said


def test_the_cover_says_nothing_about_the_patient(world: World) -> None:
    referral_id = drafted(world)
    world.send(referral_id)
    (fax,) = world.deliver_all()
    cover = text_of(fax.document).split("Page 1 of 4")[0]
    stated = world.referral(referral_id).content
    for secret in (stated.patient.family, "04/27/1961", "I48.91", stated.reason):
        assert secret not in cover


def test_a_referral_is_sent_only_when_its_delivery_is_proven(world: World) -> None:
    referral_id = drafted(world)
    world.send(referral_id)
    world.run_jobs()
    assert len(world.carrier.submitted) == 1
    assert world.referral(referral_id).status is Status.DRAFT
    world.carrier.deliver(world.carrier.submitted[0].reference)
    world.poll()
    assert world.referral(referral_id).status is Status.SENT


def test_a_referral_that_cannot_be_delivered_is_its_coordinators_task(world: World) -> None:
    referral_id = drafted(world)
    world.send(referral_id)
    world.run_jobs()
    world.carrier.fail(world.carrier.submitted[0].reference, FaxCause.NO_FAX)
    world.poll()
    view = world.referral(referral_id)
    assert (view.status, view.row.owner_role) == (Status.DRAFT, "referral_coordinator")
    assert EventKind.DELIVERY_FAILED in world.events(referral_id)


def test_a_referral_with_a_damaged_document_is_a_persons_task_and_nothing_goes_out(world: World) -> None:
    office_id, document_id = world.office("Harbor Cardiology", HARBOR_FAX), world.store(pdf("ECG strip"))
    referral_id = world.draft(content(), DocumentReference(document_id, "ecg", "ECG", 1), office_id=office_id)
    world.damage(document_id)
    world.send(referral_id)
    assert world.deliver_all() == []
    assert world.events(referral_id)[-2:] == [EventKind.DELIVERY_FAILED, EventKind.WORK_SET]
    assert "damaged" in world.last_note(referral_id)


def test_an_office_without_a_proven_number_gets_an_owner_instead_of_a_guess(world: World) -> None:
    referral_id = drafted(world, fax="")
    world.send(referral_id)
    assert world.deliver_all() == []
    with scoped(world.organization.id):
        (task,) = messages.needs_person()
    assert (task.referral_id, task.owner_role) == (referral_id, "referral_coordinator")
    assert EventKind.DELIVERY_FAILED in world.events(referral_id)


def test_sending_runs_once_for_each_time_it_was_asked_for(world: World) -> None:
    referral_id = drafted(world)
    world.send(referral_id)
    with scoped(world.organization.id):
        world.react("send_referral", referral_id=referral_id)
    assert len(world.deliver_all()) == 1
    world.send(referral_id)
    assert len(world.deliver_all()) == 1


def test_an_outbound_referrals_own_events_are_not_told_to_anybody(world: World) -> None:
    referral_id = drafted(world)
    world.send(referral_id)
    world.deliver_all()
    from homing.kit import clock
    from homing.referrals import actions as referrals
    from tests.loop.world import SYSTEM

    with scoped(world.organization.id):
        referrals.learn(
            actor=SYSTEM, referral_id=referral_id, kind=EventKind.ACCEPTED, occurred_at=clock.now(), key="told"
        )
    assert world.deliver_all() == []


def test_asking_again_while_it_is_on_its_way_sends_no_second_fax(world: World) -> None:
    referral_id = drafted(world)
    world.send(referral_id)
    world.run_jobs()
    world.send(referral_id)
    world.run_jobs()
    assert len(world.carrier.submitted) == 1
    world.carrier.deliver(world.carrier.submitted[0].reference)
    world.poll()
    assert world.referral(referral_id).status is Status.SENT
    world.send(referral_id)
    world.run_jobs()
    assert len(world.carrier.submitted) == 2
