"""Synthetic people and the tenant fixtures. Numbers are of the fictitious 555-01xx range."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import date

import factory
import pytest

from homing.accounts.actions import add_member
from homing.accounts.policy import Role
from homing.accounts.queries import actor_of
from homing.content.patient import Address, Coverage, Patient
from homing.content.practitioner import Practitioner
from homing.content.referral import Priority, ReferralContent
from homing.kit.actor import Actor
from homing.kit.npi import with_check_digit
from homing.tenancy.actions import create_organization
from homing.tenancy.models import Organization
from homing.tenancy.scope import scoped

SYSTEM = Actor.system("tests")
_serial = itertools.count(1)


class AddressFactory(factory.Factory[Address]):
    """A street address in Massachusetts."""

    class Meta:
        model = Address

    line = factory.Sequence(lambda n: f"{100 + n} Maple Street")
    city = "Worcester"
    state = "MA"
    postal_code = "01604"


class PatientFactory(factory.Factory[Patient]):
    """A fictitious patient."""

    class Meta:
        model = Patient

    family = factory.Sequence(lambda n: f"Testperson{n}")
    given = "Avery"
    birth_date = date(1961, 4, 27)
    sex = "female"
    phone = factory.Sequence(lambda n: f"617555{100 + n % 100:04d}")
    address = factory.SubFactory(AddressFactory)
    mrn = factory.Sequence(lambda n: f"A{n:06d}")


class PractitionerFactory(factory.Factory[Practitioner]):
    """A fictitious referring practitioner with a valid NPI."""

    class Meta:
        model = Practitioner

    family = factory.Sequence(lambda n: f"Referrer{n}")
    given = "Robin"
    npi = factory.Sequence(lambda n: with_check_digit(f"1{n:08d}"))
    organization = "Grove Street Family Medicine"
    phone = "6175550142"
    fax = "6175550143"


class ReferralContentFactory(factory.Factory[ReferralContent]):
    """A complete cardiology referral."""

    class Meta:
        model = ReferralContent

    patient = factory.SubFactory(PatientFactory)
    coverage = Coverage(payer="Aetna", member_id="W123456789")
    referrer = factory.SubFactory(PractitionerFactory)
    specialty = "Cardiovascular Disease"
    service = "Consultation"
    diagnosis_codes = ("I48.91",)
    reason = "Palpitations for three weeks, atrial fibrillation on ECG"
    priority = Priority.ROUTINE
    authored_on = date(2026, 11, 2)


def make_organization() -> Organization:
    """Create a tenant with a fax number of its own."""
    number = next(_serial)
    return create_organization(
        actor=SYSTEM, name=f"Clinic {number}", slug=f"clinic-{number}", fax=f"+1617555{1000 + number % 9000:04d}"
    )


@pytest.fixture
def system_actor() -> Actor:
    """Return a background process."""
    return SYSTEM


@pytest.fixture
def organization(db: None) -> Iterator[Organization]:
    """Yield a tenant, in scope for the whole test."""
    made = make_organization()
    with scoped(made.id):
        yield made


@pytest.fixture
def other_organization(db: None) -> Organization:
    """Return a second tenant, not in scope."""
    return make_organization()


@pytest.fixture
def persona(organization: Organization) -> Callable[[Role], Actor]:
    """Return a maker of people of the tenant in scope."""

    def make(role: Role) -> Actor:
        name = f"{role.in_words} {next(_serial)}"
        email = f"{name.replace(' ', '.')}@{organization.slug}.example"
        actor = actor_of(add_member(actor=SYSTEM, email=email, name=name, role=role))
        assert actor is not None
        return actor

    return make


@pytest.fixture
def coordinator(persona: Callable[[Role], Actor]) -> Actor:
    """Return an intake coordinator."""
    return persona(Role.INTAKE_COORDINATOR)


@pytest.fixture
def scheduler(persona: Callable[[Role], Actor]) -> Actor:
    """Return a scheduler."""
    return persona(Role.SCHEDULER)


@pytest.fixture
def clinician(persona: Callable[[Role], Actor]) -> Actor:
    """Return a triage clinician."""
    return persona(Role.CLINICIAN)


@pytest.fixture
def manager(persona: Callable[[Role], Actor]) -> Actor:
    """Return a referral manager."""
    return persona(Role.REFERRAL_MANAGER)
