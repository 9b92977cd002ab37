"""The steps of reading, one by one for the intake of a database, and all together for `homing read`.

render (sandbox) -> recognise (sandbox, per page) -> understand (pure)
"""

from __future__ import annotations

import atexit
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from homing.intake.reading.errors import Reason, UnreadableDocument, sentence, unreadable
from homing.intake.reading.sandbox import Sandbox, png_file
from homing.intake.reading.types import (
    DocumentReading,
    PageImage,
    PageText,
    Problem,
    ReadingResult,
    RenderedDocument,
    RenderLimits,
    Word,
)

if TYPE_CHECKING:
    from homing.intake.extraction.placement import Placement

#: Is told after each page how many are done, and of how many.
Progress = Callable[[int, int], None]


@cache
def shared_sandbox(limits: RenderLimits) -> Sandbox:
    """Return this process's sandbox for these limits. Its child starts at first use and ends with the process."""
    sandbox = Sandbox(limits)
    atexit.register(sandbox.close)
    return sandbox


def render(data: bytes, limits: RenderLimits | None = None, sandbox: Sandbox | None = None) -> RenderedDocument:
    """Return the readable pages of a file as PNG, and what is wrong with the others.

    Raises UnreadableDocument (its `code` says why) where no page can be read, ReaderFailed where the fault is ours.
    """
    return _sandbox(limits, sandbox).render(data)


def recognise(
    png: bytes,
    number: int = 1,
    words: tuple[Word, ...] = (),
    limits: RenderLimits | None = None,
    sandbox: Sandbox | None = None,
) -> PageText:
    """Return the words of one rendered page; `words` are those `render` found in the text layer of a digital PDF.

    Raises UnreadableDocument where a limit stops it, ReaderFailed where the fault is ours.
    """
    return _sandbox(limits, sandbox).recognise(png, number, words)


def understand(
    pages: Sequence[PageText], placements: Sequence[Placement] = (), organization: str = ""
) -> DocumentReading:
    """Return the documents on the pages of one file: kinds, fields, specialty, what is missing. Pure.

    `placements` are what people's corrections taught of the sender's layouts; `organization` is our name, where
    documents that are plainly addressed to another one shall be told.
    """
    # Here, because extraction is built on the types of this package.
    from homing.intake.extraction.understand import understand as whole

    return whole(pages, placements=placements, organization=organization)


def read(
    data: bytes,
    limits: RenderLimits | None = None,
    sandbox: Sandbox | None = None,
    progress: Progress | None = None,
    organization: str = "",
) -> ReadingResult:
    """Return the whole reading of a file, holding one page image at a time. Raises UnreadableDocument, ReaderFailed."""
    started, chosen = time.monotonic(), _sandbox(limits, sandbox)
    with tempfile.TemporaryDirectory(prefix="homing-pages-") as name:
        rendered = chosen.render(data, Path(name))
        pages, problems = [], list(rendered.problems)
        for position, image in enumerate(rendered.pages):
            page = _page_text(replace(image, png=png_file(Path(name), position).read_bytes()), chosen)
            if page.error:
                problems.append(Problem(Reason(page.error), sentence(Reason(page.error)), page.number))
            pages.append(page)
            if progress:
                progress(position + 1, len(rendered.pages))
    # What nobody can read is no fault of the file: it is shown to a person as it is.
    if all(page.error and page.error != Reason.ILLEGIBLE.value for page in pages):
        raise unreadable(problems[0].code, problems[0].message)
    return ReadingResult(
        tuple(pages),
        understand(pages, organization=organization),
        tuple(problems),
        round(time.monotonic() - started, 2),
    )


def read_file(
    path: Path,
    limits: RenderLimits | None = None,
    sandbox: Sandbox | None = None,
    progress: Progress | None = None,
    organization: str = "",
) -> ReadingResult:
    """Return the whole reading of a file on disk. Raises OSError, UnreadableDocument, ReaderFailed."""
    allowed = (limits or (sandbox.limits if sandbox else RenderLimits())).max_bytes
    if path.stat().st_size > allowed:
        raise unreadable(Reason.TOO_LARGE)
    return read(path.read_bytes(), limits, sandbox, progress, organization)


def _page_text(image: PageImage, sandbox: Sandbox) -> PageText:
    """Return the words of a page, or the page with its error: one bad page does not take the others with it."""
    try:
        return sandbox.recognise(image.png, image.number, image.words)
    except UnreadableDocument as error:
        return PageText(image.number, (), width=image.width, height=image.height, error=error.code)


def _sandbox(limits: RenderLimits | None, sandbox: Sandbox | None) -> Sandbox:
    return sandbox or shared_sandbox(limits or RenderLimits())
