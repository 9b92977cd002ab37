from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from homing.documents import queries as documents
from homing.intake import queries
from homing.intake.actions import receive, receive_for
from homing.intake.models import InboundItem, ItemEvent
from homing.intake.ports import Arrival, Receipt
from homing.intake.queries_ledger import ledger_balance
from homing.kit import reference
from homing.kit.actor import Actor
from homing.kit.errors import NotPermitted
from homing.referrals import queries as referrals
from homing.tenancy.models import Organization
from homing.tenancy.scope import scoped
from tests.factories import SYSTEM, make_organization
from tests.intake.conftest import SENDER_FAX, Arrive
from tests.intake.paper import LAB, REFERRAL, fax

pytestmark = pytest.mark.django_db


def arrival(data: bytes = fax(REFERRAL), carrier_reference: str = "job-1", channel: str = "fax") -> Arrival:
    return Arrival(channel=channel, carrier="simulated", carrier_reference=carrier_reference, data=data)


def waiting_jobs(item_id: UUID) -> int:
    return ProcrastinateJob.objects.filter(task_name="homing.intake.jobs.advance", args__item_id=str(item_id)).count()


def test_what_arrives_is_stored_numbered_owned_and_read_next(organization: Organization, system_actor: Actor) -> None:
    receipt = receive(actor=system_actor, arrival=arrival())

    item = InboundItem.objects.get()
    assert item.id == receipt.item_id
    assert item.document_id is not None
    assert documents.content(item.document_id) == fax(REFERRAL)
    assert reference.parse(receipt.reference) == receipt.reference == item.reference
    assert (item.state, item.is_open, item.next_action, item.owner_role) == (
        "received",
        True,
        "read",
        "intake_coordinator",
    )
    assert item.due_at is not None
    assert waiting_jobs(item.id) == 1
    assert [event.kind for event in ItemEvent.objects.all()] == ["received"]


def test_the_sender_is_promised_an_acknowledgment_within_five_minutes_of_arrival(
    organization: Organization, system_actor: Actor
) -> None:
    arrived = arrival()

    receipt = receive(actor=system_actor, arrival=arrived)

    (promise,) = referrals.obligations(item_id=receipt.item_id)
    assert promise.kind == "acknowledgment"
    assert (promise.due_at - arrived.received_at).total_seconds() == 300


def test_the_same_arrival_again_gets_the_same_receipt_and_changes_nothing(
    organization: Organization, system_actor: Actor
) -> None:
    first = receive(actor=system_actor, arrival=arrival())
    again = receive(actor=system_actor, arrival=arrival())

    assert again == Receipt(first.item_id, first.reference, is_repeat=True)
    assert InboundItem.objects.count() == ItemEvent.objects.count() == waiting_jobs(first.item_id) == 1


def test_the_same_bytes_in_another_transmission_are_flagged_not_dropped(
    organization: Organization, system_actor: Actor
) -> None:
    first = receive(actor=system_actor, arrival=arrival())
    second = receive(actor=system_actor, arrival=arrival(carrier_reference="job-2"))
    upload = receive(actor=system_actor, arrival=arrival(carrier_reference="u", channel="upload"))

    rows = {row.id: row for row in InboundItem.objects.all()}
    assert len(rows) == 3
    assert rows[first.item_id].repeat_of_id is None
    assert rows[second.item_id].repeat_of_id == rows[upload.item_id].repeat_of_id == first.item_id


def test_other_bytes_under_a_known_reference_are_an_arrival_of_their_own(
    organization: Organization, system_actor: Actor
) -> None:
    first = receive(actor=system_actor, arrival=arrival())
    other = receive(actor=system_actor, arrival=arrival(fax(LAB)))
    again = receive(actor=system_actor, arrival=arrival(fax(LAB)))

    assert other.item_id != first.item_id
    assert not other.is_repeat
    assert again == Receipt(other.item_id, other.reference, is_repeat=True)
    assert InboundItem.objects.count() == 2


def test_an_empty_file_stays_in_the_ledger(organization: Organization, system_actor: Actor) -> None:
    receipt = receive(actor=system_actor, arrival=arrival(b""))

    assert queries.item(receipt.item_id).state == "received"


def test_a_caller_id_that_is_one_known_office_proves_the_sender(sender: UUID, arrive: Arrive) -> None:
    known, unknown, withheld = arrive(), arrive(caller="+16175550199"), arrive(caller=None)

    assert queries.item(known).sender_office == sender
    assert queries.item(known).sender_proven
    assert queries.item(known).address == SENDER_FAX
    for item_id in (unknown, withheld):
        assert not queries.item(item_id).sender_proven
        assert queries.item(item_id).address is None


def test_who_may_not_review_cannot_put_anything_in(scheduler: Actor) -> None:
    with pytest.raises(NotPermitted):
        receive(actor=scheduler, arrival=arrival())


def test_the_same_file_in_another_tenant_is_no_repeat(
    organization: Organization, other_organization: Organization, system_actor: Actor
) -> None:
    receive(actor=system_actor, arrival=arrival())
    with scoped(other_organization.id):
        other = receive(actor=system_actor, arrival=arrival())

        assert not other.is_repeat
        assert queries.item(other.item_id).repeat_of is None


@pytest.mark.parametrize(
    "change",
    [
        "disposition = 'filed'",
        "state = 'disposed'",
        "is_open = false",
        "state = 'disposed', is_open = false, disposed_at = now()",
        "is_open = false, disposition = 'filed', disposed_at = now()",
        "state = 'disposed', is_open = false, disposed_at = now(), disposition = 'attached'",
        "state = 'disposed', is_open = false, disposed_at = now(), disposition = 'lost'",
        "state = 'gone'",
        "next_action = ''",
        "owner_role = ''",
        "due_at = NULL",
        "state = 'failed'",
        "document_id = NULL",
        "reference = 'H'",
        "carrier_reference = 'other'",
        "received_at = now()",
    ],
)
def test_the_database_refuses_an_item_that_is_neither_open_with_an_owner_nor_ended(arrive: Arrive, change: str) -> None:
    arrive()

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE intake_inbounditem SET {change}")  # noqa: S608  from the list above


def test_the_database_refuses_to_change_how_an_item_ended(arrived: Arrive, coordinator: Actor) -> None:
    item_id = arrived()
    ended = (
        "UPDATE intake_inbounditem SET state = 'disposed', is_open = false, disposed_at = now(), next_action = '',"
        " disposition = 'attached', disposition_ref = id WHERE id = %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(ended, [item_id])

    for change in ("disposition = 'filed'", "disposition_ref = gen_random_uuid()", "disposition = 'duplicate'"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE intake_inbounditem SET {change}")  # noqa: S608  from the list above


@pytest.mark.parametrize("table", ["intake_inbounditem", "intake_itemevent", "intake_fieldcorrection"])
def test_the_application_cannot_delete_from_the_ledger(arrive: Arrive, table: str) -> None:
    arrive()

    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608  from the list above


@pytest.mark.django_db(transaction=True)
def test_processes_that_take_the_same_arrival_at_once_get_one_receipt() -> None:
    organization_id = make_organization().id

    def at_once(arrivals: list[Arrival]) -> list[Receipt]:
        barrier = Barrier(len(arrivals))

        def take(one: Arrival) -> Receipt:
            try:
                connection.ensure_connection()
                barrier.wait(timeout=20)
                return receive_for(organization_id, actor=SYSTEM, arrival=one)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(arrivals)) as pool:
            return list(pool.map(take, arrivals))

    for round_ in range(5):
        data = fax([*REFERRAL, f"round {round_}"])
        receipts = at_once([arrival(data, f"same-{round_}") for _ in range(4)])
        assert len({receipt.item_id for receipt in receipts}) == 1
        assert sorted(receipt.is_repeat for receipt in receipts) == [False, True, True, True]

        # The same bytes by several doors at once: all are kept, and all but one are flagged.
        other = fax([*LAB, f"round {round_}"])
        receipts = at_once([arrival(other, f"door-{n}-{round_}") for n in range(4)])
        assert len({receipt.item_id for receipt in receipts}) == 4
        with scoped(organization_id):
            repeats = [queries.item(receipt.item_id).repeat_of for receipt in receipts]
        assert repeats.count(None) == 1

    with scoped(organization_id):
        balance = ledger_balance()
        assert balance.is_balanced
        assert balance.received == 25
