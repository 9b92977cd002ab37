"""What the carrier keeps, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from homing.simulate.fax_carrier.behaviour import Outcome, Phase, Step


@dataclass(frozen=True, slots=True)
class Fax:
    """A fax that the customer submitted. `course` is filled when the call begins; `due_line_s` is the next step's."""

    fax_id: str
    recipient: str
    caller_id: str
    labels: Mapping[str, str]
    announced_pages: int
    pages: int
    acknowledged: int
    phase: Phase
    outcome: Outcome | None
    answered_as: str | None
    line_seconds: float
    accepted_at: datetime
    finished_at: datetime | None
    course: tuple[Step, ...]
    next_step: int
    due_line_s: float | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A fax that an office sent to the customer. `caller_id` None: withheld. Visible once `arrived_at` is set."""

    arrival_id: str
    office: str
    caller_id: str | None
    called_number: str
    station: str | None
    pages: int
    sent_at: datetime
    arrived_at: datetime | None
    due_line_s: float | None


class NoticeState(StrEnum):
    """Where a webhook stands."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    LOST = "LOST"
    GIVEN_UP = "GIVEN_UP"


class About(StrEnum):
    """What a webhook is about."""

    FAX = "fax"
    ARRIVAL = "arrival"


@dataclass(frozen=True, slots=True)
class Notice:
    """One webhook on its way to the customer."""

    notice_id: int
    about: About
    subject_id: str
    body: bytes
    state: NoticeState
    due_line_s: float
    attempts: int
    last_answer: str | None


@dataclass(frozen=True, slots=True)
class Office:
    """A simulated office. `answers_as` is its machine's station id."""

    number: str
    name: str
    answers_as: str
