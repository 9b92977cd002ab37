"""The commands beside a running installation: exit codes, and one JSON document on stdout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from homing.cli.demo import cast
from homing.kit import reference
from tests.acceptance.installation import Installation
from tests.acceptance.paper import referral


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "referral.tif"
    path.write_bytes(referral(20))
    return path


@pytest.fixture(scope="module")
def taken(installation: Installation, page: Path) -> Any:
    """Return what `homing intake --wait` answers about a new page."""
    return installation.json("intake", str(page), "--wait", "90")


def test_intake_waits_until_a_document_is_in_review(installation: Installation, taken: Any, page: Path) -> None:
    (item,) = taken["items"]
    assert (item["file"], item["state"], item["disposition"]) == (str(page), "in_review", "")
    assert not item["is_repeat"]
    assert reference.parse(item["reference"]) == item["reference"]
    (line,) = installation.items(file_name=page.name)
    assert (str(line["id"]), line["kind"], line["owner_role"]) == (item["item"], "referral", "intake_coordinator")


def test_the_same_file_again_is_the_same_arrival(installation: Installation, taken: Any, page: Path) -> None:
    again = installation.json("intake", str(page), "--wait")
    assert again["items"] == [{**taken["items"][0], "is_repeat": True}]
    assert len(installation.items(file_name=page.name)) == 1


def test_intake_that_is_not_finished_in_time_exits_1_and_still_says_what_it_took(
    installation: Installation, tmp_path: Path
) -> None:
    path = tmp_path / "in-a-hurry.tif"
    path.write_bytes(referral(21))
    ran = installation.run("intake", str(path), "--wait", "0", "--json")
    said = json.loads(ran.stdout)
    assert ran.returncode == 1
    assert said["error"] == {"code": "timed_out", "message": "1 of 1 are not finished yet."}
    assert [str(line["id"]) for line in installation.items(file_name=path.name)] == [said["items"][0]["item"]]
    installation.wait_until(
        lambda: installation.items(file_name=path.name)[0]["state"] == "in_review", "it is read all the same"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (["intake", "no-such-file.tif", "--json"], 2, ""),
        (["intake", "--json"], 2, ""),
        (["ledger", "--check", "--organization", "nobody", "--json"], 1, "which_organization"),
        (["audit", "--json"], 2, ""),
    ],
)
def test_what_is_refused_exits_1_with_a_reason_and_wrong_usage_exits_2(
    installation: Installation, arguments: list[str], code: int, error: str
) -> None:
    ran = installation.run(*arguments)
    assert ran.returncode == code
    said = json.loads(ran.stdout)["error"] if ran.stdout else {"code": "", "message": ran.stderr}
    assert said["code"] == error
    assert said["message"]


def test_the_ledger_of_a_running_installation_adds_up(installation: Installation, taken: Any) -> None:
    balance = installation.json("ledger", "--check")
    assert taken["items"]
    assert balance["is_balanced"]
    assert balance["received"] == balance["disposed"] + balance["open"] == len(installation.items())
    assert balance["discrepancies"] == []


def test_the_audit_chain_of_a_running_installation_is_sound(installation: Installation, taken: Any) -> None:
    assert taken["items"]

    def sealed() -> int:
        (chain,) = installation.json("audit", "--verify")["chains"]
        assert (chain["organization"], chain["is_sound"]) == (str(installation.organization.id), True)
        return int(chain["sealed"])

    installation.wait_until(sealed, "the sealer has sealed what was recorded")


def test_the_doctor_finds_a_running_installation_well_and_shows_no_secret(installation: Installation) -> None:
    ran = installation.run("doctor", "--json")
    said = json.loads(ran.stdout)
    assert ran.returncode == 0
    assert {one["level"] for one in said["checks"]} <= {"ok", "warning"}
    assert {one["check"] for one in said["checks"]} >= {"permissions", "database", "role", "migrations", "queue"}
    (queue,) = (one for one in said["checks"] if one["check"] == "queue")
    assert "0 given up" in queue["says"]
    assert not any(secret in ran.stdout for secret in _secrets(installation))


def test_every_process_logs_json_lines_without_names(installation: Installation, taken: Any) -> None:
    assert taken["items"]
    patient = cast.case(20).patient
    logs = {path.stem: path.read_text() for path in installation.data.logs.glob("*.log") if path.stem != "postgresql"}
    assert {"web", "folder"} <= logs.keys()
    assert not any(name in text for name in (patient.family, patient.given, "referral.tif") for text in logs.values())
    # gunicorn speaks in its own way.
    lines = [line for name, text in logs.items() if name != "web" for line in text.splitlines()]
    assert [line for line in lines if not line.startswith("{")] == []


def _secrets(installation: Installation) -> list[str]:
    return [path.read_text().strip() for path in installation.data.keys.iterdir() if path.name != "documents"]
