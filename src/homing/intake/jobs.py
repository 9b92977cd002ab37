"""Background work of intake."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from procrastinate.contrib.django import app

from homing.intake import (
    actions,
    actions_filing,
    carriers,
    destinations,
    pipeline,
    queries,
    queries_filing,
    queries_ledger,
    reader,
)
from homing.intake.actions_ledger import continue_reading
from homing.intake.pipeline import SYSTEM
from homing.kit import clock
from homing.kit.errors import HomingError
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


@long_job
def deliver_filing(*, organization_id: UUID, filing_id: str) -> None:
    """Hand a filed document on; what fails is tried again by `tick`."""
    with scoped(organization_id):
        try:
            begun = actions_filing.begin_delivery(actor=SYSTEM, filing_id=UUID(filing_id))
        except HomingError as problem:
            actions_filing.record_failure(actor=SYSTEM, filing_id=UUID(filing_id), problem=problem)
            return
    if begun is None:
        return
    name, document = begun
    try:
        # Outside of any transaction: a share may hang.
        receipt = destinations.destination(name).deliver(document)
    except HomingError as problem:
        log.warning("filing_failed", filing_id=filing_id, code=problem.code)
        with scoped(organization_id):
            actions_filing.record_failure(actor=SYSTEM, filing_id=document.id, problem=problem)
        return
    with scoped(organization_id):
        actions_filing.record_delivered(actor=SYSTEM, filing_id=document.id, receipt=receipt)


@each_tenant("* * * * *")
def tick() -> None:
    """Mark what is overdue, take up again what a dead worker has left, try again what could not be handed on."""
    actions.flag_overdue(actor=SYSTEM)
    for item_id in queries.stuck():
        continue_reading(item_id)
    for filing_id in queries_filing.due():
        actions_filing.continue_filing(filing_id)


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
