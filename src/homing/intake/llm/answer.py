"""What a language model is asked to hand over. Nothing of it is believed before `grounding` has looked."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field

#: Not `requested.specialty` and `requested.destination`: what the patient needs is decided from the content by us.
FieldName = Literal[
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
    "requested.provider",
    "requested.service",
    "diagnosis.codes",
    "reason",
    "priority",
    "referral.date",
]
_LONGEST: Final = 2000
_Text = Annotated[str, Field(max_length=_LONGEST)]


class FieldAnswer(BaseModel):
    """One field."""

    field: FieldName
    value: _Text = Field(description="the value in the notation asked for")
    quote: _Text = Field(description="the characters on the page that state the value, copied exactly")
    lines: list[str] = Field(description='ids of the lines that hold the quote, such as "p1 l12"', max_length=20)


class Answer(BaseModel):
    """The fields that the pages state; a field that they do not state is left out."""

    fields: list[FieldAnswer] = Field(max_length=80)
