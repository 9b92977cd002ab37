"""Roles and what each may do."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from homing.kit.errors import NotPermitted

if TYPE_CHECKING:
    from homing.kit.actor import Actor


class Role(StrEnum):
    """What a person does all day; see the screens each role has."""

    INTAKE_COORDINATOR = "intake_coordinator"
    SCHEDULER = "scheduler"
    CLINICIAN = "clinician"
    REFERRAL_COORDINATOR = "referral_coordinator"
    REFERRAL_MANAGER = "referral_manager"
    INTEGRATION_ADMIN = "integration_admin"

    @property
    def in_words(self) -> str:
        """The role in words."""
        return self.value.replace("_", " ")


class Permission(StrEnum):
    """One thing that may be allowed."""

    INTAKE_READ = "intake_read"
    INTAKE_REVIEW = "intake_review"
    REFERRALS_READ = "referrals_read"
    REFERRALS_TRIAGE = "referrals_triage"
    REFERRALS_SCHEDULE = "referrals_schedule"
    REFERRALS_SEND = "referrals_send"
    OUTCOME_RETURN = "outcome_return"
    BOARD_READ = "board_read"
    DIRECTORY_EDIT = "directory_edit"
    MESSAGES_RESOLVE = "messages_resolve"
    ADMINISTER = "administer"
    AUDIT_READ = "audit_read"


P = Permission
_EVERYBODY: Final = frozenset({P.REFERRALS_READ})
PERMISSIONS: Final[dict[Role, frozenset[Permission]]] = {
    Role.INTAKE_COORDINATOR: _EVERYBODY
    | {P.INTAKE_READ, P.INTAKE_REVIEW, P.DIRECTORY_EDIT, P.MESSAGES_RESOLVE, P.BOARD_READ, P.OUTCOME_RETURN},
    Role.SCHEDULER: _EVERYBODY | {P.REFERRALS_SCHEDULE, P.BOARD_READ},
    Role.CLINICIAN: _EVERYBODY | {P.REFERRALS_TRIAGE, P.OUTCOME_RETURN},
    Role.REFERRAL_COORDINATOR: _EVERYBODY | {P.REFERRALS_SEND, P.BOARD_READ, P.DIRECTORY_EDIT},
    Role.REFERRAL_MANAGER: frozenset(Permission) - {P.ADMINISTER},
    # Connections and users, not patients: minimum necessary.
    Role.INTEGRATION_ADMIN: frozenset({P.ADMINISTER, P.AUDIT_READ, P.DIRECTORY_EDIT, P.MESSAGES_RESOLVE, P.BOARD_READ}),
}


def require(actor: Actor, permission: Permission) -> None:
    """Return if `actor` may do this.

    Raises
    ------
    NotPermitted
    """
    if not actor.may(permission):
        raise NotPermitted
