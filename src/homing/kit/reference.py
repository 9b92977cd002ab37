"""Referral reference numbers: safe to read aloud, to write by hand and to read from a bad fax."""

from __future__ import annotations

import re
import secrets

#: 31 symbols, a prime, as the check symbol needs; without 0 O 1 I L, which readers confuse.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_BODY = 8
_VALUE = {symbol: index for index, symbol in enumerate(ALPHABET)}
_PATTERN = re.compile(r"(?<![A-Z0-9])H[ -]?([A-Z0-9]{4})[ -]?([A-Z0-9]{5})(?![A-Z0-9])", re.IGNORECASE)
QR_PREFIX = "HOMING:1:"


def _check(body: str) -> str:
    # Weights 2, 3, 4… modulo the prime 31 catch every single wrong symbol and every transposition.
    total = sum((position + 2) * _VALUE[symbol] for position, symbol in enumerate(body))
    return ALPHABET[-total % len(ALPHABET)]


def mint() -> str:
    """Return a new random reference, canonical form: `H`, 8 symbols, 1 check symbol (31**8 possible)."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(_BODY))
    return f"H{body}{_check(body)}"


def parse(text: str) -> str | None:
    """Return the canonical reference in `text`, or None if it is not one or its check symbol is wrong."""
    compact = re.sub(r"[\s-]", "", text).upper().removeprefix(QR_PREFIX)
    if len(compact) != _BODY + 2 or compact[0] != "H":
        return None
    body, check = compact[1:-1], compact[-1]
    if any(symbol not in _VALUE for symbol in compact[1:]) or _check(body) != check:
        return None
    return compact


def display(reference: str) -> str:
    """Return `HXXXX-XXXXX`, the printed form of a canonical reference."""
    return f"{reference[:5]}-{reference[5:]}"


def find_all(text: str) -> list[str]:
    """Return the valid references in `text`, canonical, in order, each once."""
    found = (parse("H" + match[1] + match[2]) for match in _PATTERN.finditer(text))
    return list(dict.fromkeys(reference for reference in found if reference))


def qr_payload(reference: str) -> str:
    """Return the text of the QR code printed for a canonical reference."""
    return QR_PREFIX + reference
