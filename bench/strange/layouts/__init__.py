"""The layouts, a module for each kind of office."""

from __future__ import annotations

from importlib import import_module

_MODULES = ("letters", "forms", "grids", "filled", "orders", "ehr", "packets", "results", "papers")


def load_all() -> None:
    """Import every module of layouts; each registers what it has."""
    for name in _MODULES:
        import_module(f"bench.strange.layouts.{name}")
