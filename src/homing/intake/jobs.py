"""Background work of intake."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from procrastinate.contrib.django import app

from homing.intake import actions, carriers, pipeline, queries, queries_ledger, reader
from homing.intake.actions_ledger import continue_reading
from homing.intake.pipeline import SYSTEM
from homing.kit import clock
from homing.messaging.ports import CarrierUnavailable
from homing.tenancy.jobs import each_tenant, long_job
from homing.tenancy.models import ResolverKind
from homing.tenancy.queries import organization_ids
from homing.tenancy.scope import scoped

if TYPE_CHECKING:
    from homing.intake.ports import Announcement

log = structlog.get_logger()
#: How many whole days (UTC) a carrier is asked for at each sweep, before today.
_DAYS = 2


@long_job
def advance(*, organization_id: UUID, item_id: str) -> None:
    """Take an item as far as it goes."""
    pipeline.advance(organization_id=organization_id, item_id=UUID(item_id), reader=reader.configured())


@each_tenant("* * * * *")
def tick() -> None:
    """Mark what is overdue, and take up again what a dead worker has left."""
    actions.flag_overdue(actor=SYSTEM)
    for item_id in queries.stuck():
        continue_reading(item_id)


@each_tenant("17 3 * * *")
def check() -> None:
    """Prove once a day that nothing was lost; a contradiction is logged, without PHI, for the operator."""
    balance = queries_ledger.ledger_balance()
    if not balance.is_balanced:
        codes = sorted({one.code for one in balance.discrepancies})
        log.error("ledger_out_of_balance", received=balance.received, codes=codes)


@app.periodic(cron="*/2 * * * *")
@app.task(name="homing.intake.jobs.sweep", queueing_lock="homing.intake.jobs.sweep")
def sweep(timestamp: int) -> None:  # noqa: ARG001  procrastinate passes it
    """Ask each carrier what it holds: a webhook may be lost, and its count must equal ours."""
    since = _start_of_day(clock.now()) - timedelta(days=_DAYS)
    for name in carriers.configured():
        try:
            held = carriers.carrier(name).list_inbound(since)
        except CarrierUnavailable as problem:
            log.warning("carrier_not_swept", carrier=name, code=problem.code)
            continue
        take_list(name, [carriers.announcement(fax, carrier_name=name) for fax in held], since)


def take_list(carrier_name: str, listed: list[Announcement], since: datetime) -> None:
    """Hand a carrier's list to the tenants whose numbers were dialled."""
    mine: dict[UUID, list[Announcement]] = {}
    for announcement in listed:
        owners = organization_ids(ResolverKind.FAX_NUMBER, announcement.to_address)
        if len(owners) == 1:
            mine.setdefault(owners[0], []).append(announcement)
        else:
            actions.take_announcement(announcement)
    for organization_id, announcements in mine.items():
        with scoped(organization_id):
            actions.reconcile(actor=SYSTEM, carrier=carrier_name, listed=announcements, since=since.date())


def _start_of_day(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
