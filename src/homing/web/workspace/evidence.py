"""The evidence ladder: what is known of each message, rung by rung."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from homing.kit import phones
from homing.messaging.states import MessageState, StepKind
from homing.web import words
from homing.web.widgets import Badge, plural

if TYPE_CHECKING:
    from homing.messaging.queries import EvidenceStep, MessageView
    from homing.web.clockface import Clockface, Moment

_CAUSES: Final = {
    "busy": "line busy",
    "no_answer": "no answer",
    "no_fax": "no fax machine answers",
    "bad_number": "number not in service",
    "line_error": "transmission broke off",
    "conversion": "document could not be converted",
    "provider": "carrier's own failure",
    "rejected": "carrier refused it",
    "never_submitted": "never reached the carrier",
    "stopped": "stopped at the carrier",
}
_STATES: Final = {
    MessageState.PLANNED: Badge("Waiting", "quiet", "clock"),
    MessageState.DELIVERING: Badge("On its way", "info", "send"),
    MessageState.DELIVERED: Badge("Delivered", "good", "check"),
    MessageState.UNDELIVERABLE: Badge("Undeliverable", "bad", "warn"),
    MessageState.CANCELLED: Badge("Settled by a person", "quiet"),
}
_KINDS: Final = {
    "acknowledgment": "Acknowledgment",
    "amendment": "Correction of the acknowledgment",
    "notice": "Notice",
    "outcome": "Consult note",
    "referral": "Referral",
}
_STEPS: Final[dict[StepKind, tuple[str, str, str]]] = {
    StepKind.PLANNED: ("clock", "", "Planned"),
    StepKind.SUBMITTING: ("send", "", "Handing over to the carrier"),
    StepKind.SUBMITTED: ("send", "", "Taken by the carrier"),
    StepKind.OUTCOME_UNKNOWN: ("warn", "warn", "No answer from the carrier: asking before anything is sent again"),
    StepKind.FOUND: ("check", "", "Found at the carrier"),
    StepKind.NOT_FOUND: ("info", "warn", "Never reached the carrier"),
    StepKind.CONFIRMED: ("check", "good", "Delivered"),
    StepKind.FAILED: ("cross", "bad", "Failed"),
    StepKind.CANCELLED: ("cross", "", "Attempt withdrawn"),
    StepKind.UNDELIVERABLE: ("warn", "bad", "Undeliverable"),
    StepKind.NEEDS_PERSON: ("person", "bad", "Needs a person"),
    StepKind.RESOLVED: ("person", "good", "Settled by a person"),
}


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of one message."""

    icon: str
    tone: str
    text: str
    detail: str
    at: Moment


def message_title(message: MessageView) -> str:
    """Return what a message is, and about which step."""
    kind = _KINDS.get(message.kind.value, words.sentence(message.kind.value))
    if message.kind.value == "notice" and message.about:
        return f"Notice: {words.event_words(message.about)[0].lower()}"
    return kind


def message_badge(state: MessageState) -> Badge:
    """Return where a message stands."""
    return _STATES[state]


def rungs_of(steps: tuple[EvidenceStep, ...], show: Clockface) -> tuple[Rung, ...]:
    """Return the rungs of one message; facts that changed nothing are left out."""
    known = [step for step in steps if not step.is_ignored]
    # That it was being handed over is worth a rung only until it is known what came of it.
    last = known[-1] if known else None
    return tuple(_rung(step, show) for step in known if step.step is not StepKind.SUBMITTING or step is last)


def _rung(step: EvidenceStep, show: Clockface) -> Rung:
    icon, tone, text = _STEPS[step.step]
    return Rung(icon, tone, text, _detail(step), show.at(step.at))


def _detail(step: EvidenceStep) -> str:
    parts = []
    if step.step is StepKind.CONFIRMED:
        parts.append(f"{step.pages_sent} of {plural(step.pages, 'page')}")
        parts.append(f"answered by {step.remote_id}" if step.remote_id else "")
    if step.step in {StepKind.SUBMITTING, StepKind.PLANNED}:
        parts.append(f"to {phones.display(step.address)}")
        parts.append(f"attempt {step.attempt}" if step.attempt > 1 else "")
    if step.step in {StepKind.SUBMITTED, StepKind.FOUND, StepKind.CONFIRMED}:
        parts.append(f"job {step.provider_reference}" if step.provider_reference else "")
    if step.cause:
        parts.append(_CAUSES.get(step.cause.value, step.cause.value))
    if step.note:
        parts.append(step.note)
    if step.step is StepKind.RESOLVED:
        parts.append(f"by {step.actor_name}")
    return " · ".join(part for part in parts if part)
