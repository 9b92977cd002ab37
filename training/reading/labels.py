"""The classes a word can have: the fields of the contract, and the near-misses that are easily taken for them."""

from __future__ import annotations

from typing import Final

#: What `homing read` answers with, as spans of words.
FIELDS: Final = (
    "patient.family",
    "patient.given",
    "patient.birth_date",
    "patient.sex",
    "patient.phone",
    "patient.address.line",
    "patient.address.city",
    "patient.address.state",
    "patient.address.zip",
    "patient.mrn",
    "coverage.payer",
    "coverage.member_id",
    "authorization.number",
    "referrer.family",
    "referrer.given",
    "referrer.npi",
    "referrer.organization",
    "referrer.phone",
    "referrer.fax",
    "requested.specialty",
    "requested.provider",
    "requested.service",
    "diagnosis.codes",
    "reason",
    "priority",
    "referral.date",
)

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
