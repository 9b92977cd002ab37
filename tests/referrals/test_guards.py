"""Who may, who sees, what the database refuses, what happens at once, what the tick finds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings
from structlog.testing import capture_logs

from homing.accounts.policy import Role
from homing.audit.queries import records_of
from homing.kit import clock
from homing.kit.actor import Actor
from homing.kit.errors import Conflict, NotFound, NotPermitted
from homing.kit.reference import mint
from homing.referrals import actions, actions_overdue, jobs, queries
from homing.referrals.actions import ContactOutcome, EventData
from homing.referrals.models import Event, Referral
from homing.referrals.policy import ObligationKind
from homing.referrals.ports import RecordedEvent
from homing.referrals.states import Command, EventKind, Status
from homing.tenancy.models import Organization
from homing.tenancy.scope import scoped
from tests.factories import SYSTEM, ReferralContentFactory, make_organization
from tests.referrals.conftest import PARTNER, OpenInbound
from tests.referrals.steps import do, kinds, learn

PERMITTED = {
    Command.ACCEPT: {Role.CLINICIAN, Role.REFERRAL_MANAGER},
    Command.DECLINE: {Role.CLINICIAN, Role.REFERRAL_MANAGER},
    Command.REQUEST_INFORMATION: {Role.CLINICIAN, Role.SCHEDULER, Role.INTAKE_COORDINATOR, Role.REFERRAL_MANAGER},
    Command.RECORD_CONTACT: {Role.SCHEDULER, Role.REFERRAL_MANAGER},
    Command.COMMENT: set(Role) - {Role.INTEGRATION_ADMIN},
}


@pytest.mark.parametrize("command", list(PERMITTED))
def test_only_the_roles_that_the_screens_name_can_do_it(
    open_inbound: OpenInbound, persona: Callable[[Role], Actor], command: Command
) -> None:
    data = EventData(reason="Full", alternative="Harbor Cardiology", outcome=ContactOutcome.SPOKE)
    allowed = set()
    for role in Role:
        referral_id = open_inbound()
        try:
            do(referral_id, command, data, persona(role))
        except NotPermitted:
            continue
        allowed.add(role)
    assert allowed == PERMITTED[command]


def test_another_tenant_neither_finds_nor_changes_a_referral(inbound: UUID) -> None:
    with scoped(make_organization().id):
        with pytest.raises(NotFound):
            queries.referral(inbound)
        with pytest.raises(NotFound):
            do(inbound, Command.ACCEPT)
        assert queries.timeline(inbound) == ()
        assert queries.worklist().rows == ()


def test_every_action_leaves_an_audit_record_without_the_patients_name(inbound: UUID, clinician: Actor) -> None:
    do(inbound, Command.ACCEPT, actor=clinician)
    records = records_of("referral", str(inbound))
    assert {"referral.open_inbound", "referral.accept"} <= {record.action for record in records}
    name = queries.referral(inbound).content.patient.family
    assert not any(name in str(record.detail) for record in records)


def test_events_defer_the_reactions_named_in_the_settings_with_ids_only(inbound: UUID, settings: Settings) -> None:
    settings.HOMING_REACTIONS = {"accepted": ("somebody.reacts", "somebody.else_reacts")}
    event_id = do(inbound, Command.ACCEPT)
    jobs = ProcrastinateJob.objects.filter(task_name__startswith="somebody.")
    assert sorted(job.task_name for job in jobs) == ["somebody.else_reacts", "somebody.reacts"]
    assert all(set(job.args) == {"organization_id", "event_id"} for job in jobs)
    assert all(job.args["event_id"] == str(event_id) for job in jobs)


SEEN: list[tuple[RecordedEvent, int]] = []


def remember(event: RecordedEvent, history: list[RecordedEvent]) -> None:
    SEEN.append((event, len(history)))


def test_projections_run_in_the_transaction_of_the_event_with_the_history(inbound: UUID, settings: Settings) -> None:
    SEEN.clear()
    settings.HOMING_PROJECTIONS = (f"{__name__}.remember",)
    do(inbound, Command.ACCEPT)
    assert [(event.kind, length) for event, length in SEEN] == [
        (EventKind.ACCEPTED, 2),
        (EventKind.READY_TO_SCHEDULE, 3),
    ]
    assert SEEN[0][0].status is Status.ACCEPTED


def test_the_database_refuses_an_open_referral_without_a_next_action(inbound: UUID) -> None:
    for lacking in ({"next_action": ""}, {"owner_role": ""}, {"due_at": None}):
        with pytest.raises(IntegrityError, match="referrals_open_has_next_action"), transaction.atomic():
            Referral.objects.filter(id=inbound).update(**lacking)


def test_the_database_refuses_what_the_lifecycle_forbids(inbound: UUID) -> None:
    wrong: list[dict[str, object]] = [
        {"status": "closed", "is_open": False},
        {"status": "received", "closure": "duplicate"},
        {"status": "closed", "closure": "administrative", "is_open": False},
        {"status": "closed", "closure": "duplicate"},
        {"is_open": False},
        {"status": "invented"},
        {"direction": "sideways"},
    ]
    for values in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            Referral.objects.filter(id=inbound).update(**values)


def test_history_can_neither_be_changed_nor_deleted(inbound: UUID) -> None:
    for statement in ("UPDATE referrals_event SET kind = 'closed'", "DELETE FROM referrals_event"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(statement)
    assert Event.objects.filter(referral_id=inbound).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_decide_at_once_one_gets_a_conflict() -> None:
    organization = make_organization()
    with scoped(organization.id):
        referral_id = actions.draft_outbound(
            actor=SYSTEM, content=ReferralContentFactory(), partner_id=PARTNER, partner_name="X", patient_record_id=None
        )
        version = queries.referral(referral_id).version
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def decide(command: Command) -> None:
        try:
            with scoped(organization.id):
                start.wait(timeout=10)
                actions.perform(actor=SYSTEM, referral_id=referral_id, command=command, version=version)
            outcomes.append("done")
        except Conflict:
            outcomes.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=(command,)) for command in (Command.CANCEL, Command.SEND)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(outcomes) == ["conflict", "done"]
    with scoped(organization.id):
        assert len(queries.timeline(referral_id)) == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_fact_learnt_by_two_workers_at_once_is_one_event() -> None:
    organization = make_organization()
    with scoped(organization.id):
        referral_id = actions.draft_outbound(
            actor=SYSTEM, content=ReferralContentFactory(), partner_id=PARTNER, partner_name="X", patient_record_id=None
        )
    learnt: list[UUID | None] = []
    start = threading.Barrier(2)

    def hear() -> None:
        try:
            with scoped(organization.id):
                start.wait(timeout=10)
                learnt.append(learn(referral_id, EventKind.SENT, "delivery-1"))
        finally:
            connection.close()

    threads = [threading.Thread(target=hear) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(one is None for one in learnt) == [False, True]


@pytest.fixture
def much_later(accepted: UUID) -> Iterator[datetime]:
    at = clock.now() + timedelta(days=30)
    with clock.travel_to(at):
        yield at


def test_the_tick_marks_what_is_past_its_time_once_per_due_time(accepted: UUID, much_later: datetime) -> None:
    assert actions.mark_overdue(actor=SYSTEM) > 0
    assert actions.mark_overdue(actor=SYSTEM) == 0
    assert kinds(accepted).count(EventKind.STALLED) == 1
    board = queries.board()
    assert [row.id for row in board.stalled] == [accepted]
    assert board.stalled[0].owner_role == Role.SCHEDULER
    assert board.stalled[0].age > timedelta(days=29)
    assert [group.stalled for group in board.groups] == [1]
    actions.perform(
        actor=SYSTEM, referral_id=accepted, command=Command.RECORD_CONTACT, data=EventData(outcome=ContactOutcome.SPOKE)
    )
    assert queries.board().stalled == ()
    with clock.travel_to(much_later + timedelta(days=30)):
        actions.mark_overdue(actor=SYSTEM)
    assert kinds(accepted).count(EventKind.STALLED) == 2


def test_a_broken_promise_is_marked_once_and_stands_on_the_board_and_the_timeline(
    accepted: UUID, much_later: datetime
) -> None:
    actions.mark_overdue(actor=SYSTEM)
    actions.mark_overdue(actor=SYSTEM)
    (broken,) = queries.board().broken
    assert broken.obligation.kind is ObligationKind.STATUS
    assert broken.obligation.breached_at is not None
    assert broken.referral is not None
    assert (broken.referral.id, broken.late > timedelta(days=29)) == (accepted, True)
    assert kinds(accepted).count(EventKind.OBLIGATION_BREACHED) == 1


def test_a_broken_promise_about_an_item_stands_on_the_board_too(organization: Organization) -> None:
    item = uuid4()
    kind = ObligationKind.ACKNOWLEDGMENT
    actions.promise(actor=SYSTEM, kind=kind, due_at=clock.now() - timedelta(minutes=1), item_id=item)
    assert actions.mark_overdue(actor=SYSTEM) == 1
    (broken,) = queries.board().broken
    assert (broken.obligation.item_id, broken.referral) == (item, None)


def test_a_row_that_cannot_be_read_does_not_keep_the_tick_from_the_others(
    open_inbound: OpenInbound,
) -> None:
    bad, good = open_inbound(), open_inbound()
    Event.objects.create(
        referral_id=bad, kind="commented", actor_kind="system", actor_id="t", actor_name="t", key="bad",
        occurred_at=clock.now(), recorded_at=clock.now(), data={"closure": "of no kind"},
    )  # fmt: skip
    with clock.travel_to(clock.now() + timedelta(days=30)):
        with capture_logs() as lines:
            assert actions.mark_overdue(actor=SYSTEM) == 2
        assert actions.mark_overdue(actor=SYSTEM) == 0
    assert [(line["event"], line["id"], line["error"]) for line in lines] == [("tick.bad_row", str(bad), "ValueError")]
    assert kinds(good)[-1] is EventKind.STALLED
    assert {row.id for row in Referral.objects.exclude(stalled_at=None)} == {bad, good}


def test_a_tick_of_many_rows_is_short_and_is_followed_by_another(
    open_inbound: OpenInbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (actions_overdue, jobs):
        monkeypatch.setattr(module, "AT_ONCE", 2)
    for _ in range(3):
        open_inbound()
    waiting = ProcrastinateJob.objects.filter(task_name=f"{jobs.__name__}.tick")
    with clock.travel_to(clock.now() + timedelta(days=30)):
        jobs.tick()
        assert (Referral.objects.exclude(stalled_at=None).count(), waiting.count()) == (2, 1)
        jobs.tick()
    assert (Referral.objects.exclude(stalled_at=None).count(), waiting.count()) == (3, 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_open_the_same_item_at_once_both_get_the_same_referral() -> None:
    organization = make_organization()
    number, item, start = mint(), uuid4(), threading.Barrier(2)
    opened: list[UUID] = []

    def open_it() -> None:
        try:
            with scoped(organization.id):
                start.wait(timeout=10)
                opened.append(
                    actions.open_inbound(
                        actor=SYSTEM, content=ReferralContentFactory(), reference=number, item_id=item,
                        partner_id=None, partner_name="", patient_record_id=None, location_id=None, documents=(),
                        received_at=clock.now(), sender_proven=False,
                    )
                )  # fmt: skip
                # Nobody commits before both have looked.
                time.sleep(0.5)
        finally:
            connection.close()

    threads = [threading.Thread(target=open_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert len(opened) == 2
    assert len(set(opened)) == 1
    with scoped(organization.id):
        assert kinds(opened[0]) == [EventKind.RECEIVED]
