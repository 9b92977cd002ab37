"""The view that takes the webhooks of fax carriers. `config.urls` mounts it, one path per carrier."""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from homing.kit.errors import HomingError
from homing.messaging.ports import WebhookUnverified

if TYPE_CHECKING:
    from django.http import HttpRequest

    from homing.messaging.ports import Carrier, CarrierFactory, FaxReceiver

MAX_BODY_BYTES = 64 * 1024
_log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
def fax_webhook(request: HttpRequest, carrier_name: str) -> HttpResponse:
    """Answer 204 once the receiver has stored the events.

    401 unverified, 404 no such carrier, 413 over 64 KiB, 503 where the carrier shall repeat the webhook later;
    other refusals keep their own status. The body of the answer is always empty.
    """
    if carrier_name not in settings.HOMING_CARRIERS:
        return HttpResponse(status=HTTPStatus.NOT_FOUND)
    body = _body(request)
    if body is None:
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        _receive(request, body, carrier_name)
    except WebhookUnverified:
        _log.warning("fax_webhook_unverified", carrier=carrier_name)
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
    except HomingError as error:
        _log.warning("fax_webhook_not_taken", carrier=carrier_name, code=error.code)
        return HttpResponse(status=error.status if error.permanent else HTTPStatus.SERVICE_UNAVAILABLE)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _body(request: HttpRequest) -> bytes | None:
    length = request.headers.get("Content-Length", "")
    if not length.isdigit() or int(length) > MAX_BODY_BYTES:
        return None
    try:
        body = request.body
    except RequestDataTooBig:
        return None
    return body if len(body) <= MAX_BODY_BYTES else None


def _receive(request: HttpRequest, body: bytes, carrier_name: str) -> None:
    events = _carrier(settings.HOMING_CARRIERS[carrier_name]).parse_webhook(dict(request.headers), body)
    receiver: FaxReceiver = import_string(settings.HOMING_FAX_RECEIVER)
    if events:
        receiver(events, carrier_name=carrier_name)


@lru_cache(maxsize=8)
def _carrier(dotted_factory: str) -> Carrier:
    factory: CarrierFactory = import_string(dotted_factory)
    return factory()
