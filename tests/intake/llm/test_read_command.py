"""`homing read --llm`, run as a script runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.fax import pages
from tests.intake.llm.endpoint_double import EndpointDouble, Raw, stated

SENTENCE = "Their plan let us know that QX55012 covers the visit."


@pytest.fixture(scope="module")
def letter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("faxes") / "letter.pdf"
    path.write_bytes(pages.digital_pdf([(SENTENCE, "", *pages.LETTER)]))
    return path


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "TESSDATA_PREFIX") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "homing.cli", "read", *map(str, arguments)],
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def settings(double: EndpointDouble) -> dict[str, str]:
    # Whatever our own reader makes of the sentence, it is asked about.
    return {"HOMING_LLM_URL": double.url, "HOMING_LLM_MODEL": "test-model", "HOMING_LLM_BELOW": "1.0"}


def test_the_flag_is_the_consent_and_is_said_on_stderr(double: EndpointDouble, letter: Path) -> None:
    double.answers = [[stated("authorization.number", "QX55012", "QX55012")]]
    done = run(letter, "--llm", **settings(double))
    assert done.returncode == 0, done.stderr
    host = double.url.split("/")[2]
    assert f"is sent to test-model at {host}, which is in your network." in done.stderr
    (document,) = json.loads(done.stdout)["documents"]
    field = document["fields"]["authorization.number"]
    assert (field["value"], field["page"]) == ("QX55012", 1)
    # Our own reader may have found it too, and was not sure.
    assert 0 < field["confidence"] <= 0.5
    assert field["source"].endswith(f"llm:test-model@{host}")
    left, top, right, bottom = field["box"]
    assert 0 < left < right < 1
    assert 0 < top < bottom < 0.2
    assert {"source" in one for one in document["fields"].values()} == {True, False}
    assert "QX55012" in double.asked[0].text


def test_without_the_flag_no_request_is_made(double: EndpointDouble, letter: Path) -> None:
    done = run(letter, **settings(double))
    assert done.returncode == 0, done.stderr
    assert double.asked == []
    assert '"source"' not in done.stdout


def test_its_failure_is_told_and_the_reading_stands(double: EndpointDouble, letter: Path) -> None:
    double.answers = [Raw(500)]
    done = run(letter, "--llm", **settings(double))
    assert done.returncode == 0
    assert "letter.pdf: pages 1: the language model did not help: http_500" in done.stderr
    assert json.loads(done.stdout)["documents"][0]["kind"] == "referral"
    assert "Ashgrove" not in done.stderr


def test_without_settings_it_is_refused_with_what_to_set(letter: Path) -> None:
    done = run(letter, "--llm")
    assert (done.returncode, done.stdout) == (1, "")
    assert "HOMING_LLM_URL" in done.stderr


def test_an_address_outside_without_https_is_refused(letter: Path) -> None:
    done = run(letter, "--llm", HOMING_LLM_URL="http://llm.example.org/v1", HOMING_LLM_MODEL="m")
    assert done.returncode == 1
    assert "https" in done.stderr
