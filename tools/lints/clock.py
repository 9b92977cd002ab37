"""Time comes from homing.kit.clock alone.

Why: the simulations run a month of reminders in seconds by moving the clock of the kit. One `timezone.now()` among
them is a due date that does not move, and a test that fails once a year at midnight UTC.
`time.monotonic` and `time.perf_counter` measure durations and are fine.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tools.lints.base import Finding, Source

_FORBIDDEN = frozenset(
    {
        ("datetime", "now"),
        ("datetime", "utcnow"),
        ("datetime", "today"),
        ("date", "today"),
        ("timezone", "now"),
        ("time", "time"),
        ("time", "time_ns"),
    }
)
#: Imported by name, these would hide from the check above.
_FORBIDDEN_IMPORTS = {"time": {"time", "time_ns"}, "django.utils.timezone": {"now", "localdate"}}

#: Files that may ask the machine, and why.
MAY_ASK: dict[str, str] = {
    "src/homing/kit/clock.py": "it is the clock",
    "src/homing/simulate/fax_carrier/clock.py": "the stranger's own clock, moved by its own endpoint",
    "tests/kit/test_clock.py": "compares our clock with the machine's",
}


def lint(source: Source) -> Iterator[Finding]:
    """Find calls and imports of other clocks."""
    if source.is_migration or source.path.as_posix() in MAY_ASK:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and (_last_name(node.value), node.attr) in _FORBIDDEN:
            name = f"{_last_name(node.value)}.{node.attr}"
            yield Finding(source.path, node.lineno, f"`{name}`: ask homing.kit.clock.now() instead")
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.name in _FORBIDDEN_IMPORTS.get(node.module or "", ()):
                    yield Finding(
                        source.path, node.lineno, f"`{alias.name}` of {node.module}: ask homing.kit.clock.now()"
                    )


def _last_name(node: ast.expr) -> str:
    """Return the `b` of `a.b` and of `b`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
