"""Each step of an inbound referral is told to its sender, with proof."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from homing.content.appointment import Appointment
from homing.content.referral import ReferralContent
from homing.kit import clock, reference
from homing.messaging import actions as messaging
from homing.messaging import queries as messages
from homing.messaging.policy import Resolution
from homing.messaging.ports import FaxCause
from homing.referrals import actions as referrals
from homing.referrals.events import ContactOutcome, EventData, Evidence, RedirectTarget
from homing.referrals.policy import ObligationKind
from homing.referrals.states import Closure, Command, EventKind
from homing.referrals.views import ObligationView
from homing.tenancy.scope import scoped
from tests.factories import ReferralContentFactory
from tests.loop.world import SENDER_FAX, STRANGER_FAX, SYSTEM, World, pdf, text_of


def content() -> ReferralContent:
    made: ReferralContent = ReferralContentFactory()
    return made


@pytest.fixture
def referral_id(world: World) -> UUID:
    """Return a referral whose sender has been acknowledged."""
    item_id = world.arrive()
    opened = world.sign_off(item_id, content())
    world.deliver_all()
    return opened


def visit(days: int) -> EventData:
    return EventData(appointment=Appointment(clock.now() + timedelta(days=days), identifier=f"visit {days}"))


def about(world: World, referral_id: UUID, event_id: UUID) -> ObligationView:
    (owed,) = [one for one in world.referral(referral_id).obligations if one.about == event_id]
    assert owed.kind is ObligationKind.STATUS
    return owed


def test_each_step_from_acceptance_to_the_visit_is_told_and_proven(world: World, referral_id: UUID) -> None:
    steps = [
        (Command.ACCEPT, EventData(), "Your referral is accepted"),
        (Command.RECORD_CONTACT, EventData(outcome=ContactOutcome.LEFT_MESSAGE), "left a message"),
        (Command.BOOK, visit(5), "A visit is booked"),
        (Command.REBOOK, visit(7), "The visit has a new time"),
        (Command.CANCEL_APPOINTMENT, EventData(), "The visit is cancelled"),
        (Command.BOOK, visit(9), "A visit is booked"),
        (Command.NO_SHOW, EventData(), "The patient did not come"),
        (Command.UNABLE_TO_REACH, EventData(), "We cannot reach the patient"),
        (Command.BOOK, visit(11), "A visit is booked"),
        (Command.COMPLETE, EventData(), "The patient has been seen"),
    ]
    for command, data, title in steps:
        event_id = world.perform(referral_id, command, data)
        (fax,) = world.deliver_all()
        said = text_of(fax.document)
        assert title in said
        assert reference.display(world.referral(referral_id).reference) in said
        assert fax.to_e164 == SENDER_FAX
        owed = about(world, referral_id, event_id)
        assert owed.fulfilled_at is not None
        assert owed.evidence is not None
        assert owed.evidence.kind == "delivery"
    assert world.events(referral_id).count(EventKind.NOTICE_CONFIRMED) == len(steps)


def test_no_notice_names_or_describes_the_patient(world: World, referral_id: UUID) -> None:
    world.perform(referral_id, Command.ACCEPT)
    world.perform(referral_id, Command.BOOK, visit(3))
    world.perform(referral_id, Command.COMPLETE)
    stated = world.referral(referral_id).content
    secrets = [
        stated.patient.family,
        stated.patient.given,
        stated.patient.mrn,
        stated.reason,
        "I48.91",
        stated.specialty,
    ]
    for fax in world.deliver_all():
        said = text_of(fax.document)
        assert not [secret for secret in secrets if secret in said]


def test_an_event_is_told_once_however_often_its_reaction_runs(world: World, referral_id: UUID) -> None:
    event_id = world.perform(referral_id, Command.ACCEPT)
    with scoped(world.organization.id):
        world.react("inform", event_id=event_id)
        world.react("inform", event_id=event_id)
    assert len(world.deliver_all()) == 1


def test_a_request_for_information_lists_what_is_needed(world: World, referral_id: UUID) -> None:
    world.perform(referral_id, Command.REQUEST_INFORMATION, EventData(missing=("the last ECG",)))
    (fax,) = world.deliver_all()
    assert "the last ECG" in text_of(fax.document)


def test_a_decline_is_told_with_reason_and_alternative(world: World, referral_id: UUID) -> None:
    world.perform(referral_id, Command.DECLINE, EventData(reason="We see adults only", alternative="Elm Pediatrics"))
    (fax,) = world.deliver_all()
    said = text_of(fax.document)
    assert "We see adults only" in said
    assert "Elm Pediatrics" in said


def test_news_that_was_overtaken_is_not_told_and_not_owed(world: World, referral_id: UUID) -> None:
    world.perform(referral_id, Command.ACCEPT)
    world.perform(referral_id, Command.BOOK, visit(1))
    world.deliver_all()
    with scoped(world.organization.id):
        late = referrals.learn(
            actor=SYSTEM,
            referral_id=referral_id,
            kind=EventKind.CONTACTED,
            occurred_at=clock.now() - timedelta(days=1),
            key="late",
        )
    assert late is not None
    assert world.deliver_all() == []
    owed = about(world, referral_id, late)
    assert owed.release_reason == "overtaken by later news"


def test_a_visit_is_told_though_its_booking_was_entered_after_it(world: World, referral_id: UUID) -> None:
    world.perform(referral_id, Command.ACCEPT)
    world.perform(referral_id, Command.BOOK, visit(0))
    world.deliver_all()
    with scoped(world.organization.id):
        referrals.perform(
            actor=SYSTEM,
            referral_id=referral_id,
            command=Command.COMPLETE,
            occurred_at=clock.now() - timedelta(minutes=5),
        )
    (fax,) = world.deliver_all()
    assert "The patient has been seen" in text_of(fax.document)


def test_an_ehr_that_repeats_itself_does_not_make_us_repeat_ourselves(world: World, referral_id: UUID) -> None:
    world.perform(referral_id, Command.ACCEPT)
    world.deliver_all()
    booked = visit(2)
    at = clock.now() + timedelta(minutes=10)
    for key in ("siu-1", "siu-2"):
        with clock.travel_to(at + timedelta(minutes=1)), scoped(world.organization.id):
            referrals.learn(
                actor=SYSTEM, referral_id=referral_id, kind=EventKind.SCHEDULED, occurred_at=at, key=key, data=booked
            )
    assert len(world.deliver_all()) == 1


def test_two_reports_of_the_same_instant_are_told_once(world: World, referral_id: UUID) -> None:
    world.perform(referral_id, Command.ACCEPT)
    world.deliver_all()
    booked, at = visit(2), clock.now() + timedelta(minutes=10)
    with clock.frozen(at), scoped(world.organization.id):
        for key in ("siu-1", "siu-2"):
            referrals.learn(
                actor=SYSTEM, referral_id=referral_id, kind=EventKind.SCHEDULED, occurred_at=at, key=key, data=booked
            )
    assert len(world.deliver_all()) == 1


def test_a_notice_that_cannot_be_delivered_stands_on_the_referral_with_an_owner(
    world: World, referral_id: UUID
) -> None:
    event_id = world.perform(referral_id, Command.ACCEPT)
    world.run_jobs()
    world.carrier.fail(world.carrier.submitted[-1].reference, FaxCause.NO_FAX)
    world.poll()
    assert world.events(referral_id)[-1] is EventKind.DELIVERY_FAILED
    assert about(world, referral_id, event_id).is_open
    with scoped(world.organization.id):
        (task,) = messages.needs_person()
    assert (task.referral_id, task.event_id, bool(task.owner_role)) == (referral_id, event_id, True)


def test_a_person_who_told_the_office_by_telephone_keeps_the_promise(world: World, referral_id: UUID) -> None:
    event_id = world.perform(referral_id, Command.ACCEPT)
    world.run_jobs()
    world.carrier.fail(world.carrier.submitted[-1].reference, FaxCause.NO_FAX)
    world.poll()
    with scoped(world.organization.id):
        (task,) = messages.needs_person()
        messaging.resolve_undeliverable(
            actor=SYSTEM, message_id=task.id, resolution=Resolution.TOLD_OTHERWISE, note="Called the front desk"
        )
    world.run_jobs()
    owed = about(world, referral_id, event_id)
    assert owed.evidence == Evidence("phone", str(task.id), "Called the front desk")


def test_a_sender_whose_office_is_unknown_is_told_nothing(world: World) -> None:
    item_id = world.arrive(from_address=STRANGER_FAX)
    opened = world.sign_off(item_id, content())
    world.perform(opened, Command.ACCEPT)
    assert world.deliver_all() == []


def test_a_confirmation_that_comes_twice_is_one_event(world: World, referral_id: UUID) -> None:
    world.perform(referral_id, Command.ACCEPT)
    world.deliver_all()
    with scoped(world.organization.id):
        for message in messages.messages_for(referral_id=referral_id):
            world.react("record_delivery", message_id=message.id)
            world.react("record_delivery", message_id=message.id)
    world.run_jobs()
    assert world.events(referral_id).count(EventKind.NOTICE_CONFIRMED) == 1


def test_what_turns_out_wrong_is_corrected(world: World, referral_id: UUID) -> None:
    for command, data in (
        (Command.ACCEPT, EventData()),
        (Command.BOOK, visit(3)),
        (Command.COMPLETE, EventData()),
    ):
        world.perform(referral_id, command, data)
        world.deliver_all()
    world.perform(referral_id, Command.RETRACT_VISIT)
    (fax,) = world.deliver_all()
    assert "The patient has not been seen yet" in text_of(fax.document)
    world.perform(referral_id, Command.CLOSE, EventData(closure=Closure.PATIENT_DECLINED))
    world.deliver_all()
    world.perform(referral_id, Command.REOPEN)
    (fax,) = world.deliver_all()
    assert "Your referral goes on" in text_of(fax.document)


def test_a_sender_is_told_the_number_under_which_a_redirected_referral_goes_on(world: World, referral_id: UUID) -> None:
    target = RedirectTarget(specialty="Nephrology")
    world.perform(referral_id, Command.REDIRECT, EventData(target=target, reason="Kidneys"))
    (fax,) = world.deliver_all()
    (child,) = world.referral(referral_id).children
    said = text_of(fax.document)
    assert "Your referral is passed on" in said
    assert reference.display(child.reference) in said


def test_a_notice_that_a_person_withdraws_is_owed_no_more(world: World, referral_id: UUID) -> None:
    event_id = world.perform(referral_id, Command.ACCEPT)
    world.run_jobs()
    world.carrier.fail(world.carrier.submitted[-1].reference, FaxCause.NO_FAX)
    world.poll()
    with scoped(world.organization.id):
        (message,) = messages.needs_person()
        messaging.resolve_undeliverable(actor=SYSTEM, message_id=message.id, resolution=Resolution.WITHDRAWN)
    world.run_jobs()
    owed = about(world, referral_id, event_id)
    assert (owed.fulfilled_at, owed.release_reason) == (None, "a person has withdrawn the message")


def test_what_the_sender_is_not_told_is_not_owed(world: World, referral_id: UUID) -> None:
    event_id = world.perform(referral_id, Command.COMMENT, EventData(note="For ourselves"))
    with scoped(world.organization.id):
        referrals.promise(
            actor=SYSTEM, kind=ObligationKind.STATUS, due_at=clock.now(), referral_id=referral_id, about=event_id
        )
        world.react("inform", event_id=event_id)
    assert world.deliver_all() == []
    assert about(world, referral_id, event_id).release_reason == "the sender is told nothing of this"


def test_closing_with_the_note_sends_and_owes_nothing_more(world: World, referral_id: UUID) -> None:
    world.perform(referral_id, Command.ACCEPT)
    world.perform(referral_id, Command.BOOK, visit(1))
    world.perform(referral_id, Command.RETURN_OUTCOME, EventData(document_id=world.store(pdf("A note"))))
    closing = EventData(closure=Closure.OUTCOME_RETURNED)
    closed = world.perform(referral_id, Command.CLOSE, closing, Evidence("letter", "registered mail 7"))
    world.deliver_all()
    told = [one for one in world.referral(referral_id).obligations if one.about == closed]
    assert told == []
    assert "closed" not in " ".join(text_of(fax.document) for fax in world.sent)


def test_the_end_is_promised_told_and_proven(world: World, referral_id: UUID) -> None:
    closed = world.perform(referral_id, Command.CLOSE, EventData(closure=Closure.SEEN_ELSEWHERE))
    (fax,) = world.deliver_all()
    assert "Your referral is closed" in text_of(fax.document)
    assert about(world, referral_id, closed).fulfilled_at is not None
