from __future__ import annotations

import pytest

from homing.intake.llm import endpoint
from homing.intake.llm.endpoint import BadEndpoint, Output

URL = "https://llm.example.org/v1"


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("URL", "MODEL", "KEY", "OUTPUT", "SECONDS", "TOKENS", "BELOW"):
        monkeypatch.delenv(f"HOMING_LLM_{name}", raising=False)


def test_there_is_none_unless_one_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert endpoint.configured() is None
    monkeypatch.setenv("HOMING_LLM_MODEL", "m")
    assert endpoint.configured() is None


def test_settings_are_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMING_LLM_URL", "HTTPS://LLM.Example.org:8443/v1/")
    monkeypatch.setenv("HOMING_LLM_MODEL", "qwen3")
    monkeypatch.setenv("HOMING_LLM_KEY", "secret\n")
    monkeypatch.setenv("HOMING_LLM_OUTPUT", "json")
    monkeypatch.setenv("HOMING_LLM_SECONDS", "90")
    found = endpoint.configured()
    assert found is not None
    assert (found.url, found.host) == ("https://llm.example.org:8443/v1", "llm.example.org:8443")
    assert (found.key, found.output, found.seconds, found.tokens) == ("secret", Output.JSON, 90.0, 30_000)
    assert found.source == "llm:qwen3@llm.example.org:8443"


@pytest.mark.parametrize(
    ("url", "is_near"),
    [
        ("http://127.0.0.1:8080/v1", True),
        ("http://localhost:8080/v1", True),
        ("http://10.1.2.3/v1", True),
        ("http://192.168.7.7/v1", True),
        ("http://172.31.0.1/v1", True),
        ("http://[::1]:8080/v1", True),
        ("https://[fd00::1]/v1", True),
        ("https://8.8.8.8/v1", False),
        ("https://llm.example.org/v1", False),
        # A name that sounds near may mean anything.
        ("https://localhost.example.org/v1", False),
        ("https://10.1.2.3.example.org/v1", False),
        ("https://[::ffff:8.8.8.8]/v1", False),
    ],
)
def test_near_is_what_cannot_be_anywhere_else(url: str, is_near: bool) -> None:  # noqa: FBT001
    assert endpoint.Endpoint(endpoint.checked_url(url), "m").is_near is is_near


@pytest.mark.parametrize(
    "url",
    [
        "http://llm.example.org/v1",
        "http://8.8.8.8/v1",
        "http://172.32.0.1/v1",
        "http://2130706433/v1",
        "http://127.1/v1",
        "http://127.0.0.1.example.org/v1",
        "http://[::ffff:8.8.8.8]/v1",
        "https://user:password@llm.example.org/v1",
        "http://127.0.0.1@8.8.8.8/v1",
        "https://llm.example.org/v1?key=secret",
        "https://llm.example.org/v1#fragment",
        "https://exa mple.org/v1",
        "https://llm.example.org:99999/v1",
        "https://[::1/v1",
        "https:///v1",
        "ftp://llm.example.org/v1",
        "file:///etc/passwd",
        "llm.example.org",
    ],
)
def test_an_address_that_is_unsafe_or_none_is_refused(url: str) -> None:
    with pytest.raises(BadEndpoint) as refused:
        endpoint.checked_url(url)
    assert "secret" not in str(refused.value)
    assert "password@" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MODEL", ""),
        ("OUTPUT", "xml"),
        ("SECONDS", "0"),
        ("SECONDS", "151"),
        ("SECONDS", "soon"),
        ("SECONDS", "nan"),
        ("TOKENS", "-1"),
        ("BELOW", "1.1"),
        ("KEY", "a\nb"),
        ("KEY", "schl\u00fcssel"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv("HOMING_LLM_URL", URL)
    monkeypatch.setenv("HOMING_LLM_MODEL", "m")
    monkeypatch.setenv(f"HOMING_LLM_{name}", value)
    with pytest.raises(BadEndpoint, match=f"HOMING_LLM_{name}"):
        endpoint.configured()
