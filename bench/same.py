"""Whether a value that was read is the one that the document states, as a reader of it would say."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

from rapidfuzz import fuzz

from homing.kit.dates import parse_us_date
from homing.routing import specialty

Value = str | Sequence[str]
_ALIKE: Final = 90.0
_PIVOT: Final = 2026
_TITLES: Final = frozenset({"dr", "mr", "mrs", "ms", "miss"})
_SUFFIXES: Final = _TITLES | frozenset(
    ["jr", "sr", "ii", "iii", "iv", "md", "do", "np", "pa", "pac", "fnp", "fnpc", "aprn", "dnp", "mx", "phd", "rn", "c"]
)
_COMPANIES: Final = frozenset(["llc", "pllc", "pc", "p", "c", "inc", "corp", "corporation", "llp", "pa", "ltd", "the"])
_STREETS: Final = {
    "street": "st",
    "avenue": "ave",
    "road": "rd",
    "boulevard": "blvd",
    "drive": "dr",
    "lane": "ln",
    "court": "ct",
    "apartment": "apt",
    "unit": "apt",
    "lot": "apt",
    "suite": "ste",
    "highway": "hwy",
    "parkway": "pkwy",
    "north": "n",
    "south": "s",
    "east": "e",
    "west": "w",
    "post": "po",
}
#: Names of one payer; the first that is found decides.
_PAYERS: Final = (
    *((word, word) for word in ("aetna", "cigna", "humana", "anthem", "tricare", "triwest", "molina", "ambetter")),
    *((word, word) for word in ("oscar", "kaiser")),
    ("uhc", r"united ?health|\buhc\b"),
    ("medicare", "^medicare"),
    ("bcbs", r"\bbcbs|blue cross"),
    ("va", "va ccn|optum"),
    ("masshealth", "masshealth|massachusetts medicaid"),
    ("wellcare", "well ?care"),
)
#: What says how urgent it is, the first that is found.
_PRIORITIES: Final = (
    ("routine", "non ?urgent"),
    ("stat", "stat|emergent|emergency|immediate"),
    ("asap", "asap|as soon as"),
    ("urgent", "urgent|expedited"),
    ("routine", "routine|elective|standard|normal"),
)


def same(field: str, stated: str, given: Value | None) -> bool:
    """Tell whether `given` is what the document states for a field of the contract; codes are compared elsewhere."""
    if not given:
        return False
    text = given if isinstance(given, str) else " ".join(given)
    return _RULES.get(field, _same_words)(stated, text)


def codes(value: Value) -> frozenset[str]:
    """Return diagnosis codes, letters and digits only."""
    parts = re.split(r"[,;\s]+", value) if isinstance(value, str) else value
    return frozenset(filter(None, (_letters_and_digits(part) for part in parts)))


def _words(text: str) -> str:
    plain = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain.lower().replace("'", "").replace("&", " and ")).split())


def _same_words(a: str, b: str) -> bool:
    return _words(a) == _words(b)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _letters_and_digits(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def _person(text: str) -> list[str]:
    """Return the words of a name without titles and suffixes."""
    parts = _words(text).split()
    while len(parts) > 1 and parts[-1] in _SUFFIXES:
        parts.pop()
    while len(parts) > 1 and parts[0] in _TITLES:
        parts.pop(0)
    return parts


def _family(a: str, b: str) -> bool:
    return "".join(_person(a)) == "".join(_person(b))


def _given(a: str, b: str) -> bool:
    mine, other = _person(a), _person(b)
    while len(other) > len(mine) and len(other[-1]) == 1:
        other.pop()
    middle = len(other) == len(mine) + 1 and other[: len(mine)] == mine
    return middle or "".join(mine) == "".join(other)


def _provider(a: str, b: str) -> bool:
    mine = _person(a)
    other = [one for one in _person(b) if one not in _SUFFIXES and len(one) > 1]
    alike = len(other) > 1 and fuzz.token_set_ratio(" ".join(mine), " ".join(other)) >= _ALIKE
    return alike or sorted(mine) == sorted(other)


def _date(text: str) -> date | str:
    if re.match(r"\d{4}-\d\d-\d\d", text):
        return date.fromisoformat(text[:10])
    return parse_us_date(text, pivot_year=_PIVOT) or text.lower()


def _phone(text: str) -> str:
    digits = _digits(text)
    return digits[1:] if len(digits) == 11 and digits[0] == "1" else digits


def _state(text: str) -> str:
    name = _words(text)
    return _state_names().get(name, name)


@cache
def _state_names() -> dict[str, str]:
    listed = (files("homing.intake.extraction") / "data" / "states.csv").read_text(encoding="utf-8")
    return {row["name"]: row["code"].lower() for row in csv.DictReader(listed.splitlines())}


def _city(text: str) -> str:
    return _words(text).replace("saint", "st").replace(" ", "")


def _payer(a: str, b: str) -> bool:
    mine, other = _words(a), _words(b)

    def known(text: str) -> str:
        return next((name for name, pattern in _PAYERS if re.search(pattern, text)), text)

    return known(mine) == known(other) or (len(other) >= 4 and fuzz.token_set_ratio(mine, other) >= _ALIKE)


def _specialty(a: str, b: str) -> bool:
    return (specialty.recognise(a) or _words(a)) == (specialty.recognise(b) or _words(b))


def _priority(a: str, b: str) -> bool:
    text = _words(b)
    found = next((name for name, pattern in _PRIORITIES if re.search(rf"\b(?:{pattern})\b", text)), text)
    return _words(a) == found


def _street(text: str) -> str:
    return " ".join(_STREETS.get(one, one) for one in _words(text).replace("p o box", "po box").split())


def _address(a: str, b: str) -> bool:
    mine, other = _street(a), _street(b)
    return _long(mine, other, 0.7, 1.6) and _digits(mine)[:3] == _digits(other)[:3]


def _organization(a: str, b: str) -> bool:
    mine, other = (" ".join(one for one in _words(text).split() if one not in _COMPANIES) for text in (a, b))
    return _long(mine, other, 0.6, 1.7)


def _long(a: str, b: str, shortest: float, longest: float) -> bool:
    """Tell whether two texts say the same in a comparable number of words."""
    if not a or not b:
        return False
    length = len(b.split()) / len(a.split())
    by_words = fuzz.token_set_ratio(a, b) >= _ALIKE and shortest <= length <= longest
    return by_words or a.replace(" ", "") == b.replace(" ", "") or fuzz.ratio(a, b) >= _ALIKE


def _by(key: Callable[[str], object]) -> Callable[[str, str], bool]:
    return lambda a, b: key(a) == key(b)


_RULES: Final[dict[str, Callable[[str, str], bool]]] = {
    **dict.fromkeys(("patient.family", "referrer.family"), _family),
    **dict.fromkeys(("patient.given", "referrer.given"), _given),
    **dict.fromkeys(("patient.birth_date", "referral.date"), _by(_date)),
    **dict.fromkeys(("patient.phone", "referrer.phone", "referrer.fax"), _by(_phone)),
    **dict.fromkeys(
        ("coverage.member_id", "patient.mrn", "authorization.number", "referrer.npi"), _by(_letters_and_digits)
    ),
    "patient.sex": _by(lambda text: _words(text)[:1]),
    "patient.address.zip": _by(lambda text: _digits(text)[:5]),
    "patient.address.state": _by(_state),
    "patient.address.city": _by(_city),
    "patient.address.line": _address,
    "coverage.payer": _payer,
    "referrer.organization": _organization,
    "requested.provider": _provider,
    "requested.service": lambda a, b: _long(_words(a), _words(b), 0.5, 2.5),
    "requested.specialty": _specialty,
    "reason": lambda a, b: _long(_words(a), _words(b), 0.5, 3.0),
    "priority": _priority,
}
