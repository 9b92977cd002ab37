"""Whether a document was plainly meant for another organization than ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rapidfuzz import fuzz, process

from homing.intake.extraction.spans import Span
from homing.intake.reading.types import PageText
from homing.kit.names import fold
from homing.routing import specialty

_ADDRESSED: Final = "recipient.organization"
#: What every second practice is called says nothing about which one it is.
_USUAL: Final = frozenset(
    word
    for line in (
        "the and for attn llc pllc inc llp ltd corp company group groups practice practices associates",
        "association partners physicians physician doctors specialists specialist specialty care clinic",
        "clinics center centers centre medical medicine health healthcare hospital system systems services",
        "service department dept division office institute network family internal primary consultants",
        "surgery surgeons surgical referral referrals scheduling intake coordinator records front desk new",
        "patient patients north south east west central general community regional university county city",
        "saint fax",
    )
    for word in line.split()
)
_SAME_WORD, _FEWEST_LETTERS = 80.0, 3
#: What a name of another organization must at least have, and what it has at most to say: a person decides.
_LIKELY, _LEAST_TOKEN, _CERTAIN, _MOST = 0.85, 0.6, 0.7, 0.9


def meant_for_another(pages: Sequence[PageText], found: Sequence[Span], ours: str) -> float:
    """Return how sure it is that a document was sent to us by mistake; 0 where anything speaks for us, or nothing.

    `ours` is our organization's name, `found` all runs of the document. It needs a clearly printed other addressee, and
    none of the words that tell our name from others may stand on any page.
    """
    names = _telling(ours)
    addressed = [span for span in found if span.label == _ADDRESSED]
    if not names or not addressed or any(_named(names, fold(page.text).split()) for page in pages):
        return 0.0
    if any(_short_for(ours, span.text) for span in addressed):
        return 0.0
    others = [span for span in addressed if _clear(span) and _telling(span.text)]
    return min(max((span.mean * span.certainty for span in others), default=0.0), _MOST)


def _telling(name: str) -> list[str]:
    """Return the words of a name that tell it from others: "Lakeside" of "Lakeside Cardiology Associates"."""
    return [
        word
        for word in fold(name).split()
        if len(word) >= _FEWEST_LETTERS and word not in _USUAL and not specialty.recognise(word) and word.isalpha()
    ]


def _named(names: Sequence[str], words: Sequence[str]) -> bool:
    return any(process.extractOne(name, words, scorer=fuzz.ratio, score_cutoff=_SAME_WORD) for name in names)


def _short_for(ours: str, text: str) -> bool:
    initials = "".join(word[0] for word in fold(ours).split())
    return any(word == initials for word in fold(text).split())


def _clear(span: Span) -> bool:
    return span.mean >= _LIKELY and span.least >= _LEAST_TOKEN and span.certainty >= _CERTAIN
