"""The tables behind the specialty: what diagnosis codes, wordings and services speak for, and the names."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TypeAlias

from homing.routing.wording import Phrase, Vocabulary, words

_LETTER_READ_AS = str.maketrans("012568", "OIZSGB")
_DIGIT_READ_AS = str.maketrans("OQDILZSGBT", "0001125687")
_CODE = re.compile(r"[A-Z][0-9][0-9AB][0-9A-Z]{0,4}")

# A word of a description says less than a phrase that offices use.
_TERM_WEIGHT = 0.45

#: Shares of one by a specialty's key.
Leaning: TypeAlias = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Specialty:
    """A NUCC classification or specialization; `family` names the wider specialties it belongs to, by key."""

    key: str
    name: str
    code: str
    family: tuple[str, ...]
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A range of ICD-10-CM codes without dots, and the share of its patients each specialty sees."""

    first: str
    last: str
    weight: float
    leaning: Leaning


@dataclass(frozen=True, slots=True)
class Wording:
    """Phrases that mean much the same for routing."""

    phrases: tuple[Phrase, ...]
    weight: float
    leaning: Leaning


def canonical(code: str) -> str:
    """Return an ICD-10-CM code without dot, letters and digits that OCR exchanged put right, or "" if it is none."""
    parts = re.findall(r"[A-Z0-9]+", code.upper())
    plain = "".join(parts)
    # A dot after the second or fourth letter: one was lost or added before it, and nobody knows which.
    if len(plain) < 3 or (len(parts) > 1 and len(parts[0]) != 3):
        return ""
    head = plain[0].translate(_LETTER_READ_AS) + plain[1].translate(_DIGIT_READ_AS)
    third = plain[2] if plain[2] in "AB" else plain[2].translate(_DIGIT_READ_AS)
    tail = plain[3:6].translate(str.maketrans("OIL", "011")) + plain[6:8]
    return head + third + tail if _CODE.fullmatch(head + third + tail) else ""


def dotted(code: str) -> str:
    """Return a canonical code as it is printed: E11.65."""
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 else code


def block_of(code: str) -> Block | None:
    """Return the narrowest block that holds a canonical code, or None."""
    holding = [block for block in blocks() if block.first <= code[: len(block.first)] and _not_after(code, block)]
    return max(holding, key=lambda block: (len(block.first), int(block.first, 36) - int(block.last, 36)), default=None)


def _not_after(code: str, block: Block) -> bool:
    return code[: len(block.last)] <= block.last


@cache
def specialties() -> dict[str, Specialty]:
    """Return the specialties by key."""
    return {
        row["key"]: Specialty(
            row["key"],
            row["name"],
            row["code"],
            tuple(row["family"].split()),
            (words(row["name"]), *(words(alias) for alias in row["aliases"].split("|"))),
        )
        for row in _rows("specialties.csv")
    }


@cache
def blocks() -> tuple[Block, ...]:
    """Return the blocks of diagnosis codes."""
    return tuple(
        Block(
            row["first"].replace(".", ""),
            row["last"].replace(".", ""),
            float(row["weight"]),
            _leaning(row["specialties"]),
        )
        for row in _rows("diagnoses.csv")
    )


@cache
def keywords() -> tuple[Wording, ...]:
    """Return how offices write diagnoses and complaints."""
    return _wordings("keywords.csv")


@cache
def services() -> tuple[Wording, ...]:
    """Return services that are some specialty's by their nature."""
    return _wordings("services.csv")


@cache
def vocabulary() -> Vocabulary:
    """Return the words of all tables."""
    phrases = [phrase for wording in (*keywords(), *services()) for phrase in wording.phrases]
    known = {word for phrase in phrases for word in phrase.vocabulary}
    known |= {word for one in specialties().values() for alias in one.aliases for word in alias.split()}
    others = {word for term in terms() for word in term.split()} | _everyday()
    return Vocabulary(known, {stem for phrase in phrases for stem in phrase.stems}, others)


@cache
def terms() -> Mapping[str, Wording]:
    """Return words and pairs of words of the ICD-10-CM's descriptions and what their codes speak for."""
    return {row["term"]: Wording((), _TERM_WEIGHT, _leaning(row["specialties"])) for row in _rows("terms.csv")}


@cache
def confidence() -> tuple[tuple[float, float], ...]:
    """Return pairs of the winner's share of the belief and how often it was right, both rising."""
    return tuple((float(row["share"]), float(row["confidence"])) for row in _rows("confidence.csv"))


@cache
def unrepaired() -> Vocabulary:
    """Return a vocabulary that repairs nothing."""
    return Vocabulary((), (), ())


def _everyday() -> set[str]:
    """Return words that are right as they stand, though some are a letter away from words of the tables."""
    return set(_read("everyday.txt").split()) | {row["word"] for row in _rows("words.csv")}


def _wordings(name: str) -> tuple[Wording, ...]:
    return tuple(
        Wording(
            tuple(Phrase(written) for written in row["phrases"].split("|")),
            float(row["weight"]),
            _leaning(row["specialties"]),
        )
        for row in _rows(name)
    )


def _leaning(written: str) -> Leaning:
    """Return "uro 90 neph 8" as shares of one."""
    parts = written.split()
    return {key: int(share) / 100 for key, share in zip(parts[::2], parts[1::2], strict=True)}


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(_read(name).splitlines()))


def _read(name: str) -> str:
    return (files("homing.routing") / "data" / name).read_text(encoding="utf-8")
