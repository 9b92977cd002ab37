"""The carrier's HTTP server: requests and answers as values, one table of routes."""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

_log = logging.getLogger(__name__)
MAX_BODY = 64 * 1024 * 1024
_LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}


@dataclass(frozen=True, slots=True)
class Request:
    """One request, its body read."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Mapping[str, Any]:
        """Return the body as an object. Raises Refused."""
        try:
            found = json.loads(self.body or b"{}")
        except ValueError as error:
            raise Refused(HTTPStatus.BAD_REQUEST, "NOT_JSON") from error
        if not isinstance(found, dict):
            raise Refused(HTTPStatus.BAD_REQUEST, "NOT_AN_OBJECT")
        return found


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `hold_s`: real seconds to wait before it is written; `drop`: hang up instead."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    hold_s: float = 0.0
    drop: bool = False


class Refused(Exception):
    """The request cannot be answered as asked."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def json_answer(content: Mapping[str, object], status: int = 200) -> Answer:
    """Return a JSON object, labelled simulated."""
    return Answer(status, json.dumps({"simulated": True, **content}).encode())


Handler = Callable[..., Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """`pattern` is matched against the whole path; its groups become arguments of the handler."""

    method: str
    pattern: re.Pattern[str]
    handler: Handler


def route(method: str, pattern: str, handler: Handler) -> Route:
    """Return a route; `{name}` in the pattern is one part of the path."""
    return Route(method, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)), handler)


class CarrierServer(ThreadingHTTPServer):
    """Serves the routes on one loopback port."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, routes: tuple[Route, ...]) -> None:
        self.routes = routes
        self.stopping = threading.Event()
        super().__init__(("127.0.0.1", port), _Connection)

    def run(self) -> None:
        """Serve until shut down."""
        self.serve_forever(poll_interval=0.05)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that went away before it had its answer."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    def answer(self, request: Request) -> Answer:
        """Return the answer to a request."""
        try:
            _from_this_machine(request)
            return self._dispatch(request)
        except Refused as refused:
            return json_answer({"error": {"reason": refused.reason}}, refused.status)

    def _dispatch(self, request: Request) -> Answer:
        known_path = False
        for candidate in self.routes:
            match = candidate.pattern.fullmatch(request.path)
            known_path = known_path or match is not None
            if match and candidate.method == request.method:
                return candidate.handler(request, **match.groupdict())
        raise Refused(HTTPStatus.METHOD_NOT_ALLOWED if known_path else HTTPStatus.NOT_FOUND, "NO_SUCH_ENDPOINT")


def _from_this_machine(request: Request) -> None:
    # A page in somebody's browser must not drive the simulation, neither directly nor by a name that points here.
    host = request.headers.get("host", "")
    if host.rpartition(":")[0] not in _LOOPBACK and host not in _LOOPBACK:
        raise Refused(HTTPStatus.MISDIRECTED_REQUEST, "NOT_A_LOOPBACK_HOST")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        raise Refused(HTTPStatus.FORBIDDEN, "FOREIGN_ORIGIN")


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "SimulatedFaxCarrier/1"
    sys_version = ""
    timeout = 30
    wbufsize = -1  # headers and body in one packet
    server: CarrierServer

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        length = self.headers.get("Content-Length") or "0"
        if not length.isdigit() or int(length) > MAX_BODY or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            self._write(json_answer({"error": {"reason": "BODY_TOO_LARGE"}}, HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
            return
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return
        answer = self._answer(body)
        if answer.hold_s:
            self.server.stopping.wait(answer.hold_s)
        if answer.drop:
            self.close_connection = True
            return
        self._write(answer)

    def _answer(self, body: bytes) -> Answer:
        url = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, url.path, dict(parse_qsl(url.query)), headers, body)
        try:
            return self.server.answer(request)
        except Exception:  # noqa: BLE001 -- the main loop of a connection
            _log.exception("request failed")
            return json_answer({"error": {"reason": "OUR_FAULT"}}, HTTPStatus.INTERNAL_SERVER_ERROR)

    def _write(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("X-Simulated", "true")
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Type", answer.content_type)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name is the base class's
        """Say nothing: paths hold telephone numbers."""
