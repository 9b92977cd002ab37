"""Settings. Everything that differs between installations comes from the environment; `homing doctor` lists it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONCE, NONE, SELF

from homing.config.registry import (
    CARRIERS,
    DELIVERY_REACTIONS,
    DOCUMENT_READER,
    FAX_RECEIVER,
    FILING_DESTINATIONS,
    JOB_MODULES,
    PROJECTIONS,
    REACTIONS,
    SEND_REFERRAL,
)

PACKAGE = Path(__file__).resolve().parent.parent


def _default_data() -> str:
    return "/var/lib/homing" if os.geteuid() == 0 else "./data"


HOMING_DATA = Path(os.environ.get("HOMING_DATA") or _default_data()).resolve()
HOMING_KEYS = str(HOMING_DATA / "keys")
HOMING_PORT = int(os.environ.get("HOMING_PORT", "8000"))
HOMING_URL = os.environ.get("HOMING_URL", f"http://127.0.0.1:{HOMING_PORT}")
HOMING_DROP_FOLDER = Path(os.environ.get("HOMING_DROP_FOLDER") or HOMING_DATA / "drop")
#: Where filed documents are handed on to, ORGANIZATION/FOLDER below it.
HOMING_FILING_FOLDER = Path(os.environ.get("HOMING_FILING_FOLDER") or HOMING_DATA / "filed")
#: Refuse models and queries in templates; on in tests, because what it finds would be an error page in production.
HOMING_STRICT_TEMPLATES = os.environ.get("HOMING_STRICT_TEMPLATES") == "1"
#: Days for which the originals of taken files stay in the drop folder; they are stored, encrypted, elsewhere.
HOMING_DROP_KEEP_DAYS = float(os.environ.get("HOMING_DROP_KEEP_DAYS", "7"))
#: Largest file taken in, bytes; most pages read of one file.
HOMING_MAX_FILE_BYTES = int(os.environ.get("HOMING_MAX_FILE_BYTES", str(50 * 1024 * 1024)))
HOMING_MAX_PAGES = int(os.environ.get("HOMING_MAX_PAGES", "300"))

HOMING_CARRIER_URL = os.environ.get("HOMING_CARRIER_URL", "")
HOMING_CARRIER_ACCOUNT = os.environ.get("HOMING_CARRIER_ACCOUNT", "")
HOMING_CARRIER_SECRET = os.environ.get("HOMING_CARRIER_SECRET", "")
HOMING_CARRIER_WEBHOOK_SECRET = os.environ.get("HOMING_CARRIER_WEBHOOK_SECRET", "")

HOMING_CARRIERS = CARRIERS
HOMING_REACTIONS = REACTIONS
HOMING_PROJECTIONS = PROJECTIONS
HOMING_DELIVERY_REACTIONS = DELIVERY_REACTIONS
HOMING_SEND_REFERRAL = SEND_REFERRAL
HOMING_FAX_RECEIVER = FAX_RECEIVER
HOMING_FILING_DESTINATIONS = FILING_DESTINATIONS
HOMING_DOCUMENT_READER = os.environ.get("HOMING_DOCUMENT_READER") or DOCUMENT_READER


def _kept_secret_key() -> str:
    path = Path(HOMING_KEYS) / "django"
    return os.environ.get("HOMING_SECRET_KEY") or (path.read_text().strip() if path.exists() else "")


#: `config.wsgi` sets 30 for the web server; what jobs do may take long.
STATEMENT_SECONDS = int(os.environ.get("HOMING_STATEMENT_SECONDS", "0"))
#: A backstop against a hanging process that holds locks. Longer than an upload over a slow line, which a transaction
#: of the web server waits for.
IDLE_IN_TRANSACTION_SECONDS = 600


def _database(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    query = dict(pair.partition("=")[::2] for pair in parts.query.split("&") if pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host") or parts.hostname or ""),
        "PORT": str(query.get("port") or parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "options": f"-c statement_timeout={STATEMENT_SECONDS}s"
            f" -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_SECONDS}s"
        },
    }


HOMING_HAS_KEPT_KEY = bool(_kept_secret_key())
# Without one (static checks, a first command) a key for this process is enough: nothing it signs outlives it.
# `config.wsgi` refuses to serve with that.
SECRET_KEY = _kept_secret_key() or secrets.token_urlsafe(50)
DEBUG = False
ALLOWED_HOSTS = [host for host in os.environ.get("HOMING_HOSTS", "127.0.0.1,localhost,[::1]").split(",") if host]
CSRF_TRUSTED_ORIGINS = [HOMING_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "allauth",
    "allauth.account",
    "procrastinate.contrib.django",
    "homing.tenancy",
    "homing.audit",
    "homing.accounts",
    "homing.documents",
    "homing.directory",
    "homing.identity",
    "homing.referrals",
    "homing.messaging",
    "homing.scheduling",
    "homing.intake",
    "homing.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "homing.accounts.middleware.IdleMiddleware",
    "homing.web.middleware.TenantMiddleware",
]

ROOT_URLCONF = "homing.config.urls"
WSGI_APPLICATION = "homing.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "homing.web.jinja.environment", "autoescape": True},
    },
    {
        # For third-party apps only; ours are Jinja2.
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

DATABASES = {"default": _database(os.environ.get("DATABASE_URL", "postgresql:///homing"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "homing.accounts.adapter.ClosedAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_PREVENT_ENUMERATION = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

SESSION_COOKIE_AGE = int(os.environ.get("HOMING_IDLE_MINUTES", "30")) * 60
#: What pages ask for by themselves, by the names of its URLs: nobody need be there.
HOMING_POLLED_VIEWS = frozenset({"home_counts", "inbox_rows"})
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
_https = HOMING_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = HOMING_DATA / "static"
STATICFILES_DIRS = [PACKAGE / "web" / "static"]
STORAGES = {
    "default": {
        "BACKEND": "homing.documents.storage.DurableFileStorage",
        "OPTIONS": {"location": HOMING_DATA / "media"},
    },
    "documents": {
        "BACKEND": "homing.documents.storage.DurableFileStorage",
        "OPTIONS": {"location": HOMING_DATA / "documents"},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
#: Not FILE_UPLOAD_TEMP_DIR: Django insists that it exists, also for a command on another machine.
HOMING_UPLOAD_FOLDER = HOMING_DATA / "uploads"
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "homing.config.uploads.NamelessFileUploadHandler",
]
CACHES = {
    "default": {
        "BACKEND": "homing.config.cache.SharedFileCache",
        "LOCATION": HOMING_DATA / "cache",
        # Beyond this the cache forgets at random, and with it attempts that count.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
PROCRASTINATE_IMPORT_PATHS = list(JOB_MODULES)

LOGGING_CONFIG = "homing.config.logging.configure"
#: Not empty, or Django would not call `configure`.
LOGGING = {"version": 1}
#: `User.email` is unique in lower case, by a constraint that this check does not know.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
