"""What the domain's states are called on the screen, and in which tone. Pure."""

from __future__ import annotations

from typing import Final

from homing.referrals.states import Command, EventKind, Status
from homing.web.widgets import Badge, Option

#: Beside each text of ours that a fax repeats: it travels over the telephone, and may come out at the wrong machine.
FAXED: Final = "This is faxed to the sender. Do not name the patient."
_STATUS: Final[dict[str, Badge]] = {
    Status.DRAFT: Badge("Draft", "quiet"),
    Status.SENT: Badge("Sent", "info"),
    Status.RECEIVED: Badge("Received", "info"),
    Status.NEEDS_INFORMATION: Badge("Needs information", "warn"),
    Status.ACCEPTED: Badge("Accepted", "accent"),
    Status.DECLINED: Badge("Declined", "bad"),
    Status.REDIRECTED: Badge("Redirected", "plum"),
    Status.PENDING_SCHEDULING: Badge("Pending scheduling", "accent"),
    Status.SCHEDULED: Badge("Scheduled", "good"),
    Status.NO_SHOW: Badge("No-show", "warn"),
    Status.COMPLETED: Badge("Visit completed", "good"),
    Status.CLOSED: Badge("Closed", "quiet"),
    Status.CANCELLED: Badge("Cancelled", "quiet"),
}
_CLOSURE: Final = {
    "outcome_returned": "Outcome returned",
    "patient_declined": "Patient declined",
    "unable_to_reach": "Unable to reach",
    "seen_elsewhere": "Seen elsewhere",
    "duplicate": "Duplicate",
    "deceased": "Patient has died",
    "administrative": "Administrative",
}
_PRIORITY: Final = {"stat": Badge("STAT", "bad"), "asap": Badge("ASAP", "bad"), "urgent": Badge("Urgent", "warn")}
_CHANNELS: Final = {
    "fax": ("Fax", "fax"),
    "folder": ("Watched folder", "folder"),
    "upload": ("Upload", "upload"),
    "email": ("E-mail", "mail"),
    "direct": ("Direct", "shield"),
    "phone": ("Phone", "phone"),
    "cli": ("Command line", "page"),
}
_EVENTS: Final[dict[str, tuple[str, str, str]]] = {
    EventKind.DRAFTED: ("Drafted", "page", ""),
    EventKind.SEND_REQUESTED: ("Sending started", "send", ""),
    EventKind.SENT: ("Sent, delivery proven", "send", "info"),
    EventKind.RECEIVED: ("Received", "check", "info"),
    EventKind.INFORMATION_REQUESTED: ("Information requested", "comment", "warn"),
    EventKind.INFORMATION_PROVIDED: ("Information provided", "comment", "info"),
    EventKind.DECLINED: ("Declined", "cross", "bad"),
    EventKind.ACCEPTED: ("Accepted", "check", "good"),
    EventKind.READY_TO_SCHEDULE: ("Ready to schedule", "calendar", ""),
    EventKind.CONTACTED: ("Patient contacted", "phone", ""),
    EventKind.UNABLE_TO_REACH: ("Unable to reach the patient", "phone", "warn"),
    EventKind.SCHEDULED: ("Appointment booked", "calendar", "good"),
    EventKind.RESCHEDULED: ("Appointment moved", "calendar", "good"),
    EventKind.APPOINTMENT_CANCELLED: ("Appointment cancelled", "calendar", "warn"),
    EventKind.NO_SHOW: ("Patient did not come", "person", "warn"),
    EventKind.COMPLETED: ("Visit completed", "check", "good"),
    EventKind.VISIT_RETRACTED: ("Visit taken back", "repeat", "warn"),
    EventKind.OUTCOME_RETURNED: ("Consult note released to the sender", "page", "info"),
    EventKind.OUTCOME_RECEIVED: ("Consult note received", "page", "good"),
    EventKind.OUTCOME_DELIVERED: ("Consult note delivered: the loop is closed", "loop", "good"),
    EventKind.OUTCOME_REVIEWED: ("Consult note reviewed: the loop is closed", "loop", "good"),
    EventKind.REDIRECTED: ("Redirected", "arrow-right", ""),
    EventKind.CANCELLED: ("Cancelled", "cross", ""),
    EventKind.CLOSED: ("Closed", "lock", ""),
    EventKind.REOPENED: ("Reopened", "repeat", "info"),
    EventKind.LINKED: ("Linked", "arrow-right", ""),
    EventKind.REVISED: ("Content revised", "page", ""),
    EventKind.ATTACHED: ("Document attached", "page", ""),
    EventKind.DETACHED: ("Document taken off", "page", "warn"),
    EventKind.ASSIGNED: ("Assigned", "person", ""),
    EventKind.WORK_SET: ("Next action set", "clock", ""),
    EventKind.COMMENTED: ("Comment", "comment", ""),
    EventKind.ACKNOWLEDGMENT_CONFIRMED: ("Acknowledgment delivered", "check", "good"),
    EventKind.NOTICE_CONFIRMED: ("Notice delivered", "check", "good"),
    EventKind.DELIVERY_FAILED: ("A message could not be delivered", "warn", "bad"),
    EventKind.STALLED: ("Overdue: nothing happened in time", "clock", "bad"),
    EventKind.OBLIGATION_BREACHED: ("Promise not kept in time", "warn", "bad"),
    EventKind.CHASED: ("Partner asked", "phone", ""),
}
_COMMANDS: Final[dict[str, str]] = {
    Command.SEND: "Send",
    Command.RECEIVE: "Confirm arrival",
    Command.REQUEST_INFORMATION: "Request information",
    Command.PROVIDE_INFORMATION: "Information has come",
    Command.ACCEPT: "Accept",
    Command.DECLINE: "Decline",
    Command.REDIRECT: "Redirect",
    Command.RELEASE_TO_SCHEDULING: "Ready to schedule",
    Command.RECORD_CONTACT: "Log contact",
    Command.UNABLE_TO_REACH: "Unable to reach",
    Command.BOOK: "Book appointment",
    Command.REBOOK: "Reschedule",
    Command.CANCEL_APPOINTMENT: "Cancel appointment",
    Command.NO_SHOW: "No-show",
    Command.COMPLETE: "Visit completed",
    Command.RETRACT_VISIT: "Take visit back",
    Command.RETURN_OUTCOME: "Return consult note",
    Command.REVIEW_OUTCOME: "Review note & close",
    Command.CLOSE: "Close",
    Command.CANCEL: "Cancel referral",
    Command.REOPEN: "Reopen",
    Command.CHASE: "Log inquiry",
    Command.ASSIGN: "Assign",
    Command.COMMENT: "Comment",
}
_DISPOSITIONS: Final = {
    "referral_opened": "Opened a referral",
    "attached": "Attached to a referral",
    "applied": "Applied",
    "filed": "Filed",
    "duplicate": "Duplicate",
    "misdirected": "Misdirected",
    "rejected": "Rejected as unreadable",
    "split": "Split into parts",
}
_KINDS: Final = {"order_dme": "Equipment order", "reply_sheet": "Reply sheet", "junk": "Junk fax", "": "Not read yet"}
_DOUBTS: Final = {
    "kind_needs_person": "a document of this kind is for a person to decide",
    "kind_unsure": "it is not sure what kind of document it is",
    "several_referrals": "it bears the numbers of several referrals",
    "referral_ended": "the referral has ended",
    "patient_unreadable": "the patient's name or birth date could not be read",
    "other_name": "it names another patient than the referral",
    "other_birth_date": "the birth date is not that of the referral's patient",
    "other_sender": "it came from another office than the referral's",
    "pages_unreadable": "some pages could not be read",
    "sent_before": "the same file arrived before",
    "taken_off_before": "a person took it off the referral before",
}
ROLES: Final = (
    Option("intake_coordinator", "Intake"),
    Option("scheduler", "Scheduling"),
    Option("clinician", "Clinicians"),
    Option("referral_coordinator", "Outbound"),
    Option("referral_manager", "Manager"),
    Option("integration_admin", "Administrator"),
)
_ROLES: Final = {one.value: one.label for one in ROLES} | {"system": "Homing"}


def sentence(value: str) -> str:
    """Return an identifier as words: `find_phone_number` → `Find phone number`."""
    words = value.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def status_badge(status: str, closure: str = "") -> Badge:
    """Return the badge of a protocol status; a closed one says why."""
    if closure:
        tone = "good" if closure == "outcome_returned" else "quiet"
        return Badge(f"Closed: {closure_text(closure).lower()}", tone, "loop" if tone == "good" else "")
    return _STATUS.get(status, Badge(sentence(status)))


def closure_text(closure: str) -> str:
    """Return a closure in words."""
    return _CLOSURE.get(closure, sentence(closure))


def closure_options() -> tuple[Option, ...]:
    """Return the closures a person may choose; the loop itself closes with the outcome."""
    return tuple(Option(value, label) for value, label in _CLOSURE.items() if value != "outcome_returned")


def status_options() -> tuple[Option, ...]:
    """Return every status as a choice."""
    return tuple(Option(status.value, _STATUS[status].text) for status in Status)


def work_badge(next_action: str, *, is_open: bool, is_late: bool) -> Badge:
    """Return the badge of our own work: what we do next, red once it is late."""
    if not is_open:
        return Badge("Nothing to do", "plain")
    return Badge(sentence(next_action), "bad" if is_late else "quiet", "clock" if is_late else "")


def priority_badge(priority: str) -> Badge | None:
    """Return a badge for anything but routine."""
    return _PRIORITY.get(priority)


def channel(name: str) -> tuple[str, str]:
    """Return a channel's name and icon."""
    return _CHANNELS.get(name, (sentence(name), "mail"))


def channel_options() -> tuple[Option, ...]:
    """Return the channels that can bring something in."""
    return (Option("", "All"), *(Option(key, label) for key, (label, _) in _CHANNELS.items() if key in _OPEN_DOORS))


def event_words(kind: str) -> tuple[str, str, str]:
    """Return the title, icon and tone of an event."""
    return _EVENTS.get(kind, (sentence(kind), "info", ""))


def command_text(command: str) -> str:
    """Return what a button for a command says."""
    return _COMMANDS.get(command, sentence(command))


def kind_text(kind: str) -> str:
    """Return a kind of document in words."""
    return _KINDS.get(kind, sentence(kind))


def disposition_text(disposition: str) -> str:
    """Return a disposition in words."""
    return _DISPOSITIONS.get(disposition, sentence(disposition))


def doubt_text(doubt: str) -> str:
    """Return why a document that bears our number was not attached by itself."""
    return _DOUBTS.get(doubt, sentence(doubt).lower())


def role_text(role: str) -> str:
    """Return the queue of a role."""
    return _ROLES.get(role, sentence(role))


_OPEN_DOORS: Final = frozenset({"fax", "folder", "upload", "cli"})
