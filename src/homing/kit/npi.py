"""National Provider Identifiers."""

from __future__ import annotations

import re

_PREFIX = "80840"


def is_valid(text: str) -> bool:
    """Tell whether `text` is 10 digits, first 1 or 2, with the Luhn check digit over 80840 (45 CFR 162.406)."""
    if not re.fullmatch(r"[12]\d{9}", text):
        return False
    digits = [int(digit) for digit in reversed(_PREFIX + text)]
    doubled = (digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[1::2])
    return (sum(digits[0::2]) + sum(doubled)) % 10 == 0


def with_check_digit(nine_digits: str) -> str:
    """Return the NPI whose first nine digits are given."""
    return next(nine_digits + check for check in "0123456789" if is_valid(nine_digits + check))
