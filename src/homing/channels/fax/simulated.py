"""The simulated carrier's HTTP API behind `messaging.ports.Carrier`."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import quote, urlsplit

import httpx
from django.conf import settings
from pydantic import BaseModel, ValidationError

from homing.kit import clock
from homing.messaging.ports import (
    RETRYABLE_CAUSES,
    CarrierEvent,
    CarrierEventKind,
    CarrierSettings,
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

Model = TypeVar("Model", bound=BaseModel)
CORRELATION_LABEL: Final = "correlation"
_TOLERANCE_S = 300
_MAX_ANSWER_BYTES = 64 * 1024 * 1024
_CAUSES = {
    "F16_NO_REPLY": FaxCause.NO_ANSWER,
    "F17_ENGAGED": FaxCause.BUSY,
    "F30_NOT_A_FAX": FaxCause.NO_FAX,
    "F34_NOT_IN_SERVICE": FaxCause.BAD_NUMBER,
    "F48_CALL_DROPPED": FaxCause.LINE_ERROR,
    "F60_UNRENDERABLE": FaxCause.CONVERSION,
    "F99_INTERNAL_FAULT": FaxCause.PROVIDER,
}
_REFUSALS = {
    "RECIPIENT_NOT_A_NUMBER": FaxCause.BAD_NUMBER,
    "DOCUMENT_NOT_BASE64": FaxCause.CONVERSION,
    "DOCUMENT_SIZE": FaxCause.CONVERSION,
}
_STATES = {"WAITING": FaxState.QUEUED, "DIALING": FaxState.SENDING, "TRANSMITTING": FaxState.SENDING}
_NOT_NOW = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
}
_BEFORE_WRITING = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes

    @property
    def is_success(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


class _Pages(BaseModel):
    in_document: int
    acknowledged: int


class _Fax(BaseModel):
    id: str
    phase: str
    outcome: str | None
    pages: _Pages
    answered_as: str | None
    line_seconds: int


class _FaxAnswer(BaseModel):
    fax: _Fax


class _FaxList(BaseModel):
    faxes: list[_Fax]


class _Arrival(BaseModel):
    id: str
    caller_id: str | None
    called_number: str
    station: str | None
    pages: int
    arrived_at: datetime


class _ArrivalList(BaseModel):
    arrivals: list[_Arrival]
    more_after: int | None


class _Notice(BaseModel):
    about: str
    id: str
    labels: dict[str, str] = {}


class _Refusal(BaseModel):
    reason: str


class _RefusalAnswer(BaseModel):
    error: _Refusal


class SimulatedCarrier:
    """One account at a simulated carrier. Holds a pool of connections; safe to share between threads."""

    def __init__(self, account: CarrierSettings) -> None:
        _require_safe_address(account)
        self._account = account
        self._client = httpx.Client(
            base_url=account.base_url,
            auth=(account.account, account.secret),
            timeout=account.timeout_s,
            trust_env=False,
            follow_redirects=False,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

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
        """Hand over one fax; `messaging.ports.Carrier.submit`."""
        body = {
            "recipient": to_e164,
            "caller_id": from_e164,
            "document": base64.b64encode(document).decode("ascii"),
            "pages": pages,
            "labels": {**tags, "job": job_id, CORRELATION_LABEL: correlation_key},
        }
        try:
            answer = self._exchange("POST", "/v1/faxes", body=body)
        except _BEFORE_WRITING as error:
            raise CarrierUnavailable from error
        except httpx.HTTPError as error:
            raise SubmitOutcomeUnknown from error
        return _reference(answer)

    def status(self, reference: str) -> FaxResult:
        """Ask how a fax stands; `messaging.ports.Carrier.status`."""
        answer = self._ask("GET", f"/v1/faxes/{quote(reference, safe='')}")
        if answer.status == HTTPStatus.NOT_FOUND:
            return FaxResult(FaxState.UNKNOWN, provider_code="404")
        return _result(_parsed(_FaxAnswer, _good(answer)).fax)

    def find(self, correlation_key: str) -> str | None:
        """Return the first fax with this key; `messaging.ports.Carrier.find`."""
        answer = self._ask("GET", "/v1/faxes", {"label": f"{CORRELATION_LABEL}:{correlation_key}"})
        faxes = _parsed(_FaxList, _good(answer)).faxes
        return faxes[0].id if faxes else None

    def cancel(self, reference: str) -> None:
        """Ask the carrier to stop a fax; `messaging.ports.Carrier.cancel`."""
        answer = self._ask("DELETE", f"/v1/faxes/{quote(reference, safe='')}")
        if answer.status not in {HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT}:
            _good(answer)

    def parse_webhook(self, headers: Mapping[str, str], raw_body: bytes) -> tuple[CarrierEvent, ...]:
        """Verify a webhook; `messaging.ports.Carrier.parse_webhook`."""
        given = {name.lower(): value for name, value in headers.items()}
        timestamp, signature = given.get("x-simfax-timestamp", ""), given.get("x-simfax-signature", "")
        if not self._account.webhook_secret or not re.fullmatch(r"[0-9]{1,12}", timestamp):
            raise WebhookUnverified
        expected = _signature(self._account.webhook_secret, timestamp, raw_body)
        if not hmac.compare_digest(expected.encode(), signature.encode()):
            raise WebhookUnverified
        if abs(clock.now().timestamp() - int(timestamp)) > _TOLERANCE_S:
            raise WebhookUnverified
        return _events(raw_body)

    def list_inbound(self, since: datetime) -> tuple[InboundFax, ...]:
        """Return every fax received since then; `messaging.ports.Carrier.list_inbound`."""
        query = {"since": since.astimezone(UTC).isoformat()}
        found: list[InboundFax] = []
        after: int | None = 0
        while after is not None:
            part = _parsed(_ArrivalList, _good(self._ask("GET", "/v1/inbound", {**query, "after": str(after)})))
            found.extend(_inbound(arrival) for arrival in part.arrivals)
            # A carrier that does not move on must not hold us for ever.
            after = part.more_after if part.more_after is None or part.more_after > after else None
        return tuple(sorted(found, key=lambda fax: fax.received_at))

    def fetch_inbound(self, reference: str) -> bytes:
        """Return a received fax; `messaging.ports.Carrier.fetch_inbound`."""
        answer = self._ask("GET", f"/v1/inbound/{quote(reference, safe='')}/content")
        if answer.status == HTTPStatus.NOT_FOUND:
            raise InboundNotFound
        return _good(answer).body

    def _ask(self, method: str, path: str, query: Mapping[str, str] | None = None) -> _Answer:
        try:
            return self._exchange(method, path, query=query)
        except httpx.HTTPError as error:
            raise CarrierUnavailable from error

    def _exchange(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> _Answer:
        received = bytearray()
        with self._client.stream(method, path, params=query, json=body) as answer:
            # The client's time-out is for each read; a carrier that trickles must not hold us for ever either.
            deadline = time.monotonic() + self._account.timeout_s
            for chunk in answer.iter_bytes():
                received += chunk
                if len(received) > _MAX_ANSWER_BYTES or time.monotonic() > deadline:
                    raise httpx.ReadTimeout("The answer is too long.")
        return _Answer(answer.status_code, bytes(received))


def from_settings() -> SimulatedCarrier:
    """Return the carrier of `settings.HOMING_CARRIER_*`. Raises CarrierUnavailable if they cannot be used."""
    return SimulatedCarrier(
        CarrierSettings(
            base_url=settings.HOMING_CARRIER_URL,
            account=settings.HOMING_CARRIER_ACCOUNT,
            secret=settings.HOMING_CARRIER_SECRET,
            webhook_secret=settings.HOMING_CARRIER_WEBHOOK_SECRET,
            allow_insecure=True,
        )
    )


def _require_safe_address(account: CarrierSettings) -> None:
    url = urlsplit(account.base_url)
    if url.scheme == "https" or (url.scheme == "http" and account.allow_insecure and _is_loopback(url.hostname)):
        return
    raise CarrierUnavailable("Set HOMING_CARRIER_URL: https, or http to this machine.")


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _reference(answer: _Answer) -> str:
    if answer.status in _NOT_NOW:
        raise CarrierUnavailable(_not_now(answer.status))
    if HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        reason = _reason(answer)
        raise SubmitRejected(f"The carrier refuses this fax: {reason}.", cause=_REFUSALS.get(reason, FaxCause.REJECTED))
    try:
        return _FaxAnswer.model_validate_json(answer.body if answer.is_success else b"").fax.id
    except ValidationError as error:
        # Accepted or not? A server that failed, or whose answer is garbled, may have kept the fax.
        raise SubmitOutcomeUnknown from error


def _reason(answer: _Answer) -> str:
    try:
        reason = _RefusalAnswer.model_validate_json(answer.body).error.reason
    except ValidationError:
        return str(answer.status)
    return re.sub(r"[^A-Z0-9_]", "", reason)[:40]


def _not_now(status: int) -> str:
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return "The carrier does not accept our account and secret. Check its settings."
    return ""


def _good(answer: _Answer) -> _Answer:
    if not answer.is_success:
        raise CarrierUnavailable(_not_now(answer.status))
    return answer


def _parsed(model: type[Model], answer: _Answer) -> Model:
    try:
        return model.model_validate_json(answer.body)
    except ValidationError as error:
        raise CarrierUnavailable("The carrier's answer is not understood.") from error


def _result(fax: _Fax) -> FaxResult:
    state, cause = _state(fax), _CAUSES.get(fax.outcome or "")
    if fax.phase == "FAILED" and cause is None:
        cause = FaxCause.PROVIDER
    if state is FaxState.FAILED and fax.phase == "DONE":
        cause = FaxCause.LINE_ERROR
    return FaxResult(
        state=state,
        pages_sent=fax.pages.acknowledged,
        pages_total=fax.pages.in_document,
        remote_id=fax.answered_as,
        duration_s=fax.line_seconds,
        cause=cause,
        retryable=cause in RETRYABLE_CAUSES,
        provider_code=fax.outcome or fax.phase,
    )


def _state(fax: _Fax) -> FaxState:
    if fax.phase == "DONE":
        complete = fax.pages.acknowledged >= fax.pages.in_document > 0
        return FaxState.DELIVERED if complete else FaxState.FAILED
    if fax.phase in {"FAILED", "CANCELLED"}:
        return FaxState.FAILED
    return _STATES.get(fax.phase, FaxState.UNKNOWN)


def _inbound(arrival: _Arrival) -> InboundFax:
    return InboundFax(
        reference=arrival.id,
        from_e164=arrival.caller_id,
        to_e164=arrival.called_number,
        pages=arrival.pages,
        received_at=arrival.arrived_at,
        remote_id=arrival.station,
    )


def _signature(secret: str, timestamp: str, body: bytes) -> str:
    return "v1=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _events(raw_body: bytes) -> tuple[CarrierEvent, ...]:
    try:
        notice = _Notice.model_validate_json(raw_body)
    except ValidationError as error:
        raise WebhookUnverified("The webhook is signed but not understood.") from error
    if notice.about == "fax":
        return (CarrierEvent(CarrierEventKind.STATUS, notice.id, notice.labels.get(CORRELATION_LABEL)),)
    if notice.about == "arrival":
        return (CarrierEvent(CarrierEventKind.INBOUND, notice.id),)
    # A kind that we do not know is not an error: the carrier may learn new ones before we do.
    return ()
