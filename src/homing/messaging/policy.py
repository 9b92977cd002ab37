"""When to try again, whom to ask when that is over, and how long to wait for what. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from homing.accounts.policy import Role
from homing.directory.policy import DeliveryOutcome
from homing.messaging.states import DeliveryState, FailureCause


class MessageKind(StrEnum):
    """What a message is for."""

    ACKNOWLEDGMENT = "acknowledgment"
    AMENDMENT = "amendment"
    NOTICE = "notice"
    OUTCOME = "outcome"
    REFERRAL = "referral"


class Resolution(StrEnum):
    """How a person settled an undeliverable message."""

    TRY_AGAIN = "try_again"
    OTHER_NUMBER = "other_number"
    TOLD_OTHERWISE = "told_otherwise"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class HumanTask:
    """What a person has to do about a message."""

    next_action: str
    owner_role: Role
    due_in: timedelta


#: Minutes to wait after the first, second… failure of a cause (evidence/messaging.md §8). A cause that is not here,
#: or whose waits are used up, stops the machine: the same fax to the same number would fail again.
RETRY_MINUTES: Final[Mapping[FailureCause, tuple[int, ...]]] = {
    FailureCause.BUSY: (2, 5, 10, 20, 40),
    FailureCause.NO_ANSWER: (5, 15, 60),
    FailureCause.LINE_ERROR: (1, 5, 15),
    FailureCause.PROVIDER: (1, 2, 5, 10, 20),
    FailureCause.NEVER_SUBMITTED: (0, 1, 5),
}
MAX_ATTEMPTS: Final = 10

#: From the commit of an intended submit until it is taken for lost. Longer than any answer of a carrier can take.
SUBMIT_LEASE: Final = timedelta(seconds=60)
#: A worker that was held up for longer than this after its claim submits nothing: others may already be asking.
SUBMIT_WINDOW: Final = timedelta(seconds=20)
#: After a time-out the request may still be on its way; asking sooner could miss it.
ASK_AFTER: Final = timedelta(seconds=30)
FIRST_POLL: Final = timedelta(seconds=5)
LAST_POLL: Final = timedelta(minutes=2)
CARRIER_DOWN: Final = timedelta(seconds=30)

#: A message that is not delivered by then gets an owner, even while attempts go on.
PATIENCE: Final = timedelta(hours=2)
HUMAN_TASK_DUE: Final = timedelta(minutes=15)

SYSTEM_OWNER: Final = "system"
DELIVERING: Final = "Deliver"

_OWNERS: Final[Mapping[MessageKind, Role]] = {
    MessageKind.ACKNOWLEDGMENT: Role.INTAKE_COORDINATOR,
    MessageKind.AMENDMENT: Role.INTAKE_COORDINATOR,
    MessageKind.NOTICE: Role.INTAKE_COORDINATOR,
    MessageKind.OUTCOME: Role.INTAKE_COORDINATOR,
    MessageKind.REFERRAL: Role.REFERRAL_COORDINATOR,
}
_ADVICE: Final[Mapping[FailureCause, str]] = {
    FailureCause.BUSY: "Call the office: its fax line stays busy",
    FailureCause.NO_ANSWER: "Call the office: its fax line does not answer",
    FailureCause.NO_FAX: "Call the office for its fax number: no fax machine answers there",
    FailureCause.BAD_NUMBER: "Call the office for its fax number: this number is not in service",
    FailureCause.LINE_ERROR: "Call the office: transmissions to it break off",
    FailureCause.CONVERSION: "Check the document: the carrier cannot turn it into a fax",
    FailureCause.PROVIDER: "Tell the office by telephone: the fax carrier does not work",
    FailureCause.REJECTED: "Check number and account: the fax carrier refuses this fax",
    FailureCause.NEVER_SUBMITTED: "Tell the office by telephone: the fax carrier cannot be reached",
    FailureCause.DOCUMENT: "Restore the stored document from a backup, then try again: it cannot be read",
    FailureCause.STOPPED: "Find out why the carrier stopped this fax",
}
_NO_NUMBER: Final = "Find out the fax number of this office: none is proven"
_WAITING: Final = "Tell the office by telephone: the carrier has given no final answer"

_LESSONS: Final[Mapping[FailureCause, DeliveryOutcome]] = {
    FailureCause.NO_ANSWER: DeliveryOutcome.NO_ANSWER,
    FailureCause.NO_FAX: DeliveryOutcome.NOT_THERE,
    FailureCause.BAD_NUMBER: DeliveryOutcome.NOT_THERE,
}


def retry_after(failures: Sequence[FailureCause], *, retryable: bool) -> timedelta | None:
    """Return how long to wait after the last of `failures` (oldest first, not empty), or None to stop."""
    cause = failures[-1]
    waits = RETRY_MINUTES.get(cause, ())
    used = failures.count(cause)
    if not retryable or used > len(waits) or len(failures) >= MAX_ATTEMPTS:
        return None
    return timedelta(minutes=waits[used - 1])


def next_poll(age: timedelta) -> timedelta:
    """Return how long to wait before asking again about a fax submitted `age` ago."""
    return min(max(FIRST_POLL, age / 4), LAST_POLL)


def human_task(kind: MessageKind, cause: FailureCause | None) -> HumanTask:
    """Return what a person has to do about a message of `kind`; without a cause, no answer has come."""
    return HumanTask(_ADVICE[cause] if cause else _WAITING, _OWNERS[kind], HUMAN_TASK_DUE)


def find_number(kind: MessageKind) -> HumanTask:
    """Return what a person has to do about a message for an office without a number that may be dialled."""
    return HumanTask(_NO_NUMBER, _OWNERS[kind], HUMAN_TASK_DUE)


def choose_carrier(names: Sequence[str], failures: Sequence[FailureCause]) -> str:
    """Return the carrier of the next attempt: the first one named, another after each failure of carrier or line.

    Empty if none is named: the attempt then fails as one at a carrier that cannot be reached, and a person is told.
    """
    if not names:
        return ""
    blamed = {FailureCause.PROVIDER, FailureCause.NEVER_SUBMITTED, FailureCause.LINE_ERROR}
    return names[sum(cause in blamed for cause in failures) % len(names)]


def lesson(state: DeliveryState, cause: FailureCause | None) -> DeliveryOutcome | None:
    """Return what an attempt taught us about the number, or None."""
    if state is DeliveryState.CONFIRMED:
        return DeliveryOutcome.CONFIRMED
    return _LESSONS.get(cause) if state is DeliveryState.FAILED and cause else None
