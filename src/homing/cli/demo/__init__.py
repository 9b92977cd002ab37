"""The demo organization, made by the same actions as real life against the simulated fax carrier."""

from __future__ import annotations

from homing.cli.demo.command import demo

__all__ = ["demo"]
