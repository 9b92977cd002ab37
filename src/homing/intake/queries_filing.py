"""Reads of what is handed on: the rules, the receipts, and what could not be delivered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from homing.intake import policy_filing
from homing.intake.models import Filing, FilingRule, InboundItem
from homing.intake.policy_filing import ANY_KIND, FilingFacts
from homing.intake.readings import content_read, reading_of
from homing.intake.states_filing import FilingState
from homing.kit import clock
from homing.kit.errors import NotFound
from homing.referrals import queries as referrals

if TYPE_CHECKING:
    from collections.abc import Collection

    from homing.content.patient import Patient


@dataclass(frozen=True, slots=True)
class RuleView:
    """Where one kind goes; kind `*` is every other kind. `threshold` 0.5 to 1."""

    kind: str
    destination: str
    folder: str
    is_automatic: bool
    threshold: float


@dataclass(frozen=True, slots=True)
class FilingView:
    """One document that is or was handed on; `path`, `sha256`, `delivered_at` are its receipt."""

    id: UUID
    item_id: UUID
    number: int
    kind: str
    destination: str
    folder: str
    state: str
    is_current: bool
    filed_by: str
    filed_at: datetime
    attempts: int
    next_attempt_at: datetime | None
    problem_code: str
    problem_message: str
    path: str
    sha256: str
    size: int
    delivered_at: datetime | None

    @property
    def is_waiting(self) -> bool:
        """Tell whether it is still to be delivered."""
        return self.state in {FilingState.PLANNED, FilingState.FAILED}


def rules() -> tuple[RuleView, ...]:
    """Return where each kind goes, in the order of the kinds; that for every other kind last."""
    found = {row.kind: _rule(row) for row in FilingRule.objects.all()}
    return tuple(found[kind] for kind in (*policy_filing.FILED_KINDS, ANY_KIND) if kind in found)


def rule_for(kind: str) -> RuleView | None:
    """Return where documents of one kind go, or None where they stay here."""
    found = {row.kind: _rule(row) for row in FilingRule.objects.filter(kind__in=[kind, ANY_KIND])}
    return found.get(kind) or found.get(ANY_KIND)


def filings(item_id: UUID) -> tuple[FilingView, ...]:
    """Return what was handed on of one item, or is to be, the latest first."""
    return tuple(map(_view, Filing.objects.filter(item_id=item_id).order_by("-number")))


def current_of(item_ids: Collection[UUID]) -> dict[UUID, FilingView]:
    """Return the filing that stands of each item that has one."""
    rows = Filing.objects.filter(item_id__in=item_ids, is_current=True)
    return {row.item_id: _view(row) for row in rows}


def undelivered_count() -> int:
    """Return how many documents could not be handed on and wait for a person."""
    return Filing.objects.filter(state=FilingState.FAILED).count()


def due(limit: int = 200) -> tuple[UUID, ...]:
    """Return the filings whose next attempt is due, the oldest first."""
    rows = Filing.objects.filter(next_attempt_at__lte=clock.now()).order_by("next_attempt_at")
    return tuple(rows.values_list("id", flat=True)[:limit])


def filing_facts(item_id: UUID) -> FilingFacts:
    """Return what automatic filing looks at. Raises NotFound."""
    row = InboundItem.objects.filter(id=item_id).first()
    if row is None:
        raise NotFound
    document, rule = reading_of(row), rule_for(row.kind)
    return FilingFacts(
        kind=row.kind,
        kind_confidence=row.kind_confidence,
        is_automatic=rule is not None and rule.is_automatic and rule.kind == row.kind,
        threshold=rule.threshold if rule else 1.0,
        has_problems=bool(row.problems),
        is_repeat=row.repeat_of_id is not None,
        bears_reference=bool(document.references),
        patients_referrals=_open_referrals(content_read(document).patient, row.suggested_record),
    )


def _open_referrals(patient: Patient, record_id: UUID | None) -> int:
    alike = referrals.find_open_like(patient.family, patient.given, patient.birth_date) if patient.family else ()
    of_record = referrals.find_open_for(record_id) if record_id else ()
    return len({one.id for one in (*alike, *of_record)})


def _rule(row: FilingRule) -> RuleView:
    return RuleView(row.kind, row.destination, row.folder, row.is_automatic, row.threshold)


def _view(row: Filing) -> FilingView:
    return FilingView(
        id=row.id,
        item_id=row.item_id,
        number=row.number,
        kind=row.kind,
        destination=row.destination,
        folder=row.folder,
        state=row.state,
        is_current=row.is_current,
        filed_by=row.filed_by,
        filed_at=row.filed_at,
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        problem_code=row.problem_code,
        problem_message=row.problem_message,
        path=row.path,
        sha256=row.sha256,
        size=row.size,
        delivered_at=row.delivered_at,
    )
