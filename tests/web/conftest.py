"""A tenant with a person for each role and one of everything that has a page; and a stranger's tenant."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from django.test import Client, override_settings
from PIL import Image
from pytest_django import DjangoDbBlocker, Settings

from homing.accounts.actions import add_member
from homing.accounts.models import User
from homing.accounts.organization import create_location
from homing.accounts.policy import Role
from homing.accounts.queries import actor_of
from homing.content.document_reference import DocumentReference
from homing.directory import actions as directory
from homing.directory import queries as offices
from homing.documents import actions as documents
from homing.identity import actions as identity
from homing.intake import actions as intake
from homing.intake import pipeline, reader
from homing.intake.ports import Arrival
from homing.kit import clock, reference
from homing.kit.actor import Actor
from homing.kit.ids import uuid7
from homing.messaging import actions as messaging
from homing.messaging.actions import Destination, Subject
from homing.messaging.policy import MessageKind
from homing.referrals import actions as referrals
from homing.referrals.states import Command
from homing.tenancy.models import Organization
from homing.tenancy.scope import scoped
from tests import database
from tests.factories import SYSTEM, ReferralContentFactory, make_organization
from tests.intake.paper import REFERRAL, PaperReader, another, fax

SENDER_FAX = "+16175550143"
OTHER_FAX = "+16175550161"


def png() -> bytes:
    target = io.BytesIO()
    Image.new("L", (34, 44), 255).save(target, format="PNG")
    return target.getvalue()


def paper_reader() -> PaperReader:
    """Return the reader of synthetic faxes; named in the settings of the tests."""
    return PaperReader()


@dataclass(slots=True)
class House:
    """A tenant and one of everything."""

    organization: Organization
    people: dict[Role, UUID]
    office: UUID
    point: UUID
    location: UUID
    item: UUID
    packet: UUID
    failed: UUID
    referral: UUID
    waiting: UUID
    outbound: UUID
    document: UUID
    message: UUID

    def actor(self, role: Role) -> Actor:
        """Return a person of the house. In scope."""
        found = actor_of(self.people[role])
        assert found is not None
        return found

    def arrive(self, *pages: tuple[str, ...], caller: str | None = SENDER_FAX) -> UUID:
        """Take a fax in and have it read."""
        return self.arrive_as(fax(*(pages or (REFERRAL,))), caller)

    def arrive_as(self, data: bytes, caller: str | None = SENDER_FAX) -> UUID:
        """Take a file in and have it read as far as that goes."""
        with scoped(self.organization.id):
            item_id = intake.receive(
                actor=SYSTEM,
                arrival=Arrival(
                    channel="fax",
                    carrier="simulated",
                    carrier_reference=str(uuid7()),
                    data=data,
                    from_address=caller,
                ),
            ).item_id
        pipeline.advance(organization_id=self.organization.id, item_id=item_id, reader=PaperReader())
        return item_id


@pytest.fixture(autouse=True)
def _strict(settings: Settings) -> None:
    settings.HOMING_STRICT_TEMPLATES = True
    settings.HOMING_DOCUMENT_READER = "tests.web.conftest.paper_reader"
    reader.configured.cache_clear()


@pytest.fixture(scope="package")
def built(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[House]:
    """Build the house once: each test works in a transaction of its own that is rolled back."""
    with django_db_blocker.unblock():
        with override_settings(HOMING_DOCUMENT_READER="tests.web.conftest.paper_reader"):
            house = build(make_organization())
        yield house
        connections.close_all()
        database.renew()


@pytest.fixture
def house(built: House, db: None) -> House:
    """Return a tenant with one of everything."""
    return built


@pytest.fixture
def sign_in(house: House) -> Callable[[Role], Client]:
    """Return a maker of browsers of the house's people."""

    def make(role: Role) -> Client:
        return client_of(house.people[role])

    return make


@pytest.fixture
def stranger(db: None) -> Client:
    """Return the browser of a manager of another tenant."""
    other = make_organization()
    with scoped(other.id):
        user_id = add_member(
            actor=SYSTEM, email=f"manager@{other.slug}.example", name="Sam Stranger", role=Role.REFERRAL_MANAGER
        )
    return client_of(user_id)


def client_of(user_id: UUID) -> Client:
    client = Client()
    client.force_login(User.objects.get(id=user_id))
    return client


def build(organization: Organization) -> House:
    """Fill a tenant by the actions of real life."""
    with scoped(organization.id):
        people = {
            role: add_member(
                actor=SYSTEM,
                email=f"{role.value}@{organization.slug}.example",
                name=f"Alex {role.in_words.title()}",
                role=role,
            )
            for role in Role
        }
        office = directory.create_office(actor=SYSTEM, name="Grove Street Family Medicine", fax=SENDER_FAX)
        point = directory.add_contact_point(actor=SYSTEM, office_id=office, system="fax", value=OTHER_FAX)
        location = create_location(
            actor=SYSTEM, name="Main Street", postal_code="01604", specialties=["Cardiovascular Disease"]
        )
        referral, document = open_referral(office)
        waiting, _ = open_referral(office)
        referrals.perform(actor=SYSTEM, referral_id=waiting, command=Command.ACCEPT)
        outbound = referrals.draft_outbound(
            actor=SYSTEM,
            content=ReferralContentFactory(),
            partner_id=office,
            partner_name=offices.office(office).name,
            patient_record_id=None,
        )
        message = _message(referral, office)
    made: dict[str, Any] = dict.fromkeys(("item", "packet", "failed"), uuid7())
    house = House(
        organization, people, office, point, location, made["item"], made["packet"], made["failed"],
        referral, waiting, outbound, document, message,
    )  # fmt: skip
    house.item = house.arrive()
    house.packet = house.arrive(another(1), ("#note",))
    house.failed = house.arrive_as(b"")
    return house


def open_referral(office: UUID) -> tuple[UUID, UUID]:
    """Open a referral with a document; return both. In scope."""
    content = ReferralContentFactory()
    stored = documents.store(actor=SYSTEM, data=b"%PDF-1.4 of no value", media_type="application/pdf")
    documents.add_page(actor=SYSTEM, document_id=stored.id, number=1, png=png(), width=34, height=44)
    referral = referrals.open_inbound(
        actor=SYSTEM,
        content=content,
        reference=reference.mint(),
        item_id=None,
        partner_id=office,
        partner_name="Grove Street Family Medicine",
        patient_record_id=identity.create_record(actor=SYSTEM, patient=content.patient),
        location_id=None,
        documents=[DocumentReference(stored.id, "referral", "Referral as received", 1)],
        received_at=clock.now(),
        sender_proven=True,
    )
    return referral, stored.id


def _message(referral: UUID, office: UUID) -> UUID:
    from homing.messaging import queries

    message = messaging.send(
        actor=SYSTEM,
        kind=MessageKind.NOTICE,
        to=Destination(address=SENDER_FAX, office_id=office),
        document=b"%PDF-1.4 of no value either",
        pages=1,
        key=str(uuid7()),
        subject=Subject(referral_id=referral, about="accepted", printed_reference=reference.mint()),
    )
    document = queries.message(message).document_id
    documents.add_page(actor=SYSTEM, document_id=document, number=1, png=png(), width=34, height=44)
    return message
