"""Reads of the directory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from homing.directory.models import ContactPoint, Office, Practitioner, System
from homing.kit import phones
from homing.kit.errors import NotFound
from homing.kit.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

_DIGITS_TO_SEARCH = 4


@dataclass(frozen=True, slots=True)
class ContactPointView:
    """One way to reach an office; `value` E.164 for fax and phone, `confidence` 0 to 1."""

    id: UUID
    office_id: UUID
    system: str
    value: str
    is_proven: bool
    proven_by: str
    confidence: float
    last_confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class PractitionerView:
    """One person of an office."""

    id: UUID
    office_id: UUID
    family: str
    given: str
    npi: str
    specialty: str


@dataclass(frozen=True, slots=True)
class OfficeView:
    """One office with its people and addresses. `fax` and `phone` are E.164, the best of each, or empty."""

    id: UUID
    name: str
    kind: str
    npi: str
    address: str
    specialties: tuple[str, ...]
    notes: str
    fax: str
    phone: str
    contact_points: tuple[ContactPointView, ...]
    practitioners: tuple[PractitionerView, ...]


def office(office_id: UUID) -> OfficeView:
    """Return one office.

    Raises
    ------
    NotFound
    """
    found = offices([office_id])
    if not found:
        raise NotFound
    return found[0]


def offices(office_ids: Iterable[UUID]) -> tuple[OfficeView, ...]:
    """Return these offices, by name; unknown ids are left out."""
    return _views(list(Office.objects.filter(id__in=list(office_ids)).order_by("name")))


def all_offices(*, kind: str = "", limit: int = 200) -> tuple[OfficeView, ...]:
    """Return offices by name; `kind` referring or receiving includes those that are both."""
    rows = Office.objects.order_by("name_key")
    return _views(list((rows.filter(kind__in=[kind, "both"]) if kind else rows)[:limit]))


def office_by_fax(e164: str) -> OfficeView | None:
    """Return the one office whose proven fax number this is; None where no office or several share it."""
    points = ContactPoint.objects.filter(system=System.FAX, value=e164, is_proven=True)
    office_ids = list(points.order_by().values_list("office_id", flat=True).distinct()[:2])
    return office(office_ids[0]) if len(office_ids) == 1 else None


def fax_of(office_id: UUID) -> ContactPointView | None:
    """Return the proven fax number to use for an office, the most trusted first, or None."""
    points = ContactPoint.objects.filter(office_id=office_id, system=System.FAX, is_proven=True)
    row = points.order_by("-confidence", "-last_confirmed_at", "id").first()
    return _point(row) if row else None


def search_offices(text: str, *, kind: str = "", limit: int = 20) -> tuple[OfficeView, ...]:
    """Return offices whose name, people, NPI, address or numbers contain all words of `text`, by name."""
    rows = Office.objects.all()
    if kind:
        rows = rows.filter(kind__in=[kind, "both"])
    for word in fold(text).split():
        rows = rows.filter(_matches(word))
    number = phones.to_e164(text)
    if number:
        holders = ContactPoint.objects.filter(value=number).values("office_id")
        rows = Office.objects.filter(id__in=holders)
    return _views(list(rows.order_by("name_key")[:limit]))


def _matches(word: str) -> Q:
    people = Practitioner.objects.filter(Q(name_key__contains=word) | Q(npi=word)).values("office_id")
    condition = Q(name_key__contains=word) | Q(npi=word) | Q(address__icontains=word) | Q(id__in=people)
    if word.isdigit() and len(word) >= _DIGITS_TO_SEARCH:
        condition |= Q(id__in=ContactPoint.objects.filter(value__contains=word).values("office_id"))
    return condition


def _views(rows: list[Office]) -> tuple[OfficeView, ...]:
    ids = [row.id for row in rows]
    points = [_point(row) for row in _best_first(ids)]
    people = [_practitioner(row) for row in Practitioner.objects.filter(office_id__in=ids).order_by("family", "given")]
    return tuple(_view(row, points, people) for row in rows)


def _best_first(office_ids: list[UUID]) -> Iterable[ContactPoint]:
    rows = ContactPoint.objects.filter(office_id__in=office_ids)
    return rows.order_by("-is_proven", "-confidence", "id")


def _view(row: Office, points: list[ContactPointView], people: list[PractitionerView]) -> OfficeView:
    own = tuple(point for point in points if point.office_id == row.id)
    return OfficeView(
        id=row.id,
        name=row.name,
        kind=row.kind,
        npi=row.npi,
        address=row.address,
        specialties=tuple(row.specialties),
        notes=row.notes,
        fax=_first(own, System.FAX),
        phone=_first(own, System.PHONE),
        contact_points=own,
        practitioners=tuple(person for person in people if person.office_id == row.id),
    )


def _first(points: tuple[ContactPointView, ...], system: System) -> str:
    return next((point.value for point in points if point.system == system), "")


def _point(row: ContactPoint) -> ContactPointView:
    return ContactPointView(
        id=row.id,
        office_id=row.office_id,
        system=row.system,
        value=row.value,
        is_proven=row.is_proven,
        proven_by=row.proven_by,
        confidence=row.confidence,
        last_confirmed_at=row.last_confirmed_at,
    )


def _practitioner(row: Practitioner) -> PractitionerView:
    return PractitionerView(row.id, row.office_id, row.family, row.given, row.npi, row.specialty)
