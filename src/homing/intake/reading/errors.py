"""Why a document cannot be read. The sentences are shown to the sender and to the person at intake."""

from __future__ import annotations

import inspect
from enum import StrEnum
from typing import ClassVar

from homing.kit.errors import HomingError


class Reason(StrEnum):
    """The codes of unreadable documents and pages."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_A_DOCUMENT = "not_a_document"
    PASSWORD_PROTECTED = "password_protected"  # noqa: S105 - a reason, not a secret
    TOO_MANY_PAGES = "too_many_pages"
    PAGE_TOO_LARGE = "page_too_large"
    DAMAGED = "damaged"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    ILLEGIBLE = "illegible"


class UnreadableDocument(HomingError):
    """The document cannot be read."""

    status = 422
    reason: ClassVar[Reason] = Reason.DAMAGED
    code = Reason.DAMAGED.value


class EmptyDocument(UnreadableDocument):
    """The file is empty. Please send it again."""

    reason = Reason.EMPTY
    code = reason.value


class DocumentTooLarge(UnreadableDocument):
    """The file is larger than we accept. Please send it in parts."""

    reason = Reason.TOO_LARGE
    code = reason.value


class NotADocument(UnreadableDocument):
    """The file is not a TIFF, PDF, PNG, JPEG, e-mail or text document. Please send one of these."""

    reason = Reason.NOT_A_DOCUMENT
    code = reason.value


class PasswordProtected(UnreadableDocument):
    """The PDF is protected by a password. Please send it without one."""

    reason = Reason.PASSWORD_PROTECTED
    code = reason.value


class TooManyPages(UnreadableDocument):
    """The document has more pages than we accept; those after the limit were not read. Please send them separately."""

    reason = Reason.TOO_MANY_PAGES
    code = reason.value


class PageTooLarge(UnreadableDocument):
    """A page has more pixels than we accept. Please send it at 300 dpi or less."""

    reason = Reason.PAGE_TOO_LARGE
    code = reason.value


class DamagedDocument(UnreadableDocument):
    """The file or page is damaged and cannot be opened. Please send it again."""


class ReadingTimedOut(UnreadableDocument):
    """Reading took longer than allowed and was stopped. Please send the document in parts."""

    reason = Reason.TIMED_OUT
    code = reason.value
    # The machine may have been busy: a second attempt can succeed.
    permanent = False


class ReadingOutOfMemory(UnreadableDocument):
    """The document needs more memory than allowed. Please send it in a simpler form."""

    reason = Reason.OUT_OF_MEMORY
    code = reason.value


class IllegiblePage(UnreadableDocument):
    """Nothing on the page can be read: it is noise, faint or another script. Please look at it, or send it again."""

    reason = Reason.ILLEGIBLE
    code = reason.value


class ReaderFailed(HomingError):
    """The reading process failed for a reason that is not the document's. Run `homing doctor`; the step is repeated."""

    code = "reader_failed"
    status = 500
    permanent = False


_CLASSES: dict[Reason, type[UnreadableDocument]] = {
    one.reason: one
    for one in (
        EmptyDocument,
        DocumentTooLarge,
        NotADocument,
        PasswordProtected,
        TooManyPages,
        PageTooLarge,
        DamagedDocument,
        ReadingTimedOut,
        ReadingOutOfMemory,
        IllegiblePage,
    )
}


def unreadable(reason: Reason, message: str = "") -> UnreadableDocument:
    """Return the error of a reason, with its own sentence unless another is given."""
    return _CLASSES[reason](message)


def sentence(reason: Reason) -> str:
    """Return what to tell the sender."""
    return inspect.getdoc(_CLASSES[reason]) or reason.value
