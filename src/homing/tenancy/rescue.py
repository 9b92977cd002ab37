"""The queue's own upkeep: what a killed worker left behind runs again, what is long done is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status

if TYPE_CHECKING:
    from procrastinate.jobs import Job

log = structlog.get_logger()

#: A worker beats every 10 s; after this long without a beat it is dead.
STALLED_AFTER_S: Final = 30
#: A job that has been begun so often takes its worker down with it. What it was for is still open, with an owner
#: and a due time: the ticks find it.
GIVE_UP_AFTER: Final = 10
#: Jobs that failed are kept for the operator; `homing doctor` counts them.
FORGET_AFTER_H: Final = 24


@app.periodic(cron="* * * * * */15")
@app.task(name="homing.tenancy.rescue.rescue_stalled", queueing_lock="rescue_stalled", pass_context=False)
async def rescue_stalled(timestamp: int) -> None:  # noqa: ARG001  procrastinate passes it
    """Put the jobs of dead workers back into the queue."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
        try:
            await _rescue(job)
        except ConnectorException:
            # Another worker was quicker. One job must not keep the others from being rescued.
            log.info("job.not_rescued", job_id=job.id, task=job.task_name)


@app.periodic(cron="23 * * * *")
@app.task(name="homing.tenancy.rescue.forget_finished", queueing_lock="forget_finished", pass_context=False)
async def forget_finished(timestamp: int) -> None:  # noqa: ARG001  procrastinate passes it
    """Delete the jobs that ended well: the ticks alone leave tens of thousands a day."""
    await app.job_manager.delete_old_jobs(nb_hours=FORGET_AFTER_H)


async def _rescue(job: Job) -> None:
    if job.attempts >= GIVE_UP_AFTER:
        log.error("job.given_up", job_id=job.id, task=job.task_name, attempts=job.attempts)
        await app.job_manager.finish_job(job=job, status=Status.FAILED, delete_job=False)
        return
    try:
        await app.job_manager.retry_job(job)
    except ConnectorException:
        if job.queueing_lock is None:
            raise
        # The same work waits in the queue already, and the lock lets nobody wait twice.
        await app.job_manager.finish_job(job=job, status=Status.ABORTED, delete_job=True)
        log.info("job.waits_already", job_id=job.id, task=job.task_name)
        return
    log.warning("job.rescued", job_id=job.id, task=job.task_name)
