"""Which pages of a file belong together: the likeliest division of the whole file into documents.

Each page is compared with all pages of the document before it (`evidence`); a logistic model, fitted on generated
packets (training/reading/packets.py), tells how likely a new document begins. The division with the highest product of
these probabilities is found by dynamic programming over where the current document began.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz, process

from homing.intake.extraction import packets
from homing.intake.extraction.model import PageAnswer
from homing.intake.reading.types import FieldValue, PageKind, PageText
from homing.kit import reference
from homing.kit.names import fold

#: How alike names of one person are read at least, and those of two at most; 0 to 100.
_SAME_NAME, _OTHER_NAME, _SAME_WORD = 84.0, 70.0, 84.0
#: How many beginnings of the current document are followed; in a file of 200 pages all others are hopeless.
_FOLLOWED: Final = 24
_BLANK, _COVER, _REPLY = "blank", "cover_sheet", "reply_sheet"
_NUMBERS: Final = ("patient.mrn", "patient.phone", "coverage.member_id")
_FEWEST_LETTERS: Final = 3
_NUMBERED = re.compile(r"\bpage\s*:?\s*(\d{1,3})\s*(?:of|/)\s*(\d{1,3})\b", re.IGNORECASE)
_PHONE = re.compile(r"\(?\b([2-9]\d\d)\)?[\s.\-/]{0,2}([2-9]\d\d)[\s.\-]{0,2}(\d{4})\b")
_DATE = re.compile(r"\b(\d{1,2})\s?[/.\-]\s?(\d{1,2})\s?[/.\-]\s?(\d{4}|\d{2})\b")
_WRITTEN = re.compile(
    r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s*(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b",
    re.IGNORECASE,
)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
Day = tuple[int, int, int]

#: What `evidence` tells of a page and the document before it, in this order; all but the first between 0 and 1.
EVIDENCE: Final = (
    *("always", "same_name", "other_name", "doubtful_name", "page_unnamed", "document_unnamed", "name_in_words"),
    *("name_not_in_words", "same_birth", "near_birth", "other_birth", "birth_in_words", "same_number", "other_number"),
    *("cover", "after_cover", "first_number", "next_number", "later_number", "junk", "after_junk", "second_referral"),
    *("referral_after_other", "other_kind", "same_phones", "other_phones", "stranger", "strange_referral"),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What one page says of whom it is about. `sure` is the confidence of the name."""

    number: int
    kind: str
    family: str
    given: str
    sure: float
    birth_date: str
    numbers: Mapping[str, str]
    words: tuple[str, ...]
    days: frozenset[Day]
    phones: frozenset[str]
    printed: tuple[int, int] | None
    shares: Mapping[str, float]
    references: frozenset[str]

    @property
    def named(self) -> bool:
        """Whether the page tells any part of the patient's name."""
        return bool(self.family or self.given)

    @property
    def likeliest(self) -> str:
        """The kind of document that it would begin."""
        return max(self.shares, key=lambda name: self.shares[name])


@dataclass(slots=True)
class Document:
    """Pages that are taken to be one document, so far."""

    pages: list[Facts] = field(default_factory=list)

    @property
    def begins_with_cover(self) -> bool:
        """Whether its first page is a cover sheet."""
        return self.pages[0].kind == _COVER

    def with_page(self, page: Facts) -> Document:
        """Return the document with one more page."""
        return Document([*self.pages, page])


def split(
    pages: Sequence[PageText],
    kinds: Sequence[PageKind],
    answers: Sequence[PageAnswer],
    fields: Sequence[Sequence[FieldValue]],
) -> tuple[tuple[PageText, ...], ...]:
    """Return the pages of each document in order; `fields` are what each page alone says.

    A packet about one patient stays whole, its cover with it. The cover of a batch of patients belongs to none of them
    and is left out, as blanks are; a file of blanks is one document.
    """
    known = facts(pages, kinds, answers, fields)
    groups = _without_batch_cover(divided(known))
    # It remembers whole pages, which are patients' and many.
    _in_words.cache_clear()
    by_number = {page.number: page for page in pages}
    found = tuple(tuple(by_number[one.number] for one in group.pages) for group in groups)
    return found or ((tuple(pages),) if pages else ())


def facts(
    pages: Sequence[PageText],
    kinds: Sequence[PageKind],
    answers: Sequence[PageAnswer],
    fields: Sequence[Sequence[FieldValue]],
) -> list[Facts]:
    """Return what the pages say that are not blank."""
    by_page = {one.page: one.kind for one in kinds}
    return [
        _facts(page, by_page[page.number], answer, stated)
        for page, answer, stated in zip(pages, answers, fields, strict=True)
        if by_page[page.number] != _BLANK
    ]


def _facts(page: PageText, kind: str, answer: PageAnswer, stated: Sequence[FieldValue]) -> Facts:
    known = {one.name: one for one in stated}
    text = page.text
    name = known.get("patient.family") or known.get("patient.given")

    def said(name: str) -> str:
        return str(known[name].value) if name in known else ""

    return Facts(
        number=page.number,
        kind=kind,
        family=fold(said("patient.family")),
        given=fold(said("patient.given")),
        sure=name.confidence if name else 0.0,
        birth_date=said("patient.birth_date"),
        numbers={name: said(name) for name in _NUMBERS if name in known},
        words=tuple(dict.fromkeys(word for word in fold(text).split() if len(word) >= _FEWEST_LETTERS)),
        days=_days(text),
        phones=frozenset("".join(found) for found in _PHONE.findall(text)),
        printed=_page_number(text),
        shares=answer.document_kinds,
        references=frozenset(one for code in page.codes for one in reference.find_all(code)),
    )


def _days(text: str) -> frozenset[Day]:
    """Return the dates of a text as month, day and year of the century."""
    numeric = ((int(m), int(d), int(y) % 100) for m, d, y in _DATE.findall(text))
    written = ((_MONTHS.index(m[:3].lower()) + 1, int(d), int(y) % 100) for m, d, y in _WRITTEN.findall(text))
    return frozenset((*numeric, *written))


def _page_number(text: str) -> tuple[int, int] | None:
    # The fax machine's own count goes on through a batch: what the page itself prints is better.
    match = _NUMBERED.search(text)
    if match and 1 <= int(match[1]) <= int(match[2]) > 1:
        return int(match[1]), int(match[2])
    return None


def divided(pages: Sequence[Facts]) -> list[Document]:
    """Return the likeliest documents, in order."""
    # For each followed beginning of the current document: its log probability, and all documents up to here.
    ways: list[tuple[float, list[Document]]] = []
    everybody = people(pages)
    for page in pages:
        if not ways:
            ways = [(0.0, [Document([page])])]
            continue
        begun: list[tuple[float, list[Document]]] = []
        continued: list[tuple[float, list[Document]]] = []
        for total, documents in ways:
            likely = begins(page, documents[-1], everybody)
            begun.append((total + math.log(likely), [*documents, Document([page])]))
            continued.append((total + math.log(1 - likely), [*documents[:-1], documents[-1].with_page(page)]))
        # What comes next depends on the current document only: of all ways to begin it here, the best is enough.
        ways = sorted([max(begun, key=_total), *continued], key=_total)[-_FOLLOWED:]
    return max(ways, key=_total)[1] if ways else []


def _total(way: tuple[float, list[Document]]) -> float:
    return way[0]


def begins(page: Facts, document: Document, everybody: Sequence[Facts]) -> float:
    """Return the probability that a page begins another document than the one before it."""
    mine = {one for other in document.pages for one in other.references}
    if page.references and mine:
        return packets.MOST if not page.references & mine else 1 - packets.MOST
    return packets.share(packets.shipped().splitting, evidence(page, document, everybody))


def evidence(page: Facts, document: Document, everybody: Sequence[Facts]) -> tuple[float, ...]:
    """Return what speaks for and against a new document, as EVIDENCE names it; `everybody`: one page of each name."""
    found = {
        "always": 1.0,
        **_name(page, document),
        **_birth(page, document),
        **_number(page, document),
        **_paper(page, document),
        **_kind(page, document),
        "stranger": _stranger(page, document, everybody),
    }
    found["strange_referral"] = found.get("second_referral", 0.0) * found.get("name_not_in_words", 0.0)
    return tuple(found.get(name, 0.0) for name in EVIDENCE)


def people(pages: Sequence[Facts]) -> list[Facts]:
    """Return one page of each name that is told in full."""
    return list({(one.family, one.given): one for one in pages if one.family and one.given}.values())


def _name(page: Facts, document: Document) -> dict[str, float]:
    named = [one for one in document.pages if one.named]
    if page.named and named:
        alike, other = max(((likeness(page, one), one) for one in named), key=lambda pair: pair[0])
        weight = math.sqrt(page.sure * other.sure)
        if alike >= _SAME_NAME:
            return {"same_name": weight}
        found = {"other_name" if alike < _OTHER_NAME else "doubtful_name": weight}
        return found | {"name_in_words": float(mentions(page, other) or mentions(other, page))}
    if page.named:
        told = any(mentions(one, page) for one in document.pages)
        return {"document_unnamed": 1.0, "name_in_words": float(told), "name_not_in_words": float(not told)}
    if named:
        told = any(mentions(page, one) for one in named)
        return {"page_unnamed": 1.0, "name_in_words": float(told), "name_not_in_words": float(not told)}
    return {"page_unnamed": 1.0, "document_unnamed": 1.0}


def likeness(a: Facts, b: Facts) -> float:
    """Return how alike two names are, 0 to 100; an initial, or a part of the name alone, is like any that fits."""
    if not (a.family and a.given and b.family and b.given):
        parts, others = (f"{one.given} {one.family}".split() for one in (a, b))
        return max(fuzz.ratio(part, other) for part in parts for other in others)
    family = fuzz.token_set_ratio(a.family, b.family)
    short, long = sorted((a.given, b.given), key=len)
    given = 100.0 if long.startswith(short) else fuzz.token_set_ratio(short, long)
    # Family and given name change places on some forms.
    both = fuzz.token_sort_ratio(f"{a.given} {a.family}", f"{b.given} {b.family}")
    return max((family + given) / 2, both if both >= _SAME_NAME else 0.0)


def mentions(page: Facts, who: Facts) -> bool:
    """Tell whether the words of a page hold the name of a person, misread letters allowed."""
    parts = [one for one in (*who.family.split(), *who.given.split()[:1]) if len(one) >= _FEWEST_LETTERS]
    return bool(parts) and all(_in_words(part, page.words) for part in parts)


@lru_cache(maxsize=65536)
def _in_words(part: str, words: tuple[str, ...]) -> bool:
    return process.extractOne(part, words, scorer=fuzz.ratio, score_cutoff=_SAME_WORD) is not None


def _stranger(page: Facts, document: Document, everybody: Sequence[Facts]) -> float:
    """Return 1 where the words of a page name somebody whom other pages are about, and not whom the document is."""
    mine = [one for one in document.pages if one.named]
    if not mine or any(mentions(page, one) for one in mine):
        return 0.0
    others = (one for one in everybody if all(likeness(one, known) < _OTHER_NAME for known in mine))
    return float(any(mentions(page, other) for other in others))


def _birth(page: Facts, document: Document) -> dict[str, float]:
    others = [one.birth_date for one in document.pages if one.birth_date]
    if page.birth_date and others:
        off = min(sum(a != b for a, b in zip(page.birth_date, other, strict=False)) for other in others)
        # One digit that differs may be misread.
        return {"same_birth" if off == 0 else "near_birth" if off == 1 else "other_birth": 1.0}
    told = any(_day(one) in page.days for one in others)
    told = told or any(_day(page.birth_date) in one.days for one in document.pages)
    return {"birth_in_words": float(told)}


def _day(iso: str) -> Day | None:
    parts = iso.split("-")
    return (int(parts[1]), int(parts[2]), int(parts[0]) % 100) if len(parts) == len(("y", "m", "d")) else None


def _number(page: Facts, document: Document) -> dict[str, float]:
    same = other = 0
    for name, value in page.numbers.items():
        theirs = {one.numbers[name] for one in document.pages if name in one.numbers}
        same += value in theirs
        other += bool(theirs) and all(fuzz.ratio(value, one) < _SAME_NAME for one in theirs)
    found = {"same_number": float(bool(same)), "other_number": min(other, 2) / 2 if not same else 0.0}
    phones = {one for other_page in document.pages for one in other_page.phones}
    if page.phones and phones:
        found["same_phones" if page.phones & phones else "other_phones"] = 1.0
    return found


def _paper(page: Facts, document: Document) -> dict[str, float]:
    found = {"cover": float(page.kind == _COVER)}
    found["after_cover"] = float(all(one.kind == _COVER for one in document.pages))
    last = document.pages[-1].printed
    if page.printed:
        number, total = page.printed
        follows = last is not None and last == (number - 1, total)
        found["first_number" if number == 1 else "next_number" if follows else "later_number"] = 1.0
    return found


def _kind(page: Facts, document: Document) -> dict[str, float]:
    alien = page.shares.get("junk", 0.0)
    bodies = [one for one in document.pages if one.kind != _COVER]
    if not bodies:
        return {"junk": alien}
    referral = max(one.shares["referral"] for one in bodies)
    mine = page.shares["referral"] if page.kind != _COVER else 0.0
    return {
        "junk": alien,
        "after_junk": max(one.shares.get("junk", 0.0) for one in bodies),
        "second_referral": mine * referral,
        "referral_after_other": mine * (1 - referral),
        "other_kind": float(page.likeliest != bodies[-1].likeliest) * (1 - referral),
    }


def _without_batch_cover(documents: list[Document]) -> list[Document]:
    """Return the documents without a cover that stands before several patients and names none of them."""
    first, others = documents[:1], documents[1:]
    if not others or not first[0].begins_with_cover or any(one.begins_with_cover for one in others):
        return documents
    cover, *rest = first[0].pages
    own = cover.named or any(mentions(cover, page) for page in rest if page.named)
    own = own or (cover.printed is not None and any(page.printed and page.printed[0] > 1 for page in rest))
    several = any(page.named for one in others for page in one.pages)
    return [Document(rest), *others] if rest and several and not own else documents
