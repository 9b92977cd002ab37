from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homing.content.patient import Address, Patient
from homing.identity import actions, matching, queries
from homing.identity.matching import Agreement
from homing.kit.actor import Actor
from homing.kit.errors import Invalid, NotFound, NotPermitted
from homing.kit.ids import uuid7
from homing.tenancy.models import Organization
from homing.tenancy.scope import scoped

AVERY = Patient(
    family="Testperson",
    given="Avery",
    birth_date=date(1961, 4, 7),
    sex="female",
    phone="6175550111",
    address=Address("12 Maple Street", "Worcester", "MA", "01604"),
    mrn="A000001",
)
pytestmark = pytest.mark.django_db


def create(actor: Actor, patient: Patient) -> UUID:
    return actions.create_record(actor=actor, patient=patient)


@pytest.mark.parametrize(
    ("field", "changed", "agreement"),
    [
        ("family", {"family": "TESTPERSON"}, Agreement.AGREE),
        ("family", {"family": "Testpers0n"}, Agreement.CLOSE),
        ("family", {"family": "Testperson-Lee"}, Agreement.CLOSE),
        ("family", {"family": "Okonkwo"}, Agreement.DIFFER),
        ("family", {"family": ""}, Agreement.MISSING),
        ("given", {"given": "A"}, Agreement.CLOSE),
        ("given", {"given": "Morgan"}, Agreement.DIFFER),
        ("birth_date", {"birth_date": date(1961, 7, 4)}, Agreement.CLOSE),
        ("birth_date", {"birth_date": date(1961, 4, 8)}, Agreement.CLOSE),
        ("birth_date", {"birth_date": date(1990, 1, 1)}, Agreement.DIFFER),
        ("birth_date", {"birth_date": None}, Agreement.MISSING),
        ("phone", {"phone": "6175550112"}, Agreement.CLOSE),
        ("phone", {"phone": "6175559999"}, Agreement.DIFFER),
        ("mrn", {"mrn": "B7"}, Agreement.DIFFER),
        ("address", {"address": Address("12 Maple Street", "Worcester", "MA", "01604-1234")}, Agreement.AGREE),
    ],
)
def test_each_field_says_how_it_compares(field: str, changed: dict[str, Any], agreement: Agreement) -> None:
    assert matching.compare(replace(AVERY, **changed), AVERY).agreement(field) is agreement


@given(
    st.builds(
        Patient,
        family=st.text(max_size=12),
        given=st.text(max_size=12),
        birth_date=st.none() | st.dates(),
        phone=st.just("") | st.from_regex(r"[2-9]\d{9}", fullmatch=True),
        mrn=st.text(max_size=8),
    )
)
def test_comparison_is_total_and_nobody_is_nearer_than_oneself(patient: Patient) -> None:
    own, other = matching.compare(patient, patient), matching.compare(patient, AVERY)

    assert all(one.agreement in {Agreement.AGREE, Agreement.MISSING} for one in own.evidence)
    assert own.weight >= 0
    assert len(other.evidence) == len(matching.WEIGHTS)
    if other.weight > own.weight:
        # Only what is missing on one side can hide a difference.
        pytest.fail("a stranger is nearer")


def test_the_patient_is_found_again_whatever_one_field_was_misread(coordinator: Actor) -> None:
    record_id = create(coordinator, AVERY)
    misread = [
        replace(AVERY, family="Testpersan", mrn=""),
        replace(AVERY, given="Averry", phone=""),
        replace(AVERY, birth_date=date(1961, 7, 4), phone="", mrn=""),
        replace(AVERY, phone="6175550999", mrn="B1"),
        replace(AVERY, family="Newname", address=Address(), mrn=""),
    ]
    for patient in misread:
        found = queries.candidates(patient)
        assert [one.record.id for one in found] == [record_id]


def test_candidates_come_best_first_with_their_evidence(coordinator: Actor) -> None:
    sibling = create(coordinator, replace(AVERY, given="Jordan", mrn="A000002", birth_date=date(1963, 1, 2)))
    same = create(coordinator, AVERY)
    create(coordinator, Patient(family="Stranger", given="Sam", birth_date=date(1950, 5, 5), phone="6175550177"))

    found = queries.candidates(AVERY)

    assert [one.record.id for one in found] == [same, sibling]
    assert found[0].is_exact
    assert not found[1].is_exact
    assert {one.field for one in found[1].evidence if one.agreement is Agreement.DIFFER} == {
        "given",
        "birth_date",
        "mrn",
    }


def test_namesakes_by_the_hundred_do_not_crowd_out_the_one_with_the_same_birth_date(coordinator: Actor) -> None:
    right = create(coordinator, replace(AVERY, phone="", mrn=""))
    for day in range(120):
        birth_date = date(1970, 1 + day % 12, 1 + day % 28)
        create(coordinator, Patient(family="Testperson", given=f"Alex{day}", birth_date=birth_date))

    assert queries.candidates(replace(AVERY, phone="", mrn=""))[0].record.id == right


def test_a_number_from_another_office_finds_the_patient(coordinator: Actor) -> None:
    record_id = create(coordinator, AVERY)
    actions.add_identifier(actor=coordinator, record_id=record_id, system="office:1", value="X-9")
    actions.add_identifier(actor=coordinator, record_id=record_id, system="office:1", value="X-9")
    arrived = Patient(family="Testperson", given="Morgan", mrn="X-9")

    assert [one.record.id for one in queries.candidates(arrived)] == [record_id]


def test_not_the_same_person_is_remembered(coordinator: Actor) -> None:
    one, other = create(coordinator, AVERY), create(coordinator, replace(AVERY, mrn="A2"))

    actions.remember_different(actor=coordinator, record_id=other, other_ids=[one])

    assert queries.verdict(one, other) == queries.verdict(other, one) == "different"
    assert [found.record.id for found in queries.candidates(AVERY, refused=[one])] == [other]


def test_the_last_decision_about_two_records_counts(coordinator: Actor) -> None:
    one, other = create(coordinator, AVERY), create(coordinator, AVERY)
    actions.remember_different(actor=coordinator, record_id=one, other_ids=[other])

    actions.remember_same(actor=coordinator, record_id=other, other_id=one)

    assert queries.verdict(one, other) == "same"
    assert queries.candidates(AVERY, refused=[one]) == ()


def test_a_record_is_not_told_apart_from_itself_or_from_nothing(coordinator: Actor) -> None:
    record_id = create(coordinator, AVERY)

    with pytest.raises(Invalid):
        actions.remember_same(actor=coordinator, record_id=record_id, other_id=record_id)
    with pytest.raises(NotFound):
        actions.remember_same(actor=coordinator, record_id=record_id, other_id=uuid7())


def test_a_patient_without_a_name_is_refused(coordinator: Actor) -> None:
    with pytest.raises(actions.PatientNameMissing):
        create(coordinator, Patient(given="Avery"))


def test_who_reviews_nothing_and_sends_nothing_makes_no_records(scheduler: Actor) -> None:
    with pytest.raises(NotPermitted):
        create(scheduler, AVERY)


def test_patients_of_another_tenant_are_never_candidates(coordinator: Actor, other_organization: Organization) -> None:
    record_id = create(coordinator, AVERY)

    with scoped(other_organization.id):
        assert queries.candidates(AVERY) == ()
        with pytest.raises(NotFound):
            queries.record(record_id)
