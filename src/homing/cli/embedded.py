"""The embedded PostgreSQL server: made, started or adopted, and stopped. Why so: docs/adr/0002."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from homing.cli.errors import DataFolderUnusable, ServerFailed
from homing.cli.folders import DataFolder
from homing.cli.programs import Account, server_account, server_programs

SUPERUSER = "postgres"
MAJOR_VERSION = "18"
#: Bytes of a Unix socket's address, without the final zero (Linux 108, macOS 104).
LONGEST_SOCKET = 103
SOCKET_NAME = ".s.PGSQL.5432"
_MIB = 1024 * 1024


@contextlib.contextmanager
def in_use(data: DataFolder, settings: Mapping[str, str] | None = None) -> Iterator[None]:
    """Have the server run inside the block; the last user to leave stops it.

    A user that was killed has left too: its lock went with it, and the next one adopts the server.
    Raises ServerFailed, DataFolderUnusable.
    """
    users = join(data, settings)
    try:
        yield
    finally:
        leave(data, users)


def join(data: DataFolder, settings: Mapping[str, str] | None = None) -> int:
    """Start or adopt the server and count ourselves among its users; returns the descriptor of the shared lock."""
    data.prepare()
    with _start_lock(data):
        start(data, settings)
        users = os.open(data.root / "pg.users", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(users, fcntl.LOCK_SH)
    return users


def leave(data: DataFolder, users: int) -> None:
    """Give the shared lock back, and stop the server if nobody else holds it."""
    with _start_lock(data):
        try:
            # The lock is changed to exclusive; who fails is not the last one.
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            stop(data)
        finally:
            os.close(users)


def start(data: DataFolder, settings: Mapping[str, str] | None = None) -> None:
    """Make the cluster if it is missing, start it if it does not run, and wait until it answers."""
    if not data.database.exists():
        _create(data, {**server_settings(_memory()), **(settings or {})})
    version = (data.database / "PG_VERSION").read_text(encoding="ascii").strip()
    if version != MAJOR_VERSION:
        raise ServerFailed(
            f"The database in {data.database} is of PostgreSQL {version}, this is {MAJOR_VERSION}. "
            "Back it up with the Homing that made it, and restore it into a new data folder."
        )
    if server_pid(data) is None:
        _remove_misleading_locks(data)
        _launch(data)
    _wait_until_answering(data)


def stop(data: DataFolder, *, patience: float = 30.0) -> None:
    """Stop the server: fast (open transactions are rolled back), and after `patience` seconds at once.

    Neither loses what was committed.
    """
    pid = server_pid(data)
    if pid is None:
        return
    for number, seconds in ((signal.SIGINT, patience), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if server_pid(data) is None:
                _remove_socket_folder(data)
                return
            time.sleep(0.05)


def server_pid(data: DataFolder) -> int | None:
    """Return the process id of the server that runs on this cluster, None if there is none."""
    pid = _recorded_pid(data)
    if pid is None:
        return None
    # As the first process of a container we inherit it, and must bury it.
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        process = psutil.Process(pid)
        ours = process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()).samefile(data.database)
    except (psutil.Error, OSError):
        return None
    return pid if ours else None


def url(data: DataFolder, *, role: str, database: str) -> str:
    """Return the URL of `database` for `role`, whose password is in the key `postgres-<role>`."""
    password = data.secret(f"postgres-{role}")
    return f"postgresql://{role}:{password}@/{database}?host={quote(str(socket_folder(data)), safe='/')}"


def superuser_url(data: DataFolder, database: str = "postgres") -> str:
    """Return the URL that creates the database and its roles, and is used for nothing else."""
    return url(data, role=SUPERUSER, database=database)


def socket_folder(data: DataFolder) -> Path:
    """Return where the server's socket lies: in the cluster, or in a short private folder if that path is too long."""
    if _fits(data.database):
        return data.database
    name = "homing-" + hashlib.sha256(os.fsencode(data.database)).hexdigest()[:16]
    return Path("/run" if os.geteuid() == 0 and Path("/run").is_dir() else "/tmp") / name  # noqa: S108 - checked below


def server_settings(memory: int) -> dict[str, str]:
    """Return the settings of a new cluster on a machine of `memory` bytes."""
    return {
        "shared_buffers": f"{_between(128, memory // _MIB // 8, 4096)}MB",
        "effective_cache_size": f"{_between(256, memory // _MIB // 2, 65536)}MB",
        "maintenance_work_mem": f"{_between(64, memory // _MIB // 32, 1024)}MB",
        "work_mem": "16MB",
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",
        "max_connections": "100",
        "listen_addresses": "",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "password_encryption": "scram-sha-256",
        # A failing statement and the detail of its error carry what was in the row: neither may reach the log.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }


def _between(low: int, value: int, high: int) -> int:
    return max(low, min(value, high))


def _memory() -> int:
    """Return the bytes of memory this machine, or this container, may use."""
    total = int(psutil.virtual_memory().total)
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return total
    return min(total, int(limit)) if limit.isdigit() else total


def _fits(folder: Path) -> bool:
    # libpq takes a comma in a host as a list of hosts.
    return len(os.fsencode(folder / SOCKET_NAME)) <= LONGEST_SOCKET and "," not in str(folder)


@contextlib.contextmanager
def _start_lock(data: DataFolder) -> Iterator[None]:
    descriptor = os.open(data.root / "pg.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _account(data: DataFolder) -> Account | None:
    """Return who must run the server: as root the owner of the cluster, so that another uid for the name is no harm."""
    if os.geteuid() == 0 and data.database.exists():
        owner = data.database.stat()
        if owner.st_uid != 0:
            return Account(owner.st_uid, owner.st_gid)
    return server_account()


def _create(data: DataFolder, settings: Mapping[str, str]) -> None:
    """Make the cluster beside its place and move it there, so that a kill in the middle leaves nothing half made."""
    account = server_account()
    draft = data.root / "pg.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    with tempfile.TemporaryFile() as password:
        password.write(data.secret(f"postgres-{SUPERUSER}").encode("ascii") + b"\n")
        password.flush()
        if account is not None:
            os.chown(draft, account.uid, account.gid)
            os.fchown(password.fileno(), account.uid, account.gid)
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        made = _run(
            [
                "initdb", f"--username={SUPERUSER}", "--auth=scram-sha-256", f"--pwfile=/dev/fd/{password.fileno()}",
                "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", *options,
            ],
            draft, account, keep=password.fileno(),
        )  # fmt: skip
    if made.returncode:
        raise ServerFailed(f"The database could not be made in {draft}: {made.stderr.strip()}")
    draft.rename(data.database)


def _recorded_pid(data: DataFolder) -> int | None:
    try:
        return int((data.database / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _remove_misleading_locks(data: DataFolder) -> None:
    """Remove lock files of a dead server whose number is in use, which the new one would take for a live server.

    Another program has it since the machine restarted; or the dead server itself, where process 1 (of a container)
    does not bury the dead. Backends that outlive their server are noticed by its shared memory, not by these files.
    """
    pid = _recorded_pid(data)
    if pid is not None and psutil.pid_exists(pid):
        (data.database / "postmaster.pid").unlink(missing_ok=True)
        (socket_folder(data) / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)


def _launch(data: DataFolder) -> None:
    account = _account(data)
    folder = socket_folder(data)
    # The server stands in its own folder: "." needs no quoting and is short.
    place = "." if folder == data.database else str(_private_folder(folder, account))
    log = data.logs / "postgresql.log"
    if log.exists() and log.stat().st_size > 10 * _MIB:
        log.replace(log.with_suffix(".log.1"))
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as output:
        command = ["pg_ctl", "start", "--wait", "--timeout=120", "-o", f"-c unix_socket_directories={place}"]
        for _attempt in range(3):
            if _run(command, data.database, account, output=output.fileno()).returncode == 0:
                return
            # Backends of a killed server need a moment to notice and go.
            time.sleep(1)
    last = log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
    raise ServerFailed("The embedded database did not start. Its log ends: " + " / ".join(last))


def _run(
    command: list[str], cluster: Path, account: Account | None, *, keep: int | None = None, output: int | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one of the server's programs on `cluster`, as `account`, with nothing of our environment."""
    program = server_programs(account) / command[0]
    try:
        descriptor = os.open(cluster, os.O_RDONLY | os.O_DIRECTORY)
    except PermissionError as error:
        raise DataFolderUnusable(f"{cluster} belongs to another user. Start Homing as that user.") from error
    # Through the open descriptor the server reaches its folder although it may not enter the folders above:
    # nobody's permissions need widening. It also spares every question of quoting. Linux only.
    place = f"/proc/self/fd/{descriptor}" if sys.platform == "linux" else str(cluster)
    try:
        return subprocess.run(
            [program, *command[1:], "-D", place],
            pass_fds=[descriptor] if keep is None else [descriptor, keep],
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if output is None else output,
            stderr=subprocess.PIPE if output is None else output,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            cwd="/",
            umask=0o077,
            text=True,
            check=False,
        )
    finally:
        os.close(descriptor)


def _private_folder(folder: Path, account: Account | None) -> Path:
    """Make `folder` for the socket; refuse one that somebody else has put there."""
    owner = account.uid if account else os.geteuid()
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        os.chown(folder, owner, account.gid if account else -1)
    found = folder.lstat()
    if found.st_uid != owner or found.st_mode & 0o077 or folder.is_symlink():
        raise ServerFailed(f"{folder} is not ours; remove it.")
    return folder


def _remove_socket_folder(data: DataFolder) -> None:
    folder = socket_folder(data)
    if folder != data.database:
        with contextlib.suppress(OSError):
            folder.rmdir()


def _wait_until_answering(data: DataFolder) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            psycopg.connect(superuser_url(data), connect_timeout=10).close()
        except psycopg.OperationalError as error:
            # Recovery after a crash takes its time; a wrong password will not become right.
            if "password" in str(error) or server_pid(data) is None or time.monotonic() > deadline:
                raise ServerFailed(f"The embedded database does not let us in: {str(error).strip()}") from error
            time.sleep(0.1)
        else:
            return
