"""An OpenAI-compatible endpoint on loopback that says what a test wants, and keeps what it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: where to, with which key, what."""

    path: str
    key: str
    body: Json

    @property
    def text(self) -> str:
        """Everything that left, as text."""
        return json.dumps(self.body, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer that is not what the API promises."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)


def stated(field_: str, value: str, quote: str, *lines: str) -> Json:
    """Return one field as a model states it."""
    return {"field": field_, "value": value, "quote": quote, "lines": list(lines or ("p1 l1",))}


@dataclass
class EndpointDouble:
    """`answers` are given one a request, the last one again and again. An answer is a list of fields, or Raw."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    answers: list[list[Json] | Raw | str] = field(default_factory=lambda: [[]])
    before: Callable[[], None] = lambda: None
    tokens: int = 100

    def answer(self) -> Raw | list[Json] | str:
        """Return the answer to the request that came last."""
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


def _completion(asked: Asked, answer: list[Json] | str, tokens: int) -> Json:
    content = answer if isinstance(answer, str) else json.dumps({"fields": answer})
    message: Json = {"role": "assistant", "content": content}
    if tools := asked.body.get("tools"):
        call = {"name": tools[0]["function"]["name"], "arguments": content}
        message = {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": f"call-{len(content)}", "type": "function", "function": call}],
        }
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": asked.body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls" if tools else "stop"}],
        "usage": {"prompt_tokens": tokens, "completion_tokens": 1, "total_tokens": tokens + 1},
    }


@contextmanager
def serving() -> Iterator[EndpointDouble]:
    """Serve on a free port of 127.0.0.1."""
    double = EndpointDouble()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked = Asked(self.path, self.headers.get("Authorization", ""), body)
            double.asked.append(asked)
            double.before()
            answer = double.answer()
            if not isinstance(answer, Raw):
                answer = Raw(200, json.dumps(_completion(asked, answer, double.tokens)).encode())
            try:
                self._reply(answer)
            except (BrokenPipeError, ConnectionResetError):
                # Who asked has not waited.
                self.close_connection = True

        def _reply(self, answer: Raw) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            if "Content-Length" not in dict(answer.headers):
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    double.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield double
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
