"""Handing filed documents on to a folder: the file, and beside it a sidecar JSON that says what it is.

The sidecar appears last and whole: whoever empties the folder takes a file once its `.json` is there. What was done is
kept in `.homing/` of the folder, so that a delivery that was interrupted anywhere is taken up and never repeated, also
after the files were taken away.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from homing.intake.ports import FiledDocument, FilingFailed, FilingReceipt
from homing.kit import clock

SCHEMA: Final = "homing.filing/1"
KEPT: Final = ".homing"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")
_LOCK_WITHIN_S, _LOCK_EVERY_S = 10.0, 0.05
_MODE: Final = 0o640


class FolderMissing(FilingFailed):
    """The folder is not there. Is its share mounted? Where it was removed, save its setting again."""

    code = "folder_missing"


class FolderFull(FilingFailed):
    """There is no room left in the folder. Make room, or choose another one."""

    code = "folder_full"


class FolderNotWritable(FilingFailed):
    """Homing may not write into the folder. Give its user the right to."""

    code = "folder_not_writable"


class FileInTheWay(FilingFailed):
    """A file of this name and other content is in the folder. Move it away."""

    code = "file_in_the_way"


_CAUSES: Final[dict[int, type[FilingFailed]]] = {
    errno.ENOENT: FolderMissing,
    errno.ENOTDIR: FolderMissing,
    errno.ESTALE: FolderMissing,
    errno.ENOSPC: FolderFull,
    errno.EDQUOT: FolderFull,
    errno.EFBIG: FolderFull,
    errno.EACCES: FolderNotWritable,
    errno.EPERM: FolderNotWritable,
    errno.EROFS: FolderNotWritable,
}


def from_settings() -> FolderFiling:
    """Return the destination below this installation's filing folder."""
    return FolderFiling(Path(settings.HOMING_FILING_FOLDER))


class FolderFiling:
    """Writes below `root`, into ORGANIZATION/FOLDER; the root itself is never made."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def prepare(self, organization: str, folder: str) -> None:
        """Make the folder. Raises FilingFailed."""
        place = self._place(organization, folder)
        try:
            if not self._root.is_dir():
                raise FolderMissing
            (place / KEPT).mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _cause(error) from error

    def deliver(self, filing: FiledDocument) -> FilingReceipt:
        """Write the file and its sidecar for good; the same `id` again gives the same receipt. Raises FilingFailed."""
        place = self._place(filing.organization, filing.folder)
        # Not made here: it may be the empty place of a share that is not mounted just now.
        try:
            with _locked(place / KEPT):
                return self._deliver(place, filing)
        except OSError as error:
            raise _cause(error) from error

    def _deliver(self, place: Path, filing: FiledDocument) -> FilingReceipt:
        receipt_file, staged = place / KEPT / f"{filing.id}.receipt", place / KEPT / f"{filing.id}.sidecar"
        receipt = _read_receipt(receipt_file)
        if receipt and not staged.exists():
            return receipt
        _put(place / f"{filing.name}.{filing.suffix}", filing.data)
        if receipt is None:
            path = f"{filing.organization}/{filing.folder}/{filing.name}.{filing.suffix}"
            receipt = FilingReceipt(path, hashlib.sha256(filing.data).hexdigest(), len(filing.data), clock.now())
            _write(staged, _json(sidecar(filing, receipt)))
            _write(receipt_file, _json(_plain(receipt)))
        # The moment of delivery: before it nobody has seen a sidecar, after it the staged one is gone.
        staged.rename(place / f"{filing.name}.json")
        _sync(place)
        _sync(place / KEPT)
        return receipt

    def _place(self, organization: str, folder: str) -> Path:
        if not (_NAME.fullmatch(organization) and _NAME.fullmatch(folder)):
            raise FolderMissing
        return self._root / organization / folder


def sidecar(filing: FiledDocument, receipt: FilingReceipt) -> dict[str, Any]:
    """Return what stands beside the file, by the schema `homing.filing/1`."""
    return {
        "schema": SCHEMA,
        "id": str(filing.id),
        "organization": filing.organization,
        "item": {
            "reference": filing.reference,
            "id": str(filing.item_id),
            "channel": filing.channel,
            "received_at": filing.received_at.isoformat(),
            "pages": filing.pages,
        },
        "category": filing.kind,
        "category_confidence": round(filing.kind_confidence, 4),
        "sender": {
            "number": filing.sender_address,
            "name": filing.sender_name,
            "is_proven": filing.sender_proven,
        },
        "patient": {one.name: {"value": one.value, "confidence": round(one.confidence, 4)} for one in filing.patient},
        "file": {
            "name": f"{filing.name}.{filing.suffix}",
            "media_type": filing.media_type,
            "sha256": receipt.sha256,
            "size": receipt.size,
        },
        "filed": {"by": filing.filed_by, "at": filing.filed_at.isoformat()},
        "replaces": filing.replaces or None,
    }


@contextmanager
def _locked(kept: Path) -> Iterator[None]:
    """Keep other processes out of the folder. Raises FilingFailed where one does not come to an end."""
    descriptor = os.open(kept / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(descriptor)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    until = time.monotonic() + _LOCK_WITHIN_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise FilingFailed from None
            time.sleep(_LOCK_EVERY_S)
        else:
            return


def _put(target: Path, data: bytes) -> None:
    """Write the document, whole or not at all; the same bytes may be there already."""
    if target.exists():
        if target.read_bytes() != data:
            raise FileInTheWay
        return
    _write(target, data)


def _write(target: Path, data: bytes) -> None:
    draft = target.parent / f".{target.name}.tmp"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(target)
    _sync(target.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _plain(receipt: FilingReceipt) -> dict[str, Any]:
    return {"path": receipt.path, "sha256": receipt.sha256, "size": receipt.size, "at": receipt.at.isoformat()}


def _read_receipt(path: Path) -> FilingReceipt | None:
    try:
        kept = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    return FilingReceipt(kept["path"], kept["sha256"], kept["size"], datetime.fromisoformat(kept["at"]))


def _cause(error: OSError) -> FilingFailed:
    return _CAUSES.get(error.errno or 0, FilingFailed)()
