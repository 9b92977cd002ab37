"""The WSGI application that gunicorn serves."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homing.config.settings")
os.environ.setdefault("HOMING_STATEMENT_SECONDS", "30")

if not settings.HOMING_HAS_KEPT_KEY:
    # Each process would sign with a key of its own, and nobody would stay signed in.
    raise ImproperlyConfigured("There is no key that signs sessions. Start by `homing up`, or set HOMING_SECRET_KEY.")

application = get_wsgi_application()
