"""Answers of a token model that is always right: each word of a page is told its class by the test."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from homing.intake.extraction import model, tokens
from homing.intake.extraction.model import PageAnswer
from homing.intake.reading.types import PageText

CLASSES = (
    "patient.family",
    "patient.given",
    "patient.birth_date",
    "patient.phone",
    "referrer.npi",
    "referrer.phone",
    "diagnosis.codes",
    "reason",
    "label",
)
PAGE_KINDS = ("referral", "cover_sheet", "lab", "letter", "reply_sheet", "blank", "other")
DOCUMENT_KINDS = ("referral", "lab_result", "junk", "misdirected", "reply_sheet", "blank", "other")
_SURE = 0.96


def answer(
    page: PageText,
    labels: Mapping[str, str],
    *,
    kind: str = "referral",
    document: str = "referral",
    likely: float = _SURE,
) -> PageAnswer:
    """Return the answer in which each token of a text in `labels` has its class, and all others none."""
    words, placed = model.looked_at(page)
    pieces = tokens.in_order(placed)
    begins = np.zeros((len(pieces), len(CLASSES)), np.float32)
    goes_on = np.zeros_like(begins)
    before = ""
    for row, piece in enumerate(pieces):
        label = labels.get(piece.text, "")
        if label:
            (goes_on if label == before else begins)[row, CLASSES.index(label)] = likely
        before = label
    return PageAnswer(
        page.number, words, tuple(pieces), begins, goes_on, _shares(PAGE_KINDS, kind), _shares(DOCUMENT_KINDS, document)
    )


def _shares(names: tuple[str, ...], sure: str) -> dict[str, float]:
    return {name: 0.94 if name == sure else 0.06 / (len(names) - 1) for name in names}


class Known:
    """A token model that answers each page, by its number, as the test says."""

    classes: tuple[str, ...] = CLASSES

    def __init__(
        self, labels: Mapping[int, Mapping[str, str]], kinds: Mapping[int, tuple[str, str]] | None = None
    ) -> None:
        self._labels, self._kinds = labels, kinds or {}

    def answer(self, page: PageText) -> PageAnswer:
        """Return the answer for the page of this number."""
        kind, document = self._kinds.get(page.number, ("referral", "referral"))
        return answer(page, self._labels.get(page.number, {}), kind=kind, document=document)
