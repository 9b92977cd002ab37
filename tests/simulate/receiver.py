"""A customer's webhook end on loopback, for tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


@dataclass(frozen=True, slots=True)
class Delivered:
    """One webhook as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class Receiver(ThreadingHTTPServer):
    """Keeps every webhook; answers with the next of `answers`, or 204."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.delivered: list[Delivered] = []
        self.answers: list[int] = []
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def about(self, subject: str) -> list[Delivered]:
        return [item for item in self.delivered if subject.encode() in item.body]

    def wait_for(self, subject: str, count: int = 1) -> list[Delivered]:
        wait_until(lambda: len(self.about(subject)) >= count)
        return self.about(subject)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.delivered.append(Delivered(self.path, dict(self.headers.items()), body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name is the base class's
        pass


def wait_until(condition: Callable[[], object], within_s: float = 20.0) -> None:
    """Wait for something another process does; fail the test if it does not happen."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
