"""The carrier of a test, and a worker that runs what is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from homing.kit import clock
from homing.kit.actor import Actor
from homing.messaging import actions, courier, queries
from homing.messaging.actions import Destination, Subject
from homing.messaging.policy import MessageKind
from homing.messaging.ports import Carrier
from homing.messaging.queries import MessageView
from homing.messaging.states import DeliveryState
from homing.tenancy.scope import scoped

WORKER = Actor.system("tests")
FAX = "+16175550143"
PDF = b"%PDF-1.4 a fax of three pages"
NOON = datetime.fromisoformat("2026-11-02T12:00:00+00:00")

plugged: list[Carrier] = []


def plugged_in() -> Carrier:
    """Return the carrier that the test has plugged in: `settings.HOMING_CARRIERS` names this."""
    return plugged[-1]


@dataclass(frozen=True, slots=True)
class Line:
    """One tenant's messages. Call its methods out of scope, as a worker does."""

    organization_id: UUID

    def send(self, key: str = "k1", kind: MessageKind = MessageKind.NOTICE, *, to: str = FAX, about: str = "") -> UUID:
        with scoped(self.organization_id):
            return actions.send(
                actor=WORKER,
                kind=kind,
                to=Destination(to),
                document=PDF,
                pages=3,
                key=key,
                subject=Subject(about=about, printed_reference="H2345ABCD9"),
            )

    def due(self) -> tuple[tuple[UUID, DeliveryState], ...]:
        with scoped(self.organization_id):
            return queries.due_deliveries()

    def work(self) -> int:
        """Run what is due now, once; return how much it was."""
        due = self.due()
        for delivery_id, state in due:
            if state is DeliveryState.PLANNED:
                courier.submit(self.organization_id, delivery_id)
            else:
                courier.ask(self.organization_id, delivery_id)
        with scoped(self.organization_id):
            actions.escalate_overdue(actor=WORKER)
        return len(due)

    def run(self, start: datetime, until: timedelta, step: timedelta = timedelta(seconds=10)) -> None:
        """Work at every tick from `start` on."""
        passed = timedelta()
        while passed <= until:
            with clock.frozen(start + passed):
                self.work()
            passed += step

    def message(self, message_id: UUID) -> MessageView:
        with scoped(self.organization_id):
            return queries.message(message_id)

    def steps(self, message_id: UUID) -> list[str]:
        from homing.messaging.models import Step

        with scoped(self.organization_id):
            return list(Step.objects.filter(message_id=message_id).order_by("ordinal").values_list("kind", flat=True))
