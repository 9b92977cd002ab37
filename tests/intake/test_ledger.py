from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from homing.intake import actions, pipeline, queries, states
from homing.intake import actions_review as review
from homing.intake.actions_ledger import machine
from homing.intake.fields import PatientChoice
from homing.intake.models import CarrierCount, InboundItem, ItemEvent
from homing.intake.ports import Arrival
from homing.intake.queries_ledger import ledger, ledger_balance
from homing.kit import clock
from homing.kit.actor import Actor
from homing.kit.errors import HomingError
from homing.kit.ids import uuid7
from homing.tenancy.models import Organization
from homing.tenancy.scope import scoped
from tests.factories import SYSTEM, make_organization
from tests.intake.conftest import Arrive
from tests.intake.paper import LAB, REFERRAL, UNREADABLE_PAGE, PaperReader, another, fax

pytestmark = pytest.mark.django_db
FAXES = (
    fax(REFERRAL),
    fax(another(1), another(2)),
    fax(["#cover_sheet"], LAB),
    fax([UNREADABLE_PAGE]),
    fax(another(3), [UNREADABLE_PAGE], ["loose"]),
    b"",
)
ENDS = ("sign_off", "file", "reject", "misdirect", "duplicate", "split", "undo", "retry", "take_over", "park")


class Nuisance(Exception):
    pass


def _act(what: str, item_id: UUID, coordinator: Actor) -> None:
    bench = queries.workbench(item_id)
    given_: dict[str, Any] = {"actor": coordinator, "item_id": item_id, "version": bench.version}
    every_page = [[page.number] for page in bench.pages]
    todo: dict[str, Callable[[], Any]] = {
        "sign_off": lambda: review.sign_off(content=bench.content, patient=PatientChoice(), **given_),
        "file": lambda: review.file_as(kind="other", **given_),
        "reject": lambda: review.reject(reason="illegible", **given_),
        "misdirect": lambda: review.misdirected(**given_),
        "duplicate": lambda: review.mark_duplicate(of_item_id=ledger()[0].id, **given_),
        "split": lambda: review.split(groups=every_page, **given_),
        "undo": lambda: review.undo(actor=coordinator, item_id=item_id),
        "retry": lambda: actions.retry(actor=coordinator, item_id=item_id),
        "take_over": lambda: actions.take_over(actor=coordinator, item_id=item_id),
        "park": lambda: review.park(**given_),
    }
    todo[what]()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_happens_every_item_is_open_with_an_owner_or_has_exactly_one_disposition(
    organization: Organization, coordinator: Actor, data: st.DataObject
) -> None:
    with transaction.atomic():
        known: set[UUID] = set()
        reader = PaperReader()
        for _ in range(data.draw(st.integers(1, 14), label="steps")):
            what = data.draw(st.sampled_from(["receive", "read", *ENDS]), label="what")
            items = [line.id for line in ledger()]
            if what == "receive" or not items:
                document = data.draw(st.sampled_from(FAXES), label="fax")
                number = str(data.draw(st.integers(0, 3), label="reference"))
                actions.receive(actor=SYSTEM, arrival=Arrival("fax", number, document))
            elif what == "read":
                breaks = data.draw(st.sampled_from(["", "render", "recognise 1", "understand"]), label="breaks")
                _read(organization, data.draw(st.sampled_from(items)), reader, breaks)
            else:
                _try(what, data.draw(st.sampled_from(items)), coordinator)
            now = {line.id for line in ledger()}
            assert known <= now
            known = now
            balance = ledger_balance()
            assert balance.is_balanced, balance
            assert balance.received == len(now)
        transaction.set_rollback(True)


def _read(organization: Organization, item_id: UUID, reader: PaperReader, breaks: str) -> None:
    def break_there(step: str) -> None:
        if step == breaks:
            raise Nuisance

    reader.before = break_there
    with suppress(Nuisance):
        pipeline.advance(organization_id=organization.id, item_id=item_id, reader=reader)


def _try(what: str, item_id: UUID, coordinator: Actor) -> None:
    """Do what may be refused; a refusal changes nothing."""
    row = InboundItem.objects.get(id=item_id)
    before = machine(row)
    try:
        with transaction.atomic():
            _act(what, item_id, coordinator)
    except HomingError:
        row.refresh_from_db()
        assert machine(row) == before


def test_the_balance_adds_up_per_channel_and_day(arrived: Arrive, arrive: Arrive, coordinator: Actor) -> None:
    done = arrived(LAB)
    _act("file", done, coordinator)
    arrived(another(1), another(2))
    arrive()
    actions.receive(actor=SYSTEM, arrival=Arrival("upload", "u", b"#other"))

    balance = ledger_balance()

    assert balance.is_balanced
    assert (balance.received, balance.disposed, balance.open) == (6, 2, 4)
    days = {one.channel: one for one in balance.days}
    assert (days["fax"].received, days["fax"].dispositions, days["fax"].open) == (3, (("filed", 1), ("split", 1)), 1)
    assert (days["upload"].received, days["upload"].open) == (1, 1)


def _sabotage(item_id: UUID, statement: str) -> None:
    """Do what only somebody with the keys of the database could."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [item_id])


@pytest.mark.parametrize(
    ("code", "event"),
    [
        ("ended_twice", {"kind": "disposed"}),
        ("ended_without_event", None),
    ],
)
def test_the_check_finds_a_history_that_contradicts_the_row(
    arrived: Arrive, coordinator: Actor, code: str, event: dict[str, str] | None
) -> None:
    item_id = arrived(LAB)
    if event:
        _act("file", item_id, coordinator)
        row = InboundItem.objects.get(id=item_id)
        common = {"actor_kind": "system", "actor_id": "x", "actor_name": "x", "occurred_at": clock.now()}
        ItemEvent.objects.create(item=row, **common, **event)
    else:
        _sabotage(
            item_id,
            "UPDATE intake_inbounditem SET state = 'disposed', is_open = false, disposed_at = now(),"
            " disposition = 'filed' WHERE id = %s",
        )

    balance = ledger_balance()

    assert not balance.is_balanced
    assert code in {one.code for one in balance.discrepancies}
    assert {one.item_id for one in balance.discrepancies} == {item_id}


def test_the_check_finds_a_page_that_a_split_has_lost(arrived: Arrive) -> None:
    item_id = arrived(another(1), another(2))
    assert ledger_balance().is_balanced
    _sabotage(item_id, "UPDATE intake_inbounditem SET parent_pages = '[1]' WHERE parent_id = %s")

    assert "page_lost_in_split" in {one.code for one in ledger_balance().discrepancies}


@pytest.mark.parametrize(
    ("count", "days_ago", "is_balanced"), [(1, 0, True), (2, 0, False), (1, 1, True), (0, 1, False)]
)
def test_the_carriers_count_must_equal_ours(
    organization: Organization, system_actor: Actor, count: int, days_ago: int, *, is_balanced: bool
) -> None:
    arrived_at = clock.now() - timedelta(days=days_ago)
    actions.receive(
        actor=system_actor,
        arrival=Arrival("fax", "job-1", fax(REFERRAL), carrier="simulated", received_at=arrived_at),
    )
    CarrierCount.objects.create(channel="fax", carrier="simulated", day=arrived_at.date(), count=count)

    balance = ledger_balance()

    assert balance.is_balanced is is_balanced
    assert balance.days[0].carrier_count == count


# -- kill -9 ------------------------------------------------------------------------------------------------------


@contextmanager
def _killed_at_statement(number: int) -> Iterator[None]:
    """Kill this process, without a last word, when it is about to execute its n-th SQL statement."""
    left = number

    def count_down(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*arguments)

    with connection.execute_wrapper(count_down):
        yield


def _in_a_process_killed_at(number: int, work: Callable[[], object]) -> bool:
    """Run `work` in a process of its own; return whether it was killed before it was done."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        # Nothing of the test may run on in the child, whatever happens to it.
        try:
            with _killed_at_statement(number):
                work()
        finally:
            os._exit(3)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.fixture
def tenant(transactional_db: None) -> UUID:
    """Return a committed tenant: the processes of these tests share the database."""
    return make_organization().id


def test_a_process_killed_at_any_statement_of_an_arrival_leaves_nothing_or_all(tenant: UUID) -> None:
    number, killed = 0, True
    while killed:
        number += 1
        arrival = Arrival("fax", f"job-{number}", fax([*REFERRAL, f"note {number}"]))
        killed = _in_a_process_killed_at(number, partial(actions.receive_for, tenant, actor=SYSTEM, arrival=arrival))
        with scoped(tenant):
            rows = InboundItem.objects.filter(carrier_reference=f"job-{number}").values_list("id", flat=True)
            assert len(rows) == _jobs(rows) == ItemEvent.objects.filter(item_id__in=list(rows)).count()
            assert bool(rows) or killed

        # The sender hands it over again, since nobody told it that it had arrived.
        receipt = actions.receive_for(tenant, actor=SYSTEM, arrival=arrival)
        assert receipt.is_repeat == bool(rows)
        with scoped(tenant):
            assert InboundItem.objects.filter(carrier_reference=f"job-{number}").count() == 1
    assert number > 10
    with scoped(tenant):
        assert ledger_balance().is_balanced
        assert ledger_balance().received == number


def _jobs(item_ids: Any) -> int:
    wanted = {str(item_id) for item_id in item_ids}
    jobs = ProcrastinateJob.objects.filter(task_name="homing.intake.jobs.advance")
    return sum(job.args["item_id"] in wanted for job in jobs)


@pytest.mark.parametrize(
    "pages", [(REFERRAL, ("note",)), (another(1), another(2))], ids=["one referral", "two in a file"]
)
def test_a_process_killed_at_any_statement_of_the_pipeline_is_taken_up_where_it_was(
    tenant: UUID, pages: tuple[tuple[str, ...], ...]
) -> None:
    number, killed, expected = 0, True, None
    while killed:
        number += 7
        arrival = Arrival("fax", str(uuid7()), fax(*pages))
        item_id = actions.receive_for(tenant, actor=SYSTEM, arrival=arrival).item_id
        advance = partial(pipeline.advance, organization_id=tenant, item_id=item_id, reader=PaperReader())
        killed = _in_a_process_killed_at(number, advance)
        advance()
        outcome = _outcome(tenant, item_id)
        expected = expected or outcome
        assert outcome == expected
    assert number > 40
    with scoped(tenant):
        assert ledger_balance().is_balanced


def _outcome(tenant: UUID, item_id: UUID) -> list[tuple[str, int, tuple[str, ...]]]:
    """Return state, pages and history of an item and its parts, without times and repeats."""
    with scoped(tenant):
        rows = [
            InboundItem.objects.get(id=item_id),
            *sorted(InboundItem.objects.filter(parent_id=item_id), key=lambda row: list(row.parent_pages)),
        ]
        return [
            (row.state, row.pages, tuple(event.kind for event in queries.history(row.id)))
            for row in rows
            if states.State(row.state)
        ]


def test_two_workers_on_the_same_item_do_its_work_once(tenant: UUID) -> None:
    arrival = Arrival("fax", "job-1", fax(another(1), another(2), LAB))
    item_id = actions.receive_for(tenant, actor=SYSTEM, arrival=arrival).item_id

    def work(_: int) -> None:
        try:
            pipeline.advance(organization_id=tenant, item_id=item_id, reader=PaperReader())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))

    with scoped(tenant):
        assert [child.pages for child in queries.workbench(item_id).children] == [1, 1, 1]
        assert ledger_balance().is_balanced
