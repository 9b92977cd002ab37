"""What the settings promise about keys, uploads, the cache and the database."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler, load_handler
from django.db import connection
from django.test import RequestFactory
from pytest_django import Settings

from homing.config.cache import SharedFileCache


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("HOMING", "DATABASE"))}
    return subprocess.run(
        [sys.executable, "-c", code], env={**inherited, **environment}, capture_output=True, text=True, check=False
    )


def test_nothing_is_served_without_a_key_that_is_kept(tmp_path: Path) -> None:
    refused = python("import homing.config.wsgi", HOMING_DATA=str(tmp_path))
    assert refused.returncode != 0
    assert "There is no key that signs sessions" in refused.stderr
    assert python("import homing.config.wsgi", HOMING_DATA=str(tmp_path), HOMING_SECRET_KEY="kept").returncode == 0
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "django").write_text("kept too")
    assert python("import homing.config.wsgi", HOMING_DATA=str(tmp_path)).returncode == 0


def test_statements_of_the_web_server_end_and_those_of_jobs_may_take_long(tmp_path: Path) -> None:
    shown = "from django.conf import settings; print(settings.DATABASES['default']['OPTIONS']['options'])"
    environment = {"HOMING_DATA": str(tmp_path), "HOMING_SECRET_KEY": "kept"}
    served = python(f"import homing.config.wsgi; {shown}", **environment)
    worked = python(shown, DJANGO_SETTINGS_MODULE="homing.config.settings", **environment)
    assert "statement_timeout=30s" in served.stdout
    assert "statement_timeout=0s" in worked.stdout


def test_the_database_ends_a_transaction_in_which_nothing_happens(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("10min",)
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_a_large_upload_waits_in_a_private_folder_under_no_name(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "uploads"
    settings.HOMING_UPLOAD_FOLDER = folder
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 100
    body = b"a synthetic page " * 5000
    request = RequestFactory().post("/", {"file": _Named(body)})
    upload = request.FILES["file"]
    assert isinstance(upload, UploadedFile)
    assert upload.read() == body
    assert (upload.size, upload.name) == (len(body), "page.pdf")
    upload.close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.iterdir()) == []


class _Named:
    name = "page.pdf"
    content_type = "application/pdf"

    def __init__(self, body: bytes) -> None:
        self._body = body

    def read(self) -> bytes:
        return self._body


def test_uploads_are_kept_within_the_data_folder_from_the_first_byte(settings: Settings) -> None:
    assert settings.HOMING_UPLOAD_FOLDER.parent == settings.HOMING_DATA
    first, second = (load_handler(name, RequestFactory().get("/")) for name in settings.FILE_UPLOAD_HANDLERS)
    assert isinstance(first, MemoryFileUploadHandler)
    assert not hasattr(second, "temporary_file_path")


@pytest.mark.parametrize("name", ["default"])
def test_the_cache_is_private_and_of_many_who_add_one_is_first(settings: Settings, tmp_path: Path, name: str) -> None:
    assert settings.CACHES[name]["LOCATION"].parent == settings.HOMING_DATA
    folder = tmp_path / "cache"
    added: list[bool] = []
    start = threading.Barrier(8)

    def add(number: int) -> None:
        mine = SharedFileCache(str(folder), {})
        start.wait()
        added.append(mine.add("lock", number))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(added) == [False] * 7 + [True]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
