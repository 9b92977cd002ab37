"""The carrier's process."""

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path

import click

from homing.kit import phones
from homing.simulate.fax_carrier.api import CustomerApi
from homing.simulate.fax_carrier.behaviour import LineTimes
from homing.simulate.fax_carrier.clock import CarrierClock, ClockState
from homing.simulate.fax_carrier.control import ControlApi
from homing.simulate.fax_carrier.exchange import Exchange
from homing.simulate.fax_carrier.http import CarrierServer
from homing.simulate.fax_carrier.notices import Messenger, Subscriber
from homing.simulate.fax_carrier.office import OfficePages
from homing.simulate.fax_carrier.store import Store

_ENVIRONMENT = "HOMING_SIMULATED_CARRIER_"


class _PhoneNumber(click.ParamType[str]):
    name = "phone number"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        number = phones.to_e164(str(value))
        if number is None:
            self.fail(f"{value!r} is not a North American telephone number", param, ctx)
        return number


@click.command(name="fax-carrier")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on 127.0.0.1; 0 takes a free one.")
@click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), required=True, help="Where to keep everything."
)
@click.option("--webhook-url", help="Told when a fax has ended, and of arrivals unless --inbound-webhook is given.")
@click.option("--inbound-webhook", help="Told when a fax from an office has arrived.")
@click.option("--number", type=_PhoneNumber(), default="+16175550100", help="The customer's fax number, for the form.")
@click.option("--account", envvar=_ENVIRONMENT + "ACCOUNT", default="simulated", help="Name for Basic authentication.")
@click.option("--secret", envvar=_ENVIRONMENT + "SECRET", default="simulated", help="Its password.")
@click.option("--webhook-secret", envvar=_ENVIRONMENT + "WEBHOOK_SECRET", default="simulated", help="Signs webhooks.")
@click.option("--seed", help="Makes ids and chance the same in every run. Default: new for every data folder.")
@click.option("--speed", type=click.FloatRange(min=0), help="Line seconds per second; 0 stands still. Default 60.")
@click.option("--page-seconds", type=click.FloatRange(min=0), default=30.0, help="Line seconds per page.")
def fax_carrier(  # noqa: PLR0913 -- one argument per option
    *,
    port: int,
    data: Path,
    webhook_url: str | None,
    inbound_webhook: str | None,
    number: str,
    account: str,
    secret: str,
    webhook_secret: str,
    seed: str | None,
    speed: float | None,
    page_seconds: float,
) -> None:
    """Run a SIMULATED fax carrier: nothing leaves this machine. Prints one JSON line when it is ready."""
    store = Store(data, seed=seed)
    clock = CarrierClock(store.clock_state() or ClockState())
    if speed is not None:
        clock.set_speed(speed)
    exchange = Exchange(store, clock, LineTimes(page_s=page_seconds))
    subscriber = Subscriber(webhook_url, inbound_webhook or webhook_url, webhook_secret)
    routes = (
        *CustomerApi(exchange, account=account, secret=secret).routes(),
        *ControlApi(exchange).routes(),
        *OfficePages(exchange, called_number=number).routes(),
    )
    _serve(CarrierServer(port, routes), exchange, Messenger(store, clock, subscriber))
    store.keep_clock(clock.state())
    store.close()


def _serve(server: CarrierServer, exchange: Exchange, messenger: Messenger) -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threads = [
        threading.Thread(target=run, name=name)
        for name, run in (("http", server.run), ("exchange", exchange.run), ("messenger", messenger.run))
    ]
    for thread in threads:
        thread.start()
    port = server.server_address[1]
    ready = {"event": "ready", "simulated": True, "url": f"http://127.0.0.1:{port}", "port": port, "pid": os.getpid()}
    click.echo(json.dumps(ready))
    stop.wait()
    server.stopping.set()
    messenger.stop()
    exchange.stop()
    server.shutdown()
    server.server_close()
    for thread in threads:
        thread.join()
