"""Documents are encrypted, durable and recognised, each tenant by itself."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from homing.documents import actions, crypto, queries
from homing.documents.models import Document
from homing.kit.errors import NotFound
from homing.tenancy.models import Organization
from homing.tenancy.scope import scoped
from tests.factories import SYSTEM

_TEXT = b"A page about a synthetic person " * 50


def _file_of(row: Document) -> Path:
    return Path(settings.HOMING_DATA) / "documents" / row.stored_as


def test_what_is_stored_comes_back_and_is_not_readable_on_disk(organization: Organization) -> None:
    stored = actions.store(actor=SYSTEM, data=_TEXT, media_type="text/plain", file_name="../../x/note.txt")
    row = Document.objects.get(id=stored.id)
    assert queries.content(stored.id) == _TEXT
    assert row.file_name == "note.txt"
    raw = _file_of(row).read_bytes()
    assert b"synthetic" not in raw
    assert stat.S_IMODE(_file_of(row).stat().st_mode) == 0o600


def test_the_same_bytes_are_recognised_within_a_tenant_only(
    organization: Organization, other_organization: Organization
) -> None:
    first = actions.store(actor=SYSTEM, data=_TEXT, media_type="text/plain")
    second = actions.store(actor=SYSTEM, data=_TEXT, media_type="text/plain")
    assert first.mark == second.mark
    assert set(queries.find_by_mark(first.mark)) == {first.id, second.id}
    with scoped(other_organization.id):
        assert actions.store(actor=SYSTEM, data=_TEXT, media_type="text/plain").mark != first.mark
        with pytest.raises(NotFound):
            queries.content(first.id)


def test_a_damaged_file_is_reported_and_never_returned(organization: Organization) -> None:
    stored = actions.store(actor=SYSTEM, data=_TEXT, media_type="text/plain")
    path = _file_of(Document.objects.get(id=stored.id))
    sealed = bytearray(path.read_bytes())
    sealed[40] ^= 1
    path.write_bytes(sealed)
    with pytest.raises(crypto.DocumentDamaged):
        queries.content(stored.id)


def test_storing_a_page_twice_keeps_one(organization: Organization) -> None:
    stored = actions.store(actor=SYSTEM, data=_TEXT, media_type="text/plain")
    for _ in range(2):
        actions.add_page(actor=SYSTEM, document_id=stored.id, number=1, png=b"png bytes", width=10, height=20)
    assert [(page.number, page.width, page.height) for page in queries.pages(stored.id)] == [(1, 10, 20)]
    assert queries.page_image(stored.id, 1) == b"png bytes"
    with pytest.raises(NotFound):
        queries.page_image(stored.id, 2)


def test_the_installation_key_is_private() -> None:
    crypto.wrap(crypto.new_data_key(), "any")
    assert stat.S_IMODE((Path(settings.HOMING_KEYS) / "documents").stat().st_mode) == 0o600


@given(st.binary(max_size=200), st.binary(max_size=20))
def test_encryption_is_undone_only_in_its_context(plain: bytes, context: bytes) -> None:
    key = crypto.new_data_key()
    sealed = crypto.encrypt(key, plain, context)
    assert crypto.decrypt(key, sealed, context) == plain
    with pytest.raises(crypto.DocumentDamaged):
        crypto.decrypt(key, sealed, context + b"x")


def test_every_folder_on_the_way_to_a_document_is_private(organization: Organization) -> None:
    stored = actions.store(actor=SYSTEM, data=_TEXT, media_type="text/plain")
    folder = _file_of(Document.objects.get(id=stored.id)).parent
    for one in (folder, folder.parent):
        assert stat.S_IMODE(one.stat().st_mode) == 0o700


def test_threads_that_start_at_once_have_one_installation_key(tmp_path: Path) -> None:
    for number in range(20):
        folder = tmp_path / str(number)
        begin = threading.Barrier(4)
        found: list[bytes] = []

        def read(folder: Path = folder, begin: threading.Barrier = begin, found: list[bytes] = found) -> None:
            begin.wait()
            found.append(crypto._installation_key(str(folder)))

        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 4
        assert set(found) == {(folder / "documents").read_bytes()}
        assert [one.name for one in folder.iterdir()] == ["documents"]


@pytest.mark.parametrize("left", [b"", b"short", b"\0" * 100], ids=["nothing", "too short", "nonsense"])
def test_the_same_bytes_again_heal_a_damaged_file(organization: Organization, left: bytes) -> None:
    stored = actions.store(actor=SYSTEM, data=_TEXT, media_type="text/plain")
    _file_of(Document.objects.get(id=stored.id)).write_bytes(left)
    with pytest.raises(crypto.DocumentDamaged):
        queries.content(stored.id)
    again = actions.store(actor=SYSTEM, data=_TEXT, media_type="text/plain")
    assert queries.content(again.id) == queries.content(stored.id) == _TEXT


def test_a_file_that_is_gone_is_reported_as_damaged(organization: Organization) -> None:
    stored = actions.store(actor=SYSTEM, data=_TEXT, media_type="text/plain")
    _file_of(Document.objects.get(id=stored.id)).unlink()
    with pytest.raises(crypto.DocumentDamaged):
        queries.content(stored.id)
