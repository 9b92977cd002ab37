"""What our faxes say, in plain sentences. Pure.

Nothing here names or describes the patient: a fax may end up with anybody. A notice carries the reference number, the
status and dates; the only texts of ours that it repeats are the reason and alternative of a decline, what is missing,
and why something could not be used, which are written for the sender.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from homing.formats.faxsheet import Fact, LadderStep, StepState
from homing.kit import reference
from homing.referrals.events import ContactOutcome, EventData
from homing.referrals.states import Closure, EventKind, Status


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one sheet. `missing` becomes a list to tick and fax back."""

    title: str
    paragraphs: tuple[str, ...]
    facts: tuple[Fact, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Days:
    """Dates and times as the organization's own people read them."""

    zone: ZoneInfo

    def day(self, moment: datetime) -> str:
        """Return `11/05/2026`."""
        return f"{moment.astimezone(self.zone):%m/%d/%Y}"

    def time(self, moment: datetime) -> str:
        """Return `11/05/2026 at 2:00 PM EST`."""
        local = moment.astimezone(self.zone)
        return f"{local:%m/%d/%Y} at {local.hour % 12 or 12}:{local:%M %p %Z}"


KEEP: Final = "Please keep the reference number: we print it on everything that we send you about this referral."
NO_NEED: Final = "You need not do anything now."


def acknowledgment(*, pages: int, received_at: datetime, missing: tuple[str, ...], days: Days) -> Wording:
    """Say that it has come, how many pages, and what seems to be missing."""
    body = ["We have received your referral. A person looks at it next, and we will tell you each further step.", KEEP]
    if missing:
        body.append("On a first look, what is listed below seems to be missing. If it is on the pages, ignore this.")
    facts = (Fact("Pages received", str(pages)), Fact("Received", days.time(received_at)))
    return Wording("We have your referral", tuple(body), facts, missing)


def still_missing(missing: tuple[str, ...]) -> Wording:
    """Correct what the acknowledgment said to be missing."""
    if not missing:
        text = "A person has looked at your referral: nothing is missing, whatever our first answer said."
        return Wording("Your referral is complete", (text, NO_NEED))
    text = "A person has looked at your referral. This list replaces the one in our first answer."
    return Wording("Your referral: what is still needed", (text,), missing=missing)


def repeated(earlier: str) -> Wording:
    """Say that it repeats an earlier one, whose canonical reference number is `earlier`."""
    text = (
        f"We had received this referral before. It continues under the reference number {reference.display(earlier)}."
    )
    return Wording("We had this referral already", (text, NO_NEED), (Fact("Continues as", reference.display(earlier)),))


def belongs_to(earlier: str) -> Wording:
    """Say that it was put to an earlier referral."""
    shown = reference.display(earlier)
    text = (
        f"What you sent belongs to a referral of yours that we have. It continues under the reference number {shown}."
    )
    return Wording("Added to your referral", (text, NO_NEED), (Fact("Continues as", shown),))


def filed() -> Wording:
    """Say that what was acknowledged is no referral."""
    text = (
        "A person has looked at what you sent: it is not a referral to us. We have kept it, and nobody makes a visit."
    )
    return Wording("Kept, but not a referral", (text, "Please call us if you did mean to refer somebody."))


def divided() -> Wording:
    """Say that what was acknowledged as one is several."""
    text = "What you sent holds several documents. Each goes on under a reference number of its own."
    return Wording("Several documents in one", (text, "You get an answer for each referral among them."))


def misdirected(reason: str) -> Wording:
    """Say that it was not for us."""
    text = (
        "What you sent seems to be meant for another office. We have not kept it as a referral, and nobody acts on it."
    )
    again = "Please check the number and send it to the office that it is for."
    return Wording("Not for us", (text, *_told(reason), again), (Fact("Status", "Not taken"),))


def rejected(reason: str) -> Wording:
    """Say that it could not be used, and why."""
    text = "We could not use what you sent, and nobody acts on it."
    again = "Please send it again, or call us."
    return Wording("Please send it again", (text, *_told(reason), again), (Fact("Status", "Not taken"),))


def notice(kind: EventKind, data: EventData, occurred_at: datetime, days: Days, goes_on_as: str = "") -> Wording | None:
    """Say what has happened; None for an event that the sender is not told.

    `goes_on_as` is the canonical reference number of the referral that a redirected one continues as with us.
    """
    if kind is EventKind.REDIRECTED:
        return _redirected(occurred_at, days, goes_on_as)
    write = _NOTICES.get(kind)
    return write(data, occurred_at, days) if write else None


def outcome_cover(*, pages: int, days: Days, seen_at: datetime | None) -> Wording:
    """Introduce the visit's note."""
    facts = [Fact("Status", "Note returned")]
    if seen_at:
        facts.append(Fact("Visit", days.day(seen_at)))
    facts.append(Fact("Pages behind this one", str(pages)))
    text = "The note of the visit that you asked us for is behind this page. With it your referral is complete."
    return Wording("The visit's note", (text, "Please call us if pages are missing or cannot be read."), tuple(facts))


def referral_cover(*, pages: int, urgency: str) -> Wording:
    """Introduce a referral that we send."""
    body = (
        "A referral to your office is behind this page.",
        "Please tell us that you have it, whether you will see the patient and when, and send us the visit's note.",
        "Write the reference number on what you send: it finds its way by that.",
    )
    facts = (Fact("Priority", urgency), Fact("Pages behind this one", str(pages)))
    return Wording("A referral for you", body, facts)


def ladder(status: Status, dates: Mapping[EventKind, str]) -> tuple[LadderStep, ...]:
    """Return the referral's way so far; nothing for one that has ended before its time. `dates` as printed."""
    reached = _REACHED.get(status)
    if reached is None:
        return ()
    return tuple(_step(number, reached, label, kinds, dates) for number, (label, kinds) in enumerate(_LADDER))


def _step(
    number: int, reached: int, label: str, kinds: tuple[EventKind, ...], dates: Mapping[EventKind, str]
) -> LadderStep:
    if number > reached:
        return LadderStep(label)
    if number == reached:
        return LadderStep(label, state=StepState.NEXT)
    return LadderStep(label, next((dates[kind] for kind in kinds if kind in dates), ""), StepState.DONE)


_E, _S = EventKind, Status
_LADDER: Final = (
    ("Received", (_E.RECEIVED,)),
    ("Accepted", (_E.ACCEPTED, _E.READY_TO_SCHEDULE)),
    ("Scheduled", (_E.SCHEDULED,)),
    ("Seen", (_E.COMPLETED,)),
    ("Note returned", (_E.OUTCOME_DELIVERED, _E.OUTCOME_RETURNED)),
)
#: How many rungs are behind a referral of each status.
_REACHED: Final[Mapping[Status, int]] = {
    _S.RECEIVED: 1,
    _S.NEEDS_INFORMATION: 1,
    _S.ACCEPTED: 2,
    _S.PENDING_SCHEDULING: 2,
    _S.NO_SHOW: 2,
    _S.SCHEDULED: 3,
    _S.COMPLETED: 4,
}
_CONTACTS: Final[Mapping[ContactOutcome | None, str]] = {
    ContactOutcome.SPOKE: "We have reached the patient by telephone.",
    ContactOutcome.BOOKED: "We have reached the patient by telephone.",
    ContactOutcome.LEFT_MESSAGE: "We have left a message for the patient and will call again.",
    ContactOutcome.NO_ANSWER: "We have called the patient without an answer and will call again.",
    ContactOutcome.WRONG_NUMBER: "The telephone number on the referral does not reach the patient. "
    "Please send us a current one.",
    ContactOutcome.DECLINED: "We have reached the patient, who does not want a visit now. "
    "We will tell you how the referral ends.",
    None: "We have tried to reach the patient.",
}
_CLOSURES: Final[Mapping[Closure | None, str]] = {
    Closure.PATIENT_DECLINED: "The patient does not want the visit.",
    Closure.UNABLE_TO_REACH: "We could not reach the patient.",
    Closure.SEEN_ELSEWHERE: "The patient is seen elsewhere.",
    Closure.DUPLICATE: "We had this referral twice; the other one continues.",
}
_CALL_FOR_REASON: Final = "Please call us if you want to know why."


def _told(text: str) -> tuple[str, ...]:
    return (text.strip(),) if text.strip() else ()


def _status(text: str, *more: Fact) -> tuple[Fact, ...]:
    return (Fact("Status", text), *more)


def _accepted(_data: EventData, at: datetime, days: Days) -> Wording:
    body = ("We will see the patient, and call to arrange the visit.", NO_NEED)
    return Wording("Your referral is accepted", body, _status("Accepted", Fact("Since", days.day(at))))


def _information_requested(data: EventData, at: datetime, days: Days) -> Wording:
    body = ("We need more before we can go on. The referral waits for your answer.",)
    facts = _status("Waiting for you", Fact("Asked", days.day(at)))
    return Wording("We need something from you", body, facts, data.missing or ("Please call us: we tell you what.",))


def _declined(data: EventData, at: datetime, days: Days) -> Wording:
    reason = (f"Why: {data.reason.strip()}",) if data.reason.strip() else ()
    other = (f"What we suggest instead: {data.alternative.strip()}",) if data.alternative.strip() else ()
    body = ("We will not see the patient for this referral. Please make other arrangements.", *reason, *other)
    return Wording("Your referral is declined", body, _status("Declined", Fact("On", days.day(at))))


def _contacted(data: EventData, at: datetime, days: Days) -> Wording:
    said = _CONTACTS[data.outcome]
    return Wording("We are arranging the visit", (said,), _status("Arranging the visit", Fact("Called", days.day(at))))


def _unable_to_reach(_data: EventData, at: datetime, days: Days) -> Wording:
    body = (
        "We have called the patient several times and reached nobody.",
        "Please ask the patient to call us, or send us another telephone number.",
    )
    return Wording("We cannot reach the patient", body, _status("Not reached", Fact("Last called", days.day(at))))


def _visit(title: str, said: str, status: str) -> Callable[[EventData, datetime, Days], Wording]:
    def write(data: EventData, _at: datetime, days: Days) -> Wording:
        facts = (
            _status(status, Fact("Visit", days.time(data.appointment.start))) if data.appointment else _status(status)
        )
        return Wording(title, (said, NO_NEED), facts)

    return write


def _appointment_cancelled(data: EventData, at: datetime, days: Days) -> Wording:
    was = days.time(data.appointment.start) if data.appointment else days.day(at)
    body = ("The visit that was booked will not take place. We arrange another one.", NO_NEED)
    return Wording("The visit is cancelled", body, _status("Arranging a new visit", Fact("Cancelled", was)))


def _no_show(data: EventData, at: datetime, days: Days) -> Wording:
    was = days.day(data.appointment.start if data.appointment else at)
    body = ("The patient did not come to the visit. We call to arrange another one.", NO_NEED)
    return Wording("The patient did not come", body, _status("Arranging a new visit", Fact("Visit missed", was)))


def _completed(_data: EventData, at: datetime, days: Days) -> Wording:
    body = ("The patient has been seen. The note of the visit follows.", NO_NEED)
    return Wording("The patient has been seen", body, _status("Seen", Fact("Visit", days.day(at))))


def _redirected(at: datetime, days: Days, goes_on_as: str) -> Wording:
    body = ["Another service is better suited, and we have passed the referral on. Please call us if you disagree."]
    facts = [Fact("On", days.day(at))]
    if goes_on_as:
        shown = reference.display(goes_on_as)
        body.append(f"It continues with us under the reference number {shown}: what follows from us bears that.")
        facts.append(Fact("Continues as", shown))
    return Wording("Your referral is passed on", tuple(body), _status("Passed on", *facts))


def _visit_retracted(_data: EventData, at: datetime, days: Days) -> Wording:
    body = ("We told you that the patient has been seen. That was a mistake: the visit has not taken place.", NO_NEED)
    return Wording("The patient has not been seen yet", body, _status("Not seen yet", Fact("Corrected", days.day(at))))


def _reopened(_data: EventData, at: datetime, days: Days) -> Wording:
    body = ("We have taken the referral up again, whatever we told you about its end.", NO_NEED)
    return Wording("Your referral goes on", body, _status("Taken up again", Fact("On", days.day(at))))


def _cancelled(_data: EventData, at: datetime, days: Days) -> Wording:
    body = ("The referral is withdrawn, and we do nothing more about it. Please call us if that is not right.",)
    return Wording("Your referral is withdrawn", body, _status("Withdrawn", Fact("On", days.day(at))))


def _closed(data: EventData, at: datetime, days: Days) -> Wording | None:
    if data.closure is Closure.OUTCOME_RETURNED:
        return None
    said = _CLOSURES.get(data.closure, _CALL_FOR_REASON)
    body = ("We have closed the referral.", said)
    return Wording("Your referral is closed", body, _status("Closed", Fact("On", days.day(at))))


_NOTICES: Final[Mapping[EventKind, Callable[[EventData, datetime, Days], Wording | None]]] = {
    _E.ACCEPTED: _accepted,
    _E.INFORMATION_REQUESTED: _information_requested,
    _E.DECLINED: _declined,
    _E.CONTACTED: _contacted,
    _E.UNABLE_TO_REACH: _unable_to_reach,
    _E.SCHEDULED: _visit("A visit is booked", "The patient has an appointment with us.", "Scheduled"),
    _E.RESCHEDULED: _visit("The visit has a new time", "The appointment has been moved.", "Scheduled"),
    _E.APPOINTMENT_CANCELLED: _appointment_cancelled,
    _E.NO_SHOW: _no_show,
    _E.COMPLETED: _completed,
    _E.VISIT_RETRACTED: _visit_retracted,
    _E.REOPENED: _reopened,
    _E.CANCELLED: _cancelled,
    _E.CLOSED: _closed,
}
