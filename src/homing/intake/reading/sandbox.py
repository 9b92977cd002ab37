"""A child process with limits in which strangers' files are opened. One serves many pages; a dead one is replaced."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import homing
from homing.intake.reading import codec, worker
from homing.intake.reading.errors import ReaderFailed, Reason, sentence, unreadable
from homing.intake.reading.types import PageImage, PageText, Problem, RenderedDocument, RenderLimits, Word

_MOST_REQUESTS = 500
_START_SECONDS = 60.0
_FILE_BYTES = 512 * 1024 * 1024
_THREADS = (
    "OMP_THREAD_LIMIT",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENCV_FOR_THREADS_NUM",
)
_SIGNAL_REASONS = {
    signal.SIGXCPU: Reason.TIMED_OUT,
    signal.SIGKILL: Reason.OUT_OF_MEMORY,
    # PDFium and C++ end themselves like this when an allocation fails.
    signal.SIGABRT: Reason.OUT_OF_MEMORY,
    signal.SIGTRAP: Reason.OUT_OF_MEMORY,
    signal.SIGILL: Reason.OUT_OF_MEMORY,
}


class Sandbox:
    """Renders and recognises in a child process under `limits`. Threads may share it; one request runs at a time."""

    def __init__(self, limits: RenderLimits | None = None) -> None:
        self.limits = limits or RenderLimits()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = Path()
        self._requests = 0
        self._owner = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def render(self, data: bytes, into: Path | None = None) -> RenderedDocument:
        """Return the readable pages of a file; with `into` their PNGs are not in memory but the `png_file`s there.

        Raises UnreadableDocument where no page is readable, ReaderFailed.
        """
        if not data:
            raise unreadable(Reason.EMPTY)
        if len(data) > self.limits.max_bytes:
            raise unreadable(Reason.TOO_LARGE)
        with self._lock:
            answer = self._ask(worker.Request("render", self.limits), data)
            document = self._collected(answer, into)
            self._tidy()
        if not document.pages:
            first = document.problems[0] if document.problems else None
            raise unreadable(first.code if first else Reason.DAMAGED)
        return document

    def recognise(self, png: bytes, number: int = 1, words: tuple[Word, ...] = ()) -> PageText:
        """Return the words of a rendered page. Raises UnreadableDocument where a limit stops it, or ReaderFailed."""
        with self._lock:
            answer = self._ask(worker.Request("recognise", self.limits, number, words), png)
            if answer.reason:
                self._tidy()
                raise unreadable(answer.reason, answer.message)
            text = codec.from_json(PageText, worker.words_file(self._folder).read_bytes())
            self._tidy()
            return text

    def close(self) -> None:
        """End the child and remove its folder."""
        with self._lock:
            self._stop()

    def _ask(self, request: worker.Request, source: bytes) -> worker.Answer:
        process = self._running()
        worker.source_file(self._folder).write_bytes(source)
        self._requests += 1
        try:
            _pipe(process.stdin).write(codec.to_json(request).encode() + b"\n")
        except BrokenPipeError:
            return self._dead(process)
        answer = self._heard(process, self.limits.max_seconds)
        if answer.failure:
            self._stop()
            raise ReaderFailed(f"The reading process failed ({answer.failure}).")
        return answer

    def _heard(self, process: subprocess.Popen[bytes], seconds: float) -> worker.Answer:
        ready, _, _ = select.select([_pipe(process.stdout)], [], [], seconds)
        if not ready:
            process.kill()
            self._reaped(process)
            return worker.Answer(Reason.TIMED_OUT, sentence(Reason.TIMED_OUT))
        line = _pipe(process.stdout).readline()
        return codec.from_json(worker.Answer, line) if line else self._dead(process)

    def _dead(self, process: subprocess.Popen[bytes]) -> worker.Answer:
        code = self._reaped(process)
        reason = _SIGNAL_REASONS.get(signal.Signals(-code), Reason.DAMAGED) if code < 0 else None
        if reason is None:
            return worker.Answer(failure=f"exit {code}")
        return worker.Answer(reason, sentence(reason))

    def _reaped(self, process: subprocess.Popen[bytes]) -> int:
        code = process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
        self._process = None
        return code

    def _collected(self, answer: worker.Answer, into: Path | None) -> RenderedDocument:
        """Return what the child wrote, also where it died on the way."""
        found = enumerate(sorted(self._folder.glob("*.json")))
        pages = tuple(_page(path, png_file(into, position) if into else None) for position, path in found)
        problems = [codec.from_json(Problem, path.read_bytes()) for path in sorted(self._folder.glob("*.problem"))]
        if answer.reason:
            done = [page.number for page in pages] + [problem.page or 0 for problem in problems]
            problems.append(Problem(answer.reason, answer.message, max(done, default=0) + 1 if done else None))
        return RenderedDocument(pages, tuple(problems))

    def _running(self) -> subprocess.Popen[bytes]:
        if self._owner != os.getpid():
            # After a fork the child belongs to the other process.
            self._process, self._owner = None, os.getpid()
        if self._process and self._requests >= _MOST_REQUESTS:
            self._stop()
        if self._process is None:
            self._start()
        if self._process is None:
            raise ReaderFailed
        return self._process

    def _start(self) -> None:
        self._remove_folder()
        self._folder, self._requests = Path(tempfile.mkdtemp(prefix="homing-reading-")), 0
        limits = self.limits
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [
                *(sys.executable, "-P", "-m", worker.__name__),
                *(str(self._folder), str(limits.max_memory_bytes), str(_FILE_BYTES)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=_environment(),
            start_new_session=True,
        )
        answer = self._heard(self._process, _START_SECONDS)
        if answer.reason or answer.failure:
            raise ReaderFailed(f"The reading process did not start ({answer.failure or answer.reason}).")

    def _stop(self) -> None:
        if self._process and self._process.stdin and self._owner == os.getpid():
            self._process.stdin.close()
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
            self._reaped(self._process)
        self._process = None
        self._remove_folder()

    def _tidy(self) -> None:
        if self._process is None:
            self._remove_folder()
            return
        for path in self._folder.iterdir():
            path.unlink()

    def _remove_folder(self) -> None:
        if self._folder.name.startswith("homing-reading-") and self._owner == os.getpid():
            shutil.rmtree(self._folder, ignore_errors=True)


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise ReaderFailed
    return stream


def png_file(folder: Path, position: int) -> Path:
    """Return where `render` puts the PNG of the page at this position, from 0, of `RenderedDocument.pages`."""
    return folder / f"{position:04}.png"


def _page(path: Path, into: Path | None) -> PageImage:
    page, png = codec.from_json(PageImage, path.read_bytes()), path.with_suffix(".png")
    if into is None:
        return replace(page, png=png.read_bytes())
    shutil.move(png, into)
    return page


def _environment() -> dict[str, str]:
    """Return what the child may know: no settings, no secrets, one thread."""
    kept = {name: os.environ[name] for name in ("PATH", "TESSDATA_PREFIX", "TMPDIR") if name in os.environ}
    single = dict.fromkeys(_THREADS, "1")
    source = str(Path(homing.__path__[0]).parent)
    return kept | single | {"LANG": "C.UTF-8", "PYTHONPATH": source, "HOME": "/nonexistent"}
