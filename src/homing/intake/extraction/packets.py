"""The weights with which pages are grouped and documents get their kind: fitted by `training.reading.packets --fit`."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

#: What no probability exceeds: a page that looks certain may still be another one.
MOST: Final = 0.9995


@dataclass(frozen=True, slots=True)
class Weights:
    """`splitting` matches `splitting.EVIDENCE`, `kinds` matches `kinds.EVIDENCE`."""

    splitting: tuple[float, ...]
    kinds: tuple[float, ...]


@cache
def shipped() -> Weights:
    """Return the weights that were fitted with the shipped model."""
    stated = json.loads((files("homing.intake.extraction") / "data" / "packets.json").read_text(encoding="utf-8"))
    return Weights(tuple(stated["splitting"].values()), tuple(stated["kinds"].values()))


def share(weights: Sequence[float], evidence: Sequence[float]) -> float:
    """Return the probability of a logistic model, kept off 0 and 1."""
    total = sum(weight * one for weight, one in zip(weights, evidence, strict=True))
    return min(max(1 / (1 + math.exp(-max(min(total, 30.0), -30.0))), 1 - MOST), MOST)
