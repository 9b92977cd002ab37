"""Over the wire: a real client, a real socket, an endpoint that says what it likes."""

from __future__ import annotations

import importlib.util
import logging
import threading
import time
from dataclasses import replace

import pytest

from homing.intake.llm.asking import FIELDS
from homing.intake.llm.endpoint import Endpoint, Output
from homing.intake.llm.ports import Outcome
from homing.intake.llm.reader import LLMNotInstalled, LLMReader
from tests.intake.llm.conftest import LETTER, page
from tests.intake.llm.endpoint_double import EndpointDouble, Raw, serving, stated

RIGHT = stated("patient.family", "Rivera", "RIVERA, MARIA E.", "p1 l2")
BORN = stated("patient.birth_date", "1961-04-27", "04/27/1961", "p1 l2")
WRONG = stated("patient.phone", "6175550199", "(617) 555-0199", "p1 l3")
MENDED = stated("patient.phone", "6175550111", "(617) 555-0111", "p1 l3")
GARBAGE = [
    Raw(200, b"{not json"),
    Raw(200, b"<html>proxy</html>", (("Content-Type", "text/html"),)),
    Raw(200, b"{}"),
    Raw(200, b"[]"),
    Raw(200, b'{"choices": []}'),
    Raw(200, b""),
    Raw(200, b"\xff\xfe\x00"),
    Raw(200, b'{"choices": [', (("Content-Type", "application/json"), ("Content-Length", "500"))),
    Raw(200, b"{}", (("Content-Encoding", "gzip"),)),
    "{not json",
    '{"fields": 7}',
    '{"fields": [{"field": "patient.soul", "value": "x", "quote": "x", "lines": []}]}',
    "",
]


def endpoint(double: EndpointDouble, output: Output = Output.TOOL) -> Endpoint:
    return Endpoint(double.url, "test-model", key="the-key", output=output)


def ask(double: EndpointDouble, *wanted: str, seconds: float = 20.0, at: Endpoint | None = None) -> Outcome:
    return LLMReader(at or endpoint(double)).read([page(*LETTER)], wanted or FIELDS, seconds=seconds)


def values(outcome: Outcome) -> dict[str, str | tuple[str, ...]]:
    return {one.name: one.value for one in outcome.values}


@pytest.mark.parametrize("output", list(Output))
def test_what_is_sent_is_numbered_text_and_what_comes_back_has_its_place(
    double: EndpointDouble, output: Output
) -> None:
    double.answers = [[RIGHT, BORN]]
    outcome = ask(double, at=endpoint(double, output))

    assert values(outcome) == {"patient.family": "RIVERA", "patient.birth_date": "1961-04-27"}
    assert all(one.page == 1 and one.box[2] > one.box[0] for one in outcome.values)
    assert (outcome.problem, outcome.requests, outcome.refused) == ("", 1, 0)
    (asked,) = double.asked
    assert (asked.path, asked.key, asked.body["model"]) == ("/v1/chat/completions", "Bearer the-key", "test-model")
    assert "p1 l2: Patient: RIVERA, MARIA E.   DOB: 04/27/1961" in asked.text
    assert ("tools" in asked.body, "response_format" in asked.body) == (output is Output.TOOL, output is Output.JSON)


def test_only_the_fields_asked_for_are_named_and_taken(double: EndpointDouble) -> None:
    double.answers = [[RIGHT, BORN]]
    assert values(ask(double, "patient.birth_date")) == {"patient.birth_date": "1961-04-27"}
    assert "- patient.family:" not in double.asked[0].text


@pytest.mark.parametrize("output", list(Output))
def test_a_wrong_quote_is_told_and_the_right_one_is_taken(double: EndpointDouble, output: Output) -> None:
    double.answers = [[RIGHT, WRONG], [RIGHT, MENDED]]
    outcome = ask(double, at=endpoint(double, output))
    assert values(outcome) == {"patient.family": "RIVERA", "patient.phone": "6175550111"}
    assert (outcome.requests, outcome.refused, outcome.problem) == (2, 0, "")
    assert "patient.phone: the quote does not stand on the cited lines" in double.asked[1].text


def test_a_quote_that_stays_wrong_is_refused_and_the_rest_is_kept(double: EndpointDouble) -> None:
    double.answers = [[RIGHT, WRONG]]
    outcome = ask(double)
    assert values(outcome) == {"patient.family": "RIVERA"}
    assert (outcome.requests, outcome.refused, outcome.problem) == (3, 1, "")


@pytest.mark.parametrize("answer", GARBAGE, ids=range(len(GARBAGE)))
@pytest.mark.parametrize("output", list(Output))
def test_garbage_is_no_value_and_no_error(double: EndpointDouble, output: Output, answer: Raw | str) -> None:
    double.answers = [answer]
    outcome = ask(double, at=endpoint(double, output))
    assert outcome.values == ()
    assert outcome.problem in {"bad_answer", "unreachable"}
    assert 1 <= outcome.requests <= 3


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_a_refusing_endpoint_is_asked_once(double: EndpointDouble, status: int) -> None:
    double.answers = [Raw(status, b'{"error": {"message": "RIVERA, MARIA E. is not welcome"}}')]
    outcome = ask(double)
    assert (outcome.problem, outcome.values, outcome.requests) == (f"http_{status}", (), 1)


def test_what_was_found_before_the_endpoint_broke_is_kept(double: EndpointDouble) -> None:
    double.answers = [[RIGHT, WRONG], Raw(500, b"")]
    outcome = ask(double)
    assert values(outcome) == {"patient.family": "RIVERA"}
    assert (outcome.problem, outcome.requests) == ("http_500", 2)


def test_a_slow_endpoint_is_not_waited_for(double: EndpointDouble) -> None:
    go_on = threading.Event()

    def wait() -> None:
        go_on.wait(10)

    double.before = wait
    began = time.monotonic()
    outcome = ask(double, seconds=0.5)
    took = time.monotonic() - began
    go_on.set()
    assert (outcome.problem, outcome.values) == ("timeout", ())
    assert took < 5


def test_nobody_there_is_no_error() -> None:
    with serving() as gone:
        pass
    assert ask(gone).problem == "unreachable"


def test_a_redirect_is_not_followed_to_where_nobody_has_agreed(double: EndpointDouble) -> None:
    with serving() as elsewhere:
        double.answers = [Raw(307, b"", (("Location", elsewhere.url + "/chat/completions"),))]
        outcome = ask(double)
        assert elsewhere.asked == []
    assert outcome.values == ()
    assert outcome.problem


def test_the_proxy_of_the_environment_is_not_used(double: EndpointDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url.removesuffix("/v1"))
        ask(double)
        assert (len(double.asked), proxy.asked) == (1, [])


def test_the_key_of_another_service_is_not_sent(double: EndpointDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "of-somebody-else")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://192.0.2.1/v1")
    ask(double, at=replace(endpoint(double), key=""))
    assert "somebody" not in double.asked[0].key


def test_the_budget_ends_the_questions(double: EndpointDouble) -> None:
    double.answers, double.tokens = [[RIGHT, WRONG]], 6000
    outcome = ask(double, at=replace(endpoint(double), tokens=5000))
    assert (outcome.problem, outcome.requests) == ("over_budget", 1)


def test_text_beyond_the_budget_is_not_sent_and_is_counted(double: EndpointDouble) -> None:
    pages = [page(*LETTER), page(*(f"line {number} of a long history" for number in range(90)), number=2)]
    outcome = LLMReader(replace(endpoint(double), tokens=1500)).read(pages, FIELDS, seconds=20.0)
    assert "RIVERA" in double.asked[0].text
    assert "line 89" not in double.asked[0].text
    assert outcome.left_out > 30


def test_nothing_is_logged_of_the_page_at_any_level(double: EndpointDouble, caplog: pytest.LogCaptureFixture) -> None:
    double.answers = [[RIGHT, WRONG], "{not json RIVERA", Raw(500, b'{"error": {"message": "RIVERA"}}')]
    with caplog.at_level(logging.DEBUG):
        for name in ("openai", "httpx2", "httpcore2"):
            logging.getLogger(name).setLevel(logging.DEBUG)
        ask(double)
    assert "RIVERA" not in caplog.text
    assert "the-key" not in caplog.text
    assert not [one for one in caplog.records if one.name.startswith(("openai", "httpx2", "httpcore2"))]


def test_what_is_missing_is_said_with_what_to_install(double: EndpointDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(LLMNotInstalled, match=r'pip install "homing\[llm\]"'):
        LLMReader(endpoint(double))


@pytest.mark.parametrize("model", ["meta-llama/Llama-3.1-8B-Instruct", "anthropic/claude", "qwen3:8b", "no such name"])
@pytest.mark.parametrize("output", list(Output))
def test_the_way_to_answer_is_the_operators_whatever_the_models_name(
    double: EndpointDouble, output: Output, model: str
) -> None:
    double.answers = [[RIGHT]]
    outcome = ask(double, at=replace(endpoint(double, output), model=model))
    assert (values(outcome), outcome.problem) == ({"patient.family": "RIVERA"}, "")


def test_the_key_is_not_shown() -> None:
    assert "the-key" not in repr(Endpoint("https://llm.example.org/v1", "m", key="the-key"))
