"""What kind of page, and what kind of document, by keywords. Simple on purpose: a trained classifier replaces it."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from homing.intake.extraction import layout
from homing.intake.reading.types import PageKind, PageText
from homing.kit import reference

_TITLE_LINES, _TITLE_WEIGHT = 8, 2.0
_FEWEST_WORDS = 3
_LEAST_SCORE = 1.5
_COVER_WEIGHT = 0.5
_DOUBT = 1.0


def page_kind(page: PageText) -> PageKind:
    """Return the kind of one page with its confidence."""
    if len(page.words) < _FEWEST_WORDS:
        return PageKind(page.number, "blank", 0.9)
    if any(code.startswith(reference.QR_PREFIX) for code in page.codes):
        return PageKind(page.number, "reply_sheet", 0.95)
    return PageKind(page.number, *_best(_scores("page", page)))


def document_kind(pages: Sequence[PageText], kinds: Sequence[PageKind]) -> tuple[str, float]:
    """Return the kind of a document and its confidence; the covers count less than the pages behind them."""
    by_page = {one.page: one.kind for one in kinds}
    written = [page for page in pages if by_page[page.number] != "blank"]
    if not written:
        return "blank", 0.9
    if any(by_page[page.number] == "reply_sheet" for page in written):
        return "reply_sheet", 0.9
    totals: dict[str, float] = {}
    bodies = [page for page in written if by_page[page.number] != "cover_sheet"]
    for page in written:
        # The first page behind a cover says what a packet is; what follows it is attached.
        weight = 1.0 if page in bodies[:1] else _COVER_WEIGHT
        for kind, score in _scores("document", page).items():
            totals[kind] = totals.get(kind, 0.0) + weight * score
    return _best(totals)


def _best(scores: dict[str, float]) -> tuple[str, float]:
    kind = max(scores, key=lambda name: scores[name], default="other")
    if scores.get(kind, 0.0) < _LEAST_SCORE:
        return "other", 0.4
    return kind, round(scores[kind] / (sum(scores.values()) + _DOUBT), 3)


def _scores(scope: str, page: PageText) -> dict[str, float]:
    lines = [line.span.text.lower() for line in layout.body(layout.lines(page))]
    title, text = "\n".join(lines[:_TITLE_LINES]), "\n".join(lines)
    scores: dict[str, float] = {}
    for kind, weight, pattern in _patterns(scope):
        if pattern.search(text):
            factor = _TITLE_WEIGHT if pattern.search(title) else 1.0
            scores[kind] = scores.get(kind, 0.0) + weight * factor
    return scores


@cache
def _patterns(scope: str) -> tuple[tuple[str, float, re.Pattern[str]], ...]:
    table = files("homing.intake.extraction") / "data" / "kinds.csv"
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    return tuple(
        (row["kind"], float(row["weight"]), re.compile(row["pattern"], re.MULTILINE))
        for row in rows
        if row["scope"] == scope
    )
