"""Documents of several pages: a cover sheet, a letter, a note of the same patient behind it."""

from __future__ import annotations

from dataclasses import replace

from training.reading import notation
from training.reading.compose import Page
from training.reading.families import Sheet, family, letters, letters_more, mail, notes
from training.reading.families._prose import finish
from training.reading.families.covers import cover

_LETTERS = (
    letters.formal,
    letters.narrative,
    letters.short_note,
    letters_more.with_table,
    letters_more.with_chart,
    letters_more.blanks,
    mail.pad,
)
_NOTES = (notes.progress, notes.discharge, notes.emergency, notes.telephone)


@family("packet.cover_note", weight=0.8)
def cover_note(sheet: Sheet) -> list[Page]:
    """Draw a cover sheet and the note of the visit."""
    page, _ = cover(sheet)
    return [*finish(sheet, [page]), *sheet.rng.choice(_NOTES)(sheet)]


@family("packet.letter_note", weight=0.8)
def letter_note(sheet: Sheet) -> list[Page]:
    """Draw a letter, sometimes with a cover sheet, and a note in the record system's own way of writing."""
    rng = sheet.rng
    other = replace(sheet, note=notation.draw(rng, sheet.banks), hand=None)
    pages = finish(sheet, [cover(sheet)[0]]) if rng.random() < 0.4 else []
    return [*pages, *rng.choice(_LETTERS)(sheet), *rng.choice(_NOTES)(other)]
