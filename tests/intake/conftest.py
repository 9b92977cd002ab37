from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

import pytest

from homing.accounts.organization import create_location
from homing.directory.actions import create_office
from homing.intake import pipeline
from homing.intake.actions import receive
from homing.intake.ports import Arrival
from homing.kit.actor import Actor
from homing.kit.ids import uuid7
from homing.tenancy.models import Location, Organization
from tests.intake.paper import REFERRAL, PaperReader, fax

SENDER_FAX = "+16175550143"
Arrive = Callable[..., UUID]


@pytest.fixture
def reader() -> PaperReader:
    return PaperReader()


@pytest.fixture
def location(organization: Organization, system_actor: Actor) -> Location:
    location_id = create_location(
        actor=system_actor, name="Main Street", postal_code="01604", specialties=["Cardiovascular Disease"]
    )
    return Location.objects.get(id=location_id)


@pytest.fixture
def sender(coordinator: Actor) -> UUID:
    """Return an office whose fax number a person has typed in."""
    return create_office(actor=coordinator, name="Grove Street Family Medicine", fax=SENDER_FAX)


@pytest.fixture
def arrive(organization: Organization, system_actor: Actor) -> Arrive:
    """Return a function that takes a fax in and returns its item."""

    def take(*pages: Sequence[str], caller: str | None = SENDER_FAX, carrier_reference: str | None = None) -> UUID:
        arrival = Arrival(
            channel="fax",
            carrier="simulated",
            carrier_reference=carrier_reference or str(uuid7()),
            data=fax(*(pages or (REFERRAL,))),
            from_address=caller,
        )
        return receive(actor=system_actor, arrival=arrival).item_id

    return take


@pytest.fixture
def arrived(arrive: Arrive, organization: Organization, reader: PaperReader, location: Location) -> Arrive:
    """Return a function that takes a fax in, has it read as far as it goes, and returns its item."""

    def take(*pages: Sequence[str], caller: str | None = SENDER_FAX, carrier_reference: str | None = None) -> UUID:
        item_id = arrive(*pages, caller=caller, carrier_reference=carrier_reference)
        pipeline.advance(organization_id=organization.id, item_id=item_id, reader=reader)
        return item_id

    return take
