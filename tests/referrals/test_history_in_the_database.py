"""The same promise as for the pure machine, through the actions and PostgreSQL: nothing is lost, whatever the order."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homing.content.appointment import Appointment
from homing.kit import clock
from homing.referrals import actions, queries
from homing.referrals.actions import ContactOutcome, EventData, Evidence, RedirectTarget
from homing.referrals.models import Event, Referral
from homing.referrals.states import FACTS, Closure, Command, Direction, EventKind
from homing.scheduling import queries as scheduling
from homing.tenancy.models import Organization
from tests.factories import SYSTEM, ReferralContentFactory
from tests.referrals.conftest import OpenInbound

NOW = datetime.fromisoformat("2026-11-02T14:00:00+00:00")
VISITS = (None, Appointment(NOW + timedelta(days=5), identifier="a"), Appointment(NOW + timedelta(days=6)))
Told = tuple[EventKind, int, Appointment | None]
quick = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture
def begin(organization: Organization, open_inbound: OpenInbound) -> Callable[[Direction], UUID]:
    def make(direction: Direction) -> UUID:
        if direction is Direction.INBOUND:
            return open_inbound()
        return actions.draft_outbound(
            actor=SYSTEM, content=ReferralContentFactory(), partner_id=uuid4(), partner_name="X", patient_record_id=None
        )

    return make


def learn(referral_id: UUID, told: Told, key: str) -> None:
    kind, hour, visit = told
    actions.learn(
        actor=SYSTEM, referral_id=referral_id, kind=kind, occurred_at=NOW + timedelta(hours=hour), key=key,
        data=EventData(appointment=visit), evidence=Evidence("test", key),
    )  # fmt: skip


def facts(direction: Direction) -> st.SearchStrategy[list[Told]]:
    one = st.tuples(st.sampled_from(sorted(FACTS[direction])), st.integers(1, 20), st.sampled_from(VISITS))
    return st.lists(one, max_size=10)


def standing(referral_id: UUID) -> tuple[object, ...]:
    view = queries.referral(referral_id)
    row = view.row
    # Whether a linked referral was opened depends on what was known when the news came.
    told = [one for one in queries.history(referral_id)[1:] if one.kind is not EventKind.LINKED]
    history = [(one.kind, one.occurred_at) for one in told]
    booked = sorted((one.appointment.start, one.state) for one in scheduling.appointments(referral_id))
    return (
        row.status,
        row.closure,
        row.is_open,
        row.appointment_at,
        view.appointment,
        view.commands,
        history[1:],
        booked,
    )


@quick
@given(data=st.data(), direction=st.sampled_from(Direction), chance=st.randoms(use_true_random=False))
def test_facts_learnt_in_another_order_and_twice_leave_the_same_referral(
    begin: Callable[[Direction], UUID], data: st.DataObject, direction: Direction, chance: random.Random
) -> None:
    told = list(enumerate(data.draw(facts(direction))))
    with clock.frozen(NOW):
        one, other = begin(direction), begin(direction)
    with clock.frozen(NOW + timedelta(days=2)):
        for number, fact in told:
            learn(one, fact, f"key-{number}")
        shuffled = [*told, *told[:3]]
        chance.shuffle(shuffled)
        for number, fact in shuffled:
            learn(other, fact, f"key-{number}")
        assert standing(one) == standing(other)
    for referral_id in (one, other):
        keys = Event.objects.filter(referral_id=referral_id, key__startswith="key-").values_list("key", flat=True)
        assert sorted(keys) == sorted(f"key-{number}" for number, _ in told)


COMPLETE = EventData(
    reason="As agreed", alternative="Harbor Cardiology", outcome=ContactOutcome.SPOKE, document_id=uuid4(),
    target=RedirectTarget(partner_id=uuid4(), partner_name="Harbor Cardiology"),
)  # fmt: skip


@quick
@given(data=st.data(), direction=st.sampled_from(Direction))
def test_whatever_is_done_and_learnt_in_turn_the_row_is_the_fold_of_its_history(
    begin: Callable[[Direction], UUID], data: st.DataObject, direction: Direction
) -> None:
    with clock.frozen(NOW):
        referral_id = begin(direction)
    for hours in range(data.draw(st.integers(1, 12))):
        with clock.frozen(NOW + timedelta(hours=21 + hours)):
            before = Event.objects.filter(referral_id=referral_id).count()
            if data.draw(st.booleans()):
                learn(referral_id, data.draw(facts(direction).filter(bool))[0], str(uuid4()))
            else:
                command = data.draw(st.sampled_from(sorted(queries.referral(referral_id).commands)))
                particulars = replace(
                    COMPLETE,
                    closure=data.draw(st.sampled_from(Closure)),
                    appointment=Appointment(NOW + timedelta(days=7, hours=hours)),
                )
                with transaction.atomic():
                    actions.perform(
                        actor=SYSTEM, referral_id=referral_id, command=command, evidence=Evidence("letter", "1"),
                        data=particulars if command is not Command.NO_SHOW else EventData(),
                    )  # fmt: skip
            assert Event.objects.filter(referral_id=referral_id).count() > before
            view = queries.referral(referral_id)
            assert view.row.is_open == bool(view.row.next_action and view.row.owner_role and view.row.due_at)
            stored = Referral.objects.get(id=referral_id)
            assert (stored.closure == "administrative") <= bool(stored.closure_reason)
