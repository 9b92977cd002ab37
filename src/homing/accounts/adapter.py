"""How django-allauth behaves here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import structlog
from allauth.account.adapter import DefaultAccountAdapter

from homing.accounts.actions import note_access
from homing.accounts.queries import user_by_email
from homing.kit.actor import Actor

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.http import HttpRequest

log = structlog.get_logger()
#: Who tried is not known: not the person, as far as we can tell.
_DOOR: Final = Actor.system("sign-in")


class ClosedAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves: an administrator adds people. Who comes, goes and fails to come is audited."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Refuse."""
        return False

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Sign in."""
        super().login(request, user)
        note_access(user_id=UUID(str(user.pk)), action="member.sign_in")

    def logout(self, request: HttpRequest) -> None:
        """Sign out."""
        if request.user.is_authenticated:
            note_access(user_id=UUID(str(request.user.pk)), action="member.sign_out")
        super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record the attempt with the person it was about; one about nobody is only counted, without its address."""
        super().authentication_failed(request, **credentials)
        user = user_by_email(str(credentials.get("email") or credentials.get("username") or ""))
        log.warning("sign_in.failed", is_known=user is not None)
        if user is not None:
            note_access(user_id=user.id, action="member.sign_in_failed", actor=_DOOR)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Change one's own password."""
        super().set_password(user, password)
        note_access(user_id=UUID(str(user.pk)), action="member.change_password")
