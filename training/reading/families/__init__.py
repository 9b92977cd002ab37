"""Families of layouts. Each draws the pages of one document from a case, in its own way, at random within its kind.

A family is a function `(Sheet) -> list[Page]` under `@family(...)`; importing its module registers it.
"""

from __future__ import annotations

import importlib
import pkgutil
import random
from collections.abc import Callable
from dataclasses import dataclass

from training.reading import fonts, notation
from training.reading.banks import Banks
from training.reading.compose import Page
from training.reading.facts import Case
from training.reading.notation import Notation


@dataclass(slots=True)
class Sheet:
    """What a family draws from: the case, an office's notation, its font; `hand` is the font of what is filled in."""

    rng: random.Random
    banks: Banks
    case: Case
    note: Notation
    font: fonts.Font
    hand: fonts.Font | None = None

    def page(self, kind: str = "referral", document_kind: str = "referral") -> Page:
        """Return a new page of a kind of page; `document_kind` is what a document that begins with it would be."""
        return Page(self.rng, self.font, kind, document_kind)

    def often(self, share: float) -> bool:
        """Return True in `share` of the calls."""
        return self.rng.random() < share


@dataclass(frozen=True, slots=True)
class Family:
    """A way to draw one document. Held-out families are never trained on."""

    name: str
    weight: float
    held_out: bool
    draw: Callable[[Sheet], list[Page]]


_FAMILIES: dict[str, Family] = {}


def family(
    name: str, weight: float = 1.0, *, held_out: bool = False
) -> Callable[[Callable[[Sheet], list[Page]]], Callable[[Sheet], list[Page]]]:
    """Register a family."""

    def register(draw: Callable[[Sheet], list[Page]]) -> Callable[[Sheet], list[Page]]:
        _FAMILIES[name] = Family(name, weight, held_out, draw)
        return draw

    return register


def families(*, held_out: bool = False) -> tuple[Family, ...]:
    """Return the families to train on, or those that are held out."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return tuple(one for one in _FAMILIES.values() if one.held_out == held_out)


def sheet(rng: random.Random, banks: Banks, case: Case) -> Sheet:
    """Return what a family needs for a case."""
    hand = fonts.choose(rng, hand=True) if rng.random() < 0.12 else None
    return Sheet(rng, banks, case, notation.draw(rng, banks), fonts.choose(rng), hand)
