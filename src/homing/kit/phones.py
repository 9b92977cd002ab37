"""Telephone numbers of the North American Numbering Plan."""

from __future__ import annotations

import re

_DIGITS = 10
_EXTENSION = re.compile(r"(?:ext|x)\.?\s*\d+\s*$", re.IGNORECASE)


def parse(text: str) -> str | None:
    """Return the 10 digits of a NANP number, or None. Area code and exchange start with 2 to 9."""
    digits = re.sub(r"\D", "", _EXTENSION.sub("", text))
    if len(digits) == _DIGITS + 1 and digits[0] == "1":
        digits = digits[1:]
    if len(digits) != _DIGITS or digits[0] in "01" or digits[3] in "01":
        return None
    return digits


def to_e164(text: str) -> str | None:
    """Return `+1` and 10 digits, or None."""
    digits = parse(text)
    return f"+1{digits}" if digits else None


def display(text: str) -> str:
    """Return `(617) 555-0123`, or the text itself where it is not a NANP number."""
    digits = parse(text)
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}" if digits else text
