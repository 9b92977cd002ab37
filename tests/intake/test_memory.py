"""A correction improves the next page of the same sender's layout, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

import pytest

from homing.audit.queries import records_of
from homing.directory.actions import create_office
from homing.intake import actions_review as review
from homing.intake import pipeline, queries
from homing.intake.fields import PatientChoice
from homing.intake.models import FieldPlacement, FieldVerdict, ItemPage, KindVerdict, SenderLayout
from homing.intake.policy_memory import MOST_LAYOUTS
from homing.intake.queries import FieldView
from homing.kit.actor import Actor
from homing.tenancy.models import Location, Organization
from homing.tenancy.scope import scoped
from tests.fixtures.fax import texts
from tests.intake.conftest import Arrive
from tests.intake.forms import AVERY, FORM, OTHER_FORM, ROBIN, FormReader, filled

pytestmark = pytest.mark.django_db
FAMILY = "patient.family"
OTHER_FAX = "+16175550188"


@pytest.fixture
def reader() -> FormReader:
    return FormReader()


def field_of(item_id: UUID, name: str = FAMILY) -> FieldView:
    return next(one for one in queries.workbench(item_id).fields if one.name == name)


def sign(actor: Actor, item_id: UUID, family: str) -> None:
    bench = queries.workbench(item_id)
    content = replace(bench.content, patient=replace(bench.content.patient, family=family))
    review.sign_off(actor=actor, item_id=item_id, version=bench.version, content=content, patient=PatientChoice())


def patient(number: int) -> Mapping[str, str]:
    return ROBIN | {"family": f"Person{'abcdefghij'[number]}xx", "birth": f"0{1 + number}/02/1948"}


def test_the_next_fax_of_the_layout_has_the_value_its_box_and_a_rising_confidence(
    sender: UUID, arrived: Arrive, coordinator: Actor, location: Location
) -> None:
    first = arrived(filled(FORM, AVERY))
    assert field_of(first).value == ""
    sign(coordinator, first, "Testperson")

    confidences = []
    for number in range(4):
        lines = filled(FORM, patient(number))
        item_id = arrived(lines)
        found, family = field_of(item_id), patient(number)["family"]
        expected = next(word.box for word in texts.page(lines).words if word.text == family)
        assert (found.value, found.page) == (family, 1)
        assert found.box == pytest.approx(expected)
        confidences.append(found.confidence)
        sign(coordinator, item_id, family)

    assert confidences == sorted(set(confidences))
    assert confidences[2] < 0.9


def test_another_sender_and_another_layout_are_not_influenced(
    sender: UUID, arrived: Arrive, coordinator: Actor, location: Location
) -> None:
    create_office(actor=coordinator, name="Elm Street Pediatrics", fax=OTHER_FAX)
    sign(coordinator, arrived(filled(FORM, AVERY)), "Testperson")

    assert field_of(arrived(filled(FORM, ROBIN), caller=OTHER_FAX)).value == ""
    assert field_of(arrived(filled(FORM, ROBIN), caller="+16175550199")).value == ""
    assert field_of(arrived(filled(OTHER_FORM, ROBIN))).value == ""
    assert field_of(arrived(filled(FORM, ROBIN))).value == "Featherstonehaugh"


def test_another_organization_is_not_influenced(
    sender: UUID, arrived: Arrive, coordinator: Actor, other_organization: Organization
) -> None:
    sign(coordinator, arrived(filled(FORM, AVERY)), "Testperson")

    with scoped(other_organization.id):
        assert not SenderLayout.objects.exists()
        assert not FieldPlacement.objects.exists()


def test_three_refusals_make_it_stop(sender: UUID, arrived: Arrive, coordinator: Actor, location: Location) -> None:
    sign(coordinator, arrived(filled(FORM, AVERY)), "Testperson")
    for number in range(3):
        item_id = arrived(filled(FORM, patient(number)))
        assert field_of(item_id).value == patient(number)["family"]
        sign(coordinator, item_id, f"Somebody{'abc'[number]}")

    assert field_of(arrived(filled(FORM, ROBIN))).value == ""


def test_an_unknown_sender_is_known_by_its_number_and_nothing_is_learnt_without_one(
    arrived: Arrive, coordinator: Actor, location: Location
) -> None:
    sign(coordinator, arrived(filled(FORM, AVERY), caller="+16175550199"), "Testperson")
    assert field_of(arrived(filled(FORM, ROBIN), caller="+16175550199")).value == "Featherstonehaugh"
    before = FieldPlacement.objects.count()

    sign(coordinator, arrived(filled(FORM, patient(1)), caller=None), patient(1)["family"])

    assert FieldPlacement.objects.count() == before


def test_the_evidence_says_who_when_which_item_and_field_and_holds_no_value(
    sender: UUID, arrived: Arrive, coordinator: Actor, location: Location
) -> None:
    item_id = arrived(filled(FORM, AVERY))
    sign(coordinator, item_id, "Testperson")

    (row,) = FieldPlacement.objects.all()
    assert (row.field, row.item_id, str(row.learnt_by), row.confirmed) == (FAMILY, item_id, coordinator.id, 1)
    stored = json.dumps([row.place, *SenderLayout.objects.values_list("captions", flat=True)]).lower()
    verdicts = json.dumps([list(map(str, one)) for one in FieldVerdict.objects.values_list()]).lower()
    for value in AVERY.values():
        assert value.lower() not in stored
        assert value.lower() not in verdicts
    audited = [one for one in records_of("inbound_item", str(item_id)) if one.action == "inbound_item.teach_layout"]
    assert len(audited) == 1


def test_a_sign_off_leaves_a_verdict_on_each_field_and_on_the_kind(
    sender: UUID, arrived: Arrive, coordinator: Actor, location: Location
) -> None:
    item_id = arrived(filled(FORM, AVERY))
    sign(coordinator, item_id, "Testperson")

    verdicts = dict(FieldVerdict.objects.filter(item_id=item_id).values_list("field", "verdict"))
    assert verdicts[FAMILY] == "missed"
    assert verdicts["patient.given"] == verdicts["diagnosis.codes"] == "right"
    kind = KindVerdict.objects.get(item_id=item_id)
    assert (kind.kind_read, kind.kind_signed, kind.by_person) == ("referral", "referral", True)


def test_parts_of_a_split_keep_their_captions(
    sender: UUID, arrived: Arrive, coordinator: Actor, location: Location
) -> None:
    item_id = arrived(filled(FORM, AVERY), filled(OTHER_FORM, ROBIN))
    bench = queries.workbench(item_id)
    if bench.row.disposition != "split":
        review.split(actor=coordinator, item_id=item_id, version=bench.version, groups=[[1], [2]])

    pages = ItemPage.objects.exclude(item_id=item_id)
    assert len(pages) == 2
    assert all(page.captions for page in pages)


def test_a_sender_has_a_bounded_number_of_layouts(
    sender: UUID, arrive: Arrive, coordinator: Actor, organization: Organization, location: Location
) -> None:
    key = f"office:{sender}"
    for number in range(MOST_LAYOUTS):
        SenderLayout.objects.create(sender=key, mark=f"old{number}", captions=[])
    reader = FormReader()
    item_id = arrive(filled(FORM, AVERY))
    pipeline.advance(organization_id=organization.id, item_id=item_id, reader=reader)

    sign(coordinator, item_id, "Testperson")

    assert SenderLayout.objects.filter(sender=key).count() == MOST_LAYOUTS
    assert FieldPlacement.objects.filter(layout__sender=key).count() == 1
