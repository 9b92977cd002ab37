"""Referrals of the tenant in scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol
from uuid import UUID, uuid4

import pytest

from homing.accounts.policy import Role
from homing.content.document_reference import DocumentReference
from homing.content.referral import ReferralContent
from homing.kit import clock
from homing.kit.actor import Actor
from homing.kit.reference import mint
from homing.referrals import actions
from homing.referrals.states import Command
from homing.tenancy.models import Organization
from tests.factories import SYSTEM, ReferralContentFactory

#: An office of the directory; referrals keep its id only.
PARTNER = UUID("01990000-0000-7000-8000-000000000001")


class OpenInbound(Protocol):
    def __call__(self, content: ReferralContent | None = ..., partner_id: UUID | None = ...) -> UUID: ...


@pytest.fixture
def open_inbound(organization: Organization) -> OpenInbound:
    def make(content: ReferralContent | None = None, partner_id: UUID | None = PARTNER) -> UUID:
        return actions.open_inbound(
            actor=SYSTEM,
            content=content or ReferralContentFactory(),
            reference=mint(),
            item_id=uuid4(),
            partner_id=partner_id,
            partner_name="Grove Street Family Medicine",
            patient_record_id=uuid4(),
            location_id=None,
            documents=[DocumentReference(uuid4(), "referral", "Referral letter", 3)],
            received_at=clock.now(),
            sender_proven=True,
        )

    return make


@pytest.fixture
def inbound(open_inbound: OpenInbound) -> UUID:
    """Return a referral just received."""
    return open_inbound()


@pytest.fixture
def accepted(inbound: UUID) -> UUID:
    """Return a referral that waits for an appointment."""
    actions.perform(actor=SYSTEM, referral_id=inbound, command=Command.ACCEPT)
    return inbound


@pytest.fixture
def outbound(organization: Organization) -> UUID:
    """Return a draft to another office."""
    return actions.draft_outbound(
        actor=SYSTEM,
        content=ReferralContentFactory(),
        partner_id=PARTNER,
        partner_name="Harbor Cardiology",
        patient_record_id=uuid4(),
        documents=[DocumentReference(uuid4(), "referral", "Referral letter", 2)],
    )


@pytest.fixture
def referral_coordinator(persona: Callable[[Role], Actor]) -> Actor:
    """Return one who sends referrals."""
    return persona(Role.REFERRAL_COORDINATOR)
