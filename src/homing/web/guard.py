"""The first line of every view of the workspace: who may see this, and the trace that they did."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from homing.audit import actions as audit
from homing.kit.actor import Actor
from homing.kit.errors import HomingError, NotPermitted

if TYPE_CHECKING:
    from collections.abc import Callable

    from homing.accounts.policy import Permission, Role
    from homing.tenancy.models import Organization

P = ParamSpec("P")
_FIRST_REFUSAL = 400


class StaffRequest(HttpRequest):
    """The request of a signed-in member: `TenantMiddleware` and `staff` have made these true."""

    actor: Actor
    role: Role
    organization: Organization


class NoMembership(HomingError):
    """You are signed in, but belong to no organization here. Ask an administrator to add you."""

    code = "no_membership"
    status = 403


def staff(
    *permissions: Permission, methods: tuple[str, ...] = ("GET",), seen: str = "", key: str = ""
) -> Callable[
    [Callable[Concatenate[StaffRequest, P], HttpResponse]], Callable[Concatenate[HttpRequest, P], HttpResponse]
]:
    """Let members in who have one of `permissions` (any member where none is named).

    With `seen` (an entity) and `key` (the URL argument that holds its id), each successful GET is recorded in the
    audit log as `<entity>.view`.
    """

    def decorate(
        view: Callable[Concatenate[StaffRequest, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            member = _member(request, permissions)
            response = view(member, *args, **kwargs)
            if seen and request.method == "GET" and response.status_code < _FIRST_REFUSAL:
                audit.record(actor=member.actor, action=f"{seen}.view", entity=seen, entity_id=str(kwargs[key]))
            return _private(response)

        guarded.staff_permissions = permissions  # type: ignore[attr-defined]
        return require_http_methods(list(methods))(guarded)

    return decorate


def _member(request: HttpRequest, permissions: tuple[Permission, ...]) -> StaffRequest:
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        raise NoMembership
    if permissions and not any(actor.may(permission) for permission in permissions):
        raise NotPermitted
    return request  # type: ignore[return-value]


def _private(response: HttpResponse) -> HttpResponse:
    # Pages about patients must not lie in a shared or disk cache.
    response.headers.setdefault("Cache-Control", "private, no-store")
    return response
