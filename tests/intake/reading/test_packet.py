"""A packet of 200 pages costs no more memory than its largest page, tells how far it is, and leaves nothing behind."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from PIL import Image

from homing.intake.reading import pipeline
from homing.intake.reading.sandbox import Sandbox
from homing.intake.reading.types import DocumentReading, ReadingResult
from tests.fixtures.fax import pages
from tests.intake.reading.hand import written

PAGES = 200
GIGABYTE = 1 << 30


def _packet() -> bytes:
    """Return mostly small pages, with a full one that both engines read, and an empty sheet with dust."""
    small = pages.page(("Page of a packet",)).crop((0, 100, 700, 400))
    empty = pages.page(()).crop((0, 0, 700, 300))
    full = pages.page(("Patient", "", "Phone"))
    for number, value in enumerate(("Juniper Ashgrove", "617 555 0142")):
        full = written(full, value, 170, 255 + 120 * number, seed=number)
    sent: list[Image.Image] = [small.copy() if number % 10 == 0 else empty.copy() for number in range(PAGES)]
    sent[55], sent[155] = full, pages.page(noise=3000)
    return pages.tiff(sent)


@pytest.fixture(scope="module")
def told() -> list[tuple[int, int]]:
    return []


@pytest.fixture(scope="module")
def highest(told: list[tuple[int, int]]) -> int:
    """Return the most memory that the child ever held, in bytes, after a packet."""
    with Sandbox() as sandbox, pytest.MonkeyPatch.context() as patch:
        # What the pages mean is no part of this.
        patch.setattr(pipeline, "understand", lambda _pages, **_: DocumentReading())
        result = pipeline.read(_packet(), sandbox=sandbox, progress=lambda done, total: told.append((done, total)))
        assert isinstance(result, ReadingResult)
        assert [page.number for page in result.pages] == list(range(1, PAGES + 1))
        assert sum("packet" in page.text for page in result.pages) == PAGES // 10
        assert any(word.reread for word in result.pages[55].words)
        child = sandbox._process
        assert child is not None
        status = Path(f"/proc/{child.pid}/status").read_text()
    match = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert match is not None
    return int(match[1]) * 1024


def test_a_worker_with_both_engines_stays_below_a_gigabyte(highest: int) -> None:
    assert highest < GIGABYTE


def test_progress_is_told_after_every_page(highest: int, told: list[tuple[int, int]]) -> None:
    assert highest
    assert told == [(number, PAGES) for number in range(1, PAGES + 1)]


def test_page_images_are_files_while_a_packet_is_read_and_gone_after_it(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = sandbox.render(pages.tiff([pages.page(), pages.page(())]), tmp_path)
    assert [page.png for page in document.pages] == [b"", b""]
    assert len(list(tmp_path.iterdir())) == 2
    for path in tmp_path.iterdir():
        path.unlink()
    monkeypatch.setattr(pipeline, "understand", lambda _pages, **_: DocumentReading())
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    pipeline.read(pages.tiff([pages.page(()), pages.page(())]), sandbox=sandbox)
    assert list(tmp_path.iterdir()) == []
