"""`homing up`: everything on one machine."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import click
import structlog

from homing.cli import embedded, migrations
from homing.cli.demo.cast import ORGANIZATION_FAX
from homing.cli.environment import Databases, configured, embedded_databases, of_process, prepare_roles
from homing.cli.errors import CommandFailed, DatabaseUnreachable, PortTaken, ServerFailed
from homing.cli.folders import DataFolder, data_folder
from homing.cli.journal import LogFolder
from homing.cli.lock import alone
from homing.cli.supervisor import Program, Supervisor, Tick, stop_signals
from homing.config.logging import configure

log = structlog.get_logger()

HOST = "127.0.0.1"


@click.command()
@click.option("--demo", is_flag=True, help="With a demo organization and a simulated fax carrier.")
@click.option("--port", type=click.IntRange(1, 65535), envvar="HOMING_PORT", default=8000, show_default=True)
def up(port: int, *, demo: bool) -> None:
    """Run everything on this machine until Ctrl-C: database, web, worker, folder watcher.

    The database is embedded unless DATABASE_URL is set. Press Ctrl-C twice to stop at once.
    """
    as_json = os.environ.setdefault("HOMING_LOG", "console" if sys.stderr.isatty() else "json") == "json"
    configure()
    # Until the supervisor takes over, every way of being stopped unwinds the same way.
    for number in stop_signals():
        signal.signal(number, signal.default_int_handler)
    data = data_folder()
    data.prepare()
    with alone(data) as lock, contextlib.closing(LogFolder(data.logs, as_json=as_json)) as journal:
        _require_free(port)
        with _database(data) as databases:
            environment = _environment(data, databases, port, demo=demo)
            if demo:
                _prepare_demo(environment)
            orderly = _supervise(data, environment, journal, lock=lock, port=port, demo=demo)
    log.info("up.stopped", orderly=orderly)
    sys.exit(0 if orderly else 1)


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((os.environ.get("HOMING_HOST", HOST), port))
        except OSError as error:
            raise PortTaken(
                f"Port {port} cannot be used ({error.strerror}). Choose another one: homing up --port {port + 1}"
            ) from error


@contextlib.contextmanager
def _database(data: DataFolder) -> Iterator[Databases]:
    """Have the database running, with its roles and the present schema."""
    databases = configured()
    with contextlib.ExitStack() as stack:
        if databases is None:
            stack.enter_context(embedded.in_use(data))
            prepare_roles(data)
            databases = embedded_databases(data)
        if databases.owner is not None:
            log.info("up.migrating")
            migrations.migrate(databases.owner)
        elif not migrations.is_current(databases.app):
            raise DatabaseUnreachable(
                "The configured database does not answer, or its schema is not the present one. "
                "Set HOMING_OWNER_DATABASE_URL (the role homing_owner) so that migrations can run."
            )
        yield databases


def _environment(data: DataFolder, databases: Databases, port: int, *, demo: bool) -> dict[str, str]:
    """Return the environment of all processes. The demo speaks to the simulated carrier, whatever is configured."""
    environment = of_process(data, databases.app) | {"HOMING_PORT": str(port), "PYTHONUNBUFFERED": "1"}
    if demo:
        carrier_port = _free_port(port + 1)
        environment |= {
            "HOMING_CARRIER_URL": f"http://{HOST}:{carrier_port}",
            "HOMING_CARRIER_ACCOUNT": "simulated",
            "HOMING_CARRIER_SECRET": data.secret("carrier"),
            "HOMING_CARRIER_WEBHOOK_SECRET": data.secret("carrier-webhook"),
        }
        for name in ("ACCOUNT", "SECRET", "WEBHOOK_SECRET"):
            environment[f"HOMING_SIMULATED_CARRIER_{name}"] = environment[f"HOMING_CARRIER_{name}"]
    return environment


def _free_port(wanted: int) -> int:
    """Return `wanted` if it is free, else another: the demo's address should stay the same where it can."""
    for port in (wanted, 0):
        with socket.socket() as probe, contextlib.suppress(OSError, OverflowError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return int(probe.getsockname()[1])
    raise PortTaken("No port is free for the simulated fax carrier.")


def _prepare_demo(environment: Mapping[str, str]) -> None:
    """Make the demo organization if it is missing. It writes the sign-ins into `$HOMING_DATA/demo-sign-ins`."""
    log.info("up.preparing_demo")
    ran = subprocess.run(_homing("demo"), env=environment, stdin=subprocess.DEVNULL, check=False)
    if ran.returncode:
        raise CommandFailed("The demo organization could not be made. What `homing demo` said is above.")


def _homing(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "homing.cli", *arguments]


def programs(data: DataFolder, environment: Mapping[str, str], *, demo: bool) -> list[Program]:
    """Return what `homing up` runs. The carrier outlives what speaks to it."""
    ours = [
        Program("web", _homing("web")),
        Program("worker", _homing("worker")),
        Program("folder", _homing("listen", "folder")),
    ]
    if demo:
        port = environment["HOMING_CARRIER_URL"].rpartition(":")[2]
        webhook = f"http://{HOST}:{environment['HOMING_PORT']}/hooks/fax/simulated"
        carrier = _homing("simulate", "fax-carrier", "--port", port, "--data", str(data.root / "simulated-carrier"))
        # Whoever faxes from an office's page wants to reach the demo organization.
        options = ["--webhook-url", webhook, "--number", ORGANIZATION_FAX]
        ours.insert(0, Program("carrier", [*carrier, *options], stage=1))
    return ours


def _supervise(
    data: DataFolder, environment: Mapping[str, str], journal: LogFolder, *, lock: int, port: int, demo: bool
) -> bool:
    ticks: list[Tick] = [_Announcement(data, environment, port, demo=demo)]
    if configured() is None:
        ticks.append(_DatabaseWatch(data))
    return Supervisor(programs(data, environment, demo=demo), environment, journal, ticks=ticks, keep_open=[lock]).run()


@dataclass(slots=True)
class _DatabaseWatch:
    """Starts the embedded server again if it was killed."""

    data: DataFolder
    due: float = 0.0

    def __call__(self) -> None:
        """Look for the server's process."""
        if time.monotonic() < self.due or embedded.server_pid(self.data) is not None:
            return
        log.error("database.ended")
        try:
            embedded.start(self.data)
        except ServerFailed as error:
            log.warning("database.start_failed", reason=str(error))
            self.due = time.monotonic() + 10
        else:
            log.info("database.started")


@dataclass(slots=True)
class _Announcement:
    """Says where to go, as soon as there is something to see."""

    data: DataFolder
    environment: Mapping[str, str]
    port: int
    demo: bool
    said: bool = field(default=False)

    def __call__(self) -> None:
        """Ask the web server once; when it answers, speak and fall silent."""
        if self.said or not _answers(self.port):
            return
        self.said = True
        address = self.environment.get("HOMING_URL", f"http://{HOST}:{self.port}")
        lines = [f"Homing is running: {address}"]
        if self.demo:
            lines += [f"Simulated fax carrier: {self.environment['HOMING_CARRIER_URL']}"]
            lines += _sign_ins(self.data.demo_sign_ins)
        else:
            lines += _set_up_link(self.environment)
        lines += [f"Drop folder: {self.data.drop}", "Stop with Ctrl-C."]
        with contextlib.suppress(OSError):
            click.echo("\n".join(["", *lines, ""]))


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(os.environ.get("HOMING_HOST", HOST), port, timeout=2)
    try:
        connection.request("GET", "/healthz", headers={"Host": HOST})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _sign_ins(path: Path) -> list[str]:
    if not path.exists():
        return []
    return ["Demo sign-ins (synthetic people, this demo only):", *path.read_text(encoding="utf-8").splitlines()]


def _set_up_link(environment: Mapping[str, str]) -> list[str]:
    """Return the one-time link by which the first administrator sets up the first organization, if there is none."""
    ran = subprocess.run(
        _homing("set-up-link"),
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        log.warning("up.no_set_up_link", reason=ran.stderr.strip())
    return [f"Set it up here, once: {line}" for line in ran.stdout.split()]
