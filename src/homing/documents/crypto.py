"""Envelope encryption: AES-256-GCM with a data key per tenant, wrapped by the installation's key (NIST SP 800-38D)."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from homing.documents.storage import sync_folder
from homing.kit.errors import HomingError
from homing.kit.ids import uuid7

_KEY_BYTES = 32
_NONCE_BYTES = 12


class DocumentDamaged(HomingError):
    """A stored document or key does not decrypt. Restore it from a backup; the ledger row stands."""

    code: ClassVar[str] = "document_damaged"
    status: ClassVar[int] = 500


def new_data_key() -> bytes:
    """Return 32 random bytes."""
    return os.urandom(_KEY_BYTES)


def wrap(data_key: bytes, organization_id: str) -> bytes:
    """Return the data key encrypted under the installation's key, bound to its tenant."""
    return encrypt(_installation_key(settings.HOMING_KEYS), data_key, organization_id.encode())


def unwrap(wrapped: bytes, organization_id: str) -> bytes:
    """Return the data key that `wrap` encrypted."""
    return decrypt(_installation_key(settings.HOMING_KEYS), wrapped, organization_id.encode())


def encrypt(key: bytes, plain: bytes, context: bytes) -> bytes:
    """Return nonce and ciphertext; `context` is authenticated, not stored."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, context)


def decrypt(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Return what `encrypt` encrypted.

    Raises
    ------
    DocumentDamaged
    """
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context)
    except (InvalidTag, ValueError) as error:
        # A file that was cut short has no whole nonce, which is a ValueError.
        raise DocumentDamaged from error


def mark(data_key: bytes, content: bytes) -> str:
    """Return the keyed hash by which one tenant recognises the same bytes: HMAC-SHA-256, hex."""
    return hmac.new(hashlib.sha256(b"mark" + data_key).digest(), content, hashlib.sha256).hexdigest()


@lru_cache(maxsize=4)
def _installation_key(folder: str) -> bytes:
    path = Path(folder) / "documents"
    if not path.exists():
        _make_installation_key(path)
    return path.read_bytes()


def _make_installation_key(path: Path) -> None:
    # Written whole and then linked to its name: of several that start at once, one link wins and all read it.
    # A name of its own for each thread: a second one must not write into the file that the first has linked.
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(f".documents.{uuid7()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(os.urandom(_KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(partial, path)
    partial.unlink()
    # Without the key nothing can be read again: its name must be on disk before the first document is.
    sync_folder(path.parent)
