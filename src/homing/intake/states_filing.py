"""The life of a document that is handed on: to a folder, a chart or a filing tool. Pure."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

from homing.intake.states import IllegalStep


class FilingState(StrEnum):
    """How far it has come."""

    PLANNED = "planned"
    DELIVERED = "delivered"
    #: Tried in vain: a person knows. It is still tried, once an hour.
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


#: Pauses before the second, third… attempt; after the last a person is told.
WAITS: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
#: A share that comes back at night needs nobody.
WAIT_OF_FAILED: Final = timedelta(hours=1)
#: An attempt of which nothing is heard for this long was interrupted.
INTERRUPTED_AFTER: Final = timedelta(minutes=5)
WAITING: Final = frozenset({FilingState.PLANNED, FilingState.FAILED})


def deliver(state: FilingState) -> FilingState:
    """Return the state once the destination has it; a delivery that was withdrawn meanwhile has still happened."""
    if state is FilingState.DELIVERED:
        raise IllegalStep
    return FilingState.DELIVERED


def after_failure(state: FilingState, *, attempts: int, permanent: bool) -> tuple[FilingState, timedelta]:
    """Return the state after the attempt number `attempts` has failed, and how long to wait before the next.

    Raises
    ------
    IllegalStep
        It is no longer to be delivered.
    """
    if state not in WAITING:
        raise IllegalStep
    if state is FilingState.FAILED or permanent or attempts > len(WAITS):
        return FilingState.FAILED, WAIT_OF_FAILED
    return state, WAITS[attempts - 1]


def withdraw(state: FilingState) -> FilingState:
    """Return the state once it is no longer wanted; what was delivered stays delivered."""
    return FilingState.WITHDRAWN if state in WAITING else state
