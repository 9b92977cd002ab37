"""How well documents are read, from what people signed off. Counts and shares: no patient is on this page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from homing.accounts.policy import Permission
from homing.intake.queries_quality import report
from homing.web import words
from homing.web.guard import StaffRequest, staff
from homing.web.render import page
from homing.web.shell import Notice
from homing.web.widgets import NOTHING, Option, plural
from homing.web.workspace.workbench_fields import GROUPS, shape_of

if TYPE_CHECKING:
    from django.http import HttpResponse

    from homing.intake.quality import Bin, Curve, Drift, Report, Score

_PERIODS: Final = (30, 90, 365)
_USUAL: Final = 90


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One field, or one layout of a sender."""

    name: str
    sub: str
    count: int
    precision: str
    recall: str
    coverage: str
    #: The calibration error.
    error: str


@dataclass(frozen=True, slots=True)
class KindRow:
    """One kind of document."""

    name: str
    count: int
    accuracy: str


@dataclass(frozen=True, slots=True)
class BinRow:
    """One tenth of confidence: as text, and as a point of the picture (100 by 100, y downwards; None: no value)."""

    range: str
    count: int
    confidence: str
    right: str
    x: float | None
    y: float | None


@dataclass(frozen=True, slots=True)
class QualityPage:
    """The whole page."""

    period: str
    periods: tuple[Option, ...]
    is_empty: bool
    summary: str
    kinds_right: str
    alarms: tuple[Notice, ...]
    overall: ScoreRow
    fields: tuple[ScoreRow, ...]
    layouts: tuple[ScoreRow, ...]
    kinds: tuple[KindRow, ...]
    bins: tuple[BinRow, ...]


@staff(Permission.AUDIT_READ)
def reading_quality(request: StaffRequest) -> HttpResponse:
    """Show how well documents are read."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(one) for one in _PERIODS} else _USUAL
    return page(request, "workspace/reading_quality.html", quality=page_of(report(days), days))


def page_of(found: Report, days: int) -> QualityPage:
    """Return the presenter of a report."""
    return QualityPage(
        period=str(days),
        periods=tuple(Option(str(one), f"Last {one} days") for one in _PERIODS),
        is_empty=not found.items,
        summary=_summary(found),
        kinds_right=_percent(found.kind_accuracy),
        alarms=tuple(map(_alarm, found.drift)),
        overall=_row("All fields", "", found.overall, found.curve),
        fields=tuple(_row(shape_of(one.field).label, _group(one.field), one.score, one.curve) for one in found.fields),
        layouts=tuple(_row(one.sender, f"layout {one.layout or 'unknown'}", one.score) for one in found.layouts),
        kinds=tuple(KindRow(words.kind_text(one.kind), one.count, _percent(one.accuracy)) for one in found.kinds),
        bins=tuple(map(_bin, found.curve.bins)),
    )


def _group(field: str) -> str:
    """Return what a field is of: the patient and the referring provider both have a name and a number."""
    return dict(GROUPS).get(shape_of(field).group, "")


def _summary(found: Report) -> str:
    by_people = f"{plural(found.items, 'item')} reviewed by people." if found.items else ""
    if not found.automatic:
        return by_people
    return f"{by_people} {plural(found.automatic, 'item')} accepted without a person: not counted here.".lstrip()


def _row(name: str, sub: str, score: Score, curve: Curve | None = None) -> ScoreRow:
    return ScoreRow(
        name=name,
        sub=sub,
        count=score.total,
        precision=_percent(score.precision),
        recall=_percent(score.recall),
        coverage=_percent(score.coverage),
        error=NOTHING if curve is None or curve.error is None else f"{curve.error:.3f}",
    )


def _bin(one: Bin) -> BinRow:
    has_values = one.confidence is not None and one.right is not None
    return BinRow(
        range=f"{round(one.low * 100)} to {round(one.high * 100)} %",
        count=one.count,
        confidence=_percent(one.confidence),
        right=_percent(one.right),
        x=round((one.confidence or 0.0) * 100, 1) if has_values else None,
        y=round(100 - (one.right or 0.0) * 100, 1) if has_values else None,
    )


def _alarm(one: Drift) -> Notice:
    name = f"{_group(one.about)} · {shape_of(one.about).label}" if one.what == "field" else one.about
    fell = f"{_percent(one.recent)} right in the last 30 days, {_percent(one.before)} in the 90 before"
    return Notice(f"{name}: {fell}. {one.advice}", "bad")


def _percent(share: float | None) -> str:
    return NOTHING if share is None else f"{share * 100:.1f} %"
