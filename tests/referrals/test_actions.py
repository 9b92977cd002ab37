"""What people and partners do to referrals, with the real database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from procrastinate.contrib.django.models import ProcrastinateJob

from homing.accounts.policy import Role
from homing.content.document_reference import DocumentReference
from homing.content.referral import Priority
from homing.kit import clock
from homing.kit.actor import Actor
from homing.kit.errors import Conflict, Invalid, NotPermitted
from homing.kit.reference import mint
from homing.referrals import actions, queries
from homing.referrals.actions import ContactOutcome, EventData, Evidence, RedirectTarget
from homing.referrals.policy import NextAction, ObligationKind
from homing.referrals.states import Closure, Command, Direction, EventKind, IllegalTransition, Status
from homing.tenancy.models import Organization
from tests.factories import SYSTEM, PatientFactory, ReferralContentFactory
from tests.referrals.conftest import PARTNER, OpenInbound
from tests.referrals.steps import PROOF, do, kinds, learn, owed, status, visit


def test_an_opened_referral_is_received_and_has_a_next_action_an_owner_and_a_due_time(inbound: UUID) -> None:
    view = queries.referral(inbound)
    assert (view.status, view.row.next_action, view.row.owner_role) == (Status.RECEIVED, "triage", Role.CLINICIAN)
    assert view.row.due_at is not None
    assert view.row.due_at > clock.now()
    assert [one.title for one in view.attachments] == ["Referral letter"]


def test_opening_the_same_item_again_returns_the_same_referral(organization: Organization) -> None:
    number, item = mint(), uuid4()

    def open_it(item_id: UUID) -> UUID:
        return actions.open_inbound(
            actor=SYSTEM, content=ReferralContentFactory(), reference=number, item_id=item_id, partner_id=None,
            partner_name="", patient_record_id=None, location_id=None, documents=(), received_at=clock.now(),
            sender_proven=False,
        )  # fmt: skip

    assert open_it(item) == open_it(item)
    with pytest.raises(Conflict):
        open_it(uuid4())


def test_what_is_owed_about_an_item_goes_over_to_its_referral_with_its_evidence(organization: Organization) -> None:
    item, due = uuid4(), clock.now() + timedelta(minutes=5)
    actions.promise(actor=SYSTEM, kind=ObligationKind.ACKNOWLEDGMENT, due_at=due, item_id=item)
    actions.fulfil(actor=SYSTEM, kind=ObligationKind.ACKNOWLEDGMENT, item_id=item, evidence=PROOF, at=clock.now())
    opened = actions.open_inbound(
        actor=SYSTEM, content=ReferralContentFactory(), reference=mint(), item_id=item, partner_id=PARTNER,
        partner_name="Grove", patient_record_id=None, location_id=None, documents=(), received_at=clock.now(),
        sender_proven=True,
    )  # fmt: skip
    (acknowledgment,) = queries.obligations(referral_id=opened)
    assert acknowledgment.evidence == PROOF
    assert queries.obligations(item_id=item) == ()


def test_the_whole_inbound_loop_closes_only_with_the_confirmed_outcome(inbound: UUID) -> None:
    do(inbound, Command.ACCEPT)
    assert status(inbound) is Status.PENDING_SCHEDULING
    do(inbound, Command.RECORD_CONTACT, EventData(outcome=ContactOutcome.SPOKE))
    do(inbound, Command.BOOK, visit())
    do(inbound, Command.COMPLETE)
    assert owed(inbound) >= {ObligationKind.OUTCOME}
    do(inbound, Command.RETURN_OUTCOME, EventData(document_id=uuid4()))
    view = queries.referral(inbound)
    assert (view.status, view.row.next_action) == (Status.COMPLETED, NextAction.CONFIRM_NOTE_DELIVERY)
    learn(inbound, EventKind.OUTCOME_DELIVERED)
    view = queries.referral(inbound)
    assert (view.status, view.row.closure) == (Status.CLOSED, Closure.OUTCOME_RETURNED)
    assert ObligationKind.OUTCOME not in owed(inbound)
    outcome = next(one for one in view.obligations if one.kind is ObligationKind.OUTCOME)
    assert outcome.evidence == PROOF


def test_a_patient_without_a_telephone_number_stays_accepted_until_released(open_inbound: OpenInbound) -> None:
    silent = open_inbound(ReferralContentFactory(patient=PatientFactory(phone="")))
    do(silent, Command.ACCEPT)
    assert status(silent) is Status.ACCEPTED
    do(silent, Command.RELEASE_TO_SCHEDULING)
    assert status(silent) is Status.PENDING_SCHEDULING


@pytest.mark.parametrize(
    ("command", "data"),
    [
        (Command.DECLINE, EventData(reason="Not our field")),
        (Command.DECLINE, EventData(alternative="Harbor Cardiology")),
        (Command.DECLINE, EventData(reason="  ", alternative="Harbor Cardiology")),
        (Command.REDIRECT, EventData()),
        (Command.RECORD_CONTACT, EventData()),
        (Command.CLOSE, EventData()),
        (Command.CLOSE, EventData(closure=Closure.ADMINISTRATIVE)),
        (Command.CLOSE, EventData(closure=Closure.OUTCOME_RETURNED)),
    ],
)
def test_a_command_without_what_it_needs_is_refused_and_leaves_no_trace(
    inbound: UUID, command: Command, data: EventData
) -> None:
    before = kinds(inbound)
    with pytest.raises(Invalid):
        do(inbound, command, data)
    assert kinds(inbound) == before


def test_declining_keeps_reason_and_alternative_and_ends_the_referral(inbound: UUID) -> None:
    do(inbound, Command.DECLINE, EventData(reason="Not our field", alternative="Harbor Cardiology"))
    view = queries.referral(inbound)
    assert (view.status, view.row.is_open, view.row.due_at) == (Status.DECLINED, False, None)
    told = queries.timeline(inbound)[-1].data
    assert (told.reason, told.alternative) == ("Not our field", "Harbor Cardiology")
    # The sender must still be told.
    assert owed(inbound) == {ObligationKind.STATUS}


@pytest.mark.parametrize("closure", [one for one in Closure if one is not Closure.OUTCOME_RETURNED])
def test_every_closure_can_be_given_by_a_person(accepted: UUID, closure: Closure) -> None:
    do(accepted, Command.CLOSE, EventData(closure=closure, reason="As agreed by telephone"))
    view = queries.referral(accepted)
    assert (view.row.closure, view.closure_reason) == (closure, "As agreed by telephone")
    assert ObligationKind.OUTCOME not in owed(accepted)


def test_a_person_can_close_the_loop_with_a_note_and_evidence_only(accepted: UUID) -> None:
    do(accepted, Command.BOOK, visit())
    do(accepted, Command.COMPLETE)

    def close(evidence: Evidence | None = None) -> None:
        actions.perform(
            actor=SYSTEM, referral_id=accepted, command=Command.CLOSE,
            data=EventData(closure=Closure.OUTCOME_RETURNED), evidence=evidence,
        )  # fmt: skip

    with pytest.raises(Invalid, match="no note yet"):
        close(Evidence("letter", "registered mail 7"))
    do(accepted, Command.RETURN_OUTCOME, EventData(document_id=uuid4()))
    with pytest.raises(Invalid, match="proves"):
        close()
    close(Evidence("letter", "registered mail 7"))
    assert queries.referral(accepted).row.closure is Closure.OUTCOME_RETURNED
    assert ObligationKind.OUTCOME not in owed(accepted)


def test_redirecting_within_our_organization_opens_a_linked_received_referral_and_keeps_history(inbound: UUID) -> None:
    do(inbound, Command.REDIRECT, EventData(reason="Ablation", target=RedirectTarget(specialty="Electrophysiology")))
    old = queries.referral(inbound)
    (child,) = old.children
    new = queries.referral(child.id)
    assert (old.status, old.row.is_open) == (Status.REDIRECTED, False)
    assert (new.status, new.direction, new.row.specialty) == (Status.RECEIVED, Direction.INBOUND, "Electrophysiology")
    assert new.parent is not None
    assert new.parent.id == inbound
    assert new.reference != old.reference
    assert len(new.attachments) == len(old.attachments) == 1
    assert kinds(inbound) == [EventKind.RECEIVED, EventKind.REDIRECTED]
    assert new.row.opened_at == old.row.opened_at


def test_redirecting_to_another_office_opens_a_linked_outbound_draft(inbound: UUID) -> None:
    target = RedirectTarget(partner_id=uuid4(), partner_name="Harbor Cardiology")
    do(inbound, Command.REDIRECT, EventData(reason="Full", target=target))
    (child,) = queries.referral(inbound).children
    new = queries.referral(child.id)
    assert (new.status, new.direction, new.row.partner_name) == (Status.DRAFT, Direction.OUTBOUND, "Harbor Cardiology")


def test_an_outbound_referral_is_sent_only_when_its_delivery_is_confirmed(outbound: UUID) -> None:
    actions.send(actor=SYSTEM, referral_id=outbound)
    view = queries.referral(outbound)
    assert (view.status, view.row.next_action) == (Status.DRAFT, NextAction.AWAIT_DELIVERY)
    assert ProcrastinateJob.objects.filter(task_name=settings.HOMING_SEND_REFERRAL).count() == 1
    learn(outbound, EventKind.SENT)
    assert status(outbound) is Status.SENT
    assert owed(outbound) == {ObligationKind.ACKNOWLEDGMENT}


def test_the_whole_outbound_loop_closes_only_when_the_note_has_been_reviewed(
    outbound: UUID, referral_coordinator: Actor
) -> None:
    learn(outbound, EventKind.SENT)
    for kind in (EventKind.RECEIVED, EventKind.ACCEPTED):
        tell(referral_coordinator, outbound, kind)
    tell(referral_coordinator, outbound, EventKind.SCHEDULED, visit())
    tell(referral_coordinator, outbound, EventKind.COMPLETED)
    with pytest.raises(IllegalTransition):
        do(outbound, Command.REVIEW_OUTCOME, actor=referral_coordinator)
    tell(referral_coordinator, outbound, EventKind.OUTCOME_RECEIVED, EventData(document_id=uuid4()))
    assert queries.referral(outbound).row.next_action == NextAction.REVIEW_NOTE
    assert owed(outbound) == set()
    do(outbound, Command.REVIEW_OUTCOME, actor=referral_coordinator)
    assert queries.referral(outbound).row.closure is Closure.OUTCOME_RETURNED


def tell(actor: Actor, referral_id: UUID, kind: EventKind, data: EventData | None = None) -> UUID:
    return actions.record_partner_fact(
        actor=actor, referral_id=referral_id, kind=kind, occurred_at=clock.now(), note="Told by telephone", data=data
    )


def test_what_a_partner_tells_by_telephone_stands_with_who_took_the_call(
    outbound: UUID, referral_coordinator: Actor
) -> None:
    tell(referral_coordinator, outbound, EventKind.ACCEPTED)
    entry = queries.timeline(outbound)[-1]
    assert entry.actor_name == referral_coordinator.name
    assert entry.evidence == Evidence("phone", referral_coordinator.id, "Told by telephone")


def test_a_partners_fact_needs_the_permission_and_must_be_one_that_partners_tell(
    outbound: UUID, referral_coordinator: Actor, clinician: Actor
) -> None:
    with pytest.raises(NotPermitted):
        tell(clinician, outbound, EventKind.ACCEPTED)
    for kind in (EventKind.SENT, EventKind.CLOSED, EventKind.ASSIGNED):
        with pytest.raises(Invalid):
            tell(referral_coordinator, outbound, kind)
    with pytest.raises(Invalid, match="note"):
        tell(referral_coordinator, outbound, EventKind.OUTCOME_RECEIVED)


def test_an_outbound_referral_that_was_declined_stays_open_until_a_person_acts(outbound: UUID) -> None:
    learn(outbound, EventKind.SENT)
    learn(outbound, EventKind.DECLINED, data=EventData(reason="Full"))
    view = queries.referral(outbound)
    assert (view.row.is_open, view.row.next_action) == (True, NextAction.ACT_ON_DECLINE)
    do(outbound, Command.REDIRECT, EventData(target=RedirectTarget(partner_id=uuid4(), partner_name="Hill Cardiology")))
    assert [child.direction for child in queries.referral(outbound).children] == [Direction.OUTBOUND]


def test_a_referral_that_the_partner_passed_on_is_followed_at_the_new_place_once(outbound: UUID) -> None:
    learn(outbound, EventKind.SENT)
    passed_on = EventData(target=RedirectTarget(partner_name="Hill Cardiology"))
    learn(outbound, EventKind.REDIRECTED, "a", passed_on)
    learn(outbound, EventKind.REDIRECTED, "a", passed_on)
    learn(outbound, EventKind.REDIRECTED, "b", passed_on)
    (child,) = queries.referral(outbound).children
    assert (child.status, child.partner_name) == (Status.SENT, "Hill Cardiology")
    assert queries.referral(child.id).row.next_action == NextAction.OBTAIN_ACKNOWLEDGMENT


def test_a_fact_learnt_twice_is_one_event_and_one_job(outbound: UUID) -> None:
    assert learn(outbound, EventKind.SENT, "delivery-1")
    assert learn(outbound, EventKind.SENT, "delivery-1") is None
    assert kinds(outbound).count(EventKind.SENT) == 1


def test_only_facts_can_be_learnt(inbound: UUID, outbound: UUID) -> None:
    for referral_id, kind in ((inbound, EventKind.ACCEPTED), (outbound, EventKind.OUTCOME_DELIVERED)):
        with pytest.raises(Invalid):
            learn(referral_id, kind)


def test_a_time_that_lies_ahead_is_taken_as_now_and_kept_as_stated(outbound: UUID) -> None:
    ahead = clock.now() + timedelta(days=3)
    actions.learn(
        actor=SYSTEM, referral_id=outbound, kind=EventKind.SENT, occurred_at=ahead, data=None, evidence=PROOF, key="x"
    )
    entry = next(one for one in queries.timeline(outbound) if one.kind is EventKind.SENT)
    assert entry.occurred_at <= clock.now()
    assert entry.data.stated_at == ahead
    do(outbound, Command.CANCEL)
    assert status(outbound) is Status.CANCELLED


def test_a_naive_time_is_refused(outbound: UUID) -> None:
    with pytest.raises(Invalid, match="time zone"):
        actions.learn(
            actor=SYSTEM, referral_id=outbound, kind=EventKind.SENT,
            occurred_at=clock.now().replace(tzinfo=None), key="x",
        )  # fmt: skip


def test_late_news_about_an_ended_referral_is_kept_and_shown_until_somebody_looks(
    accepted: UUID, scheduler: Actor
) -> None:
    do(accepted, Command.CLOSE, EventData(closure=Closure.UNABLE_TO_REACH))
    learn(accepted, EventKind.NOTICE_CONFIRMED)
    assert queries.board().late_news_count == 0
    learn(accepted, EventKind.SCHEDULED, data=visit())
    assert [row.id for row in queries.board().late_news] == [accepted]
    do(accepted, Command.COMMENT, EventData(note="Seen"), scheduler)
    assert queries.board().late_news_count == 0
    do(accepted, Command.REOPEN)
    assert status(accepted) is Status.SCHEDULED


def test_late_news_that_changes_which_closing_counts_keeps_its_reason(accepted: UUID) -> None:
    at = clock.now()
    with clock.travel_to(at + timedelta(hours=10)):
        do(accepted, Command.CLOSE, EventData(closure=Closure.ADMINISTRATIVE, reason="Moved away"))
    with clock.travel_to(at + timedelta(hours=20)):
        for kind, hours in ((EventKind.CANCELLED, 8), (EventKind.COMPLETED, 7)):
            moment = at + timedelta(hours=hours)
            actions.learn(actor=SYSTEM, referral_id=accepted, kind=kind, occurred_at=moment, evidence=PROOF, key=kind)
    view = queries.referral(accepted)
    assert (view.row.closure, view.closure_reason) == (Closure.ADMINISTRATIVE, "Moved away")


def test_a_decision_takes_effect_even_if_a_partners_clock_was_ahead(inbound: UUID) -> None:
    with clock.frozen(clock.now() + timedelta(seconds=1)):
        do(inbound, Command.REQUEST_INFORMATION)
        do(inbound, Command.ACCEPT)
        do(inbound, Command.REQUEST_INFORMATION)
        do(inbound, Command.PROVIDE_INFORMATION)
    assert status(inbound) is Status.PENDING_SCHEDULING


def test_a_decision_dated_back_behind_what_stands_against_it_is_refused(inbound: UUID) -> None:
    at = clock.now()
    with clock.travel_to(at + timedelta(hours=2)):
        do(inbound, Command.REQUEST_INFORMATION)
        with pytest.raises(IllegalTransition, match="later"):
            actions.perform(
                actor=SYSTEM, referral_id=inbound, command=Command.ACCEPT, occurred_at=at + timedelta(hours=1)
            )
    assert kinds(inbound) == [EventKind.RECEIVED, EventKind.INFORMATION_REQUESTED]


def test_no_event_can_be_dated_ahead(accepted: UUID) -> None:
    with pytest.raises(Invalid, match="ahead"):
        actions.perform(
            actor=SYSTEM, referral_id=accepted, command=Command.RECORD_CONTACT,
            data=EventData(outcome=ContactOutcome.SPOKE), occurred_at=clock.now() + timedelta(hours=1),
        )  # fmt: skip


def test_the_outcome_is_owed_from_the_day_of_the_visit_not_of_its_entry(accepted: UUID) -> None:
    booked = visit(days=2)
    assert booked.appointment is not None
    do(accepted, Command.BOOK, booked)
    with clock.travel_to(booked.appointment.start + timedelta(days=3)):
        do(accepted, Command.COMPLETE)
        (outcome,) = [one for one in queries.obligations(referral_id=accepted) if one.kind is ObligationKind.OUTCOME]
    assert outcome.due_at == booked.appointment.start + timedelta(days=7)


def test_a_visit_entered_by_mistake_can_be_taken_back_and_entered_again(accepted: UUID) -> None:
    do(accepted, Command.BOOK, visit())
    do(accepted, Command.COMPLETE)
    do(accepted, Command.RETRACT_VISIT)
    assert status(accepted) is Status.SCHEDULED
    assert ObligationKind.OUTCOME not in owed(accepted)
    do(accepted, Command.COMPLETE)
    assert status(accepted) is Status.COMPLETED
    assert ObligationKind.OUTCOME in owed(accepted)


def test_a_missed_visit_cannot_be_booked_again_at_the_same_time(accepted: UUID) -> None:
    booked = visit()
    do(accepted, Command.BOOK, booked)
    do(accepted, Command.NO_SHOW)
    with pytest.raises(Invalid, match="missed"):
        do(accepted, Command.BOOK, booked)
    do(accepted, Command.BOOK, visit(days=9))
    assert status(accepted) is Status.SCHEDULED


def test_every_notice_is_promised_about_its_event_and_kept_by_its_own_confirmation(accepted: UUID) -> None:
    booked = do(accepted, Command.BOOK, visit())
    moved = do(accepted, Command.REBOOK, visit(days=9))
    learn(accepted, EventKind.NOTICE_CONFIRMED, data=EventData(about=moved))
    open_about = {one.about for one in queries.obligations(referral_id=accepted) if one.is_open}
    assert booked in open_about
    assert moved not in open_about


def test_nothing_is_promised_to_a_sender_nobody_knows(open_inbound: OpenInbound) -> None:
    stranger = open_inbound(partner_id=None)
    do(stranger, Command.ACCEPT)
    assert queries.obligations(referral_id=stranger) == ()


def test_a_promise_made_twice_is_owed_once_and_kept_once(inbound: UUID) -> None:
    due = clock.now() + timedelta(days=1)
    kind = ObligationKind.OUTCOME
    first = actions.promise(actor=SYSTEM, kind=kind, due_at=due, referral_id=inbound)
    assert actions.promise(actor=SYSTEM, kind=kind, due_at=due, referral_id=inbound) == first
    assert actions.fulfil(actor=SYSTEM, kind=kind, referral_id=inbound, evidence=PROOF) == 1
    assert actions.fulfil(actor=SYSTEM, kind=kind, referral_id=inbound, evidence=PROOF) == 0
    with pytest.raises(Invalid):
        actions.promise(actor=SYSTEM, kind=kind, due_at=due)


def test_a_released_promise_says_why(inbound: UUID) -> None:
    kind = ObligationKind.OUTCOME
    actions.promise(actor=SYSTEM, kind=kind, due_at=clock.now(), referral_id=inbound)
    actions.release(actor=SYSTEM, kind=kind, reason="No fax number known", referral_id=inbound)
    (released,) = queries.obligations(referral_id=inbound)
    assert (released.is_open, released.release_reason) == (False, "No fax number known")


def test_the_version_of_another_moment_is_a_conflict_and_changes_nothing(inbound: UUID) -> None:
    version = queries.referral(inbound).version
    actions.perform(actor=SYSTEM, referral_id=inbound, command=Command.COMMENT, version=version, note="First")
    with pytest.raises(Conflict):
        actions.perform(actor=SYSTEM, referral_id=inbound, command=Command.ACCEPT, version=version)
    assert status(inbound) is Status.RECEIVED


def test_assigning_names_the_person_and_keeps_what_is_to_be_done(accepted: UUID, scheduler: Actor) -> None:
    before = queries.referral(accepted).row
    do(accepted, Command.ASSIGN, EventData(owner=UUID(scheduler.id), owner_name=scheduler.name))
    after = queries.referral(accepted).row
    assert (after.owner, after.owner_name) == (UUID(scheduler.id), scheduler.name)
    assert (after.next_action, after.due_at) == (before.next_action, before.due_at)


def test_who_works_on_a_referral_keeps_it_within_the_same_role(accepted: UUID, scheduler: Actor) -> None:
    do(accepted, Command.ASSIGN, EventData(owner=UUID(scheduler.id), owner_name=scheduler.name))
    do(accepted, Command.BOOK, visit())
    assert queries.referral(accepted).row.owner_name == scheduler.name
    do(accepted, Command.COMPLETE)
    row = queries.referral(accepted).row
    assert (row.owner_role, row.owner, row.owner_name) == (Role.CLINICIAN, None, "")


def test_set_work_replaces_what_is_next_and_an_ended_referral_has_nothing_next(accepted: UUID) -> None:
    due = clock.now() + timedelta(days=2)

    def plan() -> None:
        actions.set_work(
            actor=SYSTEM, referral_id=accepted, next_action="call_insurance", owner_role=Role.SCHEDULER, due_at=due
        )

    plan()
    row = queries.referral(accepted).row
    assert (row.next_action, row.due_at) == ("call_insurance", due)
    do(accepted, Command.CANCEL)
    with pytest.raises(IllegalTransition):
        plan()


def test_a_draft_can_be_revised_until_it_is_on_its_way(outbound: UUID) -> None:
    def revise(reason: str) -> None:
        view = queries.referral(outbound)
        actions.revise_draft(
            actor=SYSTEM, referral_id=outbound, version=view.version, partner_id=PARTNER,
            content=replace(view.content, reason=reason, priority=Priority.URGENT), partner_name="Harbor Cardiology",
        )  # fmt: skip

    revise("Syncope")
    view = queries.referral(outbound)
    assert (view.content.reason, view.row.priority) == ("Syncope", Priority.URGENT)
    actions.send(actor=SYSTEM, referral_id=outbound)
    with pytest.raises(IllegalTransition):
        revise("Chest pain")


def test_a_draft_without_an_office_cannot_be_sent(organization: Organization) -> None:
    nowhere = actions.draft_outbound(
        actor=SYSTEM, content=ReferralContentFactory(), partner_id=None, partner_name="", patient_record_id=None
    )
    with pytest.raises(Invalid, match="office"):
        actions.send(actor=SYSTEM, referral_id=nowhere)


def test_a_document_is_attached_once(inbound: UUID) -> None:
    note = DocumentReference(uuid4(), "consult_note", "Consult note", 2)
    first = actions.attach(actor=SYSTEM, referral_id=inbound, document=note)
    assert actions.attach(actor=SYSTEM, referral_id=inbound, document=note) == first
    assert kinds(inbound).count(EventKind.ATTACHED) == 1


def test_a_proof_or_a_mark_of_the_tick_does_not_spoil_the_form_that_a_person_is_filling_in(inbound: UUID) -> None:
    version = queries.referral(inbound).version
    actions.learn(
        actor=SYSTEM,
        referral_id=inbound,
        kind=EventKind.ACKNOWLEDGMENT_CONFIRMED,
        occurred_at=clock.now(),
        key="message:1",
        evidence=Evidence("delivery", "1"),
    )
    with clock.travel_to(clock.now() + timedelta(days=30)):
        assert actions.mark_overdue(actor=SYSTEM) > 0
        assert queries.referral(inbound).row.is_stalled
        actions.perform(actor=SYSTEM, referral_id=inbound, command=Command.ACCEPT, version=version)
    assert queries.referral(inbound).version > version


def test_work_cannot_be_given_to_a_role_that_nobody_has(inbound: UUID) -> None:
    due_at = clock.now() + timedelta(days=1)
    with pytest.raises(Invalid, match="role"):
        actions.set_work(actor=SYSTEM, referral_id=inbound, next_action="triage", owner_role="nobody", due_at=due_at)
    with pytest.raises(Invalid, match="role"):
        actions.perform(actor=SYSTEM, referral_id=inbound, command=Command.ASSIGN, data=EventData(owner_role="nobody"))
    with pytest.raises(Invalid, match="done next"):
        actions.set_work(actor=SYSTEM, referral_id=inbound, next_action=" ", owner_role="scheduler", due_at=due_at)


def test_people_do_not_speak_for_partners_and_do_not_settle_promises(accepted: UUID, manager: Actor) -> None:
    kind = ObligationKind.OUTCOME
    with pytest.raises(NotPermitted):
        actions.learn(
            actor=manager, referral_id=accepted, kind=EventKind.COMPLETED, occurred_at=clock.now(), key="told"
        )
    with pytest.raises(NotPermitted):
        actions.promise(actor=manager, kind=kind, due_at=clock.now(), referral_id=accepted)
    with pytest.raises(NotPermitted):
        actions.fulfil(actor=manager, kind=kind, referral_id=accepted, evidence=PROOF)
    with pytest.raises(NotPermitted):
        actions.release(actor=manager, kind=kind, referral_id=accepted, reason="because")
    assert status(accepted) is Status.PENDING_SCHEDULING


@pytest.mark.parametrize(
    ("command", "data"),
    [
        (Command.CANCEL, EventData()),
        (Command.REDIRECT, EventData(target=RedirectTarget(specialty="Nephrology"))),
        (Command.CLOSE, EventData(closure=Closure.PATIENT_DECLINED)),
    ],
)
def test_the_end_of_a_referral_is_owed_to_its_sender(inbound: UUID, command: Command, data: EventData) -> None:
    event_id = do(inbound, command, data)
    assert [one.about for one in queries.obligations(referral_id=inbound) if one.is_open] == [event_id]
    with clock.travel_to(clock.now() + timedelta(hours=5)):
        actions.mark_overdue(actor=SYSTEM)
        (broken,) = queries.board().broken
    assert broken.obligation.about == event_id


def test_closing_with_the_note_promises_nothing_more(accepted: UUID) -> None:
    do(accepted, Command.BOOK, visit())
    do(accepted, Command.RETURN_OUTCOME, EventData(document_id=uuid4()))
    owed_before = {one.id for one in queries.obligations(referral_id=accepted)}
    actions.perform(
        actor=SYSTEM, referral_id=accepted, command=Command.CLOSE,
        data=EventData(closure=Closure.OUTCOME_RETURNED), evidence=PROOF,
    )  # fmt: skip
    assert {one.id for one in queries.obligations(referral_id=accepted)} == owed_before
    assert ObligationKind.OUTCOME not in owed(accepted)
