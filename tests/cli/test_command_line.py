"""The contract of the command line: what goes to stdout, and the exit code."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import homing
from homing.cli.main import COMMANDS
from homing.cli.settings_list import SETTINGS

SOURCES = Path(homing.__file__).parent


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("HOMING", "DATABASE", "DJANGO"))
    }
    return subprocess.run(
        [sys.executable, "-m", "homing.cli", *arguments],
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_lists_every_command_without_importing_one() -> None:
    ran = run("--help")
    assert ran.returncode == 0
    assert all(f"  {name} " in ran.stdout for name in COMMANDS)


@pytest.mark.parametrize(
    "arguments", [["no-such-command"], ["up", "--no-such-option"], ["audit"], ["up", "--port", "x"]]
)
def test_wrong_usage_exits_2_and_says_so_on_stderr(arguments: list[str]) -> None:
    ran = run(*arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "Usage: homing" in ran.stderr


def test_a_refusal_exits_1_with_one_json_document_on_stdout(tmp_path: Path) -> None:
    ran = run("db", "url", "--json", HOMING_DATA=str(tmp_path / "empty"))
    assert ran.returncode == 1
    assert json.loads(ran.stdout)["error"]["code"] == "database_unreachable"
    assert "homing up" in json.loads(ran.stdout)["error"]["message"]


def test_a_refusal_without_json_says_why_on_stderr(tmp_path: Path) -> None:
    ran = run("db", "url", HOMING_DATA=str(tmp_path / "empty"))
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("homing: There is no database")


@pytest.mark.parametrize("command", ["ledger", "audit --verify", "db backup out"])
def test_no_command_but_up_makes_a_database(tmp_path: Path, command: str) -> None:
    ran = run(*command.split(), HOMING_DATA=str(tmp_path / "data"))
    assert ran.returncode == 1
    assert not (tmp_path / "data").exists()


def test_a_data_folder_that_cannot_be_made_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    ran = run("up", HOMING_DATA=str(tmp_path / "file" / "data"))
    assert ran.returncode == 1
    assert "Set HOMING_DATA to another folder" in ran.stderr


def test_a_database_that_does_not_answer_is_refused_before_anything_is_started(tmp_path: Path) -> None:
    ran = run("up", "--port", "8998", HOMING_DATA=str(tmp_path), DATABASE_URL="postgresql://a:b@127.0.0.1:1/c")
    assert ran.returncode == 1
    assert "does not answer" in ran.stderr


@pytest.mark.parametrize("arguments", ["read --help", "simulate --help", "--version", "doctor --help", "up --help"])
def test_django_is_not_imported_where_it_is_not_needed(arguments: str) -> None:
    program = (
        "import sys\nfrom homing.cli.main import main\n"
        "try: main(sys.argv[1:])\nfinally: print('django' in sys.modules, file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, *arguments.split()], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr.split()[-1]) == (0, "False")


def _reads(node: ast.AST) -> ast.expr | None:
    """Return what `os.environ.get(…)`, `os.environ[…]` and `envvar=…` name."""
    match node:
        case ast.Call(func=ast.Attribute(value=value), args=[name, *_]) if ast.unparse(value) == "os.environ":
            return name
        case ast.Subscript(value=value, slice=name) if ast.unparse(value) == "os.environ":
            return name
        case ast.keyword(arg="envvar", value=name):
            return name
    return None


def read_names() -> set[str]:
    """Return the names of the variables that the code takes from the environment, as far as they are written out."""
    nodes = (node for path in SOURCES.rglob("*.py") for node in ast.walk(ast.parse(path.read_text())))
    return {name.value for name in map(_reads, nodes) if isinstance(name, ast.Constant) and isinstance(name.value, str)}


def test_doctor_lists_every_setting_that_the_code_reads() -> None:
    inherited = {"DJANGO_SETTINGS_MODULE", "PATH", "TMPDIR"}
    read = read_names() - inherited
    assert "HOMING_MAX_PAGES" in read, "the search finds something"
    assert read - {setting.name for setting in SETTINGS} == set()


def test_doctor_shows_no_secret(tmp_path: Path) -> None:
    secret = "postgresql://homing_app:do-not-show@127.0.0.1:1/homing"
    ran = run("doctor", "--json", HOMING_DATA=str(tmp_path), DATABASE_URL=secret, HOMING_CARRIER_SECRET="do-not-show")
    assert ran.returncode == 1
    assert "do-not-show" not in ran.stdout + ran.stderr
    settings = {one["name"]: one["value"] for one in json.loads(ran.stdout)["settings"]}
    assert settings["DATABASE_URL"] == "(set)"
