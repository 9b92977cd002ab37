"""The classes a word can have: the fields of the contract, and the near-misses that are easily taken for them."""

from __future__ import annotations

from typing import Final

from homing.intake.fields import NAMES

#: What `homing read` answers with, as spans of words.
FIELDS: Final = tuple(name for name in NAMES if name != "requested.destination")

#: What stands beside them. Each teaches the model what a field is not.
NEAR_MISSES: Final = (
    "patient.middle",
    "patient.age",
    "patient.other_phone",
    "patient.email",
    "patient.ssn",
    "coverage.group",
    "coverage.plan",
    "payer.phone",
    "secondary.payer",
    "secondary.member_id",
    "diagnosis.text",
    "history",
    "recipient.organization",
    "recipient.phone",
    "recipient.fax",
    "recipient.address",
    "recipient.npi",
    "referrer.address",
    "referrer.credential",
    "other.person",
    "other.provider",
    "other.npi",
    "other.organization",
    "other.phone",
    "other.date",
    "other.id",
    "other.code",
    "other.address",
    "label",
)

#: What one page is.
PAGE_KINDS: Final = (
    "cover_sheet",
    "referral",
    "letter",
    "note",
    "lab",
    "imaging",
    "medication_list",
    "insurance_card",
    "reply_sheet",
    "blank",
    "other",
)

#: What a document would be if this page were its first.
DOCUMENT_KINDS: Final = (
    "referral",
    "lab_result",
    "imaging_report",
    "consult_note",
    "refill_request",
    "authorization",
    "records_request",
    "appointment_notice",
    "order_dme",
    "patient_correspondence",
    "reply_sheet",
    "junk",
    "misdirected",
    "blank",
    "other",
)
