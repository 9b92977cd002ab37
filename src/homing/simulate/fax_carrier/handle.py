"""Starts the carrier as a real process and drives it: for tests, benchmarks and demonstrations."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, Self

import httpx

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

_STOP_WITHIN_S = 20.0


class CarrierDidNotStart(Exception):
    """The simulated fax carrier ended before it was ready; its error output says why."""


@dataclass(slots=True)
class CarrierProcess:
    """One carrier process. Use as a context manager; `kill` and `start` again to see what survives."""

    data: Path
    webhook_url: str | None = None
    inbound_webhook: str | None = None
    account: str = "simulated"
    secret: str = "simulated"  # noqa: S105 -- of a simulation
    webhook_secret: str = "simulated"  # noqa: S105 -- of a simulation
    seed: str | None = None
    speed: float | None = None
    page_seconds: float = 30.0
    port: int = 0
    base_url: str = field(default="", init=False)
    _process: subprocess.Popen[str] | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start, and return when it answers; after the first start always on the same port."""
        secrets = {"ACCOUNT": self.account, "SECRET": self.secret, "WEBHOOK_SECRET": self.webhook_secret}
        environment = {f"HOMING_SIMULATED_CARRIER_{name}": value for name, value in secrets.items()}
        self._process = subprocess.Popen(  # noqa: S603 -- our own module
            self._command(), stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}
        )
        line = _output(self._process).readline()
        if not line:
            self.stop()
            raise CarrierDidNotStart
        ready = json.loads(line)
        self.base_url, self.port = ready["url"], ready["port"]

    def stop(self) -> int:
        """Ask it to end (SIGTERM) and return its exit status."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it without warning (SIGKILL)."""
        self._end(signal.SIGKILL)

    def control(self) -> Control:
        """Return the control interface."""
        return Control(self.base_url)

    def _command(self) -> list[str]:
        options = {
            "--port": self.port,
            "--data": self.data,
            "--webhook-url": self.webhook_url,
            "--inbound-webhook": self.inbound_webhook,
            "--seed": self.seed,
            "--speed": self.speed,
            "--page-seconds": self.page_seconds,
        }
        given = [str(part) for name, value in options.items() if value is not None for part in (name, value)]
        return [sys.executable, "-m", "homing.simulate.fax_carrier", *given]

    def _end(self, number: signal.Signals) -> int:
        if self._process is None:
            return 0
        process, self._process = self._process, None
        process.send_signal(number)
        try:
            return process.wait(_STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()
        finally:
            _output(process).close()


def _output(process: subprocess.Popen[str]) -> IO[str]:
    if process.stdout is None:
        raise CarrierDidNotStart
    return process.stdout


class Control:
    """The carrier's control interface over HTTP. Every call raises httpx.HTTPError if refused."""

    def __init__(self, base_url: str, *, timeout_s: float = 20.0) -> None:
        self._base_url = base_url
        self._timeout_s = timeout_s

    def tell(self, behaviour: str, **details: str | float) -> int:
        """Add a rule (see behaviour.Behaviour); `number`, `times`, `pages`, `seconds`, … Returns its id."""
        return int(self._call("POST", "/control/rules", {"behaviour": behaviour, **details})["rule"]["id"])

    def behave(self) -> None:
        """Forget all rules."""
        self._call("DELETE", "/control/rules")

    def set_speed(self, speed: float) -> None:
        """Let line time run `speed` times as fast as real time; 0: only when advanced."""
        self._call("POST", "/control/clock", {"speed": speed})

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass in line time and in the carrier's time of day."""
        self._call("POST", "/control/clock", {"advance_seconds": seconds})

    def advance_line(self, seconds: float) -> None:
        """Let `seconds` pass in line time only."""
        self._call("POST", "/control/clock", {"advance_line_seconds": seconds})

    def set_now(self, moment: datetime) -> None:
        """Set the carrier's time of day; forwards, line time moves along."""
        self._call("POST", "/control/clock", {"now": moment.isoformat()})

    def name_office(self, number: str, *, name: str = "", answers_as: str | None = None) -> None:
        """Name an office and its machine's station id."""
        self._call("PUT", f"/control/offices/{number}", {"name": name, "answers_as": answers_as or number})

    def send(self, office: str, to: str, document: bytes, *, withheld: bool = False) -> str:
        """Let an office fax the customer. Returns the arrival's id; it arrives after its line time."""
        body = {"to": to, "document": base64.b64encode(document).decode(), "withheld": withheld}
        return str(self._call("POST", f"/control/offices/{office}/send", body)["arrival"]["id"])

    def faxes(self, recipient: str | None = None) -> list[Mapping[str, Any]]:
        """Return every fax ever accepted, oldest first, in the carrier's words."""
        query = f"?recipient={recipient.removeprefix('+')}" if recipient else ""
        return list(self._call("GET", f"/control/faxes{query}")["faxes"])

    def notices(self) -> list[Mapping[str, Any]]:
        """Return every webhook and what came of it."""
        return list(self._call("GET", "/control/notices")["notices"])

    def ledger(self) -> Mapping[str, Any]:
        """Return the carrier's own count."""
        return self._call("GET", "/control/ledger")

    def clock(self) -> Mapping[str, Any]:
        """Return both clocks: `now`, `line_seconds`, `speed`."""
        return self._call("GET", "/control/clock")

    def _call(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Mapping[str, Any]:
        with httpx.Client(base_url=self._base_url, timeout=self._timeout_s, trust_env=False) as client:
            answer = client.request(method, path, json=body).raise_for_status()
        content: Mapping[str, Any] = answer.json()
        return content
