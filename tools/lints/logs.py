"""A log call names an event and ids: no sentence put together from values.

Why: `log.info(f"matched {patient}")` is how names get into log files, backups of log files and the log service of
somebody else. A constant event with named fields can be read in review: `log.info("item.matched", item_id=item.id)`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tools.lints.base import Finding, Source

_LOGGERS = frozenset({"log", "logger", "_log", "_logger", "logging"})
_METHODS = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log", "msg"})
#: Words that name what may not be logged, whole or as the last part of a field's name.
_PRIVATE = frozenset({"name", "patient", "birth_date", "phone", "fax", "address", "email", "mrn", "member_id", "text"})
#: Names of things, not of people.
_HARMLESS = frozenset({"logger_name", "carrier_name", "task_name", "process_name"})


def lint(source: Source) -> Iterator[Finding]:
    """Find log calls whose event is not a constant, and fields that name a person's data."""
    if source.is_test:
        return
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call) or not _is_log_call(node):
            continue
        # A variable passes: what was put into it is seen where it is made.
        if len(node.args) > 1 or any(not isinstance(argument, ast.Constant | ast.Name) for argument in node.args):
            yield Finding(source.path, node.lineno, "a log call has one constant event; values go into named fields")
        for keyword in node.keywords:
            if keyword.arg and _is_private(keyword.arg):
                yield Finding(source.path, node.lineno, f"`{keyword.arg}` may hold a person's data: log an id")


def _is_log_call(node: ast.Call) -> bool:
    function = node.func
    if not isinstance(function, ast.Attribute) or function.attr not in _METHODS:
        return False
    return isinstance(function.value, ast.Name) and function.value.id in _LOGGERS


def _is_private(field: str) -> bool:
    if field in _HARMLESS:
        return False
    return field in _PRIVATE or any(field.endswith(f"_{word}") for word in _PRIVATE)
