"""Sentences of letters by what they tell, beside those of the banks. Slots are those of `_prose.Prose`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).with_name("phrases.txt")
_TOPIC: Final = re.compile(r"\[([\w.]+)\]")


@cache
def _topics() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    topic = ""
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if begins := _TOPIC.fullmatch(line):
            topic = begins.group(1)
        elif line and not line.startswith("# "):
            found.setdefault(topic, []).append(line.replace("\\n", "\n"))
    return {name: tuple(lines) for name, lines in found.items()}


def phrases(topic: str) -> tuple[str, ...]:
    """Return what may be said on a topic."""
    return _topics()[topic]


def known(topic: str) -> bool:
    """Tell whether there is something to say on a topic."""
    return topic in _topics()


def topics() -> tuple[str, ...]:
    """Return all topics."""
    return tuple(_topics())
