"""Queries only where they are expected, and never around the tenant's scope.

Why: in the design's trial a view called `Model.objects` itself; it ran before the scope was set, row-level security
answered with no rows, and the screen said "nothing to do" (shared design, database.md: "returns nothing, silently").
With queries in queries.py and actions.py alone there are two files per package to read for what data is touched.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePath

from tools.lints.base import Finding, Source

_SHORTCUTS = frozenset({"get_object_or_404", "get_list_or_404", "aget_object_or_404", "aget_list_or_404"})
_WAYS_AROUND = frozenset({"_base_manager", "_default_manager", "unscoped"})

#: Files that may go around the scoped manager, and why.
MAY_GO_AROUND: dict[str, str] = {
    "src/homing/tenancy/models.py": "defines the managers",
    "src/homing/tenancy/scope.py": "defines the scope",
    "src/homing/tenancy/fields.py": "defines the references between tenant-owned tables",
}


def lint(source: Source) -> Iterator[Finding]:
    """Find `.objects` and the 404 shortcuts outside queries and actions, and managers without scope anywhere."""
    if source.is_test or source.is_migration:
        return
    path = source.path.as_posix()
    for node in ast.walk(source.tree):
        name = _name(node)
        if name == "objects" and isinstance(node, ast.Attribute) and not _may_query(source.path):
            yield Finding(source.path, node.lineno, "`.objects` belongs into queries.py or actions.py")
        elif name in _SHORTCUTS and isinstance(node, ast.Name | ast.Attribute):
            yield Finding(source.path, node.lineno, f"`{name}` queries in a view: call the package's queries")
        elif name in _WAYS_AROUND and isinstance(node, ast.Attribute) and path not in MAY_GO_AROUND:
            yield Finding(source.path, node.lineno, f"`.{name}` goes around the organization's scope")


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _may_query(path: PurePath) -> bool:
    """Tell whether it is queries.py, actions.py, a further room (actions_ledger.py), or one in a package so named."""
    rooms = {"queries", "actions"}
    named_so = path.stem.split("_")[0] in rooms or bool(rooms & set(path.parts[:-1]))
    return named_so or path.as_posix() in MAY_GO_AROUND
