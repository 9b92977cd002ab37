"""`homing db`: the embedded or the configured database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import click
import psycopg
from psycopg import sql

from homing.cli import embedded, migrations, roles
from homing.cli.environment import (
    Databases,
    configured,
    database_in_use,
    embedded_databases,
    prepare_roles,
    require_embedded,
)
from homing.cli.errors import CommandFailed, DatabaseUnreachable
from homing.cli.folders import DataFolder, data_folder
from homing.cli.lock import alone
from homing.cli.output import answer, json_option
from homing.cli.programs import client_programs

#: A table with row-level security whose owner's policy is missing would be backed up empty, without a word.
_HIDDEN_FROM_OWNER = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relrowsecurity AND NOT EXISTS (
        SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd IN ('*', 'r') AND p.polpermissive
        AND (SELECT oid FROM pg_roles WHERE rolname = current_user) = ANY (p.polroles)
        AND pg_get_expr(p.polqual, p.polrelid) = 'true')
"""


@click.group()
def db() -> None:
    """Look after the embedded or the configured database."""


@db.command()
@click.option("--owner", is_flag=True, help="Of the role that runs migrations.")
@json_option
def url(*, owner: bool, as_json: bool) -> None:
    """Print the database's URL, password included."""
    data = data_folder()
    databases = configured()
    if databases is None:
        require_embedded(data)
        databases = embedded_databases(data)
    found = _owner(databases) if owner else databases.app
    answer({"url": found}, [found], as_json=as_json)


@db.command()
@click.option("--owner", is_flag=True, help="As the role that runs migrations; it sees every organization.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def shell(arguments: tuple[str, ...], *, owner: bool) -> NoReturn:
    """Open psql, as the app role. After `--` come psql's own options.

    The app role sees the rows of one organization: SET homing.org = '<its id>', in a transaction.
    """
    with database_in_use() as databases:
        chosen = _owner(databases) if owner else databases.app
        program = client_programs() / "psql"
        ran = subprocess.run([program, *arguments], env=_client_environment(chosen), check=False)
    sys.exit(1 if ran.returncode else 0)


@db.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def backup(file: Path, *, as_json: bool) -> None:
    """Write everything in the database to FILE, compressed. It holds patients' data: the file is made 0600.

    Documents and keys lie in the data folder and are backed up with it; without the keys the documents cannot be read.
    """
    with database_in_use() as databases:
        draft = file.with_name(f".{file.name}.{os.getpid()}")
        command = ["pg_dump", "--format=custom", "--no-password"]
        if configured() is None:
            source = embedded.superuser_url(data_folder(), roles.DATABASE)
        else:
            source = _owner(databases)
            _require_nothing_hidden(source)
            command.append("--enable-row-security")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as output:
                _run([*command, "--schema=public"], source, output=output.fileno())
                os.fsync(output.fileno())
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
    size = file.stat().st_size
    lines = [f"{file}: {size:,} bytes. Keep the data folder's keys/ and documents/ with it."]
    answer({"file": str(file), "bytes": size}, lines, as_json=as_json)


@db.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def restore(file: Path, *, yes: bool, as_json: bool) -> None:
    """Replace everything in the database by what `homing db backup` wrote to FILE. Homing must be stopped.

    All of it comes back or nothing: until the end the present data stay as they are.
    """
    data = data_folder()
    data.prepare()
    with alone(data):
        if not yes:
            click.confirm("Everything in the database will be replaced. Go on?", abort=True, err=True)
        if (databases := configured()) is not None:
            _restore_configured(_owner(databases), file)
            migrations.migrate(_owner(databases))
        else:
            with embedded.in_use(data):
                _restore_embedded(data, file)
                migrations.migrate(_owner(embedded_databases(data)))
    answer({"restored": str(file)}, [f"Restored from {file}."], as_json=as_json)


@db.command()
def migrate() -> None:
    """Bring the schema up to date. Needs HOMING_OWNER_DATABASE_URL where DATABASE_URL is set."""
    with database_in_use() as databases:
        migrations.migrate(_owner(databases))


def _owner(databases: Databases) -> str:
    if databases.owner is None:
        raise DatabaseUnreachable("This needs the owner role: set HOMING_OWNER_DATABASE_URL (the role homing_owner).")
    return databases.owner


def _restore_embedded(data: DataFolder, file: Path) -> None:
    """Restore into a new database and change names at the end."""
    superuser = embedded.superuser_url(data)
    draft, old = f"{roles.DATABASE}_restored", f"{roles.DATABASE}_replaced"
    prepare_roles(data)
    with psycopg.connect(superuser, autocommit=True) as connection:
        for name in (draft, old):
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(draft), sql.Identifier(roles.OWNER))
        )
        with psycopg.connect(superuser, dbname=draft, autocommit=True) as inside:
            # It comes with the backup.
            inside.execute("DROP SCHEMA public")
        command: list[str | Path] = ["pg_restore", "--no-password", "--exit-on-error", f"--dbname={draft}", file]
        _run(command, embedded.superuser_url(data, draft))
        with psycopg.connect(superuser, dbname=draft, autocommit=True) as inside:
            roles.grant(inside, draft)
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        try:
            with connection.transaction():
                connection.execute(rename.format(sql.Identifier(roles.DATABASE), sql.Identifier(old)))
                connection.execute(rename.format(sql.Identifier(draft), sql.Identifier(roles.DATABASE)))
        except psycopg.errors.ObjectInUse as error:
            raise CommandFailed("Another process uses the database. End it, then restore again.") from error
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(old)))


def _restore_configured(owner_url: str, file: Path) -> None:
    """Restore in one transaction, as the owner."""
    name = psycopg.conninfo.conninfo_to_dict(owner_url).get("dbname") or ""
    command: list[str | Path] = [
        "pg_restore",
        "--no-password",
        "--single-transaction",
        "--exit-on-error",
        "--clean",
        "--if-exists",
    ]
    _run([*command, "--no-owner", f"--dbname={name}", file], owner_url)


def _require_nothing_hidden(owner_url: str) -> None:
    with psycopg.connect(owner_url) as connection:
        hidden = [row[0] for row in connection.execute(_HIDDEN_FROM_OWNER)]
    if hidden:
        raise CommandFailed(f"The owner role does not see all rows of {', '.join(hidden)}: the backup would lack them.")


def _client_environment(database_url: str) -> dict[str, str]:
    """Return libpq's environment: in the arguments of a process everybody could read the password."""
    parts = psycopg.conninfo.conninfo_to_dict(database_url)
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE",
             "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}  # fmt: skip
    own = {name: str(parts[key]) for key, name in names.items() if parts.get(key) is not None}
    return {**{name: value for name, value in os.environ.items() if not name.startswith("PG")}, **own}


def _run(command: list[str | Path], database_url: str, *, output: int | None = None) -> None:
    ran = subprocess.run(
        [client_programs() / command[0], *command[1:]],
        env=_client_environment(database_url),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise CommandFailed(f"{command[0]} failed: {ran.stderr.strip()}")
