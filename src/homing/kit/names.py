"""Names of people."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_TITLES = frozenset({"dr", "mr", "mrs", "ms", "miss", "mx", "prof"})
_CREDENTIALS = frozenset(
    {"md", "do", "np", "pa", "pac", "fnp", "fnpc", "aprn", "dnp", "phd", "rn", "dpm", "od", "dds", "facc", "facs"}
)


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's name in parts; absent parts are empty strings."""

    family: str
    given: str = ""
    middle: str = ""
    suffix: str = ""


def fold(text: str) -> str:
    """Return `text` without accents, in lower case, letters and digits only, single spaces."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", re.sub("['\u2018\u2019]", "", plain.lower())).split())


def parse_person(text: str) -> PersonName | None:
    """Return the parts of `Family, Given Middle` or `Given Middle Family`, without titles and credentials, or None."""
    head, comma, tail = text.partition(",")
    if comma and not _is_credential(tail):
        family, given = _strip(head), _strip(tail)
        return _build(family, given) if family and given else None
    words = _strip(head)
    suffixes = [word for word in words if _key(word) in _SUFFIXES]
    words = [word for word in words if _key(word) not in _SUFFIXES]
    return _build([words[-1], *suffixes], words[:-1]) if len(words) > 1 else None


def _build(family: list[str], given: list[str]) -> PersonName | None:
    suffix = next((word.strip(".") for word in (*family, *given) if _key(word) in _SUFFIXES), "")
    family = [word for word in family if _key(word) not in _SUFFIXES]
    given = [word for word in given if _key(word) not in _SUFFIXES]
    if not family or not given:
        return None
    return PersonName(" ".join(family), given[0], " ".join(given[1:]), suffix)


def _key(word: str) -> str:
    return re.sub(r"[^a-z]", "", word.lower())


def _strip(text: str) -> list[str]:
    words = [word for word in re.split(r"[\s,]+", text) if _key(word)]
    while words and _key(words[0]) in _TITLES:
        words = words[1:]
    while words and _key(words[-1]) in _CREDENTIALS:
        words = words[:-1]
    return words


def _is_credential(text: str) -> bool:
    return all(_key(word) in _CREDENTIALS | _SUFFIXES for word in re.split(r"[\s,]+", text) if _key(word))
