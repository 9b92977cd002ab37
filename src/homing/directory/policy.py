"""Pure rules of the directory."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

_LEARN: Final = 0.3


class DeliveryOutcome(StrEnum):
    """What one delivery taught us about an address."""

    CONFIRMED = "confirmed"
    NO_ANSWER = "no_answer"
    NOT_THERE = "not_there"


_TARGET: Final = {DeliveryOutcome.CONFIRMED: 1.0, DeliveryOutcome.NO_ANSWER: 0.4, DeliveryOutcome.NOT_THERE: 0.0}


def learn(confidence: float, outcome: DeliveryOutcome) -> float:
    """Return the confidence (0 to 1) after one more delivery; the last few weigh most. A wrong number counts double."""
    weight = _LEARN * 2 if outcome is DeliveryOutcome.NOT_THERE else _LEARN
    return round(confidence + weight * (_TARGET[outcome] - confidence), 4)
