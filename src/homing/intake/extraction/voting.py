"""Tokens of one value decide together whose value it is: an address is the patient's or the clinic's as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from homing.intake.extraction.model import Floats, PageAnswer

#: Classes that are of one kind and told apart only by whom they belong to.
KINDS: Final = (
    ("patient.address.line", "referrer.address", "recipient.address", "other.address"),
    ("referrer.organization", "recipient.organization", "other.organization"),
    ("patient.birth_date", "referral.date", "other.date"),
    (
        "patient.phone",
        "patient.other_phone",
        "referrer.phone",
        "referrer.fax",
        "recipient.phone",
        "recipient.fax",
        "payer.phone",
        "other.phone",
    ),
    ("patient.mrn", "coverage.member_id", "authorization.number", "coverage.group", "secondary.member_id", "other.id"),
    ("reason", "history", "diagnosis.text"),
)
_MOSTLY: Final = 0.5
#: How much likelier a beginning than a going-on must be to part two neighbours: words seldom, numbers easily.
_WORDS, _NUMBERS = 4.0, 1.5
_APART: Final = 3.0


def voted(answer: PageAnswer, likely: Floats, classes: Sequence[str]) -> Floats:
    """Return the probabilities, n by classes, with the shares of each kind made equal within a value."""
    made = likely.copy()
    for kind in KINDS:
        columns = [classes.index(name) for name in kind if name in classes]
        if len(columns) < 2:
            continue
        ratio = _NUMBERS if kind[0] in {"patient.phone", "patient.birth_date", "patient.mrn"} else _WORDS
        mass = likely[:, columns].sum(1)
        for rows in _values(answer, mass, columns, ratio):
            shares = likely[np.ix_(rows, columns)].sum(0)
            made[np.ix_(rows, columns)] = np.outer(mass[rows], shares / shares.sum())
    return made


def _values(answer: PageAnswer, mass: Floats, columns: list[int], ratio: float) -> Iterator[list[int]]:
    """Yield neighbouring tokens that are mostly of the kind."""
    begins, goes_on = answer.begins[:, columns].sum(1), answer.goes_on[:, columns].sum(1)
    rows: list[int] = []
    for row in np.flatnonzero(mass > _MOSTLY):
        if rows and (not _neighbours(answer, rows[-1], int(row)) or begins[row] > ratio * goes_on[row]):
            yield rows
            rows = []
        rows.append(int(row))
    if len(rows) > 1:
        yield rows


def _neighbours(answer: PageAnswer, left: int, right: int) -> bool:
    before, after = answer.pieces[left], answer.pieces[right]
    high = after.word.y1 - after.word.y0
    return right == left + 1 and before.line == after.line and after.x0 - before.x1 < _APART * high
