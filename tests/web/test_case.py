from __future__ import annotations

import io
from collections.abc import Callable
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from homing.accounts.policy import Role
from homing.audit.queries import records_of
from homing.intake.reading.errors import Reason, unreadable
from homing.kit import clock
from homing.kit.ids import uuid7
from homing.referrals import actions, queries
from homing.referrals.states import Command, EventKind, Status
from homing.tenancy.scope import scoped
from homing.web import words
from homing.web.workspace.case_commands import _permissions
from tests.factories import SYSTEM
from tests.intake.paper import PaperReader, fax
from tests.web.conftest import House

SignIn = Callable[[Role], Client]


def _do(client: Client, house: House, referral: UUID, command: str, **form: object) -> int:
    with scoped(house.organization.id):
        version = queries.referral(referral).version
    url = reverse("referral_do", kwargs={"referral_id": referral, "command": command})
    return client.post(url, {"version": str(version), **form}).status_code


def _status(house: House, referral: UUID) -> Status:
    with scoped(house.organization.id):
        return queries.referral(referral).status


def _body(client: Client, referral: UUID) -> str:
    return client.get(reverse("referral", kwargs={"referral_id": referral})).content.decode()


def test_a_clinician_accepts_with_one_click(house: House, sign_in: SignIn) -> None:
    assert _do(sign_in(Role.CLINICIAN), house, house.referral, "accept") == 303
    assert _status(house, house.referral) is Status.PENDING_SCHEDULING


@pytest.mark.parametrize(
    ("command", "names"), [("decline", ("reason", "alternative")), ("request_information", ("missing",))]
)
def test_beside_each_text_that_is_faxed_stands_that_it_is(
    house: House, sign_in: SignIn, command: str, names: tuple[str, ...]
) -> None:
    body = _body(sign_in(Role.CLINICIAN), house.referral)
    for name in names:
        hint = body.partition(f'id="hint-f-{command}-{name}">')[2].partition("</span>")[0]
        assert hint.endswith(words.FAXED)


def test_a_decline_without_an_alternative_comes_back_with_what_was_typed(house: House, sign_in: SignIn) -> None:
    client = sign_in(Role.CLINICIAN)
    with scoped(house.organization.id):
        version = queries.referral(house.referral).version
    url = reverse("referral_do", kwargs={"referral_id": house.referral, "command": "decline"})
    answer = client.post(url, {"version": str(version), "reason": "Outside our scope"})
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "Name an alternative for the patient." in body
    assert "Outside our scope</textarea>" in body
    assert 'id="do-decline" aria-labelledby="do-decline-title" data-open' in body
    assert _status(house, house.referral) is Status.RECEIVED


def test_only_the_commands_of_the_role_are_offered(house: House, sign_in: SignIn) -> None:
    assert 'data-testid="do-accept"' in _body(sign_in(Role.CLINICIAN), house.referral)
    scheduler = _body(sign_in(Role.SCHEDULER), house.referral)
    assert 'data-testid="do-accept"' not in scheduler
    assert 'data-testid="do-comment"' in scheduler


def test_only_the_commands_of_the_status_are_offered(house: House, sign_in: SignIn) -> None:
    body = _body(sign_in(Role.REFERRAL_MANAGER), house.referral)
    assert 'data-testid="do-accept"' in body
    assert 'data-testid="do-no_show"' not in body


def test_both_badges_and_the_next_action_stand_on_the_page(house: House, sign_in: SignIn) -> None:
    body = _body(sign_in(Role.CLINICIAN), house.referral)
    assert "Received" in body
    assert "badge-work" in body
    assert "Triage" in body
    assert "Clinicians" in body


def test_the_three_obligations_of_the_loop_stand_on_the_page(house: House, sign_in: SignIn) -> None:
    body = _body(sign_in(Role.CLINICIAN), house.referral)
    for kind in ("acknowledgment", "status", "outcome"):
        assert f'data-testid="obligation-{kind}"' in body


def test_a_message_stands_on_the_page_with_its_evidence(house: House, sign_in: SignIn) -> None:
    body = _body(sign_in(Role.CLINICIAN), house.referral)
    assert 'data-testid="message-notice"' in body
    assert "Notice: accepted" in body


def test_a_note_that_only_an_event_names_stands_among_the_documents(house: House, sign_in: SignIn) -> None:
    with scoped(house.organization.id):
        _book_and_see(house.waiting)
        data = actions.EventData(document_id=house.document)
        actions.perform(actor=SYSTEM, referral_id=house.waiting, command=Command.RETURN_OUTCOME, data=data)
    client = sign_in(Role.CLINICIAN)
    keys = {"referral_id": house.waiting, "document_id": house.document, "number": 1}
    url = reverse("referral_page", kwargs=keys)
    assert url in _body(client, house.waiting)
    assert client.get(url).status_code == 200


def test_looking_at_a_referral_is_on_record(house: House, sign_in: SignIn) -> None:
    _body(sign_in(Role.CLINICIAN), house.referral)
    with scoped(house.organization.id):
        newest = records_of("referral", str(house.referral))[0]
    assert (newest.action, newest.actor_name) == ("referral.view", "Alex Clinician")


def test_the_audit_log_of_a_case_is_for_managers(house: House, sign_in: SignIn) -> None:
    _body(sign_in(Role.CLINICIAN), house.referral)
    url = reverse("audit", kwargs={"entity": "referral", "entity_id": house.referral})
    assert "referral.view" in sign_in(Role.REFERRAL_MANAGER).get(url).content.decode()


def test_an_old_page_changes_nothing(house: House, sign_in: SignIn) -> None:
    url = reverse("referral_do", kwargs={"referral_id": house.referral, "command": "accept"})
    answer = sign_in(Role.CLINICIAN).post(url, {"version": "99"})
    assert answer.status_code == 409
    assert "Somebody else changed this record" in answer.content.decode()
    assert _status(house, house.referral) is Status.RECEIVED


def test_an_unknown_command_is_not_there(house: House, sign_in: SignIn) -> None:
    assert _do(sign_in(Role.REFERRAL_MANAGER), house, house.referral, "delete") == 404


def test_the_consult_note_is_kept_as_a_pdf_attached_and_released(house: House, sign_in: SignIn) -> None:
    with scoped(house.organization.id):
        _book_and_see(house.waiting)
    note = SimpleUploadedFile("note.txt", fax(("#consult_note", "all is well")))
    assert _do(sign_in(Role.CLINICIAN), house, house.waiting, "return_outcome", file=note) == 303
    with scoped(house.organization.id):
        found = queries.referral(house.waiting)
        assert found.has_outcome
        assert [one.kind for one in found.attachments] == ["referral", "consult_note"]
    assert "Consult note released to the sender" in _body(sign_in(Role.CLINICIAN), house.waiting)


def test_a_note_that_cannot_be_opened_is_refused_and_nothing_is_kept(
    house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: PaperReader, _data: bytes) -> None:
        raise unreadable(Reason.DAMAGED)

    with scoped(house.organization.id):
        _book_and_see(house.waiting)
    monkeypatch.setattr(PaperReader, "render", refuse)
    note = SimpleUploadedFile("note.pdf", b"%PDF-broken")
    assert _do(sign_in(Role.CLINICIAN), house, house.waiting, "return_outcome", file=note) == 422
    with scoped(house.organization.id):
        assert len(queries.referral(house.waiting).attachments) == 1


def test_a_note_is_needed_to_return_one(house: House, sign_in: SignIn) -> None:
    with scoped(house.organization.id):
        _book_and_see(house.waiting)
    assert _do(sign_in(Role.CLINICIAN), house, house.waiting, "return_outcome") == 422


def test_what_a_partner_said_is_recorded(house: House, sign_in: SignIn) -> None:
    sent = _sent(house)
    client = sign_in(Role.REFERRAL_COORDINATOR)
    form = {"kind": "accepted", "occurred_at": "2026-01-05T10:00", "note": "Kim said so"}
    assert _do(client, house, sent, "told", **form) == 303
    body = _body(client, sent)
    assert "Kim said so" in body
    assert 'data-testid="event-accepted"' in body


def test_a_step_of_the_present_minute_is_dated_after_what_was_entered_before_it(house: House, sign_in: SignIn) -> None:
    client, sent = sign_in(Role.REFERRAL_COORDINATOR), _sent(house)
    with scoped(house.organization.id):
        known = queries.timeline(sent)
    minute = clock.now().astimezone(ZoneInfo(house.organization.timezone)).strftime("%Y-%m-%dT%H:%M")
    assert _do(client, house, sent, "told", kind="accepted", occurred_at=minute) == 303
    with scoped(house.organization.id):
        (accepted,) = [one for one in queries.timeline(sent) if one.kind is EventKind.ACCEPTED]
    assert all(accepted.occurred_at > one.occurred_at for one in known)


def test_the_note_of_a_partner_is_kept_reviewed_and_closes_the_loop(house: House, sign_in: SignIn) -> None:
    sent = _sent(house)
    client = sign_in(Role.REFERRAL_COORDINATOR)
    note = SimpleUploadedFile("note.txt", fax(("#consult_note", "seen")))
    assert _do(client, house, sent, "note_came", file=note) == 303
    assert _do(client, house, sent, "review_outcome") == 303
    assert _status(house, sent) is Status.CLOSED
    assert "outcome returned" in _body(client, sent)


def test_the_next_action_can_be_set_with_owner_and_due_time(house: House, sign_in: SignIn) -> None:
    person = str(house.people[Role.CLINICIAN])
    form = {
        "next_action": "Call the daughter",
        "owner_role": "clinician",
        "owner": person,
        "due_at": "2030-01-05T10:00",
    }
    assert _do(sign_in(Role.CLINICIAN), house, house.referral, "work", **form) == 303
    with scoped(house.organization.id):
        row = queries.referral(house.referral).row
    assert (row.next_action, row.owner) == ("Call the daughter", house.people[Role.CLINICIAN])


def test_assigning_names_the_person(house: House, sign_in: SignIn) -> None:
    person = str(house.people[Role.CLINICIAN])
    assert _do(sign_in(Role.REFERRAL_MANAGER), house, house.referral, "assign", owner=person) == 303
    assert "Alex Clinician · Clinicians" in _body(sign_in(Role.REFERRAL_MANAGER), house.referral)


def test_a_redirect_to_another_office_keeps_the_history(house: House, sign_in: SignIn) -> None:
    form = {"target": f"office:{house.office}", "reason": "They do this"}
    assert _do(sign_in(Role.CLINICIAN), house, house.referral, "redirect", **form) == 303
    assert _status(house, house.referral) is Status.REDIRECTED
    assert "Passed on as" in _body(sign_in(Role.CLINICIAN), house.referral)


def test_a_document_of_another_referral_is_not_shown_through_this_one(house: House, sign_in: SignIn) -> None:
    with scoped(house.organization.id):
        other = queries.referral(house.waiting).attachments[0].document_id
    keys = {"referral_id": house.referral, "document_id": other, "number": 1}
    assert sign_in(Role.CLINICIAN).get(reverse("referral_page", kwargs=keys)).status_code == 404


def test_seeing_a_page_is_on_record(house: House, sign_in: SignIn) -> None:
    keys = {"referral_id": house.referral, "document_id": house.document, "number": 1}
    answer = sign_in(Role.CLINICIAN).get(reverse("referral_page", kwargs=keys))
    assert io.BytesIO(answer.content).read(4) == b"\x89PNG"
    with scoped(house.organization.id):
        assert records_of("document", str(house.document))[0].action == "document.view"


def test_a_referral_that_is_not_there_is_said_in_words(house: House, sign_in: SignIn) -> None:
    answer = sign_in(Role.CLINICIAN).get(reverse("referral", kwargs={"referral_id": uuid7()}))
    assert answer.status_code == 404
    assert "There is no such record in your organization." in answer.content.decode()


def test_the_administrator_sees_that_something_was_sent_but_not_its_pages(house: House, sign_in: SignIn) -> None:
    url = reverse("message", kwargs={"message_id": house.message})
    body = sign_in(Role.INTEGRATION_ADMIN).get(url).content.decode()
    assert "Pages are not shown" in body
    assert "<image" not in body


@pytest.mark.parametrize("command", [*Command, "told", "note_came", "work"])
def test_each_command_names_a_permission(command: str) -> None:
    from homing.referrals.states import Direction

    assert all(_permissions(direction, command) for direction in Direction)


def _book_and_see(referral: UUID) -> None:
    from datetime import timedelta

    from homing.content.appointment import Appointment
    from homing.kit import clock
    from homing.scheduling import actions as scheduling

    scheduling.book(actor=SYSTEM, referral_id=referral, appointment=Appointment(clock.now() - timedelta(hours=1)))
    scheduling.complete(actor=SYSTEM, referral_id=referral)


def _sent(house: House) -> UUID:
    from homing.kit import clock

    with scoped(house.organization.id):
        actions.send(actor=SYSTEM, referral_id=house.outbound)
        actions.learn(
            actor=SYSTEM, referral_id=house.outbound, kind=EventKind.SENT, occurred_at=clock.now(), key="delivered"
        )
    return house.outbound
