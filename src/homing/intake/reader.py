"""The reader of this installation: everything dangerous happens in its child process."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.utils.module_loading import import_string

from homing.intake.reading import pipeline
from homing.intake.reading.types import RenderLimits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from homing.intake.extraction.placement import Placement
    from homing.intake.ports import DocumentReader
    from homing.intake.reading.types import DocumentReading, PageImage, PageText, RenderedDocument

DEFAULT = "homing.intake.reader.local_reader"


class LocalReader:
    """Reads on this machine."""

    def __init__(self, limits: RenderLimits) -> None:
        self._limits = limits

    def render(self, data: bytes) -> RenderedDocument:
        """Return the readable pages. Raises UnreadableDocument where there is none."""
        return pipeline.render(data, self._limits)

    def recognise(self, page: PageImage) -> PageText:
        """Return the words of one page. Raises UnreadableDocument."""
        return pipeline.recognise(page.png, page.number, page.words, self._limits)

    def understand(self, pages: Sequence[PageText], placements: Sequence[Placement] = ()) -> DocumentReading:
        """Return the documents that the pages of one file make up."""
        return pipeline.understand(pages, placements)


def local_reader() -> DocumentReader:
    """Return a reader with this installation's limits."""
    return LocalReader(RenderLimits(max_bytes=settings.HOMING_MAX_FILE_BYTES, max_pages=settings.HOMING_MAX_PAGES))


@cache
def configured() -> DocumentReader:
    """Return the reader of this process."""
    # A benchmark that does not measure reading names another one.
    name = getattr(settings, "HOMING_DOCUMENT_READER", DEFAULT)
    make = cast("Callable[[], DocumentReader]", import_string(name))
    return make()
