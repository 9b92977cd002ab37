"""The same through the real adapter, with the carrier as a process of its own that is told what to do wrong."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from pytest_django import Settings
from reportlab.pdfgen.canvas import Canvas

from homing.channels.fax.simulated import SimulatedCarrier
from homing.kit import clock
from homing.messaging import actions, courier
from homing.messaging.actions import Destination
from homing.messaging.policy import MessageKind
from homing.messaging.ports import CarrierEvent, CarrierEventKind
from homing.messaging.states import FailureCause, MessageState
from homing.tenancy.scope import scoped
from tests.factories import make_organization
from tests.messaging import exchange as exchanges
from tests.messaging import line as lines
from tests.messaging.exchange import Exchange, settle
from tests.messaging.line import FAX, NOON, WORKER, Line

MINUTE = timedelta(minutes=1)
TIMEOUT_S = 1.0


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with exchanges.running(tmp_path_factory.mktemp("carrier")) as running:
        yield running


@pytest.fixture
def exchange(process: Exchange, settings: Settings) -> Iterator[Exchange]:
    settings.HOMING_CARRIERS = {"simulated": "tests.messaging.line.plugged_in"}
    settings.HOMING_DELIVERY_REACTIONS = {}
    adapter: SimulatedCarrier = process.adapter(TIMEOUT_S)
    lines.plugged.append(adapter)
    courier.forget_carriers()
    yield process
    lines.plugged.remove(adapter)
    courier.forget_carriers()
    adapter.close()
    process.forget_rules()
    settle(process)


@pytest.fixture
def wire(db: None, exchange: Exchange) -> Line:
    return Line(make_organization().id)


def three_pages() -> bytes:
    output = io.BytesIO()
    canvas = Canvas(output)
    for number in range(1, 4):
        canvas.drawString(72, 700, f"Page {number} of 3")
        canvas.showPage()
    canvas.save()
    return output.getvalue()


def send(wire: Line) -> UUID:
    with clock.frozen(NOON), scoped(wire.organization_id):
        return actions.send(
            actor=WORKER, kind=MessageKind.NOTICE, to=Destination(FAX), document=three_pages(), pages=3, key="k"
        )


def faxes_of(exchange: Exchange, wire: Line) -> list[str]:
    mine = wire.organization_id.hex
    return [fax["phase"] for fax in exchange.faxes() if fax["labels"]["correlation"].startswith(mine)]


def test_three_pages_go_out_and_are_confirmed_by_the_carriers_own_count(wire: Line, exchange: Exchange) -> None:
    message_id = send(wire)
    wire.run(NOON, timedelta())
    settle(exchange)
    wire.run(NOON + MINUTE, timedelta())
    message = wire.message(message_id)
    assert (message.state, faxes_of(exchange, wire)) == (MessageState.DELIVERED, ["DONE"])


@pytest.mark.parametrize(("behaviour", "cause"), [("busy", FailureCause.BUSY), ("no_answer", FailureCause.NO_ANSWER)])
def test_a_line_that_is_engaged_twice_gets_the_fax_the_third_time(
    wire: Line, exchange: Exchange, behaviour: str, cause: FailureCause
) -> None:
    exchange.rule(behaviour, times=2)
    message_id = send(wire)
    for minutes in (0, 1, 6, 7, 22, 23):
        wire.run(NOON + minutes * MINUTE, timedelta())
        settle(exchange)
    message = wire.message(message_id)
    assert (message.state, message.attempts, message.last_cause) == (MessageState.DELIVERED, 3, cause)
    assert faxes_of(exchange, wire) == ["FAILED", "FAILED", "DONE"]


@pytest.mark.parametrize(
    ("behaviour", "cause"), [("no_fax", FailureCause.NO_FAX), ("bad_number", FailureCause.BAD_NUMBER)]
)
def test_a_number_without_a_fax_is_dialled_once(
    wire: Line, exchange: Exchange, behaviour: str, cause: FailureCause
) -> None:
    exchange.rule(behaviour)
    message_id = send(wire)
    for minutes in range(0, 90, 5):
        wire.run(NOON + minutes * MINUTE, timedelta())
        settle(exchange)
    message = wire.message(message_id)
    assert (message.state, message.last_cause, message.needs_person) == (MessageState.UNDELIVERABLE, cause, True)
    assert faxes_of(exchange, wire) == ["FAILED"]


def test_a_short_delivery_is_not_delivered_and_the_whole_goes_again(wire: Line, exchange: Exchange) -> None:
    exchange.rule("partial", pages=2, times=1)
    message_id = send(wire)
    wire.run(NOON, timedelta())
    settle(exchange)
    wire.run(NOON + MINUTE, timedelta())
    assert wire.message(message_id).state is MessageState.DELIVERING
    assert wire.message(message_id).last_cause is FailureCause.LINE_ERROR
    wire.run(NOON + 3 * MINUTE, timedelta())
    settle(exchange)
    wire.run(NOON + 4 * MINUTE, timedelta())
    assert wire.message(message_id).state is MessageState.DELIVERED


@pytest.mark.parametrize(
    "rule",
    [
        {"behaviour": "submit_delay", "seconds": 3 * TIMEOUT_S},
        {"behaviour": "submit_drop"},
        {"behaviour": "submit_error_after", "status": 500},
    ],
    ids=lambda rule: str(rule["behaviour"]),
)
def test_a_submit_without_an_answer_that_was_accepted_makes_exactly_one_fax(
    wire: Line, exchange: Exchange, rule: dict[str, object]
) -> None:
    behaviour = str(rule.pop("behaviour"))
    exchange.rule(behaviour, times=1, **rule)
    message_id = send(wire)
    wire.run(NOON, timedelta())
    assert wire.steps(message_id)[-1] == "outcome_unknown"
    settle(exchange)
    wire.run(NOON + MINUTE, MINUTE, timedelta(seconds=20))
    message = wire.message(message_id)
    assert message.state is MessageState.DELIVERED
    assert faxes_of(exchange, wire) == ["DONE"]
    assert "found" in wire.steps(message_id)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_error_before_anything_was_kept_leads_to_one_fax(wire: Line, exchange: Exchange, status: int) -> None:
    exchange.rule("submit_error", times=1, status=status)
    message_id = send(wire)
    wire.run(NOON, 2 * MINUTE)
    settle(exchange)
    wire.run(NOON + 4 * MINUTE, MINUTE)
    assert wire.message(message_id).state is MessageState.DELIVERED
    assert faxes_of(exchange, wire) == ["DONE"]


def test_a_carrier_that_fails_when_asked_is_asked_again(wire: Line, exchange: Exchange) -> None:
    exchange.rule("status_error", times=3)
    message_id = send(wire)
    wire.run(NOON, timedelta())
    settle(exchange)
    wire.run(NOON + MINUTE, 3 * MINUTE)
    assert wire.message(message_id).state is MessageState.DELIVERED
    assert faxes_of(exchange, wire) == ["DONE"]


def test_a_refused_fax_is_a_persons_task_at_once(wire: Line, exchange: Exchange) -> None:
    exchange.rule("submit_refused", times=1)
    message_id = send(wire)
    wire.run(NOON, timedelta())
    assert wire.message(message_id).state is MessageState.UNDELIVERABLE
    assert faxes_of(exchange, wire) == []


def test_a_fax_lost_on_the_line_gets_an_owner(wire: Line, exchange: Exchange) -> None:
    exchange.rule("lost", times=1)
    message_id = send(wire)
    wire.run(NOON, timedelta())
    exchange.pass_line_time(600)
    wire.run(NOON + timedelta(hours=2), MINUTE)
    message = wire.message(message_id)
    assert (message.state, message.needs_person) == (MessageState.DELIVERING, True)
    exchange.client.delete(f"/v1/faxes/{message.provider_reference}", auth=(exchanges.ACCOUNT, exchanges.SECRET))


def test_a_real_webhook_is_verified_and_only_wakes_the_poller(wire: Line, exchange: Exchange) -> None:
    message_id = send(wire)
    wire.run(NOON, timedelta())
    settle(exchange)
    reference = wire.message(message_id).provider_reference
    with clock.frozen(NOON + timedelta(seconds=1)):
        assert wire.due() == ()
        for _ in range(5):
            actions.note_hints([CarrierEvent(CarrierEventKind.STATUS, reference)], carrier_name="simulated")
        assert wire.message(message_id).state is MessageState.DELIVERING
        wire.work()
    assert wire.message(message_id).state is MessageState.DELIVERED
    assert wire.steps(message_id).count("confirmed") == 1
