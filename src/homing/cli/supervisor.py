"""One process over all others: starts them, starts them again, passes on what they say, and stops them in order.

A single thread: signals arrive through a pipe that the loop reads beside the output of the processes.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Protocol

import structlog

from homing.cli.lifeline import SUPERVISOR

log = structlog.get_logger()

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
#: A process that lived this long was well; its next end counts as the first.
WELL_AFTER_S = 30.0


@dataclass(frozen=True, slots=True)
class Program:
    """A process to keep running. Those of a lower `stage` are stopped before those of a higher one."""

    name: str
    command: Sequence[str]
    stage: int = 0


class Journal(Protocol):
    """Where the output of the processes goes."""

    def write(self, name: str, line: str) -> None:
        """Keep one line of process `name`."""


class Tick(Protocol):
    """Something to be looked after about twice a second."""

    def __call__(self) -> None:
        """Look; must not take long."""


@dataclass(slots=True)
class _Child:
    program: Program
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    due: float = 0.0
    unfinished: bytes = b""


@dataclass(slots=True)
class Supervisor:
    """Runs `programs` until it is told to stop by a signal.

    `keep_open` are descriptors every process inherits (the lock on the data folder: it is free when all have gone).
    """

    programs: Sequence[Program]
    environment: Mapping[str, str]
    journal: Journal
    ticks: Sequence[Tick] = ()
    keep_open: Sequence[int] = ()
    patience_s: float = 25.0
    clock: Callable[[], float] = time.monotonic
    _children: list[_Child] = field(init=False, default_factory=list)
    _signals: list[int] = field(init=False, default_factory=list)
    _selector: selectors.BaseSelector = field(init=False, default_factory=selectors.DefaultSelector)
    _forced: bool = field(init=False, default=False)

    def run(self) -> bool:
        """Run until SIGINT, SIGTERM or SIGHUP, then stop in order; a second one kills.

        Returns whether everything ended in order.
        """
        self._children = [_Child(program) for program in self.programs]
        with self._signals_through_pipe():
            try:
                self._keep_running()
            finally:
                orderly = self._stop()
        return orderly

    def _keep_running(self) -> None:
        while not self._signals:
            for child in self._children:
                if child.process is None and self.clock() >= child.due:
                    self._start(child)
            self._listen(0.5)
            self._bury()
            for tick in self.ticks:
                tick()

    def _start(self, child: _Child) -> None:
        child.started = self.clock()
        child.process = subprocess.Popen(
            child.program.command,
            env={**self.environment, SUPERVISOR: str(os.getpid())},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=self.keep_open,
            # Its own session: Ctrl-C reaches us alone, and its descendants can be ended with it.
            start_new_session=True,
        )
        if child.process.stdout is not None:
            os.set_blocking(child.process.stdout.fileno(), False)
            self._selector.register(child.process.stdout, selectors.EVENT_READ, child)
        log.info("process.started", process=child.program.name, pid=child.process.pid)

    def _listen(self, seconds: float) -> None:
        """Wait at most `seconds` for output or a signal, and pass the output on."""
        for key, _ in self._selector.select(seconds):
            if isinstance(key.data, _Child):
                self._pass_on(key.data)
            elif isinstance(key.fileobj, socket.socket):
                with contextlib.suppress(BlockingIOError):
                    key.fileobj.recv(4096)

    def _pass_on(self, child: _Child) -> None:
        process = child.process
        if process is None or process.stdout is None:
            return
        try:
            # Read past Python's buffer: what is there now, nothing more.
            arrived = os.read(process.stdout.fileno(), 65536)
        except BlockingIOError:
            return
        if not arrived:
            self._close(child)
            return
        *lines, child.unfinished = (child.unfinished + arrived).split(b"\n")
        for line in lines:
            self.journal.write(child.program.name, line.decode("utf-8", "replace"))

    def _close(self, child: _Child) -> None:
        process = child.process
        if process is not None and process.stdout is not None and not process.stdout.closed:
            self._selector.unregister(process.stdout)
            process.stdout.close()
        if child.unfinished:
            self.journal.write(child.program.name, child.unfinished.decode("utf-8", "replace"))
            child.unfinished = b""

    def _bury(self) -> None:
        """Note which processes have ended, and when they are started again."""
        for child in self._children:
            if child.process is None or child.process.poll() is None:
                continue
            code = child.process.returncode
            self._end(child)
            lived = self.clock() - child.started
            child.failures = 1 if lived >= WELL_AFTER_S else child.failures + 1
            wait = min(FIRST_WAIT_S * 2 ** (child.failures - 1), LONGEST_WAIT_S)
            child.due = self.clock() + wait
            log.error("process.ended", process=child.program.name, how=_how(code), started_again_in_s=wait)

    def _end(self, child: _Child) -> None:
        """Take leave of a process that has ended: its last words, and descendants it left behind."""
        process = child.process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        if process.stdout is not None and not process.stdout.closed:
            self._pass_on(child)
        self._close(child)
        child.process = None

    def _stop(self) -> bool:
        for stage in sorted({child.program.stage for child in self._children}):
            running = [child for child in self._children if child.program.stage == stage and child.process]
            for child in running:
                if child.process is not None:
                    log.info("process.stopping", process=child.program.name)
                    child.process.terminate()
            self._await_end(running)
        return not self._forced

    def _await_end(self, children: list[_Child]) -> None:
        deadline = self.clock() + self.patience_s
        while any(child.process for child in children):
            if len(self._signals) > 1 or self.clock() > deadline:
                self._kill(children)
            self._listen(0.1)
            for child in children:
                if child.process is not None and child.process.poll() is not None:
                    log.info("process.stopped", process=child.program.name, how=_how(child.process.returncode))
                    self._end(child)

    def _kill(self, children: list[_Child]) -> None:
        self._forced = True
        for child in children:
            if child.process is not None and child.process.poll() is None:
                log.warning("process.killed", process=child.program.name)
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()

    @contextlib.contextmanager
    def _signals_through_pipe(self) -> Iterator[None]:
        """Note stop signals and be woken by them, and by the end of a process; afterwards all is as it was."""
        ours, kernels = socket.socketpair()
        for end in (ours, kernels):
            end.setblocking(False)  # noqa: FBT003 - its signature
        self._selector.register(ours, selectors.EVENT_READ)
        wakeup = signal.set_wakeup_fd(kernels.fileno(), warn_on_full_buffer=False)
        before = {number: signal.signal(number, self._note) for number in (*stop_signals(), signal.SIGCHLD)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(wakeup)
            self._selector.close()
            ours.close()
            kernels.close()

    def _note(self, number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGCHLD:
            self._signals.append(number)


def stop_signals() -> list[signal.Signals]:
    """Return the signals that stop us; under nohup SIGHUP is none of them."""
    return [number for number in STOP_SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit {code}"
