"""What strangers send: every file ends in pages or in a clear reason, within its limits, and never takes us down."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from homing.intake.reading import pipeline
from homing.intake.reading.errors import Reason, UnreadableDocument, sentence
from homing.intake.reading.sandbox import Sandbox
from homing.intake.reading.types import RenderLimits
from tests.fixtures.fax import bad, pages

SMALL = RenderLimits(max_pages=5, max_seconds=30, max_memory_bytes=700 << 20)

REFUSED: dict[str, tuple[Callable[[], bytes], Reason]] = {
    "empty": (lambda: b"", Reason.EMPTY),
    "a program": (lambda: b"MZ\x90 Dear colleague, please see attached.", Reason.NOT_A_DOCUMENT),
    "an office file": (lambda: b"PK\x03\x04" + bytes(500), Reason.NOT_A_DOCUMENT),
    "a tiff cut short": (lambda: pages.tiff([pages.page()])[:200], Reason.DAMAGED),
    "a png cut short": (lambda: pages.picture(pages.page(), "PNG")[:2000], Reason.DAMAGED),
    "a jpeg cut short": (lambda: pages.picture(pages.page(), "JPEG")[:2000], Reason.DAMAGED),
    "a pdf cut short": (lambda: pages.scanned_pdf([pages.page()])[:300], Reason.DAMAGED),
    "a pdf in name only": (lambda: b"%PDF-1.4\nthis is not one", Reason.DAMAGED),
    "a pdf with a password": (
        lambda: pages.digital_pdf([pages.LETTER], password="not told"),
        Reason.PASSWORD_PROTECTED,
    ),
    "a png of 40,000 by 40,000": (bad.huge_png, Reason.PAGE_TOO_LARGE),
    "a tiff of 40,000 by 40,000": (bad.huge_tiff, Reason.PAGE_TOO_LARGE),
    "a zip bomb": (bad.bomb_pdf, Reason.OUT_OF_MEMORY),
}


@pytest.fixture(scope="module")
def narrow() -> Sandbox:
    return Sandbox(SMALL)


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_without_a_readable_page_is_refused_with_its_reason(name: str, narrow: Sandbox) -> None:
    make, reason = REFUSED[name]
    data = make()
    with narrow, pytest.raises(UnreadableDocument) as refused:
        narrow.render(data)
    assert refused.value.code == reason.value
    assert str(refused.value) == sentence(reason)


def test_every_reason_has_a_sentence_that_says_what_to_do() -> None:
    sentences = {sentence(reason) for reason in Reason}
    assert len(sentences) == len(Reason)
    assert all("Please" in one for one in sentences)


def test_of_a_thousand_pages_the_allowed_ones_are_kept(narrow: Sandbox) -> None:
    with narrow:
        document = narrow.render(bad.many_pages(1000))
    assert [page.number for page in document.pages] == [1, 2, 3, 4, 5]
    assert [(problem.code, problem.page) for problem in document.problems] == [(Reason.TOO_MANY_PAGES, 6)]


def test_the_pages_around_a_broken_one_are_kept_and_keep_their_numbers(sandbox: Sandbox) -> None:
    document = sandbox.render(bad.broken_page(2))
    assert [page.number for page in document.pages] == [1, 3]
    assert [(problem.code, problem.page) for problem in document.problems] == [(Reason.DAMAGED, 2)]


def test_a_wrong_extension_does_not_matter(tmp_path: Path, sandbox: Sandbox) -> None:
    path = tmp_path / "referral.pdf"
    path.write_bytes(pages.tiff([pages.page(pages.COVER)]))
    assert pipeline.read_file(path, sandbox=sandbox).pages[0].number == 1


def test_a_tiff_with_garbage_between_its_pages_never_raises_anything_else(sandbox: Sandbox) -> None:
    data = pages.tiff([pages.page(), pages.page(pages.COVER)])
    for step in range(8, len(data), len(data) // 12):
        broken = data[:step] + bytes(64) + data[step + 64 :]
        # Either pages or a reason: any other exception fails the test.
        with contextlib.suppress(UnreadableDocument):
            assert sandbox.render(broken).pages


def test_what_takes_too_long_is_stopped_and_says_so() -> None:
    page = pages.picture(pages.page(), "PNG")
    with Sandbox(RenderLimits(max_seconds=0.2)) as impatient, pytest.raises(UnreadableDocument) as refused:
        impatient.recognise(page)
    assert refused.value.code == "timed_out"
    assert not refused.value.permanent


def test_the_pages_done_before_the_time_ran_out_are_kept() -> None:
    with Sandbox(RenderLimits(max_seconds=1.5, max_pages=1000)) as impatient:
        document = impatient.render(bad.many_pages(1000))
    assert 0 < len(document.pages) < 1000
    assert document.problems[-1].code is Reason.TIMED_OUT


def test_a_child_that_is_killed_is_replaced_by_the_next_request() -> None:
    with Sandbox() as sandbox:
        first = sandbox.render(pages.tiff([pages.page()]))
        child = sandbox._process
        assert child is not None
        os.kill(child.pid, signal.SIGKILL)
        time.sleep(0.1)
        with pytest.raises(UnreadableDocument) as refused:
            sandbox.recognise(first.pages[0].png)
        assert refused.value.code == "out_of_memory"
        assert sandbox.render(pages.tiff([pages.page()])).pages == first.pages


def test_a_closed_sandbox_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Sandbox() as sandbox:
        sandbox.render(pages.tiff([pages.page()]))
        (folder,) = tmp_path.iterdir()
        assert list(folder.iterdir()) == []
        assert folder.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == []


def test_a_child_whose_parent_dies_removes_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    orphaned = Sandbox()
    orphaned.render(pages.tiff([pages.page()]))
    child = orphaned._process
    assert child is not None
    assert child.stdin is not None
    child.stdin.close()  # What the end of the parent looks like from the child.
    child.wait(timeout=10)
    assert list(tmp_path.iterdir()) == []
    if child.stdout:
        child.stdout.close()
    orphaned._process = None


def test_the_child_knows_no_secret_of_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMING_SECRET_KEY", "told to nobody")
    with Sandbox() as sandbox:
        sandbox.render(pages.tiff([pages.page()]))
        child = sandbox._process
        assert child is not None
        known = Path(f"/proc/{child.pid}/environ").read_bytes()
    assert b"told to nobody" not in known
    assert b"OMP_THREAD_LIMIT=1" in known
