"""Background work: jobs are rows of the same database, deferred in the caller's transaction, and carry ids only."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from django.db import transaction
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from homing.kit.errors import HomingError
from homing.tenancy.queries import all_organization_ids
from homing.tenancy.scope import current_organization_id, scoped

if TYPE_CHECKING:
    from collections.abc import Callable

    from procrastinate.jobs import Job

log = structlog.get_logger()
_WAITS = (1, 5, 30, 120, 600)
#: A job that waits for its retry holds its queueing lock, and with it every later run: a tick must not wait for long.
_WAITS_OF_TICKS = _WAITS[:3]


class RetryByCode(BaseRetryStrategy):
    """Retry after so many seconds each, unless the error says that it is permanent."""

    def __init__(self, waits: tuple[int, ...] = _WAITS) -> None:
        self.waits = waits

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Return when to run the job again, or None to give up."""
        if isinstance(exception, HomingError) and exception.permanent:
            return None
        if job.attempts >= len(self.waits):
            return None
        return RetryDecision(retry_in={"seconds": self.waits[job.attempts]})


def job(function: Callable[..., None]) -> Callable[..., None]:
    """Register `function` as a job that runs in one transaction of its tenant; its arguments are ids, as strings."""

    @functools.wraps(function)
    def run(*, organization_id: str, **ids: str) -> None:
        with scoped(UUID(organization_id)):
            function(**ids)

    return _register(function, run)


def long_job(function: Callable[..., None]) -> Callable[..., None]:
    """Register `function` as a job that opens its own short transactions; it gets `organization_id: UUID` and ids."""

    @functools.wraps(function)
    def run(*, organization_id: str, **ids: str) -> None:
        function(organization_id=UUID(organization_id), **ids)

    return _register(function, run)


def each_tenant(cron: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register a function that runs for every tenant at the times of `cron` (five or six fields, seconds last)."""

    def register(function: Callable[[], None]) -> Callable[[], None]:
        name = _name(function)

        @app.task(name=name, retry=RetryByCode(_WAITS_OF_TICKS))
        @functools.wraps(function)
        def one_tenant(*, organization_id: str) -> None:
            with scoped(UUID(organization_id)):
                function()

        def fan_out(timestamp: int) -> None:  # noqa: ARG001  procrastinate passes it
            for organization_id in all_organization_ids():
                defer_for(name, organization_id, queueing_lock=f"{name}:{organization_id}")

        app.periodic(cron=cron)(app.task(name=f"{name}.fan_out", queueing_lock=f"{name}.fan_out")(fan_out))
        return function

    return register


def defer(name: str, *, lock: str | None = None, queueing_lock: str | None = None, **ids: UUID | str) -> None:
    """Defer the job `name` for the organization in scope, in the caller's transaction.

    With `queueing_lock`, a second deferral while one waits changes nothing.
    """
    defer_for(name, current_organization_id(), lock=lock, queueing_lock=queueing_lock, **ids)


def defer_for(
    name: str, organization_id: UUID, *, lock: str | None = None, queueing_lock: str | None = None, **ids: UUID | str
) -> None:
    """Defer the job `name` for `organization_id`."""
    task = app.configure_task(name, lock=lock, queueing_lock=queueing_lock)
    try:
        # A savepoint, because the violated lock would otherwise end the caller's transaction.
        with transaction.atomic():
            task.defer(organization_id=str(organization_id), **{key: str(value) for key, value in ids.items()})
    except AlreadyEnqueued:
        log.debug("job.already_waiting", task=name)


def _name(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def _register(function: Callable[..., None], run: Callable[..., None]) -> Callable[..., None]:
    app.task(name=_name(function), retry=RetryByCode())(run)
    return function
