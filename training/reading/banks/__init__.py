"""Word banks: the labels, names, places and sentences that generated pages are written with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zlib import crc32

if TYPE_CHECKING:
    import random

_DATA: Final = Path(__file__).with_name("data")
_HELD_OUT_PERCENT: Final = 12
_FEWEST: Final = 3
_ENOUGH: Final = 6


@dataclass(frozen=True, slots=True)
class Problem:
    """One clinical problem: who sees it (NUCC name), ICD-10-CM codes with their texts, how it is asked for."""

    specialty: str
    codes: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    services: tuple[str, ...]


@cache
def lines(name: str) -> tuple[str, ...]:
    r"""Every entry of data/<name>.txt. A line that starts with # is a comment, unless it is written \#."""
    text = (_DATA / f"{name}.txt").read_text(encoding="utf-8")
    entries = (line.strip() for line in text.splitlines())
    return tuple(entry.removeprefix("\\") for entry in entries if entry and not entry.startswith("#"))


@cache
def names() -> tuple[str, ...]:
    """List the names of all banks, as `lines` takes them."""
    return tuple(sorted(str(path.relative_to(_DATA).with_suffix("")) for path in _DATA.rglob("*.txt")))


@cache
def problems() -> tuple[Problem, ...]:
    """Every clinical problem of data/clinical.jsonl."""
    return tuple(map(_problem, (_DATA / "clinical.jsonl").read_text(encoding="utf-8").splitlines()))


def is_held_out(phrase: str) -> bool:
    """Whether training never sees this phrase."""
    return crc32(phrase.encode()) % 100 < _HELD_OUT_PERCENT


class Banks:
    """Draws from the training part of every bank, or from the part held out."""

    def __init__(self, rng: random.Random, held_out: bool) -> None:  # noqa: FBT001
        self._rng = rng
        self.held_out = held_out

    def pick(self, name: str) -> str:
        """Draw one entry of a bank."""
        return self._rng.choice(_part(name, held_out=self.held_out))

    def label(self, field: str) -> str:
        """Draw how some office labels this field on paper, without a colon."""
        return self.pick(f"labels/{field}")

    def sentence(self, name: str) -> str:
        """Draw a template with {slots}. Priorities and the like keep their value before a bar: "urgent|…"."""
        return self.pick(f"sentences/{name}")

    def kind(self, kind: str, part: str) -> str:
        """Draw a line ("title" or "body") of a document that is no referral."""
        return self._rng.choice(_tagged(f"kinds/{kind}", part, held_out=self.held_out))

    def problem(self) -> Problem:
        """Draw a clinical problem: its specialty is drawn first, so that no specialty is rare."""
        by_specialty = _problems(held_out=self.held_out)
        return self._rng.choice(by_specialty[self._rng.choice(sorted(by_specialty))])


@cache
def _part(name: str, *, held_out: bool) -> tuple[str, ...]:
    return _split(lines(name), held_out=held_out)


@cache
def _tagged(name: str, tag: str, *, held_out: bool) -> tuple[str, ...]:
    split = (entry.partition("|") for entry in lines(name))
    return _split(tuple(rest for found, _, rest in split if found == tag), held_out=held_out)


def _split(entries: tuple[str, ...], *, held_out: bool) -> tuple[str, ...]:
    part = tuple(entry for entry in entries if is_held_out(entry) == held_out)
    return entries if held_out and len(part) < _FEWEST else part


@cache
def _problems(*, held_out: bool) -> dict[str, tuple[Problem, ...]]:
    part = [problem for problem in problems() if is_held_out(problem.reasons[0]) == held_out]
    return {
        name: tuple(problem for problem in part if problem.specialty == name)
        for name in {problem.specialty for problem in part}
    }


def _problem(line: str) -> Problem:
    found = json.loads(line)
    return Problem(
        specialty=found["specialty"],
        codes=tuple((code, text) for code, text in found["codes"]),
        reasons=tuple(found["reasons"]),
        services=tuple(found["services"]),
    )
