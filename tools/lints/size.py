"""No function longer than 100 lines, no file longer than 600.

Why: the house is read in rooms (house-style.md). A file that passes 600 lines is two rooms; a function that passes
100 is where the next bug will be hard to see. Migrations are generated and free.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tools.lints.base import Finding, Source

LONGEST_FUNCTION = 100
LONGEST_FILE = 600


def lint(source: Source) -> Iterator[Finding]:
    """Find functions and files that are too long."""
    if source.is_migration:
        return
    lines = source.text.count("\n")
    if lines > LONGEST_FILE:
        yield Finding(source.path, 1, f"{lines} lines in one file (at most {LONGEST_FILE}): make it two rooms")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield Finding(source.path, node.lineno, f"{node.name} has {length} lines (at most {LONGEST_FUNCTION})")
