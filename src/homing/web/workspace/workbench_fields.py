"""The fields of the workbench: their order, words and shapes, and what was posted of them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from homing.intake.fields import Draft, Entry
from homing.kit import clock, dates, phones
from homing.web.clockface import us_date
from homing.web.widgets import NOTHING, Option

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from homing.intake.queries import FieldView

_SEXES: Final = (Option("", NOTHING), Option("female", "Female"), Option("male", "Male"), Option("other", "Other"))
_PRIORITIES: Final = (
    Option("", "Routine"),
    Option("urgent", "Urgent"),
    Option("asap", "ASAP"),
    Option("stat", "STAT"),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """How one field is shown. `kind` is text, select, area, date or phone."""

    name: str
    label: str
    group: str
    span: str = "span-2"
    kind: str = "text"
    options: tuple[Option, ...] = ()
    placeholder: str = ""

    @property
    def inputmode(self) -> str:
        """Which keyboard a phone shows."""
        return {"phone": "tel", "date": "numeric"}.get(self.kind, "")


SHAPES: Final = (
    Shape("patient.family", "Family name", "patient", "span-3"),
    Shape("patient.given", "Given name", "patient", "span-3"),
    Shape("patient.birth_date", "Date of birth", "patient", kind="date", placeholder="mm/dd/yyyy"),
    Shape("patient.sex", "Sex", "patient", kind="select", options=_SEXES),
    Shape("patient.phone", "Phone", "patient", kind="phone"),
    Shape("patient.address.line", "Street", "patient", "span-3"),
    Shape("patient.address.city", "City", "patient", "span-3"),
    Shape("patient.address.state", "State", "patient"),
    Shape("patient.address.zip", "ZIP", "patient"),
    Shape("patient.mrn", "Record no.", "patient"),
    Shape("coverage.payer", "Payer", "coverage"),
    Shape("coverage.member_id", "Member ID", "coverage"),
    Shape("authorization.number", "Authorization", "coverage"),
    Shape("referrer.family", "Family name", "referrer"),
    Shape("referrer.given", "Given name", "referrer"),
    Shape("referrer.npi", "NPI", "referrer"),
    Shape("referrer.organization", "Practice", "referrer"),
    Shape("referrer.phone", "Phone", "referrer", kind="phone"),
    Shape("referrer.fax", "Fax", "referrer", kind="phone"),
    Shape("reason", "Reason for referral", "request", "span-6", kind="area"),
    Shape("diagnosis.codes", "Diagnosis codes", "request", "span-4", placeholder="I48.91, R00.2"),
    Shape("priority", "Priority", "request", kind="select", options=_PRIORITIES),
    Shape("requested.service", "Requested service", "request", "span-3"),
    Shape("requested.specialty", "Printed specialty", "request", "span-3"),
    Shape("requested.provider", "Printed specialist", "request", "span-3"),
    Shape("requested.destination", "Printed destination", "request", "span-3"),
    Shape("referral.date", "Date of referral", "request", kind="date", placeholder="mm/dd/yyyy"),
)
GROUPS: Final = (
    ("patient", "Patient"),
    ("coverage", "Coverage"),
    ("referrer", "Referring provider"),
    ("request", "Request"),
)
_SHAPE_OF: Final = {shape.name: shape for shape in SHAPES}


def shape_of(name: str) -> Shape:
    """Return how a field is shown; fields that a later reader adds stand with the request."""
    return _SHAPE_OF.get(name) or Shape(name, name.replace(".", " ").replace("_", " ").capitalize(), "request")


def shown(name: str, value: str) -> str:
    """Return a value as people write it: dates month first, telephone numbers with brackets."""
    kind = shape_of(name).kind
    if kind == "phone":
        return phones.display(value)
    if kind == "date":
        day = dates.parse_us_date(value, pivot_year=clock.now().year)
        return us_date(day) or value
    if name == "priority" and value == "routine":
        return ""
    return value


def draft_from(
    posted: Mapping[str, str], confirmed: Collection[str], fields: tuple[FieldView, ...], before: Draft
) -> tuple[Entry, ...]:
    """Return what the reviewer has entered: changed fields, confirmed ones, and those entered earlier."""
    return tuple(
        Entry(field.name, posted[field.name].strip())
        for field in fields
        if field.name in posted and _is_entered(field, posted[field.name].strip(), confirmed, before)
    )


def _is_entered(field: FieldView, value: str, confirmed: Collection[str], before: Draft) -> bool:
    earlier = before.value(field.name) is not None
    return earlier or field.name in confirmed or value != shown(field.name, field.read_value)
