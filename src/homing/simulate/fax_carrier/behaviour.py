"""What the carrier can be told to do wrong, and the course of a call. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum


class Behaviour(StrEnum):
    """One way to misbehave."""

    # On the line.
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    NO_FAX = "no_fax"
    BAD_NUMBER = "bad_number"
    LINE_ERROR = "line_error"
    PARTIAL = "partial"
    LOST = "lost"
    SLOW = "slow"
    INTERNAL_FAULT = "internal_fault"
    # While we submit.
    SUBMIT_ERROR = "submit_error"
    SUBMIT_ERROR_AFTER = "submit_error_after"
    SUBMIT_REFUSED = "submit_refused"
    SUBMIT_DELAY = "submit_delay"
    SUBMIT_DROP = "submit_drop"
    # While we ask.
    STATUS_ERROR = "status_error"
    CONTENT_ERROR = "content_error"
    # On the way back.
    WEBHOOK_LOST = "webhook_lost"
    WEBHOOK_REPEATED = "webhook_repeated"
    WEBHOOK_DELAYED = "webhook_delayed"


ON_LINE = frozenset(
    {
        Behaviour.BUSY,
        Behaviour.NO_ANSWER,
        Behaviour.NO_FAX,
        Behaviour.BAD_NUMBER,
        Behaviour.LINE_ERROR,
        Behaviour.PARTIAL,
        Behaviour.LOST,
        Behaviour.SLOW,
        Behaviour.INTERNAL_FAULT,
    }
)
ON_SUBMIT_BEFORE = frozenset({Behaviour.SUBMIT_ERROR, Behaviour.SUBMIT_REFUSED})
ON_SUBMIT_AFTER = frozenset({Behaviour.SUBMIT_DELAY, Behaviour.SUBMIT_DROP, Behaviour.SUBMIT_ERROR_AFTER})
ON_STATUS = frozenset({Behaviour.STATUS_ERROR})
ON_CONTENT = frozenset({Behaviour.CONTENT_ERROR})
ON_WEBHOOK = frozenset({Behaviour.WEBHOOK_LOST, Behaviour.WEBHOOK_REPEATED, Behaviour.WEBHOOK_DELAYED})


@dataclass(frozen=True, slots=True)
class Rule:
    """Do `behaviour` to `number` (None: everybody), `remaining` more times (None: always), with `probability`.

    `pages`: acknowledged before a line error or a short delivery. `seconds`: of a delay, of each page of a slow line.
    `status`: HTTP status of an error. `copies`: how often a webhook is sent.
    """

    rule_id: int
    behaviour: Behaviour
    number: str | None = None
    remaining: int | None = None
    probability: float = 1.0
    pages: int = 0
    seconds: float = 0.0
    status: int = 503
    copies: int = 2
    draws: int = 0

    def applies(self, seed: str) -> bool:
        """Draw, the same way in every run with the same seed."""
        if self.probability >= 1.0:
            return True
        return random.Random(f"{seed}/{self.rule_id}/{self.draws}").random() < self.probability  # noqa: S311 -- not a secret


class Phase(StrEnum):
    """Where a transmission stands, in this carrier's words."""

    WAITING = "WAITING"
    DIALING = "DIALING"
    TRANSMITTING = "TRANSMITTING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


FINAL = frozenset({Phase.DONE, Phase.FAILED, Phase.CANCELLED})


class Outcome(StrEnum):
    """How a transmission ended, in this carrier's words."""

    OK = "F00_OK"
    NO_REPLY = "F16_NO_REPLY"
    ENGAGED = "F17_ENGAGED"
    NOT_A_FAX = "F30_NOT_A_FAX"
    NOT_IN_SERVICE = "F34_NOT_IN_SERVICE"
    CALL_DROPPED = "F48_CALL_DROPPED"
    UNRENDERABLE = "F60_UNRENDERABLE"
    INTERNAL_FAULT = "F99_INTERNAL_FAULT"


@dataclass(frozen=True, slots=True)
class Step:
    """`after_s` line seconds after the step before, the call is in `phase` with `acknowledged` pages."""

    after_s: float
    phase: Phase
    acknowledged: int = 0
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class LineTimes:
    """Seconds on the line. 30 s is a fine page at 14,400 bit/s."""

    page_s: float = 30.0
    handshake_s: float = 12.0


_NO_CONNECTION = {
    Behaviour.BUSY: Step(8, Phase.FAILED, 0, Outcome.ENGAGED),
    Behaviour.NO_ANSWER: Step(60, Phase.FAILED, 0, Outcome.NO_REPLY),
    Behaviour.NO_FAX: Step(40, Phase.FAILED, 0, Outcome.NOT_A_FAX),
    Behaviour.BAD_NUMBER: Step(3, Phase.FAILED, 0, Outcome.NOT_IN_SERVICE),
    Behaviour.INTERNAL_FAULT: Step(1, Phase.FAILED, 0, Outcome.INTERNAL_FAULT),
}


def course_of_call(pages: int, rule: Rule | None, times: LineTimes) -> tuple[Step, ...]:
    """Return everything that will happen in a call with `pages` pages."""
    dialing = Step(0, Phase.DIALING)
    if rule is not None and rule.behaviour in _NO_CONNECTION:
        return (dialing, _NO_CONNECTION[rule.behaviour])
    return (dialing, Step(times.handshake_s, Phase.TRANSMITTING), *_transmission(pages, rule, times))


def _transmission(pages: int, rule: Rule | None, times: LineTimes) -> tuple[Step, ...]:
    behaviour = rule.behaviour if rule else None
    page_s = rule.seconds if rule and behaviour is Behaviour.SLOW else times.page_s
    breaks_off = behaviour in {Behaviour.LINE_ERROR, Behaviour.PARTIAL, Behaviour.LOST}
    good = min(rule.pages, pages - 1) if rule and breaks_off else pages
    sent = tuple(Step(page_s, Phase.TRANSMITTING, number) for number in range(1, good + 1))
    if behaviour is Behaviour.LOST:
        return sent
    if behaviour is Behaviour.LINE_ERROR:
        return (*sent, Step(15, Phase.FAILED, good, Outcome.CALL_DROPPED))
    return (*sent, Step(1, Phase.DONE, good, Outcome.OK))
