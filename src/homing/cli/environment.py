"""What a process of Homing finds in its environment, and the database it uses."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass

from homing.cli import embedded, roles
from homing.cli.errors import DatabaseUnreachable
from homing.cli.folders import DataFolder, data_folder
from homing.cli.migrations import SETTINGS

DATABASE_URL = "DATABASE_URL"
OWNER_URL = "HOMING_OWNER_DATABASE_URL"


@dataclass(frozen=True, slots=True)
class Databases:
    """The URLs of the app role and of the owner; the owner's is None where it was not configured."""

    app: str
    owner: str | None


def configured() -> Databases | None:
    """Return the database named in the environment, None if the embedded one is to be used."""
    app = os.environ.get(DATABASE_URL)
    return Databases(app, os.environ.get(OWNER_URL) or None) if app else None


def embedded_databases(data: DataFolder) -> Databases:
    """Return the URLs of the embedded database."""
    return Databases(
        embedded.url(data, role=roles.APP, database=roles.DATABASE),
        embedded.url(data, role=roles.OWNER, database=roles.DATABASE),
    )


def prepare_roles(data: DataFolder) -> None:
    """Make database and roles on the embedded server."""
    roles.prepare(
        embedded.superuser_url(data),
        owner_password=data.secret(f"postgres-{roles.OWNER}"),
        app_password=data.secret(f"postgres-{roles.APP}"),
    )


def of_process(data: DataFolder, app_url: str) -> dict[str, str]:
    """Return the environment of a process that uses Django. It never holds the owner's password.

    Makes the key that signs sessions, if it is missing.
    """
    inherited = {name: value for name, value in os.environ.items() if name != OWNER_URL}
    data.secret("django")
    return {**inherited, "HOMING_DATA": str(data.root), DATABASE_URL: app_url, "DJANGO_SETTINGS_MODULE": SETTINGS}


@contextlib.contextmanager
def database_in_use() -> Iterator[Databases]:
    """Have the configured or the embedded database running; the embedded one is stopped by its last user.

    Raises DatabaseUnreachable if there has never been one.
    """
    if (found := configured()) is not None:
        yield found
        return
    data = data_folder()
    require_embedded(data)
    with embedded.in_use(data):
        yield embedded_databases(data)


def require_embedded(data: DataFolder) -> None:
    """Refuse to make a database by accident: only `homing up` does. Raises DatabaseUnreachable."""
    if not data.database.exists():
        raise DatabaseUnreachable(
            f"There is no database in {data.root} yet. Run `homing up` first, set HOMING_DATA to the folder of an "
            "installation, or set DATABASE_URL."
        )


def set_up_django() -> None:
    """Set Django up, and logs to stderr: stdout belongs to what a command answers."""
    import django

    from homing.config.logging import configure

    django.setup()
    configure()


@contextlib.contextmanager
def django_ready() -> Iterator[None]:
    """Have the database running and Django set up, for a command that calls actions or queries."""
    with database_in_use() as databases:
        os.environ.update(of_process(data_folder(), databases.app))
        os.environ.pop(OWNER_URL, None)
        from django.db import connections

        set_up_django()
        try:
            yield
        finally:
            connections.close_all()
