"""The tick as the worker runs it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from procrastinate.contrib.django import app

from homing.kit import clock
from homing.referrals import jobs, queries


def test_the_tick_is_registered_for_every_tenant_each_minute() -> None:
    name = f"{jobs.__name__}.tick"
    assert name in app.tasks
    periodic = app.periodic_registry.periodic_tasks
    assert [one.cron for one in periodic.values() if one.task.name == f"{name}.fan_out"] == ["* * * * *"]


def test_the_tick_finds_what_is_past_its_time(accepted: UUID) -> None:
    with clock.travel_to(clock.now() + timedelta(days=30)):
        jobs.tick()
        assert [row.id for row in queries.board().stalled] == [accepted]
