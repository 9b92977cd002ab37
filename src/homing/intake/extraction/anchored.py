"""Fields by what is printed beside them: a generic first extractor, to be replaced behind the same port."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from homing.intake.extraction import labels, layout, validators, values
from homing.intake.extraction.layout import Line, Span
from homing.intake.reading.types import FieldValue, PageText

_LONGEST_LABEL, _MOST_LINES, _LINE_GAP, _FAR = 5, 4, 2.4, 4.0
_BY_LABEL, _BY_SECTION, _BY_PROSE, _BY_PLACE = 0.92, 0.85, 0.75, 0.6
_LONG = frozenset({"reason", "diagnosis.codes", "patient.address", "requested.service"})


@dataclass(frozen=True, slots=True)
class Label:
    """A label found in a cell: what it announces, the section it opens, and its tokens from `start` to `end`."""

    target: str
    section: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Place:
    """A cell with its labels, its position in the page's lines and the section it stands in."""

    row: int
    column: int
    cell: Span
    labels: tuple[Label, ...]
    section: str


class AnchoredExtractor:
    """An `Extractor` that knows labels, sections, sentences and shapes of values, and nothing of any layout."""

    def extract(self, pages: Sequence[PageText]) -> tuple[FieldValue, ...]:
        """Return the most certain value of each field; of equals the first."""
        best: dict[str, FieldValue] = {}
        for page in pages:
            for value in _page_values(layout.body(layout.lines(page))):
                if value.name not in best or value.confidence > best[value.name].confidence:
                    best[value.name] = value
        return tuple(best[name] for name in sorted(best))


def _page_values(lines: tuple[Line, ...]) -> Iterator[FieldValue]:
    places = _places(lines)
    for place in places:
        for index, label in enumerate(place.labels):
            target, weight = _resolved(label, place, index)
            if target != "none":
                end = place.labels[index + 1].start if index + 1 < len(place.labels) else None
                yield from _first_values(target, _candidates(places, place, label, end), weight)
    for standing in (_prose, _signature, _letterhead, _lone_date):
        yield from standing(lines)


def _places(lines: tuple[Line, ...]) -> list[Place]:
    found: list[Place] = []
    marks: list[tuple[str, float]] = []
    for row, line in enumerate(lines):
        opened: list[tuple[str, float]] = []
        for column, cell in enumerate(line.cells):
            known = tuple(_labels(cell))
            # A heading to the right governs its own column only; one such as PCP beside others its own line only.
            near = [name for name, left in marks if left <= cell.left + cell.height * 3]
            section = "other" if any(name == "other" for name, _ in opened) else near[-1] if near else ""
            found.append(Place(row, column, cell, known, section))
            opened += [(label.section, cell.left) for label in known if label.section]
            if not marks and not opened and _key(cell.tokens[0].text) == "dr":
                opened.append(("recipient", cell.left))
        marks += [(name, left) for name, left in opened if name != "other" or len(line.cells) == 1]
    return found


def _labels(cell: Span) -> Iterator[Label]:
    keys = [_key(token.text) for token in cell.tokens]
    index = 0
    while index < len(keys):
        found = _label_at(cell, keys, index)
        if found:
            yield found
        index = found.end if found else index + 1


def _label_at(cell: Span, keys: list[str], start: int) -> Label | None:
    for end in range(min(len(keys), start + _LONGEST_LABEL), start, -1):
        phrase = " ".join(key for key in keys[start:end] if key)
        entry = labels.lexicon().get(phrase) if keys[start] else None
        marked = phrase in labels.UNMISTAKABLE or re.search(r"[:#]\W*$", cell.tokens[end - 1].text) is not None
        whole = _qualified(cell, end)
        if entry and (marked or (start == 0 and (whole > end or _stands_alone(cell, end)))):
            return Label(*entry, start, whole)
    return None


def _qualified(cell: Span, end: int) -> int:
    """Return where a label ends that goes on with a remark in brackets, such as (Last, First), or with leading dots."""
    rest = [token.text for token in cell.tokens[end : end + _LONGEST_LABEL]]
    if rest and re.match(r"\([A-Za-z]", rest[0]):
        end += next((index for index, text in enumerate(rest, 1) if text.rstrip(":").endswith((")", "}", "]"))), 0)
    while end < len(cell.tokens) and re.fullmatch(r"[.:…_]+", cell.tokens[end].text):
        end += 1
    return end


def _stands_alone(cell: Span, end: int) -> bool:
    """Tell whether a label without a colon is the whole cell, or is told from its value by a wider gap or a box."""
    if end == len(cell.tokens) or cell.tokens[end].text in layout.BOXES:
        return True
    return cell.tokens[end].left - cell.tokens[end - 1].right > 0.8 * cell.height


def _key(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9']+", " ", text.lower().replace("\u2019", "'")).split())


def _resolved(label: Label, place: Place, index: int) -> tuple[str, float]:
    inside = [one.section for one in place.labels[: index + 1] if one.section]
    section = inside[-1] if inside else place.section
    if label.target.startswith("any."):
        return labels.by_section().get((label.target, section), "none"), _BY_SECTION
    return ("none" if section == "other" else label.target), _BY_LABEL


def _candidates(places: list[Place], place: Place, label: Label, end: int | None) -> Iterator[Span]:
    """Yield where the value may stand, likeliest first: behind the label, in the cells beside it, below it."""
    rest, long = place.cell.slice(label.end, end), label.target in _LONG
    beside = _beside(places, place) if end is None else []
    if re.search(r"\w", rest.text):
        whole = layout.joined([rest, *(one.cell for one in beside)]) if rest.tokens[0].text in layout.BOXES else rest
        yield _continued(places, place, whole) if long else whole
    elif end is None:
        below = _below(places, place)
        boxed = bool(beside) and any(token.text in layout.BOXES for token in beside[0].cell.tokens)
        options = layout.joined([one.cell for one in beside]) if boxed else None
        near = [options] if options else [_continued(places, one, one.cell) if long else one.cell for one in beside[:1]]
        under = [_continued(places, one, one.cell) if long else one.cell for one in below]
        # A value far to the right belongs to another column where there is one right under the label.
        far = bool(near and under) and near[0].left - place.cell.right > _FAR * place.cell.height
        yield from [*under, *near] if far and not boxed else [*near, *under]


def _beside(places: list[Place], place: Place) -> list[Place]:
    """Return the cells to the right on the same line, up to the next label."""
    after = [one for one in places if one.row == place.row and one.column > place.column]
    return list(itertools.takewhile(lambda one: not one.labels, after))


def _below(places: list[Place], place: Place) -> list[Place]:
    """Return the nearest cell under a place, if it is near and no label."""
    cell = place.cell
    for one in places:
        over = one.cell.left < cell.right and one.cell.right > cell.left - cell.height
        if one.row > place.row and over and one.cell.y - cell.y < _LINE_GAP * max(cell.height, one.cell.height):
            return [] if one.labels else [one]
    return []


def _continued(places: list[Place], place: Place, start: Span) -> Span:
    """Return a value with the lines it runs on over: close below, beginning near its left edge, without labels."""
    whole, last = start, start
    for row in range(place.row + 1, place.row + _MOST_LINES):
        below = [one for one in places if one.row == row and abs(one.cell.left - place.cell.left) < 3 * last.height]
        if not below or below[0].labels or below[0].cell.y - last.y > 1.9 * last.height:
            break
        whole, last = layout.joined([whole, below[0].cell]), below[0].cell
    return whole


def _first_values(target: str, spans: Iterator[Span], weight: float) -> Iterator[FieldValue]:
    for span in spans:
        if found := list(values.stated(target, layout.ticked(span), weight)):
            yield from found
            return


def _prose(lines: tuple[Line, ...]) -> Iterator[FieldValue]:
    if lines:
        whole = layout.joined([line.span for line in lines])
        for target, pattern in labels.PROSE:
            if match := pattern.search(whole.text.replace("\n", " ")):
                yield from values.stated(target, whole.cut(*match.span(1)), _BY_PROSE)
        yield from values.codes(whole, validators.find_codes(whole.text), _BY_PROSE)


def _signature(lines: tuple[Line, ...]) -> Iterator[FieldValue]:
    """Yield the last name with credentials: who signs a letter refers."""
    for cell in (cell for line in reversed(lines) for cell in line.cells):
        match = labels.CREDENTIALS.search(cell.text)
        found = validators.find_person(cell.text[: match.start()]) if match else None
        if found and not found.value.startswith("Dr"):
            yield from values.person("referrer.name", cell, found, _BY_PLACE)
            return


def _letterhead(lines: tuple[Line, ...]) -> Iterator[FieldValue]:
    """Yield the organization that the top of a page names in large letters."""
    top = [line.span for line in lines[:6] if len(line.cells) == 1 and not any(_labels(line.cells[0]))]
    heads = [span for span in top if labels.ORGANIZATION.search(span.text) and not re.search(r"[\d:()]", span.text)]
    if heads:
        largest = max(heads, key=lambda span: span.height)
        yield values.field("referrer.organization", largest.text.strip(" ,;:"), largest, _BY_PLACE)


def _lone_date(lines: tuple[Line, ...]) -> Iterator[FieldValue]:
    """Yield the date that stands alone on a line near the top of a letter."""
    for span in (line.span for line in lines[:10]):
        found = validators.find_date(span.text)
        if found and found.end - found.start == len(span.text):
            yield values.field("referral.date", found.value, span, _BY_PLACE)
            return
