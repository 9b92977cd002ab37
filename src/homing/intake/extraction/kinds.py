"""What kind of page, and what kind of document."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

from homing.intake.extraction import packets
from homing.intake.extraction.model import PageAnswer
from homing.intake.reading.types import PageKind, PageText
from homing.kit import reference
from homing.kit.names import fold

#: Words less sure than this are dirt.
_LEGIBLE = 0.4
_REFERRAL, _COVER, _BLANK, _REPLY = "referral", "cover_sheet", "blank", "reply_sheet"
#: Never told from the words: our sheets carry our code, a blank has no words, a wrong address needs our name.
_TOLD_ELSEWHERE: Final = frozenset({_REPLY, _BLANK, "misdirected"})
_UNSURE, _SURE_OF_CODE, _LEAST = 0.4, 0.98, 1e-4
_MOST: Final = 0.999

#: What `evidence` tells of each kind that a document may be, in this order: log shares of the first page that is no
#: cover, of the pages behind it and of covers; how much its usual phrases are used on the first page; for a referral
#: also the logit of the likeliest page behind the first, above 0, the phrases of the best one, and two constants.
EVIDENCE: Final = (
    *("first", "later", "cover", "phrases", "referral_behind", "referral_phrases_behind"),
    *("is_referral", "is_referral_with_cover"),
)
_TITLES: Final = 60


def page_kind(page: PageText, answer: PageAnswer) -> PageKind:
    """Return the kind of one page with its confidence."""
    if any(code.startswith(reference.QR_PREFIX) and reference.find_all(code) for code in page.codes):
        return PageKind(page.number, _REPLY, _SURE_OF_CODE)
    if not any(word.text.strip() and word.confidence >= _LEGIBLE for word in answer.words):
        return PageKind(page.number, _BLANK, 0.9 if page.error is None else _UNSURE)
    # The sheets of others carry no code of ours: what looks like one is a form.
    kinds = {name: share for name, share in answer.page_kinds.items() if name not in {_REPLY, _BLANK}}
    kind = max(kinds, key=lambda name: kinds[name])
    return PageKind(page.number, kind, round(kinds[kind], 3))


def document_kind(answers: Sequence[PageAnswer], kinds: Sequence[PageKind]) -> tuple[str, float]:
    """Return the kind of a document and its confidence, from the answers for its pages and their kinds."""
    by_page = {one.page: one.kind for one in kinds}
    written = [one for one in answers if by_page[one.page] != _BLANK]
    if not written:
        return _BLANK, 0.9
    if any(by_page[one.page] == _REPLY for one in written):
        return _REPLY, _SURE_OF_CODE
    shares = likely(evidence(written, by_page), packets.shipped().kinds)
    kind = max(shares, key=lambda name: shares[name])
    return kind, round(min(shares[kind], _MOST), 3)


def evidence(written: Sequence[PageAnswer], by_page: Mapping[int, str]) -> dict[str, tuple[float, ...]]:
    """Return what speaks for each kind, as EVIDENCE names it; `written` are the pages that are not blank."""
    covers = [one for one in written if by_page[one.page] == _COVER]
    first, *later = [one for one in written if by_page[one.page] != _COVER] or covers
    covers = [one for one in covers if one is not first]
    phrases = said(first)
    behind = max((said(one)[_REFERRAL] for one in later), default=0.0)
    found = {}
    for kind in first.document_kinds:
        if kind not in _TOLD_ELSEWHERE:
            told = (_log(first, kind), _mean(later, kind), _mean(covers, kind), phrases.get(kind, 0.0))
            found[kind] = (*told, *_of_referral(later, covers, behind)) if kind == _REFERRAL else (*told, *_NONE)
    return found


_NONE: Final = (0.0, 0.0, 0.0, 0.0)


def _of_referral(later: Sequence[PageAnswer], covers: Sequence[PageAnswer], phrases: float) -> tuple[float, ...]:
    # A packet with a page that is a referral is one: what else is in it is attached.
    most = max((one.document_kinds[_REFERRAL] for one in later), default=0.0)
    kept = min(max(most, 0.5), 1 - _LEAST)
    return math.log(kept / (1 - kept)), phrases, 1.0, float(bool(covers))


def said(answer: PageAnswer) -> dict[str, float]:
    """Return by kind how much a page says of what such documents usually say: the logarithm of a count."""
    words = fold(" ".join(word.text for word in answer.words)).split()
    text, title = f" {' '.join(words)} ", f" {' '.join(words[:_TITLES])} "
    return {
        kind: math.log1p(sum((f" {one} " in text) + (f" {one} " in title) for one in phrases))
        for kind, phrases in _phrases().items()
    }


@cache
def _phrases() -> dict[str, tuple[str, ...]]:
    listed = (files("homing.intake.extraction") / "data" / "kind_phrases.csv").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for row in csv.DictReader(listed.splitlines()):
        found.setdefault(row["kind"], []).append(row["phrase"])
    return {kind: tuple(phrases) for kind, phrases in found.items()}


def _log(answer: PageAnswer, kind: str) -> float:
    return math.log(max(answer.document_kinds[kind], _LEAST))


def _mean(answers: Sequence[PageAnswer], kind: str) -> float:
    return sum(_log(one, kind) for one in answers) / len(answers) if answers else 0.0


def likely(found: Mapping[str, Sequence[float]], weights: Sequence[float]) -> dict[str, float]:
    """Return the probability of each kind."""
    totals = {kind: sum(w * x for w, x in zip(weights, one, strict=True)) for kind, one in found.items()}
    most = max(totals.values())
    raised = {kind: math.exp(total - most) for kind, total in totals.items()}
    return {kind: one / sum(raised.values()) for kind, one in raised.items()}
