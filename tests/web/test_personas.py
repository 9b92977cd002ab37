"""Every address, three persons: a member who may, a colleague who may not, a manager of another tenant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from homing.accounts.policy import Role
from homing.kit.ids import uuid7
from homing.web import account_urls
from homing.web.workspace import urls
from tests.web.conftest import House

_KEYS: dict[str, Callable[[House], Any]] = {
    "item_id": lambda house: house.item,
    "referral_id": lambda house: house.referral,
    "outbound_id": lambda house: house.outbound,
    "document_id": lambda house: house.document,
    "message_id": lambda house: house.message,
    "office_id": lambda house: house.office,
    "point_id": lambda house: house.point,
    "user_id": lambda house: house.people[Role.SCHEDULER],
    "number": lambda _: 1,
    "entity": lambda _: "referral",
    "entity_id": lambda house: house.referral,
    "day": lambda _: "2026-11-21",
}
INTAKE, SCHEDULER, CLINICIAN = Role.INTAKE_COORDINATOR, Role.SCHEDULER, Role.CLINICIAN
SENDER, MANAGER, ADMIN = Role.REFERRAL_COORDINATOR, Role.REFERRAL_MANAGER, Role.INTEGRATION_ADMIN


@dataclass(frozen=True, slots=True)
class Door:
    """One address. `may` and `may_not` are roles; no `may_not` where every member may. `answers` to who may."""

    name: str
    may: Role
    may_not: Role | None
    method: str = "get"
    #: 303 after a write, 422 and 409 where the empty form lacks something: the person got in.
    answers: tuple[int, ...] = (200,)
    keys: tuple[str, ...] = ()
    data: dict[str, str] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    #: To a stranger: the record does not exist, or the page is there and empty of ours.
    stranger: tuple[int, ...] = (404,)


WRITES = (303, 409, 422)
DOORS = (
    Door("home", CLINICIAN, None, stranger=(200,)),
    Door("home_counts", CLINICIAN, None, stranger=(200,)),
    Door("inbox", INTAKE, SCHEDULER, stranger=(200,)),
    Door("inbox_rows", INTAKE, SCHEDULER, stranger=(200,)),
    Door("inbox_upload", INTAKE, SCHEDULER, "post", WRITES, stranger=(303,)),
    Door("workbench", INTAKE, SCHEDULER, keys=("item_id",)),
    Door("workbench_page", INTAKE, SCHEDULER, keys=("item_id", "number")),
    Door("workbench_file", INTAKE, CLINICIAN, keys=("item_id",)),
    Door("workbench_release", INTAKE, SCHEDULER, "post", WRITES, ("item_id",)),
    Door("workbench_draft", INTAKE, SCHEDULER, "post", (200,), ("item_id",)),
    Door("workbench_candidates", INTAKE, SCHEDULER, "post", (200,), ("item_id",)),
    Door("workbench_kind", INTAKE, SCHEDULER, "post", WRITES, ("item_id",), {"kind": "referral", "version": "0"}),
    Door("workbench_rotate", INTAKE, SCHEDULER, "post", (204,), ("item_id",), {"page": "1", "rotation": "90"}),
    Door("workbench_offices", INTAKE, SCHEDULER, "post", (200,), ("item_id",), {"text": "Grove"}, stranger=(200,)),
    Door("workbench_prove", INTAKE, SCHEDULER, "post", WRITES, ("item_id",), {"office": str(uuid7())}, stranger=(404,)),
    Door("workbench_split", INTAKE, SCHEDULER, "post", WRITES, ("item_id",), stranger=(404, 422)),
    Door("workbench_retry", INTAKE, SCHEDULER, "post", WRITES, ("item_id",)),
    Door("workbench_take_over", INTAKE, SCHEDULER, "post", WRITES, ("item_id",)),
    Door(
        "workbench_dispose", INTAKE, CLINICIAN, "post", WRITES, ("item_id",), {"disposition": "rejected", "note": "x"}
    ),
    Door("workbench_reopen", INTAKE, SCHEDULER, "post", WRITES, ("item_id",)),
    Door("workbench_hand_on", INTAKE, SCHEDULER, "post", (303,), ("item_id",), stranger=(404,)),
    Door("workbench_sign_off", INTAKE, SCHEDULER, "post", WRITES, ("item_id",)),
    Door("referrals", CLINICIAN, ADMIN, stranger=(200,)),
    Door("referrals_search", CLINICIAN, ADMIN, "post", (303,), data={"text": "Testperson"}, stranger=(303,)),
    Door("referral", CLINICIAN, ADMIN, keys=("referral_id",)),
    Door("referral_do", CLINICIAN, SCHEDULER, "post", WRITES, ("referral_id",), extra={"command": "accept"}),
    Door("referral_page", CLINICIAN, ADMIN, keys=("referral_id", "document_id", "number")),
    Door("referral_file", CLINICIAN, ADMIN, keys=("referral_id", "document_id")),
    Door("scheduling", SCHEDULER, INTAKE, stranger=(200,)),
    Door("scheduling_next", SCHEDULER, INTAKE, "post", (303,), stranger=(303,)),
    Door("scheduling_panel", SCHEDULER, INTAKE, keys=("referral_id",)),
    Door("scheduling_contact", SCHEDULER, INTAKE, "post", WRITES, ("referral_id",), {"outcome": "spoke"}),
    Door("scheduling_do", SCHEDULER, INTAKE, "post", WRITES, ("referral_id",), extra={"command": "book"}),
    Door("outbound", SENDER, SCHEDULER, stranger=(200,)),
    Door("outbound_new", SENDER, SCHEDULER, stranger=(200,)),
    Door("outbound_edit", SENDER, SCHEDULER, keys=("outbound_id",), stranger=(404,)),
    Door("outbound_offices", SENDER, SCHEDULER, "post", stranger=(200,)),
    Door("board", MANAGER, CLINICIAN, stranger=(200,)),
    Door("ledger", MANAGER, CLINICIAN, stranger=(200,)),
    Door("ledger_day", MANAGER, CLINICIAN, keys=("day",), stranger=(200,)),
    Door("reading_quality", MANAGER, INTAKE, stranger=(200,)),
    Door("messages", INTAKE, CLINICIAN, stranger=(200,)),
    Door("message", SCHEDULER, None, keys=("message_id",)),
    Door("message_page", SCHEDULER, ADMIN, keys=("message_id", "number")),
    Door("message_file", SCHEDULER, ADMIN, keys=("message_id",)),
    Door(
        "message_resolve", INTAKE, SCHEDULER, "post", WRITES, ("message_id",), {"resolution": "withdrawn", "note": "x"}
    ),
    Door("directory", SCHEDULER, None, stranger=(200,)),
    Door("office", SCHEDULER, None, keys=("office_id",)),
    Door("office_new", INTAKE, SCHEDULER, stranger=(200,)),
    Door("office_point", INTAKE, SCHEDULER, "post", WRITES, ("office_id",), {"system": "fax", "value": "617 555 0188"}),
    Door("office_prove", INTAKE, SCHEDULER, "post", WRITES, ("office_id", "point_id")),
    Door("office_person", INTAKE, SCHEDULER, "post", WRITES, ("office_id",), {"family": "Lee", "given": "Robin"}),
    Door("organization", ADMIN, MANAGER, stranger=(403,)),
    Door("organization_auto_accept", ADMIN, MANAGER, "post", (303,), stranger=(403,)),
    Door("organization_llm", ADMIN, MANAGER, "post", (303,), stranger=(403,)),
    Door("organization_filing", ADMIN, MANAGER, stranger=(403,)),
    Door("organization_filing_set", ADMIN, MANAGER, "post", WRITES, data={"kind": "lab_result"}, stranger=(403,)),
    Door("organization_filing_remove", ADMIN, MANAGER, "post", (303,), data={"kind": "other"}, stranger=(403,)),
    Door("organization_location", ADMIN, MANAGER, "post", WRITES, data={"name": "Elm"}, stranger=(403,)),
    Door("members_add", ADMIN, MANAGER, "post", WRITES, stranger=(403,)),
    Door("members_role", ADMIN, MANAGER, "post", WRITES, ("user_id",), {"role": "clinician"}, stranger=(403,)),
    Door("members_remove", ADMIN, MANAGER, "post", WRITES, ("user_id",), stranger=(403,)),
    Door("members_password", ADMIN, MANAGER, keys=("user_id",), stranger=(403,)),
    Door("audit", MANAGER, SCHEDULER, keys=("entity", "entity_id")),
)
#: Without a permission: anybody may ask, and each has tests of its own.
OPEN_DOORS = {"setup"} | {pattern.name for pattern in account_urls.urlpatterns}


def _names(patterns: list[Any]) -> Iterator[str | None]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _names(one.url_patterns)
        elif isinstance(one, URLPattern):
            yield one.name


def _ask(door: Door, house: House, client: Client) -> Any:
    return getattr(client, door.method)(_address(door, house), door.data)


def _address(door: Door, house: House) -> str:
    # `outbound_id` is an id of a draft under the name that the address has for it.
    kwargs = {key.replace("outbound_id", "referral_id"): _KEYS[key](house) for key in door.keys} | door.extra
    return reverse(door.name, kwargs=kwargs)


def test_every_address_of_the_workspace_is_in_this_table() -> None:
    assert set(_names(urls.urlpatterns)) == {door.name for door in DOORS} | {"setup"}


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_a_member_with_the_permission_gets_in(door: Door, house: House, sign_in: Callable[[Role], Client]) -> None:
    assert _ask(door, house, sign_in(door.may)).status_code in door.answers


@pytest.mark.parametrize("door", [door for door in DOORS if door.may_not], ids=lambda door: door.name)
def test_a_colleague_without_the_permission_is_refused(
    door: Door, house: House, sign_in: Callable[[Role], Client]
) -> None:
    assert door.may_not is not None
    answer = _ask(door, house, sign_in(door.may_not))
    assert answer.status_code == 403
    assert "Testperson" not in answer.content.decode()


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_a_manager_of_another_tenant_sees_and_changes_nothing(door: Door, house: House, stranger: Client) -> None:
    answer = _ask(door, house, stranger)
    assert answer.status_code in door.stranger
    body = answer.content.decode(errors="replace")
    assert not any(word in body for word in ("Testperson", "Grove Street", "Avery"))


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_somebody_who_is_not_signed_in_is_sent_to_the_sign_in(door: Door, house: House) -> None:
    answer = _ask(door, house, Client())
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("door", [door for door in DOORS if door.method == "post"], ids=lambda door: door.name)
def test_a_write_is_never_a_get(door: Door, house: House, sign_in: Callable[[Role], Client]) -> None:
    assert sign_in(door.may).get(_address(door, house)).status_code == 405


@pytest.mark.parametrize("door", [door for door in DOORS if door.method == "post"], ids=lambda door: door.name)
def test_a_write_needs_the_token_of_the_page(door: Door, house: House) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(_address(door, house), door.data).status_code == 403


@pytest.mark.parametrize("door", [door for door in DOORS if door.answers == (200,)], ids=lambda door: door.name)
def test_no_cache_keeps_what_the_workspace_shows(door: Door, house: House, sign_in: Callable[[Role], Client]) -> None:
    assert _ask(door, house, sign_in(door.may))["Cache-Control"] == "private, no-store"
