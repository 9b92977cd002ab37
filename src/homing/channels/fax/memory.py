"""A carrier in memory: the public test double of `messaging.ports.Carrier`."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from homing.kit import clock
from homing.messaging.ports import (
    RETRYABLE_CAUSES,
    CarrierEvent,
    CarrierEventKind,
    CarrierUnavailable,
    FaxCause,
    FaxResult,
    FaxState,
    InboundFax,
    InboundNotFound,
    SubmitOutcomeUnknown,
    SubmitRejected,
    WebhookUnverified,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_TOLERANCE_S = 300
_SECONDS_PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class SubmittedFax:
    """What was handed to the carrier, as it was handed over."""

    reference: str
    job_id: str
    to_e164: str
    from_e164: str
    document: bytes
    pages: int
    correlation_key: str
    tags: Mapping[str, str]


class InMemoryCarrier:
    """Does nothing by itself: the test says what becomes of each fax. Safe to use from several threads."""

    def __init__(self, *, webhook_secret: str = "in-memory") -> None:  # noqa: S107 -- of a test double
        self._lock = threading.Lock()
        self._webhook_secret = webhook_secret
        self._submitted: list[SubmittedFax] = []
        self._results: dict[str, FaxResult] = {}
        self._inbound: dict[str, tuple[InboundFax, bytes]] = {}
        self._down = False
        self._lose_answers = 0
        self._refuse: FaxCause | None = None

    # -- what the test says -----------------------------------------------------------------------------------------

    @property
    def submitted(self) -> tuple[SubmittedFax, ...]:
        """Everything that was ever accepted, in order."""
        return tuple(self._submitted)

    def go_down(self) -> None:
        """Refuse every connection until `come_up`."""
        self._down = True

    def come_up(self) -> None:
        """Answer again."""
        self._down = False

    def lose_answers(self, times: int = 1) -> None:
        """Accept the next faxes, but let the answers get lost."""
        self._lose_answers = times

    def refuse_next(self, cause: FaxCause = FaxCause.REJECTED) -> None:
        """Reject the next fax for good."""
        self._refuse = cause

    def begin(self, reference: str, *, pages_sent: int = 0) -> None:
        """Let a fax be on the line."""
        self._change(reference, FaxState.SENDING, pages_sent)

    def deliver(self, reference: str, *, remote_id: str | None = "SIMULATED") -> None:
        """Let a fax arrive whole."""
        total = self._results[reference].pages_total
        self._change(reference, FaxState.DELIVERED, total, remote_id=remote_id, provider_code="OK")

    def fail(self, reference: str, cause: FaxCause, *, pages_sent: int = 0) -> None:
        """Let a fax fail."""
        self._change(reference, FaxState.FAILED, pages_sent, cause=cause)

    def arrive(
        self, document: bytes, *, from_e164: str | None, to_e164: str, pages: int, remote_id: str | None = None
    ) -> str:
        """Let a fax come in. Returns its reference."""
        with self._lock:
            reference = f"in-{len(self._inbound) + 1}"
            fax = InboundFax(reference, from_e164, to_e164, pages, clock.now(), remote_id)
            self._inbound[reference] = (fax, document)
        return reference

    def webhook(self, kind: CarrierEventKind, reference: str) -> tuple[Mapping[str, str], bytes]:
        """Return the headers and body of a webhook as this carrier would sign it now."""
        keys = {fax.reference: fax.correlation_key for fax in self._submitted}
        body = json.dumps({"kind": kind, "reference": reference, "correlation_key": keys.get(reference)}).encode()
        timestamp = str(int(clock.now().timestamp()))
        return {"X-Memory-Timestamp": timestamp, "X-Memory-Signature": self._sign(timestamp, body)}, body

    # -- Carrier ----------------------------------------------------------------------------------------------------

    def submit(
        self,
        *,
        job_id: str,
        to_e164: str,
        from_e164: str,
        document: bytes,
        pages: int,
        correlation_key: str,
        tags: Mapping[str, str],
    ) -> str:
        """Accept one fax; `messaging.ports.Carrier.submit`."""
        self._reachable()
        with self._lock:
            self._refuse_if_told()
            reference = f"fax-{len(self._submitted) + 1}"
            self._submitted.append(
                SubmittedFax(reference, job_id, to_e164, from_e164, document, pages, correlation_key, dict(tags))
            )
            self._results[reference] = FaxResult(FaxState.QUEUED, 0, pages)
            if self._lose_answers:
                self._lose_answers -= 1
                raise SubmitOutcomeUnknown
        return reference

    def status(self, reference: str) -> FaxResult:
        """Say how a fax stands; `messaging.ports.Carrier.status`."""
        self._reachable()
        return self._results.get(reference, FaxResult(FaxState.UNKNOWN, provider_code="404"))

    def find(self, correlation_key: str) -> str | None:
        """Return the first fax with this key; `messaging.ports.Carrier.find`."""
        self._reachable()
        found = (fax.reference for fax in self._submitted if fax.correlation_key == correlation_key)
        return next(found, None)

    def cancel(self, reference: str) -> None:
        """Stop a fax that has not ended; `messaging.ports.Carrier.cancel`."""
        self._reachable()
        result = self._results.get(reference)
        if result is not None and not result.is_final:
            self._change(reference, FaxState.FAILED, result.pages_sent, provider_code="CANCELLED")

    def parse_webhook(self, headers: Mapping[str, str], raw_body: bytes) -> tuple[CarrierEvent, ...]:
        """Verify a webhook; `messaging.ports.Carrier.parse_webhook`."""
        given = {name.lower(): value for name, value in headers.items()}
        timestamp, signature = given.get("x-memory-timestamp", ""), given.get("x-memory-signature", "")
        if not hmac.compare_digest(self._sign(timestamp, raw_body).encode(), signature.encode()):
            raise WebhookUnverified
        if abs(clock.now().timestamp() - int(timestamp)) > _TOLERANCE_S:
            raise WebhookUnverified
        notice = json.loads(raw_body)
        return (CarrierEvent(CarrierEventKind(notice["kind"]), notice["reference"], notice["correlation_key"]),)

    def list_inbound(self, since: datetime) -> tuple[InboundFax, ...]:
        """Return what came in since then; `messaging.ports.Carrier.list_inbound`."""
        self._reachable()
        faxes = [fax for fax, _ in self._inbound.values() if fax.received_at >= since]
        return tuple(sorted(faxes, key=lambda fax: fax.received_at))

    def fetch_inbound(self, reference: str) -> bytes:
        """Return a received fax; `messaging.ports.Carrier.fetch_inbound`."""
        self._reachable()
        if reference not in self._inbound:
            raise InboundNotFound
        return self._inbound[reference][1]

    # -- inside -----------------------------------------------------------------------------------------------------

    def _reachable(self) -> None:
        if self._down:
            raise CarrierUnavailable

    def _refuse_if_told(self) -> None:
        cause, self._refuse = self._refuse, None
        if cause is not None:
            raise SubmitRejected(cause=cause)

    def _change(
        self,
        reference: str,
        state: FaxState,
        pages_sent: int,
        *,
        remote_id: str | None = None,
        cause: FaxCause | None = None,
        provider_code: str | None = None,
    ) -> None:
        with self._lock:
            self._results[reference] = dataclasses.replace(
                self._results[reference],
                state=state,
                pages_sent=pages_sent,
                remote_id=remote_id,
                duration_s=pages_sent * _SECONDS_PER_PAGE,
                cause=cause,
                retryable=cause in RETRYABLE_CAUSES,
                provider_code=provider_code or cause,
            )

    def _sign(self, timestamp: str, body: bytes) -> str:
        return hmac.new(self._webhook_secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
