from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from homing.intake.extraction import addressee
from homing.intake.extraction.calibration import Calibration
from homing.intake.extraction.model import PageAnswer
from homing.intake.extraction.spans import Span
from homing.intake.extraction.understand import understand
from homing.intake.reading.types import PageText
from tests.fixtures.fax import texts
from tests.intake.extraction import answers

OURS = "Lakeside Cardiology Associates"


def sure(*lines: str, addressed: str = "", likely: float = 0.97, ours: str = OURS) -> float:
    """Return how sure it is that a page of lines, `addressed` the line of its addressee, was meant for another."""
    page = texts.page((*lines, addressed, "RE: new referral"))
    answer = answers.answer(page, {})
    wanted = addressed.split()
    rows = tuple(row for row, piece in enumerate(answer.pieces) if piece.text in wanted)
    found = [Span("recipient.organization", answer, rows, (likely,) * len(rows))] if rows else []
    return addressee.meant_for_another([page], found, ours)


def test_a_page_to_another_organization_was_meant_for_that_one() -> None:
    assert sure("FAX COVER SHEET", addressed="Northgate Dermatology Clinic") > 0.8


@pytest.mark.parametrize(
    "addressed",
    ["Lakeside Cardiology", "Lakes1de Cardiology Associates", "Cardiology Department", "LCA", "Referral Coordinator"],
)
def test_what_may_well_be_us_is_never_misdirected(addressed: str) -> None:
    assert sure("FAX COVER SHEET", addressed=addressed) == 0


def test_a_page_that_names_us_anywhere_is_ours() -> None:
    assert sure("Dear Lakeside team", addressed="Northgate Dermatology Clinic") == 0


def test_a_page_that_is_addressed_to_nobody_is_ours() -> None:
    assert sure("FAX COVER SHEET") == 0


def test_an_addressee_that_was_hardly_found_tells_nothing() -> None:
    assert sure("FAX COVER SHEET", addressed="Northgate Dermatology Clinic", likely=0.6) == 0


def test_a_name_of_ours_that_tells_nothing_decides_nothing() -> None:
    assert sure("FAX COVER SHEET", addressed="Northgate Dermatology Clinic", ours="The Medical Center") == 0


class _Addressed:
    """A token model that finds nothing but the addressee."""

    classes: tuple[str, ...] = (*answers.CLASSES, "recipient.organization")

    def answer(self, page: PageText) -> PageAnswer:
        """Return the answer in which both words of the addressee are found."""
        found = answers.answer(page, {})
        begins = np.zeros((len(found.pieces), len(self.classes)), np.float32)
        goes_on = np.zeros_like(begins)
        for row, piece in enumerate(found.pieces):
            begins[row, -1] = 0.97 * (piece.text == "Northgate")
            goes_on[row, -1] = 0.97 * (piece.text == "Dermatology")
        return replace(found, begins=begins, goes_on=goes_on)


@pytest.mark.parametrize(
    ("ours", "kind"),
    [("", "referral"), (OURS, "misdirected"), ("Northgate Dermatology", "referral")],
)
def test_only_who_we_are_tells_what_was_meant_for_another(ours: str, kind: str) -> None:
    page = texts.page(("FAX", "TO: Northgate Dermatology", "please see this patient"))
    calibrated = Calibration({"": (3.0,) + (0.0,) * 8}, {})
    (document,) = understand([page], _Addressed(), calibrated, organization=ours).documents

    assert document.kind == kind
