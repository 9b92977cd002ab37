"""The life of one delivery (an attempt of a message) and of a message. Pure: no database, no clock."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from homing.kit.errors import HomingError
from homing.messaging.ports import FaxResult, FaxState


class DeliveryState(StrEnum):
    """Where one attempt stands. Only `confirmed` is never left again: proof of delivery outlives any later failure."""

    PLANNED = "planned"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    UNKNOWN = "unknown"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class MessageState(StrEnum):
    """Where one message stands. `cancelled`: a person has settled it without us."""

    PLANNED = "planned"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    UNDELIVERABLE = "undeliverable"
    CANCELLED = "cancelled"


class StepKind(StrEnum):
    """What can become known of a message: the evidence that stands on a referral's timeline."""

    PLANNED = "planned"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    OUTCOME_UNKNOWN = "outcome_unknown"
    FOUND = "found"
    NOT_FOUND = "not_found"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNDELIVERABLE = "undeliverable"
    NEEDS_PERSON = "needs_person"
    RESOLVED = "resolved"


#: The carrier has the fax, or may have it.
IN_FLIGHT = frozenset({DeliveryState.SUBMITTING, DeliveryState.SUBMITTED, DeliveryState.UNKNOWN})
#: The attempt may still come to something by itself.
ALIVE = IN_FLIGHT | {DeliveryState.PLANNED}


class FailureCause(StrEnum):
    """Why an attempt failed: the carrier's causes (`ports.FaxCause`) and ours."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"
    NO_FAX = "no_fax"
    BAD_NUMBER = "bad_number"
    LINE_ERROR = "line_error"
    CONVERSION = "conversion"
    PROVIDER = "provider"
    REJECTED = "rejected"
    #: The carrier does not know the correlation key: the request never reached it.
    NEVER_SUBMITTED = "never_submitted"
    #: Our own copy of the document cannot be read, so nothing was handed to the carrier.
    DOCUMENT = "document"
    #: The carrier reports a cancellation that nobody here asked for.
    STOPPED = "stopped"


_LOST = frozenset({FailureCause.NEVER_SUBMITTED, FailureCause.PROVIDER})


class NotPlanned(HomingError):
    """This delivery has been taken by another worker, or is over. Nothing was sent."""

    code: ClassVar[str] = "delivery_not_planned"
    status: ClassVar[int] = 409
    permanent: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything the machine knows of one attempt. `pages` is how many pages we handed over."""

    state: DeliveryState
    pages: int
    reference: str = ""
    pages_sent: int = 0
    remote_id: str = ""
    cause: FailureCause | None = None
    retryable: bool = False
    provider_code: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier has the fax under `reference`: it said so, or `find` did."""

    reference: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The carrier did not take the fax: certainly nothing was submitted."""

    cause: FailureCause
    retryable: bool
    provider_code: str = ""


@dataclass(frozen=True, slots=True)
class AnswerLost:
    """The request may or may not have reached the carrier: time-out, crash, lease run out."""


@dataclass(frozen=True, slots=True)
class NotFound:
    """The carrier knows no fax of this correlation key."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What the carrier answered to an authenticated question."""

    result: FaxResult


Fact = Accepted | Refused | AnswerLost | NotFound | Reported


def can_claim(standing: Standing) -> bool:
    """Tell whether this attempt may be submitted."""
    return standing.state is DeliveryState.PLANNED


def claim(standing: Standing) -> Standing:
    """Return the standing of an attempt whose request is about to be written.

    Raises
    ------
    NotPlanned
    """
    if not can_claim(standing):
        raise NotPlanned
    return dataclasses.replace(standing, state=DeliveryState.SUBMITTING)


def withdraw(standing: Standing) -> Standing:
    """Return the standing after a withdrawal: only what the carrier cannot have is cancelled."""
    if standing.state is not DeliveryState.PLANNED:
        return standing
    return dataclasses.replace(standing, state=DeliveryState.CANCELLED)


def after(standing: Standing, fact: Fact) -> Standing:
    """Return the standing once `fact` is known. Total: repeated, late and contradicting facts never raise."""
    if standing.state is DeliveryState.CONFIRMED:
        return standing
    match fact:
        case Accepted(reference):
            return _accepted(standing, reference)
        case Refused(cause, retryable, provider_code):
            return _refused(standing, cause, retryable=retryable, provider_code=provider_code)
        case AnswerLost():
            return _move(standing, DeliveryState.SUBMITTING, DeliveryState.UNKNOWN)
        case NotFound():
            return _not_found(standing)
        case Reported(result):
            return _reported(standing, result)


def message_state(current: MessageState, deliveries: Collection[DeliveryState]) -> MessageState:
    """Fold the attempts of a message into its state; `current` matters only where a person has settled it."""
    if DeliveryState.CONFIRMED in deliveries:
        return MessageState.DELIVERED
    if current is MessageState.CANCELLED:
        return current
    if not ALIVE & set(deliveries):
        return MessageState.UNDELIVERABLE
    return MessageState.PLANNED if set(deliveries) == {DeliveryState.PLANNED} else MessageState.DELIVERING


def step_of(before: Standing, after: Standing) -> StepKind:
    """Name the step from one standing to the next."""
    match after.state:
        case DeliveryState.SUBMITTED:
            return StepKind.SUBMITTED if before.state is DeliveryState.SUBMITTING else StepKind.FOUND
        case DeliveryState.UNKNOWN:
            return StepKind.OUTCOME_UNKNOWN
        case DeliveryState.FAILED if before.state is DeliveryState.UNKNOWN and after.cause in _LOST:
            return StepKind.NOT_FOUND
        case state:
            return StepKind(state.value)


def proves_delivery(result: FaxResult, pages: int) -> bool:
    """Tell whether `result` proves that all `pages` arrived: the carrier's total counts no less than ours."""
    return result.all_pages_confirmed and result.pages_sent >= pages


def _move(standing: Standing, source: DeliveryState, target: DeliveryState) -> Standing:
    return dataclasses.replace(standing, state=target) if standing.state is source else standing


def _accepted(standing: Standing, reference: str) -> Standing:
    # A failed attempt with no reference was given up as never submitted, and was submitted after all.
    is_waiting = standing.state in {DeliveryState.SUBMITTING, DeliveryState.UNKNOWN}
    is_late = standing.state is DeliveryState.FAILED and not standing.reference
    if not (is_waiting or is_late):
        return standing
    reference = standing.reference or reference
    return dataclasses.replace(
        standing, state=DeliveryState.SUBMITTED, reference=reference, cause=None, retryable=False, provider_code=""
    )


def _refused(standing: Standing, cause: FailureCause, *, retryable: bool, provider_code: str) -> Standing:
    if standing.state is not DeliveryState.SUBMITTING:
        return standing
    return dataclasses.replace(
        standing, state=DeliveryState.FAILED, cause=cause, retryable=retryable, provider_code=provider_code
    )


def _not_found(standing: Standing) -> Standing:
    if standing.state is not DeliveryState.UNKNOWN:
        return standing
    # With a reference the carrier has had the fax and lost it; without one it never had it.
    cause = FailureCause.PROVIDER if standing.reference else FailureCause.NEVER_SUBMITTED
    return dataclasses.replace(standing, state=DeliveryState.FAILED, cause=cause, retryable=True)


def _reported(standing: Standing, result: FaxResult) -> Standing:
    if proves_delivery(result, standing.pages):
        return _confirmed(standing, result)
    if standing.state not in IN_FLIGHT:
        return standing
    if result.state is FaxState.UNKNOWN:
        return _move(standing, DeliveryState.SUBMITTED, DeliveryState.UNKNOWN)
    if result.is_final:
        return _failed(standing, result)
    return standing


def _confirmed(standing: Standing, result: FaxResult) -> Standing:
    return dataclasses.replace(
        standing,
        state=DeliveryState.CONFIRMED,
        pages_sent=result.pages_sent,
        remote_id=result.remote_id or "",
        cause=None,
        retryable=False,
        provider_code=result.provider_code or "",
    )


def _failed(standing: Standing, result: FaxResult) -> Standing:
    # "Delivered" with pages missing is a broken transmission, whatever the carrier calls it.
    is_partial = result.state is FaxState.DELIVERED
    cause = FailureCause.LINE_ERROR if is_partial else _cause(result)
    return dataclasses.replace(
        standing,
        state=DeliveryState.FAILED,
        pages_sent=result.pages_sent,
        remote_id=result.remote_id or "",
        cause=cause,
        retryable=is_partial or result.retryable,
        provider_code=result.provider_code or "",
    )


def _cause(result: FaxResult) -> FailureCause:
    return FailureCause(result.cause.value) if result.cause else FailureCause.STOPPED
