"""What every lint gets and gives."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """A Python file; `path` is relative to the root of the repository."""

    path: Path
    text: str
    tree: ast.Module

    @classmethod
    def read(cls, root: Path, path: Path) -> Source:
        """Parse the file. Raises SyntaxError."""
        text = path.read_text(encoding="utf-8")
        return cls(path.relative_to(root), text, ast.parse(text, str(path)))

    @property
    def is_test(self) -> bool:
        """Whether the file lies in tests/."""
        return self.path.parts[0] == "tests"

    @property
    def is_migration(self) -> bool:
        """Whether the file is a Django migration."""
        return "migrations" in self.path.parts


@dataclass(frozen=True, slots=True)
class Finding:
    """A place that breaks a rule."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


Lint = Callable[[Source], Iterator[Finding]]
