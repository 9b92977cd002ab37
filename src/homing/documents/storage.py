"""The local store: a file is whole and on disk, or it is not there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.files.storage import FileSystemStorage

from homing.kit.ids import uuid7

if TYPE_CHECKING:
    from django.core.files import File


class DurableFileStorage(FileSystemStorage):
    """Django's file storage with fsync and rename, folders 0700, files 0600."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:  # noqa: ARG002
        """Return `name`: names are keyed hashes of the content, so a second file of that name is the same."""
        return name

    def _save(self, name: str, content: File[bytes]) -> str:
        target = Path(self.path(name))
        _make_folder(target.parent)
        partial = target.with_name(f".{uuid7()}.partial")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(content.chunks())
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
        sync_folder(target.parent)
        return name


def _make_folder(folder: Path) -> None:
    # `parents=True` would leave the folders between open to others, and their names would not survive a power cut.
    if folder.exists():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Return once the names in `folder` are on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
