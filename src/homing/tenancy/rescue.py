"""Stalled jobs: the queue does not retry what a killed worker left behind, so we do."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

log = structlog.get_logger()

#: A worker beats every 10 s; after this long without a beat it is dead.
STALLED_AFTER_S = 30


@app.periodic(cron="* * * * * */15")
@app.task(name="homing.tenancy.rescue.rescue_stalled", queueing_lock="rescue_stalled", pass_context=False)
async def rescue_stalled(timestamp: int) -> None:  # noqa: ARG001  procrastinate passes it
    """Put the jobs of dead workers back into the queue."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
        log.warning("job.rescued", job_id=job.id, task=job.task_name)
        await app.job_manager.retry_job(job)
