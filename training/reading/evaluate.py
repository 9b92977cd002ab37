"""How good the exported model is on held-out pages: `python -m training.reading.evaluate [--scans FILE] [--count N]`.

With scans the real engine read them; without, the model of an engine. Values, not tokens, are compared.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from homing.intake.extraction import calibration, choose, model, values
from homing.intake.extraction.calibration import Calibration, Evidence
from homing.intake.extraction.spans import spans
from homing.intake.reading.types import PageText, Word
from homing.kit.names import fold
from training.reading import dataset
from training.reading.compose import Mark
from training.reading.labels import FIELDS
from training.reading.noise import Seen

_WIDTH, _HEIGHT = 1728, 2236
Printed = Sequence[tuple[str, Sequence[Mark]]]


@dataclass(frozen=True, slots=True)
class Judged:
    """One answer: the field, what stood behind it, and whether it is what the page says. `evidence` None: missed."""

    family: str
    field: str
    evidence: Evidence | None
    right: bool
    stated: bool
    confidence: float = 0.0
    document: int = 0


def stated_values(pages: Sequence[Printed]) -> dict[str, set[str]]:
    """Return every value that the printed pages state, folded, by field."""
    found: dict[str, set[str]] = defaultdict(set)
    for number, page in enumerate(pages):
        texts: dict[tuple[int, int], list[str]] = defaultdict(list)
        labels: dict[tuple[int, int], str] = {}
        for text, marks in page:
            for mark in marks:
                texts[number, mark.span].append(text[mark.start : mark.end])
                labels[number, mark.span] = mark.label
        for key, words in texts.items():
            written = " ".join(words)
            if labels[key] == choose.CODES:
                found[choose.CODES] |= set(values.codes(written))
            elif normalise := values.NORMALISERS.get(labels[key]):
                value = normalise(written)
                if value:
                    found[labels[key]].add(fold(value))
    return found


def page_text(seen: Sequence[Seen], number: int) -> PageText:
    """Return a page as `recognise` gives it."""
    words = tuple(Word(one.text, one.box, one.confidence) for one in seen)
    return PageText(number, words, width=_WIDTH, height=_HEIGHT)


class _Keeping(Calibration):
    """Keeps what each confidence was made from."""

    def __init__(self, inner: Calibration) -> None:
        object.__setattr__(self, "weights", inner.weights)
        object.__setattr__(self, "steps", inner.steps)
        object.__setattr__(self, "least", 0.0)
        _KEPT.clear()

    def confidence(self, evidence: Evidence) -> float:
        share = Calibration.confidence(self, evidence)
        _KEPT[evidence.field] = evidence
        return share


_KEPT: dict[str, Evidence] = {}


def judged(
    family: str,
    pages: Sequence[PageText],
    truth: Mapping[str, set[str]],
    tokens: model.TokenModel,
    fitted: Calibration,
    document: int = 0,
) -> Iterator[Judged]:
    """Yield a verdict for each field that is answered or stated."""
    said = {field: (value, evidence) for field, value, evidence in answered(pages, tokens, fitted)}
    for field in FIELDS:
        right = truth.get(field, set())
        if field not in said:
            if right:
                yield Judged(family, field, None, right=False, stated=True, document=document)
            continue
        value, evidence = said[field]
        same = set(value) == right if isinstance(value, tuple) else alike(field, value, right)
        share = fitted.confidence(evidence)
        yield Judged(family, field, evidence, right=same, stated=bool(right), confidence=share, document=document)


def answered(
    pages: Sequence[PageText], tokens: model.TokenModel, fitted: Calibration
) -> Iterator[tuple[str, str | tuple[str, ...], Evidence]]:
    """Yield each field that the pages of a document are found to state, with what stands behind it."""
    keeping = _Keeping(fitted)
    found = [span for page in pages for span in spans(tokens.answer(page), tokens.classes)]
    for one in choose.chosen(found, keeping):
        yield one.name, one.value, _KEPT[one.name]


def alike(field: str, value: str, right: set[str]) -> bool:
    """Tell whether a value is one of those that are right: long texts may lack a word."""
    folded = fold(value)
    if folded in right or folded.replace(" ", "") in {one.replace(" ", "") for one in right}:
        return True
    if field in {"reason", "requested.service", "referrer.organization", "patient.address.line"}:
        mine = set(folded.split())
        return any(len(mine & set(one.split())) * 2 >= 1.7 * max(len(mine), len(one.split())) for one in right)
    return False


def generated(seed: int, count: int) -> Iterator[tuple[str, list[PageText], dict[str, set[str]]]]:
    """Yield held-out documents as the model of an engine reads them."""
    rng = random.Random(seed)
    for _ in range(count):
        one = dataset.drawn(rng, held_out=True)
        pages = [page_text(seen, number) for number, seen in enumerate(one.seen, start=1)]
        yield one.family, pages, stated_values([[(word.text, word.marks) for word in page.words] for page in one.pages])


def scanned(file: Path) -> Iterator[tuple[str, list[PageText], dict[str, set[str]]]]:
    """Yield documents that the real engine read (`scan`)."""
    for line in file.read_text(encoding="utf-8").splitlines():
        one: dict[str, Any] = json.loads(line)
        pages = [
            page_text([Seen(w["text"], tuple(w["box"]), w["confidence"]) for w in page["seen"]], n)
            for n, page in enumerate(one["pages"], 1)
        ]
        truth = stated_values(
            [[(text, [Mark(**mark) for mark in marks]) for text, marks in page["printed"]] for page in one["pages"]]
        )
        yield one["family"], pages, truth


def report(found: Sequence[Judged], by: str) -> Iterator[str]:
    """Yield a line for each field or family, and one for all."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one in found:
        for name in (getattr(one, by), "ALL"):
            counts[name]["right"] += one.right
            counts[name]["answered"] += one.evidence is not None
            counts[name]["stated"] += one.stated
    for name, count in sorted(counts.items()):
        precision = count["right"] / max(count["answered"], 1)
        recall = count["right"] / max(count["stated"], 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        yield f"{name:28s} n {count['stated']:5d}  P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}"


def main() -> None:
    """Read the command line and evaluate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scans")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=99)
    options = parser.parse_args()
    tokens, fitted = model.shipped(), calibration.shipped()
    documents = scanned(Path(options.scans)) if options.scans else generated(options.seed, options.count)
    found = [one for family, pages, truth in documents for one in judged(family, pages, truth, tokens, fitted)]
    for by in ("field", "family"):
        print("\n".join(report(found, by)), "\n")


if __name__ == "__main__":
    main()
