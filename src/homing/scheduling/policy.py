"""What follows from an attempt to reach a patient. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from homing.accounts.policy import Role
from homing.referrals.events import ContactOutcome
from homing.referrals.policy import NextAction, Work, due

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homing.content.referral import Priority

#: After so many attempts in a row that did not reach the patient, a person decides whether to give up.
ATTEMPTS = 3
#: Business days within which a patient who waits is to be contacted first.
TARGET_DAYS = 2
UNREACHED = frozenset({ContactOutcome.LEFT_MESSAGE, ContactOutcome.NO_ANSWER, ContactOutcome.WRONG_NUMBER})

_O, _A = ContactOutcome, NextAction
#: Outcome → what is next, whose it is, business days for a routine referral.
_NEXT: dict[ContactOutcome, tuple[NextAction, Role, int]] = {
    _O.NO_ANSWER: (_A.CONTACT_PATIENT, Role.SCHEDULER, 1),
    _O.LEFT_MESSAGE: (_A.CONTACT_PATIENT, Role.SCHEDULER, 2),
    _O.WRONG_NUMBER: (_A.FIND_PHONE_NUMBER, Role.INTAKE_COORDINATOR, 1),
    _O.SPOKE: (_A.BOOK_APPOINTMENT, Role.SCHEDULER, 2),
    _O.DECLINED: (_A.DECIDE_PATIENT_DECLINED, Role.SCHEDULER, 1),
}
_ENTER_BOOKING = timedelta(hours=1)


def next_work(outcome: ContactOutcome, unreached: int, priority: Priority, at: datetime, zone: str) -> Work:
    """Return what is next after an attempt at `at`, the last of `unreached` in a row that did not reach the patient."""
    if outcome is ContactOutcome.BOOKED:
        return Work(NextAction.BOOK_APPOINTMENT, Role.SCHEDULER, at + _ENTER_BOOKING)
    if outcome in UNREACHED and unreached >= ATTEMPTS:
        return Work(NextAction.DECIDE_UNREACHABLE, Role.SCHEDULER, due(priority, at, 1, zone))
    action, role, days = _NEXT[outcome]
    return Work(action, role, due(priority, at, days, zone))


def unreached_in_a_row(outcomes: Sequence[ContactOutcome]) -> int:
    """Return how many of the last attempts, in order of time, did not reach the patient."""
    count = 0
    for outcome in reversed(outcomes):
        if outcome not in UNREACHED:
            break
        count += 1
    return count
