"""What the processes say: on stderr, each line with its process's name, and in `$HOMING_DATA/logs`."""

from __future__ import annotations

import contextlib
import io
import json
import logging.handlers
import os
import sys
from pathlib import Path

_LARGEST = 10 * 1024 * 1024
_KEPT = 5


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """Rotates at 10 MB, keeps five, readable by this user alone."""

    def _open(self) -> io.TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return io.TextIOWrapper(io.FileIO(descriptor, "a"), encoding="utf-8", line_buffering=True)


class LogFolder:
    """A journal in a folder, and on stderr: for people, or as JSON lines for a log collector."""

    def __init__(self, folder: Path, *, as_json: bool) -> None:
        self._folder = folder
        self._as_json = as_json
        self._files: dict[str, _PrivateFile] = {}

    def write(self, name: str, line: str) -> None:
        """Keep one line of process `name`."""
        self._file(name).emit(logging.makeLogRecord({"msg": line}))
        with contextlib.suppress(OSError):
            sys.stderr.write((_as_json(name, line) if self._as_json else f"{name:<8} {line}") + "\n")
            sys.stderr.flush()

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()

    def _file(self, name: str) -> _PrivateFile:
        if name not in self._files:
            self._files[name] = _PrivateFile(self._folder / f"{name}.log", maxBytes=_LARGEST, backupCount=_KEPT)
        return self._files[name]


def _as_json(name: str, line: str) -> str:
    """Return `line` as one JSON object that names its process; what is no JSON becomes its event."""
    try:
        said = json.loads(line)
    except ValueError:
        said = None
    return json.dumps({"process": name, **(said if isinstance(said, dict) else {"event": line})})
