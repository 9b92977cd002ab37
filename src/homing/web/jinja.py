"""The Jinja2 environment of our templates."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django_htmx.jinja import htmx_script
from jinja2 import Environment, StrictUndefined


def environment(**options: Any) -> Environment:
    """Return the environment: undefined names raise, everything is escaped, no model can be reached."""
    own = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = Environment(**{**options, **own, "autoescape": True})  # noqa: S701  it is on
    made.globals.update(static=static, url=_url, htmx_script=htmx_script)
    return made


def _url(name: str, **kwargs: object) -> str:
    return reverse(name, kwargs=kwargs or None)
