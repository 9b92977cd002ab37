"""Packets: files of several documents, with which pages belong together, as offices fax them.

`python -m training.reading.packets --fit` fits the weights of `homing.intake.extraction.splitting` and `kinds` on
packets in held-out phrasings, with the shipped model, and writes data/packets.json; without --fit it only measures. No
engine reads these pages: the model of an engine (`noise`) does.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from homing.intake.extraction import calibration, choose, kinds, model, splitting
from homing.intake.extraction import packets as weights
from homing.intake.extraction.calibration import Calibration
from homing.intake.extraction.model import PageAnswer, TokenModel
from homing.intake.extraction.packets import Weights
from homing.intake.extraction.spans import spans
from homing.intake.reading.types import FieldValue, PageKind, PageText
from training.reading import facts, noise
from training.reading.banks import Banks
from training.reading.compose import Page
from training.reading.evaluate import page_text
from training.reading.facts import Case
from training.reading.families import Family, families, sheet
from training.reading.families.covers import cover
from training.reading.noise import Seen

Floats = NDArray[np.float64]
_FILE = Path(__file__).parents[2] / "src/homing/intake/extraction/data/packets.json"
#: Loss, its slope and its curvature.
Slope = tuple[float, Floats, Floats]
_RIDGE, _STEPS, _CLOSE = 0.5, 50, 1e-4
_ATTACHED: Final = (
    "lab_result",
    "imaging_report",
    "consult_note",
    "medication_list",
    "insurance_card",
    "authorization",
)
_NO_REFERRAL: Final = (
    *("lab_result", "imaging_report", "consult_note", "refill_request", "authorization", "records_request"),
    *("appointment_notice", "order_dme", "patient_correspondence", "junk", "other", "medication_list"),
)
_OTHERS: Final = ("kind.", "outside.")
_UNSEEN: Final = 0.4
_LAST_LINE: Final = 770.0
_LEVELS: Final = (45, 35, 20)


@dataclass(frozen=True, slots=True)
class Group:
    """The pages of one document, counted from 1, and its kind."""

    pages: tuple[int, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Packet:
    """A file: its pages as an engine saw them, and its documents. A page in no document belongs to none."""

    shape: str
    pages: tuple[tuple[Seen, ...], ...]
    groups: tuple[Group, ...]

    def texts(self) -> list[PageText]:
        """Return the pages as reading gives them."""
        return [page_text(seen, number) for number, seen in enumerate(self.pages, start=1)]


@dataclass(slots=True)
class _Making:
    rng: random.Random
    banks: Banks
    referrals: tuple[Family, ...]
    others: dict[str, tuple[Family, ...]]
    pages: list[Page] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)

    def often(self, share: float) -> bool:
        return self.rng.random() < share

    def case(self, like: Case | None = None) -> Case:
        """Return a new case; that of a relative in a third of those that are asked for beside another one."""
        made = facts.case(self.rng, self.banks)
        if like is None:
            return made
        if self.often(0.35):
            made = replace(made, patient=replace(made.patient, family=like.patient.family))
            if self.often(0.5):
                made = replace(made, address=like.address, phone=like.phone, coverage=like.coverage)
        if self.often(0.7):
            made = replace(made, referrer=like.referrer, recipient=like.recipient)
        return made

    def cover(self, case: Case, *, named: bool) -> list[Page]:
        page, _ = cover(sheet(self.rng, self.banks, case))
        return [page if named else _nameless(page)]

    def body(self, case: Case) -> list[Page]:
        """Return the pages of a referral; the same office writes all of them."""
        chosen = self.rng.choices(self.referrals, [one.weight for one in self.referrals])[0]
        return chosen.draw(sheet(self.rng, self.banks, case))

    def other(self, case: Case, kind: str) -> list[Page]:
        """Return the pages of a result, a note or the like, in another office's notation."""
        return self.rng.choice(self.others[kind]).draw(sheet(self.rng, self.banks, case))

    def attachments(self, case: Case) -> list[Page]:
        made: list[Page] = []
        for _ in range(self.rng.choices((0, 1, 2, 3), (35, 35, 20, 10))[0]):
            pages = self.other(case, self.rng.choice(_ATTACHED))
            made += [_nameless(page) for page in pages] if self.often(0.2) else pages
        return made

    def add(self, pages: Sequence[Page], kind: str) -> None:
        """Add a document; its pages are numbered at the foot in a third of them, and may have blank backs."""
        if len(pages) > 1 and self.often(0.35):
            _number(pages, self.rng)
        mine = []
        backs = self.often(0.06)
        for page in pages:
            self.pages.append(page)
            mine.append(len(self.pages))
            if backs or self.often(0.02):
                self.pages.append(Page(self.rng, page.font, "blank", "blank"))
        self.groups.append(Group(tuple(mine), kind))

    def referral(self, case: Case, covered: float = 0.3) -> None:
        pages = self.cover(case, named=self.often(0.6)) if self.often(covered) else []
        body, attached = self.body(case), self.attachments(case)
        # Now and then somebody puts the referral under what belongs to it.
        self.add([*pages, *attached, *body] if self.often(0.15) else [*pages, *body, *attached], "referral")

    def something(self, case: Case, covered: float = 0.15) -> None:
        kind = self.rng.choice(_NO_REFERRAL)
        pages = self.other(case, kind)
        if self.often(0.15):
            pages = [*pages, *self.other(case, kind)]
        if kind != "junk" and self.often(covered):
            pages = [*_without_request(self.cover(case, named=self.often(0.5))), *pages]
        self.add(pages, "other" if kind == "medication_list" else kind)


def _nameless(page: Page) -> Page:
    """Return the page without what tells the patient."""

    def tells(labels: Sequence[str]) -> bool:
        return any(one.startswith("patient.") and one != "patient.sex" for one in labels)

    page.words = [word for word in page.words if not tells([mark.label for mark in word.marks])]
    return page


def _without_request(pages: list[Page]) -> list[Page]:
    """Return covers whose message, which asks to see a patient, is gone: the words of the lower half."""
    for page in pages:
        page.words = [word for word in page.words if word.box[1] < page.height * 0.45]
    return pages


def _number(pages: Sequence[Page], rng: random.Random) -> None:
    words = rng.choice(("Page {} of {}", "page {} of {}", "Page {}/{}", "Page: {} of {}"))
    x = rng.choice((60.0, 280.0, 480.0))
    for number, page in enumerate(pages, start=1):
        page.write(x, _LAST_LINE, words.format(number, len(pages)), page.font.sized(8.0))


def _one(making: _Making) -> None:
    making.referral(making.case(), covered=0.5)


def _no_referral(making: _Making) -> None:
    making.something(making.case())


def _batch(making: _Making) -> None:
    """Draw two or three patients behind a cover that names none, or the first, or behind nothing."""
    case = making.case()
    if making.often(0.6):
        making.pages += making.cover(case, named=making.often(0.15))
    for _ in range(making.rng.choice((2, 2, 3))):
        making.referral(case, covered=0.15)
        case = making.case(case)


def _mixed(making: _Making) -> None:
    """Draw documents about different patients, not all of them referrals."""
    case = making.case()
    for _ in range(making.rng.choice((2, 2, 3))):
        (making.referral if making.often(0.5) else making.something)(case, covered=0.3)
        case = making.case(case)


def _results(making: _Making) -> None:
    """Draw results of one kind about several patients."""
    kind = making.rng.choice(("lab_result", "imaging_report", "refill_request", "consult_note"))
    case = making.case()
    if making.often(0.4):
        making.pages += _without_request(making.cover(case, named=False))
    for _ in range(making.rng.choice((2, 3))):
        making.add(making.other(case, kind), kind)
        case = making.case(case)


def _junk_behind(making: _Making) -> None:
    making.referral(making.case(), covered=0.3)
    making.add(making.other(making.case(), "junk"), "junk")


_SHAPES: Final[dict[str, tuple[Callable[[_Making], None], float]]] = {
    "one patient": (_one, 30.0),
    "no referral": (_no_referral, 26.0),
    "batch": (_batch, 18.0),
    "mixed": (_mixed, 10.0),
    "results": (_results, 7.0),
    "junk behind": (_junk_behind, 6.0),
}


def packet(rng: random.Random, *, held_out: bool = True) -> Packet:
    """Return a new packet, at least one page of it written."""
    usual, others = _families()
    # Held-out families are few: the others, in phrasings that are held out, keep packets varied.
    unseen = tuple(one for one in families(held_out=True) if not one.name.startswith(_OTHERS))
    chosen = unseen if held_out and unseen and rng.random() < _UNSEEN else usual
    making = _Making(rng, Banks(rng, held_out=held_out), chosen, others)
    shape = rng.choices(list(_SHAPES), [weight for _, weight in _SHAPES.values()])[0]
    _SHAPES[shape][0](making)
    level = rng.choices((0, 1, 2), _LEVELS)[0]
    seen = tuple(tuple(noise.read(page, rng, level)) if page.kind != "blank" else _dust(rng) for page in making.pages)
    return Packet(shape, seen, tuple(making.groups))


def _families() -> tuple[tuple[Family, ...], dict[str, tuple[Family, ...]]]:
    """Return the families of referrals, and by kind those of other papers ("kind.lab_result", "outside.junk.x")."""
    everything = families()
    others: dict[str, list[Family]] = {}
    for one in everything:
        if one.name.startswith(_OTHERS):
            others.setdefault(one.name.split(".")[1], []).append(one)
    referrals = tuple(one for one in everything if not one.name.startswith((*_OTHERS, "cover.alone")))
    return referrals, {kind: tuple(found) for kind, found in others.items()}


def _dust(rng: random.Random) -> tuple[Seen, ...]:
    """Return what an engine reads on a blank page: mostly nothing."""
    if rng.random() < 0.8:
        return ()
    x, y = rng.random() * 0.9, rng.random() * 0.9
    return (Seen(rng.choice((".", "|", "-", "i")), (x, y, x + 0.01, y + 0.01), rng.uniform(0.1, 0.5)),)


def packets(seed: int, count: int, *, held_out: bool = True) -> Iterator[Packet]:
    """Yield packets; the same seed gives the same ones."""
    rng = random.Random(seed)
    for _ in range(count):
        yield packet(rng, held_out=held_out)


@dataclass(frozen=True, slots=True)
class Read:
    """A packet as the shipped model read it."""

    packet: Packet
    texts: tuple[PageText, ...]
    kinds: tuple[PageKind, ...]
    answers: tuple[PageAnswer, ...]
    fields: tuple[tuple[FieldValue, ...], ...]


def read(packet: Packet, tokens: TokenModel, calibrated: Calibration) -> Read:
    """Return what the model answers, without its answers for single words."""
    texts = packet.texts()
    answers = [tokens.answer(page) for page in texts]
    fields = tuple(choose.chosen(spans(answer, tokens.classes), calibrated) for answer in answers)
    page_kinds = tuple(kinds.page_kind(page, answer) for page, answer in zip(texts, answers, strict=True))
    nothing = np.zeros((0, 0), np.float32)
    light = tuple(replace(one, pieces=(), begins=nothing, goes_on=nothing) for one in answers)
    return Read(packet, tuple(texts), page_kinds, light, fields)


def borders(found: Iterable[Read]) -> tuple[Floats, Floats]:
    """Return the evidence for each page behind the first, and whether a document begins with it (n by e; n)."""
    rows, begins = [], []
    for one in found:
        owner = {page: number for number, group in enumerate(one.packet.groups) for page in group.pages}
        current = splitting.Document()
        known = splitting.facts(one.texts, one.kinds, one.answers, one.fields)
        everybody = splitting.people(known)
        for page in known:
            # The cover of a batch belongs to nobody: what follows it goes on.
            before = {owner[other.number] for other in current.pages if other.number in owner}
            new = page.number in owner and bool(before) and owner[page.number] not in before
            if current.pages:
                rows.append(splitting.evidence(page, current, everybody))
                begins.append(new)
            current = splitting.Document([page]) if new else current.with_page(page)
    return np.array(rows), np.array(begins, dtype=float)


def documents(found: Iterable[Read]) -> list[tuple[Floats, int]]:
    """Return the evidence for each true document (kinds by e), and the number of its kind among them."""
    made = []
    for one in found:
        by_page = {kind.page: kind.kind for kind in one.kinds}
        by_number = {answer.page: answer for answer in one.answers}
        for group in one.packet.groups:
            written = [by_number[page] for page in group.pages if by_page[page] != "blank"]
            evidence = kinds.evidence(written, by_page) if written else {}
            if group.kind in evidence:
                made.append((np.array(list(evidence.values())), list(evidence).index(group.kind)))
    return made


def fit_borders(rows: Floats, begins: Floats) -> Floats:
    """Return the weights of a logistic model; all but the constant are kept small (ridge)."""
    ridge = np.full(rows.shape[1], _RIDGE)
    ridge[0] = 1e-6

    def at(weights: Floats) -> Slope:
        totals = rows @ weights
        likely = 1 / (1 + np.exp(-np.clip(totals, -30, 30)))
        loss = float(np.sum(np.logaddexp(0, totals) - begins * totals) + (ridge * weights**2).sum() / 2)
        curve = (rows * (likely * (1 - likely))[:, None]).T @ rows + np.diag(ridge)
        return loss, rows.T @ (likely - begins) + ridge * weights, curve

    return _least(at, np.zeros(rows.shape[1]))


def fit_kinds(found: Sequence[tuple[Floats, int]]) -> Floats:
    """Return the weights of a multinomial logistic model whose classes share them."""
    size = found[0][0].shape[1]

    def at(weights: Floats) -> Slope:
        loss, slope, curve = _RIDGE * float(weights @ weights) / 2, _RIDGE * weights, np.eye(size) * _RIDGE
        for rows, right in found:
            totals = rows @ weights
            raised = np.exp(totals - totals.max())
            likely = raised / raised.sum()
            mean = likely @ rows
            loss -= float(np.log(max(likely[right], 1e-300)))
            slope = slope + mean - rows[right]
            curve = curve + (rows * likely[:, None]).T @ rows - np.outer(mean, mean)
        return loss, slope, curve

    return _least(at, np.eye(size)[0])


def _least(at: Callable[[Floats], Slope], weights: Floats) -> Floats:
    """Return where a convex loss is least: Newton's method, a step halved until it helps."""
    loss, slope, curve = at(weights)
    for _ in range(_STEPS):
        step = np.linalg.solve(curve, slope)
        while at(weights - step)[0] > loss and np.abs(step).max() > _CLOSE:
            step = step / 2
        if np.abs(step).max() <= _CLOSE:
            return weights
        weights = weights - step
        loss, slope, curve = at(weights)
    return weights


def measured(found: Sequence[Read]) -> dict[str, float]:
    """Return how well packets are divided, and their documents named, with the weights in use."""
    tally = {"borders_right": 0, "borders_wrong": 0, "borders_missed": 0, "exact": 0, "kinds_right": 0, "documents": 0}
    for one in found:
        groups = splitting.split(one.texts, one.kinds, one.answers, one.fields)
        given = [tuple(page.number for page in group) for group in groups]
        stated = [group.pages for group in one.packet.groups]
        order = sorted(page for group in stated for page in group)
        kept = [tuple(page for page in group if page in order) for group in given]
        right, made = _starts(stated, order), _starts(kept, order)
        tally["borders_right"] += len(right & made)
        tally["borders_wrong"] += len(made - right)
        tally["borders_missed"] += len(right - made)
        tally["exact"] += sorted(stated) == sorted(group for group in kept if group)
        by_page = {answer.page: answer for answer in one.answers}
        for group in one.packet.groups:
            kind, _ = kinds.document_kind([by_page[page] for page in group.pages], one.kinds)
            tally["kinds_right"] += kind == group.kind
            tally["documents"] += 1
    total = 2 * tally["borders_right"] + tally["borders_wrong"] + tally["borders_missed"]
    return {
        "packets": len(found),
        "documents": tally["documents"],
        "split_f1": round(2 * tally["borders_right"] / max(total, 1), 4),
        "exact": round(tally["exact"] / len(found), 4),
        "kind": round(tally["kinds_right"] / tally["documents"], 4),
    }


def _starts(groups: Sequence[Sequence[int]], order: Sequence[int]) -> set[int]:
    owner = {page: number for number, group in enumerate(groups) for page in group}
    return {after for before, after in pairwise(order) if owner.get(before) != owner.get(after)}


def fitted(found: Sequence[Read]) -> Weights:
    """Return the weights that fit some packets best."""
    return Weights(tuple(fit_borders(*borders(found))), tuple(fit_kinds(documents(found))))


def main() -> None:
    """Read the command line; fit and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args()
    tokens, calibrated = model.shipped(), calibration.shipped()
    if options.fit:
        found = [read(one, tokens, calibrated) for one in packets(options.seed, options.count)]
        _write(fitted(found), {})
    found = [read(one, tokens, calibrated) for one in packets(options.seed + 1, options.count // 2)]
    result = measured(found)
    print(json.dumps(result))
    if options.fit:
        _write(weights.shipped(), result)


def _write(made: Weights, result: dict[str, float]) -> None:
    stated = {
        "splitting": {name: round(one, 3) for name, one in zip(splitting.EVIDENCE, made.splitting, strict=True)},
        "kinds": {name: round(one, 3) for name, one in zip(kinds.EVIDENCE, made.kinds, strict=True)},
        "measured": result,
    }
    _FILE.write_text(json.dumps(stated, indent=1) + "\n", encoding="utf-8")
    weights.shipped.cache_clear()


if __name__ == "__main__":
    main()
