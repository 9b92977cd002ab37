"""How commands answer: one JSON document on stdout with --json, else lines for people."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option --json, as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")(command)


def answer(document: object, lines: list[str], *, as_json: bool) -> None:
    """Print `document` as JSON, or `lines`."""
    click.echo(json.dumps(document, default=str) if as_json else "\n".join(lines))
