"""Whether this process is alive and reaches its database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.http import HttpResponse

if TYPE_CHECKING:
    from django.http import HttpRequest


def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Answer `ok` after one query; a database that is away gives 500."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")
