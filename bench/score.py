"""How well `homing read` answered, on files with truth beside them (`bench/strange`, the sample faxes): our own count.

The rules: documents are aligned by the pages they share; a value for a field that the document does not state is wrong;
pages that belong to no document are ignored; damaged files are not scored for what they say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from bench.same import Value, codes, same
from homing.intake.extraction.choose import CODES
from training.reading.labels import FIELDS

Json = Mapping[str, Any]
_SPECIALTY: Final = "requested.specialty"
_REFERRAL: Final = "referral"
_OVERLAP, _SLACK = 0.3, 0.005


@dataclass(slots=True)
class Tally:
    """Right, wrong and missed answers."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, right: int = 0, wrong: int = 0, missed: int = 0) -> None:
        """Count some more."""
        self.right, self.wrong, self.missed = self.right + right, self.wrong + wrong, self.missed + missed

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 1 where there was nothing to say."""
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else 1.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an answer with a confidence was right, in a file with some tags."""

    confidence: float
    right: bool
    tags: frozenset[str]


@dataclass(slots=True)
class Score:
    """What was counted over all files; `fields` by tag, "" for all files."""

    files: int = 0
    unanswered: int = 0
    fields: dict[str, Tally] = field(default_factory=dict)
    by_field: dict[str, Tally] = field(default_factory=dict)
    kinds: list[Verdict] = field(default_factory=list)
    mistaken: list[tuple[str, str, str]] = field(default_factory=list)
    borders: Tally = field(default_factory=Tally)
    exact: list[bool] = field(default_factory=list)
    specialties: list[bool] = field(default_factory=list)
    values: list[Verdict] = field(default_factory=list)
    boxes: list[bool] = field(default_factory=list)

    def count(self, name: str, tags: Iterable[str], right: int = 0, wrong: int = 0, missed: int = 0) -> None:
        """Count answers for one field."""
        self.by_field.setdefault(name, Tally()).add(right, wrong, missed)
        for tag in ("", *tags):
            self.fields.setdefault(tag, Tally()).add(right, wrong, missed)

    def micro_f1(self, tag: str = "") -> float:
        """Return the F1 over all fields of all referrals with a tag."""
        return self.fields.get(tag, Tally()).f1

    def at(self, confidence: float, tag: str = "") -> tuple[float, float, int]:
        """Return precision and share of the values that are at least so sure, and how many values there are."""
        among = [one for one in self.values if not tag or tag in one.tags]
        sure = [one.right for one in among if one.confidence >= confidence]
        return share(sure), len(sure) / max(len(among), 1), len(among)


def share(found: Sequence[bool]) -> float:
    """Return how many of them are true; 0 of none."""
    return sum(found) / len(found) if found else 0.0


def calibration_error(found: Sequence[Verdict]) -> float:
    """Return the expected calibration error over ten bins."""
    bins: dict[int, list[Verdict]] = {}
    for one in found:
        bins.setdefault(min(int(one.confidence * 10), 9), []).append(one)
    off = sum(abs(sum(one.confidence - one.right for one in inside)) for inside in bins.values())
    return off / len(found) if found else 0.0


def scored(truths: Sequence[Path], answers: Mapping[str, Json]) -> Score:
    """Score answers, by file name, against the truth files."""
    score = Score()
    for path in truths:
        truth = json.loads(path.read_text(encoding="utf-8"))
        if "damaged" not in truth["tags"]:
            add(score, truth, answers.get(truth["file"]))
    return score


def add(score: Score, truth: Json, answer: Json | None) -> None:
    """Score one answer, None where there is none, against the truth of its file."""
    score.files += 1
    score.unanswered += answer is None or bool(answer.get("error"))
    ignored, tags = set(truth.get("ignore_pages", ())), frozenset(truth["tags"])
    given = [{**one, "pages": _kept(one["pages"], ignored)} for one in (answer or {}).get("documents", ())]
    given = [one for one in given if one["pages"]]
    stated = truth["documents"]
    last = truth.get("page_count", max(page for one in stated for page in one["pages"]))
    order = _kept(range(1, last + 1), ignored)
    _splitting(score, [one["pages"] for one in stated], [one["pages"] for one in given], order)
    pairs = _aligned([set(one["pages"]) for one in stated], [set(one["pages"]) for one in given])
    for index, document in enumerate(stated):
        _document(score, document, given[pairs[index]] if index in pairs else {}, tags)
    for index, document in enumerate(given):
        if index not in pairs.values() and document["kind"] == _REFERRAL:
            for name, value in _values(document).items():
                score.count(name, tags, wrong=len(codes(value)) if name == CODES else 1)


def _kept(pages: Iterable[int], ignored: set[int]) -> list[int]:
    return [page for page in pages if page not in ignored]


def borders(groups: Sequence[Sequence[int]], order: Sequence[int]) -> set[int]:
    """Return the pages of `order` that do not belong to the same document as the page before them."""
    owner = {page: index for index, group in enumerate(groups) for page in group}
    return {b for a, b in pairwise(order) if owner.get(a, -1) != owner.get(b, -1)}


def _splitting(score: Score, stated: list[list[int]], given: list[list[int]], order: list[int]) -> None:
    right, found = borders(stated, order), borders(given, order) if given else set()
    score.borders.add(len(right & found), len(found - right), len(right - found))
    score.exact.append(sorted(map(tuple, stated)) == sorted(map(tuple, given)))


def _aligned(stated: Sequence[set[int]], given: Sequence[set[int]]) -> dict[int, int]:
    """Return which given document answers which stated one: the best overlap first."""
    shares = [(len(a & b) / len(a | b), -i, -k) for i, a in enumerate(stated) for k, b in enumerate(given) if a & b]
    pairs: dict[int, int] = {}
    for _, i, k in sorted(shares, reverse=True):
        if -i not in pairs and -k not in pairs.values():
            pairs[-i] = -k
    return pairs


def _document(score: Score, stated: Json, given: Json, tags: frozenset[str]) -> None:
    kind = given.get("kind", "")
    score.kinds.append(Verdict(given.get("kind_confidence", 0.0), kind == stated["kind"], tags))
    if kind != stated["kind"]:
        score.mistaken.append((stated["kind"], kind, " ".join(sorted(tags))))
    if stated["kind"] != _REFERRAL:
        return
    values = _values(given)
    for name in FIELDS:
        right = (_codes if name == CODES else _one)(score, name, stated, values.get(name), tags)
        if name == _SPECIALTY and (name in stated["fields"] or right is False):
            score.specialties.append(bool(right))
        if right is not None:
            _answered(score, given["fields"][name], stated["evidence"].get(name, ()), tags, right=right)


def _values(document: Json) -> dict[str, Value]:
    fields = document.get("fields") or {}
    return {name: fields[name]["value"] for name in FIELDS if name in fields and fields[name]["value"]}


def _codes(score: Score, name: str, stated: Json, given: Value | None, tags: frozenset[str]) -> bool | None:
    """Count every code; return whether all of them are right, None where there is none."""
    right, found = codes(stated["fields"].get(name, ())), codes(given or ())
    if not right:
        found -= codes(stated.get("optional_fields", {}).get(name, ()))
    score.count(name, tags, len(right & found), len(found - right), len(right - found))
    return found == right if found else None


def _one(score: Score, name: str, stated: Json, given: Value | None, tags: frozenset[str]) -> bool | None:
    """Count one value; return whether it is right, None where it is absent or neither right nor wrong."""
    right = stated["fields"].get(name)
    if right is None:
        may = stated.get("optional_fields", {}).get(name, ())
        if given is None or any(same(name, one, given) for one in may):
            return None
        score.count(name, tags, wrong=1)
        return False
    if given is None:
        score.count(name, tags, missed=1)
        return None
    hit = any(same(name, one, given) for one in (right, *stated.get("alternates", {}).get(name, ())))
    score.count(name, tags, *((1, 0, 0) if hit else (0, 1, 1)))
    return hit


def _answered(score: Score, given: Json, evidence: Any, tags: frozenset[str], *, right: bool) -> None:
    score.values.append(Verdict(float(given["confidence"]), right, tags))
    places = [evidence] if isinstance(evidence, Mapping) else list(evidence)
    if right and places and given.get("box") and given.get("page"):
        boxes = (one["box"] for one in places if one["page"] == given["page"])
        score.boxes.append(any(_on(box, given["box"]) for box in boxes))


def _on(place: Sequence[float], box: Sequence[float]) -> bool:
    """Tell whether a box lies on a place: by area, or its middle does."""
    wide = min(place[2], box[2]) - max(place[0], box[0])
    high = min(place[3], box[3]) - max(place[1], box[1])
    both = max(wide, 0.0) * max(high, 0.0)
    if both > _OVERLAP * (_area(place) + _area(box) - both):
        return True
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    across = place[0] - _SLACK <= x <= place[2] + _SLACK
    return across and place[1] - _SLACK <= y <= place[3] + _SLACK


def _area(box: Sequence[float]) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def answers_in(folder: Path) -> Iterator[tuple[str, Json]]:
    """Yield the answers that `homing read --out` wrote, by the name of the file read."""
    for path in sorted(folder.glob("*.json")):
        yield path.name.removesuffix(".json"), json.loads(path.read_text(encoding="utf-8"))
