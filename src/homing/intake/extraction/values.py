"""From the words where a value stands to the value: found by its shape, normalised, with its confidence and its box."""

from __future__ import annotations

import re
from collections.abc import Iterator

from homing.intake.extraction import layout, validators
from homing.intake.extraction.layout import Span
from homing.intake.extraction.validators import Found
from homing.intake.reading.types import FieldValue
from homing.kit import names


def stated(target: str, span: Span, weight: float) -> Iterator[FieldValue]:
    """Yield the fields that `target` finds in a span; `weight`, 0 to 1, is the trust in a place of this sort.

    A target is a field of the contract, `patient.name` or `referrer.name`, or `patient.address`.
    """
    if target == "patient.address":
        yield from _address(span, weight)
    elif target == "diagnosis.codes":
        yield from codes(span, validators.find_codes(span.text, bare=True), weight)
    elif found := validators.FINDERS.get(target, validators.find_text)(span.text):
        split = person if target.endswith(".name") else _single
        yield from split(target, span, found, weight)


def _single(target: str, span: Span, found: Found, weight: float) -> Iterator[FieldValue]:
    name = names.parse_person(found.value) if target == "requested.provider" else None
    value = " ".join(filter(None, (name.given, name.middle, name.family))) if name else found.value
    yield field(target, value, span.cut(found.start, found.end), weight)


def field(name: str, value: str | tuple[str, ...], span: Span, weight: float) -> FieldValue:
    """Return a field whose confidence falls with that of its least certain word."""
    return FieldValue(name, value, round(weight * (0.4 + 0.6 * span.confidence), 3), span.page, span.box)


def person(target: str, span: Span, found: Found, weight: float) -> Iterator[FieldValue]:
    """Yield family and given name of a name found in a span."""
    name, kind = names.parse_person(found.value), target.removesuffix(".name")
    parts = {"family": name.family, "given": name.given} if name else {}
    for part, value in parts.items():
        start = found.start + max(found.value.find(value), 0)
        yield field(f"{kind}.{part}", value, span.cut(start, start + len(value)), weight)


def _address(span: Span, weight: float) -> Iterator[FieldValue]:
    found = validators.find_city_state_zip(span.text)
    line = validators.find_text(span.text[: found[0].start if found else len(span.text)])
    if line and re.search(r"\d", line.value):
        yield field("patient.address.line", line.value, span.cut(line.start, line.end), weight)
    for part, one in zip(("city", "state", "zip"), found or (), strict=False):
        yield field(f"patient.address.{part}", one.value, span.cut(one.start, one.end), weight)


def codes(span: Span, found: list[Found], weight: float) -> Iterator[FieldValue]:
    """Yield the diagnosis codes found in a span as one list."""
    if found:
        where = layout.joined([span.cut(one.start, one.end) for one in found])
        yield field("diagnosis.codes", tuple(dict.fromkeys(one.value for one in found)), where, weight)
