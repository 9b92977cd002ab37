"""Signing people out who have gone away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings

from homing.kit import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

_SEEN: Final = "seen"
_MINUTE: Final = 60


class IdleMiddleware:
    """Begins the time of `SESSION_COOKIE_AGE` anew when a person does something, at most once a minute.

    Not Django's SESSION_SAVE_EVERY_REQUEST: pages that ask for news by themselves would keep an empty desk signed in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and note that somebody is there."""
        response = self.get_response(request)
        match = request.resolver_match
        by_itself = match is not None and match.view_name in settings.HOMING_POLLED_VIEWS
        if request.user.is_authenticated and not by_itself:
            minute = int(clock.now().timestamp()) // _MINUTE
            if request.session.get(_SEEN) != minute:
                request.session[_SEEN] = minute
        return response
