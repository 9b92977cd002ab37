"""Background entry points: an attempt to make, an attempt to ask about, and the tick that finds both."""

from __future__ import annotations

from uuid import UUID

from homing.messaging import actions, courier, queries
from homing.messaging.states import DeliveryState
from homing.tenancy.jobs import defer, each_tenant, long_job


@long_job
def deliver(*, organization_id: UUID, delivery_id: str) -> None:
    """Submit one attempt that is due."""
    courier.submit(organization_id, UUID(delivery_id))


@long_job
def poll(*, organization_id: UUID, delivery_id: str) -> None:
    """Ask the carrier about one attempt."""
    courier.ask(organization_id, UUID(delivery_id))


@each_tenant("* * * * * */10")
def tick() -> None:
    """Wake every attempt that is due, and give overdue messages to a person."""
    for delivery_id, state in queries.due_deliveries():
        name = actions.DELIVER if state is DeliveryState.PLANNED else actions.POLL
        defer(name, queueing_lock=f"{name}:{delivery_id}", delivery_id=delivery_id)
    actions.escalate_overdue(actor=courier.COURIER)
