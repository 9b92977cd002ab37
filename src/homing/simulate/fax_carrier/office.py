"""The simulated offices for people: what each machine printed and sent, and a form to fax from it."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

import jinja2

from homing.kit import phones
from homing.simulate.fax_carrier import pages
from homing.simulate.fax_carrier.api import page_answer
from homing.simulate.fax_carrier.behaviour import FINAL
from homing.simulate.fax_carrier.http import Answer, Refused, Request, Route, route

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from homing.simulate.fax_carrier.exchange import Exchange
    from homing.simulate.fax_carrier.records import Arrival, Fax

_POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
_OUTCOMES = {
    "F00_OK": "all pages",
    "F16_NO_REPLY": "nobody answered",
    "F17_ENGAGED": "line busy",
    "F30_NOT_A_FAX": "no fax machine answered",
    "F34_NOT_IN_SERVICE": "number not in service",
    "F48_CALL_DROPPED": "line broke off",
    "F60_UNRENDERABLE": "document could not be rendered",
    "F99_INTERNAL_FAULT": "fault of the carrier",
}


class OfficePages:
    """HTML, for this machine only. Holds whatever was faxed: to be used with invented patients."""

    def __init__(self, exchange: Exchange, *, called_number: str) -> None:
        self._exchange = exchange
        self._store = exchange.store
        self._called_number = called_number
        self._templates = jinja2.Environment(
            loader=jinja2.PackageLoader("homing.simulate.fax_carrier"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
        )

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of the pages."""
        return (
            route("GET", "/", self.offices),
            route("GET", r"/style\.css", self.style),
            route("GET", "/office", self.open),
            route("GET", "/office/{number}", self.office),
            route("POST", "/office/{number}/send", self.send),
            route("GET", r"/printed/(?P<kind>pages|received)/{identifier}/(?P<page>\d{1,4})\.png", self.page),
        )

    def offices(self, _request: Request) -> Answer:
        """List the offices."""
        return self._html("offices.html", offices=[self._summary(number) for number in self._store.office_numbers()])

    def style(self, _request: Request) -> Answer:
        """Return the style sheet."""
        return Answer(body=self._templates.get_template("style.css").render().encode(), content_type="text/css")

    def open(self, request: Request) -> Answer:
        """Go to the office of a number."""
        return _see_other(_href(_phone(request.query.get("number", ""))))

    def office(self, request: Request, number: str) -> Answer:
        """Show what one office received and sent, newest first."""
        e164 = _phone(number)
        calls = [fax for fax in reversed(self._store.faxes(recipient=e164)) if fax.phase in FINAL or fax.acknowledged]
        office = self._store.office(e164)
        return self._html(
            "office.html",
            office={"name": office.name, "number": phones.display(e164), "href": _href(e164)},
            called_number=phones.display(self._called_number),
            told="The fax is on the line." if request.query.get("sent") else "",
            received=[_received(fax) for fax in calls if fax.acknowledged],
            missed=[_received(fax) for fax in calls if not fax.acknowledged],
            sent=[_sent(arrival) for arrival in reversed(self._store.arrivals_of(e164))],
        )

    def send(self, request: Request, number: str) -> Answer:
        """Fax the customer: a form with `file` (and `to`, `withheld`), or the document itself as the body."""
        form = _form(request)
        to = phones.to_e164(form.get("to", b"").decode("utf-8", "replace")) or self._called_number
        try:
            self._exchange.send_from_office(_phone(number), to, form.get("file", b""), withheld="withheld" in form)
        except pages.Unrenderable as error:
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "DOCUMENT_NOT_UNDERSTOOD") from error
        return _see_other(_href(_phone(number)) + "?sent=1")

    def page(self, _request: Request, kind: str, identifier: str, page: str) -> Answer:
        """Show a printed page."""
        if int(page) > self._printed(kind, identifier):
            raise Refused(HTTPStatus.NOT_FOUND, "NO_SUCH_PAGE")
        return page_answer(self._exchange, kind, identifier, page)

    def _printed(self, kind: str, identifier: str) -> int:
        if kind == "pages":
            fax = self._store.fax(identifier)
            return fax.acknowledged if fax else 0
        arrival = self._store.arrival(identifier)
        return arrival.pages if arrival else 0

    def _summary(self, number: str) -> Mapping[str, object]:
        received = [fax for fax in self._store.faxes(recipient=number) if fax.acknowledged]
        sent = self._store.arrivals_of(number)
        moments = [fax.finished_at or fax.accepted_at for fax in received] + [arrival.sent_at for arrival in sent]
        return {
            "name": self._store.office(number).name,
            "number": phones.display(number),
            "href": _href(number),
            "received": len(received),
            "sent": len(sent),
            "last": _when(max(moments)) if moments else "",
        }

    def _html(self, template: str, **context: object) -> Answer:
        body = self._templates.get_template(template).render(**context).encode()
        return Answer(body=body, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": _POLICY})


def _received(fax: Fax) -> Mapping[str, object]:
    outcome = _OUTCOMES.get(fax.outcome or "", str(fax.phase).lower())
    return {
        "at": _when(fax.finished_at or fax.accepted_at),
        "other": phones.display(fax.caller_id),
        "outcome": f"{fax.acknowledged} of {fax.pages} pages, {outcome}" if fax.acknowledged else outcome,
        "pages": [f"/printed/pages/{fax.fax_id}/{number}.png" for number in range(1, fax.acknowledged + 1)],
    }


def _sent(arrival: Arrival) -> Mapping[str, object]:
    hidden = "" if arrival.caller_id else ", caller id withheld"
    return {
        "at": _when(arrival.sent_at),
        "other": phones.display(arrival.called_number),
        "outcome": ("arrived" if arrival.arrived_at else "on the line") + hidden,
        "pages": [f"/printed/received/{arrival.arrival_id}/{number}.png" for number in range(1, arrival.pages + 1)],
    }


def _when(moment: datetime) -> str:
    return f"{moment:%d %b %Y %H:%M:%S} UTC"


def _href(number: str) -> str:
    return f"/office/{quote(number.removeprefix('+'))}"


def _phone(text: str) -> str:
    number = phones.to_e164(text)
    if number is None:
        raise Refused(HTTPStatus.NOT_FOUND, "NOT_A_NUMBER")
    return number


def _see_other(location: str) -> Answer:
    return Answer(HTTPStatus.SEE_OTHER, headers={"Location": location})


def _form(request: Request) -> Mapping[str, bytes]:
    boundary = re.search(r'multipart/form-data;.*boundary="?([^";]+)', request.headers.get("content-type", ""))
    if boundary is None:
        return {"file": request.body}
    fields: dict[str, bytes] = {}
    for part in (b"\r\n" + request.body).split(b"\r\n--" + boundary[1].encode())[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        name = re.search(rb'[; ]name="([^"]*)"', head)
        if name:
            fields[name[1].decode("utf-8", "replace")] = content
    return fields
