"""`/v1`: what a customer of the carrier sees."""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from homing.kit import phones
from homing.simulate.fax_carrier import pages
from homing.simulate.fax_carrier.behaviour import (
    ON_CONTENT,
    ON_STATUS,
    ON_SUBMIT_AFTER,
    ON_SUBMIT_BEFORE,
    Behaviour,
    Rule,
)
from homing.simulate.fax_carrier.exchange import Exchange, Submission
from homing.simulate.fax_carrier.http import Answer, Refused, Request, Route, json_answer, route

if TYPE_CHECKING:
    from collections.abc import Mapping

    from homing.simulate.fax_carrier.records import Arrival, Fax

_MAX_DOCUMENT = 45 * 1024 * 1024
_MAX_LABELS = 20
_PART = 200


class CustomerApi:
    """The HTTP API, behind Basic authentication."""

    def __init__(self, exchange: Exchange, *, account: str, secret: str) -> None:
        self._exchange = exchange
        self._store = exchange.store
        self._authorization = "Basic " + base64.b64encode(f"{account}:{secret}".encode()).decode()

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of the customer's API."""
        return (
            route("POST", "/v1/faxes", self._guarded(self.submit)),
            route("GET", "/v1/faxes", self._guarded(self.find)),
            route("GET", "/v1/faxes/{fax_id}", self._guarded(self.show)),
            route("DELETE", "/v1/faxes/{fax_id}", self._guarded(self.cancel)),
            route("GET", r"/v1/faxes/{fax_id}/pages/(?P<number>\d{1,4})\.png", self._guarded(self.sent_page)),
            route("GET", "/v1/inbound", self._guarded(self.inbound)),
            route("GET", "/v1/inbound/{arrival_id}", self._guarded(self.arrival)),
            route("GET", "/v1/inbound/{arrival_id}/content", self._guarded(self.content)),
        )

    def _guarded(self, handler: Any) -> Any:
        def guarded(request: Request, **parts: str) -> Answer:
            given = request.headers.get("authorization", "")
            if not hmac.compare_digest(given.encode(), self._authorization.encode()):
                raise Refused(HTTPStatus.UNAUTHORIZED, "WHO_ARE_YOU")
            answer: Answer = handler(request, **parts)
            return answer

        return guarded

    # -- sending ----------------------------------------------------------------------------------------------------

    def submit(self, request: Request) -> Answer:
        """Take a fax: `recipient`, `caller_id`, `document` (base64), `pages`, `labels`."""
        submission = _submission(request.json())
        before = self._store.take_rule(ON_SUBMIT_BEFORE, submission.recipient)
        if before is not None:
            return _refusal(before)
        fax = self._exchange.accept(submission)
        after = self._store.take_rule(ON_SUBMIT_AFTER, submission.recipient)
        return _acceptance(fax, after)

    def find(self, request: Request) -> Answer:
        """List faxes with `label=name:value`, oldest first."""
        name, colon, value = request.query.get("label", "").partition(":")
        if not colon:
            raise Refused(HTTPStatus.BAD_REQUEST, "LABEL_NEEDED")
        found = self._store.faxes(label=(name, value))
        return json_answer({"faxes": [shown(fax) for fax in found]})

    def show(self, _request: Request, fax_id: str) -> Answer:
        """Show how a fax stands."""
        fax = self._fax(fax_id)
        rule = self._store.take_rule(ON_STATUS, fax.recipient)
        if rule is not None:
            raise Refused(rule.status, "TEMPORARY_FAULT")
        return json_answer({"fax": shown(fax)})

    def cancel(self, _request: Request, fax_id: str) -> Answer:
        """Hang up, if it is not too late."""
        if not self._exchange.cancel(self._fax(fax_id)):
            raise Refused(HTTPStatus.CONFLICT, "ALREADY_ENDED")
        return json_answer({"fax": shown(self._fax(fax_id))})

    def sent_page(self, _request: Request, fax_id: str, number: str) -> Answer:
        """Show a page as it was put on the line."""
        return page_answer(self._exchange, "pages", self._fax(fax_id).fax_id, number)

    def _fax(self, fax_id: str) -> Fax:
        fax = self._store.fax(fax_id)
        if fax is None:
            raise Refused(HTTPStatus.NOT_FOUND, "NO_SUCH_FAX")
        return fax

    # -- receiving --------------------------------------------------------------------------------------------------

    def inbound(self, request: Request) -> Answer:
        """List what has arrived since `since` (ISO 8601 with zone); `limit` and `after` give it in parts."""
        try:
            since = datetime.fromisoformat(request.query.get("since", "1970-01-01T00:00:00+00:00")).astimezone(UTC)
            after = int(request.query.get("after", "0"))
            limit = max(1, min(_PART, int(request.query.get("limit", str(_PART)))))
        except (ValueError, OverflowError) as error:
            raise Refused(HTTPStatus.BAD_REQUEST, "SINCE_NOT_UNDERSTOOD") from error
        found, more = self._store.arrivals(since=since, after=after, limit=limit)
        return json_answer({"arrivals": [_shown_arrival(arrival) for arrival in found], "more_after": more})

    def arrival(self, _request: Request, arrival_id: str) -> Answer:
        """Show one arrival."""
        return json_answer({"arrival": _shown_arrival(self._arrival(arrival_id))})

    def content(self, _request: Request, arrival_id: str) -> Answer:
        """Return the received pages as one TIFF."""
        arrival = self._arrival(arrival_id)
        rule = self._store.take_rule(ON_CONTENT, arrival.office)
        if rule is not None:
            raise Refused(rule.status, "TEMPORARY_FAULT")
        return Answer(200, self._store.file_of("received", arrival_id).read_bytes(), "image/tiff")

    def _arrival(self, arrival_id: str) -> Arrival:
        arrival = self._store.arrival(arrival_id)
        if arrival is None or arrival.arrived_at is None:
            raise Refused(HTTPStatus.NOT_FOUND, "NO_SUCH_ARRIVAL")
        return arrival


def page_answer(exchange: Exchange, kind: str, identifier: str, number: str) -> Answer:
    """Return one kept page as PNG. Raises Refused."""
    path = exchange.store.file_of(kind, identifier)
    png = pages.as_png(path, int(number)) if path.exists() else None
    if png is None:
        raise Refused(HTTPStatus.NOT_FOUND, "NO_SUCH_PAGE")
    return Answer(200, png, "image/png")


def _submission(given: Mapping[str, Any]) -> Submission:
    recipient, caller_id = phones.to_e164(str(given.get("recipient"))), phones.to_e164(str(given.get("caller_id")))
    if recipient is None:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "RECIPIENT_NOT_A_NUMBER")
    if caller_id is None:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "CALLER_ID_NOT_A_NUMBER")
    try:
        document = base64.b64decode(str(given.get("document") or ""), validate=True)
    except binascii.Error as error:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "DOCUMENT_NOT_BASE64") from error
    if not 0 < len(document) <= _MAX_DOCUMENT:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "DOCUMENT_SIZE")
    announced = given.get("pages", 0)
    return Submission(recipient, caller_id, document, announced if isinstance(announced, int) else 0, _labels(given))


def _labels(given: Mapping[str, Any]) -> Mapping[str, str]:
    labels = given.get("labels", {})
    if not isinstance(labels, dict) or len(labels) > _MAX_LABELS:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "LABELS_NOT_UNDERSTOOD")
    return {str(name): str(value) for name, value in labels.items()}


def _refusal(rule: Rule) -> Answer:
    if rule.behaviour is Behaviour.SUBMIT_REFUSED:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "RECIPIENT_BLOCKED")
    raise Refused(rule.status, "TEMPORARY_FAULT")


def _acceptance(fax: Fax, rule: Rule | None) -> Answer:
    if rule is not None and rule.behaviour is Behaviour.SUBMIT_DROP:
        return Answer(drop=True, hold_s=rule.seconds)
    if rule is not None and rule.behaviour is Behaviour.SUBMIT_ERROR_AFTER:
        raise Refused(rule.status, "FAULT_AFTER_ACCEPTING")
    body = json_answer({"fax": shown(fax)}, HTTPStatus.ACCEPTED).body
    return Answer(HTTPStatus.ACCEPTED, body, hold_s=rule.seconds if rule else 0.0)


def shown(fax: Fax) -> Mapping[str, object]:
    """Return a fax as the customer sees it."""
    return {
        "id": fax.fax_id,
        "recipient": fax.recipient,
        "caller_id": fax.caller_id,
        "labels": dict(fax.labels),
        "phase": str(fax.phase),
        "outcome": str(fax.outcome) if fax.outcome else None,
        "pages": {"in_document": fax.pages, "announced": fax.announced_pages, "acknowledged": fax.acknowledged},
        "answered_as": fax.answered_as,
        "line_seconds": round(fax.line_seconds),
        "accepted_at": fax.accepted_at.isoformat(),
        "finished_at": fax.finished_at.isoformat() if fax.finished_at else None,
    }


def _shown_arrival(arrival: Arrival) -> Mapping[str, object]:
    return {
        "id": arrival.arrival_id,
        "caller_id": arrival.caller_id,
        "called_number": arrival.called_number,
        "station": arrival.station,
        "pages": arrival.pages,
        "arrived_at": arrival.arrived_at.isoformat() if arrival.arrived_at else None,
    }
