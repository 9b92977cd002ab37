"""Sends the carrier's webhooks, signed, until the customer says 2xx."""

from __future__ import annotations

import hashlib
import hmac
import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from homing.simulate.fax_carrier.records import About, Notice, NoticeState

if TYPE_CHECKING:
    from homing.simulate.fax_carrier.clock import CarrierClock
    from homing.simulate.fax_carrier.store import Store

_log = logging.getLogger(__name__)
TIMESTAMP_HEADER = "X-Simfax-Timestamp"
SIGNATURE_HEADER = "X-Simfax-Signature"
_FIRST_RETRY_S, _LAST_RETRY_S, _ATTEMPTS = 10.0, 1800.0, 60
_LONGEST_WAIT_S = 0.25


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Where the customer wants to be told, and the secret that signs it. A missing address means: tells nobody."""

    fax_url: str | None
    arrival_url: str | None
    secret: str

    def url_for(self, about: About) -> str | None:
        """Return the address for webhooks of this kind."""
        return self.fax_url if about is About.FAX else self.arrival_url


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature header: HMAC-SHA256 over `timestamp.body`, hexadecimal."""
    return "v1=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


class Messenger:
    """One thread that sends what is due; it backs off in line time, so a fast carrier also repeats fast."""

    def __init__(self, store: Store, clock: CarrierClock, subscriber: Subscriber, *, timeout_s: float = 10.0) -> None:
        self._store = store
        self._clock = clock
        self._subscriber = subscriber
        self._client = httpx.Client(timeout=timeout_s, trust_env=False)
        self._stop = threading.Event()

    def stop(self) -> None:
        """Let `run` return."""
        self._stop.set()

    def run(self) -> None:
        """Send until stopped."""
        while not self._stop.is_set():
            try:
                sent = self.step()
            except Exception:  # noqa: BLE001 -- the main loop of the messenger: one bad webhook must not hold up the others
                _log.exception("webhook step failed")
                sent = False
            if not sent:
                self._stop.wait(_LONGEST_WAIT_S)
        self._client.close()

    def step(self) -> bool:
        """Send the next webhook that is due. Returns False if none is."""
        notice = self._store.notice_due()
        if notice is None or notice.due_line_s > self._clock.line():
            return False
        answer = self._send(notice)
        delivered = answer.startswith("2")
        given_up = notice.attempts + 1 >= _ATTEMPTS
        state = NoticeState.DELIVERED if delivered else NoticeState.GIVEN_UP if given_up else NoticeState.PENDING
        pause = min(_FIRST_RETRY_S * 2**notice.attempts, _LAST_RETRY_S)
        self._store.answered(notice.notice_id, answer=answer, state=state, due_line_s=self._clock.line() + pause)
        return True

    def _send(self, notice: Notice) -> str:
        url = self._subscriber.url_for(notice.about)
        if url is None:
            return "204 nobody is told"
        timestamp = str(int(self._clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "X-Simulated": "true",
            TIMESTAMP_HEADER: timestamp,
            SIGNATURE_HEADER: sign(self._subscriber.secret, timestamp, notice.body),
        }
        try:
            return str(self._client.post(url, content=notice.body, headers=headers).status_code)
        except httpx.HTTPError as error:
            return type(error).__name__
