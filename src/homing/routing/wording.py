"""What a short clinical text says: words with their places, repaired after OCR, and whether they are denied or past."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, pairwise

_WORD = re.compile(r"[a-z0-9']+|&")
_BREAK = re.compile(r"[;\n]|\.(?=\s|$)|(?<=\s)but(?=\s)")
_EDGE_BEFORE, _EDGE_AFTER = r"(?<![a-z0-9])", r"(?![a-z0-9])"

_DENIED_LIST = re.compile(r"\b(?:denies|denied|denying|negative for|neg for|absence of|niega)\b")
_DENIED = re.compile(
    r"\b(?:no(?! (?:relief|improvement|response|prior|previous|change|success|benefit|recovery|longer|better))"
    r"|without|sin)\b"
)
_FAMILY = re.compile(r"\b(?:family history|family hx|fam hx|fhx|fh|historia familiar|antecedentes familiares)\b")
_RELATIVE = re.compile(
    r"\b(?:mother|father|brother|sister|aunt|uncle|grandmother|grandfather|parents?|madre|padre|herman[ao])\b"
)
_PAST_LIST = re.compile(r"\b(?:pmhx?|past medical(?: history)?|past history|comorbidities|antecedentes)\b")
_PAST = re.compile(r"(?<!month )(?<!week )(?<!year )(?<!day )(?<!yr )(?<!mo )(?<!wk )\b(?:h o|hx of|history of)\b")
_TRIED = re.compile(r"\b(?:failed|despite|after|s p|completed|tried|refractory to|finished|did)\b")
_NEAR = 3

# Letters that faxes and OCR take for each other fall together.
_LOOKALIKE = str.maketrans("0aec1itfj5h86u9qy", "oooo" + "lllll" + "s" + "bbb" + "n" + "ggg")
_SHORTEST_REPAIRED = 5
_MOST_REMEMBERED = 20_000
_ONE_EDIT_FROM, _TWO_EDITS_FROM = 6, 9


class Standing(StrEnum):
    """How a text means what it mentions."""

    PRESENT = "present"
    PAST = "past"
    FAMILY = "family"
    DENIED = "denied"
    TRIED = "tried"


@dataclass(frozen=True, slots=True)
class Mention:
    """A phrase in a text: the text as it stands there, its place in the clause and how it is meant."""

    text: str
    clause: int
    start: int
    end: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of text between full stops: repaired words joined by single spaces, with their places."""

    text: str
    starts: tuple[int, ...]
    places: tuple[tuple[int, int], ...]
    commas: tuple[int, ...]


def fold(text: str) -> str:
    """Return `text` in lower case without accents, letter for letter (same length)."""
    return "".join(_plain(char) for char in text)


def words(text: str) -> str:
    """Return the folded words of `text` with single spaces; `&` is "and", apostrophes vanish."""
    return " ".join(_spelled(found[0]) for found in _WORD.finditer(fold(text)) if _spelled(found[0]))


def _plain(char: str) -> str:
    if char in "\u2018\u2019":
        return "'"
    folded = unicodedata.normalize("NFKD", char)[:1].lower()
    return folded if len(folded) == 1 else " "


def _spelled(word: str) -> str:
    return "and" if word == "&" else word.replace("'", "")


class Phrase:
    """A phrase of the tables: `*` ends a word stem, `~` stands for up to three words between."""

    __slots__ = ("hint", "pattern", "stems", "vocabulary")

    def __init__(self, written: str) -> None:
        parts = [words(part.replace("*", "xstem")).replace("xstem", "*") for part in written.split("~")]
        tokens = [token for part in parts for token in part.split()]
        inside = [" ".join(re.escape(token).replace(r"\*", "[a-z0-9]*") for token in part.split()) for part in parts]
        self.pattern = re.compile(_EDGE_BEFORE + r" (?:[a-z0-9]+ ){0,3}".join(inside) + _EDGE_AFTER)
        self.hint = max((token.rstrip("*") for token in tokens), key=len)
        self.vocabulary = tuple(token for token in tokens if not token.endswith("*"))
        self.stems = tuple(token.rstrip("*") for token in tokens if token.endswith("*"))


class Vocabulary:
    """The words of the tables, by which misread words are repaired."""

    def __init__(self, known: Iterable[str], stems: Iterable[str], others: Iterable[str]) -> None:
        """`known` words and `stems` are what misread words may have been; `others` are right as they stand."""
        self._known = frozenset(known) | frozenset(stems)
        self._near: dict[str, set[str]] = defaultdict(set)
        for word in self._known:
            if len(word) >= _SHORTEST_REPAIRED and word.isalpha():
                for key in _keys(word):
                    self._near[key].add(word)
        self._known |= frozenset(others)
        self._remembered: dict[str, str] = {}

    def repair(self, word: str) -> str:
        """Return the word of the tables that `word` was most likely misread from, or `word` itself."""
        if len(word) < _SHORTEST_REPAIRED or word.isdigit() or word in self._known:
            return word
        if word not in self._remembered:
            if len(self._remembered) > _MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[word] = self._repaired(word)
        return self._remembered[word]

    def _repaired(self, word: str) -> str:
        candidates = {near for key in _keys(word) for near in self._near.get(key, ())}
        ranked = sorted((_distance(word, near), near) for near in candidates if abs(len(near) - len(word)) < 3)
        if ranked and self._only(ranked):
            return ranked[0][1]
        parted = (f"{word[:at]} {word[at:]}" for at in range(3, len(word) - 2))
        return next((two for two in parted if self._known.issuperset(two.split())), word)

    @staticmethod
    def _only(ranked: list[tuple[int, str]]) -> bool:
        # Two words of the tables that are equally near: none is chosen, unless they only differ in their ending.
        first = ranked[0]
        allowed = 2 if len(first[1]) >= _TWO_EDITS_FROM else 1
        rivals = [near for distance, near in ranked if distance == first[0]]
        return first[0] <= allowed + 1 and all(near[:5] == first[1][:5] for near in rivals)


def _keys(word: str) -> Iterator[str]:
    """Yield the keys under which look-alikes and words with a letter or two too many or too few meet."""
    yield "=" + _lookalike(word)
    if len(word) >= _ONE_EDIT_FROM:
        yield word
        yield from _without(word, 1)
    if len(word) >= _TWO_EDITS_FROM:
        yield from _without(word, 2)


def _without(word: str, letters: int) -> Iterator[str]:
    for places in combinations(range(len(word)), letters):
        yield "".join(char for place, char in enumerate(word) if place not in places)


def _lookalike(word: str) -> str:
    return word.replace("rn", "m").replace("vv", "w").replace("cl", "d").translate(_LOOKALIKE)


def _distance(one: str, other: str) -> int:
    """Return the edit distance with neighbours swapped as one edit; look-alikes as a whole count one."""
    if _lookalike(one) == _lookalike(other):
        return 1
    before, last = [0] * (len(other) + 1), list(range(len(other) + 1))
    for i, char in enumerate(one, 1):
        row = [i]
        for j, wanted in enumerate(other, 1):
            cost = min(row[-1] + 1, last[j] + 1, last[j - 1] + (char != wanted))
            if i > 1 and j > 1 and char == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


def clauses(text: str, vocabulary: Vocabulary) -> list[Clause]:
    """Return the clauses of `text` with words repaired by `vocabulary`."""
    folded = fold(text)
    edges = [0, *(found.end() for found in _BREAK.finditer(folded)), len(folded)]
    made = (_clause(folded, start, end, vocabulary) for start, end in pairwise(edges))
    return [clause for clause in made if clause.text]


def _clause(folded: str, start: int, end: int, vocabulary: Vocabulary) -> Clause:
    found = [one for one in _WORD.finditer(folded, start, end) if _spelled(one[0])]
    spelled = [vocabulary.repair(_spelled(one[0])) for one in found]
    starts, at = [], 0
    for word in spelled:
        starts.append(at)
        at += len(word) + 1
    commas = tuple(
        starts[index + 1]
        for index, (one, after) in enumerate(pairwise(found))
        if "," in folded[one.end() : after.start()]
    )
    return Clause(" ".join(spelled), tuple(starts), tuple((one.start(), one.end()) for one in found), commas)


def mention(text: str, clause: Clause, number: int, span: tuple[int, int]) -> Mention:
    """Return the mention at `span` of `clause`, in the words of the original `text`."""
    start, end = span
    covered = [place for at, place in zip(clause.starts, clause.places, strict=True) if start <= at < end]
    said = text[covered[0][0] : covered[-1][1]] if covered else clause.text[start:end]
    return Mention(" ".join(said.split()), number, start, end, _standing(clause, start))


def _standing(clause: Clause, start: int) -> Standing:
    before = clause.text[:start]
    same_list = clause.text[max((comma for comma in clause.commas if comma <= start), default=0) : start]
    if _DENIED_LIST.search(before) or _near(_DENIED, same_list):
        return Standing.DENIED
    if _FAMILY.search(before) or _RELATIVE.search(same_list):
        return Standing.FAMILY
    if _PAST_LIST.search(before) or _PAST.search(same_list):
        return Standing.PAST
    return Standing.TRIED if _near(_TRIED, same_list) else Standing.PRESENT


def _near(pattern: re.Pattern[str], before: str) -> bool:
    return any(len(before[found.end() :].split()) <= _NEAR for found in pattern.finditer(before))
