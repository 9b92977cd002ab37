"""The life of an inbound item: one line of the conservation ledger. Pure: no database, no clock, no permission."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from homing.kit.errors import HomingError


class State(StrEnum):
    """How far an item has come. Each state of the pipeline names what has been done."""

    RECEIVED = "received"
    READ = "read"
    CLASSIFIED = "classified"
    EXTRACTED = "extracted"
    MATCHED = "matched"
    ROUTED = "routed"
    IN_REVIEW = "in_review"
    FAILED = "failed"
    DISPOSED = "disposed"


class Disposition(StrEnum):
    """How an item ended. An item has exactly one, or is open."""

    REFERRAL_OPENED = "referral_opened"
    ATTACHED = "attached"
    APPLIED = "applied"
    FILED = "filed"
    DUPLICATE = "duplicate"
    MISDIRECTED = "misdirected"
    REJECTED = "rejected"
    SPLIT = "split"


class EventKind(StrEnum):
    """What an item's own history tells."""

    RECEIVED = "received"
    FETCHED = "fetched"
    READ = "read"
    CLASSIFIED = "classified"
    EXTRACTED = "extracted"
    ITEM_READ = "item_read"
    MATCHED = "matched"
    ROUTED = "routed"
    IN_REVIEW = "in_review"
    FAILED = "failed"
    RETRIED = "retried"
    SENDER_PROVEN = "sender_proven"
    KIND_SET = "kind_set"
    ASSIGNED = "assigned"
    PARKED = "parked"
    OVERDUE = "overdue"
    DISPOSED = "disposed"
    REOPENED = "reopened"
    HANDED_ON = "handed_on"
    HANDING_ON_FAILED = "handing_on_failed"
    HANDING_ON_WITHDRAWN = "handing_on_withdrawn"


#: The order of the pipeline; a step takes an item from one state to the next.
PIPELINE = (
    State.RECEIVED,
    State.READ,
    State.CLASSIFIED,
    State.EXTRACTED,
    State.MATCHED,
    State.ROUTED,
    State.IN_REVIEW,
)

#: Dispositions that a person may undo: they only name what became of the paper, or what they did can be taken back.
REVERSIBLE = frozenset(
    {
        Disposition.ATTACHED,
        Disposition.FILED,
        Disposition.DUPLICATE,
        Disposition.MISDIRECTED,
        Disposition.REJECTED,
    }
)

_BY_A_PERSON = frozenset({State.IN_REVIEW, State.FAILED})
_DISPOSABLE_FROM: dict[Disposition, frozenset[State]] = {
    # From `routed`, automatic acceptance; from `failed`, a person who typed what the machine could not read.
    Disposition.REFERRAL_OPENED: _BY_A_PERSON | {State.ROUTED},
    # From `routed`, a document that bears our reference number and its patient's name.
    Disposition.ATTACHED: _BY_A_PERSON | {State.ROUTED},
    Disposition.APPLIED: _BY_A_PERSON | {State.CLASSIFIED, State.EXTRACTED},
    # From `routed`, where the organization lets this kind be filed without a person.
    Disposition.FILED: _BY_A_PERSON | {State.ROUTED},
    Disposition.DUPLICATE: _BY_A_PERSON,
    Disposition.MISDIRECTED: _BY_A_PERSON,
    Disposition.REJECTED: _BY_A_PERSON,
    Disposition.SPLIT: _BY_A_PERSON | {State.CLASSIFIED},
}


class Step(StrEnum):
    """What a worker does next; the workbench shows it as progress."""

    FETCH = "fetch"
    RENDER = "render"
    RECOGNISE = "recognise"
    CLASSIFY = "classify"
    EXTRACT = "extract"
    MATCH = "match"
    ROUTE = "route"
    DECIDE = "decide"


_STEPS: dict[State, Step] = {
    State.READ: Step.CLASSIFY,
    State.CLASSIFIED: Step.EXTRACT,
    State.EXTRACTED: Step.MATCH,
    State.MATCHED: Step.ROUTE,
    State.ROUTED: Step.DECIDE,
}


class IllegalStep(HomingError):
    """The item is no longer in a state in which this is possible. Reload it: somebody or some step was quicker."""

    code = "illegal_step"
    status = 409


@dataclass(frozen=True, slots=True)
class Item:
    """What the machine knows. `failed_in` is the state in which a failed item got stuck."""

    state: State = State.RECEIVED
    disposition: Disposition | None = None
    failed_in: State | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether the item still needs a disposition."""
        return self.disposition is None


def next_state(state: State) -> State | None:
    """Return what the pipeline's next step leads to, or None where the pipeline has ended."""
    if state not in PIPELINE or state is PIPELINE[-1]:
        return None
    return PIPELINE[PIPELINE.index(state) + 1]


def step_for(state: State, *, has_document: bool, pages: int) -> Step | None:
    """Return what a worker does next with an item, or None where the pipeline has ended."""
    if state is not State.RECEIVED:
        return _STEPS.get(state)
    if not has_document:
        return Step.FETCH
    return Step.RECOGNISE if pages else Step.RENDER


def can_advance(item: Item, to: State) -> bool:
    """Tell whether the pipeline's next step leads to `to`."""
    return next_state(item.state) is to


def advance(item: Item, to: State) -> Item:
    """Return the item one step further. Raises IllegalStep."""
    if not can_advance(item, to):
        raise IllegalStep
    return replace(item, state=to)


def can_fail(item: Item) -> bool:
    """Tell whether a step of the pipeline can fail now."""
    return next_state(item.state) is not None


def fail(item: Item) -> Item:
    """Return the item in the exception queue. Raises IllegalStep."""
    if not can_fail(item):
        raise IllegalStep
    return Item(State.FAILED, failed_in=item.state)


def can_retry(item: Item) -> bool:
    """Tell whether the item waits in the exception queue."""
    return item.state is State.FAILED


def retry(item: Item) -> Item:
    """Return the item back at the step that failed. Raises IllegalStep."""
    if not can_retry(item) or item.failed_in is None:
        raise IllegalStep
    return Item(item.failed_in)


def can_take_over(item: Item) -> bool:
    """Tell whether a person may review the item by eye: the pipeline failed."""
    return item.state is State.FAILED


def take_over(item: Item) -> Item:
    """Return a failed item in review. Raises IllegalStep."""
    if not can_take_over(item):
        raise IllegalStep
    return Item(State.IN_REVIEW)


def can_dispose(item: Item, disposition: Disposition) -> bool:
    """Tell whether the item may end this way now."""
    return item.is_open and item.state in _DISPOSABLE_FROM[disposition]


def dispose(item: Item, disposition: Disposition) -> Item:
    """Return the item with its one disposition. Raises IllegalStep."""
    if not can_dispose(item, disposition):
        raise IllegalStep
    return Item(State.DISPOSED, disposition)


def can_reopen(item: Item) -> bool:
    """Tell whether a person may take the disposition back."""
    return item.disposition in REVERSIBLE


def reopen(item: Item) -> Item:
    """Return the item in review again. Raises IllegalStep."""
    if not can_reopen(item):
        raise IllegalStep
    return Item(State.IN_REVIEW)
