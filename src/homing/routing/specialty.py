"""Which specialty a patient needs: from diagnosis codes, reason, requested service and, weakly, the printed address."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_FIRST_CODE, _LATER_CODE = 1.0, 0.5
_REASON, _SERVICE, _DESTINATION = 0.9, 0.8, 0.6
_ASKED_BY_NAME = 1.2
_NOTHING_ELSE = 0.35
_MOST_REASONS = 4


@dataclass(frozen=True, slots=True)
class SpecialtyDecision:
    """A NUCC classification or specialization and its code ("" where nothing tells), 0 to 1, and what spoke for it."""

    specialty: str
    code: str
    confidence: float
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Vote:
    specialty: str
    weight: float
    because: str


@dataclass(frozen=True, slots=True)
class _Block:
    first: str
    last: str
    specialty: str
    weight: float


def decide(codes: Sequence[str], reason: str = "", service: str = "", destination: str = "") -> SpecialtyDecision:
    """Return the specialty most of the evidence speaks for.

    `codes` are ICD-10-CM codes, most important first; `destination` is the specialty or department that is printed.
    """
    votes = [*_code_votes(codes), *_text_votes(reason, _REASON, ""), *_text_votes(service, _SERVICE, "requested: ")]
    votes += [_Vote(name, _ASKED_BY_NAME * _SERVICE, f"requested: {service}") for name in _named(service)]
    votes += [_Vote(name, _DESTINATION, f"addressed to: {destination}") for name in _named(destination)]
    totals: dict[str, float] = defaultdict(float)
    for vote in votes:
        totals[vote.specialty] += vote.weight
    if not totals:
        return SpecialtyDecision("", "", 0.0)
    best = max(totals, key=lambda name: totals[name])
    confidence = totals[best] / (sum(totals.values()) + _NOTHING_ELSE)
    mine = sorted((vote for vote in votes if vote.specialty == best), key=lambda vote: -vote.weight)
    because = tuple(dict.fromkeys(vote.because for vote in mine))[:_MOST_REASONS]
    return SpecialtyDecision(best, _specialties()[best][0], round(confidence, 3), because)


def recognise(destination: str) -> str:
    """Return the NUCC name of a printed specialty, department or clinic, or "" where it names none."""
    return next(iter(_named(destination)), "")


def _code_votes(codes: Sequence[str]) -> Iterator[_Vote]:
    for index, code in enumerate(codes):
        weight = _FIRST_CODE if index == 0 else _LATER_CODE
        matching = [block for block in _blocks() if _within(code.upper(), block)]
        # The narrower block knows better: a general one counts half where a narrower one of another specialty is found.
        narrowest = max((len(block.first) for block in matching), default=0)
        for block in matching:
            yield _Vote(block.specialty, weight * block.weight * (1 if len(block.first) == narrowest else 0.5), code)


def _within(code: str, block: _Block) -> bool:
    if "." in block.first:
        return code.startswith(block.first)
    return block.first <= code[:3] <= block.last


def _text_votes(text: str, weight: float, prefix: str) -> Iterator[_Vote]:
    folded = _folded(text)
    for pattern, specialty, strength in _keywords():
        if match := pattern.search(folded):
            yield _Vote(specialty, weight * strength, prefix + match[0])


def _named(text: str) -> list[str]:
    """Return the specialties a text names, the longest alias first."""
    folded = _folded(text)
    found = [
        (-len(alias), name)
        for name, (_, aliases) in _specialties().items()
        for alias in aliases
        if re.search(rf"\b{re.escape(alias)}\b", folded)
    ]
    return [name for _, name in sorted(found)][:1]


def _folded(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9&']+", " ", text.lower()).split())


def _rows(name: str) -> list[dict[str, str]]:
    table = files("homing.routing") / "data" / name
    return list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))


@cache
def _specialties() -> dict[str, tuple[str, tuple[str, ...]]]:
    return {
        row["name"]: (row["code"], (_folded(row["name"]), *row["aliases"].split("|")))
        for row in _rows("specialties.csv")
    }


@cache
def _blocks() -> tuple[_Block, ...]:
    rows = _rows("diagnoses.csv")
    return tuple(_Block(row["first"], row["last"], row["specialty"], float(row["weight"])) for row in rows)


@cache
def _keywords() -> tuple[tuple[re.Pattern[str], str, float], ...]:
    return tuple(
        (re.compile(rf"\b(?:{row['keywords']})\b"), row["specialty"], float(row["weight"]))
        for row in _rows("keywords.csv")
    )
