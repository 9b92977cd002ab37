"""`homing intake`, `homing ledger`, `homing worker` and `homing listen folder` on a real organization."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from homing.cli import embedded
from homing.kit.actor import Actor
from homing.tenancy.actions import create_organization
from tests import database
from tests.fixtures.fax import pages

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lakeside() -> None:
    create_organization(actor=Actor.system("test"), name="Lakeside", slug="lakeside", fax="+16175550100")


@pytest.fixture
def fax(tmp_path: Path) -> Path:
    file = tmp_path / "a fax.pdf"
    file.write_bytes(pages.digital_pdf([pages.LETTER]))
    return file


def homing(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "homing.cli", *arguments], capture_output=True, text=True, check=False)


def answer(ran: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    document = json.loads(ran.stdout)
    assert isinstance(document, dict)
    return document


def test_a_document_goes_through_the_intake_into_review_and_the_ledger_balances(lakeside: None, fax: Path) -> None:
    taken = homing("intake", fax, "--json")
    assert taken.returncode == 0, taken.stderr
    (item,) = answer(taken)["items"]
    assert (item["state"], item["disposition"], item["is_repeat"]) == ("received", "", False)

    worked = homing("worker", "--once")
    assert worked.returncode == 0, worked.stderr

    again = homing("intake", fax, "--wait", "5", "--json")
    assert again.returncode == 0
    (same,) = answer(again)["items"]
    assert (same["item"], same["is_repeat"], same["state"]) == (item["item"], True, "in_review")

    balance = homing("ledger", "--check", "--json")
    assert balance.returncode == 0
    assert (answer(balance)["received"], answer(balance)["open"]) == (1, 1)
    verified = homing("audit", "--verify", "--json")
    assert answer(verified)["chains"][0]["broken_at"] is None


def test_waiting_for_an_item_that_nobody_works_on_ends_with_exit_1(lakeside: None, fax: Path) -> None:
    ran = homing("intake", fax, "--wait", "0.2", "--json")
    assert ran.returncode == 1
    assert answer(ran)["error"]["code"] == "timed_out"
    assert answer(ran)["items"][0]["state"] == "received", "the item is in the ledger all the same"


def test_the_check_of_the_ledger_fails_when_an_item_is_unaccounted_for(lakeside: None, fax: Path) -> None:
    homing("intake", fax)
    # As nobody but a superuser could: without the triggers.
    with psycopg.connect(embedded.superuser_url(database.run_folder(), database.NAME)) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM intake_itemevent")
    ran = homing("ledger", "--check", "--json")
    assert ran.returncode == 1
    assert answer(ran)["error"]["code"] == "unaccounted"
    assert {one["code"] for one in answer(ran)["discrepancies"]} == {"no_received_event"}
    assert "NOT BALANCED" in homing("ledger").stdout


def test_the_organization_must_be_named_where_it_is_not_clear(fax: Path) -> None:
    none_yet = homing("intake", fax, "--json")
    assert (none_yet.returncode, answer(none_yet)["error"]["code"]) == (1, "which_organization")
    for slug in ("lakeside", "hillside"):
        create_organization(actor=Actor.system("test"), name=slug, slug=slug)
    which = homing("intake", fax, "--json")
    assert (which.returncode, answer(which)["error"]["code"]) == (1, "which_organization")
    assert homing("intake", fax, "--organization", "no-such", "--json").returncode == 1
    assert homing("intake", fax, "--organization", "hillside", "--json").returncode == 0
    assert answer(homing("ledger", "--organization", "lakeside", "--json"))["received"] == 0
    assert answer(homing("ledger", "--organization", "hillside", "--json"))["received"] == 1


def test_the_folder_listener_takes_what_is_dropped_and_stops_when_told(
    lakeside: None, fax: Path, tmp_path: Path
) -> None:
    drop = tmp_path / "drop"
    with subprocess.Popen(
        [sys.executable, "-m", "homing.cli", "listen", "folder"],
        env={**os.environ, "HOMING_DROP_FOLDER": str(drop)},
        stderr=subprocess.DEVNULL,
    ) as listener:
        try:
            wait_for(drop)
            fax.rename(drop / fax.name)
            wait_for(drop / "taken" / fax.name)
        finally:
            listener.send_signal(signal.SIGTERM)
        assert listener.wait(20) == 0
    days = answer(homing("ledger", "--json"))["days"]
    assert [(day["channel"], day["received"]) for day in days] == [("folder", 1)]


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 40
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} does not come"
        time.sleep(0.1)
