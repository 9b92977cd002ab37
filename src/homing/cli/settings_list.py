"""Every setting of an installation. A test compares this list with what the code reads."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """An environment variable; `default` is said in words, a secret's value is never shown."""

    name: str
    meaning: str
    default: str = ""
    is_secret: bool = False

    @property
    def shown(self) -> str:
        """The value for people: what is set, else the default."""
        value = os.environ.get(self.name)
        if value is None:
            return f"({self.default})" if self.default else "(not set)"
        return "(set)" if self.is_secret else value


SETTINGS: tuple[Setting, ...] = (
    Setting("HOMING_DATA", "data folder: database, documents, keys, logs", "./data; for root /var/lib/homing"),
    Setting("DATABASE_URL", "database, as homing_app", "embedded PostgreSQL in HOMING_DATA", is_secret=True),
    Setting("HOMING_OWNER_DATABASE_URL", "the same as homing_owner, for migrations and backups", is_secret=True),
    Setting("HOMING_URL", "address by which people reach it", "http://127.0.0.1:HOMING_PORT"),
    Setting("HOMING_HOSTS", "host names answered, with commas between", "127.0.0.1,localhost,[::1]"),
    Setting("HOMING_HOST", "address the web server listens on", "127.0.0.1"),
    Setting("HOMING_PORT", "port the web server listens on", "8000"),
    Setting("HOMING_WEB_PROCESSES", "processes of the web server", "2"),
    Setting("HOMING_WEB_THREADS", "threads of each of them", "8"),
    Setting("HOMING_WORKER_CONCURRENCY", "jobs a worker does at the same time", "4"),
    Setting("HOMING_SECRET_KEY", "signs sessions and links", "HOMING_DATA/keys/django", is_secret=True),
    Setting("HOMING_IDLE_MINUTES", "minutes without a click after which a person is signed out", "30"),
    Setting("HOMING_STATEMENT_SECONDS", "longest a database statement may take; 0 is no limit", "web 30, jobs 0"),
    Setting("HOMING_DROP_FOLDER", "watched folder", "HOMING_DATA/drop"),
    Setting("HOMING_STRICT_TEMPLATES", "1: refuse models and queries in templates, for developers", "0"),
    Setting("HOMING_DROP_KEEP_DAYS", "days for which taken files stay there", "7"),
    Setting("HOMING_FILING_FOLDER", "where filed documents are handed on to", "HOMING_DATA/filed"),
    Setting("HOMING_MAX_FILE_BYTES", "largest file taken in, bytes", "52428800"),
    Setting("HOMING_MAX_PAGES", "most pages read of one file", "300"),
    Setting("HOMING_DOCUMENT_READER", "dotted name of what reads documents", "Homing's own reader"),
    Setting("HOMING_CARRIER_URL", "fax carrier's API"),
    Setting("HOMING_CARRIER_ACCOUNT", "account at the carrier"),
    Setting("HOMING_CARRIER_SECRET", "its secret", is_secret=True),
    Setting("HOMING_CARRIER_WEBHOOK_SECRET", "signs the carrier's webhooks", is_secret=True),
    Setting("HOMING_LLM_URL", "language model: address of an OpenAI-compatible API, such as http://127.0.0.1:8080/v1"),
    Setting("HOMING_LLM_MODEL", "name of the model there"),
    Setting("HOMING_LLM_KEY", "key for it", is_secret=True),
    Setting("HOMING_LLM_OUTPUT", "how it answers: tool (tool call) or json (JSON schema)", "tool"),
    Setting("HOMING_LLM_SECONDS", "longest a file may wait for it, at most 150", "60"),
    Setting("HOMING_LLM_TOKENS", "most tokens a document may cost, all requests together", "30000"),
    Setting("HOMING_LLM_BELOW", "fields less sure than this are asked for, and blank ones", "0.5"),
    Setting("HOMING_LOG", "form of the logs: console or json", "console on a terminal, else json"),
    Setting("HOMING_LOG_LEVEL", "least severe log line kept", "INFO"),
    Setting("TESSDATA_PREFIX", "folder of Tesseract's data", "where Debian puts it"),
)
