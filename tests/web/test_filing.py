"""The administrator sets where filed documents go; a coordinator files with one key and sees the receipt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from homing.accounts.policy import Role
from homing.intake import jobs, queries, queries_filing
from homing.intake.models import Filing
from homing.kit import clock, reference
from homing.loop import arrivals
from homing.referrals import queries as referrals
from homing.tenancy.scope import scoped
from tests.factories import SYSTEM
from tests.intake.paper import LAB
from tests.web.conftest import House

RULE = {"kind": "lab_result", "destination": "folder", "folder": "labs", "automatic": "no", "threshold": "97.5"}


@pytest.fixture
def root(settings: Settings, tmp_path: Path) -> Path:
    settings.HOMING_FILING_FOLDER = tmp_path
    return tmp_path


@pytest.fixture
def admin(sign_in: Callable[[Role], Client]) -> Client:
    return sign_in(Role.INTEGRATION_ADMIN)


@pytest.fixture
def client(sign_in: Callable[[Role], Client]) -> Client:
    return sign_in(Role.INTAKE_COORDINATOR)


def bench(client: Client, item_id: UUID) -> str:
    return client.get(reverse("workbench", kwargs={"item_id": item_id})).content.decode()


def file(house: House, client: Client, item_id: UUID) -> None:
    with scoped(house.organization.id):
        version = queries.workbench(item_id).version
    # What Ctrl-Enter sends for a document that is no referral.
    data = {"version": str(version), "disposition": "filed", "file_kind": "lab_result"}
    answer = client.post(reverse("workbench_dispose", kwargs={"item_id": item_id}), data)
    assert answer.status_code == 303


def work(house: House) -> None:
    with scoped(house.organization.id):
        due = queries_filing.due()
    for one in due:
        jobs.deliver_filing(organization_id=house.organization.id, filing_id=str(one))


def test_an_administrator_sets_changes_and_takes_back_a_rule(house: House, admin: Client, root: Path) -> None:
    assert admin.post(reverse("organization_filing_set"), RULE).status_code == 303
    body = admin.get(reverse("organization_filing")).content.decode()
    assert "Lab result" in body
    assert "Folder: labs" in body
    changed = RULE | {"folder": "lab results", "automatic": "yes", "command": "lab_result"}
    assert admin.post(reverse("organization_filing_set"), changed).status_code == 303
    assert "Filed by itself from 97.5 %" in admin.get(reverse("organization_filing")).content.decode()
    assert (root / house.organization.slug / "lab results").is_dir()

    assert admin.post(reverse("organization_filing_remove"), {"kind": "lab_result"}).status_code == 303
    assert "Everything stays here" in admin.get(reverse("organization_filing")).content.decode()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"folder": "../../etc"}, "Name one folder"),
        ({"threshold": "12"}, "from 50 to 100 percent"),
        ({"threshold": "much"}, "from 50 to 100 percent"),
        ({"kind": "referral"}, "not filed"),
        ({"destination": "nowhere"}, "no such destination"),
    ],
)
def test_a_refused_rule_comes_back_with_its_reason_and_what_was_entered(
    house: House, admin: Client, root: Path, changes: dict[str, str], told: str
) -> None:
    answer = admin.post(reverse("organization_filing_set"), RULE | changes)
    assert answer.status_code == 422
    body = answer.content.decode()
    assert told in body
    assert "data-open" in body
    with scoped(house.organization.id):
        assert queries_filing.rules() == ()


def test_a_share_that_is_not_mounted_is_told_at_once(house: House, admin: Client, settings: Settings) -> None:
    settings.HOMING_FILING_FOLDER = Path("/nowhere/at/all")
    answer = admin.post(reverse("organization_filing_set"), RULE)
    assert answer.status_code == 422
    assert "The folder is not there" in answer.content.decode()


def test_the_receipt_stands_at_the_workbench_and_in_the_ledger(
    house: House, admin: Client, client: Client, sign_in: Callable[[Role], Client], root: Path
) -> None:
    admin.post(reverse("organization_filing_set"), RULE)
    item_id = house.arrive(LAB)
    assert "File as lab result" in bench(client, item_id)
    file(house, client, item_id)
    body = bench(client, item_id)
    assert "Waits to be handed on to folder labs." in body
    assert "Hand on now" in body

    work(house)

    with scoped(house.organization.id):
        receipt = queries_filing.current_of([item_id])[item_id]
    body = bench(client, item_id)
    assert f"Handed on to {receipt.path}" in body
    assert "Hand on now" not in body
    day = reverse("ledger_day", kwargs={"day": clock.now().date().isoformat()})
    assert receipt.path in sign_in(Role.REFERRAL_MANAGER).get(day).content.decode()


def test_what_could_not_be_handed_on_is_listed_with_its_cause_and_tried_again_by_a_click(
    house: House, admin: Client, client: Client, root: Path
) -> None:
    admin.post(reverse("organization_filing_set"), RULE)
    item_id = house.arrive(LAB)
    file(house, client, item_id)
    place = root / house.organization.slug / "labs"
    away = place.rename(place.with_name("away"))
    with scoped(house.organization.id):
        Filing.objects.update(attempts=4)
    work(house)

    listed = client.get(reverse("inbox") + "?view=unfiled").content.decode()
    with scoped(house.organization.id):
        number = queries.item(item_id).reference
    assert reference.display(number) in listed
    assert "The folder is not there." in bench(client, item_id)
    assert "Not handed on: 1" in admin.get(reverse("organization_filing")).content.decode()

    away.rename(place)
    assert client.post(reverse("workbench_hand_on", kwargs={"item_id": item_id})).status_code == 303
    work(house)
    assert "Handed on to" in bench(client, item_id)
    assert reference.display(number) not in client.get(reverse("inbox") + "?view=unfiled").content.decode()


def test_why_a_document_with_our_number_was_not_attached_is_said(house: House, client: Client) -> None:
    with scoped(house.organization.id):
        number = referrals.referral(house.referral).reference
    item_id = house.arrive(
        (
            "#consult_note",
            "patient.family=Nobody",
            "patient.given=Known",
            "patient.birth_date=1/1/1950",
            f"ref {number}",
        )
    )
    body = bench(client, item_id)
    assert f"It bears the number of our referral {reference.display(number)}" in body
    assert "it names another patient than the referral" in body


def test_a_note_that_was_taken_off_is_no_longer_shown_on_the_referral(
    house: House, client: Client, sign_in: Callable[[Role], Client]
) -> None:
    with scoped(house.organization.id):
        found = referrals.referral(house.outbound)
    patient = found.content.patient
    item_id = house.arrive(
        (
            "#consult_note",
            f"patient.family={patient.family}",
            f"patient.given={patient.given}",
            f"patient.birth_date={patient.birth_date}",
            f"ref {found.reference}",
        )
    )
    with scoped(house.organization.id):
        document_id = queries.workbench(item_id).document_id
        assert arrivals.take_attached(actor=SYSTEM, item_id=item_id)
    address = reverse("referral_page", kwargs={"referral_id": house.outbound, "document_id": document_id, "number": 1})
    sender = sign_in(Role.REFERRAL_COORDINATOR)
    assert sender.get(address).status_code == 200

    assert client.post(reverse("workbench_reopen", kwargs={"item_id": item_id})).status_code == 303

    assert sender.get(address).status_code == 404
    body = sender.get(reverse("referral", kwargs={"referral_id": house.outbound})).content.decode()
    assert str(document_id) not in body
    assert "Document taken off" in body
