"""`homing up` with its real processes: it starts, survives what happens to processes, and stops in order."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from homing.cli import embedded, roles
from homing.cli.folders import DataFolder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], bool], what: Callable[[], str], seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what()
        time.sleep(0.05)


class Installation:
    """A data folder, and the `homing up` that runs on it."""

    def __init__(self, folder: Path) -> None:
        self.data = DataFolder(folder / "data")
        self.port = free_port()
        self.output = folder / "output"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("HOMING", "DATABASE", "DJANGO"))
        }
        return {**inherited, "HOMING_DATA": str(self.data.root), "HOMING_WEB_PROCESSES": "1"}

    def homing(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "homing.cli", *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self) -> None:
        """Start it, or find it running, and wait until it answers."""
        if self.process is None or self.process.poll() is not None:
            with self.output.open("wb") as output:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", "homing.cli", "up", "--port", str(self.port)],
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        wait_until(lambda: "Stop with Ctrl-C" in self.said, lambda: self.said)
        self.wait_until_it_answers()

    @property
    def said(self) -> str:
        return self.output.read_text()

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def wait_until_it_answers(self) -> None:
        wait_until(self.answers, lambda: f"no answer:\n{self.said}")

    def children(self) -> dict[str, psutil.Process]:
        """Return the processes of the supervisor, by the command they run."""
        found = {}
        for child in psutil.Process(self.pid).children():
            with contextlib.suppress(psutil.Error):
                command = child.cmdline()
                found["web" if "gunicorn" in command else command[-1]] = child
        return found

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(60)

    def ensure_stopped(self) -> None:
        """Stop it if it runs; have its data in any case."""
        if not self.data.database.exists():
            self.start()
        if self.process is not None and self.process.poll() is None:
            assert self.stop() == 0


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    folder = Path(tempfile.mkdtemp(prefix="homing-up-", dir="/tmp"))
    made = Installation(folder)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.stop()
    embedded.stop(made.data, patience=5)
    shutil.rmtree(folder)


def is_gone(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    return True


def test_it_starts_from_nothing_and_says_where_to_go(installation: Installation) -> None:
    installation.start()
    assert f"Homing is running: http://127.0.0.1:{installation.port}" in installation.said
    assert embedded.server_pid(installation.data) is not None
    assert {"web", "worker", "folder"} <= {
        json.loads(line).get("process") for line in installation.said.split("\n") if line.startswith("{")
    }


def test_what_it_keeps_is_private(installation: Installation) -> None:
    installation.start()
    files = [file for file in installation.data.root.rglob("*") if file.is_file()]
    assert {file.name for file in files} >= {"django", "postgres-homing_app", "up.lock", "web.log"}
    open_to_others = [file for file in files if stat.S_IMODE(file.stat().st_mode) & 0o077]
    assert open_to_others == []


def test_no_process_but_the_migrating_one_holds_the_owners_password(installation: Installation) -> None:
    installation.start()
    secrets = [installation.data.secret("postgres-homing_owner"), installation.data.secret("postgres-postgres")]
    for process in [psutil.Process(installation.pid), *psutil.Process(installation.pid).children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            held = json.dumps([process.environ(), process.cmdline()])
            assert not any(secret in held for secret in secrets)


def test_a_second_start_on_the_same_data_folder_is_refused(installation: Installation) -> None:
    installation.start()
    second = installation.homing("up", "--port", str(free_port()))
    assert second.returncode == 1
    assert f"already running on {installation.data.root} (process {installation.pid})" in second.stderr
    restore = installation.homing("db", "restore", __file__, "--yes")
    assert (restore.returncode, "already running" in restore.stderr) == (1, True)
    assert installation.answers()


def test_a_taken_port_is_refused_with_another_one_to_try(installation: Installation, tmp_path: Path) -> None:
    installation.start()
    other = Installation(tmp_path)
    refused = other.homing("up", "--port", str(installation.port))
    assert refused.returncode == 1
    assert f"homing up --port {installation.port + 1}" in refused.stderr
    assert not other.data.database.exists()


def test_doctor_finds_nothing_wrong_with_what_up_has_made(installation: Installation) -> None:
    installation.start()
    report = json.loads(installation.homing("doctor", "--json").stdout)
    wrong = [check for check in report["checks"] if check["level"] == "error" and check["check"] != "queue"]
    assert wrong == []
    assert {check["check"] for check in report["checks"]} >= {"role", "row-level security", "migrations", "queue"}


def test_a_killed_web_server_comes_back_and_takes_nothing_with_it(installation: Installation) -> None:
    installation.start()
    database = embedded.server_pid(installation.data)
    web = installation.children()["web"]
    workers = web.children()
    web.kill()
    wait_until(lambda: is_gone(web), lambda: "the web server lives")
    installation.wait_until_it_answers()
    assert all(is_gone(worker) for worker in workers)
    assert embedded.server_pid(installation.data) == database


def test_a_killed_database_comes_back_with_what_was_committed(installation: Installation) -> None:
    installation.start()
    address = embedded.url(installation.data, role=roles.OWNER, database="homing")
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS answer")
    pid = embedded.server_pid(installation.data)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: embedded.server_pid(installation.data) not in {None, pid}, lambda: installation.said)
    installation.wait_until_it_answers()
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
        connection.execute("DROP TABLE kept")


def test_a_killed_supervisor_leaves_a_database_that_the_next_start_adopts(installation: Installation) -> None:
    installation.start()
    database = embedded.server_pid(installation.data)
    children = installation.children()
    os.kill(installation.pid, signal.SIGKILL)
    assert installation.process is not None
    installation.process.wait()
    installation.start()
    assert embedded.server_pid(installation.data) == database
    assert all(is_gone(child) for child in children.values())


def test_ctrl_c_stops_everything_and_the_database_last(installation: Installation) -> None:
    installation.start()
    children = installation.children()
    database = embedded.server_pid(installation.data)
    assert installation.stop() == 0
    assert all(is_gone(child) for child in children.values())
    assert embedded.server_pid(installation.data) is None
    assert database is not None
    stopped = [line for line in installation.said.split("\n") if '"process.stopped"' in line]
    assert {json.loads(line)["process"] for line in stopped} >= {"web", "folder"}
    ends = (installation.data.logs / "postgresql.log").read_text().split("\n")
    assert any("database system is shut down" in line for line in ends[-5:])
    assert not any("terminating connection due to administrator command" in line for line in ends[-10:])


def test_a_backup_brings_everything_back(installation: Installation, tmp_path: Path) -> None:
    installation.ensure_stopped()
    backup = tmp_path / "backup"
    with embedded.in_use(installation.data):
        owner = embedded.url(installation.data, role=roles.OWNER, database="homing")
        app = embedded.url(installation.data, role=roles.APP, database="homing")
        with psycopg.connect(owner) as connection:
            connection.execute("CREATE TABLE event AS SELECT 'before' AS moment")
            connection.execute("REVOKE UPDATE, DELETE ON event FROM homing_app")
        assert installation.homing("db", "backup", str(backup), "--json").returncode == 0
        assert stat.S_IMODE(backup.stat().st_mode) == 0o600
        with psycopg.connect(owner) as connection:
            connection.execute("UPDATE event SET moment = 'after'")

        restored = installation.homing("db", "restore", str(backup), "--yes", "--json")
        assert (restored.returncode, restored.stderr) == (0, "")

        with psycopg.connect(app) as connection:
            assert connection.execute("SELECT moment FROM event").fetchone() == ("before",)
            rights = connection.execute(
                "SELECT has_table_privilege('event', 'UPDATE'), has_table_privilege('procrastinate_jobs', 'INSERT')"
            )
            assert rights.fetchone() == (False, True)
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute("DROP TABLE event")
            connection.execute("CREATE TABLE later ()")
            may = connection.execute("SELECT has_table_privilege('homing_app', 'later', 'INSERT')").fetchone()
            connection.execute("DROP TABLE later")
        assert may == (True,), "default privileges come back too"


def test_a_backup_that_is_none_leaves_the_present_data_alone(installation: Installation, tmp_path: Path) -> None:
    installation.ensure_stopped()
    (tmp_path / "no-backup").write_bytes(b"PGDMP and then nothing")
    with embedded.in_use(installation.data):
        refused = installation.homing("db", "restore", str(tmp_path / "no-backup"), "--yes", "--json")
        assert (refused.returncode, json.loads(refused.stdout)["error"]["code"]) == (1, "command_failed")
        url = installation.homing("db", "url").stdout.strip()
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) > 0 FROM django_migrations").fetchone() == (True,)


def test_the_last_command_to_need_the_database_has_stopped_it(installation: Installation) -> None:
    installation.ensure_stopped()
    assert embedded.server_pid(installation.data) is None
    assert json.loads(installation.homing("audit", "--verify", "--json").stdout) == {"is_sound": True, "chains": []}
    assert embedded.server_pid(installation.data) is None
