"""The life of a referral as one pure table: no database, no clock, no permission.

Two things move a referral. A *command* of ours is legal or raises `IllegalTransition`. A *fact* (what a partner,
an EHR or a carrier told us) never raises: facts are folded in the order in which they occurred, whatever the order
in which they were learnt.

A state has a *course* (how far the care has come) and, once it is over, an *end*. News that arrives after the end
still moves the course, so that a reopened referral stands where the facts say it stands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import reduce
from typing import TYPE_CHECKING

from homing.content.appointment import Appointment
from homing.kit.errors import HomingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class IllegalTransition(HomingError):
    """This cannot be done in the present status of the referral. Reload it and see what is possible."""

    code = "illegal_transition"
    status = 409


class Direction(StrEnum):
    """Whether the referral came to us or goes out from us."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Status(StrEnum):
    """What the two parties have told each other (FHIR Task.businessStatus, BSeR)."""

    DRAFT = "draft"
    SENT = "sent"
    RECEIVED = "received"
    NEEDS_INFORMATION = "needs_information"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REDIRECTED = "redirected"
    PENDING_SCHEDULING = "pending_scheduling"
    SCHEDULED = "scheduled"
    NO_SHOW = "no_show"
    COMPLETED = "completed"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Closure(StrEnum):
    """Why a referral was closed. Only `OUTCOME_RETURNED` is a closed loop."""

    OUTCOME_RETURNED = "outcome_returned"
    PATIENT_DECLINED = "patient_declined"
    UNABLE_TO_REACH = "unable_to_reach"
    SEEN_ELSEWHERE = "seen_elsewhere"
    DUPLICATE = "duplicate"
    DECEASED = "deceased"
    ADMINISTRATIVE = "administrative"


class EventKind(StrEnum):
    """What can stand in a referral's history. The order decides between facts of the same instant."""

    DRAFTED = "drafted"
    SEND_REQUESTED = "send_requested"
    SENT = "sent"
    RECEIVED = "received"
    INFORMATION_REQUESTED = "information_requested"
    INFORMATION_PROVIDED = "information_provided"
    DECLINED = "declined"
    ACCEPTED = "accepted"
    READY_TO_SCHEDULE = "ready_to_schedule"
    CONTACTED = "contacted"
    UNABLE_TO_REACH = "unable_to_reach"
    SCHEDULED = "scheduled"
    RESCHEDULED = "rescheduled"
    APPOINTMENT_CANCELLED = "appointment_cancelled"
    NO_SHOW = "no_show"
    COMPLETED = "completed"
    VISIT_RETRACTED = "visit_retracted"
    OUTCOME_RETURNED = "outcome_returned"
    OUTCOME_RECEIVED = "outcome_received"
    OUTCOME_DELIVERED = "outcome_delivered"
    OUTCOME_REVIEWED = "outcome_reviewed"
    REDIRECTED = "redirected"
    CANCELLED = "cancelled"
    CLOSED = "closed"
    REOPENED = "reopened"
    # These leave the status as it is.
    LINKED = "linked"
    REVISED = "revised"
    ATTACHED = "attached"
    #: A document that did not belong here was taken off; an outcome that it brought never was one.
    DETACHED = "detached"
    ASSIGNED = "assigned"
    WORK_SET = "work_set"
    COMMENTED = "commented"
    ACKNOWLEDGMENT_CONFIRMED = "acknowledgment_confirmed"
    NOTICE_CONFIRMED = "notice_confirmed"
    DELIVERY_FAILED = "delivery_failed"
    STALLED = "stalled"
    OBLIGATION_BREACHED = "obligation_breached"
    CHASED = "chased"


class Command(StrEnum):
    """What our people (and our policies) can do."""

    SEND = "send"
    RECEIVE = "receive"
    REQUEST_INFORMATION = "request_information"
    PROVIDE_INFORMATION = "provide_information"
    ACCEPT = "accept"
    DECLINE = "decline"
    REDIRECT = "redirect"
    RELEASE_TO_SCHEDULING = "release_to_scheduling"
    RECORD_CONTACT = "record_contact"
    UNABLE_TO_REACH = "unable_to_reach"
    BOOK = "book"
    REBOOK = "rebook"
    CANCEL_APPOINTMENT = "cancel_appointment"
    NO_SHOW = "no_show"
    COMPLETE = "complete"
    RETRACT_VISIT = "retract_visit"
    RETURN_OUTCOME = "return_outcome"
    REVIEW_OUTCOME = "review_outcome"
    CLOSE = "close"
    CANCEL = "cancel"
    REOPEN = "reopen"
    CHASE = "chase"
    ASSIGN = "assign"
    COMMENT = "comment"


EVENT_OF: dict[Command, EventKind] = {
    Command.SEND: EventKind.SEND_REQUESTED,
    Command.RECEIVE: EventKind.RECEIVED,
    Command.REQUEST_INFORMATION: EventKind.INFORMATION_REQUESTED,
    Command.PROVIDE_INFORMATION: EventKind.INFORMATION_PROVIDED,
    Command.ACCEPT: EventKind.ACCEPTED,
    Command.DECLINE: EventKind.DECLINED,
    Command.REDIRECT: EventKind.REDIRECTED,
    Command.RELEASE_TO_SCHEDULING: EventKind.READY_TO_SCHEDULE,
    Command.RECORD_CONTACT: EventKind.CONTACTED,
    Command.UNABLE_TO_REACH: EventKind.UNABLE_TO_REACH,
    Command.BOOK: EventKind.SCHEDULED,
    Command.REBOOK: EventKind.RESCHEDULED,
    Command.CANCEL_APPOINTMENT: EventKind.APPOINTMENT_CANCELLED,
    Command.NO_SHOW: EventKind.NO_SHOW,
    Command.COMPLETE: EventKind.COMPLETED,
    Command.RETRACT_VISIT: EventKind.VISIT_RETRACTED,
    Command.RETURN_OUTCOME: EventKind.OUTCOME_RETURNED,
    Command.REVIEW_OUTCOME: EventKind.OUTCOME_REVIEWED,
    Command.CLOSE: EventKind.CLOSED,
    Command.CANCEL: EventKind.CANCELLED,
    Command.REOPEN: EventKind.REOPENED,
    Command.CHASE: EventKind.CHASED,
    Command.ASSIGN: EventKind.ASSIGNED,
    Command.COMMENT: EventKind.COMMENTED,
}

_TRANSPORT = frozenset(
    {
        EventKind.ACKNOWLEDGMENT_CONFIRMED,
        EventKind.NOTICE_CONFIRMED,
        EventKind.DELIVERY_FAILED,
        EventKind.COMMENTED,
    }
)
_VISIT = frozenset(
    {
        EventKind.CONTACTED,
        EventKind.SCHEDULED,
        EventKind.RESCHEDULED,
        EventKind.APPOINTMENT_CANCELLED,
        EventKind.NO_SHOW,
        EventKind.COMPLETED,
    }
)
#: What `actions.learn` takes: told by sender, EHR and carrier (inbound), or by the receiver and the carrier (outbound).
FACTS: dict[Direction, frozenset[EventKind]] = {
    Direction.INBOUND: _TRANSPORT
    | _VISIT
    | {
        EventKind.SENT,
        EventKind.RECEIVED,
        EventKind.INFORMATION_PROVIDED,
        EventKind.CANCELLED,
        EventKind.OUTCOME_RETURNED,
        EventKind.OUTCOME_DELIVERED,
    },
    Direction.OUTBOUND: _TRANSPORT
    | _VISIT
    | {
        EventKind.SENT,
        EventKind.RECEIVED,
        EventKind.INFORMATION_REQUESTED,
        EventKind.INFORMATION_PROVIDED,
        EventKind.DECLINED,
        EventKind.ACCEPTED,
        EventKind.READY_TO_SCHEDULE,
        EventKind.UNABLE_TO_REACH,
        EventKind.OUTCOME_RECEIVED,
        EventKind.REDIRECTED,
        EventKind.CANCELLED,
    },
}
#: What a partner can tell one of our users on the telephone.
PARTNER_FACTS: dict[Direction, frozenset[EventKind]] = {
    Direction.INBOUND: frozenset({EventKind.INFORMATION_PROVIDED, EventKind.CANCELLED}),
    Direction.OUTBOUND: FACTS[Direction.OUTBOUND] - _TRANSPORT - {EventKind.SENT, EventKind.INFORMATION_PROVIDED},
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One event as far as the machine needs it. `occurred_at` is aware; `key` is unique within the referral."""

    kind: EventKind
    occurred_at: datetime
    key: str = ""
    closure: Closure | None = None
    appointment: Appointment | None = None


@dataclass(frozen=True, slots=True)
class State:
    """Where a referral stands. `course` is never an end, except that an outbound referral may stand declined."""

    direction: Direction
    course: Status = Status.DRAFT
    end: Status | None = None
    closure: Closure | None = None
    #: Where a referral that waits for information goes on from.
    held: Status | None = None
    appointment: Appointment | None = None
    missed: Appointment | None = None
    send_requested: bool = False
    unreachable: bool = False
    #: The note is released to the sender (inbound) or has come from the receiver (outbound).
    has_outcome: bool = False
    #: When the latest of the facts occurred.
    latest: datetime | None = None

    @property
    def status(self) -> Status:
        """The protocol status."""
        return self.end or self.course

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still has to act."""
        return self.end is None

    @property
    def is_closed_loop(self) -> bool:
        """Tell whether the outcome came home."""
        return self.closure is Closure.OUTCOME_RETURNED


_S, _E, _C = Status, EventKind, Command
_UNDECIDED = frozenset({_S.DRAFT, _S.SENT, _S.RECEIVED, _S.NEEDS_INFORMATION, _S.DECLINED})
_BEFORE_VISIT = _UNDECIDED | {_S.ACCEPTED, _S.PENDING_SCHEDULING, _S.SCHEDULED, _S.NO_SHOW}
_ANYWHERE = _BEFORE_VISIT | {_S.COMPLETED}
#: The course: from which statuses an event leads to which. From any other the course stays.
COURSE: dict[EventKind, tuple[frozenset[Status], Status]] = {
    _E.SENT: (frozenset({_S.DRAFT}), _S.SENT),
    _E.RECEIVED: (frozenset({_S.DRAFT, _S.SENT}), _S.RECEIVED),
    _E.INFORMATION_REQUESTED: (
        _UNDECIDED - {_S.NEEDS_INFORMATION} | {_S.ACCEPTED, _S.PENDING_SCHEDULING},
        _S.NEEDS_INFORMATION,
    ),
    _E.ACCEPTED: (_UNDECIDED, _S.ACCEPTED),
    _E.READY_TO_SCHEDULE: (_UNDECIDED | {_S.ACCEPTED, _S.NO_SHOW}, _S.PENDING_SCHEDULING),
    _E.CONTACTED: (frozenset({_S.ACCEPTED, _S.NO_SHOW}), _S.PENDING_SCHEDULING),
    _E.UNABLE_TO_REACH: (frozenset({_S.ACCEPTED, _S.NO_SHOW}), _S.PENDING_SCHEDULING),
    _E.SCHEDULED: (_BEFORE_VISIT, _S.SCHEDULED),
    _E.RESCHEDULED: (_BEFORE_VISIT, _S.SCHEDULED),
    _E.APPOINTMENT_CANCELLED: (frozenset({_S.SCHEDULED}), _S.PENDING_SCHEDULING),
    _E.NO_SHOW: (_BEFORE_VISIT, _S.NO_SHOW),
    _E.COMPLETED: (_ANYWHERE, _S.COMPLETED),
    _E.OUTCOME_RETURNED: (_ANYWHERE, _S.COMPLETED),
    _E.OUTCOME_RECEIVED: (_ANYWHERE, _S.COMPLETED),
    _E.OUTCOME_DELIVERED: (_ANYWHERE, _S.COMPLETED),
    _E.OUTCOME_REVIEWED: (_ANYWHERE, _S.COMPLETED),
}
_ONLY_INBOUND = frozenset({_E.OUTCOME_RETURNED, _E.OUTCOME_DELIVERED})
_ONLY_OUTBOUND = frozenset({_E.SEND_REQUESTED, _E.OUTCOME_RECEIVED, _E.OUTCOME_REVIEWED})
_KIND_ORDER = {kind: position for position, kind in enumerate(EventKind)}

_IN_HAND = frozenset({_C.CLOSE, _C.CANCEL, _C.ASSIGN, _C.COMMENT})
_TRIAGE = frozenset({_C.REQUEST_INFORMATION, _C.ACCEPT, _C.DECLINE, _C.REDIRECT, _C.RECORD_CONTACT})
_BOOKING = frozenset({_C.REQUEST_INFORMATION, _C.DECLINE, _C.REDIRECT, _C.RECORD_CONTACT, _C.UNABLE_TO_REACH, _C.BOOK})
_VISITING = frozenset(
    {_C.REQUEST_INFORMATION, _C.RECORD_CONTACT, _C.REBOOK, _C.CANCEL_APPOINTMENT, _C.NO_SHOW, _C.COMPLETE}
)
_ENDED = frozenset({_C.REOPEN, _C.COMMENT})
_SENT_OUT = _IN_HAND | {_C.CHASE, _C.REDIRECT}

#: The commands that are legal in each status.
COMMANDS: dict[Direction, dict[Status, frozenset[Command]]] = {
    Direction.INBOUND: {
        _S.DRAFT: frozenset({_C.RECEIVE, _C.CANCEL, _C.ASSIGN, _C.COMMENT}),
        _S.SENT: _IN_HAND | {_C.RECEIVE},
        _S.RECEIVED: _IN_HAND | _TRIAGE,
        _S.NEEDS_INFORMATION: _IN_HAND | _TRIAGE | {_C.PROVIDE_INFORMATION},
        _S.ACCEPTED: _IN_HAND | _BOOKING | {_C.RELEASE_TO_SCHEDULING},
        _S.DECLINED: _ENDED,
        _S.REDIRECTED: frozenset({_C.COMMENT}),
        _S.PENDING_SCHEDULING: _IN_HAND | _BOOKING,
        _S.SCHEDULED: _IN_HAND | _VISITING | {_C.RETURN_OUTCOME},
        _S.NO_SHOW: _IN_HAND | _BOOKING | {_C.RELEASE_TO_SCHEDULING, _C.COMPLETE},
        _S.COMPLETED: frozenset(
            {_C.RETURN_OUTCOME, _C.RETRACT_VISIT, _C.RECORD_CONTACT, _C.CLOSE, _C.ASSIGN, _C.COMMENT}
        ),
        _S.CLOSED: _ENDED,
        _S.CANCELLED: _ENDED,
    },
    Direction.OUTBOUND: {
        _S.DRAFT: frozenset({_C.SEND, _C.CANCEL, _C.ASSIGN, _C.COMMENT}),
        _S.SENT: _SENT_OUT | {_C.SEND},
        _S.RECEIVED: _SENT_OUT,
        _S.NEEDS_INFORMATION: _SENT_OUT | {_C.PROVIDE_INFORMATION},
        _S.ACCEPTED: _SENT_OUT,
        _S.DECLINED: _SENT_OUT,
        _S.REDIRECTED: frozenset({_C.COMMENT}),
        _S.PENDING_SCHEDULING: _SENT_OUT,
        _S.SCHEDULED: _SENT_OUT,
        _S.NO_SHOW: _SENT_OUT,
        _S.COMPLETED: frozenset({_C.REVIEW_OUTCOME, _C.RETRACT_VISIT, _C.CHASE, _C.CLOSE, _C.ASSIGN, _C.COMMENT}),
        _S.CLOSED: _ENDED,
        _S.CANCELLED: _ENDED,
    },
}
#: Records of something in the world that later news may have overtaken when they are dated back. Every other command
#: must take effect.
MAY_BE_OVERTAKEN = frozenset({_C.RECORD_CONTACT, _C.CANCEL_APPOINTMENT, _C.NO_SHOW, _C.PROVIDE_INFORMATION, _C.COMMENT})


def fold(direction: Direction, facts: Iterable[Fact]) -> State:
    """Return the state that `facts` lead to, whatever their order; repeats of a fact change nothing."""
    return reduce(step, sorted(facts, key=moment), State(direction))


def step(state: State, fact: Fact) -> State:
    """Return the state after one more fact, later than all before. Total: every fact is possible in every state."""
    state = replace(state, latest=max(state.latest, fact.occurred_at) if state.latest else fact.occurred_at)
    if fact.kind in _ONLY_INBOUND and state.direction is Direction.OUTBOUND:
        return state
    if fact.kind in _ONLY_OUTBOUND and state.direction is Direction.INBOUND:
        return state
    if special := _SPECIAL.get(fact.kind):
        state = special(state, fact)
    elif fact.kind in COURSE:
        state = _move(state, fact.kind)
    return state


def legal(state: State) -> frozenset[Command]:
    """Return the commands that are legal in `state`."""
    commands = COMMANDS[state.direction][state.status]
    return commands if state.has_outcome else commands - {Command.REVIEW_OUTCOME}


def can(state: State, command: Command) -> bool:
    """Tell whether `command` is legal in `state`."""
    return command in legal(state)


def check(state: State, command: Command) -> None:
    """Refuse a command that is not legal in `state`.

    Raises
    ------
    IllegalTransition
    """
    if can(state, command):
        return
    if command in COMMANDS[state.direction][state.status]:
        raise IllegalTransition("There is no note to review yet. Attach the consult note first.")
    doing, status = command.replace("_", " "), state.status.replace("_", " ")
    raise IllegalTransition(f"“{doing}” is not possible while the referral is {status}. Reload it.")


def moment(fact: Fact) -> tuple[datetime, int, str, str, str]:
    """Return the key by which facts are put in order."""
    # Same content sorts together, so that a repeat under another key stays a repeat.
    visit = fact.appointment
    content = f"{visit.start.astimezone(UTC).isoformat()}|{visit.identifier}|{visit!r}" if visit else ""
    return fact.occurred_at, _KIND_ORDER[fact.kind], content, fact.closure or "", fact.key


def _move(state: State, kind: EventKind) -> State:
    sources, target = COURSE[kind]
    return _settle(state, target) if state.course in sources else state


def _settle(state: State, target: Status) -> State:
    held = state.held if target is Status.NEEDS_INFORMATION else None
    appointment = state.appointment if target in {Status.SCHEDULED, Status.COMPLETED} else None
    return replace(state, course=target, held=held, appointment=appointment)


def _request_send(state: State, _fact: Fact) -> State:
    return replace(state, send_requested=True)


def _request_information(state: State, fact: Fact) -> State:
    if state.course not in COURSE[fact.kind][0]:
        return state
    # Whoever asks has it in hands.
    known = state.course in {Status.ACCEPTED, Status.PENDING_SCHEDULING}
    held = state.course if known else Status.RECEIVED
    return replace(_settle(state, Status.NEEDS_INFORMATION), held=held)


def _provide_information(state: State, _fact: Fact) -> State:
    state = replace(state, unreachable=False)
    if state.course is not Status.NEEDS_INFORMATION:
        return state
    return _settle(state, state.held or Status.RECEIVED)


def _contact(state: State, fact: Fact) -> State:
    return replace(_move(state, fact.kind), unreachable=fact.kind is EventKind.UNABLE_TO_REACH)


def _schedule(state: State, fact: Fact) -> State:
    # A system that repeats the booking of a visit already missed does not book it again.
    if state.course is Status.NO_SHOW and state.missed and fact.appointment == state.missed:
        return state
    if state.course not in COURSE[fact.kind][0]:
        return state
    return replace(_settle(state, Status.SCHEDULED), appointment=fact.appointment, missed=None, unreachable=False)


def _lose_appointment(state: State, fact: Fact) -> State:
    # News about an appointment that another one has replaced is history only.
    if state.appointment and fact.appointment and not _same(fact.appointment, state.appointment):
        return state
    missed = fact.appointment or state.appointment if fact.kind is EventKind.NO_SHOW else None
    moved = _move(state, fact.kind)
    if moved is state or state.course is moved.course:
        return state
    return replace(moved, missed=missed)


def _retract_visit(state: State, _fact: Fact) -> State:
    if state.status is not Status.COMPLETED:
        return state
    target = Status.SCHEDULED if state.appointment else Status.PENDING_SCHEDULING
    return replace(_settle(state, target), has_outcome=False)


def _have_outcome(state: State, fact: Fact) -> State:
    return replace(_move(state, fact.kind), has_outcome=True)


def _bring_home(state: State, fact: Fact) -> State:
    state = _move(state, fact.kind)
    if state.closure is Closure.DUPLICATE:
        return state
    # An outcome in the hands of the referrer outranks every other end; a duplicate would be counted twice.
    return replace(state, end=Status.CLOSED, closure=Closure.OUTCOME_RETURNED)


def _close(state: State, fact: Fact) -> State:
    if fact.closure is Closure.OUTCOME_RETURNED:
        return _bring_home(state, replace(fact, kind=EventKind.OUTCOME_DELIVERED))
    if state.end is not None:
        return state
    return replace(state, end=Status.CLOSED, closure=fact.closure or Closure.ADMINISTRATIVE)


def _decline(state: State, _fact: Fact) -> State:
    if state.course is Status.COMPLETED:
        return state
    if state.direction is Direction.OUTBOUND:
        return _settle(state, Status.DECLINED)
    return replace(state, end=state.end or Status.DECLINED)


def _withdraw(state: State, fact: Fact) -> State:
    # Somebody who was seen can no longer be withdrawn or passed on: the note is owed.
    if state.course is Status.COMPLETED:
        return state
    target = Status.CANCELLED if fact.kind is EventKind.CANCELLED else Status.REDIRECTED
    return replace(state, end=state.end or target)


def _reopen(state: State, _fact: Fact) -> State:
    return replace(state, end=None, closure=None)


def _same(one: Appointment, other: Appointment) -> bool:
    if one.identifier and other.identifier:
        return one.identifier == other.identifier
    return one.start == other.start


_SPECIAL: dict[EventKind, Callable[[State, Fact], State]] = {
    _E.SEND_REQUESTED: _request_send,
    _E.INFORMATION_REQUESTED: _request_information,
    _E.INFORMATION_PROVIDED: _provide_information,
    _E.CONTACTED: _contact,
    _E.UNABLE_TO_REACH: _contact,
    _E.SCHEDULED: _schedule,
    _E.RESCHEDULED: _schedule,
    _E.APPOINTMENT_CANCELLED: _lose_appointment,
    _E.NO_SHOW: _lose_appointment,
    _E.VISIT_RETRACTED: _retract_visit,
    _E.OUTCOME_RETURNED: _have_outcome,
    _E.OUTCOME_RECEIVED: _have_outcome,
    _E.OUTCOME_DELIVERED: _bring_home,
    _E.OUTCOME_REVIEWED: _bring_home,
    _E.DECLINED: _decline,
    _E.REDIRECTED: _withdraw,
    _E.CANCELLED: _withdraw,
    _E.CLOSED: _close,
    _E.REOPENED: _reopen,
}
