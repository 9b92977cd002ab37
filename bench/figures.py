"""How a benchmark speaks: a line with the data, then a line with the figure."""

from __future__ import annotations

import math
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure should be: `sign` is <= or >=."""

    sign: str
    value: float


def figure(name: str, value: float, unit: str, goal: Goal, data: str) -> None:
    """Print which data and how many, then the figure."""
    print(f"data {data}")
    print(f"figure {name} {value:.3g} {unit} goal {goal.sign}{goal.value:g}", flush=True)


def end_in_order() -> None:
    """Let SIGTERM (of `timeout`, for example) unwind this process, so that nothing it has started is left behind."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def machine() -> str:
    """Return what this machine is, and how busy it is with other things."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    memory = psutil.virtual_memory().total / 1024**3
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, load averages before {load}"


def database_settings(folder: Path) -> str:
    """Return the settings of the embedded server that decide its speed."""
    wanted = ("shared_buffers", "effective_cache_size", "work_mem")
    lines = (folder / "postgresql.conf").read_text(encoding="utf-8").splitlines()
    return ", ".join(line.split("#")[0].strip() for line in lines if line.startswith(wanted))


def cpu_seconds(process: psutil.Process) -> float:
    """Return the CPU seconds of a process, those it has buried and all its living descendants."""
    return sum(_own(one) for one in [process, *process.children(recursive=True)])


def _own(process: psutil.Process) -> float:
    try:
        used = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(used.user + used.system + used.children_user + used.children_system)
