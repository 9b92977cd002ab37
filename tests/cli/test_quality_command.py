"""`homing read --report` on a real organization."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from homing.kit.actor import Actor
from homing.tenancy.actions import create_organization

pytestmark = pytest.mark.django_db(transaction=True)


def homing(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "homing.cli", *arguments], capture_output=True, text=True, check=False)


def test_the_report_is_one_document_with_every_part_of_the_contract() -> None:
    create_organization(actor=Actor.system("test"), name="Lakeside", slug="lakeside", fax="+16175550100")

    ran = homing("read", "--report", "--organization", "lakeside", "--days", "30", "--json")

    assert ran.returncode == 0, ran.stderr
    document = json.loads(ran.stdout)
    assert (document["version"], document["days"], document["items"]) == (1, 30, {"reviewed": 0, "automatic": 0})
    assert set(document) == {"version", "days", "since", "items", "overall", "fields", "layouts", "kinds", "drift"}
    assert len(document["overall"]["calibration"]) == 10


def test_a_report_of_an_unknown_organization_is_refused_with_the_reason() -> None:
    ran = homing("read", "--report", "--organization", "nowhere", "--json")

    assert ran.returncode == 1
    assert "nowhere" in ran.stdout + ran.stderr
