"""One embedded PostgreSQL for a test run: the real server, roles and migrations; a copy of the database per process.

The run's folder is named in the environment, so that the processes of xdist find the controller's. The server starts
when the first test asks for the database.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from homing.cli import embedded, migrations, roles
from homing.cli.folders import DataFolder

FOLDER_VARIABLE = "HOMING_TEST_FOLDER"
PREFIX = "homing-test-"
TEMPLATE = "homing_template"
#: Nothing of a test run needs to survive a power cut.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "128MB",
}
NAME = "homing_" + os.environ.get("PYTEST_XDIST_WORKER", "main")


def run_folder() -> DataFolder:
    """Return the data folder of this test run, made by the first process that asks."""
    if FOLDER_VARIABLE not in os.environ:
        _sweep()
        # Not pytest's folder: the path of a Unix socket is limited.
        os.environ[FOLDER_VARIABLE] = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir="/tmp")
    data = DataFolder(Path(os.environ[FOLDER_VARIABLE]))
    data.prepare()
    return data


def app_url() -> str:
    """Return the URL of this process's database under the app role."""
    return embedded.url(run_folder(), role=roles.APP, database=NAME)


def owner_url(database: str = NAME) -> str:
    """Return the URL under the owner role, for tests of migrations and of what the app role may not do."""
    return embedded.url(run_folder(), role=roles.OWNER, database=database)


def make() -> None:
    """Have the server running and this process's database fresh."""
    data = run_folder()
    with (data.root / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (data.root / "template.made").exists():
            embedded.start(data, FAST)
            roles.prepare(
                embedded.superuser_url(data),
                owner_password=data.secret(f"postgres-{roles.OWNER}"),
                app_password=data.secret(f"postgres-{roles.APP}"),
                database=TEMPLATE,
            )
            migrations.migrate(owner_url(TEMPLATE))
            (data.root / "template.made").touch()
    renew()


def renew() -> None:
    """Replace this process's database by a new copy of the template."""
    names = {"name": sql.Identifier(NAME), "template": sql.Identifier(TEMPLATE), "owner": sql.Identifier(roles.OWNER)}
    with psycopg.connect(embedded.superuser_url(run_folder()), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {name} WITH (FORCE)").format(**names))
        connection.execute(
            sql.SQL("CREATE DATABASE {name} OWNER {owner} TEMPLATE {template} STRATEGY file_copy").format(**names)
        )


def remove() -> None:
    """End the run: stop the server, delete its folder. For the process that made it."""
    data = run_folder()
    embedded.stop(data, patience=5)
    shutil.rmtree(data.root)
    del os.environ[FOLDER_VARIABLE]


def _sweep() -> None:
    """Remove what killed test runs have left."""
    for folder in Path("/tmp").glob(PREFIX + "*"):  # noqa: S108
        process = folder.name.removeprefix(PREFIX).split("-")[0]
        if process.isdigit() and not psutil.pid_exists(int(process)) and folder.stat().st_uid == os.geteuid():
            embedded.stop(DataFolder(folder), patience=5)
            shutil.rmtree(folder, ignore_errors=True)
