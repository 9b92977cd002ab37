"""The visit's note comes home, and with it the loop is closed."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import UUID

import pytest
from PIL import Image

from homing.kit import reference
from homing.messaging import actions as messaging
from homing.messaging import queries as messages
from homing.messaging.policy import Resolution
from homing.messaging.ports import FaxCause
from homing.referrals.events import EventData
from homing.referrals.policy import ObligationKind
from homing.referrals.states import Closure, Command, EventKind, Status
from homing.tenancy.scope import scoped
from tests.factories import ReferralContentFactory
from tests.loop.test_notices import visit
from tests.loop.world import SENDER_FAX, STRANGER_FAX, SYSTEM, World, page_count, pdf, text_of


def seen(world: World, *, from_address: str = SENDER_FAX) -> UUID:
    item_id = world.arrive(from_address=from_address)
    referral_id = world.sign_off(item_id, ReferralContentFactory())
    world.perform(referral_id, Command.ACCEPT)
    world.perform(referral_id, Command.BOOK, visit(3))
    world.perform(referral_id, Command.COMPLETE)
    world.deliver_all()
    return referral_id


def release_note(world: World, referral_id: UUID, data: bytes, media_type: str = "application/pdf") -> UUID:
    document_id = world.store(data, media_type)
    return world.perform(referral_id, Command.RETURN_OUTCOME, EventData(document_id=document_id))


def test_the_note_goes_out_behind_a_cover_and_its_proven_arrival_closes_the_loop(world: World) -> None:
    referral_id = seen(world)
    release_note(world, referral_id, pdf("Consult note, page one", "Consult note, page two"))
    world.run_jobs()
    assert world.referral(referral_id).status is Status.COMPLETED
    (fax,) = world.deliver_all()
    said = text_of(fax.document)
    assert (fax.to_e164, fax.pages, page_count(fax.document)) == (SENDER_FAX, 3, 3)
    assert "Page 1 of 3" in said
    assert "Pages behind this one: 2" in said
    assert "Consult note, page two" in said
    view = world.referral(referral_id)
    assert reference.display(view.reference) in said
    assert (view.status, view.row.closure) == (Status.CLOSED, Closure.OUTCOME_RETURNED)
    (owed,) = [one for one in view.obligations if one.kind is ObligationKind.OUTCOME]
    assert owed.evidence is not None
    assert "3 of 3 pages" in owed.evidence.note


def test_a_scanned_note_is_sent_as_well(world: World) -> None:
    output = io.BytesIO()
    Image.new("1", (850, 1100), 1).save(output, "TIFF", dpi=(100, 100))
    referral_id = seen(world)
    release_note(world, referral_id, output.getvalue(), "image/tiff")
    (fax,) = world.deliver_all()
    assert page_count(fax.document) == 2


def test_the_note_is_sent_once_however_often_its_reaction_runs(world: World) -> None:
    referral_id = seen(world)
    event_id = release_note(world, referral_id, pdf("Consult note"))
    with scoped(world.organization.id):
        world.react("return_outcome", event_id=event_id)
    assert len(world.deliver_all()) == 1


def test_a_note_that_arrives_with_pages_missing_does_not_close_the_loop(world: World) -> None:
    referral_id = seen(world)
    release_note(world, referral_id, pdf("Consult note", "Second page"))
    world.run_jobs()
    world.carrier.fail(world.carrier.submitted[-1].reference, FaxCause.LINE_ERROR, pages_sent=2)
    world.poll()
    assert world.referral(referral_id).status is Status.COMPLETED
    known = len(world.carrier.submitted)
    world.poll(later=timedelta(minutes=10))
    assert len(world.carrier.submitted) == known + 1
    world.carrier.deliver(world.carrier.submitted[-1].reference)
    world.poll(later=timedelta(minutes=20))
    assert world.referral(referral_id).status is Status.CLOSED


def test_a_note_that_cannot_be_delivered_becomes_the_referrals_next_action_within_15_minutes(world: World) -> None:
    referral_id = seen(world)
    release_note(world, referral_id, pdf("Consult note"))
    world.run_jobs()
    world.carrier.fail(world.carrier.submitted[-1].reference, FaxCause.BAD_NUMBER)
    world.poll()
    view = world.referral(referral_id)
    assert world.events(referral_id)[-2:] == [EventKind.DELIVERY_FAILED, EventKind.WORK_SET]
    assert view.row.owner_role == "intake_coordinator"
    with scoped(world.organization.id):
        (task,) = messages.needs_person()
    assert view.row.due_at == task.due_at


def test_another_number_brings_the_note_home(world: World) -> None:
    referral_id = seen(world)
    release_note(world, referral_id, pdf("Consult note"))
    world.run_jobs()
    world.carrier.fail(world.carrier.submitted[-1].reference, FaxCause.BAD_NUMBER)
    world.poll()
    with scoped(world.organization.id):
        (task,) = messages.needs_person()
        messaging.resolve_undeliverable(
            actor=SYSTEM, message_id=task.id, resolution=Resolution.OTHER_NUMBER, address="+16175550144"
        )
    world.sent = list(world.carrier.submitted)
    (fax,) = world.deliver_all()
    assert fax.to_e164 == "+16175550144"
    assert world.referral(referral_id).status is Status.CLOSED


@pytest.mark.parametrize("data", [b"", b"not a document", b"%PDF-1.7 broken"])
def test_a_note_that_cannot_be_turned_into_pages_is_a_persons_task(world: World, data: bytes) -> None:
    referral_id = seen(world)
    release_note(world, referral_id, data)
    assert world.deliver_all() == []
    assert EventKind.DELIVERY_FAILED in world.events(referral_id)
    assert world.referral(referral_id).status is Status.COMPLETED


def test_a_note_whose_file_is_damaged_is_a_persons_task(world: World) -> None:
    referral_id = seen(world)
    document_id = world.store(pdf("Consult note"))
    world.damage(document_id)
    world.perform(referral_id, Command.RETURN_OUTCOME, EventData(document_id=document_id))
    assert world.deliver_all() == []
    view = world.referral(referral_id)
    assert EventKind.DELIVERY_FAILED in world.events(referral_id)
    assert (view.status, view.row.owner_role) == (Status.COMPLETED, "intake_coordinator")
    assert world.events(referral_id)[-1] is EventKind.WORK_SET
    assert "damaged" in world.last_note(referral_id)


def test_a_note_for_an_office_nobody_knows_is_a_persons_task(world: World) -> None:
    referral_id = seen(world, from_address=STRANGER_FAX)
    release_note(world, referral_id, pdf("Consult note"))
    assert world.deliver_all() == []
    assert EventKind.DELIVERY_FAILED in world.events(referral_id)


def test_the_same_note_is_not_sent_twice_while_it_is_on_its_way_but_another_one_is(world: World) -> None:
    referral_id = seen(world)
    before = len(world.carrier.submitted)
    document_id = world.store(pdf("Consult note"))
    for _ in range(2):
        world.perform(referral_id, Command.RETURN_OUTCOME, EventData(document_id=document_id))
        world.run_jobs()
    assert len(world.carrier.submitted) == before + 1
    release_note(world, referral_id, pdf("Addendum"))
    world.run_jobs()
    assert len(world.carrier.submitted) == before + 2
