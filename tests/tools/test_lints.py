"""The lints find what they are for, and leave the rest alone."""

from __future__ import annotations

import ast
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tools.lints import clock, logs, queries, size
from tools.lints.base import Lint, Source

ROOT = Path(__file__).parents[2]


def lines(lint: Lint, path: str, code: str) -> list[int]:
    """Return the lines on which `lint` finds something in `code`, were it at `path`."""
    text = textwrap.dedent(code).lstrip("\n")
    return sorted(finding.line for finding in lint(Source(Path(path), text, ast.parse(text))))


VIEW = """
from django.shortcuts import get_object_or_404
from homing.referrals.models import Referral

def show(request, key):
    first = Referral.objects.get(id=key)
    second = get_object_or_404(Referral, id=key)
    objects = [first, second]
    return objects
"""


def test_queries_are_found_in_a_view_and_not_in_the_files_for_them() -> None:
    assert lines(queries.lint, "src/homing/web/workspace/views.py", VIEW) == [5, 6]
    assert 5 not in lines(queries.lint, "src/homing/referrals/queries.py", VIEW)
    assert 5 not in lines(queries.lint, "src/homing/referrals/actions/opening.py", VIEW)
    assert 5 not in lines(queries.lint, "src/homing/intake/actions_ledger.py", VIEW)
    assert 5 in lines(queries.lint, "src/homing/intake/reactions.py", VIEW)


@pytest.mark.parametrize("path", ["tests/referrals/test_actions.py", "src/homing/referrals/migrations/0002_fill.py"])
def test_tests_and_migrations_may_query(path: str) -> None:
    assert lines(queries.lint, path, VIEW) == []


@pytest.mark.parametrize("way", ["_base_manager", "_default_manager", "unscoped"])
def test_managers_without_scope_are_found_even_where_queries_belong(way: str) -> None:
    code = f"rows = Referral.{way}.all()"
    assert lines(queries.lint, "src/homing/referrals/queries.py", code) == [1]
    assert lines(queries.lint, "src/homing/tenancy/models.py", code) == []


@pytest.mark.parametrize(
    "code",
    [
        "import datetime\nx = datetime.datetime.now()",
        "from datetime import datetime, UTC\nx = datetime.now(UTC)",
        "from datetime import datetime\nx = datetime.utcnow",
        "from datetime import date\nx = date.today()",
        "from django.utils import timezone\nx = timezone.now()",
        "import time\nx = time.time()",
        "x = 1\nfrom time import time",
        "x = 1\nfrom django.utils.timezone import now",
    ],
)
def test_other_clocks_are_found_in_code_and_in_tests(code: str) -> None:
    assert lines(clock.lint, "src/homing/loop/jobs.py", code) == [2]
    assert lines(clock.lint, "tests/loop/test_jobs.py", code) == [2]
    assert lines(clock.lint, "src/homing/kit/clock.py", code) == []


def test_durations_and_our_own_clock_are_no_other_clocks() -> None:
    code = """
    import time
    from datetime import datetime
    from homing.kit import clock
    from homing.kit.clock import now
    x = time.monotonic(), time.perf_counter(), clock.now(), now(), datetime.fromisoformat("2026-11-21")
    """
    assert lines(clock.lint, "src/homing/loop/jobs.py", code) == []


def test_sentences_in_log_calls_are_found() -> None:
    code = """
    log.info(f"matched {person}")
    log.warning("matched %s", person)
    log.info("item.matched " + person)
    log.info("item.matched", item_id=item.id, count=3)
    self.log.append(f"not a logger {person}")
    """
    assert lines(logs.lint, "src/homing/intake/jobs.py", code) == [1, 2, 3]
    assert lines(logs.lint, "tests/intake/test_jobs.py", code) == []


def test_fields_that_name_a_persons_data_are_found_in_log_calls() -> None:
    code = """
    log.info("item.matched", patient=patient)
    log.info("item.matched", caller_phone=number)
    log.info("item.matched", patient_id=patient.id, carrier_name="simulated")
    """
    assert lines(logs.lint, "src/homing/intake/jobs.py", code) == [1, 2]


def test_a_long_function_and_a_long_file_are_found() -> None:
    function = "def long():\n" + "    x = 1\n" * 100
    assert lines(size.lint, "src/homing/a.py", function) == [1]
    assert lines(size.lint, "src/homing/a.py", "def fits():\n" + "    x = 1\n" * 99) == []
    assert lines(size.lint, "src/homing/a.py", "x = 1\n" * 601) == [1]
    assert lines(size.lint, "src/homing/a.py", "x = 1\n" * 600) == []
    assert lines(size.lint, "src/homing/a/migrations/0001_initial.py", "x = 1\n" * 601) == []


def run_lints(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tools.lints", root], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_the_command_prints_file_and_line_and_exits_1(tmp_path: Path) -> None:
    views = tmp_path / "src" / "homing" / "web" / "views.py"
    views.parent.mkdir(parents=True)
    views.write_text("x = 1\nrows = Referral.objects.all()\n")
    ran = run_lints(tmp_path)
    assert ran.returncode == 1
    assert ran.stdout == "src/homing/web/views.py:2: `.objects` belongs into queries.py or actions.py\n"


def test_the_command_is_silent_and_exits_0_where_all_is_well(tmp_path: Path) -> None:
    views = tmp_path / "src" / "homing" / "web" / "views.py"
    views.parent.mkdir(parents=True)
    views.write_text("x = 1\n")
    ran = run_lints(tmp_path)
    assert (ran.returncode, ran.stdout) == (0, "")
