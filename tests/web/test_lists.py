from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from homing.accounts.policy import Role
from homing.intake import queries as intake
from homing.kit import clock
from homing.referrals import actions, queries
from homing.referrals.states import Command, Status
from homing.tenancy.scope import scoped
from tests.factories import SYSTEM
from tests.intake.paper import REFERRAL, fax
from tests.web.conftest import House, client_of, open_referral

SignIn = Callable[[Role], Client]


def _tiles(body: str) -> list[tuple[str, int]]:
    found = re.findall(r'<a class="tile[^"]*" href="([^"]+)"[^>]*><b>(\d+)</b>', body)
    return [(url.replace("&amp;", "&"), int(count)) for url, count in found]


def _rows(body: str) -> int:
    return len(re.findall(r'<a class="row-link', body))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.INTEGRATION_ADMIN])
def test_a_number_opens_the_list_that_it_counts(house: House, sign_in: SignIn, role: Role) -> None:
    client = sign_in(role)
    tiles = _tiles(client.get("/").content.decode())
    assert any(count for _, count in tiles)
    for url, count in tiles:
        assert (url, _rows(client.get(url).content.decode())) == (url, count)


def test_the_board_counts_what_its_links_open(house: House, sign_in: SignIn) -> None:
    client = sign_in(Role.REFERRAL_MANAGER)
    with clock.travel_to(clock.now() + timedelta(days=20)):
        with scoped(house.organization.id):
            actions.mark_overdue(actor=SYSTEM)
        body = client.get(reverse("board")).content.decode()
        for url, count in _tiles(body):
            if "#" not in url and "ledger" not in url:
                assert (url, _rows(client.get(url).content.decode())) == (url, count)
        assert "Promises not kept" in body
        assert "Scheduling" in body


def test_every_view_of_the_inbox_lists_what_its_tab_counts(house: House, sign_in: SignIn) -> None:
    client = sign_in(Role.INTAKE_COORDINATOR)
    body = client.get(reverse("inbox")).content.decode()
    tabs = re.findall(r'<a href="(/inbox[^"]*)"[^>]*>[^<]*<span class="count[^"]*">(\d+)</span>', body)
    assert len(tabs) == 7
    for url, count in tabs:
        assert _rows(client.get(url.replace("&amp;", "&")).content.decode()) == int(count)


def test_a_failed_item_stands_among_the_exceptions_with_its_reason(house: House, sign_in: SignIn) -> None:
    body = sign_in(Role.INTAKE_COORDINATOR).get(reverse("inbox") + "?view=exceptions").content.decode()
    assert "Exception" in body
    assert "bad-text" in body


def test_the_same_file_again_is_flagged(house: House, sign_in: SignIn) -> None:
    house.arrive()
    assert "Sent before" in sign_in(Role.INTAKE_COORDINATOR).get(reverse("inbox") + "?view=open").content.decode()


def test_the_chosen_view_of_the_inbox_is_remembered_and_reset(house: House, sign_in: SignIn) -> None:
    client = sign_in(Role.INTAKE_COORDINATOR)
    client.get(reverse("inbox") + "?view=open&channel=upload")
    assert 'value="upload" selected' in client.get(reverse("inbox")).content.decode()
    client.get(reverse("inbox") + "?view=open&reset=yes")
    assert 'value="upload" selected' not in client.get(reverse("inbox")).content.decode()


def test_an_uploaded_file_is_in_the_ledger_when_the_answer_comes(house: House, sign_in: SignIn) -> None:
    client = sign_in(Role.INTAKE_COORDINATOR)
    upload = SimpleUploadedFile("scan.pdf", fax(REFERRAL), content_type="application/pdf")
    assert client.post(reverse("inbox_upload"), {"files": upload}).status_code == 303
    with scoped(house.organization.id):
        assert [row.channel for row in intake.inbox(intake.InboxFilter(view="reading", channel="upload"))] == ["upload"]


def test_a_file_that_is_too_large_is_refused(house: House, sign_in: SignIn, settings: object) -> None:
    settings.HOMING_MAX_FILE_BYTES = 10  # type: ignore[attr-defined]
    upload = SimpleUploadedFile("scan.pdf", b"x" * 11, content_type="application/pdf")
    assert sign_in(Role.INTAKE_COORDINATOR).post(reverse("inbox_upload"), {"files": upload}).status_code == 413


def test_a_search_never_puts_a_name_into_an_address(house: House, sign_in: SignIn) -> None:
    client = sign_in(Role.CLINICIAN)
    answer = client.post(reverse("referrals_search"), {"text": "Testperson"})
    assert "Testperson" not in answer["Location"]
    assert "Testperson" in client.get(answer["Location"]).content.decode()


def test_a_reference_opens_its_referral(house: House, sign_in: SignIn) -> None:
    with scoped(house.organization.id):
        number = queries.referral(house.referral).reference
    answer = sign_in(Role.CLINICIAN).post(reverse("referrals_search"), {"text": f"{number[:5]}-{number[5:]}"})
    assert answer["Location"] == reverse("referral", kwargs={"referral_id": house.referral})


def test_a_name_that_nobody_has_finds_nothing_and_can_be_reset(house: House, sign_in: SignIn) -> None:
    client = sign_in(Role.CLINICIAN)
    where = client.post(reverse("referrals_search"), {"text": "Nobodyhere"})["Location"]
    assert "Nothing matches" in client.get(where).content.decode()
    client.get(reverse("referrals") + "?reset=yes")
    assert _rows(client.get(reverse("referrals")).content.decode()) == 3


@pytest.mark.parametrize("query", ["queue=nonsense", "status=nonsense", "direction=x", "cursor=nonsense", "page=-1"])
def test_a_mangled_address_is_no_server_error(house: House, sign_in: SignIn, query: str) -> None:
    assert sign_in(Role.REFERRAL_MANAGER).get(f"{reverse('referrals')}?{query}").status_code in {200, 422}
    assert sign_in(Role.REFERRAL_MANAGER).get(f"{reverse('inbox')}?{query}").status_code == 200


def test_the_ledger_balances_and_each_number_opens_its_items(house: House, sign_in: SignIn) -> None:
    client = sign_in(Role.REFERRAL_MANAGER)
    body = client.get(reverse("ledger")).content.decode()
    assert "Nothing was lost." in body
    cells = re.findall(r'<a[^>]*href="(/ledger/[^"]+)">(\d+)</a>', body)
    assert cells
    for url, count in cells:
        assert _rows(client.get(url.replace("&amp;", "&")).content.decode()) == int(count)


def test_a_day_that_is_none_is_not_there(house: House, sign_in: SignIn) -> None:
    assert sign_in(Role.REFERRAL_MANAGER).get(reverse("ledger_day", kwargs={"day": "yesterday"})).status_code == 404


def test_no_notice_carries_a_name(house: House, sign_in: SignIn) -> None:
    client = sign_in(Role.CLINICIAN)
    with scoped(house.organization.id):
        version = queries.referral(house.referral).version
    url = reverse("referral_do", kwargs={"referral_id": house.referral, "command": "accept"})
    answer = client.post(url, {"version": str(version)})
    assert "messages" in answer.cookies
    assert "Testperson" not in answer.cookies["messages"].value


def test_the_scheduler_calls_logs_and_books(house: House, sign_in: SignIn) -> None:
    client = sign_in(Role.SCHEDULER)
    where = client.post(reverse("scheduling_next"))["Location"]
    assert where == reverse("scheduling_panel", kwargs={"referral_id": house.waiting})

    def post(name: str, form: dict[str, str], **extra: str) -> int:
        with scoped(house.organization.id):
            version = queries.referral(house.waiting).version
        url = reverse(name, kwargs={"referral_id": house.waiting, **extra})
        return client.post(url, {"version": str(version)} | form).status_code

    assert post("scheduling_contact", {"outcome": "left_message", "note": "Machine"}) == 303
    assert "Left message" in client.get(where).content.decode()
    assert post("scheduling_do", {"start": ""}, command="book") == 422
    assert post("scheduling_do", {"start": "2030-01-07T09:30", "location": "Main Street"}, command="book") == 303
    with scoped(house.organization.id):
        found = queries.referral(house.waiting)
    assert found.status is Status.SCHEDULED
    assert found.appointment is not None
    assert found.appointment.start.isoformat() == "2030-01-07T09:30:00-05:00" or found.appointment.start.hour == 14


def test_a_new_referral_says_what_it_lacks_and_is_then_sent(house: House, sign_in: SignIn) -> None:
    client = sign_in(Role.REFERRAL_COORDINATOR)
    form = {"office": str(house.office), "patient.family": "Marlowe", "patient.given": "Philippa", "do": "send"}
    answer = client.post(reverse("outbound_new"), form)
    assert answer.status_code == 422
    assert "Not complete enough to send" in answer.content.decode()
    assert 'value="Marlowe"' in answer.content.decode()
    whole = form | {
        "patient.birth_date": "02/03/1970",
        "patient.phone": "617 555 0122",
        "coverage.payer": "Aetna",
        "referrer.family": "Raman",
        "reason": "Sleep apnea",
    }
    where = client.post(reverse("outbound_new"), whole)["Location"]
    assert "Await delivery" in client.get(where).content.decode()


def test_a_draft_is_kept_without_sending(house: House, sign_in: SignIn) -> None:
    client = sign_in(Role.REFERRAL_COORDINATOR)
    form = {"office": str(house.office), "patient.family": "Marlowe", "patient.given": "Philippa", "do": "draft"}
    assert client.post(reverse("outbound_new"), form).status_code == 303
    with scoped(house.organization.id):
        assert len(queries.worklist(queries.WorklistFilter(statuses=(Status.DRAFT,))).rows) == 2


def test_a_draft_can_be_completed_and_sent_but_not_changed_afterwards(house: House, sign_in: SignIn) -> None:
    client = sign_in(Role.REFERRAL_COORDINATOR)
    url = reverse("outbound_edit", kwargs={"referral_id": house.outbound})
    body = client.get(url).content.decode()
    assert 'value="Avery"' in body
    with scoped(house.organization.id):
        version = queries.referral(house.outbound).version
    form = dict(re.findall(r'<input[^>]* name="([\w.]+)" type="(?:text|tel)" value="([^"]*)"', body))
    form |= {"version": str(version), "office": str(house.office), "reason": "Changed", "do": "send"}
    assert client.post(url, form).status_code == 303
    with scoped(house.organization.id):
        found = queries.referral(house.outbound)
    assert (found.content.reason, found.send_requested) == ("Changed", True)
    assert client.post(url, form).status_code == 409


def test_a_new_referral_that_cannot_be_sent_leaves_no_draft_behind(house: House, sign_in: SignIn) -> None:
    form = {"office": str(house.office), "patient.family": "Marlowe", "patient.given": "Philippa", "do": "send"}
    assert sign_in(Role.REFERRAL_COORDINATOR).post(reverse("outbound_new"), form).status_code == 422
    with scoped(house.organization.id):
        assert len(queries.worklist(queries.WorklistFilter(statuses=(Status.DRAFT,))).rows) == 1


def test_an_office_that_was_chosen_stays_chosen_while_the_list_is_searched(house: House, sign_in: SignIn) -> None:
    client = sign_in(Role.REFERRAL_COORDINATOR)
    answer = client.post(reverse("outbound_offices"), {"office_text": "", "office": str(house.office)})
    assert f'value="{house.office}" required checked' in answer.content.decode()


def test_a_new_referral_needs_an_office(house: House, sign_in: SignIn) -> None:
    answer = sign_in(Role.REFERRAL_COORDINATOR).post(
        reverse("outbound_new"), {"patient.family": "Marlowe", "do": "draft"}
    )
    assert "Choose the office that the referral goes to." in answer.content.decode()


def test_an_administrator_adds_people_and_the_switch_is_on_record(house: House, sign_in: SignIn) -> None:
    from homing.audit.queries import records_of

    client = sign_in(Role.INTEGRATION_ADMIN)
    form = {
        "name": "New Person",
        "email": "new@clinic.example",
        "role": "scheduler",
        "password": "a quiet harbor in spring",
    }
    assert client.post(reverse("members_add"), form | {"password": "short"}).status_code == 422
    assert client.post(reverse("members_add"), form).status_code == 303
    assert "New Person" in client.get(reverse("organization")).content.decode()
    client.post(reverse("organization_auto_accept"), {"enabled": "yes"})
    client.post(reverse("organization_location"), {"name": "Elm Street"})
    with scoped(house.organization.id):
        recorded = [one.action for one in records_of("organization", str(house.organization.id))[:2]]
        actor = str(house.people[Role.INTEGRATION_ADMIN])
        own = [one for one in records_of("organization", str(house.organization.id)) if one.actor_id == actor]
    # Once each.
    assert recorded == ["location.create", "organization.set_auto_accept"]
    assert len(own) == 2


def test_an_administrator_changes_a_role_and_removes_a_person(house: House, sign_in: SignIn) -> None:
    from homing.accounts.queries import role_of
    from homing.audit.queries import records_of

    client, person = sign_in(Role.INTEGRATION_ADMIN), house.people[Role.SCHEDULER]
    role, remove = (reverse(name, kwargs={"user_id": person}) for name in ("members_role", "members_remove"))
    assert client.post(role, {"role": "emperor"}).status_code == 422
    assert client.post(role, {"role": "clinician"}).status_code == 303
    with scoped(house.organization.id):
        assert role_of(person) is Role.CLINICIAN
    assert client.post(remove).status_code == 303
    assert client.post(remove).status_code == 404
    assert f'data-dialog="do-remove-{person}"' not in client.get(reverse("organization")).content.decode()
    assert client_of(person).get(reverse("home")).status_code == 403
    with scoped(house.organization.id):
        assert role_of(person) is None
        assert [one.action for one in records_of("user", str(person))][:2] == ["member.remove", "member.add"]


@pytest.mark.parametrize("door", ["members_role", "members_remove"])
def test_the_last_administrator_stays_and_is_told_why(house: House, sign_in: SignIn, door: str) -> None:
    from homing.accounts.queries import role_of

    client, person = sign_in(Role.INTEGRATION_ADMIN), house.people[Role.INTEGRATION_ADMIN]
    answer = client.post(reverse(door, kwargs={"user_id": person}), {"role": "clinician"})
    assert answer.status_code == 409
    command = door.removeprefix("members_")
    told = answer.content.decode().partition(f'id="do-{command}-{person}"')[2].partition("</dialog>")[0]
    assert " data-open" in told
    assert "This is the only administrator." in told
    with scoped(house.organization.id):
        assert role_of(person) is Role.INTEGRATION_ADMIN


def test_the_target_of_the_first_contact_is_counted_in_business_days(house: House, sign_in: SignIn) -> None:
    now = clock.now()
    friday = (now + timedelta(days=4 - now.weekday(), weeks=1)).replace(hour=16)
    with clock.travel_to(friday), scoped(house.organization.id):
        referral, _ = open_referral(house.office)
        actions.perform(actor=SYSTEM, referral_id=referral, command=Command.ACCEPT)
        number = queries.referral(referral).reference

    def is_marked(at: datetime) -> bool:
        with clock.travel_to(at):
            body = sign_in(Role.SCHEDULER).get(reverse("scheduling")).content.decode()
        row = body.partition(f'data-testid="ready-{number}"')[2].partition("</tr>")[0]
        waiting = row.partition('data-label="Waiting"')[2].partition("</td>")[0]
        assert " days<" in waiting
        return "bad-text" in waiting

    assert not is_marked(friday + timedelta(days=3))
    assert is_marked(friday + timedelta(days=4, hours=1))


def test_a_number_is_proven_by_a_person(house: House, sign_in: SignIn) -> None:
    client = sign_in(Role.INTAKE_COORDINATOR)
    url = reverse("office", kwargs={"office_id": house.office})
    assert "I have confirmed it" in client.get(url).content.decode()
    client.post(reverse("office_prove", kwargs={"office_id": house.office, "point_id": house.point}))
    assert "I have confirmed it" not in client.get(url).content.decode()


def test_who_looks_after_connections_sees_no_patient_on_the_board(house: House, sign_in: SignIn) -> None:
    with clock.travel_to(clock.now() + timedelta(days=20)):
        with scoped(house.organization.id):
            actions.mark_overdue(actor=SYSTEM)
        body = sign_in(Role.INTEGRATION_ADMIN).get(reverse("board")).content.decode()
    assert "Testperson" not in body
    assert 'data-testid="tile-messages"' in body
