"""Does a quote stand where it is said to, and does the value follow from it? Otherwise the value is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from homing.intake.extraction import validators
from homing.intake.extraction.layout import hull
from homing.intake.extraction.validators import Found
from homing.intake.llm.answer import FieldAnswer
from homing.intake.llm.ports import Grounded
from homing.intake.llm.prompt import NumberedLine, Piece, plain
from homing.intake.reading.types import Box
from homing.kit import names
from homing.kit.errors import HomingError

CODES: Final = "diagnosis.codes"
_PERSONS: Final = frozenset({"patient.family", "patient.given", "referrer.family", "referrer.given"})
#: Shapes that are found anywhere in a quote, and more than once.
_SHAPED: Final = frozenset(
    {
        "patient.birth_date", "referral.date", "patient.sex", "patient.phone", "referrer.phone", "referrer.fax",
        "referrer.npi", "patient.mrn", "coverage.member_id", "authorization.number", "patient.address.state",
        "patient.address.zip", "priority",
    }
)  # fmt: skip
#: Empty tick boxes, and those of which it cannot be told.
_NOT_TICKED: Final = frozenset("\u2610\u25a3")
_TICKED: Final = "\u2612"


class NotGrounded(HomingError):
    """The value does not stand on the page."""

    code = "llm_not_grounded"

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote as it stands on one page: its words with a space between them, and where each stands."""

    page: int
    pieces: tuple[Piece, ...]
    #: From which character of the first word to which of the last; a quote may begin behind a label's colon.
    start: int
    end: int

    @property
    def whole(self) -> str:
        """The words that it touches."""
        return " ".join(piece.text for piece in self.pieces)

    @property
    def text(self) -> str:
        """The characters quoted, as the page has them."""
        return self.whole[self.start : self.end]

    def box(self, start: int, end: int) -> Box:
        """Return the hull of the words that the characters from `start` to `end` of `text` touch."""
        boxes, position = [], 0
        for piece in self.pieces:
            if position < self.start + end and position + len(piece.text) > self.start + start:
                boxes.append(piece.box)
            position += len(piece.text) + 1
        return hull(boxes)


def ground(answer: FieldAnswer, lines: Mapping[str, NumberedLine]) -> Grounded:
    """Return the value with its place.

    Raises
    ------
    NotGrounded
        The quote is not on the cited lines, or the value does not follow from it. Its text quotes nothing.
    """
    quoted = _stands(answer, lines)
    found = _derived(answer.field, quoted.text, plain(answer.value))
    if found is None:
        raise NotGrounded(answer.field, "the value does not follow from the quote; quote what states it, or leave out")
    return Grounded(answer.field, found.value, quoted.page, quoted.box(found.start, found.end))


def folded(text: str) -> str:
    """Return the text for comparing names; what has no Latin letter stays as it is."""
    return names.fold(text) or _lower(text).strip()


def together(values: list[Grounded]) -> tuple[Grounded, ...]:
    """Return one value a field: diagnosis codes become one list, of anything else the first stays.

    The list's box is around those on the page of its first code.
    """
    first: dict[str, Grounded] = {}
    for value in values:
        first.setdefault(value.name, value)
    codes = [value for value in values if value.name == CODES]
    if codes:
        page = codes[0].page
        all_of_them = tuple(dict.fromkeys(str(code.value) for code in codes))
        first[CODES] = Grounded(CODES, all_of_them, page, hull(one.box for one in codes if one.page == page))
    return tuple(first.values())


def _stands(answer: FieldAnswer, lines: Mapping[str, NumberedLine]) -> Quoted:
    cited = [lines.get(" ".join(one.split())) for one in answer.lines]
    known = [line for line in cited if line is not None]
    if not known or len(known) < len(cited):
        raise NotGrounded(answer.field, "a cited line does not exist; cite ids such as p1 l12")
    if len({line.page for line in known}) > 1:
        raise NotGrounded(answer.field, "the quote must stand on one page")
    parts = _placed(plain(answer.quote), known)
    if not parts:
        raise NotGrounded(answer.field, "the quote does not stand on the cited lines; copy it exactly, whole words")
    if any(_refused_box(line, start, end) for line, start, end in parts):
        raise NotGrounded(answer.field, "the box of this option is not ticked; quote the ticked one, or leave out")
    return _quoted(parts)


#: A line, and the characters of its words (with single spaces) that are quoted.
_Part = tuple[NumberedLine, int, int]


def _placed(quote: str, lines: Sequence[NumberedLine]) -> list[_Part]:
    """Return where the quote stands: within one line, or running on over several; nothing where it does not."""
    if not quote:
        return []
    for line in lines:
        if start := next(_finds(_text(line), quote), None):
            return [(line, start.begin, start.end)]
    return _running_on(quote, lines)


def _running_on(quote: str, lines: Sequence[NumberedLine]) -> list[_Part]:
    """Return one run of characters a line; each but the last ends where a cell ends, each but the first begins one.

    So words that stand apart cannot be joined to say what the page does not.
    """
    parts: list[_Part] = []
    rest = quote
    for line in lines:
        run = _longest_run(rest, line, is_first=not parts)
        if run:
            parts.append((line, run.begin, run.end))
            rest = rest[run.end - run.begin :].lstrip()
        if not rest:
            return parts
    return []


def _longest_run(quote: str, line: NumberedLine, *, is_first: bool) -> _Run | None:
    text, begins, ends = _text(line), {0}, set[int]()
    for cell in line.cells:
        ends.add(max(begins) + len(" ".join(piece.text for piece in cell)))
        begins.add(max(ends) + 1)
    for length in (len(quote), *reversed([match.start() for match in re.finditer(" ", quote)])):
        for run in _finds(text, quote[:length]) if length <= len(text) else ():
            if (is_first or run.begin in begins) and (length == len(quote) or run.end in ends):
                return run
    return None


def _text(line: NumberedLine) -> str:
    return " ".join(piece.text for piece in line.pieces)


@dataclass(frozen=True, slots=True)
class _Run:
    begin: int
    end: int


def _finds(text: str, quote: str) -> Iterator[_Run]:
    """Yield where `quote` stands in `text`, whatever the case of letters, and cuts no word or number in two."""
    folded, sought, start = _lower(text), _lower(quote), -1
    while (start := folded.find(sought, start + 1)) >= 0:
        end = start + len(sought)
        cuts_before = start > 0 and folded[start - 1].isalnum() and sought[0].isalnum()
        cuts_after = end < len(folded) and folded[end].isalnum() and sought[-1].isalnum()
        if not cuts_before and not cuts_after:
            yield _Run(start, end)


def _lower(text: str) -> str:
    # Character by character, so that positions stay: the lower case of some letters is two.
    return "".join(low if len(low := one.lower()) == 1 else one for one in text)


def _refused_box(line: NumberedLine, start: int, end: int) -> bool:
    """Tell whether a box that is not surely ticked is quoted, or is the last one before the quote in its cell."""
    text, before = _text(line), ""
    if _NOT_TICKED & set(text[start:end]):
        return True
    if text[start] == _TICKED:
        return False
    position = 0
    for cell in line.cells:
        length = len(" ".join(piece.text for piece in cell))
        if position <= start < position + length + 1:
            before = text[position:start]
        position += length + 1
    boxes = [one for one in before if one in _NOT_TICKED or one == _TICKED]
    return bool(boxes) and boxes[-1] in _NOT_TICKED


def _quoted(parts: list[_Part]) -> Quoted:
    touched: list[Piece] = []
    offset, last = 0, 0
    for index, (line, start, end) in enumerate(parts):
        position = 0
        for piece in line.pieces:
            after = position + len(piece.text)
            if position < end and after > start:
                if not touched:
                    offset = start - position
                if index == len(parts) - 1:
                    last = min(end, after) - position
                touched.append(piece)
            position = after + 1
    whole = sum(len(piece.text) + 1 for piece in touched) - 1
    return Quoted(parts[0][0].page, tuple(touched), offset, whole - len(touched[-1].text) + last)


def _derived(name: str, quote: str, value: str) -> Found | None:
    """Return the part of the quote that says `value`, normalised; None where no part does."""
    if name in _PERSONS:
        return _part_of_person(name.rpartition(".")[2], quote, value)
    if name == CODES:
        wanted = [found.value for found in validators.find_codes(value, bare=True)]
        return next((one for one in validators.find_codes(quote, bare=True) if wanted == [one.value]), None)
    if name in _SHAPED:
        stated = validators.FINDERS[name](value)
        return next((one for one in _every(name, quote) if stated and one.value == stated.value), None)
    return _literal(name, quote, value)


def _every(name: str, text: str) -> Iterator[Found]:
    position = 0
    while position < len(text) and (found := validators.FINDERS[name](text[position:])):
        yield Found(found.value, position + found.start, position + found.end)
        position += max(found.end, 1)


def _part_of_person(part: str, quote: str, value: str) -> Found | None:
    """Return a family or given name: the one that the quoted name has there, or the quote itself where it is alone."""
    person, said = names.parse_person(quote), folded(value)
    expected = getattr(person, part) if person else quote
    if folded(expected) != said:
        # A double name without a comma reads as given and family name; quoted alone it is what it says.
        if "," in quote or folded(quote) != said:
            return None
        expected = quote
    run = next(_finds(quote, expected), _Run(0, len(quote))) if said else None
    return Found(expected.strip(" ,;:"), run.begin, run.end) if run else None


def _literal(name: str, quote: str, value: str) -> Found | None:
    """Return a free text: `value` must be a part of the quote, word for word, and have its field's shape."""
    run = next(_finds(quote, value), None) if value else None
    if run is None:
        return None
    found = validators.FINDERS.get(name, validators.find_text)(quote[run.begin : run.end])
    if found is None:
        return None
    return Found(_spoken(name, found.value), run.begin + found.start, run.begin + found.end)


def _spoken(name: str, text: str) -> str:
    person = names.parse_person(text) if name == "requested.provider" else None
    return " ".join(filter(None, (person.given, person.middle, person.family))) if person else text
