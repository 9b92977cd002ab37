"""The loop's world, with a carrier in memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from procrastinate.contrib.django import app
from pytest_django import Settings

from homing.channels.fax.memory import InMemoryCarrier
from homing.directory import actions as directory
from homing.messaging import courier
from homing.tenancy.scope import scoped
from tests.factories import SYSTEM, make_organization
from tests.loop.world import SENDER_FAX, World
from tests.messaging import line as lines


@pytest.fixture
def carrier(settings: Settings) -> Iterator[InMemoryCarrier]:
    double = InMemoryCarrier()
    settings.HOMING_CARRIERS = {"memory": "tests.messaging.line.plugged_in"}
    lines.plugged.append(double)
    courier.forget_carriers()
    yield double
    lines.plugged.remove(double)
    courier.forget_carriers()


@pytest.fixture
def world(db: None, carrier: InMemoryCarrier) -> World:
    app.perform_import_paths()  # type: ignore[no-untyped-call]  # procrastinate leaves it unannotated
    organization = make_organization()
    with scoped(organization.id):
        office_id = directory.create_office(actor=SYSTEM, name="Grove Street Family Medicine", fax=SENDER_FAX)
    return World(organization, carrier, office_id)
