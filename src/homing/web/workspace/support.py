"""What the views share: the clock of the person who asks, forms' values, notices, files."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect

from homing.kit import clock
from homing.kit.errors import HomingError
from homing.web.clockface import Clockface

if TYPE_CHECKING:
    from datetime import datetime

    from homing.kit.actor import Actor
    from homing.tenancy.models import Organization
    from homing.web.guard import StaffRequest

#: Shown in the page itself; everything else is offered for saving, so that no browser runs what a stranger sent.
_INLINE = frozenset({"application/pdf", "image/png", "image/jpeg"})


def face_of(organization: Organization) -> Clockface:
    """Return how times are shown in the organization."""
    return Clockface(ZoneInfo(organization.timezone), clock.now())


def face(request: StaffRequest) -> Clockface:
    """Return how times are shown to the person who asks."""
    return face_of(request.organization)


def user_id(actor: Actor) -> UUID:
    """Return the person's id."""
    return UUID(actor.id)


def go(url: str) -> HttpResponseRedirect:
    """Return a redirect after a write (303: the browser asks anew with GET)."""
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response


def tell(request: StaffRequest, text: str, *, tone: str = "success", url: str = "", link: str = "") -> None:
    """Leave a notice for the next page. Never PHI: it travels in a cookie."""
    level = {"success": messages.SUCCESS, "info": messages.INFO, "warning": messages.WARNING, "error": messages.ERROR}
    messages.add_message(request, level[tone], f"{text}\n{url}\n{link}" if url else text)


def text(request: StaffRequest, name: str, limit: int = 2000) -> str:
    """Return a posted value, trimmed."""
    return request.POST.get(name, "").strip()[:limit]


def version(request: StaffRequest) -> int:
    """Return the version of the record that the person was looking at; -1 where the form has none."""
    value = request.POST.get("version", "")
    return int(value) if value.isdecimal() else -1


def uuid_or_none(value: str) -> UUID | None:
    """Return the UUID that `value` is, or None."""
    try:
        return UUID(value)
    except ValueError:
        return None


def moment(request: StaffRequest, name: str) -> datetime | None:
    """Return the posted local time, aware, or None."""
    return face(request).parse_input(text(request, name))


def image(png: bytes) -> HttpResponse:
    """Return a page image that no cache keeps."""
    return _private(HttpResponse(png, content_type="image/png"))


def file(data: bytes, media_type: str, name: str) -> HttpResponse:
    """Return a file under a name without PHI that no cache keeps and no browser runs."""
    response = HttpResponse(data, content_type=media_type if media_type in _INLINE else "application/octet-stream")
    kind = "inline" if media_type in _INLINE else "attachment"
    response["Content-Disposition"] = f'{kind}; filename="{name}"'
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return _private(response)


def extension(media_type: str) -> str:
    """Return the usual ending of a file of this type."""
    known = {
        "application/pdf": "pdf",
        "image/png": "png",
        "image/jpeg": "jpg",
        "image/tiff": "tif",
        "message/rfc822": "eml",
        "text/plain": "txt",
        "text/html": "html",
    }
    return known.get(media_type, "bin")


def said(error: HomingError) -> str:
    """Return an error's message on one line."""
    return " ".join(str(error).split())


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
