"""What `make run` starts, built once for all processes of a test run: `homing up --demo` with its organization.

The first process that asks builds it, the others attach to it, and the last to leave removes it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import psutil

from homing.cli.demo import cast
from homing.cli.folders import DataFolder
from homing.simulate.fax_carrier.handle import Control
from tests.acceptance.installation import Installation, SignIn

#: On an idle machine it takes a minute and a half.
BUILD_WITHIN_S = 480.0
_STOP_WITHIN_S = 60.0
#: What a person would call the demo: everything that a second `homing demo` could have made again or changed.
_PICTURES = {
    "organizations": "SELECT slug, name FROM tenancy_organization",
    "locations": "SELECT name FROM tenancy_location ORDER BY name",
    "members": "SELECT u.email, m.role FROM accounts_membership m JOIN accounts_user u ON u.id = m.user_id ORDER BY 1",
    "offices": "SELECT name, kind FROM directory_office ORDER BY name",
    "referrals": """
        SELECT direction, status, closure, is_open, is_open AND due_at < now() AS is_late, reference
        FROM referrals_referral ORDER BY reference""",
    "items": "SELECT state, disposition, channel, problem_code, reference FROM intake_inbounditem ORDER BY reference",
    "obligations": """
        SELECT kind, count(*), count(fulfilled_at), count(released_at), count(breached_at)
        FROM referrals_obligation GROUP BY kind ORDER BY kind""",
    "messages": "SELECT kind, state, count(*) FROM messaging_message GROUP BY kind, state ORDER BY kind, state",
}


class Demonstration(Installation):
    """A running `homing up --demo`."""

    def __init__(self, *, data: Path | None = None, port: int = 0, pid: int = 0) -> None:
        super().__init__()
        self._pid = pid
        if data is not None:
            self.folder.rmdir()
            self.folder, self.port = data, port
        self.data = DataFolder(self.folder / "data")
        self.url = f"http://127.0.0.1:{self.port}"
        self._output = self.folder / "output"

    @property
    def pid(self) -> int:
        """The supervisor's process."""
        return self._process.pid if self._process else self._pid

    @property
    def carrier_url(self) -> str:
        _, found, rest = self.said.partition("Simulated fax carrier: ")
        return rest.split()[0] if found else ""

    @property
    def control(self) -> Control:
        return Control(self.carrier_url)

    @property
    def fax(self) -> str:
        """The organization's own fax number, E.164."""
        return cast.ORGANIZATION_FAX

    @property
    def sign_ins(self) -> dict[str, SignIn]:
        lines = self.data.demo_sign_ins.read_text(encoding="utf-8").splitlines()
        passwords = {email: password for email, password, *_ in (line.split() for line in lines)}
        return {
            person.role.value: SignIn(person.role.value, person.name, person.email, passwords[person.email])
            for person in cast.STAFF
        }

    @property
    def environment(self) -> dict[str, str]:
        told = {name: value for name, value in super().environment.items() if not name.startswith("HOMING_CARRIER")}
        if not self.carrier_url:
            return told
        return told | {
            "HOMING_CARRIER_URL": self.carrier_url,
            "HOMING_CARRIER_ACCOUNT": "simulated",
            "HOMING_CARRIER_SECRET": self.data.secret("carrier"),
            "HOMING_CARRIER_WEBHOOK_SECRET": self.data.secret("carrier-webhook"),
        }

    def start(self) -> None:
        self._output.write_bytes(b"")
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "homing.cli", "up", "--demo", "--port", str(self.port)],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.wait_until(lambda: "Stop with Ctrl-C" in self.said, "the demo is not built", BUILD_WITHIN_S)

    def stop(self) -> int:
        # Ctrl-C does not reach who was started from a shell's background; whoever started it, this one does.
        process = psutil.Process(self.pid)
        process.terminate()
        deadline = time.monotonic() + _STOP_WITHIN_S
        while _lives(process):
            assert time.monotonic() < deadline, "the demo does not stop"
            time.sleep(0.1)
        return 0 if self._process is None else self._process.wait()

    def remove(self) -> None:
        if self._process is None and psutil.pid_exists(self.pid):
            self.stop()
        super().remove()

    def picture(self) -> dict[str, list[list[Any]]]:
        """Return the demo as the owner of the database sees it."""
        return {name: [list(row) for row in self.rows(query)] for name, query in _PICTURES.items()}


class Built:
    """The running demo, and what was seen when it was new: `first`, and `second` after another `homing demo`."""

    def __init__(self, running: Demonstration, facts: dict[str, Any]) -> None:
        self.running = running
        self.seconds: float = facts["seconds"]
        self.exit_status: int = facts["exit_status"]
        self.first: dict[str, list[list[Any]]] = facts["first"]
        self.second: dict[str, list[list[Any]]] = facts["second"]
        self.sign_ins: Sequence[str] = facts["sign_ins"]


@contextlib.contextmanager
def shared() -> Iterator[Built]:
    """Have the demo of this test run running inside the block."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid())
    meeting = Path(tempfile.gettempdir()) / f"homing-demonstration-{os.getuid()}-{run}"
    with contextlib.closing(_entered(meeting)) as door, (meeting / "users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        built = _attach(meeting) or _build(meeting)
        fcntl.flock(door, fcntl.LOCK_UN)
        try:
            yield built
        finally:
            fcntl.flock(door, fcntl.LOCK_EX)
            _leave(meeting, built, users.fileno())


def _entered(meeting: Path) -> IO[str]:
    """Return the door of the meeting, locked behind us."""
    while True:
        meeting.mkdir(mode=0o700, exist_ok=True)
        door = (meeting / "door").open("w")
        fcntl.flock(door, fcntl.LOCK_EX)
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(door.fileno()), (meeting / "door").stat()):
                return door
        # The last to leave has cleared everything away while we waited.
        door.close()


def _attach(meeting: Path) -> Built | None:
    record = meeting / "built"
    if not record.exists():
        return None
    facts = json.loads(record.read_text())
    return Built(Demonstration(data=Path(facts["folder"]), port=facts["port"], pid=facts["pid"]), facts)


def _build(meeting: Path) -> Built:
    running = Demonstration()
    try:
        facts = _begin(running)
    except BaseException:
        running.remove()
        shutil.rmtree(meeting)
        raise
    (meeting / "built").write_text(json.dumps(facts, default=str))
    return Built(running, json.loads((meeting / "built").read_text()))


def _begin(running: Demonstration) -> dict[str, Any]:
    began = time.monotonic()
    running.start()
    seconds = time.monotonic() - began
    first, sign_ins = running.picture(), running.data.demo_sign_ins.read_text()
    again = running.run("demo")
    return {
        "folder": str(running.folder),
        "port": running.port,
        "pid": running.pid,
        "seconds": seconds,
        "first": first,
        "exit_status": again.returncode,
        "second": running.picture(),
        "sign_ins": [sign_ins, running.data.demo_sign_ins.read_text()],
    }


def _leave(meeting: Path, built: Built, users: int) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    built.running.remove()
    shutil.rmtree(meeting)


def _lives(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False
