"""`/control`: how a test or a person tells the carrier what to do wrong, and moves its clocks."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from homing.kit import phones
from homing.simulate.fax_carrier import pages
from homing.simulate.fax_carrier.api import shown
from homing.simulate.fax_carrier.behaviour import Behaviour, Phase, Rule
from homing.simulate.fax_carrier.http import Answer, Refused, Request, Route, json_answer, route
from homing.simulate.fax_carrier.records import Office

if TYPE_CHECKING:
    from collections.abc import Mapping

    from homing.simulate.fax_carrier.exchange import Exchange

_LONGEST_HOLD_S = 600.0


class ControlApi:
    """Reachable from this machine only; nothing of it exists at a real carrier."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._store = exchange.store

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of the control interface."""
        return (
            route("GET", "/control/clock", self.clock),
            route("POST", "/control/clock", self.move_clock),
            route("GET", "/control/rules", self.rules),
            route("POST", "/control/rules", self.add_rule),
            route("DELETE", "/control/rules", self.drop_rules),
            route("DELETE", r"/control/rules/(?P<rule_id>\d+)", self.drop_rules),
            route("PUT", "/control/offices/{number}", self.put_office),
            route("POST", "/control/offices/{number}/send", self.send),
            route("GET", "/control/faxes", self.faxes),
            route("GET", "/control/arrivals", self.arrivals),
            route("GET", "/control/notices", self.notices),
            route("GET", "/control/ledger", self.ledger),
        )

    def clock(self, _request: Request) -> Answer:
        """Show both clocks."""
        state = self._exchange.clock.state()
        now = self._exchange.clock.now().isoformat()
        return json_answer({"now": now, "line_seconds": state.line_s, "speed": state.speed})

    def move_clock(self, request: Request) -> Answer:
        """Do any of: `speed`, `now` (ISO 8601 with zone), `advance_seconds` (both), `advance_line_seconds`."""
        given, clock = request.json(), self._exchange.clock
        if "speed" in given:
            clock.set_speed(_number(given, "speed", 0.0))
        if "now" in given:
            clock.set_now(_moment(given["now"]))
        clock.advance(_number(given, "advance_seconds", 0.0))
        clock.advance_line(_number(given, "advance_line_seconds", 0.0))
        self._store.keep_clock(clock.state())
        self._exchange.wake()
        return self.clock(request)

    def rules(self, _request: Request) -> Answer:
        """Show the rules in force."""
        return json_answer({"rules": [_shown_rule(rule) for rule in self._store.rules()]})

    def add_rule(self, request: Request) -> Answer:
        """Add a rule: `behaviour`; any of `number`, `times`, `probability`, `pages`, `seconds`, `status`, `copies`."""
        rule = self._store.add_rule(_rule(request.json()))
        return json_answer({"rule": _shown_rule(rule)}, HTTPStatus.CREATED)

    def drop_rules(self, _request: Request, rule_id: str | None = None) -> Answer:
        """Forget one rule, or all."""
        self._store.drop_rules(int(rule_id) if rule_id else None)
        return json_answer({})

    def put_office(self, request: Request, number: str) -> Answer:
        """Name an office: `name`, `answers_as` (its station id)."""
        given, e164 = request.json(), _phone(number)
        office = Office(e164, str(given.get("name", "")), str(given.get("answers_as", e164)))
        self._store.put_office(office)
        return json_answer({"office": {"number": office.number, "name": office.name, "answers_as": office.answers_as}})

    def send(self, request: Request, number: str) -> Answer:
        """Let an office fax the customer: `to`, `document` (base64), `withheld`."""
        given = request.json()
        try:
            document = base64.b64decode(str(given.get("document") or ""), validate=True)
            arrival = self._exchange.send_from_office(
                _phone(number), _phone(str(given.get("to"))), document, withheld=bool(given.get("withheld"))
            )
        except (binascii.Error, pages.Unrenderable) as error:
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "DOCUMENT_NOT_UNDERSTOOD") from error
        return json_answer({"arrival": {"id": arrival.arrival_id, "pages": arrival.pages}}, HTTPStatus.CREATED)

    def faxes(self, request: Request) -> Answer:
        """Show every fax that was ever accepted; `recipient` narrows."""
        recipient = request.query.get("recipient")
        found = self._store.faxes(recipient=_phone(recipient) if recipient else None)
        return json_answer({"faxes": [shown(fax) for fax in found]})

    def arrivals(self, _request: Request) -> Answer:
        """Show every fax that an office ever sent, arrived or on its way."""
        return json_answer(
            {
                "arrivals": [
                    {
                        "id": item.arrival_id,
                        "office": item.office,
                        "pages": item.pages,
                        "arrived": bool(item.arrived_at),
                    }
                    for item in self._store.arrivals_of()
                ]
            }
        )

    def notices(self, _request: Request) -> Answer:
        """Show every webhook and what came of it."""
        return json_answer(
            {
                "notices": [
                    {
                        "about": str(item.about),
                        "id": item.subject_id,
                        "state": str(item.state),
                        "attempts": item.attempts,
                        "last_answer": item.last_answer,
                    }
                    for item in self._store.notices()
                ]
            }
        )

    def ledger(self, _request: Request) -> Answer:
        """Show the carrier's own count."""
        faxes, arrivals = self._store.faxes(), self._store.arrivals_of()
        phases = {str(phase): sum(fax.phase is phase for fax in faxes) for phase in Phase}
        arrived = sum(item.arrived_at is not None for item in arrivals)
        return json_answer(
            {"faxes": len(faxes), "phases": phases, "arrived": arrived, "under_way": len(arrivals) - arrived}
        )


def _phone(text: str) -> str:
    number = phones.to_e164(text)
    if number is None:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "NOT_A_NUMBER")
    return number


def _moment(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "NOT_A_TIME") from error
    if moment.tzinfo is None:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "TIME_WITHOUT_ZONE")
    return moment


def _number(given: Mapping[str, Any], name: str, default: float) -> float:
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, f"{name.upper()}_NOT_A_NUMBER")
    return float(value)


def _rule(given: Mapping[str, Any]) -> Rule:
    try:
        behaviour = Behaviour(str(given.get("behaviour")))
    except ValueError as error:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "NO_SUCH_BEHAVIOUR") from error
    return Rule(
        rule_id=0,
        behaviour=behaviour,
        number=_phone(str(given["number"])) if given.get("number") else None,
        remaining=int(_number(given, "times", 1)) if given.get("times") is not None else None,
        probability=_number(given, "probability", 1.0),
        pages=int(_number(given, "pages", 0)),
        seconds=min(_number(given, "seconds", 0.0), _LONGEST_HOLD_S),
        status=int(_number(given, "status", HTTPStatus.SERVICE_UNAVAILABLE)),
        copies=int(_number(given, "copies", 2)),
    )


def _shown_rule(rule: Rule) -> Mapping[str, object]:
    return {
        "id": rule.rule_id,
        "behaviour": str(rule.behaviour),
        "number": rule.number,
        "times": rule.remaining,
        "probability": rule.probability,
        "pages": rule.pages,
        "seconds": rule.seconds,
        "status": rule.status,
        "copies": rule.copies,
        "drawn": rule.draws,
    }
