"""The only way to a template: presenters in, no models, no query while rendering."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.template.loader import render_to_string

from homing.kit.errors import HomingError
from homing.web.shell import shell_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from homing.web.guard import StaffRequest

_PLAIN = (str, int, float, Decimal, bool, date, datetime, UUID, Enum, type(None))


class NotAPresenter(HomingError):
    """A template was given something that is not a frozen dataclass of plain values."""

    code = "not_a_presenter"
    status = 500


class QueryWhileRendering(HomingError):
    """A template asked the database. Read everything in the view and give the template a presenter."""

    code = "query_while_rendering"
    status = 500


def page(request: StaffRequest, template: str, *, status: int = 200, **presenters: object) -> HttpResponse:
    """Return a whole page inside the workspace's shell."""
    return _answer(request, template, status, {"shell": shell_of(request), **presenters})


def fragment(request: HttpRequest, template: str, *, status: int = 200, **presenters: object) -> HttpResponse:
    """Return a part of a page, for HTMX."""
    return _answer(request, template, status, presenters)


def plain_page(request: HttpRequest, template: str, *, status: int = 200, **presenters: object) -> HttpResponse:
    """Return a page without the shell: for somebody who is not signed in, or a refusal."""
    return _answer(request, template, status, presenters)


def _answer(request: HttpRequest, template: str, status: int, presenters: dict[str, Any]) -> HttpResponse:
    if _is_strict():
        for name, value in presenters.items():
            check_presenter(value, name)
    with no_queries() if _is_strict() else contextlib.nullcontext():
        body = render_to_string(template, presenters, request=request)
    return HttpResponse(body, status=status)


def check_presenter(value: object, name: str) -> None:
    """Raise `NotAPresenter` unless `value` is a plain value, a tuple of such, or a frozen dataclass of such."""
    if isinstance(value, _PLAIN):
        return
    if isinstance(value, tuple):
        for index, one in enumerate(value):
            check_presenter(one, f"{name}[{index}]")
        return
    if not _is_frozen(value):
        raise NotAPresenter(f"{name} is a {type(value).__name__}, not a presenter.")
    for field in dataclasses.fields(value):  # type: ignore[arg-type]
        check_presenter(getattr(value, field.name), f"{name}.{field.name}")


@contextlib.contextmanager
def no_queries() -> Iterator[None]:
    """Let every query inside raise `QueryWhileRendering`."""
    with connection.execute_wrapper(_refuse):
        yield


def _refuse(*_: object) -> NoReturn:
    raise QueryWhileRendering


def _is_frozen(value: object) -> bool:
    parameters = getattr(type(value), "__dataclass_params__", None)
    return parameters is not None and bool(parameters.frozen) and not isinstance(value, type)


def _is_strict() -> bool:
    return bool(getattr(settings, "HOMING_STRICT_TEMPLATES", False))
