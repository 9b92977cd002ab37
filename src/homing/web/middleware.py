"""The tenant of a request: one transaction around the view and its rendering."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from django.contrib.auth import logout

from homing.accounts.queries import actor_of, organizations_of, role_of
from homing.kit.errors import HomingError
from homing.tenancy.queries import current_organization
from homing.tenancy.scope import scoped
from homing.web.refusal import refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

log = structlog.get_logger()
_SERVER_ERROR = 500


class _TakenBackError(Exception):
    """Carries an answer out of the transaction that it takes back."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response


class TenantMiddleware:
    """Puts `request.actor`, `request.role` and the scope of the signed-in person's organization around the view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer inside one transaction of the tenant; an error takes all of it back."""
        request.actor = None  # type: ignore[attr-defined]
        request.role = None  # type: ignore[attr-defined]
        organization_id = self._organization(request)
        if organization_id is None:
            return self.get_response(request)
        try:
            with scoped(organization_id):
                return self._answer(request)
        except _TakenBackError as taken_back:
            return taken_back.response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal in words; anything else is a server error and stays one."""
        if not isinstance(exception, HomingError) or exception.status >= _SERVER_ERROR:
            return None
        log.info("request.refused", code=exception.code, view=_view_name(request))
        response = refuse(request, exception)
        response.takes_back = True  # type: ignore[attr-defined]
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        user_id = UUID(str(request.user.pk))
        request.actor = actor_of(user_id)  # type: ignore[attr-defined]
        request.role = role_of(user_id)  # type: ignore[attr-defined]
        if request.actor is None:  # type: ignore[attr-defined]
            logout(request)
        else:
            request.organization = current_organization()  # type: ignore[attr-defined]
        response = self.get_response(request)
        if response.status_code >= _SERVER_ERROR or getattr(response, "takes_back", False):
            raise _TakenBackError(response)
        return response

    @staticmethod
    def _organization(request: HttpRequest) -> UUID | None:
        if not request.user.is_authenticated:
            return None
        ids = organizations_of(UUID(str(request.user.pk)))
        chosen = request.session.get("organization_id", "")
        return next((one for one in ids if str(one) == chosen), ids[0] if ids else None)


def _view_name(request: HttpRequest) -> str:
    match = request.resolver_match
    return match.view_name if match else ""
