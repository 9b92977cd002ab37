"""Migrations run under the owner role, in a process of their own: no other process ever holds its password."""

from __future__ import annotations

import os
import subprocess
import sys

from homing.cli.errors import CommandFailed

SETTINGS = "homing.config.settings"


def migrate(owner_url: str) -> None:
    """Bring the database to the present schema. Raises CommandFailed with what was said."""
    _django("migrate", "--no-input", "--verbosity=0", database_url=owner_url)


def is_current(database_url: str) -> bool:
    """Tell whether every migration has run. Any role may ask."""
    try:
        _django("migrate", "--check", "--verbosity=0", database_url=database_url)
    except CommandFailed:
        return False
    return True


def _django(*command: str, database_url: str) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": SETTINGS, "DATABASE_URL": database_url}
    ran = subprocess.run(
        [sys.executable, "-m", "django", *command],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise CommandFailed(f"django {command[0]} failed:\n{ran.stderr.strip() or ran.stdout.strip()}")
