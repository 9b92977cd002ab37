"""How sure a value is: what stands behind it, and the share of such values that were right when it was measured."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Final

_MOST: Final = 0.999


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands behind one value.

    `mean` and `least` of the probabilities of its tokens, `rival` the score of the next best other value (0 to 1),
    `certainty` of the engine, `repeats` how often the document states it, `length` in letters.
    """

    field: str
    mean: float
    least: float
    rival: float
    certainty: float
    repeats: int
    length: int
    handwritten: bool

    def numbers(self) -> tuple[float, ...]:
        """Return it as the inputs of the logistic model."""
        return (
            1.0,
            _logit(self.mean),
            _logit(self.least),
            self.rival,
            self.certainty,
            max(0.0, 0.9 - self.certainty),
            math.log(self.repeats),
            min(self.length, 60) / 60,
            float(self.handwritten),
        )


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of a logistic model for each field ("" for any other), and the steps from its answer to a share.

    `weights[field]` match `Evidence.numbers`; `steps[field]` are pairs of answer and share, rising (isotonic). What is
    less sure than `least` is better left blank.
    """

    weights: Mapping[str, Sequence[float]]
    steps: Mapping[str, Sequence[tuple[float, float]]]
    least: float = 0.0

    def confidence(self, evidence: Evidence) -> float:
        """Return the share of right values among values with such evidence, 0 to 1."""
        weights = self.weights.get(evidence.field) or self.weights[""]
        raw = _sigmoid(sum(w * x for w, x in zip(weights, evidence.numbers(), strict=True)))
        steps = self.steps.get(evidence.field) or self.steps.get("") or ()
        return min(_interpolated(steps, raw), _MOST) if steps else min(raw, _MOST)


def _interpolated(steps: Sequence[tuple[float, float]], at: float) -> float:
    if at <= steps[0][0]:
        return steps[0][1]
    for (x0, y0), (x1, y1) in pairwise(steps):
        if at <= x1:
            return y0 + (y1 - y0) * (at - x0) / max(x1 - x0, 1e-9)
    return steps[-1][1]


def _logit(share: float) -> float:
    kept = min(max(share, 1e-4), 1 - 1e-4)
    return math.log(kept / (1 - kept))


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-max(min(x, 30.0), -30.0)))


@cache
def shipped() -> Calibration:
    """Return the calibration that was fitted with the shipped model."""
    stated = json.loads((files("homing.intake.extraction") / "data" / "calibration.json").read_text(encoding="utf-8"))
    return Calibration(stated["weights"], stated["steps"], stated["least"])
