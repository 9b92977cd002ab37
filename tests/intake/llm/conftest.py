from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from homing.intake.reading.types import PageText, Word
from tests.intake.llm.endpoint_double import EndpointDouble, serving


def page(*lines: str, number: int = 1) -> PageText:
    """Return a page with these lines; `|` in a line leaves a wide gap, so that cells are parted."""
    words: list[Word] = []
    for row, line in enumerate(lines):
        top, left = 0.05 + 0.02 * row, 0.05
        for text in line.split():
            if text == "|":
                left += 0.1
                continue
            right = left + 0.008 * len(text)
            words.append(Word(text, (left, top, right, top + 0.012), 0.95, row))
            left = right + 0.006
    return PageText(number, tuple(words), quality=0.9, width=1700, height=2200)


LETTER: Sequence[str] = (
    "Grove Street Family Medicine",
    "Patient: RIVERA, MARIA E. | DOB: 04/27/1961",
    "Tel (617) 555-0111 | Fax (617) 555-0143",
    "Ins. Blue Cross of Massachusetts | Member W123456789",
    "Please see for palpitations and",
    "dizziness since March.",
    "☐ Routine ☒ Urgent",
    "Dx I48.91, R00.2 | NPI 1234567893",
)


@pytest.fixture
def double() -> Iterator[EndpointDouble]:
    with serving() as found:
        yield found
