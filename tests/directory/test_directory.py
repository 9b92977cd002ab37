from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homing.directory import actions, queries
from homing.directory.models import OfficeKind, System
from homing.directory.policy import DeliveryOutcome, learn
from homing.kit.actor import Actor
from homing.kit.errors import NotFound, NotPermitted
from homing.kit.npi import with_check_digit
from homing.tenancy.models import Organization
from homing.tenancy.scope import scoped

FAX = "+16175550143"
pytestmark = pytest.mark.django_db


def test_an_office_typed_in_by_a_person_is_found_by_its_fax_number(coordinator: Actor) -> None:
    office_id = actions.create_office(actor=coordinator, name="Grove Street Family Medicine", fax="(617) 555-0143")

    found = queries.office_by_fax(FAX)

    assert found is not None
    assert found.id == office_id
    assert found.fax == FAX
    assert queries.fax_of(office_id) == found.contact_points[0]
    assert found.contact_points[0].proven_by == coordinator.name


def test_a_number_only_read_off_a_page_neither_finds_an_office_nor_may_be_dialled(coordinator: Actor) -> None:
    office_id = actions.create_office(actor=coordinator, name="Elm Street Cardiology")
    point_id = actions.add_contact_point(actor=coordinator, office_id=office_id, system=System.FAX, value=FAX)

    assert queries.office_by_fax(FAX) is None
    assert queries.fax_of(office_id) is None

    actions.prove_contact_point(actor=coordinator, contact_point_id=point_id)

    assert queries.office_by_fax(FAX) is not None
    assert queries.fax_of(office_id) is not None


def test_a_fax_machine_that_two_offices_share_proves_neither(coordinator: Actor) -> None:
    actions.create_office(actor=coordinator, name="Suite 1", fax=FAX)
    actions.create_office(actor=coordinator, name="Suite 2", fax=FAX)

    assert queries.office_by_fax(FAX) is None


def test_adding_a_known_number_again_changes_nothing(coordinator: Actor) -> None:
    office_id = actions.create_office(actor=coordinator, name="Grove Street", fax=FAX)

    again = actions.add_contact_point(actor=coordinator, office_id=office_id, system="fax", value="617-555-0143")

    (point,) = queries.office(office_id).contact_points
    assert point.id == again
    assert point.is_proven


def test_the_number_that_answers_is_preferred_over_the_one_that_does_not(
    coordinator: Actor, system_actor: Actor
) -> None:
    office_id = actions.create_office(actor=coordinator, name="Two Machines", fax=FAX)
    other = actions.add_contact_point(
        actor=coordinator, office_id=office_id, system="fax", value="+16175550144", is_proven=True
    )
    first = queries.fax_of(office_id)
    assert first is not None
    wrong = first.id if first.id != other else other

    actions.learn_delivery(actor=system_actor, contact_point_id=wrong, outcome=DeliveryOutcome.NOT_THERE)

    best = queries.fax_of(office_id)
    assert best is not None
    assert best.id != wrong


@given(st.lists(st.sampled_from(list(DeliveryOutcome)), max_size=30), st.floats(0, 1))
def test_confidence_stays_between_0_and_1(outcomes: list[DeliveryOutcome], confidence: float) -> None:
    for outcome in outcomes:
        confidence = learn(confidence, outcome)
        assert 0 <= confidence <= 1


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("grove", True),
        ("GROVE family", True),
        ("okafor", True),
        ("617-555-0143", True),
        ("0143", True),
        ("Worcester", True),
        ("grove cardiology", False),
        ("0199", False),
    ],
)
def test_an_office_is_found_by_what_people_remember_of_it(coordinator: Actor, text: str, *, is_found: bool) -> None:
    office_id = actions.create_office(
        actor=coordinator, name="Grove Street Family Medicine", address="12 Grove St, Worcester MA 01604", fax=FAX
    )
    actions.add_practitioner(
        actor=coordinator, office_id=office_id, family="Okafor", given="Robin", npi=with_check_digit("123456789")
    )

    found = [office.id for office in queries.search_offices(text)]

    assert found == ([office_id] if is_found else [])


def test_an_office_that_both_refers_and_receives_is_in_both_lists(coordinator: Actor) -> None:
    actions.create_office(actor=coordinator, name="Both", kind=OfficeKind.BOTH)
    actions.create_office(actor=coordinator, name="Sends", kind=OfficeKind.REFERRING)

    assert [one.name for one in queries.all_offices(kind="receiving")] == ["Both"]
    assert [one.name for one in queries.all_offices(kind="referring")] == ["Both", "Sends"]


def test_the_same_office_is_not_entered_twice(coordinator: Actor) -> None:
    actions.create_office(actor=coordinator, name="Grove Street")

    with pytest.raises(actions.OfficeExists):
        actions.create_office(actor=coordinator, name="GROVE STREET.")


def test_wrong_numbers_and_missing_names_are_refused(coordinator: Actor) -> None:
    with pytest.raises(actions.InvalidNumber):
        actions.create_office(actor=coordinator, name="Grove", fax="555-0143")
    with pytest.raises(actions.InvalidNpi):
        actions.create_office(actor=coordinator, name="Grove", npi="1234567890")
    with pytest.raises(actions.NameMissing):
        actions.create_office(actor=coordinator, name=" . ")
    assert queries.all_offices() == ()


def test_who_may_not_edit_the_directory_cannot(scheduler: Actor) -> None:
    with pytest.raises(NotPermitted):
        actions.create_office(actor=scheduler, name="Grove Street")


def test_another_tenant_sees_nothing_of_it(coordinator: Actor, other_organization: Organization) -> None:
    office_id = actions.create_office(actor=coordinator, name="Grove Street", fax=FAX)

    with scoped(other_organization.id):
        assert queries.office_by_fax(FAX) is None
        assert queries.search_offices("grove") == ()
        with pytest.raises(NotFound):
            queries.office(office_id)
