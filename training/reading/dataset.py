"""Endless examples: a case, a family that draws it, an engine's view of it, and the inputs and answers of the model."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from homing.intake.extraction import tokens
from homing.intake.extraction.tokens import Features, Piece, Placed
from homing.intake.extraction.wordpiece import WordPieces
from training.reading import facts, noise
from training.reading.banks import Banks
from training.reading.compose import Mark, Page
from training.reading.facts import Case
from training.reading.families import Family, families, sheet
from training.reading.labels import DOCUMENT_KINDS, FIELDS, NEAR_MISSES, PAGE_KINDS
from training.reading.noise import Seen

CLASSES = (*FIELDS, *NEAR_MISSES)
NUMBER = {name: index for index, name in enumerate(CLASSES)}
#: 0 is nothing, 1 + 2 c begins class c, 2 + 2 c goes on with it.
OUTPUTS = 1 + 2 * len(CLASSES)
_SCANNED = 0.15


@dataclass(frozen=True, slots=True)
class Example:
    """One window of one page; `answers` n numbers below OUTPUTS, -1 for the page's own token; kinds by number or -1."""

    features: Features
    answers: NDArray[np.int64]
    page_kind: int
    document_kind: int


@dataclass(frozen=True, slots=True)
class PageSeen:
    """A page as an engine read it, and the kinds it has."""

    kind: str
    document_kind: str
    words: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A document as drawn, and as an engine saw its pages."""

    family: str
    case: Case
    pages: tuple[Page, ...]
    seen: tuple[tuple[Seen, ...], ...]


def drawn(rng: random.Random, *, held_out: bool = False, chosen: Sequence[Family] = ()) -> Drawn:
    """Return a new document of a random family."""
    banks = Banks(rng, held_out=held_out)
    choices = chosen or families(held_out=held_out) or families()
    family = rng.choices(choices, [one.weight for one in choices])[0]
    case = facts.case(rng, banks)
    pages = tuple(family.draw(sheet(rng, banks, case)))
    level = rng.choices((0, 1, 2), (45, 35, 20))[0]
    return Drawn(family.name, case, pages, tuple(tuple(noise.read(page, rng, level)) for page in pages))


def pieces_of(seen: Sequence[Seen]) -> list[Piece]:
    """Return the tokens of a page in reading order."""
    return tokens.in_order([Placed(one.text, *one.box, one.confidence, index) for index, one in enumerate(seen)])


def answers(pieces: Sequence[Piece], seen: Sequence[Seen]) -> NDArray[np.int64]:
    """Return the class of each token: the one most of its letters have; the first token of a run begins it."""
    found = np.zeros(len(pieces), dtype=np.int64)
    begun: set[int] = set()
    for row, piece in enumerate(pieces):
        best, most = None, 0
        for mark in seen[piece.word.index].marks:
            shared = min(mark.end, piece.end) - max(mark.start, piece.start)
            if shared > most:
                best, most = mark, shared
        if best is not None and most * 2 >= piece.end - piece.start:
            found[row] = 1 + 2 * NUMBER[best.label] + (best.span in begun)
            begun.add(best.span)
    return found


def examples(page: PageSeen, splitter: WordPieces) -> Iterator[Example]:
    """Yield the windows of one page."""
    pieces = pieces_of(page.words)
    right = answers(pieces, page.words)
    for start, end in tokens.windows(len(pieces)):
        yield Example(
            tokens.features(pieces[start:end], splitter),
            np.concatenate([[-1], right[start:end]]),
            PAGE_KINDS.index(page.kind),
            DOCUMENT_KINDS.index(page.document_kind),
        )


def recorded(file: Path) -> list[PageSeen]:
    """Return the pages that the real engine read (`scan`)."""
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        for page in json.loads(line)["pages"]:
            words = tuple(
                Seen(one["text"], tuple(one["box"]), one["confidence"], tuple(Mark(**mark) for mark in one["marks"]))
                for one in page["seen"]
            )
            found.append(PageSeen(page["kind"], page["document_kind"], words))
    return found


def stream(
    seed: int, splitter: WordPieces, *, held_out: bool = False, scans: Sequence[PageSeen] = ()
) -> Iterator[Example]:
    """Yield examples for ever, a share of them from `scans`; the same seed gives the same examples."""
    rng = random.Random(seed)
    while True:
        if scans and rng.random() < _SCANNED:
            yield from examples(rng.choice(scans), splitter)
            continue
        document = drawn(rng, held_out=held_out)
        for page, seen in zip(document.pages, document.seen, strict=True):
            yield from examples(PageSeen(page.kind, page.document_kind, seen), splitter)
