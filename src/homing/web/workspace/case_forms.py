"""The commands on a referral's page: what each asks for. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from homing.referrals.events import ContactOutcome
from homing.referrals.states import EVENT_OF, PARTNER_FACTS, Command, Direction, EventKind, Status
from homing.web import words
from homing.web.widgets import NOTHING, Option
from homing.web.workspace.controls import CommandForm, Control, control, marked

if TYPE_CHECKING:
    from collections.abc import Callable

#: Not commands of the machine: what a partner told us, the note that came from them, and the work itself.
TOLD, NOTE_CAME, WORK = "told", "note_came", "work"

#: Done at once, without a dialog.
INSTANT: Final = frozenset({Command.ACCEPT, Command.RELEASE_TO_SCHEDULING, Command.RECEIVE, Command.SEND})

#: What stands beside the title, the first of them as the main button; everything else is under "More".
_MAIN: Final[dict[tuple[Direction, Status], tuple[str, ...]]] = {
    (Direction.INBOUND, Status.SENT): (Command.RECEIVE,),
    (Direction.INBOUND, Status.RECEIVED): (
        Command.ACCEPT,
        Command.REQUEST_INFORMATION,
        Command.DECLINE,
        Command.REDIRECT,
    ),
    (Direction.INBOUND, Status.NEEDS_INFORMATION): (Command.PROVIDE_INFORMATION, Command.ACCEPT, Command.DECLINE),
    (Direction.INBOUND, Status.ACCEPTED): (Command.BOOK, Command.RECORD_CONTACT, Command.RELEASE_TO_SCHEDULING),
    (Direction.INBOUND, Status.PENDING_SCHEDULING): (Command.BOOK, Command.RECORD_CONTACT, Command.UNABLE_TO_REACH),
    (Direction.INBOUND, Status.SCHEDULED): (
        Command.COMPLETE,
        Command.REBOOK,
        Command.NO_SHOW,
        Command.CANCEL_APPOINTMENT,
    ),
    (Direction.INBOUND, Status.NO_SHOW): (Command.BOOK, Command.RECORD_CONTACT),
    (Direction.INBOUND, Status.COMPLETED): (Command.RETURN_OUTCOME, Command.CLOSE),
    (Direction.OUTBOUND, Status.DRAFT): (Command.SEND, Command.CANCEL),
    (Direction.OUTBOUND, Status.COMPLETED): (Command.REVIEW_OUTCOME, NOTE_CAME, Command.CHASE),
    (Direction.OUTBOUND, Status.NEEDS_INFORMATION): (Command.PROVIDE_INFORMATION, TOLD, Command.CHASE),
}
_MAIN_OUTBOUND: Final = (TOLD, NOTE_CAME, Command.CHASE)
_ALWAYS_LAST: Final = (Command.COMMENT, Command.ASSIGN, WORK)


@dataclass(frozen=True, slots=True)
class Action:
    """One button."""

    command: str
    label: str
    is_instant: bool = False
    is_primary: bool = False
    tone: str = ""


@dataclass(frozen=True, slots=True)
class FormFacts:
    """What the forms offer."""

    missing: tuple[str, ...]
    people: tuple[Option, ...]
    locations: tuple[Option, ...]
    offices: tuple[Option, ...]
    specialties: tuple[str, ...]
    now: str
    appointment: str
    due: str
    next_action: str
    owner_role: str
    direction: Direction


def actions_of(
    direction: Direction, status: Status, commands: frozenset[str], *, has_outcome: bool
) -> tuple[tuple[Action, ...], tuple[Action, ...]]:
    """Return the buttons beside the title, and those under "More"."""
    main = _MAIN.get((direction, status), _MAIN_OUTBOUND if direction is Direction.OUTBOUND else ())
    beside = [one for one in main if one in commands]
    if has_outcome and Command.REVIEW_OUTCOME in beside:
        beside = [Command.REVIEW_OUTCOME, *(one for one in beside if one not in {Command.REVIEW_OUTCOME, NOTE_CAME})]
    if has_outcome:
        # The note is on its way already; another one is the exception.
        beside = [one for one in beside if one != Command.RETURN_OUTCOME]
    rest = [one for one in (*Command, TOLD, NOTE_CAME) if one in commands and one not in {*beside, *_ALWAYS_LAST}]
    rest += [one for one in _ALWAYS_LAST if one in commands]
    if not beside and Command.REOPEN in commands:
        beside, rest = [Command.REOPEN], [one for one in rest if one != Command.REOPEN]
    return tuple(
        _action(one, is_primary=n == 0 and one not in {Command.CLOSE, Command.REOPEN}) for n, one in enumerate(beside)
    ), tuple(map(_action, rest))


def forms_of(commands: frozenset[str], facts: FormFacts) -> tuple[CommandForm, ...]:
    """Return a dialog for each command that asks for something."""
    return tuple(form_of(one, facts) for one in sorted(commands) if one in _FORMS)


def form_of(command: str, facts: FormFacts) -> CommandForm:
    """Return the dialog of one command."""
    return _FORMS[command](facts)


def label_of(command: str) -> str:
    """Return what the button of a command says."""
    own = {TOLD: "Partner told us", NOTE_CAME: "Consult note came", WORK: "Set next action"}
    return own.get(command) or words.command_text(command)


def done_text(command: str) -> str:
    """Return what is told when a command was carried out."""
    own = {TOLD: "Recorded", NOTE_CAME: "Consult note kept", WORK: "Next action set"}
    return f"{own.get(command) or words.event_words(EVENT_OF[Command(command)])[0]}."


def _action(command: str, *, is_primary: bool = False) -> Action:
    tone = "bad" if command in {Command.DECLINE, Command.CANCEL} else ""
    return Action(str(command), label_of(command), command in INSTANT, is_primary and not tone, tone)


def _form(command: str, *controls: Control, explanation: str = "", submit: str = "", tone: str = "") -> CommandForm:
    prefixed = marked(tuple(replace(one, field=replace(one.field, prefix=str(command))) for one in controls))
    has_file = any(one.kind == "file" for one in controls)
    label = label_of(command)
    return CommandForm(str(command), label, submit or label, prefixed, explanation, tone, has_file=has_file)


def _note(label: str = "Note", *, required: bool = False, hint: str = "") -> Control:
    return control("note", label, kind="area", required=required, hint=hint)


def _when(label: str, value: str) -> Control:
    return control("occurred_at", label, kind="datetime-local", value=value, required=True)


def _appointment(facts: FormFacts, *, value: str) -> tuple[Control, ...]:
    return (
        control("start", "Date and time", kind="datetime-local", value=value, required=True),
        control("practitioner", "With"),
        control("location", "At", kind="select", options=(Option("", NOTHING), *_named(facts.locations))),
    )


def _named(locations: tuple[Option, ...]) -> tuple[Option, ...]:
    return tuple(Option(one.label, one.label) for one in locations)


def _request_information(facts: FormFacts) -> CommandForm:
    return _form(
        Command.REQUEST_INFORMATION,
        control(
            "missing",
            "What is missing, one per line",
            kind="area",
            value="\n".join(facts.missing),
            hint=words.FAXED,
            required=True,
        ),
    )


def _provide_information(_: FormFacts) -> CommandForm:
    return _form(Command.PROVIDE_INFORMATION, _note("What came", required=True))


def _decline(_: FormFacts) -> CommandForm:
    return _form(
        Command.DECLINE,
        control("reason", "Reason", kind="area", required=True, hint=words.FAXED),
        control(
            "alternative",
            "Alternative for the patient",
            required=True,
            hint=f"Another service, office or step. {words.FAXED}",
        ),
        explanation="A referral is never declined without a way on.",
        tone="bad",
    )


def _redirect(facts: FormFacts) -> CommandForm:
    own = tuple(Option(f"own:{name}", f"Here: {name}") for name in facts.specialties)
    return _form(
        Command.REDIRECT,
        control("target", "To", kind="select", options=(Option("", "Choose…"), *own, *facts.offices), required=True),
        control("reason", "Why", kind="area", required=True),
        explanation="The history goes along. The sender is told.",
    )


def _record_contact(_: FormFacts) -> CommandForm:
    outcomes = tuple(Option(one.value, words.sentence(one.value)) for one in ContactOutcome if one != "booked")
    return _form(
        Command.RECORD_CONTACT,
        control("outcome", "What came of it", kind="radio", options=outcomes, required=True),
        _note(),
    )


def _book(facts: FormFacts) -> CommandForm:
    return _form(Command.BOOK, *_appointment(facts, value=""), _note())


def _rebook(facts: FormFacts) -> CommandForm:
    return _form(Command.REBOOK, *_appointment(facts, value=facts.appointment), _note("Why"))


def _complete(facts: FormFacts) -> CommandForm:
    return _form(
        Command.COMPLETE,
        _when("When the patient was seen", min(facts.appointment or facts.now, facts.now)),
        _note(),
        explanation="The sender is told that the patient was seen. The consult note is due within a week.",
    )


def _return_outcome(_: FormFacts) -> CommandForm:
    return _form(
        Command.RETURN_OUTCOME,
        control("file", "Consult note", kind="file", required=True, hint="PDF, TIFF, PNG or JPEG"),
        _note(),
        explanation="Sent to the referring office. The loop closes when its delivery is confirmed.",
    )


def _close(_: FormFacts) -> CommandForm:
    return _form(
        Command.CLOSE,
        control(
            "closure", "Why", kind="select", options=(Option("", "Choose…"), *words.closure_options()), required=True
        ),
        control("reason", "Reason in words", hint="Needed for an administrative closure."),
        explanation="Only a returned outcome counts as a closed loop.",
    )


def _cancel(_: FormFacts) -> CommandForm:
    return _form(Command.CANCEL, control("reason", "Who withdrew it, and why", kind="area", required=True), tone="bad")


def _assign(facts: FormFacts) -> CommandForm:
    people = (Option("", "Nobody: the queue"), *facts.people)
    return _form(Command.ASSIGN, control("owner", "To", kind="select", options=people))


def _told(facts: FormFacts) -> CommandForm:
    kinds = PARTNER_FACTS[facts.direction] - {EventKind.OUTCOME_RECEIVED, EventKind.REDIRECTED}
    options = tuple(Option(kind.value, words.event_words(kind)[0]) for kind in EventKind if kind in kinds)
    return _form(
        TOLD,
        control("kind", "What they said", kind="select", options=(Option("", "Choose…"), *options), required=True),
        _when("When it happened", facts.now),
        control("start", "Appointment", kind="datetime-local", hint="For a booked or moved appointment."),
        _note("Who said it, and what"),
        explanation="News may come in any order; nothing is lost.",
        submit="Record",
    )


def _note_came(facts: FormFacts) -> CommandForm:
    return _form(
        NOTE_CAME,
        control("file", "Consult note", kind="file", required=True, hint="PDF, TIFF, PNG or JPEG"),
        _when("When it came", facts.now),
        _note(),
        submit="Keep the note",
    )


def _work(facts: FormFacts) -> CommandForm:
    return _form(
        WORK,
        control("next_action", "Next action", value=words.sentence(facts.next_action), required=True),
        control("owner_role", "Queue", kind="select", options=words.ROLES, value=facts.owner_role),
        control("owner", "Person", kind="select", options=(Option("", "Anybody of the queue"), *facts.people)),
        control("due_at", "Due", kind="datetime-local", value=facts.due, required=True),
    )


def _simple(command: Command, label: str = "Note", *, required: bool = False) -> Callable[[FormFacts], CommandForm]:
    return lambda _: _form(command, _note(label, required=required))


_FORMS: Final[dict[str, Callable[[FormFacts], CommandForm]]] = {
    Command.REQUEST_INFORMATION: _request_information,
    Command.PROVIDE_INFORMATION: _provide_information,
    Command.DECLINE: _decline,
    Command.REDIRECT: _redirect,
    Command.RECORD_CONTACT: _record_contact,
    Command.UNABLE_TO_REACH: _simple(Command.UNABLE_TO_REACH, "What was tried"),
    Command.BOOK: _book,
    Command.REBOOK: _rebook,
    Command.CANCEL_APPOINTMENT: _simple(Command.CANCEL_APPOINTMENT, "Why", required=True),
    Command.NO_SHOW: _simple(Command.NO_SHOW),
    Command.COMPLETE: _complete,
    Command.RETRACT_VISIT: _simple(Command.RETRACT_VISIT, "Why", required=True),
    Command.RETURN_OUTCOME: _return_outcome,
    Command.REVIEW_OUTCOME: _simple(Command.REVIEW_OUTCOME, "What follows from it"),
    Command.CLOSE: _close,
    Command.CANCEL: _cancel,
    Command.REOPEN: _simple(Command.REOPEN, "Why", required=True),
    Command.CHASE: _simple(Command.CHASE, "Whom you asked, and what they said", required=True),
    Command.ASSIGN: _assign,
    Command.COMMENT: _simple(Command.COMMENT, "Comment", required=True),
    TOLD: _told,
    NOTE_CAME: _note_came,
    WORK: _work,
}
