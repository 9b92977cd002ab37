"""Reads of the quality of reading: counts of verdicts, added up by the database."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db.models import Count, Q, Sum

from homing.directory import queries as directory
from homing.intake import quality
from homing.intake.fields import NAMES
from homing.intake.models import FieldVerdict, KindVerdict
from homing.intake.quality import (
    BEFORE_DAYS,
    RECENT_DAYS,
    Cell,
    KindQuality,
    LayoutQuality,
    Period,
    Report,
    Score,
    Verdict,
)
from homing.kit import clock, phones
from homing.kit.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

#: The most layouts that a report lists, those with most fields first.
_LAYOUTS: Final = 50
_UNKNOWN: Final = "unknown sender"


def report(days: int = 90) -> Report:
    """Return the quality of reading, from what people signed off in the last `days` days.

    Drift always compares the last 30 days with the 90 before.
    """
    since = clock.now() - timedelta(days=days)
    cells = _cells(since)
    looked_at = KindVerdict.objects.filter(reviewed_at__gte=since)
    return Report(
        since=since,
        items=looked_at.filter(by_person=True).count(),
        automatic=looked_at.filter(by_person=False).count(),
        overall=quality.score_of(cells),
        curve=quality.curve(cells),
        fields=quality.by_field(cells, NAMES),
        layouts=_layouts(since),
        kinds=_kinds(since),
        drift=_drift(),
    )


def _cells(since: datetime) -> tuple[Cell, ...]:
    rows = FieldVerdict.objects.filter(reviewed_at__gte=since).order_by()
    counted = rows.values_list("field", "tenth", "verdict").annotate(count=Count("id"), sum=Sum("confidence"))
    return tuple(
        Cell(field, tenth, Verdict(verdict), count, total or 0.0) for field, tenth, verdict, count, total in counted
    )


def _layouts(since: datetime) -> tuple[LayoutQuality, ...]:
    rows = FieldVerdict.objects.filter(reviewed_at__gte=since).order_by()
    grouped = rows.values_list("sender", "layout").annotate(
        total=Count("id"),
        right=Count("id", filter=Q(verdict=Verdict.RIGHT)),
        wrong=Count("id", filter=Q(verdict=Verdict.WRONG)),
        spurious=Count("id", filter=Q(verdict=Verdict.SPURIOUS)),
        missed=Count("id", filter=Q(verdict=Verdict.MISSED)),
    )
    most = grouped.order_by("-total", "sender", "layout")[:_LAYOUTS]
    return tuple(LayoutQuality(_sender_name(sender), layout, Score(*counts)) for sender, layout, _, *counts in most)


def _kinds(since: datetime) -> tuple[KindQuality, ...]:
    rows = KindVerdict.objects.filter(reviewed_at__gte=since, by_person=True).order_by()
    pairs = rows.values_list("kind_signed", "kind_read").annotate(count=Count("id"))
    found: dict[str, tuple[int, int]] = {}
    for signed, read, count in pairs:
        total, right = found.get(signed, (0, 0))
        found[signed] = total + count, right + (count if signed == read else 0)
    ordered = sorted(found.items(), key=lambda one: (-one[1][0], one[0]))
    return tuple(KindQuality(kind, total, right) for kind, (total, right) in ordered)


def _drift() -> tuple[quality.Drift, ...]:
    middle = clock.now() - timedelta(days=RECENT_DAYS)
    start = middle - timedelta(days=BEFORE_DAYS)
    recent, before = Q(reviewed_at__gte=middle), Q(reviewed_at__gte=start, reviewed_at__lt=middle)
    fields = _periods("field", recent), _periods("field", before)
    senders = _periods("sender", recent), _periods("sender", before)
    comparisons = quality.comparable(*fields) + quality.comparable(*senders)
    return (
        *quality.drift("field", *fields, comparisons=comparisons),
        *quality.drift("sender", *senders, comparisons=comparisons),
    )


def _periods(column: str, when: Q) -> Sequence[Period]:
    rows = FieldVerdict.objects.filter(when).exclude(**{column: ""}).order_by()
    counted = rows.values_list(column).annotate(right=Count("id", filter=Q(verdict=Verdict.RIGHT)), total=Count("id"))
    enough = [row for row in counted if row[2] >= quality.FEWEST]
    name = _sender_name if column == "sender" else str
    return [Period(name(about), right, total) for about, right, total in enough]


def _sender_name(key: str) -> str:
    """Return an office's name, or its number: what is known of a sender is no patient's."""
    kind, _, value = key.partition(":")
    if kind == "office":
        try:
            return directory.office(UUID(value)).name
        except NotFound:
            return _UNKNOWN
    return phones.display(value) if value else _UNKNOWN
