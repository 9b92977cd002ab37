"""From the fields of the reading contract to the content of a referral, and the reviewer's draft. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from homing.content.patient import Address, Coverage, Patient
from homing.content.practitioner import Practitioner
from homing.content.referral import Priority, ReferralContent
from homing.intake.reading.types import FieldValue
from homing.kit import clock, dates, npi, phones
from homing.kit.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

#: The order of the workbench.
NAMES: Final = (
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
    "requested.destination",
    "requested.provider",
    "requested.service",
    "diagnosis.codes",
    "reason",
    "priority",
    "referral.date",
)
_SEXES: Final = {"m": "male", "f": "female", "o": "other", "u": "other", "x": "other"}


class InvalidField(Invalid):
    """This value cannot be used."""

    code = "invalid_field"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Entry:
    """What the reviewer has in one field; a list is written with commas between its values."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class PatientChoice:
    """Who the patient is: a new record, or `record_id`. `refused` were shown and are not the same person."""

    record_id: UUID | None = None
    refused: tuple[UUID, ...] = ()

    @property
    def is_new(self) -> bool:
        """Tell whether a new record is to be made."""
        return self.record_id is None


@dataclass(frozen=True, slots=True)
class Draft:
    """What a reviewer has entered so far. `patient` is None until the reviewer has chosen."""

    entries: tuple[Entry, ...] = ()
    patient: PatientChoice | None = None
    refused: tuple[UUID, ...] = ()
    location_id: UUID | None = None
    specialty: str = ""

    def value(self, name: str) -> str | None:
        """Return what is entered for a field, or None where the reviewer has not touched it."""
        return next((one.value for one in self.entries if one.name == name), None)

    def with_value(self, name: str, value: str) -> Draft:
        """Return the draft with one field entered."""
        others = tuple(one for one in self.entries if one.name != name)
        return replace(self, entries=(*others, Entry(name, value)))


def as_text(value: str | tuple[str, ...]) -> str:
    """Return a value as the workbench shows it."""
    return value if isinstance(value, str) else ", ".join(value)


def merged(read: Iterable[FieldValue], draft: Draft) -> dict[str, str]:
    """Return the value of each field: what the reviewer entered, else what was read. Empty ones are left out."""
    values = {one.name: as_text(one.value) for one in read}
    values |= {one.name: one.value.strip() for one in draft.entries}
    return {name: value for name, value in values.items() if value.strip()}


def content_of(values: Mapping[str, str]) -> ReferralContent:
    """Return the content that these fields state. Raises InvalidField."""

    def text(name: str) -> str:
        return " ".join(values.get(name, "").split())

    return ReferralContent(
        patient=_patient(values, text),
        coverage=Coverage(text("coverage.payer"), text("coverage.member_id"), text("authorization.number")),
        referrer=_referrer(values, text),
        performer=text("requested.provider"),
        specialty=text("requested.specialty"),
        destination=text("requested.destination"),
        service=text("requested.service"),
        diagnosis_codes=_codes(values.get("diagnosis.codes", "")),
        reason=text("reason"),
        priority=_priority(text("priority")),
        authored_on=_date("referral.date", text("referral.date")),
    )


def lenient_content_of(values: Mapping[str, str]) -> ReferralContent:
    """Return the content of what was read; values that cannot be used are left out."""
    usable = dict(values)
    while True:
        try:
            return content_of(usable)
        except InvalidField as problem:
            del usable[problem.field]


def values_of(content: ReferralContent) -> dict[str, str]:
    """Return the fields that a content states: the inverse of `content_of`, empty ones left out."""
    patient, referrer = content.patient, content.referrer
    values = {
        "patient.family": patient.family,
        "patient.given": patient.given,
        "patient.birth_date": patient.birth_date.isoformat() if patient.birth_date else "",
        "patient.sex": patient.sex,
        "patient.phone": patient.phone,
        "patient.address.line": patient.address.line,
        "patient.address.city": patient.address.city,
        "patient.address.state": patient.address.state,
        "patient.address.zip": patient.address.postal_code,
        "patient.mrn": patient.mrn,
        "coverage.payer": content.coverage.payer,
        "coverage.member_id": content.coverage.member_id,
        "authorization.number": content.coverage.authorization_number,
        "referrer.family": referrer.family,
        "referrer.given": referrer.given,
        "referrer.npi": referrer.npi,
        "referrer.organization": referrer.organization,
        "referrer.phone": referrer.phone,
        "referrer.fax": referrer.fax,
        "requested.specialty": content.specialty,
        "requested.destination": content.destination,
        "requested.provider": content.performer,
        "requested.service": content.service,
        "diagnosis.codes": ", ".join(content.diagnosis_codes),
        "reason": content.reason,
        "priority": content.priority.value,
        "referral.date": content.authored_on.isoformat() if content.authored_on else "",
    }
    return {name: value for name, value in values.items() if value}


def _patient(values: Mapping[str, str], text: Callable[[str], str]) -> Patient:
    return Patient(
        family=text("patient.family"),
        given=text("patient.given"),
        birth_date=_date("patient.birth_date", text("patient.birth_date")),
        sex=_sex(text("patient.sex")),
        phone=_phone("patient.phone", values),
        address=Address(
            text("patient.address.line"),
            text("patient.address.city"),
            text("patient.address.state").upper(),
            text("patient.address.zip"),
        ),
        mrn=text("patient.mrn"),
    )


def _referrer(values: Mapping[str, str], text: Callable[[str], str]) -> Practitioner:
    number = re.sub(r"\D", "", text("referrer.npi"))
    if text("referrer.npi") and not npi.is_valid(number):
        raise InvalidField("referrer.npi", "This is not an NPI: ten digits, the last of which checks the others.")
    return Practitioner(
        family=text("referrer.family"),
        given=text("referrer.given"),
        npi=number,
        organization=text("referrer.organization"),
        phone=_phone("referrer.phone", values),
        fax=_phone("referrer.fax", values),
    )


def _phone(name: str, values: Mapping[str, str]) -> str:
    text = values.get(name, "").strip()
    number = phones.parse(text) if text else ""
    if number is None:
        raise InvalidField(name, "A telephone number has ten digits.")
    return number


def _date(name: str, text: str) -> date | None:
    if not text:
        return None
    value = dates.parse_us_date(text, pivot_year=clock.now().year)
    if value is None:
        raise InvalidField(name, "This is not a date. Write month, day and year: 04/27/1961.")
    # A day of grace: it may be tomorrow already where the sender is.
    if value > clock.now().date() + timedelta(days=1):
        raise InvalidField(name, "This date is in the future.")
    return value


def _sex(text: str) -> str:
    return _SEXES.get(text[:1].lower(), "other") if text else ""


def _priority(text: str) -> Priority:
    if not text:
        return Priority.ROUTINE
    try:
        return Priority(text.lower())
    except ValueError:
        raise InvalidField("priority", "Priority is routine, urgent, asap or stat.") from None


def _codes(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code.upper() for code in re.split(r"[,;\s]+", text) if code))
