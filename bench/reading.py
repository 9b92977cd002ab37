"""What reading costs besides recognising: CPU seconds of the whole against CPU seconds of OCR alone."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Sequence
from pathlib import Path

GOAL = 1.5
_ONE_THREAD = ("OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM")


def cpu_ratio(files: Sequence[Path]) -> float:
    """Print the figure `loop.reading_cpu_ratio` and return it.

    The whole: every file from bytes to documents, as `homing read` does it, the child process and its start included.
    OCR alone: the engine's call on the same prepared pages, in this process, without its start.
    """
    for name in _ONE_THREAD:
        os.environ[name] = "1"
    from homing.intake.reading import pipeline
    from homing.intake.reading.sandbox import Sandbox

    before = _cpu()
    with Sandbox() as sandbox:
        results = [pipeline.read_file(path, sandbox=sandbox) for path in files]
    whole = _cpu() - before
    alone = _ocr_alone(files)
    pages = sum(len(result.pages) for result in results)
    ratio = whole / alone
    print(f"data {len(files)} files, {pages} pages: {whole / pages:.2f} CPU s a page, OCR alone {alone / pages:.2f}")
    print(f"figure loop.reading_cpu_ratio {ratio:.2f} ratio goal <={GOAL}")
    return ratio


def _ocr_alone(files: Sequence[Path]) -> float:
    from homing.intake.reading.engines import default_reader
    from homing.intake.reading.preprocess import prepare
    from homing.intake.reading.render import pages
    from homing.intake.reading.types import PageImage, RenderLimits

    reader, spent, warm = default_reader(), 0.0, False
    for path in files:
        for page in pages(path.read_bytes(), RenderLimits()):
            if isinstance(page, PageImage):
                image = prepare(page.png, reader.turn).image
                if not warm:
                    reader.read(image)
                    warm = True
                before = _cpu()
                reader.read(image)
                spent += _cpu() - before
    return spent


def _cpu() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    cpu_ratio([Path(name) for name in sys.argv[1:]])
