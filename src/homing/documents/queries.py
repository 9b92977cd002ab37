"""Reading documents back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.files.storage import storages

from homing.documents import crypto
from homing.documents.actions import data_key
from homing.documents.models import Document, Page
from homing.kit.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class DocumentView:
    """One document without its bytes; `size` in bytes."""

    id: UUID
    media_type: str
    file_name: str
    size: int
    mark: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PageView:
    """One rendered page; width and height in pixels."""

    number: int
    width: int
    height: int


def document(document_id: UUID) -> DocumentView:
    """Return one document.

    Raises
    ------
    NotFound
    """
    row = _row(document_id)
    return DocumentView(row.id, row.media_type, row.file_name, row.size, row.mark, row.created_at)


def content(document_id: UUID) -> bytes:
    """Return the bytes of one document.

    Raises
    ------
    NotFound
    DocumentDamaged
        The file is missing, too short, or does not decrypt.
    """
    row = _row(document_id)
    return _read(row.stored_as, row.mark)


def pages(document_id: UUID) -> tuple[PageView, ...]:
    """Return the rendered pages, in order."""
    rows = Page.objects.filter(document_id=document_id).order_by("number")
    return tuple(PageView(row.number, row.width, row.height) for row in rows)


def page_image(document_id: UUID, number: int) -> bytes:
    """Return one rendered page as PNG.

    Raises
    ------
    NotFound
    """
    row = Page.objects.filter(document_id=document_id, number=number).first()
    if row is None:
        raise NotFound
    return _read(row.stored_as, row.stored_as.rpartition("/")[2])


def find_by_mark(mark: str) -> Sequence[UUID]:
    """Return the documents with exactly these bytes, oldest first."""
    return list(Document.objects.filter(mark=mark).order_by("created_at").values_list("id", flat=True))


def _row(document_id: UUID) -> Document:
    row = Document.objects.filter(id=document_id).first()
    if row is None:
        raise NotFound
    return row


def _read(stored_as: str, context: str) -> bytes:
    try:
        with storages["documents"].open(stored_as) as file:
            sealed = file.read()
    except FileNotFoundError as error:
        raise crypto.DocumentDamaged from error
    return crypto.decrypt(data_key(), sealed, context.encode())
