"""JSON for the types of reading: lossless, bytes as base64."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")
_adapters: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    # Building one takes milliseconds: too long for every page.
    return _adapters.setdefault(kind, TypeAdapter(kind)) if kind not in _adapters else _adapters[kind]


def to_json(value: object) -> str:
    """Return the JSON text of any dataclass of `types`."""
    return _adapter(type(value)).dump_json(value).decode()


def from_json(kind: type[T], text: str | bytes) -> T:
    """Return the `kind` that `to_json` wrote. Raises pydantic.ValidationError for any other text."""
    value: T = _adapter(kind).validate_json(text)
    return value
