"""The line that a sender's fax machine prints at the edge of every page: found among the words, and what it tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from homing.intake.reading.types import Box, Word
from homing.kit import phones
from homing.kit.dates import parse_us_date

#: How far from the edge, as a share of the page's height, the middle of a strip may lie.
EDGE = 0.05
_SAME_LINE = 0.6
_CENTURY = 2099
_DIGITS = 10
_MOST_PAGES = 999

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_YEAR = r"(?:(?:19|20)\d{2}|'?\d{2})"
_DATE = re.compile(
    rf"(?<![\d/.-])(?:(?P<iso>\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}})"
    rf"|(?P<numeric>\d{{1,2}}\s?[/.-]\s?\d{{1,2}}\s?[/.-]\s?{_YEAR})"
    rf"|(?P<named>{_MONTH}[\s.-]*\d{{1,2}}[\s.,-]+{_YEAR})"
    rf"|(?P<day>\d{{1,2}}[\s-]{_MONTH}[\s.,-]+{_YEAR}))(?![\d/])",
    re.IGNORECASE,
)
_TIME = re.compile(r"(?<![\d:])\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]\.?m?\b\.?)?", re.IGNORECASE)
_OF = r"(?:\s*/\s*|\s+of\s+|of)"
_COUNT = re.compile(
    rf"(?:\b(?:pages?|pg|p)\b[\s.:#]*|\bp|[@©®]\s*)0*(?P<page>\d{{1,4}})(?:{_OF}0*(?P<pages>\d{{1,4}}))?(?![\d/])"
    rf"|(?<![\d/.-])0*(?P<bare>\d{{1,4}})\s*/\s*0*(?P<total>\d{{1,4}})(?![\d/])",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\dA-Za-z/])\+?(?:1[\s.-]{0,2})?\(?\d{3}\)?[\s.-]{0,3}\d{3}[\s.-]{0,2}\d{4}(?![\d/])")
_RECIPIENT = re.compile(r"\bto\b\s*[:;.]?|[-=>]>|→|»", re.IGNORECASE)
_SENDER = re.compile(r"\b(?:from|[ct]sid|sender|tel|fax(?:\s?(?:no|number|#))?)\b\s*[:;.#-]*", re.IGNORECASE)
_OURS = re.compile(r"\b(?:patient|dob|birth|mrn|printed|encounter|visit|provider|chart|acct|dear|re)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class StripFacts:
    """What a strip tells: the sender's number (ten digits), page `page` of `pages`, the day; None where it does not."""

    number: str | None = None
    page: int | None = None
    pages: int | None = None
    day: date | None = None


def facts(text: str) -> StripFacts:
    """Return what the text of a strip tells. Two-digit years are of this century."""
    rest = _TIME.sub(" | ", _DATE.sub(" | ", text))
    page, pages = _count(_NUMBER.sub(" ", rest))
    return StripFacts(_sending_number(rest), page, pages, _day(text))


def is_strip(text: str) -> bool:
    """Tell whether a line at the edge of a page is a fax machine's: a time or page count, with a number or address."""
    if _OURS.search(text):
        return False
    dated, timed = bool(_DATE.search(text)), bool(_TIME.search(text))
    rest = _TIME.sub(" | ", _DATE.sub(" | ", text))
    numbered = bool(_NUMBER.search(rest))
    count = _COUNT.search(_NUMBER.sub(" ", rest))
    addressed = bool(_SENDER.search(rest) or _RECIPIENT.search(rest))
    if timed:
        return bool(count) or numbered or (dated and addressed)
    # Letterheads have dates, numbers and "Page 1 of 3", but not the short form of machines.
    machine = count is not None and not re.search(r"page|of", count[0], re.IGNORECASE)
    return machine and dated and (numbered or addressed)


def _day(text: str) -> date | None:
    match = _DATE.search(text)
    if match is None:
        return None
    plain = match[0].replace("'", "")
    if match["iso"]:
        plain = re.sub(r"[/.]", "-", plain)
    if match["named"] or match["day"]:
        plain = " ".join(re.findall(r"[A-Za-z]+|\d+", plain))
    return parse_us_date(plain, pivot_year=_CENTURY)


def _count(text: str) -> tuple[int | None, int | None]:
    for match in _COUNT.finditer(text):
        page = int(match["page"] or match["bare"])
        stated = match["pages"] or match["total"]
        pages = int(stated) if stated else None
        if 1 <= page <= (pages or _MOST_PAGES) <= _MOST_PAGES:
            return page, pages
    return None, None


def _sending_number(text: str) -> str | None:
    """Return the number after FROM, FAX, TEL or CSID; else the first that no TO or arrow stands before."""
    named: list[str] = []
    plain: list[str] = []
    last = 0
    for match in _NUMBER.finditer(text):
        before = text[last : match.start()].rpartition("|")[2]
        last = match.end()
        sender, recipient = _last(_SENDER, before), _last(_RECIPIENT, before)
        if recipient > sender:
            continue
        (named if sender >= 0 else plain).append(match[0])
    return next((number for number in map(_ten_digits, [*named, *plain]) if number), None)


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.start() for match in pattern.finditer(text)), default=-1)


def _ten_digits(text: str) -> str | None:
    digits = re.sub(r"\D", "", text)
    digits = digits[1:] if len(digits) == _DIGITS + 1 else digits
    # A machine's owner types the number in: one that cannot be dialled still tells who it is.
    return phones.parse(digits) or (digits if len(digits) == _DIGITS and digits[0] not in "01" else None)


def marked(words: Sequence[Word]) -> tuple[Word, ...]:
    """Return the words of an upright page with `strip` set on those of its strips; boxes on the page as received."""
    found = {id(word) for line in _edge_lines(words) if is_strip(_joined(line)) for word in line}
    return tuple(replace(word, strip=True) if id(word) in found else word for word in words)


def text(words: Sequence[Word]) -> str:
    """Return what the strip's words say, line by line; boxes on the page as received."""
    return " ".join(_joined(line) for line in _edge_lines([word for word in words if word.strip]))


def _joined(words: Iterable[Word]) -> str:
    return " ".join(word.text for word in sorted(words, key=lambda word: word.box[0]))


def _edge_lines(words: Sequence[Word]) -> Iterator[list[Word]]:
    for low, high in ((0.0, EDGE), (1 - EDGE, 1.0)):
        line: list[Word] = []
        for word in sorted((word for word in words if low <= _middle(word.box) <= high), key=_key):
            if line and _middle(word.box) - _middle(line[-1].box) > _SAME_LINE * _height(line):
                yield line
                line = []
            line.append(word)
        if line:
            yield line


def _key(word: Word) -> float:
    return _middle(word.box)


def _middle(box: Box) -> float:
    return (box[1] + box[3]) / 2


def _height(words: Sequence[Word]) -> float:
    heights = sorted(word.box[3] - word.box[1] for word in words)
    return heights[len(heights) // 2]
