"""Make data/terms.csv: words of the ICD-10-CM's descriptions, and what the codes that bear them speak for.

Run when diagnoses.csv or the ICD-10-CM changes: `python -m homing.routing.learn_terms TEXTS COMMON TERMS`. TEXTS is a
CSV file without header of code and text (descriptions and inclusion terms of the tabular list of April 2026, chapters
A to U and Z, public domain, CDC/NCHS), COMMON is data/everyday.txt; TERMS is written.
"""

from __future__ import annotations

import csv
import itertools
import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from homing.routing import tables
from homing.routing.tables import Leaning
from homing.routing.wording import words

_SHORTEST = 4
_SAYING_ENOUGH = 0.45
_CLEAR = 0.3
_INJURIES, _INJURY_WEIGHT = "ST", 0.3
_WORTH_A_PAIR, _WORTH_A_RARE_PAIR = 0.7, 1.3
_SMOOTHED = 0.01
_LISTED, _LEAST = 4, 0.04

#: Leaning of each category of codes, by term.
_Seen = dict[str, dict[str, Leaning]]
_Learned = dict[str, tuple[dict[str, float], float]]


def learn(texts: Iterable[tuple[str, str]], common: frozenset[str]) -> dict[str, dict[str, float]]:
    """Return terms of one or two words with what they speak for, from pairs of ICD-10-CM code and text."""
    seen: _Seen = defaultdict(dict)
    for code, text in texts:
        block = tables.block_of(tables.canonical(code)) if tables.canonical(code) else None
        if block and block.weight >= _SAYING_ENOUGH:
            for term in _terms(text, common):
                seen[term].setdefault(f"{code[:3]} {sorted(block.leaning)}", block.leaning)
    learned = {term: _mean(by_category) for term, by_category in seen.items()}
    clear = {term: one for term, one in learned.items() if max(one[0].values()) >= _CLEAR}
    return {term: mean for term, (mean, weight) in clear.items() if _worth(term, mean, weight, clear)}


def _terms(text: str, common: frozenset[str]) -> Iterator[str]:
    said = words(text).split()
    usable = [word if len(word) >= _SHORTEST and word.isalpha() and word not in common else "" for word in said]
    yield from (word for word in usable if word)
    yield from (f"{one} {other}" for one, other in itertools.pairwise(usable) if one and other)


def _mean(by_category: dict[str, Leaning]) -> tuple[dict[str, float], float]:
    total: dict[str, float] = defaultdict(float)
    weights = {key: _INJURY_WEIGHT if key[0] in _INJURIES else 1.0 for key in by_category}
    for key, leaning in by_category.items():
        for specialty, share in leaning.items():
            total[specialty] += share * weights[key]
    weight = sum(weights.values())
    return {specialty: share / weight for specialty, share in total.items()}, weight


def _worth(term: str, mean: dict[str, float], weight: float, clear: _Learned) -> bool:
    """Return whether a term says more than its words."""
    parts = [clear[word][0] for word in term.split() if word in clear]
    if " " not in term or not parts:
        return True
    news = min(_divergence(mean, part) for part in parts)
    return news >= (_WORTH_A_PAIR if weight > 1 else _WORTH_A_RARE_PAIR)


def _divergence(mean: dict[str, float], other: dict[str, float]) -> float:
    return sum(
        share * math.log((share + _SMOOTHED) / (other.get(specialty, 0.0) + _SMOOTHED))
        for specialty, share in mean.items()
    )


def _written(mean: dict[str, float]) -> str:
    ranked = sorted(mean.items(), key=lambda pair: (-pair[1], pair[0]))[:_LISTED]
    return " ".join(f"{key} {round(100 * share)}" for key, share in ranked if share >= _LEAST)


def main(texts: Path, common: Path, terms: Path) -> None:
    """Read `texts` and `common`, write `terms`."""
    with texts.open(encoding="utf-8", newline="") as lines:
        pairs = [(row[0], row[1]) for row in csv.reader(lines)]
    learned = learn(pairs, frozenset(common.read_text(encoding="utf-8").split()))
    with terms.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(("term", "specialties"))
        writer.writerows((term, _written(learned[term])) for term in sorted(learned))


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:4]))
