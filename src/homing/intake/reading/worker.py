"""The child process that opens strangers' files: `python -m homing.intake.reading.worker FOLDER MEMORY FILE_SIZE`.

One JSON request a line on standard input, one JSON answer a line on standard output, page images and words as files in
FOLDER. It ends, and removes FOLDER, when standard input ends: also when its parent was killed.
"""

from __future__ import annotations

import os
import resource
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TextIO

from pydantic import TypeAdapter

from homing.intake.reading import codec
from homing.intake.reading.errors import Reason, UnreadableDocument, sentence
from homing.intake.reading.types import PageImage, RenderLimits, Word

_OPEN_FILES = 64


@dataclass(frozen=True, slots=True)
class Request:
    """What the parent asks: `render` of the file `source`, or `recognise` of the page image `source`."""

    verb: str
    limits: RenderLimits
    number: int = 1
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """How it ended: `reason` where the document is to blame, `failure` where we are, neither where all is well."""

    reason: Reason | None = None
    message: str = ""
    failure: str = ""


_REQUEST = TypeAdapter(Request)


def source_file(folder: Path) -> Path:
    """Return where the parent puts the file or page image."""
    return folder / "source"


def words_file(folder: Path) -> Path:
    """Return where the child puts the words of a page."""
    return folder / "words.json"


def render(folder: Path, request: Request) -> None:
    """Write each page as it is done, so that a later page can fail without losing it: NNNN.png, and NNNN.json last."""
    from homing.intake.reading import render as rendering

    for position, page in enumerate(rendering.pages(source_file(folder).read_bytes(), request.limits), 1):
        if isinstance(page, PageImage):
            (folder / f"{position:04}.png").write_bytes(page.png)
            (folder / f"{position:04}.json").write_text(codec.to_json(replace(page, png=b"")))
        else:
            (folder / f"{position:04}.problem").write_text(codec.to_json(page))


def recognise(folder: Path, request: Request) -> None:
    """Write the words of one page."""
    from homing.intake.reading.recognise import page_text

    png = source_file(folder).read_bytes()
    text = page_text(_reader(), png, request.number, request.words, _lines())
    words_file(folder).write_text(codec.to_json(text))


@cache
def _lines():  # type: ignore[no-untyped-def] # noqa: ANN202 - as below
    from homing.intake.reading.recogniser import PaddleLineReader, model_file

    weights = model_file()
    return PaddleLineReader(weights) if weights and _reader().name == "tesseract" else None


@cache
def _reader():  # type: ignore[no-untyped-def] # noqa: ANN202 - the annotation would import the engines at start
    from homing.intake.reading.engines import default_reader

    return default_reader()


_VERBS: dict[str, Callable[[Path, Request], None]] = {"render": render, "recognise": recognise}


def answer(folder: Path, line: str) -> Answer:
    """Do one request."""
    request = _REQUEST.validate_json(line)
    _limit_cpu(request.limits.max_seconds)
    try:
        _VERBS[request.verb](folder, request)
    except UnreadableDocument as error:
        return Answer(error.reason, str(error))
    except MemoryError:
        return Answer(Reason.OUT_OF_MEMORY, sentence(Reason.OUT_OF_MEMORY))
    except Exception as error:  # noqa: BLE001 - the process's main loop: the parent decides what a failure means
        return _failure(error)
    return Answer()


def _failure(error: Exception) -> Answer:
    # OpenCV reports an allocation that failed as an error of its own, with this code.
    if getattr(error, "code", None) == -4 or "nsufficient memory" in str(error):
        return Answer(Reason.OUT_OF_MEMORY, sentence(Reason.OUT_OF_MEMORY))
    return Answer(failure=type(error).__name__)


def _limit_cpu(seconds: float) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _limit(memory: int, file_size: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))


def _answers() -> TextIO:
    """Return the real standard output; from here on what libraries print goes to standard error."""
    stream = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return stream


def main() -> None:
    """Answer requests until standard input ends."""
    folder, memory, file_size = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    answers = _answers()
    _limit(memory, file_size)
    try:
        print(codec.to_json(Answer()), file=answers, flush=True)
        for line in sys.stdin:
            print(codec.to_json(answer(folder, line)), file=answers, flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
