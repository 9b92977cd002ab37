"""Real webhooks of the carrier's process: repeated, lost, and never believed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Self

import pytest
from pytest_django import Settings

from homing.kit import clock
from homing.messaging import actions, courier
from homing.messaging.ports import CarrierEvent
from homing.messaging.states import MessageState
from tests.factories import make_organization
from tests.messaging import exchange as exchanges
from tests.messaging import line as lines
from tests.messaging.exchange import Exchange, settle
from tests.messaging.line import NOON, Line
from tests.messaging.test_over_http import MINUTE, send


class Mailbox:
    """Keeps what the carrier posts, headers and body."""

    def __init__(self) -> None:
        self.posts: list[tuple[dict[str, str], bytes]] = []
        kept = self.posts

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                kept.append((dict(self.headers.items()), body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as box:
        yield box


@pytest.fixture
def exchange(mailbox: Mailbox, tmp_path: Path, settings: Settings) -> Iterator[Exchange]:
    settings.HOMING_CARRIERS = {"simulated": "tests.messaging.line.plugged_in"}
    settings.HOMING_DELIVERY_REACTIONS = {}
    with exchanges.running(tmp_path / "carrier", mailbox.url) as running:
        adapter = running.adapter()
        lines.plugged.append(adapter)
        courier.forget_carriers()
        yield running
        lines.plugged.remove(adapter)
        courier.forget_carriers()
        adapter.close()


@pytest.fixture
def wire(db: None, exchange: Exchange) -> Line:
    return Line(make_organization().id)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def events(mailbox: Mailbox) -> list[CarrierEvent]:
    adapter = courier.carrier("simulated")
    return [event for headers, body in mailbox.posts for event in adapter.parse_webhook(headers, body)]


def test_a_webhook_that_comes_three_times_makes_one_confirmation(
    wire: Line, exchange: Exchange, mailbox: Mailbox
) -> None:
    exchange.rule("webhook_repeated", copies=3)
    message_id = send(wire)
    wire.run(NOON, MINUTE * 0)
    settle(exchange)
    until(lambda: len(mailbox.posts) >= 3)
    told = events(mailbox)
    assert {event.reference for event in told} == {wire.message(message_id).provider_reference}
    actions.note_hints(told, carrier_name="simulated")
    assert wire.message(message_id).state is MessageState.DELIVERING
    with clock.frozen(NOON + MINUTE / 60):
        wire.work()
        actions.note_hints(told, carrier_name="simulated")
        wire.work()
    assert wire.message(message_id).state is MessageState.DELIVERED
    assert wire.steps(message_id) == ["planned", "submitting", "submitted", "confirmed"]


def test_a_lost_webhook_is_not_missed(wire: Line, exchange: Exchange, mailbox: Mailbox) -> None:
    exchange.rule("webhook_lost")
    message_id = send(wire)
    wire.run(NOON, MINUTE * 0)
    settle(exchange)
    until(lambda: bool(exchange.notices()))
    wire.run(NOON + MINUTE / 6, MINUTE / 6)
    assert not mailbox.posts
    assert wire.message(message_id).state is MessageState.DELIVERED
