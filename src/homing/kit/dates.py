"""Dates as American offices write them."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NUMERIC = re.compile(r"(\d{1,2})\s?[/.\- ]\s?(\d{1,2})\s?[/.\- ]\s?(\d{4}|\d{2})")
_MONTH_FIRST = re.compile(r"([a-z]{3})[a-z]*\.?\s*(\d{1,2})(?:st|nd|rd|th)?\s*,?\s+(\d{4})", re.IGNORECASE)
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s-]([a-z]{3})[a-z]*\.?,?[\s-](\d{4}|\d{2})", re.IGNORECASE)


def parse_us_date(text: str, *, pivot_year: int) -> date | None:
    """Return the date that `text` states as a whole, month before day, or None.

    Two-digit years after `pivot_year` are 19xx.
    """
    parts = _parts(text.strip())
    if parts is None:
        return None
    year, month, day = parts
    if year < 100:
        year += 2000 if 2000 + year <= pivot_year else 1900
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _parts(text: str) -> tuple[int, int, int] | None:
    if match := _ISO.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _NUMERIC.fullmatch(text):
        return int(match[3]), int(match[1]), int(match[2])
    if match := _MONTH_FIRST.fullmatch(text):
        return int(match[3]), _MONTHS.get(match[1].lower(), 0), int(match[2])
    if match := _DAY_FIRST.fullmatch(text):
        return int(match[3]), _MONTHS.get(match[2].lower(), 0), int(match[1])
    return None
