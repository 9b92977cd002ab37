"""When a document attaches itself to a referral of ours. Pure.

A note attached to the wrong patient's referral is worse than a note that a person attaches a minute later. So the
number alone never suffices: the page must name the referral's patient, too, and nothing may speak against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz

from homing.intake.policy import SURE_OF_KIND
from homing.kit.names import fold

if TYPE_CHECKING:
    from uuid import UUID

    from homing.content.patient import Patient

#: A family name at least this similar may be a misread one, where given name and birth date are the same.
_MISREAD: Final = 80.0
#: What comes back about a patient and is kept with the referral. Everything else is decided by a person.
ATTACHABLE: Final = frozenset(
    {"consult_note", "lab_result", "imaging_report", "authorization", "appointment_notice", "other"}
)


class Doubt(StrEnum):
    """Why a document that bears our number was not attached by itself."""

    KIND_NEEDS_PERSON = "kind_needs_person"
    KIND_UNSURE = "kind_unsure"
    SEVERAL_REFERRALS = "several_referrals"
    REFERRAL_ENDED = "referral_ended"
    PATIENT_UNREADABLE = "patient_unreadable"
    OTHER_NAME = "other_name"
    OTHER_BIRTH_DATE = "other_birth_date"
    OTHER_SENDER = "other_sender"
    PAGES_UNREADABLE = "pages_unreadable"
    SENT_BEFORE = "sent_before"
    TAKEN_OFF_BEFORE = "taken_off_before"


@dataclass(frozen=True, slots=True)
class Answered:
    """A referral of ours whose number stands on the document; `by_code`: as a QR code, which is never misread."""

    id: UUID
    is_open: bool
    patient: Patient
    partner_id: UUID | None
    by_code: bool


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """What is known of a document that may answer a referral. `sender_office` only where it is proven.

    `taken_off`: a person took this very document off this referral.
    """

    kind: str
    kind_confidence: float
    referrals: tuple[Answered, ...]
    patient: Patient
    sender_office: UUID | None
    has_problems: bool
    is_repeat: bool
    taken_off: bool = False


def doubts(facts: AnswerFacts) -> tuple[Doubt, ...]:
    """Return what speaks against attaching the document by itself; asked only where it bears a number of ours."""
    if len(facts.referrals) != 1:
        return (Doubt.SEVERAL_REFERRALS,)
    (referral,) = facts.referrals
    other_sender = None not in {facts.sender_office, referral.partner_id} and facts.sender_office != referral.partner_id
    reasons = {
        Doubt.KIND_NEEDS_PERSON: facts.kind not in ATTACHABLE,
        Doubt.KIND_UNSURE: facts.kind_confidence < SURE_OF_KIND,
        Doubt.REFERRAL_ENDED: not referral.is_open,
        Doubt.OTHER_SENDER: other_sender,
        Doubt.PAGES_UNREADABLE: facts.has_problems,
        Doubt.SENT_BEFORE: facts.is_repeat,
        Doubt.TAKEN_OFF_BEFORE: facts.taken_off,
    }
    about_patient = patient_doubt(facts.patient, referral.patient, by_code=referral.by_code)
    found = tuple(doubt for doubt, holds in reasons.items() if holds)
    return (*found, about_patient) if about_patient else found


def patient_doubt(read: Patient, ours: Patient, *, by_code: bool) -> Doubt | None:
    """Return what is wrong between the patient on the page and the referral's, or None where they are the same.

    Name and birth date must both be there and the same. Beside a code the name alone will do.
    """
    if not (fold(read.family) and fold(read.given)):
        return Doubt.PATIENT_UNREADABLE
    dates_known = read.birth_date is not None and ours.birth_date is not None
    same_date = dates_known and read.birth_date == ours.birth_date
    if not _same_name(read, ours, may_be_misread=same_date):
        return Doubt.OTHER_NAME
    if dates_known:
        return None if same_date else Doubt.OTHER_BIRTH_DATE
    return None if by_code else Doubt.PATIENT_UNREADABLE


def _same_name(read: Patient, ours: Patient, *, may_be_misread: bool) -> bool:
    # Brothers, sisters and twins share family name and birth date: the given name is never taken for a misreading.
    given, known = fold(read.given).split(), fold(ours.given).split()
    if not known or not (given[0] == known[0] or (may_be_misread and _is_initial(given[0], known[0]))):
        return False
    family, expected = fold(read.family), fold(ours.family)
    if set(family.split()) <= set(expected.split()) or set(family.split()) >= set(expected.split()):
        return bool(expected)
    return may_be_misread and fuzz.ratio(family, expected) >= _MISREAD


def _is_initial(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) == 1 and longer.startswith(shorter)
