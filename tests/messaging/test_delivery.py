"""One message to one office, with every fault of the carrier that the double can show."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from uuid import UUID

import pytest
from pytest_django import Settings

from homing.accounts.policy import PERMISSIONS, Role
from homing.channels.fax.memory import InMemoryCarrier
from homing.directory.actions import create_office
from homing.directory.queries import fax_of
from homing.kit import clock
from homing.kit.actor import Actor, ActorKind
from homing.kit.errors import Invalid, NotFound, NotPermitted
from homing.messaging import actions, policy, queries
from homing.messaging.actions import Destination
from homing.messaging.policy import MessageKind, Resolution
from homing.messaging.ports import CarrierEvent, CarrierEventKind, FaxCause, FaxResult, FaxState
from homing.messaging.states import DeliveryState, FailureCause, MessageState, Reported, StepKind
from homing.tenancy.scope import scoped
from tests.factories import make_organization
from tests.messaging.line import FAX, NOON, PDF, WORKER, Line

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def only_delivery(line: Line) -> tuple[UUID, DeliveryState]:
    from homing.messaging.models import Delivery

    with scoped(line.organization_id):
        row = Delivery.objects.order_by("-attempt").first()
        assert row is not None
        return row.id, DeliveryState(row.state)


def submitted(line: Line, carrier: InMemoryCarrier) -> str:
    line.work()
    return carrier.submitted[-1].reference


def test_a_fax_is_delivered_only_when_the_carrier_says_so_when_asked(line: Line, carrier: InMemoryCarrier) -> None:
    with clock.frozen(NOON):
        message_id = line.send()
        reference = submitted(line, carrier)
        assert line.message(message_id).state is MessageState.DELIVERING
    carrier.begin(reference, pages_sent=1)
    with clock.frozen(NOON + MINUTE):
        line.work()
        assert line.message(message_id).state is MessageState.DELIVERING
    carrier.deliver(reference, remote_id="GROVE ST")
    with clock.frozen(NOON + 3 * MINUTE):
        line.work()
    message = line.message(message_id)
    assert (message.state, message.needs_person, message.delivered_at) == (
        MessageState.DELIVERED,
        False,
        NOON + 3 * MINUTE,
    )
    assert line.steps(message_id) == ["planned", "submitting", "submitted", "confirmed"]


def test_the_carrier_gets_what_was_committed_and_nothing_about_the_patient(
    line: Line, carrier: InMemoryCarrier
) -> None:
    message_id = line.send()
    line.work()
    (fax,) = carrier.submitted
    delivery_id, _ = only_delivery(line)
    assert (fax.to_e164, fax.document, fax.pages, fax.job_id) == (FAX, PDF, 3, str(delivery_id))
    assert fax.from_e164.startswith("+1617555")
    assert fax.correlation_key == line.organization_id.hex + fax.job_id.replace("-", "")
    assert fax.tags == {"kind": "notice", "reference": "H2345ABCD9"}
    assert line.message(message_id).provider_reference == fax.reference


def test_the_same_key_is_one_message_and_one_fax(line: Line, carrier: InMemoryCarrier) -> None:
    assert line.send("ack:1") == line.send("ack:1")
    line.work()
    line.work()
    assert len(carrier.submitted) == 1


@pytest.mark.parametrize("address", ["6175550143", "+4930555010", "911"])
def test_a_number_that_cannot_be_dialled_is_refused(line: Line, address: str) -> None:
    with pytest.raises(Invalid):
        line.send(to=address)


def test_a_busy_line_is_tried_again_and_then_delivered(line: Line, carrier: InMemoryCarrier) -> None:
    with clock.frozen(NOON):
        message_id = line.send()
    at = NOON
    for wait in (0, 2, 5, 10):
        at += wait * MINUTE
        with clock.frozen(at - SECOND):
            line.work()
        known = len(carrier.submitted)
        with clock.frozen(at):
            reference = submitted(line, carrier)
            assert len(carrier.submitted) == known + 1
        at += 10 * SECOND
        carrier.fail(reference, FaxCause.BUSY) if wait < 10 else carrier.deliver(reference)
        with clock.frozen(at):
            line.work()
    message = line.message(message_id)
    assert (message.state, message.attempts, message.last_cause) == (MessageState.DELIVERED, 4, FailureCause.BUSY)
    keys = [fax.correlation_key for fax in carrier.submitted]
    assert len(set(keys)) == 4


def test_a_line_that_stays_busy_becomes_a_persons_task_within_15_minutes(line: Line, carrier: InMemoryCarrier) -> None:
    with clock.frozen(NOON):
        message_id = line.send(kind=MessageKind.REFERRAL)
    at = last_failure = NOON
    while at < NOON + timedelta(hours=2):
        with clock.frozen(at):
            line.work()
        for fax in carrier.submitted:
            if not carrier.status(fax.reference).is_final:
                carrier.fail(fax.reference, FaxCause.BUSY)
        last_failure = at
        at += 10 * SECOND
        if line.message(message_id).state is MessageState.UNDELIVERABLE:
            break
    message = line.message(message_id)
    assert len(carrier.submitted) == 6
    assert (message.state, message.needs_person, message.owner_role) == (
        MessageState.UNDELIVERABLE,
        True,
        "referral_coordinator",
    )
    assert "busy" in message.next_action
    assert message.due_at is not None
    assert message.due_at - last_failure <= 15 * MINUTE
    with scoped(line.organization_id):
        assert [found.id for found in queries.needs_person()] == [message_id]


@pytest.mark.parametrize("cause", [FaxCause.NO_FAX, FaxCause.BAD_NUMBER, FaxCause.CONVERSION])
def test_a_cause_that_will_not_go_away_stops_after_one_fax(
    line: Line, carrier: InMemoryCarrier, cause: FaxCause
) -> None:
    with clock.frozen(NOON):
        message_id = line.send()
        carrier.fail(submitted(line, carrier), cause)
    line.run(NOON + MINUTE, timedelta(hours=1), MINUTE)
    assert len(carrier.submitted) == 1
    assert line.message(message_id).state is MessageState.UNDELIVERABLE
    assert line.steps(message_id)[-2:] == ["failed", "undeliverable"]


def test_a_fax_refused_by_the_carrier_goes_to_a_person(line: Line, carrier: InMemoryCarrier) -> None:
    carrier.refuse_next()
    message_id = line.send()
    line.work()
    message = line.message(message_id)
    assert (message.state, message.last_cause) == (MessageState.UNDELIVERABLE, FailureCause.REJECTED)
    assert not carrier.submitted


def test_pages_missing_is_not_delivered_and_the_whole_fax_goes_again(line: Line, carrier: InMemoryCarrier) -> None:
    with clock.frozen(NOON):
        message_id = line.send()
        carrier.fail(submitted(line, carrier), FaxCause.LINE_ERROR, pages_sent=2)
    with clock.frozen(NOON + 10 * SECOND):
        line.work()
        assert line.message(message_id).state is MessageState.DELIVERING
    with clock.frozen(NOON + 2 * MINUTE):
        carrier.deliver(submitted(line, carrier))
    with clock.frozen(NOON + 3 * MINUTE):
        line.work()
    assert line.message(message_id).state is MessageState.DELIVERED
    assert [fax.pages for fax in carrier.submitted] == [3, 3]


def test_a_lost_answer_is_asked_for_before_anything_is_submitted_again(line: Line, carrier: InMemoryCarrier) -> None:
    carrier.lose_answers()
    with clock.frozen(NOON):
        message_id = line.send()
        line.work()
        assert line.steps(message_id)[-1] == StepKind.OUTCOME_UNKNOWN
    with clock.frozen(NOON + 29 * SECOND):
        assert line.due() == ()
    line.run(NOON + 30 * SECOND, 2 * MINUTE)
    carrier.deliver(carrier.submitted[0].reference)
    line.run(NOON + 5 * MINUTE, 2 * MINUTE)
    assert len(carrier.submitted) == 1
    assert line.message(message_id).state is MessageState.DELIVERED
    assert line.steps(message_id) == [
        "planned",
        "submitting",
        "outcome_unknown",
        "found",
        "confirmed",
    ]


def test_a_worker_killed_before_its_call_is_found_out_and_the_fax_goes_once(
    line: Line, carrier: InMemoryCarrier
) -> None:
    with clock.frozen(NOON):
        message_id = line.send()
        ((delivery_id, _),) = line.due()
        with scoped(line.organization_id):
            assert actions.claim(actor=WORKER, delivery_id=delivery_id)
    line.run(NOON + SECOND, policy.SUBMIT_LEASE - 2 * SECOND)
    assert not carrier.submitted
    assert line.steps(message_id)[-1] == StepKind.SUBMITTING
    line.run(NOON + policy.SUBMIT_LEASE, MINUTE)
    assert len(carrier.submitted) == 1
    assert line.steps(message_id)[2:5] == ["outcome_unknown", "not_found", "planned"]


def test_a_worker_killed_after_its_call_does_not_make_a_second_fax(line: Line, carrier: InMemoryCarrier) -> None:
    with clock.frozen(NOON):
        message_id = line.send()
        ((delivery_id, _),) = line.due()
        with scoped(line.organization_id):
            claimed = actions.claim(actor=WORKER, delivery_id=delivery_id)
        assert claimed is not None
        reference = carrier.submit(
            job_id="killed",
            to_e164=claimed.to_e164,
            from_e164=claimed.from_e164,
            document=PDF,
            pages=3,
            correlation_key=claimed.correlation_key,
            tags={},
        )
    carrier.deliver(reference)
    line.run(NOON + policy.SUBMIT_LEASE, 2 * MINUTE)
    assert len(carrier.submitted) == 1
    assert line.message(message_id).state is MessageState.DELIVERED


def test_while_the_carrier_cannot_be_asked_nothing_is_submitted_again(line: Line, carrier: InMemoryCarrier) -> None:
    carrier.lose_answers()
    with clock.frozen(NOON):
        line.send()
        line.work()
    carrier.go_down()
    line.run(NOON + MINUTE, 10 * MINUTE)
    carrier.come_up()
    line.run(NOON + 12 * MINUTE, 2 * MINUTE)
    assert len(carrier.submitted) == 1


def test_a_carrier_that_is_down_is_tried_again_until_a_person_has_to_know(line: Line, carrier: InMemoryCarrier) -> None:
    carrier.go_down()
    with clock.frozen(NOON):
        message_id = line.send()
    line.run(NOON, timedelta(minutes=45))
    message = line.message(message_id)
    assert (message.state, message.last_cause, message.attempts) == (
        MessageState.UNDELIVERABLE,
        FailureCause.PROVIDER,
        6,
    )


def test_a_carrier_that_comes_back_gets_the_fax(line: Line, carrier: InMemoryCarrier) -> None:
    carrier.go_down()
    with clock.frozen(NOON):
        line.send()
        line.work()
    carrier.come_up()
    line.run(NOON + MINUTE, MINUTE)
    assert len(carrier.submitted) == 1


def test_a_fax_without_a_final_answer_gets_an_owner_and_is_still_watched(line: Line, carrier: InMemoryCarrier) -> None:
    with clock.frozen(NOON):
        message_id = line.send()
        reference = submitted(line, carrier)
    carrier.begin(reference)
    line.run(NOON + policy.PATIENCE, MINUTE)
    message = line.message(message_id)
    assert (message.state, message.needs_person) == (MessageState.DELIVERING, True)
    carrier.deliver(reference)
    line.run(NOON + policy.PATIENCE + 3 * MINUTE, 3 * MINUTE)
    message = line.message(message_id)
    assert (message.state, message.needs_person, message.due_at) == (MessageState.DELIVERED, False, None)


def test_a_failure_reported_after_the_proof_is_noted_and_changes_nothing(line: Line, carrier: InMemoryCarrier) -> None:
    with clock.frozen(NOON):
        message_id = line.send()
        carrier.deliver(submitted(line, carrier))
    line.run(NOON + MINUTE, timedelta())
    delivery_id, state = only_delivery(line)
    assert state is DeliveryState.CONFIRMED
    late = Reported(FaxResult(FaxState.FAILED, 0, 3, cause=FaxCause.LINE_ERROR, retryable=True))
    with clock.frozen(NOON + 2 * MINUTE), scoped(line.organization_id):
        for _ in range(2):
            actions.learn(actor=WORKER, delivery_id=delivery_id, fact=late)
    assert line.message(message_id).state is MessageState.DELIVERED
    with scoped(line.organization_id):
        from homing.messaging.models import Message

        Message.objects.filter(id=message_id).update(item_id=message_id)
        evidence = queries.evidence_for(item_id=message_id)
    assert [(step.step, step.is_ignored) for step in evidence][-2:] == [("confirmed", False), ("failed", True)]
    assert len(carrier.submitted) == 1


def test_a_proof_that_comes_after_a_failure_cancels_the_next_attempt(line: Line, carrier: InMemoryCarrier) -> None:
    with clock.frozen(NOON):
        message_id = line.send()
        reference = submitted(line, carrier)
        first, _ = only_delivery(line)
        carrier.fail(reference, FaxCause.LINE_ERROR)
    with clock.frozen(NOON + 10 * SECOND):
        line.work()
        whole = Reported(FaxResult(FaxState.DELIVERED, 3, 3))
        with scoped(line.organization_id):
            actions.learn(actor=WORKER, delivery_id=first, fact=whole)
    line.run(NOON + MINUTE, 10 * MINUTE)
    assert len(carrier.submitted) == 1
    assert line.message(message_id).state is MessageState.DELIVERED


def test_a_webhook_alone_proves_nothing_and_wakes_the_poller(line: Line, carrier: InMemoryCarrier) -> None:
    with clock.frozen(NOON):
        message_id = line.send()
        reference = submitted(line, carrier)
    hint = CarrierEvent(CarrierEventKind.STATUS, reference)
    with clock.frozen(NOON + SECOND):
        assert line.due() == ()
        for _ in range(3):
            actions.note_hints([hint], carrier_name="memory")
        assert len(line.due()) == 1
        line.work()
        assert line.message(message_id).state is MessageState.DELIVERING
    carrier.deliver(reference)
    with clock.frozen(NOON + 2 * SECOND):
        actions.note_hints([hint], carrier_name="memory")
        line.work()
    assert line.message(message_id).state is MessageState.DELIVERED
    assert line.steps(message_id).count("confirmed") == 1


def test_a_hint_with_our_key_defers_a_poll_and_a_foreign_key_does_no_harm(line: Line, carrier: InMemoryCarrier) -> None:
    line.send()
    reference = submitted(line, carrier)
    ours = carrier.submitted[0].correlation_key
    waiting = deferred("homing.messaging.jobs.poll")
    for key in (ours, "not-a-key", "0" * 64, ours[:-1]):
        actions.note_hints([CarrierEvent(CarrierEventKind.STATUS, reference, key)], carrier_name="memory")
    assert deferred("homing.messaging.jobs.poll") == waiting + 1


def deferred(name: str) -> int:
    from procrastinate.contrib.django.models import ProcrastinateJob

    return ProcrastinateJob.objects.filter(task_name=name).count()


def test_without_any_webhook_the_poller_confirms(line: Line, carrier: InMemoryCarrier) -> None:
    with clock.frozen(NOON):
        message_id = line.send()
        carrier.deliver(submitted(line, carrier))
    line.run(NOON + 10 * SECOND, 20 * SECOND)
    assert line.message(message_id).state is MessageState.DELIVERED


def undeliverable(line: Line, carrier: InMemoryCarrier) -> UUID:
    message_id = line.send()
    carrier.fail(submitted(line, carrier), FaxCause.NO_FAX)
    with clock.travel_to(clock.now() + MINUTE):
        line.work()
    assert line.message(message_id).state is MessageState.UNDELIVERABLE
    return message_id


def test_a_person_can_give_another_number(line: Line, carrier: InMemoryCarrier) -> None:
    message_id = undeliverable(line, carrier)
    with scoped(line.organization_id):
        actions.resolve_undeliverable(
            actor=WORKER,
            message_id=message_id,
            resolution=Resolution.OTHER_NUMBER,
            address="+16175550144",
        )
    carrier.deliver(submitted(line, carrier))
    with clock.travel_to(clock.now() + MINUTE):
        line.work()
    message = line.message(message_id)
    assert (message.state, carrier.submitted[-1].to_e164) == (MessageState.DELIVERED, "+16175550144")


def test_a_person_who_told_the_office_otherwise_says_how(line: Line, carrier: InMemoryCarrier) -> None:
    message_id = undeliverable(line, carrier)
    with scoped(line.organization_id):
        with pytest.raises(Invalid):
            actions.resolve_undeliverable(
                actor=WORKER,
                message_id=message_id,
                resolution=Resolution.TOLD_OTHERWISE,
            )
        actions.resolve_undeliverable(
            actor=WORKER,
            message_id=message_id,
            resolution=Resolution.TOLD_OTHERWISE,
            note="Called the front desk",
        )
        with pytest.raises(actions.MessageSettled):
            actions.resolve_undeliverable(
                actor=WORKER,
                message_id=message_id,
                resolution=Resolution.WITHDRAWN,
            )
        assert queries.needs_person() == ()
    message = line.message(message_id)
    assert (message.state, message.resolution) == (MessageState.CANCELLED, Resolution.TOLD_OTHERWISE)


def test_nothing_is_started_anew_while_the_carrier_may_have_it(line: Line, carrier: InMemoryCarrier) -> None:
    message_id = line.send()
    submitted(line, carrier)
    with scoped(line.organization_id), pytest.raises(actions.StillOnItsWay):
        actions.resolve_undeliverable(actor=WORKER, message_id=message_id, resolution=Resolution.TRY_AGAIN)


def test_a_message_withdrawn_before_its_attempt_is_not_sent(line: Line, carrier: InMemoryCarrier) -> None:
    message_id = line.send()
    with scoped(line.organization_id):
        actions.resolve_undeliverable(actor=WORKER, message_id=message_id, resolution=Resolution.WITHDRAWN)
    assert line.work() == 0
    assert not carrier.submitted


def test_a_worker_held_up_before_its_call_submits_nothing(
    line: Line, carrier: InMemoryCarrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "SUBMIT_WINDOW", -SECOND)
    line.send()
    line.work()
    assert not carrier.submitted
    assert only_delivery(line)[1] is DeliveryState.SUBMITTING


@pytest.mark.parametrize(("cause", "is_better"), [(None, True), (FaxCause.NO_FAX, False), (FaxCause.NO_ANSWER, False)])
def test_the_directory_learns_how_far_a_number_can_be_trusted(
    line: Line, carrier: InMemoryCarrier, cause: FaxCause | None, *, is_better: bool
) -> None:
    with scoped(line.organization_id):
        office_id = create_office(actor=WORKER, name="Grove Street Family Medicine", fax=FAX)
        before = fax_of(office_id)
        assert before is not None
        with clock.frozen(NOON):
            actions.send(
                actor=WORKER,
                kind=MessageKind.NOTICE,
                to=Destination(FAX, office_id, before.id),
                document=PDF,
                pages=3,
                key="k",
            )
    with clock.frozen(NOON):
        reference = submitted(line, carrier)
        carrier.fail(reference, cause) if cause else carrier.deliver(reference)
    line.run(NOON + MINUTE, timedelta())
    with scoped(line.organization_id):
        after = fax_of(office_id)
    assert after is not None
    assert (after.confidence > before.confidence) is is_better
    assert (after.last_confirmed_at is not None) is is_better


def test_an_office_without_a_proven_number_is_a_persons_task_at_once(line: Line, carrier: InMemoryCarrier) -> None:
    message_id = line.send(to="")
    message = line.message(message_id)
    assert (message.state, message.needs_person, line.work()) == (MessageState.UNDELIVERABLE, True, 0)
    assert "fax number" in message.next_action
    with scoped(line.organization_id):
        with pytest.raises(Invalid):
            actions.resolve_undeliverable(actor=WORKER, message_id=message_id, resolution=Resolution.TRY_AGAIN)
        actions.resolve_undeliverable(
            actor=WORKER, message_id=message_id, resolution=Resolution.OTHER_NUMBER, address=FAX
        )
    carrier.deliver(submitted(line, carrier))
    line.run(clock.now() + MINUTE, timedelta())
    assert line.message(message_id).state is MessageState.DELIVERED


def test_without_a_configured_carrier_a_person_is_told_and_nothing_counts_as_sent(
    line: Line, settings: Settings
) -> None:
    settings.HOMING_CARRIERS = {}
    with clock.frozen(NOON):
        message_id = line.send()
    line.run(NOON, timedelta(minutes=45))
    message = line.message(message_id)
    assert (message.state, message.needs_person) == (MessageState.UNDELIVERABLE, True)


@pytest.mark.parametrize(
    ("role", "may_settle"),
    [(Role.INTAKE_COORDINATOR, True), (Role.INTEGRATION_ADMIN, True), (Role.SCHEDULER, False), (Role.CLINICIAN, False)],
)
def test_only_those_whose_task_it_is_settle_an_undeliverable_message(
    line: Line, role: Role, *, may_settle: bool
) -> None:
    message_id = line.send(to="")
    person = Actor(ActorKind.PERSON, str(message_id), "Somebody", frozenset(PERMISSIONS[role]))
    refused = contextlib.nullcontext() if may_settle else pytest.raises(NotPermitted)
    with scoped(line.organization_id), refused:
        actions.resolve_undeliverable(
            actor=person, message_id=message_id, resolution=Resolution.TOLD_OTHERWISE, note="Called"
        )
    assert (line.message(message_id).state is MessageState.CANCELLED) is may_settle


def test_another_tenant_sees_and_settles_nothing(line: Line) -> None:
    message_id = line.send(to="")
    stranger = make_organization()
    with scoped(stranger.id):
        assert queries.needs_person() == ()
        with pytest.raises(NotFound):
            actions.resolve_undeliverable(actor=WORKER, message_id=message_id, resolution=Resolution.WITHDRAWN)
        with pytest.raises(NotFound):
            queries.message(message_id)


def test_a_damaged_document_goes_straight_to_a_person_who_is_told_what_it_is(
    line: Line, carrier: InMemoryCarrier
) -> None:
    from pathlib import Path

    from django.conf import settings

    from homing.documents.models import Document

    message_id = line.send()
    with scoped(line.organization_id):
        stored_as = Document.objects.get().stored_as
    path = Path(settings.HOMING_DATA) / "documents" / stored_as
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    line.work()
    message = line.message(message_id)
    assert carrier.submitted == ()
    assert (message.state, message.needs_person, message.last_cause) == (
        MessageState.UNDELIVERABLE,
        True,
        FailureCause.DOCUMENT,
    )
    assert "backup" in message.next_action
    path.write_bytes(whole)
    with scoped(line.organization_id):
        actions.resolve_undeliverable(actor=WORKER, message_id=message_id, resolution=Resolution.TRY_AGAIN)
    line.work()
    assert len(carrier.submitted) == 1
