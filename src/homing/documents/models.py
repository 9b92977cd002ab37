"""Encrypted, content-addressed documents and their pages."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from homing.kit import clock
from homing.tenancy.fields import TenantModel, tenant_reference


class DataKey(TenantModel):
    """The tenant's data key, wrapped by the installation's key."""

    wrapped = models.BinaryField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organization"], name="documents_data_key_once"),
        ]


class Document(TenantModel):
    """One file as received or made. `mark` is the tenant's keyed hash of its bytes."""

    mark = models.TextField()
    media_type = models.TextField()
    file_name = models.TextField(default="", blank=True)
    size = models.BigIntegerField()
    stored_as = models.TextField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "mark"], name="documents_document_mark"),
        ]


class Page(TenantModel):
    """One rendered page of a document: a PNG, upright pixels as received."""

    document = tenant_reference("documents.Document")
    number = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    stored_as = models.TextField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organization", "document", "number"], name="documents_page_once"),
        ]
