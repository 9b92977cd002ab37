"""A watched folder: every file put into it is taken once, whole, and moved aside when it is stored."""

from __future__ import annotations

import hashlib
import os
import stat
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from homing.kit import clock
from homing.kit.errors import HomingError

Receive = Callable[[Path, bytes], None]
MAX_BYTES: Final = 50 * 1024 * 1024
TAKEN, REFUSED, CLAIMED = "taken", "refused", ".taking"
_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload")
#: A scanner may make a file first and fill it later; an empty one is believed after so many times `settle_s`.
_EMPTY_PATIENCE = 10
_LONGEST_PAUSE_S = 60.0
_SWEEP_EVERY_S = 60.0
_LONGEST_NAME = 220
_REASON = ".reason.txt"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Look:
    """What a file was like at one look, and since when it has been like that (monotonic seconds)."""

    inode: int
    size: int
    mtime_ns: int
    since: float

    def same_as(self, other: os.stat_result) -> bool:
        return (self.inode, self.size, self.mtime_ns) == (other.st_ino, other.st_size, other.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class _Pause:
    """A file that could not be taken: how often, and when it may be tried again (monotonic seconds)."""

    failures: int
    until: float


class FileTooLarge(HomingError):
    """The file is larger than this installation takes. Split it, or send it in another way."""

    code = "file_too_large"
    status = 413


class _StillWritten(Exception):
    """The file looked finished and is not."""


def reference_of(path: Path) -> str:
    """Return the carrier reference of a file: the same for the same file, moved within its file system or not.

    A hash of name, size, modification time and inode; tells nothing about the name, which may be a patient's.
    """
    return _reference(path.name, path.stat(follow_symlinks=False))


class FolderWatcher:
    """Hands each finished file of `folder` to `receive`, then moves it to `taken/`.

    `receive(path, content)` returns once the content is stored for good; it must recognise `reference_of(path)` when
    it comes again, because the process may end between storing and moving. `path.name` is the file's own name.
    A permanent HomingError moves the file to `refused/` with a reason; any other leaves it in place, to be tried again.
    A file is finished when it was renamed from an unfinished name (dot file, .tmp, .part), or when two looks
    `settle_s` apart show the same size and modification time. What is in `taken/` for longer than `keep_s` is deleted:
    it is stored, encrypted, elsewhere.
    """

    def __init__(
        self,
        folder: Path,
        receive: Receive,
        settle_s: float = 2.0,
        poll_s: float = 1.0,
        *,
        max_bytes: int = MAX_BYTES,
        keep_s: float = float("inf"),
    ) -> None:
        self._folder = folder
        self._receive = receive
        self._settle_s = settle_s
        self._poll_s = poll_s
        self._max_bytes = max_bytes
        self._keep_s = keep_s
        self._next_sweep = 0.0
        self._looks: dict[str, _Look] = {}
        self._unfinished: set[int] = set()
        self._pauses: dict[str, _Pause] = {}
        self._vanished = False

    def run_forever(self, stop: threading.Event) -> None:
        """Look every `poll_s` seconds until stopped."""
        while not stop.is_set():
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 -- the main loop of the listener
                # No traceback: it may hold file names, and those patients' names.
                _log.error("folder_look_failed", error=type(error).__name__)
            stop.wait(self._poll_s)

    def look(self) -> int:
        """Look once and take what is finished. Returns how many files were handed over for good."""
        entries = self._entries()
        if entries is None:
            return 0
        taken = sum(self._finish(claim) for claim in self._left_behind())
        oldest_first = sorted(entries.items(), key=lambda entry: (entry[1].st_mtime_ns, entry[0]))
        finished = [name for name, seen in oldest_first if self._is_finished(name, seen)]
        self._forget(entries)
        self._sweep()
        return taken + sum(self._take(name) for name in finished)

    # -- what is there ----------------------------------------------------------------------------------------------

    def _entries(self) -> dict[str, os.stat_result] | None:
        try:
            with os.scandir(self._folder) as listing:
                found = {entry.name: _stat(entry) for entry in listing}
        except OSError as error:
            if not self._vanished:
                # Not made anew: it may be the empty place of a share that is not mounted just now.
                _log.error("folder_unreachable", error=type(error).__name__)
            self._vanished = True
            return None
        self._vanished = False
        return {name: seen for name, seen in found.items() if seen is not None and stat.S_ISREG(seen.st_mode)}

    def _is_finished(self, name: str, seen: os.stat_result) -> bool:
        if _has_unfinished_name(name):
            self._unfinished.add(seen.st_ino)
            return False
        if self._paused(name) or self._paused(_reference(name, seen)):
            return False
        if seen.st_ino in self._unfinished:
            return True
        before, now = self._looks.get(name), time.monotonic()
        if before is None or not before.same_as(seen):
            self._looks[name] = _Look(seen.st_ino, seen.st_size, seen.st_mtime_ns, now)
            return False
        patience = 1 if seen.st_size else _EMPTY_PATIENCE
        return now - before.since >= self._settle_s * patience

    def _forget(self, entries: dict[str, os.stat_result]) -> None:
        inodes = {seen.st_ino for seen in entries.values()}
        self._unfinished &= inodes
        self._looks = {name: look for name, look in self._looks.items() if name in entries}
        now = time.monotonic()
        self._pauses = {key: pause for key, pause in self._pauses.items() if pause.until > now - _LONGEST_PAUSE_S}

    def _left_behind(self) -> list[Path]:
        # Claimed by a process that ended before it was done (or by us, and not to be put back).
        try:
            claims = sorted((self._folder / CLAIMED).iterdir())
        except OSError:
            return []
        return [file for claim in claims if claim.is_dir() for file in _emptied(claim)]

    # -- taking -----------------------------------------------------------------------------------------------------

    def _take(self, name: str) -> int:
        try:
            claim = self._claim(name)
        except OSError as error:
            self._pause(name, "folder_file_not_claimed", type(error).__name__)
            return 0
        self._looks.pop(name, None)
        return self._finish(claim) if claim is not None else 0

    def _claim(self, name: str) -> Path | None:
        # From here on nobody can put another file in this one's place: what is moved to taken/ is what was stored.
        source = self._folder / name
        seen = source.stat(follow_symlinks=False)
        claim = self._folder / CLAIMED / _reference(name, seen)
        claim.mkdir(parents=True, exist_ok=True)
        try:
            source.rename(claim / name)
        except FileNotFoundError:
            # Taken back by its owner, or by another watcher of the same folder.
            _remove_if_empty(claim)
            return None
        return claim / name

    def _finish(self, claim: Path) -> int:
        """Store one claimed file and move it aside. Returns 1 if it was stored."""
        try:
            reference = reference_of(claim)
        except FileNotFoundError:
            return 0
        if self._paused(reference):
            return 0
        try:
            self._receive(claim, self._read(claim))
            self._move(claim, TAKEN)
        except HomingError as error:
            if error.permanent and self._refuse(claim, error):
                return 0
            return self._put_back(claim, reference, error.code)
        except Exception as error:  # noqa: BLE001 -- part of the listener's main loop: a file is never lost by a defect
            return self._put_back(claim, reference, type(error).__name__)
        self._pauses.pop(reference, None)
        _log.info("folder_file_taken", reference=reference)
        return 1

    def _read(self, path: Path) -> bytes:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:  # noqa: PTH123 -- a descriptor
            before = os.fstat(file.fileno())
            if before.st_size > self._max_bytes:
                raise FileTooLarge
            content = file.read(self._max_bytes + 1)
            after = os.fstat(file.fileno())
        changed = (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)
        if changed or len(content) != after.st_size:
            raise _StillWritten
        return content

    def _refuse(self, claim: Path, error: HomingError) -> bool:
        # The class's own words: the message of this error may name what was in the file.
        plain = type(error).__init__ is HomingError.__init__
        reason = f"{error.code}\n{type(error)()}\n" if plain else f"{error.code}\n"
        _log.warning("folder_file_refused", reference=claim.parent.name, code=error.code)
        try:
            name = self._move(claim, REFUSED)
            (self._folder / REFUSED / (name + _REASON)).write_text(reason, encoding="utf-8")
        except OSError:
            return False
        return True

    def _put_back(self, claim: Path, reference: str, why: str) -> int:
        self._pause(reference, "folder_file_left", why)
        try:
            _move_new(claim, self._folder / claim.name)
        except OSError:
            # Another file has its name by now: this one waits where it is.
            return 0
        _remove_if_empty(claim.parent)
        return 0

    def _move(self, claim: Path, where: str) -> str:
        """Move a file aside under a name that is free, and return that name."""
        folder = self._folder / where
        folder.mkdir(exist_ok=True)
        while True:
            name = _free_name(folder, claim.name)
            try:
                _move_new(claim, folder / name)
            except FileExistsError:
                continue
            _remove_if_empty(claim.parent)
            return name

    def _sweep(self) -> None:
        if time.monotonic() < self._next_sweep:
            return
        self._next_sweep = time.monotonic() + _SWEEP_EVERY_S
        kept_since = clock.now().timestamp() - self._keep_s
        for file in _files(self._folder / TAKEN):
            # The change time is that of its move: nothing else changes a file there.
            if file.stat(follow_symlinks=False).st_ctime < kept_since:
                file.unlink(missing_ok=True)

    # -- patience ---------------------------------------------------------------------------------------------------

    def _paused(self, key: str) -> bool:
        pause = self._pauses.get(key)
        return pause is not None and time.monotonic() < pause.until

    def _pause(self, key: str, event: str, why: str) -> None:
        before = self._pauses.get(key)
        failures = before.failures + 1 if before else 1
        wait = min(self._poll_s * 2**failures, _LONGEST_PAUSE_S)
        self._pauses[key] = _Pause(failures, time.monotonic() + wait)
        _log.warning(event, why=why, failures=failures, again_in_s=wait)


def _reference(name: str, seen: os.stat_result) -> str:
    text = f"{name}\0{seen.st_size}\0{seen.st_mtime_ns}\0{seen.st_ino}"
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _has_unfinished_name(name: str) -> bool:
    return name.startswith(".") or name.lower().endswith(_UNFINISHED)


def _stat(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat(follow_symlinks=False)
    except OSError:
        return None


def _files(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.is_file() and not path.is_symlink()]
    except OSError:
        return []


def _emptied(claim: Path) -> list[Path]:
    files = sorted(claim.iterdir())
    if not files:
        _remove_if_empty(claim)
    return files


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return


def _free_name(folder: Path, name: str) -> str:
    stem, suffix = Path(name).stem, Path(name).suffix
    if len(os.fsencode(name)) > _LONGEST_NAME:
        # Room for a number and for the name of the reason beside it.
        suffix = suffix[:12]
        stem = os.fsdecode(os.fsencode(stem)[: _LONGEST_NAME - len(os.fsencode(suffix))])
    number, candidate = 1, stem + suffix
    while (folder / candidate).exists() or (folder / (candidate + _REASON)).exists():
        number += 1
        candidate = f"{stem}-{number}{suffix}"
    return candidate


def _move_new(source: Path, target: Path) -> None:
    """Move within one file system; raises FileExistsError rather than overwrite."""
    try:
        os.link(source, target, follow_symlinks=False)
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError:
        # A file system without hard links. Only our own process moves files here.
        if target.exists():
            raise FileExistsError(target.name) from None
        source.rename(target)
        return
    source.unlink()
