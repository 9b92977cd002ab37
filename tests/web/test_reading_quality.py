from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from homing.accounts.policy import Role
from homing.intake.models import FieldVerdict, KindVerdict
from homing.intake.queries import FieldView
from homing.kit import clock
from homing.tenancy.scope import scoped
from homing.web.workspace.workbench_page import _mark, _read_by, _state
from tests.web.conftest import House

READ = FieldView("reason", "Syncope", "Syncope", 0.6, 1, (0.1, 0.1, 0.2, 0.2), is_required=True, is_doubtful=True)


def test_a_field_that_a_language_model_read_says_so_instead_of_a_confidence() -> None:
    field = replace(READ, source="llm:qwen@reader.internal")
    assert _mark(field, _state(field)) == "check · language model"
    assert _read_by(field) == "qwen at reader.internal"


@pytest.mark.parametrize(
    ("source", "mark"),
    [
        ("model", "check · 60 %"),
        ("model+llm:qwen@reader.internal", "check · 60 % · language model agrees"),
        ("memory", "check · 60 % · as on this sender's last form"),
    ],
)
def test_every_other_reader_has_its_confidence(source: str, mark: str) -> None:
    field = replace(READ, source=source)
    assert _mark(field, _state(field)) == mark


def test_before_the_first_review_the_page_says_what_starts_it(house: House, sign_in: Callable[[Role], Client]) -> None:
    body = sign_in(Role.REFERRAL_MANAGER).get(reverse("reading_quality")).content.decode()
    assert "Nobody has reviewed anything in this period" in body


@pytest.mark.parametrize("role", [Role.REFERRAL_MANAGER, Role.INTEGRATION_ADMIN])
def test_the_page_has_the_shares_the_curve_as_a_table_and_the_alarm(
    house: House, sign_in: Callable[[Role], Client], role: Role
) -> None:
    _reviewed(house)

    body = sign_in(role).get(reverse("reading_quality")).content.decode()

    assert "Grove Street" in body
    assert "<caption" in body
    assert "90 to 100 %" in body
    assert "worse line" in body
    assert "Testperson" not in body


def test_an_unknown_period_is_the_usual_one(house: House, sign_in: Callable[[Role], Client]) -> None:
    client = sign_in(Role.REFERRAL_MANAGER)
    for days in ("1", "x", "90"):
        body = client.get(reverse("reading_quality"), {"days": days}).content.decode()
        assert 'days=90" aria-current="page"' in body


def test_the_board_leads_there_who_may(house: House, sign_in: Callable[[Role], Client]) -> None:
    assert reverse("reading_quality") in sign_in(Role.REFERRAL_MANAGER).get(reverse("board")).content.decode()
    assert reverse("reading_quality") not in sign_in(Role.SCHEDULER).get(reverse("board")).content.decode()


def _reviewed(house: House) -> None:
    """Sign off ninety fields right two months ago and half of them wrong this week."""
    with scoped(house.organization.id):
        KindVerdict.objects.create(item_id=house.item, kind_read="referral", kind_signed="referral", by_person=True)
        for days, right in ((60, 90), (5, 45)):
            FieldVerdict.objects.bulk_create(
                FieldVerdict(
                    item_id=house.item,
                    field=f"reason.{days}.{number}",
                    verdict="right" if number < right else "wrong",
                    confidence=0.95,
                    tenth=9,
                    sender=f"office:{house.office}",
                    reviewed_at=clock.now() - timedelta(days=days),
                )
                for number in range(90)
            )
