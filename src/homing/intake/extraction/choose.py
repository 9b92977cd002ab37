"""Which of the runs found on the pages of a document states a field, and how sure that is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from homing.intake.extraction import layout, values
from homing.intake.extraction.calibration import Calibration, Evidence
from homing.intake.extraction.spans import Span
from homing.intake.reading.types import FieldValue
from homing.kit.names import fold

CODES: Final = "diagnosis.codes"
DATE: Final = "referral.date"
_OTHER_DATE: Final = "other.date"
#: What the day of a signature counts as the day of the referral.
_SIGNED: Final = 0.8
_BARE_DATE: Final = re.compile(
    r"(?:^|\s)(?:(?:today\S*|req\S*|referral|order)\s+)?(?<!run )(?<!print )(?:dt|dated?|date\W*\w?\W*time)\W*$",
    re.IGNORECASE,
)
_SIGNATURE: Final = re.compile(r"\bsign", re.IGNORECASE)
_IN_WORDS: Final = "diagnosis.text"
#: What a run must at least have to be taken at all: below it a blank helps more than a guess.
_LEAST: Final = 0.35
_REPEATED: Final = 0.06
_PRINTED, _LABELLED, _LOWER = 0.15, 0.12, 0.1
#: Letters that only handwriting makes so unsure: a person reads them.
_MOST_BY_HAND: Final = 0.85


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value of a field, and where it stands; `repeats` how often the document states it."""

    field: str
    value: str
    span: Span
    trust: float = 1.0
    repeats: int = 1

    @property
    def score(self) -> float:
        """What candidates are compared by."""
        own = self.span.mean * 0.7 + self.span.least * 0.3
        return self.trust * own + _REPEATED * min(self.repeats - 1, 3)


def chosen(
    found: Sequence[Span], calibration: Calibration, trust: Mapping[int, float] | None = None
) -> tuple[FieldValue, ...]:
    """Return at most one value for each field, with its confidence; `trust` is what a page counts, 1 where not told."""
    by_field: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in _candidates(found, trust or {}):
        by_field[candidate.field].append(candidate)
    if DATE not in by_field and (dated := _dated(found)):
        by_field[DATE].append(dated)
    fields = [*(_best(candidates, calibration) for candidates in by_field.values()), *_codes(found, calibration)]
    sure = [one for one in fields if one and one.confidence >= calibration.least]
    return tuple(sorted(sure, key=lambda one: one.name))


def _day(text: str) -> str | None:
    return values.NORMALISERS[DATE](text)


def _candidates(found: Sequence[Span], trust: Mapping[int, float]) -> Iterator[Candidate]:
    stated: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for span in found:
        normalise = values.NORMALISERS.get(span.label)
        value = normalise(span.text) if normalise else None
        if value:
            stated[span.label, fold(value)].append(Candidate(span.label, value, span, trust.get(span.page, 1.0)))
    for same in stated.values():
        first = max(same, key=_shown)
        yield replace(first, repeats=len(same))


def _shown(one: Candidate) -> float:
    """Return how well a place shows a value that stands in several: printed, behind its label, near the top."""
    span = one.span
    first = span.pieces[0]
    return one.score + _PRINTED * span.certainty + _LABELLED * span.labelled - _LOWER * (span.page - 1 + first.word.y0)


def _dated(found: Sequence[Span]) -> Candidate | None:
    """Return the day behind a bare "Date", or that of the signature, where no other date is the referral's."""
    days = [(span, value) for span in found if span.label == _OTHER_DATE and (value := _day(span.text))]
    for told in (_BARE_DATE, _SIGNATURE):
        for span, value in days:
            if told.search(span.line_before):
                return Candidate(DATE, value, span, trust=_SIGNED)
    return None


def _best(candidates: list[Candidate], calibration: Calibration) -> FieldValue | None:
    ranked = sorted(candidates, key=lambda one: -one.score)
    first = ranked[0]
    if first.score < _LEAST:
        return None
    rival = ranked[1].score if len(ranked) > 1 else 0.0
    return _value(first, rival, calibration)


def _value(one: Candidate, rival: float, calibration: Calibration) -> FieldValue:
    span = one.span
    evidence = Evidence(
        field=one.field,
        mean=span.mean,
        least=span.least,
        rival=rival,
        certainty=span.certainty,
        repeats=one.repeats,
        length=len(span.text),
        handwritten=span.handwritten,
    )
    confidence = calibration.confidence(evidence)
    if span.handwritten:
        confidence = min(confidence, _MOST_BY_HAND)
    return FieldValue(one.field, one.value, round(confidence, 3), span.page, span.box)


def _codes(found: Sequence[Span], calibration: Calibration) -> list[FieldValue]:
    """Return the list of diagnosis codes: every code of every run that is likely enough, in reading order."""
    stated: dict[str, Span] = {}
    for span in found:
        if span.label == CODES and span.mean >= _LEAST:
            for code in values.codes(span.text):
                stated.setdefault(code, span)
        elif span.label == _IN_WORDS:
            # A code inside the diagnosis' words, as in "atrial fibrillation (I48.91)", may be taken for one of them.
            for code in values.dotted_codes(span.text):
                stated.setdefault(code, span)
    if not stated:
        return []
    spans = list(dict.fromkeys(stated.values()))
    page = spans[0].page
    weakest = min(spans, key=lambda one: one.mean)
    evidence = Evidence(
        CODES,
        weakest.mean,
        weakest.least,
        0.0,
        min(one.certainty for one in spans),
        len(spans),
        len(stated),
        any(one.handwritten for one in spans),
    )
    box = layout.hull(one.box for one in spans if one.page == page)
    confidence = calibration.confidence(evidence)
    if evidence.handwritten:
        confidence = min(confidence, _MOST_BY_HAND)
    return [FieldValue(CODES, tuple(stated), round(confidence, 3), page, box)]
