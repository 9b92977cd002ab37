"""Shapes that values must have. They repair what an engine usually confuses, or find nothing; they never invent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from homing.kit import clock, dates, names, npi, phones

_DATE = re.compile(
    r"\b\d{4}-\d{1,2}-\d{1,2}\b|\b\d{1,2}\s?[/.\-]\s?\d{1,2}\s?[/.\-]\s?(?:\d{4}|\d{2})\b"
    r"|\b[A-Za-z]{3,9}\.?\s\d{1,2}(?:st|nd|rd|th)?\s?,?\s\d{4}\b"
    r"|\b\d{1,2}(?:st|nd|rd|th)?[\s-][A-Za-z]{3,9}\.?,?[\s-]\d{4}\b"
)
_PHONE = re.compile(r"(?<![\w.])(?:\+?1[\s.-]?)?[(\[{]?\s?[2-9]\d{2}\s?[)\]}]?[\s./-]{0,3}\d{3}[\s.-]{0,3}\d{4}(?!\d)")
_NPI = re.compile(r"(?<![\w-])[12Il|][\dOolI|SB]{9}(?![\w])")
_ICD = re.compile(r"(?<![\w.-])([A-TV-Z])([0-9OIl])([0-9ABOIl])(?:\s?\.([0-9OIl][0-9A-ZIl]{0,3}))?(?![A-Za-z0-9])")
# Where a diagnosis is announced, a number of this shape is a code whose letter was misread: I as 1, E as £.
_ICD_HEAD = re.compile(r"(?<![\w.-])([1l|£])(?=\d[\dOIl]\.[\dOIl][0-9A-Z]{0,3}(?!\w))")
_ICD_HEADS = str.maketrans("1l|£", "IIIE")
_IDENTIFIER = re.compile(r"(?<![\w-])(?=[\w-]*\d[\w-]*\d)[A-Za-z0-9][A-Za-z0-9-]{3,19}(?![\w-])")
_ZIP = re.compile(r"\b(\d{5})(?:-\d{4})?\b")
_CITY_STATE_ZIP = re.compile(
    r"(?:^|[,;]\s*|\n)([A-Z][A-Za-z.'\- ]{1,30}?),?\s+([A-Z][A-Za-z])\.?,?\s+(\d{5})(?:-\d{4})?\b"
)
_SEX = re.compile(r"\b(female|male|woman|man|girl|boy|nonbinary|non-binary|f|m)\b", re.IGNORECASE)
_SEXES = {"f": "female", "woman": "female", "girl": "female", "m": "male", "man": "male", "boy": "male"}
_DIGITS = str.maketrans("OoIl|SB", "0011158")
_LOOKALIKE = str.maketrans("OoIl", "0011")
_WORD_OF_NAME = re.compile(r"[^\W\d_](?:\.?|[\w'\u2019-]*[.]?),?")
# Words of labels, departments and firms: a "name" that holds one is something else.
_NOT_A_NAME = re.compile(
    r"\b(?:patient|referr\w*|provider|physician|clinic\w*|intake|new|reason|date|birth|phone|fax|address|insurance|center|"
    r"medical|medicine|department|office|associates|group|health\w*|hospital|practice|care|surgery|\w+ology|type|visit|"
    r"request\w*|signature|number|none|unknown|see|attached|specialist\w*|coordinator|team|services?|page|please|the|and|"
    r"with|for|of)\b",
    re.IGNORECASE,
)
_WORDS_OF_A_NAME, _WORDS_OF_A_PAYER, _WORDS_OF_A_CLINIC = 5, 7, 9
_OLDEST_YEARS = 120
_STATES = """
AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT
NE NV NH NJ NM NY NC ND OH OK OR PA PR RI SC SD TN TX UT VT VA VI WA WV WI WY GU
"""
STATES = frozenset(_STATES.split())


@dataclass(frozen=True, slots=True)
class Found:
    """A value, and the characters of the text it stands in."""

    value: str
    start: int
    end: int


Finder = Callable[[str], Found | None]


def _first(found: Iterator[Found]) -> Found | None:
    return next(found, None)


def find_date(text: str) -> Found | None:
    """Return the first date, ISO."""
    return _first(_dates(text))


def _dates(text: str) -> Iterator[Found]:
    for match in _DATE.finditer(text):
        value = dates.parse_us_date(match[0], pivot_year=clock.now().year)
        if value:
            yield Found(value.isoformat(), *match.span())


def find_birth_date(text: str) -> Found | None:
    """Return the first date on which a living person can be born."""
    today = clock.now().date()
    return _first(
        one
        for one in _dates(text)
        if _OLDEST_YEARS > today.year - int(one.value[:4]) >= 0 and date.fromisoformat(one.value) <= today
    )


def find_phone(text: str) -> Found | None:
    """Return the first telephone number, 10 digits."""
    return _first(Found(digits, *match.span()) for match in _PHONE.finditer(text) if (digits := phones.parse(match[0])))


def find_npi(text: str) -> Found | None:
    """Return the first NPI whose check digit is right."""
    candidates = ((match[0].translate(_DIGITS), match.span()) for match in _NPI.finditer(text))
    return _first(Found(value, *span) for value, span in candidates if npi.is_valid(value))


def find_codes(text: str, *, bare: bool = False) -> list[Found]:
    """Return every ICD-10-CM code with its dot; with `bare` also categories of three characters such as I10."""
    found = []
    if bare:
        text = _ICD_HEAD.sub(lambda match: match[1].translate(_ICD_HEADS), text)
    for match in _ICD.finditer(text):
        letter, second, third, tail = match.groups()
        if tail or bare:
            # Letters that look like digits are digits here: no category and no decimal has them.
            code = letter + (second + third).translate(_LOOKALIKE)
            found.append(Found(f"{code}.{tail.translate(_LOOKALIKE)}" if tail else code, *match.span()))
    return found


def find_identifier(text: str) -> Found | None:
    """Return the first run of 4 to 20 letters, digits, dashes, two digits at least, that is no date or telephone."""
    for match in _IDENTIFIER.finditer(text):
        if not find_date(match[0]) and not re.fullmatch(r"\d{3}-\d{3}-\d{4}", match[0]):
            return Found(match[0].upper(), *match.span())
    return None


def find_zip(text: str) -> Found | None:
    """Return the first ZIP code, 5 digits."""
    return _first(Found(match[1], *match.span()) for match in _ZIP.finditer(text))


def find_state(text: str) -> Found | None:
    """Return the first state, two letters."""
    words = re.finditer(r"\b[A-Za-z]{2}\b", text)
    return _first(Found(match[0].upper(), *match.span()) for match in words if match[0].upper() in STATES)


def find_city_state_zip(text: str) -> tuple[Found, Found, Found] | None:
    """Return city, state and ZIP code where they follow each other."""
    for match in _CITY_STATE_ZIP.finditer(text):
        if match[2].upper() in STATES:
            city = match[1].strip(" ,")
            return (
                Found(city, *match.span(1)),
                Found(match[2].upper(), *match.span(2)),
                Found(match[3], *match.span(3)),
            )
    return None


def find_sex(text: str) -> Found | None:
    """Return male, female or other."""
    match = _SEX.search(text)
    if not match:
        return None
    word = match[1].lower()
    return Found(_SEXES.get(word, word if word in {"male", "female"} else "other"), *match.span())


def find_priority(text: str) -> Found | None:
    """Return routine, urgent, asap or stat, where the text says exactly one of them."""
    found = {}
    for value, pattern in _PRIORITIES.items():
        if match := pattern.search(text):
            found[value] = Found(value, *match.span())
    if "routine" in found and "urgent" in found and re.search(r"non[- ]?urgent", text, re.IGNORECASE):
        del found["urgent"]
    return next(iter(found.values())) if len(found) == 1 else None


_PRIORITIES = {
    "stat": re.compile(r"\b(stat|emergent|emergency|immediate)\b", re.IGNORECASE),
    "asap": re.compile(r"\b(asap|as soon as possible)\b", re.IGNORECASE),
    "urgent": re.compile(r"\b(urgent|urgently|expedited)\b", re.IGNORECASE),
    "routine": re.compile(r"\b(routine|elective|standard|non[- ]?urgent|normal)\b", re.IGNORECASE),
}


def find_text(text: str) -> Found | None:
    """Return the text without the marks around it, where it has at least two letters; lines joined by a space."""
    value = text.strip(" \n:;,.-_|[](){}*•").strip()
    start = text.find(value)
    enough = len(re.findall(r"[^\W\d_]", value)) > 1
    return Found(value.replace("\n", " "), start, start + len(value)) if enough else None


def find_organization(text: str) -> Found | None:
    """Return the text where it is short and plain enough to name a clinic."""
    found = find_text(text.split("\n", 1)[0])
    plain = found and len(found.value.split()) <= _WORDS_OF_A_CLINIC and not re.search(r"\d{3}|[():]", found.value)
    return found if plain else None


def find_payer(text: str) -> Found | None:
    """Return the text where it is short enough to name a company or plan."""
    found = find_text(text)
    return found if found and len(found.value.split()) <= _WORDS_OF_A_PAYER else None


def find_person(text: str) -> Found | None:
    """Return the leading words that form a name, 2 to 5 of them on one line."""
    start = len(text) - len(text.lstrip(" :;,.-_|"))
    end, count = start, 0
    for match in re.finditer(r"\S+", text[start:].split("\n", 1)[0]):
        if count == _WORDS_OF_A_NAME or not _WORD_OF_NAME.fullmatch(match[0]):
            break
        end, count = start + match.end(), count + 1
    value = text[start:end].strip(" ,;")
    if count < 2 or _NOT_A_NAME.search(value) or not names.parse_person(value):
        return None
    return Found(value, start, start + len(value))


#: The shape of each field that has one; other fields are free text.
FINDERS: dict[str, Finder] = {
    "patient.birth_date": find_birth_date,
    "referral.date": find_date,
    "patient.sex": find_sex,
    "patient.phone": find_phone,
    "referrer.phone": find_phone,
    "referrer.fax": find_phone,
    "referrer.npi": find_npi,
    "referrer.organization": find_organization,
    "patient.mrn": find_identifier,
    "coverage.payer": find_payer,
    "coverage.member_id": find_identifier,
    "authorization.number": find_identifier,
    "patient.address.state": find_state,
    "patient.address.zip": find_zip,
    "priority": find_priority,
    "requested.provider": find_person,
}
