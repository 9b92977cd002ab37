"""Every URL of the installation."""

from __future__ import annotations

from django.urls import include, path

from homing.channels.fax.webhook import fax_webhook
from homing.web.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("homing.web.account_urls")),
    path("hooks/fax/<str:carrier_name>", fax_webhook, name="fax_webhook"),
    path("", include("homing.web.workspace.urls")),
]
