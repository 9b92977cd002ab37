"""Where carriers' webhooks go: status hints to messaging, arrivals to intake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homing.intake.actions import announce
from homing.messaging.actions import note_hints
from homing.messaging.ports import CarrierEventKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homing.messaging.ports import CarrierEvent


def fax_events(events: Sequence[CarrierEvent], *, carrier_name: str) -> None:
    """Store what a verified webhook says; returns only after the commit."""
    for event in events:
        if event.kind is CarrierEventKind.INBOUND:
            announce(carrier=carrier_name, carrier_reference=event.reference)
        else:
            note_hints([event], carrier_name=carrier_name)
