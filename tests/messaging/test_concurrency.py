"""Several workers at once, on real transactions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from pytest_django import Settings

from homing.channels.fax.memory import InMemoryCarrier
from homing.kit import clock
from homing.messaging import courier
from homing.messaging.states import DeliveryState, MessageState
from homing.tenancy.scope import scoped
from tests.factories import make_organization
from tests.messaging import line as lines
from tests.messaging.line import Line

WORKERS = 4


class Watched(InMemoryCarrier):
    """Looks, at each submit, at what the database says to somebody else."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.look: Callable[[UUID], str] = lambda _: ""

    def submit(
        self,
        *,
        job_id: str,
        to_e164: str,
        from_e164: str,
        document: bytes,
        pages: int,
        correlation_key: str,
        tags: Mapping[str, str],
    ) -> str:
        with ThreadPoolExecutor(1) as somebody_else:
            self.seen.append(somebody_else.submit(self.look, UUID(job_id)).result(timeout=20))
        return super().submit(
            job_id=job_id,
            to_e164=to_e164,
            from_e164=from_e164,
            document=document,
            pages=pages,
            correlation_key=correlation_key,
            tags=tags,
        )


@pytest.fixture
def watched(settings: Settings) -> Iterator[Watched]:
    double = Watched()
    settings.HOMING_CARRIERS = {"memory": "tests.messaging.line.plugged_in"}
    settings.HOMING_DELIVERY_REACTIONS = {}
    lines.plugged.append(double)
    courier.forget_carriers()
    yield double
    lines.plugged.remove(double)
    courier.forget_carriers()


@pytest.fixture
def line(transactional_db: None, watched: Watched) -> Line:
    line = Line(make_organization().id)
    watched.look = lambda delivery_id: _outside(line.organization_id, delivery_id)
    return line


def _outside(organization_id: UUID, delivery_id: UUID) -> str:
    from homing.messaging.models import Delivery

    try:
        with scoped(organization_id):
            return Delivery.objects.get(id=delivery_id).state
    finally:
        connection.close()


def together(work: Callable[[], None]) -> None:
    """Run `work` in several threads that start at the same moment."""
    barrier = threading.Barrier(WORKERS)

    def one() -> None:
        barrier.wait(timeout=20)
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        for running in [pool.submit(one) for _ in range(WORKERS)]:
            running.result(timeout=60)


def test_workers_that_take_the_same_delivery_send_one_fax(line: Line, watched: Watched) -> None:
    message_id = line.send()
    ((delivery_id, _),) = line.due()
    together(lambda: courier.submit(line.organization_id, delivery_id))
    assert len(watched.submitted) == 1
    assert line.message(message_id).state is MessageState.DELIVERING


def test_what_is_about_to_be_sent_is_committed_before_the_carrier_hears_of_it(line: Line, watched: Watched) -> None:
    line.send()
    line.work()
    assert watched.seen == [DeliveryState.SUBMITTING]


def test_senders_of_the_same_key_make_one_message(line: Line, watched: Watched) -> None:
    made: list[UUID] = []
    together(lambda: made.append(line.send("ack:1")))
    assert len(set(made)) == 1
    assert len(line.due()) == 1


def test_pollers_that_ask_at_once_confirm_once(line: Line, watched: Watched) -> None:
    message_id = line.send()
    line.work()
    watched.deliver(watched.submitted[0].reference)
    with clock.travel_to(clock.now() + timedelta(minutes=1)):
        ((delivery_id, _),) = line.due()
    together(lambda: courier.ask(line.organization_id, delivery_id))
    assert line.message(message_id).state is MessageState.DELIVERED
    assert line.steps(message_id) == ["planned", "submitting", "submitted", "confirmed"]
