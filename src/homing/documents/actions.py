"""Storing documents."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import IntegrityError, transaction

from homing.audit import actions as audit
from homing.documents import crypto
from homing.documents.models import DataKey, Document, Page
from homing.kit.ids import uuid7
from homing.tenancy.scope import current_organization_id

if TYPE_CHECKING:
    from homing.kit.actor import Actor

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """What was stored. `mark` recognises the same bytes again within the tenant."""

    id: UUID
    mark: str
    size: int


def store(*, actor: Actor, data: bytes, media_type: str, file_name: str = "") -> StoredDocument:
    """Encrypt and keep `data`; the bytes are on disk before the row is written."""
    with transaction.atomic():
        key = data_key()
        document = Document(
            id=uuid7(),
            mark=crypto.mark(key, data),
            media_type=media_type,
            file_name=PurePath(file_name).name[:200],
            size=len(data),
        )
        document.stored_as = _write(key, data, document.mark, document.mark)
        document.save(force_insert=True)
        audit.record(actor=actor, action="document.store", entity="document", entity_id=document.id, size=len(data))
    return StoredDocument(document.id, document.mark, document.size)


def add_page(*, actor: Actor, document_id: UUID, number: int, png: bytes, width: int, height: int) -> None:  # noqa: ARG001
    """Keep the rendered page `number` (from 1); repeating it changes nothing."""
    if Page.objects.filter(document_id=document_id, number=number).exists():
        return
    key = data_key()
    name = crypto.mark(key, png)
    stored_as = _write(key, png, name, name)
    with transaction.atomic():
        Page.objects.get_or_create(
            document_id=document_id,
            number=number,
            defaults={"width": width, "height": height, "stored_as": stored_as},
        )


def data_key() -> bytes:
    """Return the data key of the organization in scope; the first call makes it."""
    organization_id = str(current_organization_id())
    row = DataKey.objects.first()
    if row is None:
        row = _make_data_key(organization_id)
    return crypto.unwrap(bytes(row.wrapped), organization_id)


def _make_data_key(organization_id: str) -> DataKey:
    wrapped = crypto.wrap(crypto.new_data_key(), organization_id)
    try:
        with transaction.atomic():
            return DataKey.objects.create(wrapped=wrapped)
    except IntegrityError:
        # Another process was first; its key is the tenant's key.
        return DataKey.objects.get()


def _write(key: bytes, data: bytes, mark: str, context: str) -> str:
    name = f"{current_organization_id()}/{mark[:2]}/{mark}"
    storage = storages["documents"]
    if storage.exists(name) and _is_whole(name, key, context):
        return name
    return storage.save(name, ContentFile(crypto.encrypt(key, data, context.encode())))


def _is_whole(name: str, key: bytes, context: str) -> bool:
    # What decrypts under this name are these bytes; what does not is healed by the sender's repeat.
    try:
        with storages["documents"].open(name) as file:
            crypto.decrypt(key, file.read(), context.encode())
    except (crypto.DocumentDamaged, OSError):
        log.warning("document.damaged", stored_as=name)
        return False
    return True
