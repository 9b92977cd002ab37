"""A tenant out of scope, and a carrier in memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from homing.channels.fax.memory import InMemoryCarrier
from homing.messaging import courier
from tests.factories import make_organization
from tests.messaging import line as lines
from tests.messaging.line import Line


@pytest.fixture
def carrier(settings: Settings) -> Iterator[InMemoryCarrier]:
    """Plug in a carrier in memory."""
    double = InMemoryCarrier()
    settings.HOMING_CARRIERS = {"memory": "tests.messaging.line.plugged_in"}
    settings.HOMING_DELIVERY_REACTIONS = {}
    lines.plugged.append(double)
    courier.forget_carriers()
    yield double
    lines.plugged.remove(double)
    courier.forget_carriers()


@pytest.fixture
def line(db: None, carrier: InMemoryCarrier) -> Line:
    """Return the messages of a new tenant."""
    return Line(make_organization().id)
