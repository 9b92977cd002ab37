"""`python -m tools.lints [ROOT]`: prints `file:line: message`, exits 1 if there was one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from tools.lints import clock, logs, queries, size
from tools.lints.base import Finding, Lint, Source

LINTS: tuple[Lint, ...] = (queries.lint, clock.lint, logs.lint, size.lint)
FOLDERS = ("src", "tests", "tools", "bench")


def check(root: Path) -> Iterator[Finding]:
    """Yield what is wrong in the repository at `root`, file by file."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            source = Source.read(root, path)
            for lint in LINTS:
                yield from sorted(lint(source), key=lambda finding: finding.line)


def main(root: Path) -> int:
    """Print the findings and return the exit code."""
    findings = list(check(root))
    for finding in findings:
        print(finding)  # noqa: T201 - this is its output
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()))
