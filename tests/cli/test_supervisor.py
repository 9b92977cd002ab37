"""The supervisor, with real processes that misbehave in small ways."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

HARNESS = """
import json, os, signal, sys
# The tests themselves may run under nohup, which supervisors honour.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from homing.cli.supervisor import Program, Supervisor
from homing.config.logging import configure

os.environ["HOMING_LOG"] = "json"
configure()

class ToStdout:
    def write(self, name, line):
        print(name, line, flush=True)

programs = [Program(name, [sys.executable, "-c", code], stage) for name, code, stage in json.loads(sys.argv[1])]
patience = float(sys.argv[2])
orderly = Supervisor(programs, dict(os.environ), ToStdout(), patience_s=patience).run()
print("harness", "orderly" if orderly else "forced", flush=True)
"""
STAYS = "import time; print('here', flush=True); time.sleep(60)"
LEAVES_POLITELY = """
import signal, sys, time

def go(*_):
    print("asked to go", flush=True)
    time.sleep(0.3)
    print("gone", flush=True)
    sys.exit(0)

signal.signal(signal.SIGTERM, go)
print("here", flush=True)
time.sleep(60)
"""
IGNORES_REQUESTS = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("here", flush=True)
time.sleep(60)
"""


class Run:
    """A supervisor in a process of its own; what it and its processes say is in `output`."""

    def __init__(self, folder: Path, programs: list[tuple[str, str, int]], patience: float) -> None:
        import json

        self.path = folder / "output"
        with self.path.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", HARNESS, json.dumps(programs), str(patience)],
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self.path.read_text()

    def said(self, text: str, times: int = 1) -> None:
        """Wait until `text` was said so many times."""
        wait_until(lambda: self.output.count(text) >= times, lambda: f"{text!r} in:\n{self.output}")

    def children(self) -> list[psutil.Process]:
        return list(psutil.Process(self.process.pid).children(recursive=True))


def wait_until(condition: Callable[[], bool], what: Callable[[], str]) -> None:
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline, what()
        time.sleep(0.02)


def is_gone(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    return True


Start = Callable[..., Run]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    runs: list[Run] = []

    def begin(*programs: tuple[str, str, int], patience: float = 10) -> Run:
        runs.append(Run(tmp_path, [(name, textwrap.dedent(code), stage) for name, code, stage in programs], patience))
        return runs[-1]

    yield begin
    for run in runs:
        for process in run.children() if run.process.poll() is None else []:
            process.kill()
        run.process.kill()
        run.process.wait()


def test_a_process_that_ends_is_started_again_and_the_log_says_so(start: Start) -> None:
    run = start(("brittle", "print('here', flush=True); raise SystemExit(3)", 0), ("steady", STAYS, 0))
    run.said("brittle here", times=3)
    assert '"how": "exit 3"' in run.output
    assert '"started_again_in_s": 0.5' in run.output
    assert '"started_again_in_s": 1.0' in run.output
    assert run.output.count("steady here") == 1


def test_a_killed_process_is_started_again_and_takes_nobody_with_it(start: Start) -> None:
    run = start(("one", STAYS, 0), ("two", STAYS, 0))
    run.said("one here")
    run.said("two here")
    victim = run.children()[0]
    victim.kill()
    run.said(" here", times=3)
    assert '"how": "signal SIGKILL"' in run.output
    assert sorted(line for line in run.output.split("\n") if "here" in line) in (
        ["one here", "one here", "two here"],
        ["one here", "two here", "two here"],
    )


def test_what_an_ended_process_left_behind_ends_too(start: Start) -> None:
    leaves_a_child = f"""
        import subprocess, sys
        child = subprocess.Popen([sys.executable, "-c", {STAYS!r}], stdout=subprocess.DEVNULL)
        print("child", child.pid, flush=True)
        sys.stdin.read()
        import time; time.sleep(60)
        """
    run = start(("parent", leaves_a_child, 0))
    run.said("parent child")
    orphan = psutil.Process(int(run.output.split("parent child ")[1].split()[0]))
    next(process for process in run.children() if process.pid != orphan.pid).kill()
    wait_until(lambda: is_gone(orphan), lambda: "the orphan lives")


def test_ctrl_c_stops_the_stages_one_after_the_other_and_exits_in_order(start: Start) -> None:
    run = start(("last", LEAVES_POLITELY, 1), ("first", LEAVES_POLITELY, 0))
    run.said("first here")
    run.said("last here")
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(15) == 0
    words = [line for line in run.output.split("\n") if line.startswith(("first", "last", "harness"))]
    assert words[2:] == ["first asked to go", "first gone", "last asked to go", "last gone", "harness orderly"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_ways_to_be_told_to_stop_are_as_good(start: Start, number: signal.Signals) -> None:
    run = start(("only", LEAVES_POLITELY, 0))
    run.said("only here")
    run.process.send_signal(number)
    assert run.process.wait(15) == 0
    run.said("harness orderly")


def test_a_second_ctrl_c_kills_what_does_not_go(start: Start) -> None:
    run = start(("stubborn", IGNORES_REQUESTS, 0), patience=60)
    run.said("stubborn here")
    run.process.send_signal(signal.SIGINT)
    run.said("process.stopping")
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(15) == 0
    run.said("process.killed")
    run.said("harness forced")


def test_patience_with_a_process_that_does_not_go_ends(start: Start) -> None:
    run = start(("stubborn", IGNORES_REQUESTS, 0), patience=0.5)
    run.said("stubborn here")
    run.process.send_signal(signal.SIGTERM)
    assert run.process.wait(15) == 0
    run.said("harness forced")


def test_nothing_a_process_says_before_it_ends_is_lost(start: Start) -> None:
    talks = (
        "import os; os.write(1, b'line\\n' * 50000 + b'last words without an end of line'); import time; time.sleep(5)"
    )
    run = start(("talker", talks, 0))
    run.said("talker line", times=50000)
    run.children()[0].kill()
    run.said("talker last words without an end of line")


def test_processes_follow_a_supervisor_that_was_killed(start: Start) -> None:
    follows = f"from homing.cli.lifeline import follow_supervisor; follow_supervisor()\n{STAYS}"
    run = start(("one", follows, 0), ("two", follows, 0))
    run.said(" here", times=2)
    children = run.children()
    os.kill(run.process.pid, signal.SIGKILL)
    run.process.wait()
    for child in children:
        wait_until(lambda child=child: is_gone(child), lambda: "an orphan stays")  # type: ignore[misc]
