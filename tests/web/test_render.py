from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import connection
from django.test import RequestFactory

from homing.accounts.models import Membership
from homing.tenancy.models import Organization
from homing.tenancy.queries import current_organization
from homing.tenancy.scope import scoped
from homing.web.render import NotAPresenter, QueryWhileRendering, check_presenter, fragment, no_queries
from homing.web.widgets import Badge, Option, Tab
from tests.web.conftest import House


@dataclass(frozen=True, slots=True)
class _Holder:
    inside: object


@dataclass
class _Mutable:
    name: str = ""


def test_plain_values_and_frozen_dataclasses_of_them_may_reach_a_template() -> None:
    check_presenter(_Holder((Badge("Sent"), Tab("All", "/", count=3), None, "text", 1.5)), "page")


@pytest.mark.parametrize("value", [_Mutable(), [Badge("Sent")], {"a": 1}, object(), iter(()), Badge])
def test_anything_else_may_not(value: object) -> None:
    with pytest.raises(NotAPresenter):
        check_presenter(value, "page")


def test_a_model_is_refused_however_deep_it_hides(house: House) -> None:
    with scoped(house.organization.id), pytest.raises(NotAPresenter, match=r"page\.inside\[0\] is a Organization"):
        check_presenter(_Holder((current_organization(),)), "page")


def test_a_queryset_is_refused(house: House) -> None:
    with scoped(house.organization.id), pytest.raises(NotAPresenter):
        check_presenter(_Holder(Membership.objects.all()), "page")


def test_a_template_is_refused_a_model(house: House) -> None:
    with scoped(house.organization.id), pytest.raises(NotAPresenter):
        fragment(RequestFactory().get("/"), "refused_fragment.html", refusal=current_organization())


def test_a_query_while_rendering_raises(house: House) -> None:
    with scoped(house.organization.id):
        with no_queries(), pytest.raises(QueryWhileRendering):
            Organization.objects.get()
        assert Organization.objects.get().id == house.organization.id
    assert connection.execute_wrappers == []


def test_an_option_is_a_presenter() -> None:
    check_presenter((Option("a", "A"),), "options")
