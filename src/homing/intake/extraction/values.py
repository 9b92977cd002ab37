"""From the words of a run to the value they state: repaired where engines usually err, or nothing; never invented."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Final

from homing.intake.extraction import validators
from homing.kit import names

Normalise = Callable[[str], str | None]

_DIGIT_FOR: Final = str.maketrans("OoQDIl|!iZzSs$BbgqG", "0000111112255588996")
_EDGES: Final = " \n\t:;,.-_|[](){}*•~=<>\"'\u201c\u201d\u2018\u2019"
#: Words that tell a sex; titles do so where nothing else does.
_SEX_WORDS: Final = {
    "female": "f female woman girl lady fem femenino mujer mrs ms miss sra srta",
    "male": "m male man boy gentleman masc masculino hombre mr sr",
    "other": "x u other nonbinary unspecified",
}
_SEXES: Final = {word: value for value, words in _SEX_WORDS.items() for word in words.split()}
#: Tick boxes: empty, ticked, unknown.
_BOXES: Final = frozenset("\u2610\u2612\u25a3")
_LONGEST_NAME: Final = 40
_FEWEST_OF_ID, _MOST_OF_ID, _SHORT_ID = 3, 24, 4
#: The eleven places of a Medicare number; 9 marks those of digits.
_MBI_DIGITS: Final = "9A*9A*9AA99"
_MBI: Final = re.compile(r"\d[A-Z][A-Z0-9]\d[A-Z][A-Z0-9]\d[A-Z]{2}\d{2}")


def plain(text: str) -> str | None:
    """Return the text on one line without the marks around it, where it has at least two letters."""
    value = " ".join(text.split()).strip(_EDGES)
    if value.count("(") > value.count(")"):
        value += ")"
    return value if len(re.findall(r"[^\W\d_]", value)) > 1 else None


def name_part(text: str) -> str | None:
    """Return a family or given name, in the usual capitals where the page has only capitals or none."""
    words = [word.strip(_EDGES) for word in text.split()]
    words = [word for word in words if re.search(r"[^\W\d_]", word) and word.lower() not in {"dr", "mr", "mrs", "ms"}]
    value = " ".join(words)
    if not value or len(value) > _LONGEST_NAME or sum(letter.isdigit() for letter in value) > 1:
        return None
    plain_case = value.isupper() or value.islower() or re.fullmatch(r"Ma?c[A-Z]+", value)
    return _capitals(value) if plain_case else value


def _capitals(value: str) -> str:
    written = re.sub(r"[^\W\d_]+", lambda match: match[0].capitalize(), value)
    written = re.sub(r"(?<=['\u2019])S\b", "s", written)
    return re.sub(r"\bMc([a-z])", lambda match: f"Mc{match[1].upper()}", written)


def whole_name(text: str) -> str | None:
    """Return given and family name of a clinician, without title and credentials."""
    name = names.parse_person(re.sub(r"[^\w\s,.'\u2019-]", " ", text))
    if name is None:
        return None
    return name_part(" ".join(filter(None, (name.given, name.middle, name.family))))


def sex(text: str) -> str | None:
    """Return male, female or other; a title tells it too."""
    for word in re.findall(r"[a-z]+", _ticked(text).lower().replace("non-binary", "nonbinary")):
        if found := _SEXES.get(word):
            return found
    return None


def _ticked(text: str) -> str:
    """Return the options whose boxes are ticked, where a run begins with a box or ends with one; else the text."""
    text = text.strip()
    if text[:1] in _BOXES:
        return " ".join(re.findall(r"\u2612([^\u2610\u2612\u25a3]*)", text))
    if text[-1:] in _BOXES and "\u2612" in text:
        return " ".join(re.findall(r"([^\u2610\u2612\u25a3]*)\u2612", text))
    return text


def state(text: str) -> str | None:
    """Return the two letters of a state."""
    value = " ".join(re.findall(r"[A-Za-z]+", text))
    return value.upper() if value.upper() in validators.STATES else _states().get(value.lower())


@cache
def _states() -> dict[str, str]:
    table = files("homing.intake.extraction") / "data" / "states.csv"
    return {row["name"]: row["code"] for row in csv.DictReader(table.read_text(encoding="utf-8").splitlines())}


def zip_code(text: str) -> str | None:
    """Return five digits."""
    match = re.search(r"(?<!\d)\d{5}(?!\d)", _digits(text)) or re.search(r"(?<!\d)\d{5}(?=\d{4}(?!\d))", _digits(text))
    return match[0] if match else None


def identifier(text: str) -> str | None:
    """Return an identifier in capitals, without the marks and label around it."""
    value = re.sub(r"^(?:[A-Za-z. ]{2,}[#:]|#|no\.?\s|ID(?=\d{6}))\s*", "", text.strip(), flags=re.IGNORECASE)
    value = " ".join(value.split()).strip(_EDGES.replace("/", "") + "#").upper()
    # What engines make of E, and of 7 between or behind digits.
    value = re.sub(r"(?<=[A-Z0-9])/(?=\d|$)", "7", value.replace("\u00a3", "E"))
    letters = re.sub(r"[^A-Z0-9]", "", value)
    fits = _FEWEST_OF_ID <= len(letters) <= _MOST_OF_ID and re.search(r"\d", letters)
    return value if fits and not re.search(r"[A-Z]{7}|^(?:GRP|GROUP|RX|BIN|PCN)", letters) else None


def member_id(text: str) -> str | None:
    """Return a member's identifier; a Medicare one (CMS, MBI format) with digits where it has only digits."""
    value = identifier(text)
    letters = re.sub(r"[^A-Z0-9]", "", value or "")
    if len(letters) == len(_MBI_DIGITS):
        medicare = "".join(
            one.translate(_DIGIT_FOR) if digit == "9" else one for one, digit in zip(letters, _MBI_DIGITS, strict=True)
        )
        if _MBI.fullmatch(medicare):
            return medicare
    return value if value and len(value) > _SHORT_ID else None


def authorization(text: str) -> str | None:
    """Return the number of an authorization."""
    value = identifier(text)
    return value if value and len(value) > _SHORT_ID else None


def payer(text: str) -> str | None:
    """Return the name of an insurance, without what stands before it."""
    value = plain(
        re.sub(
            r"^\W*(?:1ry|2ry|1|2|prim(?:ary)?|sec(?:ondary)?|ins(?:urance)?)\s*:\s*",
            "",
            text.strip(),
            flags=re.IGNORECASE,
        )
    )
    return (
        None if value is None or value.lower() in {"plan", "insurance", "payer", "none", "n/a", "yes", "no"} else value
    )


def _digits(text: str) -> str:
    """Return the text with letters that stand for digits as digits, in words that are mostly digits."""
    words = re.split(r"(\s+)", text)
    return "".join(
        word.translate(_DIGIT_FOR) if sum(letter.isdigit() for letter in word) * 2 > len(word.strip(_EDGES)) else word
        for word in words
    )


def _found(finder: validators.Finder) -> Normalise:
    def normalise(text: str) -> str | None:
        for written in (text, _digits(text), re.sub(r"\s*([/.-])\s*", r"\1", _digits(text))):
            if found := finder(written):
                return found.value
        return None

    return normalise


def _date(finder: validators.Finder) -> Normalise:
    usual = _found(finder)

    def normalise(text: str) -> str | None:
        text = re.sub(r"^(?:DOB|BD|Date|Born)\W*(?=\d)", "", text.strip(), flags=re.IGNORECASE)
        # Dots read as commas, and spaces inside.
        for written in (text, re.sub(r"(?<=\d),(?=\d)", ".", text), re.sub(r"\s", "", text)):
            if value := usual(written):
                return value
        match = re.search(r"(?<!\d)(\d{2})\s?(\d{2})\s?(\d{4})(?!\d)", _digits(text))
        return usual(f"{match[1]}/{match[2]}/{match[3]}") if match else None

    return normalise


def phone(text: str) -> str | None:
    """Return ten digits."""
    value = _found(validators.find_phone)(text)
    if value is None:
        digits = re.sub(r"\D", "", _digits(re.sub(r"(?i)\s*(?:x|ext\.?)\s*\d+$", "", text)))
        digits = digits.removeprefix("1") if len(digits) == 11 else digits
        value = digits if len(digits) == 10 and digits[0] in "23456789" else None
    return value


def npi(text: str) -> str | None:
    """Return an NPI whose check digit is right."""
    value = _found(validators.find_npi)(text)
    if value is None:
        digits = re.sub(r"\D", "", _digits(text))
        found = validators.find_npi(digits)
        value = found.value if found else None
    return value


def priority(text: str) -> str | None:
    """Return routine, urgent, asap or stat."""
    text = re.sub(r"\bno(?:t|n)?[\s-]+urgente?\b", "routine", _ticked(text), flags=re.IGNORECASE)
    found = validators.find_priority(text)
    if found:
        return found.value
    words = text.lower()
    meanings = (
        (r"emerg|immediat|same[- ]day|\bstat\b", "stat"),
        (r"convenience|no rush", "routine"),
        (r"soon|next available|this week|a\.s\.a\.p|first available|earliest", "asap"),
        (r"urg|expedit|priority|48|72|24 h|rush|prompt", "urgent"),
        (r"routin|elective|standard|normal|regular|30 days", "routine"),
    )
    return next((value for pattern, value in meanings if re.search(pattern, words)), None)


NORMALISERS: Final[dict[str, Normalise]] = {
    "patient.family": name_part,
    "patient.given": name_part,
    "referrer.family": name_part,
    "referrer.given": name_part,
    "requested.provider": whole_name,
    "patient.birth_date": _date(validators.find_birth_date),
    "referral.date": _date(validators.find_date),
    "patient.sex": sex,
    "patient.phone": phone,
    "referrer.phone": phone,
    "referrer.fax": phone,
    "referrer.npi": npi,
    "patient.address.line": plain,
    "patient.address.city": name_part,
    "patient.address.state": state,
    "patient.address.zip": zip_code,
    "patient.mrn": identifier,
    "coverage.member_id": member_id,
    "authorization.number": authorization,
    "coverage.payer": payer,
    "referrer.organization": plain,
    "requested.specialty": plain,
    "requested.service": plain,
    "reason": plain,
    "priority": priority,
}


def dotted_codes(text: str) -> list[str]:
    """Return the ICD-10-CM codes of a text that have a dot: nothing else looks like them."""
    return [one.value for one in validators.find_codes(text)]


def codes(text: str) -> list[str]:
    """Return every ICD-10-CM code of a run, with its dot."""
    # A dot that was read as a comma, or with a space behind it; a comma and a space part two codes.
    text = re.sub(
        r"(?<![A-Za-z0-9])([A-TV-Z]\d[0-9A-Z])\s?(?:\.\s?|[,:])(?=\d[0-9A-Z]{0,3}(?![\w/]|\.\d))", r"\1.", text
    )
    found = [one.value for one in validators.find_codes(text, bare=True)]
    if not found:
        # Some offices leave the dot out: M5416.
        dotless = re.finditer(r"(?<![A-Za-z0-9])([A-TV-Z]\d[0-9AB])([0-9A-Z]{1,4})(?![A-Za-z0-9])", text)
        found += [f"{match[1]}.{match[2]}" for match in dotless]
    return found
