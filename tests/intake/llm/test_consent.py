"""When text leaves: never by itself, and only for the address that an administrator has agreed to."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from structlog.testing import capture_logs

from homing.accounts.actions import add_member
from homing.accounts.models import User
from homing.accounts.organization import set_auto_accept
from homing.accounts.policy import Role
from homing.audit.queries import records_of
from homing.intake import actions_pipeline, pipeline
from homing.intake.actions import receive
from homing.intake.llm import consent
from homing.intake.llm.consent import EndpointChanged
from homing.intake.models import InboundItem, ItemEvent
from homing.intake.ports import Arrival
from homing.intake.reading.types import FieldValue
from homing.intake.readings import reading_of
from homing.kit.actor import Actor
from homing.kit.errors import NotPermitted
from homing.tenancy.models import Location, Organization
from homing.tenancy.scope import scoped
from tests.factories import SYSTEM, make_organization
from tests.intake.conftest import Arrive
from tests.intake.llm.endpoint_double import EndpointDouble, Raw, serving, stated
from tests.intake.paper import LAB, REFERRAL, PaperReader, fax

pytestmark = pytest.mark.django_db
#: The reason is blank, the telephone badly legible; both stand in the text.
PARTIAL = (
    *(line for line in REFERRAL if not line.startswith(("reason=", "patient.phone="))),
    "patient.phone=6175550177@0.3",
    "Seen for palpitations. Call (617) 555-0111.",
)
PHONE = stated("patient.phone", "6175550111", "(617) 555-0111.")
REASON = stated("reason", "palpitations", "palpitations")
FAMILY = stated("patient.family", "Mallory", "Grove")


@pytest.fixture
def here(double: EndpointDouble, monkeypatch: pytest.MonkeyPatch) -> EndpointDouble:
    """Return the endpoint of this installation's settings."""
    double.answers = [[PHONE, REASON, FAMILY]]
    monkeypatch.setenv("HOMING_LLM_URL", double.url)
    monkeypatch.setenv("HOMING_LLM_MODEL", "test-model")
    return double


@pytest.fixture
def administrator(persona: Callable[[Role], Actor]) -> Actor:
    return persona(Role.INTEGRATION_ADMIN)


@pytest.fixture
def agreed(here: EndpointDouble, administrator: Actor) -> EndpointDouble:
    """Return the same with an administrator's consent."""
    consent.switch_on(actor=administrator, url=here.url)
    return here


def read_of(item_id: UUID) -> dict[str, FieldValue]:
    return {one.name: one for one in reading_of(InboundItem.objects.get(id=item_id)).fields}


def test_by_default_no_request_is_made(here: EndpointDouble, sender: UUID, arrived: Arrive) -> None:
    item_id = arrived(PARTIAL)
    assert here.asked == []
    assert "reason" not in read_of(item_id)


def test_with_consent_blanks_are_filled_and_each_value_says_where_it_is_from(
    agreed: EndpointDouble, sender: UUID, arrived: Arrive
) -> None:
    item_id = arrived(PARTIAL)
    assert len(agreed.asked) == 1
    fields, source = read_of(item_id), f"llm:test-model@{agreed.url.split('/')[2]}"
    assert (fields["reason"].value, fields["reason"].source) == ("palpitations", source)
    assert (fields["patient.phone"].value, fields["patient.phone"].source) == ("6175550111", source)
    assert (fields["patient.family"].value, fields["patient.family"].source) == ("Testperson", "model")
    row = InboundItem.objects.get(id=item_id)
    assert (row.state, row.missing) == ("in_review", [])


def test_what_it_fills_is_never_accepted_without_a_person(
    agreed: EndpointDouble, sender: UUID, arrived: Arrive, system_actor: Actor
) -> None:
    set_auto_accept(actor=system_actor, enabled=True)
    assert InboundItem.objects.get(id=arrived(REFERRAL)).disposition == "referral_opened"
    item_id = arrived(PARTIAL)
    review = ItemEvent.objects.get(item_id=item_id, kind="in_review")
    assert "field_unsure" in review.data["reasons"]
    assert "field_missing" not in review.data["reasons"]


def test_that_text_left_is_on_record_without_any_of_it(agreed: EndpointDouble, sender: UUID, arrived: Arrive) -> None:
    item_id = arrived(PARTIAL, ("second page",))
    (record,) = [one for one in records_of("inbound_item", str(item_id)) if one.action == "inbound_item.ask_llm"]
    assert record.detail == {"host": agreed.url.split("/")[2], "model": "test-model", "pages": 2}


def test_another_address_needs_another_consent(
    agreed: EndpointDouble, sender: UUID, arrived: Arrive, administrator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as other:
        monkeypatch.setenv("HOMING_LLM_URL", other.url)
        assert not consent.standing().is_on
        arrived(PARTIAL)
        assert (agreed.asked, other.asked) == ([], [])
        with pytest.raises(EndpointChanged):
            consent.switch_on(actor=administrator, url=agreed.url)
        consent.switch_on(actor=administrator, url=other.url)
        arrived((*PARTIAL, "another"))
        assert (agreed.asked, len(other.asked)) == ([], 1)


@pytest.mark.parametrize("change", [{"HOMING_LLM_URL": "http://8.8.8.8/v1"}, {"HOMING_LLM_SECONDS": "never"}])
def test_settings_that_cannot_be_used_switch_it_off(
    agreed: EndpointDouble, sender: UUID, arrived: Arrive, monkeypatch: pytest.MonkeyPatch, change: dict[str, str]
) -> None:
    for name, value in change.items():
        monkeypatch.setenv(name, value)
    assert InboundItem.objects.get(id=arrived(PARTIAL)).state == "in_review"
    assert agreed.asked == []


def test_what_is_not_installed_switches_it_off(
    agreed: EndpointDouble, sender: UUID, arrived: Arrive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert InboundItem.objects.get(id=arrived(PARTIAL)).state == "in_review"
    assert agreed.asked == []
    assert "pip install" in consent.standing().problem


def test_switched_off_is_off_and_both_are_on_record(
    agreed: EndpointDouble, sender: UUID, arrived: Arrive, administrator: Actor, organization: Organization
) -> None:
    consent.switch_off(actor=administrator)
    arrived(PARTIAL)
    assert agreed.asked == []
    host = agreed.url.split("/")[2]
    switches = [one for one in records_of("organization", str(organization.id)) if one.action == "organization.set_llm"]
    assert sorted(one.detail["enabled"] for one in switches) == [False, True]
    assert {(one.actor_id, one.detail["host"]) for one in switches} == {(administrator.id, host)}


@pytest.mark.parametrize("role", [one for one in Role if one is not Role.INTEGRATION_ADMIN])
def test_only_administrators_switch(here: EndpointDouble, persona: Callable[[Role], Actor], role: Role) -> None:
    actor = persona(role)
    with pytest.raises(NotPermitted):
        consent.switch_on(actor=actor, url=here.url)
    with pytest.raises(NotPermitted):
        consent.switch_off(actor=actor)
    assert not consent.standing().is_on


def test_one_organizations_consent_is_not_anothers(agreed: EndpointDouble, other_organization: Organization) -> None:
    with scoped(other_organization.id):
        assert not consent.standing().is_on


def test_what_is_no_referral_is_not_sent(agreed: EndpointDouble, sender: UUID, arrived: Arrive) -> None:
    arrived(LAB)
    assert agreed.asked == []


@pytest.mark.parametrize("answer", [Raw(500), Raw(200, b"{garbage"), "garbage"], ids=["500", "body", "content"])
def test_its_failure_is_no_failure_of_the_reading_and_is_logged_without_phi(
    agreed: EndpointDouble, sender: UUID, arrived: Arrive, answer: Raw | str
) -> None:
    agreed.answers = [answer]
    with capture_logs() as logs:
        item_id = arrived(PARTIAL)
    assert InboundItem.objects.get(id=item_id).state == "in_review"
    assert all(one.source == "model" for one in read_of(item_id).values())
    (line,) = [one for one in logs if one["event"] == "llm_asked"]
    assert (line["log_level"], line["item_id"], line["filled"]) == ("warning", str(item_id), 0)
    assert line["problem"] in {"http_500", "bad_answer", "unreachable"}
    for secret in ("Testperson", "Avery", "6175550", "palpitations", "Aetna"):
        assert secret not in str(logs)


def test_a_step_that_is_repeated_asks_again_and_changes_nothing(
    agreed: EndpointDouble, sender: UUID, arrive: Arrive, organization: Organization, location: Location
) -> None:
    item_id, paper = arrive(PARTIAL), PaperReader()
    killed = PaperReader()

    def die() -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions_pipeline, "save_classified", lambda **_: die())
        with pytest.raises(KeyboardInterrupt):
            pipeline.advance(organization_id=organization.id, item_id=item_id, reader=killed)
    assert agreed.asked
    pipeline.advance(organization_id=organization.id, item_id=item_id, reader=paper)
    assert InboundItem.objects.get(id=item_id).state == "in_review"
    assert read_of(item_id)["reason"].value == "palpitations"


class TestOutsideOfTransactions:
    """Committed rows, as in production."""

    @pytest.fixture
    def house(self, transactional_db: None) -> Organization:
        return make_organization()

    def test_no_transaction_waits_for_the_network(
        self, house: Organization, here: EndpointDouble, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with scoped(house.id):
            consent.switch_on(actor=SYSTEM, url=here.url)
            item_id = receive(
                actor=SYSTEM,
                arrival=Arrival(channel="fax", carrier="simulated", carrier_reference="1", data=fax(PARTIAL)),
            ).item_id
        waiting: list[int] = []

        def look() -> None:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND xact_start IS NOT NULL AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
                )
                waiting.append(cursor.fetchone()[0])
            connections.close_all()

        here.before = look
        pipeline.advance(organization_id=house.id, item_id=item_id, reader=PaperReader())
        assert waiting
        assert set(waiting) == {0}


class TestScreen:
    @pytest.fixture
    def client_of(self, organization: Organization) -> Callable[[Role], Client]:
        def make(role: Role) -> Client:
            client = Client()
            user_id = add_member(actor=SYSTEM, email=f"{role}@example.org", name="A. Person", role=role)
            client.force_login(User.objects.get(id=user_id))
            return client

        return make

    def test_without_settings_there_is_nothing_to_switch(
        self, client_of: Callable[[Role], Client], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("HOMING_LLM_URL", raising=False)
        shown = client_of(Role.INTEGRATION_ADMIN).get(reverse("organization")).content.decode()
        assert "No language model is set up" in shown
        assert reverse("organization_llm") not in shown

    def test_it_names_the_host_and_what_leaves_and_is_switched_by_a_click(
        self, here: EndpointDouble, client_of: Callable[[Role], Client]
    ) -> None:
        client = client_of(Role.INTEGRATION_ADMIN)
        host = here.url.split("/")[2]
        shown = client.get(reverse("organization")).content.decode()
        assert f"Switch on for {host}" in shown
        assert "It stays in your network." in shown
        assert "the recognised text of the pages of a referral" in shown
        client.post(reverse("organization_llm"), {"enabled": "yes", "url": here.url})
        assert consent.standing().is_on
        assert "Switch off" in client.get(reverse("organization")).content.decode()
        client.post(reverse("organization_llm"), {"enabled": "no", "url": here.url})
        assert not consent.standing().is_on

    def test_a_click_on_an_address_that_is_no_longer_set_changes_nothing(
        self, here: EndpointDouble, client_of: Callable[[Role], Client], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = client_of(Role.INTEGRATION_ADMIN)
        monkeypatch.setenv("HOMING_LLM_URL", "https://llm.example.org/v1")
        client.post(reverse("organization_llm"), {"enabled": "yes", "url": here.url})
        assert not consent.standing().is_on
        shown = client.get(reverse("organization")).content.decode()
        assert "has been changed in the meantime" in shown
        assert "It leaves your network." in shown

    def test_after_a_change_it_says_why_it_is_off(
        self, agreed: EndpointDouble, client_of: Callable[[Role], Client], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOMING_LLM_URL", "https://llm.example.org/v1")
        shown = client_of(Role.INTEGRATION_ADMIN).get(reverse("organization")).content.decode()
        assert f"It was on for {agreed.url.split('/')[2]}" in shown
        assert "Switch on for llm.example.org" in shown

    def test_others_cannot_even_ask(self, here: EndpointDouble, client_of: Callable[[Role], Client]) -> None:
        answer = client_of(Role.REFERRAL_MANAGER).post(reverse("organization_llm"), {"enabled": "yes", "url": here.url})
        assert answer.status_code == 403
        assert not consent.standing().is_on
