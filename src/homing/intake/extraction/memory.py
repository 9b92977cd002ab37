"""What people's corrections teach of a sender's layouts: where fields stand, laid on the next page by its captions."""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from homing.intake.extraction import layout, values
from homing.intake.extraction.placement import Cut, Placement
from homing.intake.reading.types import Box, Caption, FieldValue, PageText
from homing.kit.names import fold

if TYPE_CHECKING:
    from homing.intake.extraction.model import PageAnswer

SOURCE: Final = "memory"
#: Values that do not stand at a place of their own: decided from the content, or told by which box is ticked.
PLACELESS: Final = frozenset({"requested.specialty", "requested.destination", "priority", "patient.sex"})
_LABEL: Final = "label"
_CODES: Final = "diagnosis.codes"
_SURE_LABEL: Final = 0.5
#: The fewest captions that make a layout, the most that are kept of one, and how much of two layouts must be the same.
FEWEST_CAPTIONS: Final = 6
_MOST_CAPTIONS: Final = 80
#: A page with more words is prose, whose lines run where they will.
_MOST_WORDS: Final = 1500
SAME_LAYOUT: Final = 0.5
_FEWEST_ANCHORS, _MOST_ANCHORS = 3, 6
#: How far a caption may stand from where it is expected, in pages: across and down.
_ACROSS, _DOWN = 0.025, 0.018
_SCALES: Final = (0.85, 1.18)
_FAR_APART: Final = 0.15
#: A gap of more heights ends a run of words; a run begins at most so far beside its place, in page widths.
_GAP: Final = 1.25
_BEFORE, _BEHIND = 0.02, 0.045
_NEXT_LINE: Final = 2.4
_LONGEST: Final = 12
_MOST_LINES: Final = 4
#: A state's two letters may be written out.
_SHORT: Final = 2
_MOST_BY_HAND: Final = 0.8
_CUT: Final = re.compile(r"(?<=[:=|#])(?=[^\s/])|(?<=[A-Za-z][,/])(?=[A-Za-z\d])")


@dataclass(frozen=True, slots=True)
class Recalled:
    """What a placement says a page states."""

    placement: Placement
    value: FieldValue


@dataclass(frozen=True, slots=True)
class _Spot:
    """A word, or a part of one, on the upright page, in fractions of it; `high` also in page widths: `em`."""

    text: str
    x0: float
    x1: float
    y: float
    high: float
    em: float
    index: int


_Run = list[_Spot]


def captions(page: PageText, answer: PageAnswer, classes: Sequence[str]) -> tuple[Caption, ...]:
    """Return the captions that the token model sees on a page; one with a digit keeps its place and loses its text."""
    if _LABEL not in classes or not answer.pieces or page.error:
        return ()
    column = list(classes).index(_LABEL)
    likely = answer.begins + answer.goes_on
    found = []
    for row, piece in enumerate(answer.pieces):
        if likely[row, column] >= _SURE_LABEL and int(likely[row].argmax()) == column:
            y = (piece.word.y0 + piece.word.y1) / 2
            found.append(Caption(_plain(piece.text), _round(piece.x0), _round(y), _round(piece.x1 - piece.x0)))
    return tuple(found)


def fingerprint(found: Sequence[Caption], private: Collection[str] = ()) -> tuple[Caption, ...]:
    """Return the captions that make a layout; empty where there are too few. `private`: folded words to leave out."""
    kept = tuple(one for one in _public(found, private) if one.text)[:_MOST_CAPTIONS]
    return kept if len(kept) >= FEWEST_CAPTIONS else ()


def _public(found: Sequence[Caption], private: Collection[str]) -> list[Caption]:
    """Return the captions without words of the document's values, which a model may take for captions."""
    words = {part for text in private for part in text.split()}
    return [one for one in found if one.text not in words]


def likeness(one: Sequence[Caption], other: Sequence[Caption]) -> float:
    """Return how much of two layouts is the same, 0 to 1."""
    fit = _fit(one, other)
    return fit.share if fit else 0.0


def place(
    page: PageText,
    found: Sequence[Caption],
    field: str,
    value: str,
    *,
    private: Collection[str],
    box: Box | None = None,
) -> Placement | None:
    """Return where a page states a value, or None where it does not or has too few captions.

    `box` is where a person says it stands, on the page as received; `private` the folded values of the document.
    """
    shape = fingerprint(found, private)
    if field in PLACELESS or len(shape) < _FEWEST_ANCHORS or len(page.words) > _MOST_WORDS:
        return None
    runs = _runs(page, _public(found, private))
    stated = _stated(runs, field, value, _within(page, box) if box else None)
    if stated is None:
        return None
    run, cut = stated
    hull = (run[0].x0, run[0].y - run[0].high / 2, run[-1].x1, run[-1].y + run[-1].high / 2)
    anchors = tuple(sorted(shape, key=lambda one: _away(one, run[0]))[:_MOST_ANCHORS])
    return Placement(field, shape, anchors, (_round(hull[0]), _round(hull[1]), _round(hull[2]), _round(hull[3])), cut)


def recall(placements: Iterable[Placement], page: PageText, found: Sequence[Caption]) -> tuple[Recalled, ...]:
    """Return what live placements say of a page, each at most one value; nothing for a page of another layout."""
    if len(page.words) > _MOST_WORDS or sum(1 for one in found if one.text) < FEWEST_CAPTIONS:
        return ()
    fits: dict[tuple[Caption, ...], _Fit | None] = {}
    runs: dict[tuple[Caption, ...], list[_Run]] = {}
    said = []
    for placement in placements:
        if placement.layout not in fits:
            fits[placement.layout] = _fit(placement.layout, found)
        fit = fits[placement.layout]
        if fit is None or fit.share < SAME_LAYOUT or not placement.is_live:
            continue
        if placement.layout not in runs:
            # Only what stood on the known page is surely a caption: another may be a value that looks like one.
            known = [one for one in found if not one.text or one in fit.known]
            runs[placement.layout] = _runs(page, known)
        if value := _value(placement, fit, page, runs[placement.layout]):
            said.append(Recalled(placement, value))
    return tuple(said)


def applied(fields: Iterable[FieldValue], recalled: Iterable[Recalled]) -> tuple[FieldValue, ...]:
    """Return the fields with what the memory says: it fills blanks, agrees, or doubts; the surer value stays."""
    result = {one.name: one for one in fields}
    best: dict[str, Recalled] = {}
    for one in recalled:
        before = best.get(one.value.name)
        if before is None or one.value.confidence > before.value.confidence:
            best[one.value.name] = one
    for name, one in best.items():
        result[name] = _together(result[name], one) if name in result else one.value
    return tuple(sorted(result.values(), key=lambda one: one.name))


def same(field: str, one: str | tuple[str, ...], other: str | tuple[str, ...]) -> bool:
    """Tell whether two values of a field say the same."""
    if field == _CODES:
        return _codes(one) == _codes(other)
    return fold(_text(one)) == fold(_text(other))


def _codes(value: str | tuple[str, ...]) -> set[str]:
    return {code.upper() for code in re.split(r"[,;\s]+", _text(value)) if code}


def _text(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _together(own: FieldValue, recalled: Recalled) -> FieldValue:
    said, most = recalled.value, recalled.placement.most
    if same(own.name, own.value, said.value):
        both = min(1 - (1 - own.confidence) * (1 - said.confidence), most)
        return replace(own, confidence=round(max(own.confidence, both), 3), source=f"{own.source}+{SOURCE}")
    if own.confidence >= said.confidence:
        return replace(own, confidence=round(own.confidence * (1 - said.confidence / 2), 3))
    return replace(said, confidence=round(said.confidence * (1 - own.confidence / 2), 3))


def _plain(text: str) -> str:
    """Return a caption's word folded; nothing where it has a digit or hardly a letter."""
    words = re.findall(r"[^\W\d_]+", text)
    kept = fold(" ".join(words))
    return kept if len(kept) > 1 and not re.search(r"\d", text) else ""


def _round(share: float) -> float:
    return round(share, 4)


# The page.


def _spots(page: PageText) -> Iterator[_Spot]:
    body = [(index, word) for index, word in enumerate(page.words) if not word.strip]
    wide, high = max(page.width, 1), max(page.height, 1)
    if page.rotation in {90, 270}:
        wide, high = high, wide
    placed = layout.upright_tokens(page, [word for _, word in body])
    for (index, word), token in zip(body, placed, strict=True):
        cuts = sorted({0, len(word.text), *(match.start() for match in _CUT.finditer(word.text))})
        letter = token.width / max(len(word.text), 1)
        for start, end in pairwise(cuts):
            left, right = token.left + start * letter, token.left + end * letter
            yield _Spot(
                word.text[start:end],
                left / wide,
                right / wide,
                token.y / high,
                token.height / high,
                token.height / wide,
                index,
            )


def _runs(page: PageText, found: Sequence[Caption]) -> list[_Run]:
    """Return the runs of words that are no captions and stand close together, line by line."""
    lines: list[list[_Spot]] = []
    for spot in sorted(_spots(page), key=lambda one: one.y):
        if lines and abs(spot.y - statistics.fmean(one.y for one in lines[-1])) < 0.5 * min(
            lines[-1][0].high, spot.high * 2
        ):
            lines[-1].append(spot)
        else:
            lines.append([spot])
    runs: list[_Run] = []
    for line in lines:
        before: _Spot | None = None
        for spot in sorted(line, key=lambda one: one.x0):
            if _is_caption(spot, found) or not re.search(r"\w", spot.text):
                before = None
                continue
            if before is None or spot.x0 - before.x1 > _GAP * max(spot.em, before.em):
                runs.append([])
            runs[-1].append(spot)
            before = spot
    return runs


def _is_caption(spot: _Spot, found: Sequence[Caption]) -> bool:
    middle = (spot.x0 + spot.x1) / 2
    return any(abs(one.y - spot.y) < spot.high / 2 and one.x <= middle <= one.x + one.wide for one in found)


def _away(caption: Caption, spot: _Spot) -> float:
    # Down counts as on letter paper, so that a distance is the same in every direction.
    return abs(caption.x - spot.x0) + 1.29 * abs(caption.y - spot.y)


def _written(run: Sequence[_Spot]) -> str:
    parts = [run[0].text]
    for before, spot in pairwise(run):
        parts.append(spot.text if spot.index == before.index else f" {spot.text}")
    return "".join(parts)


def _normal(field: str, text: str) -> str | tuple[str, ...] | None:
    if field == _CODES:
        return tuple(values.codes(text)) or None
    normalise = values.NORMALISERS.get(field)
    return normalise(text) if normalise else None


# From a value to its place.


def _within(page: PageText, box: Box) -> frozenset[int]:
    x0, y0, x1, y1 = box
    inside = []
    for index, word in enumerate(page.words):
        across, down = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
        if x0 <= across <= x1 and y0 <= down <= y1:
            inside.append(index)
    return frozenset(inside)


def _stated(runs: list[_Run], field: str, value: str, inside: frozenset[int] | None) -> tuple[_Run, Cut] | None:
    for run in runs:
        if not _may_state(run, value):
            continue
        for start, end in _slices(len(run)):
            part = run[start:end]
            if inside is not None and not inside.issuperset(spot.index for spot in part):
                continue
            said = _normal(field, _written(part))
            if said is not None and same(field, said, value):
                return run, _cut(run, start, end)
    return _wrapped(runs, field, value)


def _may_state(run: _Run, value: str) -> bool:
    """Tell whether it is worth looking closer: every notation of a value has its last digits, or its first word."""
    text = _written(run)
    if digits := re.findall(r"\d+", value):
        return any(one[-2:] in text for one in digits)
    words = fold(value).split()
    return len(value) <= _SHORT or (bool(words) and words[0] in fold(text))


def _slices(count: int) -> list[tuple[int, int]]:
    """Return where parts of a run begin and end, the shortest first: a finder takes a value out of longer ones, too."""
    parts = [(start, end) for start in range(count) for end in range(start + 1, min(start + _LONGEST, count) + 1)]
    return sorted(parts, key=lambda one: (one[1] - one[0], one[0]))


def _cut(run: _Run, start: int, end: int) -> Cut:
    take = 0 if end == len(run) else end - start
    if start == 0 and take and run[end - 1].text.endswith(","):
        return Cut(comma="before")
    if start and run[start - 1].text.endswith(",") and not any(one.text.endswith(",") for one in run[: start - 1]):
        return Cut(take=take, comma="after")
    return Cut(start, take)


def _wrapped(runs: list[_Run], field: str, value: str) -> tuple[_Run, Cut] | None:
    if values.NORMALISERS.get(field) is not values.plain:
        return None
    for run in runs:
        text, last = _written(run), run
        for lines in range(2, _MOST_LINES + 1):
            below = _below(last, runs)
            if below is None:
                break
            text, last = f"{text} {_written(below)}", below
            if same(field, values.plain(text) or "", value):
                return run, Cut(lines=lines)
    return None


def _below(run: _Run, runs: list[_Run]) -> _Run | None:
    first = run[0]
    near = [
        one
        for one in runs
        if 0.5 * first.high < one[0].y - first.y < _NEXT_LINE * first.high and abs(one[0].x0 - first.x0) < _BEFORE
    ]
    return min(near, key=lambda one: one[0].y, default=None)


# From a place to its value.


@dataclass(frozen=True, slots=True)
class _Fit:
    """How a known layout lies on a page: x' = across * x + right; `known` captions of it, `share` of both alike."""

    across: float
    right: float
    down: float
    lower: float
    by_text: dict[str, list[Caption]]
    known: frozenset[Caption] = frozenset()
    share: float = 0.0

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point of the layout lies on the page."""
        return self.across * x + self.right, self.down * y + self.lower

    def nearest(self, caption: Caption) -> Caption | None:
        """Return the caption of the page that is this one of the layout, None where none stands near enough."""
        x, y = self.point(caption.x, caption.y)
        same_text = self.by_text.get(caption.text, ())
        near = [one for one in same_text if abs(one.x - x) < _ACROSS and abs(one.y - y) < _DOWN]
        return min(near, key=lambda one: abs(one.x - x) + abs(one.y - y), default=None)

    def shift(self, caption: Caption) -> tuple[float, float] | None:
        """Return how far this caption of the layout stands from where it is expected."""
        found = self.nearest(caption)
        x, y = self.point(caption.x, caption.y)
        return (found.x - x, found.y - y) if found else None


def _fit(known: Sequence[Caption], found: Sequence[Caption]) -> _Fit | None:
    by_text: dict[str, list[Caption]] = defaultdict(list)
    for one in found:
        if one.text:
            by_text[one.text].append(one)
    often = Counter(one.text for one in known)
    # Words that stand once on both tell where the page lies; the others only how much is the same.
    pairs = [(one, by_text[one.text][0]) for one in known if often[one.text] == 1 and len(by_text[one.text]) == 1]
    if len(pairs) < _FEWEST_ANCHORS:
        return None
    across, right = _line([(a.x, b.x) for a, b in pairs])
    down, lower = _line([(a.y, b.y) for a, b in pairs])
    if not all(_SCALES[0] <= scale <= _SCALES[1] for scale in (across, down)):
        return None
    fit = _Fit(across, right, down, lower, dict(by_text))
    near = [one for one in map(fit.nearest, known) if one]
    count = sum(map(len, by_text.values()))
    share = len(near) / max(len(known) + min(count, _MOST_CAPTIONS) - len(near), 1)
    return replace(fit, known=frozenset(near), share=share)


def _line(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return slope and offset by medians, which a few wrong pairs do not move."""
    slopes = [
        (b[1] - a[1]) / (b[0] - a[0])
        for number, a in enumerate(pairs)
        for b in pairs[number + 1 :]
        if abs(b[0] - a[0]) > _FAR_APART
    ]
    slope = statistics.median(slopes) if len(slopes) >= _FEWEST_ANCHORS else 1.0
    return slope, statistics.median(y - slope * x for x, y in pairs)


def _value(placement: Placement, fit: _Fit, page: PageText, runs: list[_Run]) -> FieldValue | None:
    shifts = [shift for shift in map(fit.shift, placement.anchors) if shift]
    if len(shifts) < min(_FEWEST_ANCHORS, len(placement.anchors)):
        return None
    # What is left of a slant moves everything near by the same.
    left, top = fit.point(placement.box[0], placement.box[1])
    bottom = fit.point(placement.box[0], placement.box[3])[1]
    x = left + statistics.median(shift[0] for shift in shifts)
    y = (top + bottom) / 2 + statistics.median(shift[1] for shift in shifts)
    run = _run_at(x, y, runs)
    words = _words(run, placement.cut, runs) if run else []
    said = _normal(placement.field, _written(words)) if words else None
    if said is None or _is_caption_text(said, placement.layout):
        return None
    return _field_value(placement, said, page, words)


def _run_at(x: float, y: float, runs: list[_Run]) -> _Run | None:
    near = [run for run in runs if abs(run[0].y - y) < 0.7 * run[0].high and -_BEFORE < run[0].x0 - x < _BEHIND]
    return min(near, key=lambda run: abs(run[0].x0 - x) + abs(run[0].y - y), default=None)


def _words(run: _Run, cut: Cut, runs: list[_Run]) -> _Run:
    """Return the words of the value; none where the run is not built as the one that was learnt."""
    if cut.lines > 1:
        whole, last = list(run), run
        for _ in range(cut.lines - 1):
            below = _below(last, runs)
            if below is None:
                break
            whole, last = [*whole, *below], below
        return whole
    if cut.comma:
        at = next((index for index, spot in enumerate(run, start=1) if spot.text.endswith(",")), 0)
        if not at:
            return []
        run = run[:at] if cut.comma == "before" else run[at:]
    run = run[cut.skip :]
    return run[: cut.take] if cut.take else run


def _is_caption_text(said: str | tuple[str, ...], known: Sequence[Caption]) -> bool:
    if isinstance(said, tuple):
        return False
    texts = {one.text for one in known}
    return all(word in texts for word in fold(said).split())


def _field_value(placement: Placement, said: str | tuple[str, ...], page: PageText, words: _Run) -> FieldValue:
    read = [page.words[index] for index in dict.fromkeys(spot.index for spot in words)]
    confidence = placement.confidence * min(1.0, statistics.fmean(word.confidence for word in read) + 0.1)
    if any(word.handwritten for word in read):
        confidence = min(confidence, _MOST_BY_HAND)
    box = layout.hull(word.box for word in read)
    return FieldValue(placement.field, said, round(confidence, 3), page.number, box, SOURCE)
