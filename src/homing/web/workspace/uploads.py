"""Documents that people add: opened safely, kept as a PDF with page images, so that they can be shown and sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.conf import settings

from homing.content.document_reference import DocumentReference
from homing.documents import actions, queries
from homing.intake import reader
from homing.intake.packaging import pdf_of
from homing.intake.reading.errors import UnreadableDocument
from homing.kit.errors import HomingError, Invalid

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from homing.documents.queries import PageView
    from homing.kit.actor import Actor

_PDF: Final = "application/pdf"


class FileTooLarge(HomingError):
    """This file is larger than the installation takes. Send it in parts."""

    code = "file_too_large"
    status = 413


def read_upload(upload: UploadedFile[Any]) -> bytes:
    """Return the bytes of an upload. Raises FileTooLarge."""
    if (upload.size or 0) > settings.HOMING_MAX_FILE_BYTES:
        raise FileTooLarge
    return bytes(upload.read())


def keep(*, actor: Actor, upload: UploadedFile[Any] | None, kind: str, title: str) -> DocumentReference:
    """Keep an uploaded document with its pages and return the reference to it.

    Raises
    ------
    Invalid
        There is no file.
    FileTooLarge, UnreadableDocument
    """
    if upload is None:
        raise Invalid("Choose the file.")
    data = read_upload(upload)
    rendered = reader.configured().render(data)
    if not data.startswith(b"%PDF"):
        # A fax carrier takes PDF; a TIFF or photograph becomes one.
        data = pdf_of([page.png for page in rendered.pages])
    stored = actions.store(actor=actor, data=data, media_type=_PDF, file_name=upload.name or "")
    for page in rendered.pages:
        actions.add_page(
            actor=actor, document_id=stored.id, number=page.number, png=page.png, width=page.width, height=page.height
        )
    return DocumentReference(stored.id, kind, title, len(rendered.pages))


def pages_of(*, actor: Actor, document_id: UUID) -> tuple[PageView, ...]:
    """Return the page images of a document; one of our own PDFs is rendered when it is first looked at."""
    found = queries.pages(document_id)
    if found or queries.document(document_id).media_type != _PDF:
        return found
    try:
        rendered = reader.configured().render(queries.content(document_id))
    except UnreadableDocument:
        # The file itself is still offered.
        return ()
    for page in rendered.pages:
        actions.add_page(
            actor=actor, document_id=document_id, number=page.number, png=page.png, width=page.width, height=page.height
        )
    return queries.pages(document_id)
