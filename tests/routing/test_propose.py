from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from homing.content.patient import Address, Patient
from homing.content.referral import ReferralContent
from homing.kit.ids import uuid7
from homing.routing.propose import Site, propose

HEART = "Cardiovascular Disease"
NORTH = Site(uuid7(), "North", (HEART, "Neurology"), "01604")
SOUTH = Site(uuid7(), "South", (HEART,), "02139")
EAST = Site(uuid7(), "East", ("Dermatology",), "01605")
PALPITATIONS = ReferralContent(
    patient=Patient(address=Address(postal_code="01609")),
    diagnosis_codes=("I48.91",),
    reason="Palpitations, atrial fibrillation on ECG",
    service="Cardiology consultation",
)


def test_the_nearest_location_that_offers_the_specialty_is_proposed_with_reasons() -> None:
    proposal = propose(PALPITATIONS, [SOUTH, NORTH, EAST])

    assert proposal.specialty == HEART
    assert proposal.location_id == NORTH.id
    assert proposal.because
    assert "North" in proposal.because[-1]
    assert not proposal.disagreement


def test_without_a_location_that_offers_it_only_the_specialty_is_proposed() -> None:
    proposal = propose(PALPITATIONS, [EAST])

    assert proposal.specialty == HEART
    assert proposal.location_id is None


def test_a_printed_destination_that_the_content_contradicts_is_pointed_out() -> None:
    proposal = propose(replace(PALPITATIONS, destination="Dermatology"), [NORTH, EAST])

    assert proposal.specialty == HEART
    assert "Dermatology" in proposal.disagreement


def test_content_that_tells_nothing_gets_no_proposal() -> None:
    proposal = propose(ReferralContent(), [NORTH, SOUTH])

    assert proposal.specialty == ""
    assert proposal.location_id is None


@given(st.permutations([NORTH, SOUTH, EAST]), st.from_regex(r"\d{0,5}", fullmatch=True))
def test_the_order_of_locations_does_not_matter(sites: list[Site], postal_code: str) -> None:
    content = replace(PALPITATIONS, patient=Patient(address=Address(postal_code=postal_code)))

    assert propose(content, sites) == propose(content, [NORTH, SOUTH, EAST])
