from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from homing.accounts.policy import Role
from homing.audit.queries import records_of
from homing.identity import actions as identity
from homing.intake import actions_review, queries
from homing.intake.fields import Draft
from homing.referrals import queries as referrals
from homing.tenancy.scope import scoped
from homing.web import words
from homing.web.workspace.workbench_fields import SHAPES, draft_from, shown
from tests.factories import SYSTEM, PatientFactory
from tests.intake.paper import LAB, REFERRAL
from tests.web.conftest import OTHER_FAX, House

DOUBTFUL = tuple(line.replace("patient.phone=(617) 555-0111", "patient.phone=(617) 555-0111@0.4") for line in REFERRAL)


@pytest.fixture
def client(sign_in: Callable[[Role], Client]) -> Client:
    return sign_in(Role.INTAKE_COORDINATOR)


def _url(name: str, item_id: UUID) -> str:
    return reverse(name, kwargs={"item_id": item_id})


def _form(house: House, item_id: UUID, **changes: str) -> dict[str, str]:
    with scoped(house.organization.id):
        found = queries.workbench(item_id)
    values = {field.name: shown(field.name, field.value) for field in found.fields}
    return values | {"version": str(found.version), "patient": "new"} | changes


def test_a_doubtful_field_stops_the_cursor_and_a_sure_one_does_not(house: House, client: Client) -> None:
    item = house.arrive(DOUBTFUL)
    body = client.get(_url("workbench", item)).content.decode()
    assert 'data-read="patient.phone" data-state="check"' in body
    assert 'data-read="patient.family" data-state="sure"' in body


def test_each_field_shows_where_it_stands_on_the_page(house: House, client: Client) -> None:
    body = client.get(_url("workbench", house.item)).content.decode()
    boxes = set(re.findall(r'class="evidence" data-field="([\w.]+)"', body))
    assert {"patient.family", "reason", "coverage.payer"} <= boxes


def test_opening_an_item_takes_its_lock_and_a_colleague_sees_who_has_it(
    house: House, client: Client, sign_in: Callable[[Role], Client]
) -> None:
    client.get(_url("workbench", house.item))
    body = sign_in(Role.REFERRAL_MANAGER).get(_url("workbench", house.item)).content.decode()
    assert "is reviewing this" in body
    assert "data-save disabled" in body
    assert "readonly" in body


def test_release_lets_a_colleague_review(house: House, client: Client, sign_in: Callable[[Role], Client]) -> None:
    client.get(_url("workbench", house.item))
    client.post(_url("workbench_release", house.item))
    body = sign_in(Role.REFERRAL_MANAGER).get(_url("workbench", house.item)).content.decode()
    assert "data-save disabled" not in body


def test_leaving_the_page_gives_the_lock_back_without_an_answer_to_show(house: House, client: Client) -> None:
    client.get(_url("workbench", house.item))
    assert client.post(_url("workbench_release", house.item), {"quietly": "yes"}).status_code == 204
    with scoped(house.organization.id):
        assert queries.workbench(house.item).locked_by is None


def test_sign_off_opens_the_referral_and_goes_on_to_the_next_item(house: House, client: Client) -> None:
    following = house.arrive(DOUBTFUL)
    answer = client.post(_url("workbench_sign_off", house.item), _form(house, house.item))
    assert answer.status_code == 303
    assert answer["Location"] in {_url("workbench", following), _url("workbench", house.packet)}
    with scoped(house.organization.id):
        assert queries.item(house.item).disposition == "referral_opened"
        (row,) = referrals.find_for_item(house.item)
    assert row.patient_name == "Testperson, Avery"


def test_what_the_reviewer_corrected_is_in_the_referral(house: House, client: Client) -> None:
    client.post(_url("workbench_sign_off", house.item), _form(house, house.item, **{"patient.given": "Averil"}))
    with scoped(house.organization.id):
        (row,) = referrals.find_for_item(house.item)
    assert row.patient_name == "Testperson, Averil"


def test_nothing_is_signed_off_before_somebody_says_who_the_patient_is(house: House, client: Client) -> None:
    answer = client.post(_url("workbench_sign_off", house.item), _form(house, house.item, patient=""))
    assert answer.status_code == 422
    assert "Choose who the patient is." in answer.content.decode()
    with scoped(house.organization.id):
        assert not queries.item(house.item).disposition


def test_a_value_that_cannot_be_used_is_shown_at_its_field_and_what_was_typed_stays(
    house: House, client: Client
) -> None:
    typed = _form(house, house.item, **{"patient.birth_date": "31/31/1961", "patient.given": "Averil"})
    answer = client.post(_url("workbench_sign_off", house.item), typed)
    body = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="31/31/1961"' in body
    assert 'value="Averil"' in body
    assert 'aria-invalid="true"' in body


def test_not_sure_parks_the_item_with_an_owner(house: House, client: Client) -> None:
    client.post(_url("workbench_sign_off", house.item), _form(house, house.item, patient="park"))
    with scoped(house.organization.id):
        row = queries.workbench(house.item).row
    assert row.is_parked
    assert row.next_action == "identify_patient"


def test_a_draft_survives_a_reload(house: House, client: Client) -> None:
    answer = client.post(_url("workbench_draft", house.item), _form(house, house.item, reason="Something else"))
    assert set(answer.json()) == {"version", "text"}
    assert "Something else" in client.get(_url("workbench", house.item)).content.decode()


def test_a_confirmed_field_no_longer_stops_the_cursor(house: House, client: Client) -> None:
    item = house.arrive(DOUBTFUL)
    client.post(_url("workbench_draft", item), _form(house, item) | {"confirmed": "patient.phone"})
    body = client.get(_url("workbench", item)).content.decode()
    assert 'data-read="patient.phone" data-state="check"' not in body


def test_an_old_page_cannot_sign_off(house: House, client: Client) -> None:
    old = _form(house, house.item)
    client.post(_url("workbench_draft", house.item), _form(house, house.item, reason="Newer"))
    assert client.post(_url("workbench_sign_off", house.item), old).status_code == 409


def test_choosing_a_record_links_it_and_a_new_patient_makes_one(house: House, client: Client) -> None:
    with scoped(house.organization.id):
        patient = PatientFactory(family="Testperson", given="Avery", mrn="A000001", phone="6175550111")
        record = identity.create_record(actor=SYSTEM, patient=patient)
    body = client.get(_url("workbench", house.item)).content.decode()
    assert f'value="{record}"' in body
    client.post(_url("workbench_sign_off", house.item), _form(house, house.item, patient=str(record)))
    with scoped(house.organization.id):
        (row,) = referrals.find_for_item(house.item)
        assert referrals.referral(row.id).patient_record_id == record


def test_an_item_can_be_filed_and_that_undone(house: House, client: Client) -> None:
    item = house.arrive(LAB)
    form = _form(house, item, disposition="filed", file_kind="lab_result")
    assert client.post(_url("workbench_dispose", item), form).status_code == 303
    assert "Undo: review again" in client.get(_url("workbench", item)).content.decode()
    client.post(_url("workbench_reopen", item))
    with scoped(house.organization.id):
        assert not queries.item(item).disposition


def test_an_item_can_be_attached_by_the_number_of_the_referral(house: House, client: Client) -> None:
    with scoped(house.organization.id):
        number = referrals.referral(house.referral).reference
    form = _form(house, house.item, disposition="attached", referral=number)
    assert client.post(_url("workbench_dispose", house.item), form).status_code == 303
    with scoped(house.organization.id):
        assert queries.item(house.item).disposition_ref == house.referral


def test_beside_the_note_of_a_disposition_that_is_told_stands_that_it_is_faxed(house: House, client: Client) -> None:
    body = client.get(_url("workbench", house.item)).content.decode()
    assert f'id="hint-d-note">{words.FAXED}</span>' in body


def test_a_wrong_number_is_refused_in_words(house: House, client: Client) -> None:
    form = _form(house, house.item, disposition="attached", referral="H2222-22222")
    answer = client.post(_url("workbench_dispose", house.item), form)
    assert answer.status_code == 422
    assert "There is no record with this reference number." in answer.content.decode()


def test_an_unknown_sender_can_be_proven(house: House, client: Client) -> None:
    item = house.arrive(REFERRAL, caller="+16175550177")
    assert "Sender not proven" in client.get(_url("workbench", item)).content.decode()
    form = {"version": _form(house, item)["version"], "office": str(house.office), "number_is_theirs": "yes"}
    assert client.post(_url("workbench_prove", item), form).status_code == 303
    with scoped(house.organization.id):
        assert queries.item(item).sender_proven


def test_a_failed_item_says_why_and_can_be_reviewed_by_eye(house: House, client: Client) -> None:
    body = client.get(_url("workbench", house.failed)).content.decode()
    assert "Reading failed" in body
    client.post(_url("workbench_take_over", house.failed))
    with scoped(house.organization.id):
        assert queries.item(house.failed).state == "in_review"


def test_reading_can_be_tried_again(house: House, client: Client) -> None:
    client.post(_url("workbench_retry", house.failed))
    with scoped(house.organization.id):
        assert queries.item(house.failed).state == "received"


def test_a_packet_can_be_split_by_hand(house: House, client: Client) -> None:
    item = house.arrive(REFERRAL, ("a second page",))
    form = {"version": _form(house, item)["version"], "starts": "2"}
    assert client.post(_url("workbench_split", item), form).status_code == 303
    with scoped(house.organization.id):
        assert len(queries.workbench(item).children) == 2


def test_a_page_image_is_private_and_its_view_is_on_record(house: House, client: Client) -> None:
    answer = client.get(reverse("workbench_page", kwargs={"item_id": house.item, "number": 1}))
    assert answer["Content-Type"] == "image/png"
    assert answer["Cache-Control"] == "private, no-store"
    with scoped(house.organization.id):
        assert records_of("inbound_item_page", str(house.item))[0].action == "inbound_item_page.view"


def test_the_file_as_received_is_offered_under_its_reference_and_never_run(house: House, client: Client) -> None:
    answer = client.get(_url("workbench_file", house.item))
    assert answer["Content-Disposition"].startswith('attachment; filename="H')
    assert "sandbox" in answer["Content-Security-Policy"]


def test_a_turned_page_stays_turned(house: House, client: Client) -> None:
    client.post(_url("workbench_rotate", house.item), {"page": "1", "rotation": "90"})
    body = client.get(_url("workbench", house.item)).content.decode()
    assert 'data-rotation="90"' in body
    assert 'viewBox="0 0 44 34"' in body


def test_the_frames_of_the_evidence_turn_with_their_page(house: House, client: Client) -> None:
    client.post(_url("workbench_rotate", house.item), {"page": "1", "rotation": "180"})
    body = client.get(_url("workbench", house.item)).content.decode()
    turned = body.partition('<g transform="translate(34 44) rotate(180)">\n<image')[2].partition("</g>")[0]
    assert 'class="evidence" data-field="patient.family"' in turned
    assert body.count('class="evidence"') == turned.count('class="evidence"')


def test_every_field_of_the_reader_has_a_place(house: House) -> None:
    with scoped(house.organization.id):
        names = {field.name for field in queries.workbench(house.item).fields}
    assert names <= {shape.name for shape in SHAPES}


def test_only_what_was_changed_or_confirmed_becomes_part_of_the_draft(house: House) -> None:
    with scoped(house.organization.id):
        fields = queries.workbench(house.item).fields
    posted = {field.name: shown(field.name, field.read_value) for field in fields}
    assert draft_from(posted, (), fields, Draft()) == ()
    entries = draft_from(posted | {"reason": "Other"}, ("patient.given",), fields, Draft())
    assert {entry.name for entry in entries} == {"reason", "patient.given"}


def test_the_history_of_an_item_is_shown(house: House, client: Client) -> None:
    assert "What happened to this item" in client.get(_url("workbench", house.item)).content.decode()


def test_a_sender_without_a_fax_number_cannot_be_proven(house: House, client: Client) -> None:
    from homing.directory import actions as directory

    with scoped(house.organization.id):
        office = directory.create_office(actor=SYSTEM, name="Nowhere Clinic")
    item = house.arrive(REFERRAL, caller=OTHER_FAX)
    form = {"version": _form(house, item)["version"], "office": str(office)}
    assert client.post(_url("workbench_prove", item), form).status_code == 422
    with scoped(house.organization.id):
        assert not queries.item(item).sender_proven
    assert actions_review.SenderNotReachable.status == 422
