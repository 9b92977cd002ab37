"""A refusal in words, as a page or, for HTMX, as a notice at the top of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.urls import reverse

from homing.web.render import fragment, plain_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from homing.kit.errors import HomingError

_TITLES: Final = {
    403: "Not allowed",
    404: "Not here",
    409: "Changed in the meantime",
    413: "Too large",
    422: "This cannot be used",
    503: "Not reachable just now",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was not done, and where to go from here."""

    title: str
    text: str
    code: str
    back: str
    back_label: str


def refuse(request: HttpRequest, error: HomingError) -> HttpResponse:
    """Return the answer to a refused request."""
    if request.headers.get("HX-Request") == "true":
        response = fragment(request, "refused_fragment.html", status=error.status, refusal=_refusal(request, error))
        response["HX-Retarget"] = "#notices"
        response["HX-Reswap"] = "innerHTML show:window:top"
        return response
    return plain_page(request, "refused.html", status=error.status, refusal=_refusal(request, error))


def _refusal(request: HttpRequest, error: HomingError) -> Refusal:
    is_write = request.method == "POST"
    match = request.resolver_match
    back = _page_of(match.url_name or "", match.kwargs) if is_write and match else ""
    return Refusal(
        title=_TITLES.get(error.status, "Not done"),
        text=" ".join(str(error).split()),
        code=error.code,
        back=back or reverse("home"),
        back_label="Back to the record" if back else "Home",
    )


def _page_of(url_name: str, kwargs: dict[str, object]) -> str:
    """Return the page of the record that a write was about, or nothing."""
    page = {"workbench": "item_id", "referral": "referral_id", "office": "office_id"}
    first = url_name.partition("_")[0]
    key = page.get(first, "")
    return reverse(first, kwargs={key: kwargs[key]}) if key in kwargs else ""
