"""Which specialty a patient needs: from diagnoses, reason and requested service and, weakly, the printed address."""

from __future__ import annotations

import itertools
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from homing.routing import tables
from homing.routing.tables import Leaning, Wording
from homing.routing.wording import Clause, Mention, Standing, Vocabulary, clauses, mention, words

_MOST_REASONS = 4
_LONGEST_SERVICE = 60

# How much a source says; the first code is the reason for the referral, later ones are mostly company.
_CODES = (1.0, 0.45, 0.3, 0.2)
_DIAGNOSIS, _REASON, _SERVICE, _COMPLAINT_AS_SERVICE = 0.8, 1.0, 1.5, 0.8
_BODY, _BODY_ALONE = 0.25, 0.9
_SHORTEST_IN_BODY = 4
# More mentions than this are a long text.
_MANY = 5
_ASKED_IN_REASON = 0.6
_ASKED_BY_NAME = 1.5
_STANDING = {
    Standing.PRESENT: 1.0,
    Standing.PAST: 0.25,
    Standing.FAMILY: 0.0,
    Standing.DENIED: 0.0,
    Standing.TRIED: 1.0,
}
_TRIED_TREATMENT = 0.1
_TREATMENTS = frozenset({"pt", "ot", "slp", "psychol", "diet"})

# A specialty that a piece of evidence does not list is not impossible; an even share is where evidence says nothing.
_UNLISTED, _EVEN = 0.004, 0.03
_RARE = -1.0
_CHILDREN_HERE, _CHILDREN_ELSE = -0.2, -1.6
_NARROW_BY_FAMILY = -1.5
_ADULT = 18
_SAYS_NOTHING = 0.5
# Narrow specialties that get referrals of their own and none of the wider one's.
_STANDING_ALONE = frozenset({"ep", "radonc", "mfm"})
# Odds by which the printed destination is right rather than any one other specialty.
_PRINTED = math.log(90)

_ASKED = re.compile(
    r"(?:(?:refer(?:ral|red|ring)?|consult(?:ation)?|appointment|appt|sent|send) (?:to|with) (?:an? |the )?"
    r"|(?:needs?|wants?|requests?|requesting|recommend) (?:to see )?(?:an? )?|please see )$"
)
_ASKED_AFTER = re.compile(
    r" (?:consult(?:ation)?|eval(?:uation)?|referral|refer|appt|appointment|opinion|input|work ?up)\b"
)
_SEEN = re.compile(r"(?:by|per|from|s p|after|cleared by|followed by|with) (?:an? |the |her |his |their )?$")
_REQUESTING = re.compile(
    r"\b(?:needs?|wants?|request(?:s|ed|ing)?|please|for|order(?:ed)?|schedule|consider|recommend(?:s|ed)?"
    r"|necesita|solicita|para)(?: [a-z0-9]+){0,2} $"
)
_TWO_WORDS, _ONE_WORD = re.compile(r"(?<![a-z0-9])(?=([a-z]+ [a-z]+))"), re.compile(r"([a-z]{4,})")
_GENERIC = re.compile(
    r"consult\w*|eval\w*|refer\w*|visit\w*|opinion|second|treat\w*|tx|manage\w*|mgmt|clinic|urgent|stat|asap|routine"
    r"|appointment|appt|initial|new|patient|office|follow|up|followup|specialist|specialty|physician|dr|services?|assess\w*"
    r"|outpatient|medical|care|department|dept|please|advise|to|and|for|the|an?|of|with|in|y|tratar|x?\d{1,2}"
)


@dataclass(frozen=True, slots=True)
class SpecialtyDecision:
    """A NUCC classification or specialization and its code ("" where nothing tells), 0 to 1, and what spoke for it.

    `printed` is the NUCC name of the printed destination ("" where it names none); `disagreement` says in words that
    the content speaks for another specialty than the printed one.
    """

    specialty: str
    code: str
    confidence: float
    because: tuple[str, ...] = ()
    disagreement: str = ""
    printed: str = ""


@dataclass(frozen=True, slots=True)
class _Evidence:
    leaning: Leaning
    weight: float
    because: str

    def speaks(self, key: str) -> float:
        share = self.leaning.get(key, 0.0)
        return self.weight * math.log((share + _UNLISTED) / (_EVEN + _UNLISTED))


@dataclass(frozen=True, slots=True)
class _Found:
    wording: Wording
    mention: Mention


def decide(
    codes: Sequence[str],
    reason: str = "",
    service: str = "",
    destination: str = "",
    *,
    diagnosis: str = "",
    body: str = "",
    age: int | None = None,
) -> SpecialtyDecision:
    """Return the specialty the content speaks for; the printed one where the content leaves it open.

    `codes` are ICD-10-CM codes, most important first (misread letters and lost dots are put right where possible);
    `diagnosis` is the diagnosis in words; `destination` is the specialty or department that is printed; `body` is the
    text of the whole document and counts little; `age` in years.
    """
    coded = list(_from_codes(codes))
    evidence = [*coded, *_from_diagnosis(diagnosis, coded), *_from_reason(reason)]
    evidence += _from_service(service)
    evidence += _from_body(body, _BODY if evidence else _BODY_ALONE)
    addressed = _recognised(destination)
    if not evidence and not addressed:
        return SpecialtyDecision("", "", 0.0)
    spoken = _scores(evidence, age)
    if not addressed and max(spoken.values()) < _SAYS_NOTHING:
        return SpecialtyDecision("", "", 0.0)
    best, confidence = _best(_with_address(spoken, addressed))
    return _decision(best, confidence, evidence, (addressed, destination), age)


def recognise(destination: str) -> str:
    """Return the NUCC name of a printed specialty, department or clinic, or "" where it names none."""
    key = _recognised(destination)
    return tables.specialties()[key].name if key else ""


def _decision(
    best: str, confidence: float, evidence: Sequence[_Evidence], address: tuple[str, str], age: int | None
) -> SpecialtyDecision:
    addressed, destination = address
    chosen = tables.specialties()[best]
    printed = tables.specialties()[addressed].name if addressed else ""
    because = _because(best, evidence)
    if addressed == best:
        because = (*because[: _MOST_REASONS - 1], f"addressed to: {' '.join(destination.split())}")
    if age is not None and age < _ADULT and f"peds{best}" in tables.specialties():
        because += (f"age {age}: a service for children",)
    return SpecialtyDecision(
        specialty=chosen.name,
        code=chosen.code,
        confidence=confidence,
        because=because,
        disagreement=f"addressed to {printed}, but the content says {chosen.name}"
        if addressed and addressed != best
        else "",
        printed=printed,
    )


def _because(best: str, evidence: Sequence[_Evidence]) -> tuple[str, ...]:
    ranked = sorted(evidence, key=lambda one: -one.speaks(best))
    speaking = [one.because for one in ranked if one.speaks(best) > 0]
    return tuple(dict.fromkeys(speaking or [one.because for one in ranked[:1]]))[:_MOST_REASONS]


def _scores(evidence: Sequence[_Evidence], age: int | None) -> dict[str, float]:
    known = tables.specialties()
    scores = {key: sum(one.speaks(key) for one in evidence) + _first_guess(key) for key in known}
    plain = dict(scores)
    child = age is not None and age < _ADULT
    for key, one in known.items():
        if one.family and key not in _STANDING_ALONE:
            lift = _NARROW_BY_FAMILY if not key.startswith("peds") else _CHILDREN_HERE if child else _CHILDREN_ELSE
            scores[key] = max(plain[key], max(plain[wider] for wider in one.family) + lift)
    return scores


def _first_guess(key: str) -> float:
    return _RARE if key in _rare() else 0.0


@cache
def _rare() -> frozenset[str]:
    seldom = {"ot", "slp", "geri", "pall", "omfs", "ir"}
    known = tables.specialties().items()
    return frozenset(key for key, one in known if key in seldom or (one.family and key not in _STANDING_ALONE))


def _with_address(scores: dict[str, float], addressed: str) -> dict[str, float]:
    return {key: score + (_PRINTED if key == addressed else 0.0) for key, score in scores.items()}


def _best(scores: dict[str, float]) -> tuple[str, float]:
    best = max(scores, key=lambda key: scores[key])
    top = scores[best]
    share = 1 / sum(math.exp(score - top) for score in scores.values())
    return best, round(_calibrated(share), 3)


def _calibrated(share: float) -> float:
    """Return how often a decision with this share was right on the development cases, in straight lines between."""
    knots = tables.confidence()
    for (low, from_), (high, to) in itertools.pairwise(knots):
        if share <= high:
            return from_ + (to - from_) * (share - low) / (high - low)
    return knots[-1][1]


def _from_codes(codes: Sequence[str]) -> Iterator[_Evidence]:
    canonical = dict.fromkeys(filter(None, (tables.canonical(code) for code in codes)))
    for index, code in enumerate(canonical):
        if block := tables.block_of(code):
            weight = _CODES[min(index, len(_CODES) - 1)]
            yield _Evidence(block.leaning, weight * block.weight, tables.dotted(code))


def _from_diagnosis(text: str, coded: Sequence[_Evidence]) -> list[_Evidence]:
    # Where there is a code, the diagnosis in words says the same again.
    return _from_wordings(text, tables.keywords(), _DIAGNOSIS if coded else 1.0)


def _from_reason(text: str) -> list[_Evidence]:
    complaints = _from_wordings(text, tables.keywords(), _REASON)
    return complaints + list(_asked_services(text)) + list(_asked_specialties(text))


def _from_service(text: str) -> list[_Evidence]:
    said = " ".join(text.split())
    shown = f"requested: {said}" if len(said) <= _LONGEST_SERVICE else ""
    asked = _from_wordings(text, tables.services(), _SERVICE, "requested: ", shown)
    named = _named_service(text)
    if named:
        asked.append(_Evidence({named: 0.97}, _ASKED_BY_NAME, shown or f"requested: {said[:_LONGEST_SERVICE]}"))
    return asked or _from_wordings(text, tables.keywords(), _COMPLAINT_AS_SERVICE, "requested: ")


def _from_body(text: str, weight: float) -> list[_Evidence]:
    # In a long text enough words are read right; repair and abbreviations would find something in any noise.
    found = _find(text, tables.keywords(), tables.unrepaired()) if text else []
    return _weighed([one for one in found if len(one.mention.text) >= _SHORTEST_IN_BODY], weight, "in the text: ")


def _from_wordings(
    text: str, wordings: Sequence[Wording], weight: float, prefix: str = "", shown: str = ""
) -> list[_Evidence]:
    return _weighed(_find(text, wordings, tables.vocabulary()), weight, prefix, shown)


def _weighed(found: Sequence[_Found], weight: float, prefix: str = "", shown: str = "") -> list[_Evidence]:
    counted = [(one, _counted(one) * one.wording.weight) for one in found]
    counted = [(one, amount) for one, amount in _strongest_of_each(counted) if amount]
    if len(counted) > _MANY:
        return [_mixed(counted, weight, prefix)]
    # Many words do not say many times as much as one.
    total = sum(amount / max(1.0, one.wording.weight) for one, amount in counted)
    damped = weight * min(1.0, (1 / total) ** 0.4) if total else 0.0
    return [
        _Evidence(one.wording.leaning, damped * amount, shown or prefix + one.mention.text) for one, amount in counted
    ]


def _mixed(counted: Sequence[tuple[_Found, float]], weight: float, prefix: str) -> _Evidence:
    """Return a long text as one piece of evidence: it mentions many things, and most of it is one matter."""
    total = sum(amount for _, amount in counted)
    mixture: dict[str, float] = defaultdict(float)
    for one, amount in counted:
        for key, share in one.wording.leaning.items():
            mixture[key] += share * amount / total
    best = max(mixture, key=lambda key: mixture[key])
    ranked = sorted(counted, key=lambda pair: -pair[0].wording.leaning.get(best, 0.0) * pair[1])
    said = ", ".join(dict.fromkeys(one.mention.text for one, _ in ranked[:_MOST_REASONS]))
    return _Evidence(mixture, weight * min(1.0, total), prefix + said)


def _strongest_of_each(counted: Iterable[tuple[_Found, float]]) -> list[tuple[_Found, float]]:
    """Return each row of the table once, as it stands strongest."""
    kept: dict[int, tuple[_Found, float]] = {}
    for one, amount in counted:
        if amount > kept.get(id(one.wording), (one, 0.0))[1]:
            kept[id(one.wording)] = (one, amount)
    return list(kept.values())


def _counted(one: _Found) -> float:
    main = max(one.wording.leaning, key=lambda key: one.wording.leaning[key])
    if one.mention.standing is Standing.TRIED and main in _TREATMENTS:
        return _TRIED_TREATMENT
    if one.mention.standing is Standing.FAMILY and main == "gen":
        return 1.0
    return _STANDING[one.mention.standing]


def _find(text: str, wordings: Sequence[Wording], vocabulary: Vocabulary) -> list[_Found]:
    """Return the phrases that `text` holds; where phrases overlap the longest one is meant."""
    found = []
    with_terms = wordings is tables.keywords()
    for number, clause in enumerate(clauses(text, vocabulary)):
        matched = [(one, match.span()) for one, match in _longest(clause, wordings)]
        matched += _terms_beside(clause, [span for _, span in matched]) if with_terms else []
        found += [_Found(one, mention(text, clause, number, span)) for one, span in matched]
    return found


def _terms_beside(clause: Clause, taken: Sequence[tuple[int, int]]) -> list[tuple[Wording, tuple[int, int]]]:
    """Return the words and pairs of words of diagnoses that no phrase has used."""
    known = tables.terms()
    found: list[tuple[Wording, tuple[int, int]]] = []
    used = list(taken)
    for pattern in (_TWO_WORDS, _ONE_WORD):
        for match in pattern.finditer(clause.text):
            start, end = match.span(1)
            one = known.get(match[1]) or known.get(match[1].removesuffix("s"))
            if one and all(end <= first or start >= last for first, last in used):
                found.append((one, (start, end)))
                used.append((start, end))
    return found


def _longest(clause: Clause, wordings: Sequence[Wording]) -> list[tuple[Wording, re.Match[str]]]:
    candidates = [
        (one, match)
        for one in wordings
        for phrase in one.phrases
        if phrase.hint in clause.text
        for match in phrase.pattern.finditer(clause.text)
    ]
    kept: list[tuple[Wording, re.Match[str]]] = []
    for one, match in sorted(candidates, key=lambda pair: pair[1].start() - pair[1].end()):
        if all(match.end() <= other.start() or match.start() >= other.end() for _, other in kept):
            kept.append((one, match))
    return sorted(kept, key=lambda pair: pair[1].start())


def _asked_services(text: str) -> Iterator[_Evidence]:
    """Yield the services that the reason asks for: "needs colonoscopy", "for cardiac clearance"."""
    for clause in clauses(text, tables.vocabulary()):
        for one, match in _longest(clause, tables.services()):
            if _REQUESTING.search(clause.text[: match.start()]):
                said = mention(text, clause, 0, match.span()).text
                yield _Evidence(one.leaning, one.weight * _ASKED_IN_REASON, f"asks for {said}")


def _asked_specialties(text: str) -> Iterator[_Evidence]:
    """Yield the specialties that the reason asks for by name, not those that have seen the patient."""
    for clause in clauses(text, tables.vocabulary()):
        for key, match in _asked_by_name(clause.text):
            before, after = clause.text[: match.start()], clause.text[match.end() :]
            if _ASKED.search(before) or (_ASKED_AFTER.match(after) and not _SEEN.search(before)):
                yield _Evidence({key: 0.97}, 1.0, f"asks for {match[0]}")


def _named_service(text: str) -> str:
    """Return the specialty whose visit is requested, where the service says nothing else: "Cardiology consult"."""
    folded = words(text)
    for key, match in _asked_by_name(folded):
        rest = f"{folded[: match.start()]} {folded[match.end() :]}".split()
        if all(_GENERIC.fullmatch(word) for word in rest):
            return key
    return ""


def _recognised(destination: str) -> str:
    """Return the key of the specialty a text names, the longest name first; misread words are repaired."""
    repaired = " ".join(one.text for one in clauses(destination, tables.vocabulary()))
    found = [one for text in (words(destination), repaired) if (one := next(_aliases_in(text), None))]
    return max(found, key=lambda one: len(one[1][0]))[0] if found else ""


def _aliases_in(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    for alias, pattern, key in _aliases():
        if alias in text and (match := pattern.search(text)):
            yield key, match


def _asked_by_name(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    # "Surgery" alone is any surgeon's; the table of services knows what it is worth.
    return ((key, match) for key, match in _aliases_in(text) if match[0] not in {"surgery", "surgeon"})


@cache
def _aliases() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    """Return every name of a specialty, the longest first."""
    pairs = [(alias, key) for key, one in tables.specialties().items() for alias in one.aliases]
    return tuple(
        (alias, re.compile(rf"(?<![a-z0-9]){re.escape(alias)}(?![a-z0-9])"), key)
        for alias, key in sorted(pairs, key=lambda pair: -len(pair[0]))
    )
