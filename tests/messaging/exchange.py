"""The simulated carrier as a process of its own, spoken to over HTTP. Its line stands still unless told to move."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from homing.channels.fax.simulated import SimulatedCarrier
from homing.messaging.ports import CarrierSettings

ACCOUNT, SECRET, WEBHOOK_SECRET = "tests", "of no value", "of no value either"


@dataclass(frozen=True, slots=True)
class Exchange:
    """The control side of one carrier process."""

    url: str
    client: httpx.Client

    def rule(self, behaviour: str, **more: Any) -> None:
        self.client.post("/control/rules", json={"behaviour": behaviour, **more}).raise_for_status()

    def forget_rules(self) -> None:
        self.client.delete("/control/rules").raise_for_status()

    def pass_line_time(self, seconds: float) -> None:
        self.client.post("/control/clock", json={"advance_line_seconds": seconds}).raise_for_status()

    def faxes(self) -> list[Any]:
        answer = self.client.get("/control/faxes").raise_for_status().json()
        return list(answer["faxes"])

    def notices(self) -> list[Any]:
        answer = self.client.get("/control/notices").raise_for_status().json()
        return list(answer["notices"])

    def adapter(self, timeout_s: float = 15.0) -> SimulatedCarrier:
        return SimulatedCarrier(
            CarrierSettings(self.url, ACCOUNT, SECRET, WEBHOOK_SECRET, timeout_s=timeout_s, allow_insecure=True)
        )


@contextlib.contextmanager
def running(folder: Path, webhook_url: str = "") -> Iterator[Exchange]:
    """Run a carrier in `folder` until the block ends."""
    command = [sys.executable, "-m", "homing.simulate.fax_carrier", "--data", str(folder), "--speed", "0"]
    if webhook_url:
        command += ["--webhook-url", webhook_url]
    secrets = {"ACCOUNT": ACCOUNT, "SECRET": SECRET, "WEBHOOK_SECRET": WEBHOOK_SECRET}
    environment = {**os.environ, **{f"HOMING_SIMULATED_CARRIER_{name}": value for name, value in secrets.items()}}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            with httpx.Client(base_url=ready["url"], timeout=20, trust_env=False) as client:
                yield Exchange(ready["url"], client)
        finally:
            process.terminate()
            process.wait(timeout=20)


def settle(exchange: Exchange, seconds: float = 600) -> None:
    """Let the line do all it has to do."""
    exchange.pass_line_time(seconds)
    deadline = time.monotonic() + 20
    while any(fax["phase"] in {"WAITING", "DIALING", "TRANSMITTING"} for fax in exchange.faxes()):
        assert time.monotonic() < deadline, "the carrier does not come to an end"
        time.sleep(0.02)
