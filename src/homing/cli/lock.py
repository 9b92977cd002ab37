"""One supervisor for a data folder."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import structlog

from homing.cli.errors import AlreadyRunning
from homing.cli.folders import DataFolder

log = structlog.get_logger()

#: Orphans of a killed supervisor get SIGTERM from the kernel and need this long at most.
ORPHANS_LEAVE_S = 40.0


@contextlib.contextmanager
def alone(data: DataFolder) -> Iterator[int]:
    """Hold the data folder for this supervisor and its processes; it is free when the last of them has gone.

    Raises AlreadyRunning.
    """
    path = data.root / "up.lock"
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + ORPHANS_LEAVE_S
        while not _locked(lock):
            if (holder := _holder(path)) is not None:
                raise AlreadyRunning(
                    f"Homing is already running on {data.root} (process {holder}). "
                    "Stop it first, or set HOMING_DATA to another folder."
                )
            if time.monotonic() > deadline:
                raise AlreadyRunning(f"Processes of an earlier start still use {data.root}. End them first.")
            log.info("up.waiting", reason="processes of an earlier start are leaving")
            time.sleep(1)
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        yield lock
    finally:
        os.close(lock)


def _holder(path: Path) -> int | None:
    said = path.read_text(encoding="ascii").strip()
    return int(said) if said.isdigit() and _is_alive(int(said)) else None


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
