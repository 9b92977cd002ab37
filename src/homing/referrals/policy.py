"""Who must do what next and until when, what is promised to the partner, who may do what. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from homing.accounts.policy import Permission, Role
from homing.content.referral import Priority
from homing.referrals.states import COURSE, Closure, Command, Direction, EventKind, State, Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from uuid import UUID

    from homing.referrals.events import EventData, Evidence

_SATURDAY = 5


class NextAction(StrEnum):
    """What somebody does next with an open referral."""

    COMPLETE_DRAFT = "complete_draft"
    CONFIRM_ARRIVAL = "confirm_arrival"
    TRIAGE = "triage"
    OBTAIN_INFORMATION = "obtain_information"
    PREPARE_SCHEDULING = "prepare_scheduling"
    CONTACT_PATIENT = "contact_patient"
    FIND_PHONE_NUMBER = "find_phone_number"
    BOOK_APPOINTMENT = "book_appointment"
    DECIDE_UNREACHABLE = "decide_unreachable"
    DECIDE_PATIENT_DECLINED = "decide_patient_declined"
    REBOOK_PATIENT = "rebook_patient"
    AWAIT_VISIT = "await_visit"
    RETURN_NOTE = "return_note"
    CONFIRM_NOTE_DELIVERY = "confirm_note_delivery"
    AWAIT_DELIVERY = "await_delivery"
    OBTAIN_ACKNOWLEDGMENT = "obtain_acknowledgment"
    OBTAIN_DECISION = "obtain_decision"
    ANSWER_REQUEST = "answer_request"
    OBTAIN_APPOINTMENT = "obtain_appointment"
    FOLLOW_UP_NO_SHOW = "follow_up_no_show"
    ACT_ON_DECLINE = "act_on_decline"
    OBTAIN_NOTE = "obtain_note"
    REVIEW_NOTE = "review_note"

    @property
    def in_words(self) -> str:
        """The action as a person reads it."""
        return self.value.replace("_", " ").capitalize()


class ObligationKind(StrEnum):
    """What one party owes the other."""

    ACKNOWLEDGMENT = "acknowledgment"
    STATUS = "status"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True)
class Work:
    """What is done next, by whom (a role, perhaps a person), until when (aware UTC)."""

    next_action: str
    owner_role: str
    due_at: datetime
    owner: UUID | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """An obligation that an event creates; `is_about_event` where each such event has its own."""

    kind: ObligationKind
    due_at: datetime
    is_about_event: bool = False


@dataclass(frozen=True, slots=True)
class _Rule:
    action: NextAction
    role: Role
    #: Business days for a routine referral.
    days: int


_A = NextAction
_WORK: dict[Direction, dict[Status, _Rule]] = {
    Direction.INBOUND: {
        Status.DRAFT: _Rule(_A.COMPLETE_DRAFT, Role.INTAKE_COORDINATOR, 1),
        Status.SENT: _Rule(_A.CONFIRM_ARRIVAL, Role.INTAKE_COORDINATOR, 1),
        Status.RECEIVED: _Rule(_A.TRIAGE, Role.CLINICIAN, 1),
        Status.NEEDS_INFORMATION: _Rule(_A.OBTAIN_INFORMATION, Role.INTAKE_COORDINATOR, 3),
        Status.ACCEPTED: _Rule(_A.PREPARE_SCHEDULING, Role.SCHEDULER, 1),
        Status.PENDING_SCHEDULING: _Rule(_A.CONTACT_PATIENT, Role.SCHEDULER, 2),
        Status.SCHEDULED: _Rule(_A.AWAIT_VISIT, Role.SCHEDULER, 1),
        Status.NO_SHOW: _Rule(_A.REBOOK_PATIENT, Role.SCHEDULER, 1),
        Status.COMPLETED: _Rule(_A.RETURN_NOTE, Role.CLINICIAN, 3),
    },
    Direction.OUTBOUND: {
        Status.DRAFT: _Rule(_A.COMPLETE_DRAFT, Role.REFERRAL_COORDINATOR, 1),
        Status.SENT: _Rule(_A.OBTAIN_ACKNOWLEDGMENT, Role.REFERRAL_COORDINATOR, 2),
        Status.RECEIVED: _Rule(_A.OBTAIN_DECISION, Role.REFERRAL_COORDINATOR, 3),
        Status.NEEDS_INFORMATION: _Rule(_A.ANSWER_REQUEST, Role.REFERRAL_COORDINATOR, 1),
        Status.ACCEPTED: _Rule(_A.OBTAIN_APPOINTMENT, Role.REFERRAL_COORDINATOR, 5),
        Status.DECLINED: _Rule(_A.ACT_ON_DECLINE, Role.REFERRAL_COORDINATOR, 1),
        Status.PENDING_SCHEDULING: _Rule(_A.OBTAIN_APPOINTMENT, Role.REFERRAL_COORDINATOR, 5),
        Status.SCHEDULED: _Rule(_A.AWAIT_VISIT, Role.REFERRAL_COORDINATOR, 2),
        Status.NO_SHOW: _Rule(_A.FOLLOW_UP_NO_SHOW, Role.REFERRAL_COORDINATOR, 2),
        Status.COMPLETED: _Rule(_A.OBTAIN_NOTE, Role.REFERRAL_COORDINATOR, 7),
    },
}
#: Where something more is known than the status says. All carriers' retries end within four hours.
_UNREACHABLE = _Rule(_A.DECIDE_UNREACHABLE, Role.SCHEDULER, 5)
_REVIEW = _Rule(_A.REVIEW_NOTE, Role.REFERRAL_COORDINATOR, 3)
_DELIVERY_HOURS = 4

_URGENT_HOURS = {Priority.STAT: 1, Priority.ASAP: 4}
URGENCY = {Priority.STAT: 0, Priority.ASAP: 1, Priority.URGENT: 2, Priority.ROUTINE: 3}

#: Each of these is told to the sender of an inbound referral.
NOTICES = frozenset(
    {
        EventKind.INFORMATION_REQUESTED,
        EventKind.ACCEPTED,
        EventKind.DECLINED,
        EventKind.CONTACTED,
        EventKind.UNABLE_TO_REACH,
        EventKind.SCHEDULED,
        EventKind.RESCHEDULED,
        EventKind.APPOINTMENT_CANCELLED,
        EventKind.NO_SHOW,
        EventKind.COMPLETED,
        EventKind.VISIT_RETRACTED,
        EventKind.REDIRECTED,
        EventKind.CANCELLED,
        EventKind.CLOSED,
        EventKind.REOPENED,
    }
)
ACKNOWLEDGMENT_WITHIN = timedelta(minutes=5)
NOTICE_WITHIN = timedelta(hours=4)
OUTCOME_WITHIN = timedelta(days=7)
#: Outbound, what the receiver owes us after an event, and the business days it has.
_PARTNER_OWES = {
    EventKind.SENT: (ObligationKind.ACKNOWLEDGMENT, 2),
    EventKind.RECEIVED: (ObligationKind.STATUS, 10),
    EventKind.ACCEPTED: (ObligationKind.STATUS, 10),
}
_FULFILS = {
    EventKind.ACKNOWLEDGMENT_CONFIRMED: (ObligationKind.ACKNOWLEDGMENT,),
    EventKind.NOTICE_CONFIRMED: (ObligationKind.STATUS,),
    EventKind.OUTCOME_DELIVERED: (ObligationKind.OUTCOME,),
}
#: Outbound facts from which we see that the receiver has the referral, or how it stands.
_SIGNS_OF_LIFE = frozenset(COURSE) - {EventKind.SENT, EventKind.INFORMATION_PROVIDED} | {EventKind.DECLINED}

#: What others tell about the care itself; the fate of our own messages is no news.
NEWS = frozenset(COURSE) | {EventKind.DECLINED, EventKind.REDIRECTED, EventKind.CANCELLED}
#: Somebody has acted although the status stays: the time for what is next begins anew.
RENEWS = frozenset(
    {
        EventKind.CONTACTED,
        EventKind.CHASED,
        EventKind.INFORMATION_REQUESTED,
        EventKind.INFORMATION_PROVIDED,
        EventKind.SEND_REQUESTED,
        EventKind.OUTCOME_RETURNED,
    }
)

#: Marks and proofs that change nothing about what a person was looking at: a form filled in meanwhile stays good.
UNNOTICED = frozenset(
    {
        EventKind.ACKNOWLEDGMENT_CONFIRMED,
        EventKind.NOTICE_CONFIRMED,
        EventKind.STALLED,
        EventKind.OBLIGATION_BREACHED,
    }
)

#: What a referral must say, by the field names of the reading contract; one field of each group is enough.
REQUIRED_FIELDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("patient's name", ("patient.family",)),
    ("patient's date of birth", ("patient.birth_date",)),
    ("patient's phone number", ("patient.phone",)),
    ("insurance", ("coverage.payer", "coverage.member_id")),
    ("referring provider", ("referrer.family", "referrer.npi", "referrer.organization")),
    ("reason for referral or diagnosis", ("reason", "diagnosis.codes")),
)

_P = Permission
_CARE = (_P.REFERRALS_TRIAGE, _P.REFERRALS_SCHEDULE, _P.INTAKE_REVIEW)
_INBOUND_PERMISSIONS: dict[Command, tuple[Permission, ...]] = {
    Command.SEND: (_P.REFERRALS_SEND,),
    Command.RECEIVE: (_P.INTAKE_REVIEW,),
    Command.ACCEPT: (_P.REFERRALS_TRIAGE,),
    Command.DECLINE: (_P.REFERRALS_TRIAGE,),
    Command.REDIRECT: (_P.REFERRALS_TRIAGE,),
    Command.RELEASE_TO_SCHEDULING: (_P.REFERRALS_SCHEDULE,),
    Command.RECORD_CONTACT: (_P.REFERRALS_SCHEDULE,),
    Command.UNABLE_TO_REACH: (_P.REFERRALS_SCHEDULE,),
    Command.BOOK: (_P.REFERRALS_SCHEDULE,),
    Command.REBOOK: (_P.REFERRALS_SCHEDULE,),
    Command.CANCEL_APPOINTMENT: (_P.REFERRALS_SCHEDULE,),
    Command.NO_SHOW: (_P.REFERRALS_SCHEDULE,),
    Command.COMPLETE: (_P.REFERRALS_SCHEDULE, _P.OUTCOME_RETURN),
    Command.RETRACT_VISIT: (_P.REFERRALS_SCHEDULE,),
    Command.RETURN_OUTCOME: (_P.OUTCOME_RETURN,),
    Command.COMMENT: (_P.REFERRALS_READ,),
}


def permissions_for(direction: Direction, command: Command) -> tuple[Permission, ...]:
    """Return the permissions of which an actor needs one."""
    if direction is Direction.OUTBOUND:
        return (_P.REFERRALS_READ,) if command is Command.COMMENT else (_P.REFERRALS_SEND,)
    return _INBOUND_PERMISSIONS.get(command, _CARE)


def default_work(state: State, priority: Priority, at: datetime, zone: str = "America/New_York") -> Work:
    """Return what an open referral needs next after an event at `at`; `zone` is the organization's."""
    waiting = _awaited_delivery(state)
    if waiting is not None:
        return Work(waiting.action, waiting.role, at + timedelta(hours=_DELIVERY_HOURS))
    rule = _rule(state)
    if state.status is Status.SCHEDULED and state.appointment:
        # Nothing is to be done before the visit, however urgent it is.
        visited = max(at, state.appointment.start)
        return Work(rule.action, rule.role, add_business_days(visited, rule.days, zone))
    return Work(rule.action, rule.role, due(priority, at, rule.days, zone))


def due(priority: Priority, at: datetime, days: int, zone: str = "America/New_York") -> datetime:
    """Return when work of `days` business days, for a routine referral, is due for one of `priority`."""
    if priority in _URGENT_HOURS:
        return at + timedelta(hours=_URGENT_HOURS[priority])
    return add_business_days(at, min(days, 1) if priority is Priority.URGENT else days, zone)


def add_business_days(at: datetime, days: int, zone: str = "America/New_York") -> datetime:
    """Return the moment `days` weekdays later at the same local time; holidays count as weekdays."""
    local = at.astimezone(ZoneInfo(zone))
    while days:
        local += timedelta(days=1)
        days -= local.weekday() < _SATURDAY
    return local.astimezone(at.tzinfo)


def is_ready_to_schedule(phone: str) -> bool:
    """Tell whether an accepted referral can go to the schedulers at once: the patient can be reached."""
    return bool(phone)


def promises(
    before: State, after: State, kind: EventKind, occurred_at: datetime, now: datetime, zone: str = "America/New_York"
) -> tuple[Promise, ...]:
    """Return the obligations that an event of `kind`, which led from `before` to `after`, creates."""
    made: tuple[Promise, ...] = ()
    # A note that has come from a receiver is not owed by it; ours is owed until the sender has it.
    is_owed = after.direction is Direction.INBOUND or not after.has_outcome
    if after.status is Status.COMPLETED and before.status is not Status.COMPLETED and is_owed:
        begun = occurred_at if kind is EventKind.COMPLETED else now
        made += (Promise(ObligationKind.OUTCOME, begun + OUTCOME_WITHIN),)
    if kind is EventKind.DETACHED and before.has_outcome and after.status is Status.COMPLETED and not after.has_outcome:
        made += (Promise(ObligationKind.OUTCOME, now + OUTCOME_WITHIN),)
    # With the note in its hands the sender is told nothing more.
    is_told = kind in NOTICES and not (kind is EventKind.CLOSED and after.is_closed_loop)
    if after.direction is Direction.INBOUND and is_told:
        made += (Promise(ObligationKind.STATUS, now + NOTICE_WITHIN, is_about_event=True),)
    # News that is overtaken already, such as the proof of sending after the answer, asks for nothing more.
    is_new = before.status is not after.status or kind is EventKind.SENT
    if kind in _PARTNER_OWES and after.direction is Direction.OUTBOUND and after.status is COURSE[kind][1] and is_new:
        owed, days = _PARTNER_OWES[kind]
        made += (Promise(owed, add_business_days(now, days, zone)),)
    return made


def fulfilments(direction: Direction, kind: EventKind) -> tuple[ObligationKind, ...]:
    """Return the kinds of obligations that an event of `kind` fulfils."""
    if direction is Direction.INBOUND:
        return _FULFILS.get(kind, ())
    if kind is EventKind.OUTCOME_RECEIVED:
        return tuple(ObligationKind)
    return (ObligationKind.ACKNOWLEDGMENT, ObligationKind.STATUS) if kind in _SIGNS_OF_LIFE else ()


def releases(before: State, after: State) -> tuple[ObligationKind, ...]:
    """Return the kinds of obligations that nobody owes any more; a sender is still told the end."""
    if before.is_open and not after.is_open:
        return (ObligationKind.OUTCOME,) if after.direction is Direction.INBOUND else tuple(ObligationKind)
    is_taken_back = before.status is Status.COMPLETED and after.is_open and after.status is not Status.COMPLETED
    return (ObligationKind.OUTCOME,) if is_taken_back else ()


def missing_fields(present: Collection[str]) -> tuple[str, ...]:
    """Return in words what seems to be missing, given the names of the fields (reading contract) that have a value."""
    return tuple(title for title, names in REQUIRED_FIELDS if not any(name in present for name in names))


def complaint(command: Command, data: EventData, evidence: Evidence | None, *, has_outcome: bool = False) -> str | None:
    """Return what a command lacks, in words, or None. `has_outcome`: the note has been returned, or has come."""
    needs = [*_needs(data), *_closing_needs(data, evidence, has_outcome=has_outcome)]
    return next((text for subject, text, is_given in needs if subject is command and not is_given), None)


def _needs(data: EventData) -> Iterable[tuple[Command, str, bool]]:
    yield Command.DECLINE, "Give the reason for declining.", bool(data.reason.strip())
    yield Command.DECLINE, "Name an alternative for the patient.", bool(data.alternative.strip())
    yield Command.REDIRECT, "Name the service or office to redirect to.", bool(data.target and data.target.title)
    yield Command.BOOK, "Give the time of the appointment.", data.appointment is not None
    yield Command.REBOOK, "Give the time of the new appointment.", data.appointment is not None
    yield Command.RETURN_OUTCOME, "Attach the note to return.", data.document_id is not None
    yield Command.RECORD_CONTACT, "Say what came of the contact.", data.outcome is not None
    yield Command.CLOSE, "Choose why the referral is closed.", data.closure is not None


def _closing_needs(
    data: EventData, evidence: Evidence | None, *, has_outcome: bool
) -> Iterable[tuple[Command, str, bool]]:
    if data.closure is Closure.ADMINISTRATIVE:
        yield Command.CLOSE, "An administrative closure needs its reason in words.", bool(data.reason.strip())
    if data.closure is Closure.OUTCOME_RETURNED:
        # Otherwise whatever is closed could be counted as a loop that is closed.
        yield Command.CLOSE, "There is no note yet. Enter the note, then close the referral.", has_outcome
        yield Command.CLOSE, "Say what proves that the referrer has the note.", evidence is not None


def _awaited_delivery(state: State) -> _Rule | None:
    if state.direction is Direction.OUTBOUND:
        is_going = state.status is Status.DRAFT and state.send_requested
        return _Rule(_A.AWAIT_DELIVERY, Role.REFERRAL_COORDINATOR, 1) if is_going else None
    is_going = state.status is Status.COMPLETED and state.has_outcome
    return _Rule(_A.CONFIRM_NOTE_DELIVERY, Role.INTAKE_COORDINATOR, 1) if is_going else None


def _rule(state: State) -> _Rule:
    if state.unreachable and state.status is Status.PENDING_SCHEDULING and state.direction is Direction.INBOUND:
        return _UNREACHABLE
    if state.has_outcome and state.status is Status.COMPLETED:
        return _REVIEW
    return _WORK[state.direction][state.status]
