"""`homing read --report`: how well documents are read, from what people signed off."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from homing.cli.environment import django_ready
from homing.cli.organizations import chosen
from homing.cli.output import answer

if TYPE_CHECKING:
    from homing.intake.quality import Curve, Drift, Report, Score

VERSION = 1
_ROUNDED = 4
Json = dict[str, Any]


def print_report(organization: str | None, days: int, *, as_json: bool) -> None:
    """Print the report of an organization. Raises WhichOrganization."""
    with django_ready():
        from homing.intake.queries_quality import report
        from homing.tenancy.scope import scoped

        with scoped(chosen(organization)):
            found = report(days)
    answer(document(found, days), lines(found, days), as_json=as_json)


def document(found: Report, days: int) -> Json:
    """Return the JSON that docs/reference/command-line.md lays down."""
    return {
        "version": VERSION,
        "days": days,
        "since": found.since.isoformat(),
        "items": {"reviewed": found.items, "automatic": found.automatic},
        "overall": _score(found.overall) | _curve(found.curve),
        "fields": {one.field: _score(one.score) | _curve(one.curve) for one in found.fields},
        "layouts": [{"sender": one.sender, "layout": one.layout} | _score(one.score) for one in found.layouts],
        "kinds": {
            "accuracy": _rounded(found.kind_accuracy),
            "by_kind": {
                one.kind: {"count": one.count, "right": one.right, "accuracy": _rounded(one.accuracy)}
                for one in found.kinds
            },
        },
        "drift": [_drift(one) for one in found.drift],
    }


def lines(found: Report, days: int) -> list[str]:
    """Return the report for a person."""
    head = [
        f"{found.items} items reviewed by people in {days} days; {found.automatic} without a person, not counted",
        f"document kinds: {_percent(found.kind_accuracy)} right",
        f"{'field':<26}{'fields':>8}{'precision':>11}{'recall':>9}{'coverage':>10}{'ECE':>7}",
    ]
    rows = [_line("all", found.overall, found.curve), *(_line(one.field, one.score, one.curve) for one in found.fields)]
    layouts = [
        f"  {one.sender}, layout {one.layout or '-'}: {one.score.total} fields, "
        f"precision {_percent(one.score.precision)}, recall {_percent(one.score.recall)}"
        for one in found.layouts
    ]
    alarms = [
        f"DRIFT {one.what} {one.about}: {_percent(one.before)} right before, {_percent(one.recent)} now. {one.advice}"
        for one in found.drift
    ]
    return [*head, *rows, "by layout of the sender:", *layouts, *(alarms or ["no drift"])]


def _line(name: str, score: Score, curve: Curve) -> str:
    error = "-" if curve.error is None else f"{curve.error:.3f}"
    shares = f"{_percent(score.precision):>11}{_percent(score.recall):>9}{_percent(score.coverage):>10}"
    return f"{name:<26}{score.total:>8}{shares}{error:>7}"


def _score(score: Score) -> Json:
    shares = {"precision": score.precision, "recall": score.recall, "coverage": score.coverage}
    return asdict(score) | {name: _rounded(share) for name, share in shares.items()}


def _curve(curve: Curve) -> Json:
    bins = [
        {
            "low": one.low,
            "high": one.high,
            "count": one.count,
            "confidence": _rounded(one.confidence),
            "right": _rounded(one.right),
        }
        for one in curve.bins
    ]
    return {"calibration": bins, "ece": _rounded(curve.error)}


def _drift(one: Drift) -> Json:
    return asdict(one) | {"before": _rounded(one.before), "recent": _rounded(one.recent), "advice": one.advice}


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, _ROUNDED)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share * 100:.1f} %"
