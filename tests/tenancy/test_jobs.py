"""Background work survives its workers, and one bad job does not hold up the others."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from asgiref.sync import async_to_sync
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job

from homing.kit import clock
from homing.kit.errors import Conflict
from homing.referrals import jobs as referral_jobs
from homing.tenancy import rescue
from homing.tenancy.jobs import RetryByCode, defer_for, job
from homing.tenancy.models import Location, Organization
from homing.tenancy.scope import current_organization_id, scoped

TICK = f"{referral_jobs.__name__}.tick"


def _waiting(*, lock: str | None = None, organization_id: UUID | None = None) -> int:
    defer_for(TICK, organization_id or uuid4(), queueing_lock=lock)
    return int(ProcrastinateJob.objects.order_by("-id").values_list("id", flat=True)[0])


def _orphaned(job_id: int, *, attempts: int = 0) -> int:
    # As the queue leaves it when the worker's row has been pruned.
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', attempts = %s, worker_id = NULL WHERE id = %s",
            [attempts, job_id],
        )
    return job_id


def _statuses() -> dict[int, str]:
    return dict(ProcrastinateJob.objects.values_list("id", "status"))


def _rescue() -> None:
    async_to_sync(rescue.rescue_stalled.func)(timestamp=0)


def test_a_second_job_with_the_same_lock_changes_nothing_and_spares_the_transaction(
    organization: Organization,
) -> None:
    for _ in range(2):
        defer_for(TICK, organization.id, queueing_lock="once")
    Location.objects.create(name="Written after the lock was found taken")
    assert ProcrastinateJob.objects.filter(queueing_lock="once").count() == 1


def test_the_job_of_a_dead_worker_waits_again(db: None) -> None:
    orphan = _orphaned(_waiting())
    _rescue()
    assert _statuses()[orphan] == "todo"


def test_a_job_whose_successor_waits_already_does_not_keep_others_from_being_rescued(transactional_db: None) -> None:
    orphan = _orphaned(_waiting(lock="tick"))
    successor = _waiting(lock="tick")
    other = _orphaned(_waiting())
    _rescue()
    assert orphan not in _statuses()
    assert (_statuses()[successor], _statuses()[other]) == ("todo", "todo")


def test_a_job_that_takes_its_workers_down_is_given_up(db: None) -> None:
    killer = _orphaned(_waiting(), attempts=rescue.GIVE_UP_AFTER)
    _rescue()
    assert _statuses()[killer] == "failed"


def test_jobs_that_ended_well_are_forgotten_after_a_day_and_failed_ones_are_not(db: None) -> None:
    old, failed, young = _waiting(), _waiting(), _waiting()
    with connection.cursor() as cursor:
        for job_id, status in ((old, "succeeded"), (failed, "failed"), (young, "succeeded")):
            cursor.execute("SELECT procrastinate_finish_job_v1(%s, %s, false)", [job_id, status])
        cursor.execute("UPDATE procrastinate_events SET at = at - interval '25 hours' WHERE job_id <> %s", [young])
    async_to_sync(rescue.forget_finished.func)(timestamp=0)
    assert set(_statuses()) == {failed, young}


def test_a_failed_tick_holds_its_lock_for_less_than_a_minute_in_all(organization: Organization) -> None:
    strategy = app.tasks[TICK].retry_strategy
    assert strategy is not None
    begun = clock.now()
    waits = timedelta()
    for attempts in range(10):
        held = Job(id=1, queue="default", lock=None, queueing_lock=None, task_name=TICK, attempts=attempts)
        decision = strategy.get_retry_decision(exception=ValueError(), job=held)
        if decision is None or decision.retry_at is None:
            break
        waits += decision.retry_at - begun
    assert waits < timedelta(minutes=1)


def test_a_permanent_refusal_is_not_tried_again() -> None:
    held = Job(id=1, queue="default", lock=None, queueing_lock=None, task_name=TICK)
    assert RetryByCode().get_retry_decision(exception=Conflict(), job=held) is None
    assert RetryByCode().get_retry_decision(exception=ValueError(), job=held) is not None


def test_a_tick_runs_in_the_scope_of_its_tenant(organization: Organization, other_organization: Organization) -> None:
    seen: list[UUID] = []

    @job
    def note() -> None:
        seen.append(current_organization_id())

    name = f"{note.__module__}.{note.__qualname__}"
    try:
        with transaction.atomic(), scoped(organization.id):
            app.tasks[name].func(organization_id=str(other_organization.id))
    finally:
        app.tasks.pop(name)
    assert seen == [other_organization.id]
