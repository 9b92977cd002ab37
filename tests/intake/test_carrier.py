from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import Settings

from homing.channels.fax.memory import InMemoryCarrier
from homing.documents import queries as documents
from homing.intake import actions, jobs, pipeline, queries
from homing.intake.models import InboundItem
from homing.intake.ports import Arrival
from homing.intake.queries_ledger import ledger_balance
from homing.kit import clock
from homing.messaging.ports import CarrierUnavailable, InboundNotFound
from homing.tenancy.models import Location, Organization
from homing.tenancy.queries import unclaimed_arrivals
from tests.intake import carrier_double
from tests.intake.conftest import SENDER_FAX
from tests.intake.paper import REFERRAL, PaperReader, another, fax

pytestmark = pytest.mark.django_db


@pytest.fixture
def carrier(settings: Settings) -> InMemoryCarrier:
    settings.HOMING_CARRIERS = {"memory": "tests.intake.carrier_double.make"}
    settings.HOMING_CARRIER_URL = "memory:"
    return carrier_double.renew()


def comes_in(carrier: InMemoryCarrier, to: str, data: bytes = b"#referral") -> str:
    return carrier.arrive(data, from_e164=SENDER_FAX, to_e164=to, pages=1)


def test_an_announced_fax_is_a_line_of_the_ledger_before_its_bytes_are_here(
    organization: Organization, carrier: InMemoryCarrier, location: Location
) -> None:
    number = comes_in(carrier, organization.fax, fax(REFERRAL))

    actions.announce(carrier="memory", carrier_reference=number)

    item = InboundItem.objects.get()
    assert (item.document_id, item.state, item.is_open, item.next_action) == (None, "received", True, "read")
    assert (item.sender_address, item.to_address, item.announced_pages) == (SENDER_FAX, organization.fax, 1)

    pipeline.advance(organization_id=organization.id, item_id=item.id, reader=PaperReader())

    item.refresh_from_db()
    assert item.state == "in_review"
    assert item.document_id is not None
    assert documents.content(item.document_id) == fax(REFERRAL)
    assert ledger_balance().is_balanced


def test_a_webhook_that_comes_twice_opens_one_line(organization: Organization, carrier: InMemoryCarrier) -> None:
    number = comes_in(carrier, organization.fax)

    for _ in range(2):
        actions.announce(carrier="memory", carrier_reference=number)

    assert InboundItem.objects.count() == 1


def test_an_announcement_that_cannot_be_checked_makes_the_carrier_repeat_it(
    organization: Organization, carrier: InMemoryCarrier
) -> None:
    number = comes_in(carrier, organization.fax)
    with pytest.raises(actions.ArrivalUnknown) as unknown:
        actions.announce(carrier="memory", carrier_reference="in-99")
    assert not unknown.value.permanent

    carrier.go_down()
    with pytest.raises(CarrierUnavailable):
        actions.announce(carrier="memory", carrier_reference=number)
    assert InboundItem.objects.count() == 0


def test_a_fax_for_nobodys_number_is_kept_as_unclaimed(organization: Organization, carrier: InMemoryCarrier) -> None:
    number = comes_in(carrier, "+16175559999")

    actions.announce(carrier="memory", carrier_reference=number)
    jobs.sweep(0)

    assert [one.to_address for one in unclaimed_arrivals()] == ["+16175559999"]
    assert InboundItem.objects.count() == 0


def test_a_carrier_that_is_away_keeps_the_item_waiting_not_failed(
    organization: Organization, carrier: InMemoryCarrier, location: Location
) -> None:
    number = comes_in(carrier, organization.fax, fax(REFERRAL))
    actions.announce(carrier="memory", carrier_reference=number)
    item = InboundItem.objects.get()
    carrier.go_down()
    for _ in range(8):
        with pytest.raises(CarrierUnavailable):
            pipeline.advance(organization_id=organization.id, item_id=item.id, reader=PaperReader())
    row = queries.workbench(item.id).row
    assert (row.state, row.problem_code) == ("received", "carrier_unavailable")

    carrier.come_up()
    with clock.travel_to(clock.now() + timedelta(hours=1)):
        assert queries.stuck() == (item.id,)
        pipeline.advance(organization_id=organization.id, item_id=item.id, reader=PaperReader())

    row = queries.workbench(item.id).row
    assert (row.state, row.problem_code) == ("in_review", "")


def test_a_fax_that_the_carrier_has_lost_lands_in_the_exception_queue(
    organization: Organization, carrier: InMemoryCarrier
) -> None:
    actions.announce(carrier="memory", carrier_reference=comes_in(carrier, organization.fax))
    carrier_double.renew()
    item = InboundItem.objects.get()

    pipeline.advance(organization_id=organization.id, item_id=item.id, reader=PaperReader())

    assert queries.workbench(item.id).row.problem_code == InboundNotFound.code
    assert ledger_balance().is_balanced


def test_the_sweep_finds_what_a_lost_webhook_has_hidden_and_counts_with_the_carrier(
    organization: Organization, other_organization: Organization, carrier: InMemoryCarrier
) -> None:
    announced = comes_in(carrier, organization.fax)
    actions.announce(carrier="memory", carrier_reference=announced)
    comes_in(carrier, organization.fax, fax(another(1)))
    comes_in(carrier, other_organization.fax)

    for _ in range(2):
        jobs.sweep(0)

    balance = ledger_balance()
    assert balance.is_balanced
    assert (balance.received, balance.days[0].carrier_count) == (2, 2)


def test_the_sweep_survives_a_carrier_that_is_away(organization: Organization, carrier: InMemoryCarrier) -> None:
    comes_in(carrier, organization.fax)
    carrier.go_down()

    jobs.sweep(0)

    assert InboundItem.objects.count() == 0


def test_bytes_that_were_handed_over_spare_the_fetch(organization: Organization, carrier: InMemoryCarrier) -> None:
    number = comes_in(carrier, organization.fax)
    actions.announce(carrier="memory", carrier_reference=number)

    receipt = actions.receive(actor=pipeline.SYSTEM, arrival=Arrival("fax", number, fax(REFERRAL), carrier="memory"))

    assert receipt.is_repeat
    assert InboundItem.objects.get().document_id is not None
