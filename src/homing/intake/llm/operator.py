"""The language model for `homing read --llm`: no organization and no database; the operator's flag is the consent."""

from __future__ import annotations

from dataclasses import replace

from homing.intake.llm import asking, endpoint
from homing.intake.llm.endpoint import BadEndpoint, Endpoint
from homing.intake.llm.reader import LLMReader
from homing.intake.reading.types import ReadingResult


def agreed() -> Endpoint:
    """Return the endpoint to ask. Raises BadEndpoint where none is set or it cannot be used, LLMNotInstalled."""
    found = endpoint.configured()
    if found is None:
        raise BadEndpoint("--llm needs HOMING_LLM_URL and HOMING_LLM_MODEL.")
    LLMReader(found)
    return found


def announcement(found: Endpoint) -> str:
    """Return what the operator is told before anything is sent."""
    place = "which is in your network" if found.is_near else "OUTSIDE your network"
    return (
        f"--llm: the text of referrals with blank or unsure fields is sent to {found.model} at {found.host}, {place}."
    )


def second_look(result: ReadingResult, found: Endpoint) -> tuple[ReadingResult, tuple[str, ...]]:
    """Return the result with what the model adds, and one line for each document that it was no help with."""
    reading, notes = asking.improved(result.reading, result.pages, LLMReader(found), found)
    troubles = tuple(
        f"pages {', '.join(map(str, note.pages))}: the language model did not help: {note.problem}"
        for note in notes
        if note.problem
    )
    return replace(result, reading=reading), troubles
