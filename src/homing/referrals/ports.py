"""What others implement for referrals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from homing.referrals.events import EventData
from homing.referrals.states import Direction, EventKind, Status

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event as appended, and the status that the referral has with it."""

    id: UUID
    referral_id: UUID
    direction: Direction
    kind: EventKind
    occurred_at: datetime
    recorded_at: datetime
    data: EventData
    status: Status


class Projection(Protocol):
    """Writes what must stand in the same transaction as an event; named in `settings.HOMING_PROJECTIONS`."""

    def __call__(self, event: RecordedEvent, history: Sequence[RecordedEvent]) -> None:
        """Take in `event`. `history` is all events of the referral, this one included, in order of occurrence."""
