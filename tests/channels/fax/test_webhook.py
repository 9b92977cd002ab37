from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import path
from pytest_django import Settings

from homing.channels.fax import webhook
from homing.channels.fax.memory import InMemoryCarrier
from homing.channels.fax.webhook import MAX_BODY_BYTES, fax_webhook
from homing.kit import clock
from homing.kit.errors import Conflict, HomingError
from homing.messaging.ports import CarrierEvent, CarrierEventKind, CarrierUnavailable

urlpatterns = [path("hooks/fax/<str:carrier_name>", fax_webhook)]

_carrier = InMemoryCarrier()
_received: list[tuple[tuple[CarrierEvent, ...], str]] = []
_errors: list[Exception] = []


def make_carrier() -> InMemoryCarrier:
    return _carrier


def receive(events: tuple[CarrierEvent, ...], *, carrier_name: str) -> None:
    if _errors:
        raise _errors.pop()
    _received.append((events, carrier_name))


@pytest.fixture(autouse=True)
def installation(settings: Settings) -> Iterator[None]:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = ["django.middleware.csrf.CsrfViewMiddleware"]
    settings.HOMING_CARRIERS = {"memory": f"{__name__}.make_carrier"}
    settings.HOMING_FAX_RECEIVER = f"{__name__}.receive"
    webhook._carrier.cache_clear()
    _received.clear()
    _errors.clear()
    yield
    webhook._carrier.cache_clear()


def post(body: bytes, headers: Mapping[str, str], *, name: str = "memory") -> int:
    client = Client(enforce_csrf_checks=True, raise_request_exception=True)
    answer = client.post(f"/hooks/fax/{name}", data=body, content_type="application/json", headers=dict(headers))
    assert answer.content == b""
    return answer.status_code


def inbound() -> tuple[Mapping[str, str], bytes]:
    return _carrier.webhook(CarrierEventKind.INBOUND, "in-1")


def test_a_verified_webhook_is_answered_after_the_receiver_has_taken_it() -> None:
    headers, body = inbound()

    assert post(body, headers) == 204
    assert _received == [((CarrierEvent(CarrierEventKind.INBOUND, "in-1"),), "memory")]


def test_a_webhook_may_come_twice() -> None:
    headers, body = inbound()

    assert [post(body, headers), post(body, headers)] == [204, 204]
    assert len(_received) == 2


def test_a_forged_webhook_is_unauthorized_and_reaches_nobody() -> None:
    headers, body = inbound()

    assert post(body + b" ", headers) == 401
    assert post(body, {}) == 401
    assert _received == []


def test_an_old_webhook_is_unauthorized() -> None:
    headers, body = inbound()

    with clock.travel_to(clock.now() + timedelta(minutes=6)):
        assert post(body, headers) == 401
    assert _received == []


@pytest.mark.parametrize(("error", "status"), [(CarrierUnavailable(), 503), (Conflict(), 409), (HomingError(), 400)])
def test_the_carrier_is_asked_to_repeat_what_could_not_be_stored(error: HomingError, status: int) -> None:
    _errors.append(error)
    headers, body = inbound()

    assert post(body, headers) == status
    assert post(body, headers) == 204


def test_a_defect_is_never_an_acknowledgment() -> None:
    _errors.append(ZeroDivisionError())
    headers, body = inbound()
    client = Client(raise_request_exception=False)

    answer = client.post("/hooks/fax/memory", data=body, content_type="application/json", headers=dict(headers))

    assert answer.status_code == 500


def test_an_unknown_carrier_is_not_found() -> None:
    headers, body = inbound()

    assert post(body, headers, name="other") == 404


@pytest.mark.parametrize("size", [MAX_BODY_BYTES + 1, 3_000_000])
def test_a_body_over_the_limit_is_refused(size: int) -> None:
    headers, _ = inbound()

    assert post(b"x" * size, headers) == 413


def test_the_largest_body_allowed_is_read() -> None:
    headers, body = inbound()
    padded = json.dumps({**json.loads(body), "padding": ""}).encode()
    padded = padded[:-2] + b"x" * (MAX_BODY_BYTES - len(padded)) + padded[-2:]

    assert len(padded) == MAX_BODY_BYTES
    assert post(padded, headers) == 401, "it was read, and is not signed"


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_only_post_is_a_webhook(method: str) -> None:
    assert getattr(Client(), method)("/hooks/fax/memory").status_code == 405


def test_this_folder_says_how_well_it_is_made() -> None:
    folder = Path(webhook.__file__).parent

    assert (folder / "quality.yaml").read_text().count("status:") >= 5
