"""The root of the error taxonomy."""

from __future__ import annotations

import inspect
from typing import ClassVar


class HomingError(Exception):
    """Something was refused."""

    code: ClassVar[str] = "homing_error"
    status: ClassVar[int] = 400
    #: A permanent error is never retried: the same request gives the same answer.
    permanent: ClassVar[bool] = True

    def __init__(self, message: str = "") -> None:
        super().__init__(message or inspect.getdoc(type(self)) or self.code)


class NotPermitted(HomingError):
    """Your role does not allow this. Ask an administrator of your organization."""

    code = "not_permitted"
    status = 403


class NotFound(HomingError):
    """There is no such record in your organization."""

    code = "not_found"
    status = 404


class Conflict(HomingError):
    """Somebody else changed this record in the meantime. Reload it and try again."""

    code = "conflict"
    status = 409


class Invalid(HomingError):
    """The data given cannot be used."""

    code = "invalid"
    status = 422
