"""The figures of reading: how well, how sure, at what cost. `make bench NAME=reading`.

Three sets of data: the strange layouts (`bench/strange`, drawn here), the sample faxes where they lie beside the
repository, and generated packets. BENCH_LIMIT=n reads n files of each. With files as arguments: only what reading them
costs.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from bench import figures
from bench.figures import Goal, figure
from bench.score import Score, add, calibration_error, scored, share

GOAL = 1.5
_ONE_THREAD = ("OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM")
_SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples" / "fax"
_TOOL = _SAMPLES.parents[1] / "tools" / "score-reading"
_AGREED = 0.005
Answers = dict[str, dict[str, Any]]
_PACKETS, _SEED, _STRANGE_SEED = 300, 20261121, 1
_TIMED = 40
_SURE = 0.95
_HAND = ("handwriting", "handwriting-font")
_GIB = 1024**3
_READ = frozenset({".tif", ".tiff", ".pdf", ".png", ".jpg"})


def main(limit: int) -> None:
    """Print all figures; `limit` files of each set, 0 for all."""
    figures.end_in_order()
    print(f"machine {figures.machine()}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run(  # noqa: S603 - ours
            [sys.executable, "-m", "bench.strange", name, "--seed", str(_STRANGE_SEED)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        truths = _spread(sorted(folder.glob("*.json")), limit)
        score, memory, _ = _read(truths)
        _quality(score, "unseen", f"{_told(score)} of bench/strange, seed {_STRANGE_SEED}: layouts of a second person")
        figure(
            "reading.memory", memory, "GiB", Goal("<=", 1.0), "RSS of the reader and its child, the most after a file"
        )
        _generated(limit or _PACKETS)
        if _SAMPLES.is_dir():
            truths = _spread(sorted(_SAMPLES.glob("*.json")), limit)
            score, _, answers = _read(truths)
            _quality(score, "samples", f"{_told(score)} of shared/samples/fax")
            if _TOOL.is_file():
                _agreement(score, truths, answers)
        printed = _printed(folder, min(limit, _TIMED) or _TIMED)
        subprocess.run([sys.executable, "-m", "bench.reading", *map(str, printed)], check=True)  # noqa: S603 - ours


def _spread(paths: Sequence[Path], limit: int) -> list[Path]:
    """Return `limit` of the paths, evenly spread."""
    step = max(len(paths) / limit, 1.0) if limit else 1.0
    return [paths[int(index * step)] for index in range(int(len(paths) / step))]


def _told(score: Score) -> str:
    return f"{score.files} files, {len(score.kinds)} documents, {len(score.values)} values read"


def _read(truths: Sequence[Path]) -> tuple[Score, float, Answers]:
    """Read the files of some truths as `homing read` does; return the score, the most memory in GiB, the answers."""
    from homing.cli.read import contract
    from homing.intake.reading import pipeline
    from homing.intake.reading.errors import ReaderFailed, UnreadableDocument
    from homing.intake.reading.sandbox import Sandbox

    answers: Answers = {}
    most = 0.0
    with Sandbox() as sandbox:
        for path in (_file_of(truth) for truth in truths):
            try:
                answers[path.name] = contract(path.name, pipeline.read_file(path, sandbox=sandbox))
            except (UnreadableDocument, ReaderFailed) as error:
                print(f"not read: {path.name}: {error.code}", flush=True)
            most = max(most, _memory())
    return scored(truths, answers), most, answers


def _agreement(score: Score, truths: Sequence[Path], answers: Answers) -> None:
    """Print how far our count is from that of the tool which scores the private set."""
    with tempfile.TemporaryDirectory() as name:
        folder, stated, result = Path(name), Path(name) / "truth", Path(name) / "result"
        stated.mkdir()
        for truth in truths:
            shutil.copy(truth, stated)
        for file, answer in answers.items():
            (folder / f"{file}.json").write_text(json.dumps(answer), encoding="utf-8")
        command = [sys.executable, str(_TOOL), name, "--corpus", str(stated), "--json", str(result)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
        theirs = json.loads(result.read_text(encoding="utf-8"))
    precision, covered, _ = score.at(_SURE)
    ours = {
        "micro_f1": score.micro_f1(),
        "kind_acc": share([one.right for one in score.kinds]),
        "split_f1": score.borders.f1,
        "specialty_acc": share(score.specialties),
        "ece": calibration_error(score.values),
        "p_at_95": precision,
        "cov_at_95": covered,
    }
    apart = max(abs(value - theirs[name]) for name, value in ours.items())
    told = f"{_told(score)}: {len(ours)} figures, counted by bench/score.py and by tools/score-reading"
    figure("reading.score_agreement", apart, "ratio", Goal("<=", _AGREED), told)


def _file_of(truth: Path) -> Path:
    return next(one for one in truth.parent.glob(f"{truth.stem}.*") if one.suffix in _READ)


def _memory() -> float:
    own = psutil.Process()
    return float(sum(one.memory_info().rss for one in [own, *own.children(recursive=True)])) / _GIB


def _quality(score: Score, name: str, data: str) -> None:
    """Print the figures of what documents say."""
    hand = next((tag for tag in _HAND if tag in score.fields), "")
    for tag, what, goal in (("printed-new-layout", "printed", 0.9), (hand, "handwriting", 0.6)):
        if tag and tag in score.fields:
            stated = score.fields[tag].right + score.fields[tag].missed
            told = f"{data}; {what}, {stated} values stated"
            figure(f"reading.micro_f1.{name}.{what}", score.micro_f1(tag), "ratio", Goal(">=", goal), told)
    if name != "unseen":
        figure(f"reading.micro_f1.{name}", score.micro_f1(), "ratio", Goal(">=", 0.9), data)
    if hand:
        precision, covered, count = score.at(_SURE, hand)
        told = f"{data}; handwriting, {count} values read, {covered:.0%} of them at confidence >= {_SURE}"
        wrong = (1 - precision) * covered
        figure(f"reading.handwriting.{name}.confidently_wrong", wrong, "ratio", Goal("<=", 0.0), told)
    _documents(score, name, data)
    right = share(score.specialties)
    told = f"{data}; {len(score.specialties)} referrals"
    figure(f"reading.specialty.{name}", right, "ratio", Goal(">=", 0.95), told)
    precision, covered, _ = score.at(_SURE)
    figure(f"reading.precision_at_95.{name}", precision, "ratio", Goal(">=", 0.995), data)
    figure(f"reading.coverage_at_95.{name}", covered, "ratio", Goal(">=", 0.6), data)
    figure(f"reading.ece.{name}", calibration_error(score.values), "ratio", Goal("<=", 0.03), data)
    told = f"{data}; {len(score.boxes)} right values"
    figure(f"reading.boxes.{name}", share(score.boxes), "ratio", Goal(">=", 0.97), told)


def _documents(score: Score, name: str, data: str) -> None:
    """Print the figures of kinds and splitting."""
    right = [one.right for one in score.kinds]
    figure(f"reading.kind.{name}", share(right), "ratio", Goal(">=", 0.97), data)
    figure(f"reading.kind_ece.{name}", calibration_error(score.kinds), "ratio", Goal("<=", 0.03), data)
    told = f"{data}; {score.borders.right + score.borders.missed} borders, {share(score.exact):.0%} of files exact"
    figure(f"reading.split_f1.{name}", score.borders.f1, "ratio", Goal(">=", 0.95), told)


def _generated(count: int) -> None:
    """Print kinds and splitting of generated packets, which a model of an engine read."""
    from homing.intake.extraction.understand import understand
    from training.reading.packets import packets

    score = Score()
    for packet in packets(_SEED, count):
        documents = understand(packet.texts()).documents
        answer = [{"kind": one.kind, "kind_confidence": one.kind_confidence, "pages": one.pages} for one in documents]
        add(score, _truth(packet.groups, len(packet.pages)), {"documents": answer})
    told = f"{_told(score).rpartition(',')[0]}, generated (training/reading/packets, held-out phrasings), no OCR"
    _documents(score, "generated", told)


def _truth(groups: Sequence[Any], pages: int) -> dict[str, Any]:
    """Return the groups of a packet as a truth file states them."""
    stated = [asdict(one) | {"fields": {}, "evidence": {}} for one in groups]
    written = {page for one in groups for page in one.pages}
    ignored = [page for page in range(1, pages + 1) if page not in written]
    return {"tags": [], "documents": stated, "ignore_pages": ignored, "page_count": pages}


def _printed(strange: Path, count: int) -> list[Path]:
    """Return printed files to take the time of: the samples, or strange layouts."""
    truths = sorted((_SAMPLES if _SAMPLES.is_dir() else strange).glob("*.json"))
    printed = [one for one in truths if "handwriting" not in one.read_text(encoding="utf-8")]
    return [_file_of(one) for one in _spread(printed, count)]


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

    reader, spent, warm = default_reader(), 0.0, False
    for png in _pngs(files):
        image = prepare(png, reader.turn).image
        if not warm:
            reader.read(image)
            warm = True
        before = _cpu()
        reader.read(image)
        spent += _cpu() - before
    return spent


def _pngs(files: Sequence[Path]) -> Iterator[bytes]:
    from homing.intake.reading.render import pages
    from homing.intake.reading.types import PageImage, RenderLimits

    for path in files:
        for page in pages(path.read_bytes(), RenderLimits()):
            if isinstance(page, PageImage):
                yield page.png


def _cpu() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    if sys.argv[1:]:
        cpu_ratio([Path(name) for name in sys.argv[1:]])
    else:
        main(int(os.environ.get("BENCH_LIMIT", "0")))
