"""The figures of the loop, one benchmark after the other, each in processes of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from bench import figures

_SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples" / "fax"
_GENERATED = 12


def main() -> None:
    """Print all figures; the exit status says only whether they could be taken."""
    figures.end_in_order()
    print(f"machine {figures.machine()}", flush=True)
    failed = [name for name in ("arrival", "throughput", "lists") if not _ran(_module(f"bench.{name}"))]
    with tempfile.TemporaryDirectory() as folder:
        files, data = _files(Path(folder))
        print(f"reading: {data}", flush=True)
        if not _ran([*_module("bench.reading"), *map(str, files)]):
            failed.append("reading")
    if failed:
        sys.exit(f"could not be taken: {', '.join(failed)}")


def _ran(command: list[str]) -> bool:
    """Run a benchmark to its end; stopped ourselves, stop it in order, too."""
    with subprocess.Popen(command) as process:  # noqa: S603 - ours
        try:
            return process.wait() == 0
        except BaseException:
            process.terminate()
            raise


def _module(name: str) -> list[str]:
    return [sys.executable, "-m", name]


def _files(folder: Path) -> tuple[list[Path], str]:
    """Return the sample faxes where they lie beside the repository, else generated ones."""
    samples = sorted(_SAMPLES.glob("*.tif"))
    if samples:
        return samples, f"{len(samples)} sample faxes"
    from tests.acceptance import paper

    for number in range(_GENERATED):
        (folder / f"{number}.tif").write_bytes(paper.packet(number))
    return sorted(folder.iterdir()), f"{_GENERATED} generated faxes of 3 pages"


if __name__ == "__main__":
    main()
