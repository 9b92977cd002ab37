"""A whole Homing on this machine, as its users have it: `homing up` and a simulated carrier, both real processes."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import psutil
import psycopg

from homing.cli import embedded, migrations, roles
from homing.cli.folders import DataFolder
from homing.simulate.fax_carrier.handle import CarrierProcess, Control

REPOSITORY = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0
#: A three-page fax takes 102 line seconds: at this speed a sixth of a second.
LINE_SPEED = 600.0
_EXPLAINING = (
    "SELECT 'message', kind, state FROM messaging_message",
    "SELECT 'delivery', state, cause, next_check_at FROM messaging_delivery",
    "SELECT task_name, status, attempts, scheduled_at FROM procrastinate_jobs WHERE status IN ('doing', 'failed')",
)


@dataclass(frozen=True, slots=True)
class SignIn:
    """One of the synthetic people; `role` as in `accounts.policy.Role`."""

    role: str
    name: str
    email: str
    password: str


@dataclass(frozen=True, slots=True)
class Office:
    """A referring office of `cli.demo.cast`, known with a proven fax number (E.164). `number` is its place there."""

    id: UUID
    number: int
    name: str
    fax: str


@dataclass(frozen=True, slots=True)
class Organization:
    """The one organization of the installation; `fax` is E.164."""

    id: UUID
    slug: str
    fax: str
    sign_ins: Mapping[str, SignIn]
    offices: Sequence[Office]


class Installation:
    """Use as a context manager: inside the block Homing runs, with one organization and nothing in it yet."""

    def __init__(self, *, settings: Mapping[str, str] | None = None, speed: float = LINE_SPEED) -> None:
        # Not pytest's folder: the path of a Unix socket is limited.
        self.folder = Path(tempfile.mkdtemp(prefix="homing-acceptance-", dir="/tmp"))
        self.data = DataFolder(self.folder / "data")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        webhook = f"{self.url}/hooks/fax/simulated"
        self.carrier = CarrierProcess(self.folder / "carrier", webhook_url=webhook, speed=speed)
        self._settings = dict(settings or {})
        self._output = self.folder / "output"
        self._process: subprocess.Popen[bytes] | None = None
        self._organization: Organization | None = None

    def __enter__(self) -> Self:
        try:
            self.carrier.start()
            self.start()
            self._organization = self._found()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    # -- where things are -------------------------------------------------------------------------------------------

    @property
    def carrier_url(self) -> str:
        """The simulated carrier, whose first page shows what every office has received."""
        return self.carrier.base_url

    @property
    def control(self) -> Control:
        """The carrier's control: offices that send, lines that fail, everything that was ever faxed."""
        return self.carrier.control()

    @property
    def drop(self) -> Path:
        """The watched folder."""
        return self.data.drop

    @property
    def organization(self) -> Organization:
        assert self._organization is not None
        return self._organization

    @property
    def sign_ins(self) -> Mapping[str, SignIn]:
        """One person for each role, by role."""
        return self.organization.sign_ins

    @property
    def database_url(self) -> str:
        """The database under the app role, which sees nothing without a scope."""
        return embedded.url(self.data, role=roles.APP, database=roles.DATABASE)

    @property
    def owner_url(self) -> str:
        """The database under the owner role, which sees every row."""
        return embedded.url(self.data, role=roles.OWNER, database=roles.DATABASE)

    @property
    def environment(self) -> dict[str, str]:
        """What every `homing` command of this installation finds in its environment."""
        ours = ("HOMING", "DATABASE", "DJANGO")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return {
            **inherited,
            "HOMING_DATA": str(self.data.root),
            "HOMING_CARRIER_URL": self.carrier.base_url,
            "HOMING_CARRIER_ACCOUNT": self.carrier.account,
            "HOMING_CARRIER_SECRET": self.carrier.secret,
            "HOMING_CARRIER_WEBHOOK_SECRET": self.carrier.webhook_secret,
            **self._settings,
        }

    @property
    def said(self) -> str:
        """Everything that `homing up` and its processes have said since the last start."""
        return self._output.read_text(encoding="utf-8", errors="replace")

    # -- life -------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start `homing up` and return when it has said where to go and answers there."""
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "homing.cli", "up", "--port", str(self.port)],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.wait_until(lambda: "Stop with Ctrl-C" in self.said and self.answers(), "Homing does not start", 90)

    def stop(self) -> int:
        """Stop it in order and return its exit status."""
        assert self._process is not None
        # Not SIGINT: who was started from a shell's background ignores it.
        self._process.terminate()
        return self._process.wait(60)

    def remove(self) -> None:
        """Stop everything and delete it."""
        if self._process is not None and self._process.poll() is None:
            self.stop()
        embedded.stop(self.data, patience=5)
        self.carrier.stop()
        shutil.rmtree(self.folder)

    def answers(self) -> bool:
        """Tell whether the web server answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def process(self, name: str) -> psutil.Process:
        """Return the process `supervisor`, `web`, `worker` or `folder`, once it runs."""
        self.wait_until(lambda: name in self._processes(), f"no process {name}")
        return self._processes()[name]

    def kill(self, name: str) -> psutil.Process:
        """End a process as a power cut would; return it. Whoever supervises it will notice."""
        process = self.process(name)
        process.kill()
        if name == "supervisor":
            assert self._process is not None
            self._process.wait(10)
        return process

    # -- use --------------------------------------------------------------------------------------------------------

    def run(self, *arguments: str, seconds: float = 180) -> subprocess.CompletedProcess[str]:
        """Run `homing ARGUMENTS` beside the running installation."""
        return self.python("-m", "homing.cli", *arguments, seconds=seconds)

    def json(self, *arguments: str) -> Any:
        """Run `homing ARGUMENTS --json`, which must succeed, and return what it answers."""
        ran = self.run(*arguments, "--json")
        assert ran.returncode == 0, f"{arguments}: {ran.stdout}{ran.stderr}"
        return json.loads(ran.stdout)

    def python(self, *arguments: str, seconds: float = 180) -> subprocess.CompletedProcess[str]:
        """Run this Python in the installation's environment, from the root of the repository."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=REPOSITORY,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def enter(self) -> None:
        """Let this process use the installation's database through Django. For benchmarks: a test has its own."""
        os.environ |= self.environment
        os.environ |= {"DATABASE_URL": self.database_url, "DJANGO_SETTINGS_MODULE": migrations.SETTINGS}
        import django

        django.setup()

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return what the owner of the database sees."""
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def wait_until(self, condition: Callable[[], object], what: str, seconds: float = PATIENCE_S) -> None:
        """Return when `condition` holds; after `seconds` fail with `what` and the last words of the processes."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"{what} (after {seconds:.0f} s).\n{self._state()}"
            assert self._process is None or self._process.poll() is None, f"Homing has ended.\n{self._state()}"
            time.sleep(0.1)

    # -- the ledger -------------------------------------------------------------------------------------------------

    def fax_in(self, office: Office, document: bytes) -> str:
        """Let an office fax us a PDF or TIFF; return the carrier's id of the arrival."""
        return self.control.send(office.fax, self.organization.fax, document)

    def put(self, name: str, content: bytes) -> None:
        """Put a file into the watched folder as a careful scanner does: written elsewhere, then renamed."""
        draft = self.drop / f".{name}.part"
        draft.write_bytes(content)
        # The watcher knows by an unfinished name that the finished one needs no settling; it looks once a second.
        time.sleep(1.5)
        draft.rename(self.drop / name)

    def items(self, *, file_name: str | None = None, carrier_reference: str | None = None) -> list[dict[str, Any]]:
        """Return lines of the ledger, oldest first, narrowed by the arrival's file name or reference."""
        with psycopg.connect(self.owner_url, autocommit=True, row_factory=psycopg.rows.dict_row) as connection:
            return connection.execute(
                b"""
                SELECT id, reference, channel, carrier_reference, file_name, state, disposition, disposition_ref,
                       is_open, next_action, owner_role, due_at, pages, problem_code, problem_message, problems,
                       sender_proven, kind, step, step_page, received_at, parent_id
                FROM intake_inbounditem
                WHERE (%(name)s::text IS NULL OR file_name = %(name)s)
                  AND (%(reference)s::text IS NULL OR carrier_reference = %(reference)s)
                ORDER BY received_at, id
                """,
                {"name": file_name, "reference": carrier_reference},
            ).fetchall()

    def _state(self) -> str:
        """Return what explains a wait that was in vain: the ledger, the messages, the jobs, the last words."""
        lines = self.said.splitlines()[-30:]
        if self._organization is not None:
            lines += [f"{item['reference']} {item['state']} {item['disposition']}" for item in self.items()]
            lines += [str(row) for query in _EXPLAINING for row in self.rows(query)]
        return "\n".join(lines)

    def _processes(self) -> dict[str, psutil.Process]:
        assert self._process is not None
        found = {"supervisor": psutil.Process(self._process.pid)}
        for child in found["supervisor"].children():
            with contextlib.suppress(psutil.Error):
                command = child.cmdline()
                if child.status() != psutil.STATUS_ZOMBIE and command:
                    found["web" if "gunicorn" in command else command[-1]] = child
        return found

    def _found(self) -> Organization:
        ran = self.python("-m", "tests.acceptance.organization")
        assert ran.returncode == 0, ran.stderr
        made = json.loads(ran.stdout)
        return Organization(
            id=UUID(made["id"]),
            slug=made["slug"],
            fax=made["fax"],
            sign_ins={one["role"]: SignIn(**one) for one in made["sign_ins"]},
            offices=[Office(UUID(one["id"]), one["number"], one["name"], one["fax"]) for one in made["offices"]],
        )


def free_port() -> int:
    """Return a port on which nobody listens just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
