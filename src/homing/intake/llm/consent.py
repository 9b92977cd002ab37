"""Whether the organization in scope lets text leave for the language model of this installation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from homing.accounts import organization
from homing.intake.llm import endpoint as endpoints
from homing.intake.llm.endpoint import BadEndpoint, Endpoint
from homing.intake.llm.reader import LLMNotInstalled, check_installed
from homing.kit.errors import Conflict
from homing.tenancy.queries import current_organization

if TYPE_CHECKING:
    from homing.kit.actor import Actor


class EndpointChanged(Conflict):
    """The language model of this installation has been changed in the meantime. Look at it and decide again."""

    code = "llm_endpoint_changed"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an organization stands. `problem` says why the endpoint cannot be used, "" where it can.

    `confirmed` is the address that an administrator has agreed to, "" where none has.
    """

    endpoint: Endpoint | None
    problem: str
    confirmed: str

    @property
    def is_on(self) -> bool:
        """Tell whether text may leave: somebody has agreed to the very address that is set now."""
        return self.endpoint is not None and not self.problem and self.confirmed == self.endpoint.url


def standing() -> Standing:
    """Return where the organization in scope stands."""
    confirmed = current_organization().llm_endpoint
    try:
        endpoint = endpoints.configured()
    except BadEndpoint as problem:
        return Standing(None, str(problem), confirmed)
    try:
        check_installed()
    except LLMNotInstalled as problem:
        return Standing(endpoint, str(problem) if endpoint else "", confirmed)
    return Standing(endpoint, "", confirmed)


def switch_on(*, actor: Actor, url: str) -> None:
    """Let text of referrals leave for `url`, the address that the person was shown.

    Raises
    ------
    NotPermitted
    EndpointChanged
        Another one is set, or none.
    """
    now = standing().endpoint
    if now is None or now.url != url:
        raise EndpointChanged
    organization.set_llm_endpoint(actor=actor, url=now.url, host=now.host)


def switch_off(*, actor: Actor) -> None:
    """Let no text leave any more. Raises NotPermitted."""
    host = urlsplit(current_organization().llm_endpoint).netloc
    organization.set_llm_endpoint(actor=actor, url="", host=host)
