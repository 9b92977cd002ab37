"""`homing doctor`: what is set, what is wrong, what to do."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import stat
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

import click
import psycopg

from homing.cli import embedded, migrations, roles
from homing.cli.environment import configured, database_in_use
from homing.cli.folders import DataFolder, data_folder
from homing.cli.output import answer, json_option
from homing.cli.settings_list import SETTINGS
from homing.kit.errors import HomingError

_GIB = 1024**3
_LEAST_FREE = 2 * _GIB

_ROLE = """
    SELECT rolname, rolsuper OR rolbypassrls, has_schema_privilege('public', 'CREATE')
    FROM pg_roles WHERE rolname = current_user
"""
_WITHOUT_POLICY = """
    SELECT c.relname FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity) AND c.relname <> ALL (%s)
"""
#: Needed before a tenant is known (database.md), or without a tenant by nature.
_EXEMPT = ["tenancy_resolver", "tenancy_unclaimedarrival"]
_QUEUE = """
    SELECT count(*) FILTER (WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now()),
           count(*) FILTER (WHERE status = 'todo' AND scheduled_at < now() - interval '5 minutes'),
           count(*) FILTER (WHERE status = 'doing'),
           count(*) FILTER (WHERE status = 'failed'),
           count(*) FILTER (
               WHERE status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < now() - interval '1 minute')),
           (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute')
    FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
"""


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and what to do about it."""

    check: str
    level: Level
    says: str
    do: str = ""


@click.command()
@json_option
def doctor(*, as_json: bool) -> None:
    """Check this installation: settings, folders, database, roles, migrations, reading, queue. Exits 1 on an error."""
    data = data_folder()
    findings = [*_folders(data), *_disk(data), *_reading(), *_carrier(), *_database(data)]
    failed = [finding for finding in findings if finding.level is Level.ERROR]
    document: dict[str, object] = {
        "settings": [{"name": one.name, "value": one.shown, "meaning": one.meaning} for one in SETTINGS],
        "checks": [asdict(finding) for finding in findings],
    }
    if failed:
        document["error"] = {"code": "unwell", "message": "; ".join(finding.says for finding in failed)}
    answer(document, _lines(findings), as_json=as_json)
    sys.exit(1 if failed else 0)


def _lines(findings: list[Finding]) -> list[str]:
    width = max(len(setting.name) for setting in SETTINGS)
    lines = ["Settings"]
    lines += [f"  {one.name:<{width}}  {one.shown}  - {one.meaning}" for one in SETTINGS]
    lines += ["", "Checks"]
    for finding in findings:
        lines.append(f"  {finding.level.upper():<8} {finding.check}: {finding.says}")
        if finding.do:
            lines.append(f"           -> {finding.do}")
    return lines


def _folders(data: DataFolder) -> Iterator[Finding]:
    if not data.root.exists():
        yield Finding("data folder", Level.ERROR, f"{data.root} does not exist", "Run `homing up` once.")
        return
    private = [data.keys, data.documents, data.logs, data.database, *_files(data.keys)]
    wide = [path for path in private if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    if wide:
        names = ", ".join(str(path) for path in wide)
        yield Finding("permissions", Level.ERROR, f"others may read {names}", f"chmod go= {names}")
    else:
        yield Finding("permissions", Level.OK, f"{data.root}: keys, documents and database are private")


def _files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _disk(data: DataFolder) -> Iterator[Finding]:
    place = next(folder for folder in [data.root, *data.root.parents] if folder.exists())
    free = shutil.disk_usage(place).free
    says = f"{free / _GIB:.1f} GiB free in {place}"
    if free < _LEAST_FREE:
        yield Finding("disk", Level.ERROR, says, "Make room: without it nothing that arrives can be stored.")
    else:
        yield Finding("disk", Level.OK, says)


def _reading() -> Iterator[Finding]:
    from homing.intake.reading.engines import tessdata_folder

    folder = tessdata_folder()
    missing = [name for name in ("eng", "osd") if folder is None or not (folder / f"{name}.traineddata").exists()]
    if missing:
        packages = " ".join(f"tesseract-ocr-{name}" for name in missing)
        yield Finding("reading", Level.WARNING, "Tesseract's data are missing: the second reader is used, slower",
                      f"As root: apt-get install {packages}")  # fmt: skip
    else:
        yield Finding("reading", Level.OK, f"Tesseract's data in {folder}")


def _carrier() -> Iterator[Finding]:
    address = os.environ.get("HOMING_CARRIER_URL")
    if not address:
        yield Finding("fax carrier", Level.WARNING, "none configured: nothing can be faxed", "Set HOMING_CARRIER_URL.")
        return
    parts = urlsplit(address)
    try:
        place = (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        socket.create_connection(place, timeout=5).close()
    except (OSError, ValueError) as error:
        yield Finding("fax carrier", Level.ERROR, f"{address} does not answer ({error})", "Check HOMING_CARRIER_URL.")
    else:
        yield Finding("fax carrier", Level.OK, f"{address} answers")


def _database(data: DataFolder) -> Iterator[Finding]:
    where = "configured" if configured() else f"embedded in {data.database}"
    running = configured() is None and embedded.server_pid(data) is not None
    with contextlib.ExitStack() as stack:
        try:
            databases = stack.enter_context(database_in_use())
            connection = stack.enter_context(psycopg.connect(databases.app, connect_timeout=10))
        except HomingError as error:
            yield Finding("database", Level.ERROR, str(error))
            return
        except psycopg.OperationalError as error:
            yield Finding(
                "database", Level.ERROR, f"{where}: {str(error).strip()}", "Check DATABASE_URL and the server."
            )
            return
        state = "running" if running or configured() else "was not running, started for this check"
        yield Finding("database", Level.OK, f"{where}, {state}, PostgreSQL {connection.info.server_version // 10000}")
        for check in (_role, _policies):
            yield from check(connection)
        if migrations.is_current(databases.app):
            yield Finding("migrations", Level.OK, "the schema is the present one")
            yield from _queue(connection)
        else:
            yield Finding("migrations", Level.ERROR, "the schema is not the present one", "Run `homing db migrate`.")


def _role(connection: psycopg.Connection) -> Iterator[Finding]:
    name, sees_everything, may_create = connection.execute(_ROLE).fetchone() or ("?", True, True)
    if sees_everything or may_create:
        yield Finding("role", Level.ERROR, f"{name} has rights the application must not have",
                      f"Let DATABASE_URL name {roles.APP}; docs/guide/operate.md says how it is made.")  # fmt: skip
    else:
        yield Finding("role", Level.OK, f"{name} is bound by row-level security")


def _policies(connection: psycopg.Connection) -> Iterator[Finding]:
    open_tables = [row[0] for row in connection.execute(_WITHOUT_POLICY, [_EXEMPT])]
    if open_tables:
        yield Finding(
            "row-level security", Level.ERROR, f"missing on {', '.join(open_tables)}", "This is a defect: report it."
        )
    else:
        yield Finding("row-level security", Level.OK, "on every table of the organizations")


def _queue(connection: psycopg.Connection) -> Iterator[Finding]:
    row = connection.execute(_QUEUE).fetchone()
    due, overdue, doing, failed, stalled, workers = row or (0, 0, 0, 0, 0, 0)
    says = f"{due} due, {doing} being done, {failed} given up, {stalled} stalled, {workers} workers alive"
    worst, do = Level.OK, ""
    if failed:
        worst, do = Level.WARNING, "What was given up is in the exception queue; the worker's log has the reasons."
    if due and not workers:
        worst, do = Level.ERROR, "No worker runs. Start `homing up` or `homing worker`."
    elif overdue or stalled:
        worst, do = Level.WARNING, "The workers do not keep up: start another `homing worker`."
    yield Finding("queue", worst, says, do)
