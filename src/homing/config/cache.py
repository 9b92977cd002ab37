"""The cache that counts sign-ins, shared by all processes of a machine.

Files, not a table: nothing is written to the database by somebody who only guesses passwords, and a file's name is a
hash, so that no address of a request is kept. Several machines each count for themselves.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache

if TYPE_CHECKING:
    from collections.abc import Callable


class SharedFileCache(FileBasedCache):
    """Django's cache of files, with an `add` of which one of several processes has the better.

    allauth takes its locks by `add`; without this, guesses at the same moment would count as one.
    """

    #: Set by Django, which its annotations do not say.
    _dir: str

    def add(self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Set `key` if it is not there; tell whether it was set."""
        return self._alone(lambda: super(SharedFileCache, self).add(key, value, timeout=timeout, version=version))

    def _alone(self, act: Callable[[], bool]) -> bool:
        folder = Path(self._dir)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            return act()
        finally:
            os.close(descriptor)
