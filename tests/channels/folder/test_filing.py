"""Handing on to a folder: whole, once, whatever interrupts it. Real files, real processes that are killed."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from homing.channels.folder import filing
from homing.channels.folder.filing import (
    FileInTheWay,
    FolderFiling,
    FolderFull,
    FolderMissing,
    FolderNotWritable,
)
from homing.intake.ports import FiledDocument, FiledField, FilingFailed, FilingReceipt
from homing.kit.ids import uuid7

DATA = b"%PDF-1.4 of no patient"
KILLED = 9


def document(**changes: Any) -> FiledDocument:
    one = FiledDocument(
        id=uuid7(),
        item_id=UUID(int=7),
        organization="clinic-1",
        folder="labs",
        name="H7K2M9QRTV",
        suffix="pdf",
        media_type="application/pdf",
        data=DATA,
        reference="H7K2M9QRTV",
        kind="lab_result",
        kind_confidence=0.98,
        channel="fax",
        received_at=datetime(2026, 11, 21, 9, 30, tzinfo=UTC),
        sender_address="+16175550143",
        sender_name="Grove Street Family Medicine",
        sender_proven=True,
        pages=2,
        patient=(FiledField("patient.family", "Testperson", 0.97), FiledField("patient.birth_date", "1961-04-27", 0.4)),
        filed_by="Robin",
        filed_at=datetime(2026, 11, 21, 9, 35, tzinfo=UTC),
    )
    return replace(one, **changes)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "filed"
    made.mkdir()
    FolderFiling(made).prepare("clinic-1", "labs")
    return made


def shown(place: Path) -> set[str]:
    """Return what whoever empties the folder sees."""
    return {one.name for one in place.iterdir() if not one.name.startswith(".")}


def taken_away(place: Path) -> list[str]:
    """Take away what is complete, as a filing tool does, and return the sidecars."""
    taken = []
    for sidecar in place.glob("*.json"):
        named = json.loads(sidecar.read_bytes())["file"]
        assert hashlib.sha256((place / named["name"]).read_bytes()).hexdigest() == named["sha256"]
        (place / named["name"]).unlink()
        sidecar.unlink()
        taken.append(sidecar.name)
    return taken


def test_file_and_sidecar_lie_there_and_the_receipt_names_them(root: Path) -> None:
    receipt = FolderFiling(root).deliver(document())

    place = root / "clinic-1" / "labs"
    assert shown(place) == {"H7K2M9QRTV.pdf", "H7K2M9QRTV.json"}
    assert (root / receipt.path).read_bytes() == DATA
    assert (receipt.sha256, receipt.size) == (hashlib.sha256(DATA).hexdigest(), len(DATA))
    said = json.loads((place / "H7K2M9QRTV.json").read_bytes())
    assert said["schema"] == "homing.filing/1"
    assert said["item"]["reference"] == "H7K2M9QRTV"
    assert said["item"]["received_at"] == "2026-11-21T09:30:00+00:00"
    assert (said["category"], said["item"]["pages"]) == ("lab_result", 2)
    assert said["sender"] == {"number": "+16175550143", "name": "Grove Street Family Medicine", "is_proven": True}
    assert said["patient"]["patient.birth_date"] == {"value": "1961-04-27", "confidence": 0.4}
    assert said["filed"] == {"by": "Robin", "at": "2026-11-21T09:35:00+00:00"}
    assert said["file"]["sha256"] == receipt.sha256
    assert said["replaces"] is None


def test_delivering_again_gives_the_same_receipt_also_after_the_files_were_taken_away(root: Path) -> None:
    one, folder = document(), FolderFiling(root)
    receipt = folder.deliver(one)
    assert folder.deliver(one) == receipt
    assert taken_away(root / "clinic-1" / "labs") == ["H7K2M9QRTV.json"]

    assert folder.deliver(one) == receipt
    assert shown(root / "clinic-1" / "labs") == set()


def _dies_at(call: int, work: Callable[[], object]) -> bool:
    """Do the work in a process of its own that is killed before the call number `call` that changes a file."""
    child = os.fork()
    if child == 0:
        _count_down(call)
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED


def _count_down(call: int) -> None:
    left = [call]

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **named: Any) -> Any:
            left[0] -= 1
            if not left[0]:
                os._exit(KILLED)
            return real(*arguments, **named)

        return step

    os.open, os.fsync = counted(os.open), counted(os.fsync)
    Path.rename = counted(Path.rename)  # type: ignore[method-assign]


def test_killed_anywhere_it_is_taken_up_and_nobody_ever_sees_it_twice_or_in_part(root: Path) -> None:
    place, folder, died = root / "clinic-1" / "labs", FolderFiling(root), 0
    for call in range(1, 100):
        one = document(name=f"H{call:09}", reference=f"H{call:09}")
        if not _dies_at(call, lambda one=one: folder.deliver(one)):  # type: ignore[misc]
            break
        died += 1
        seen = taken_away(place)
        receipt = folder.deliver(one)
        seen += taken_away(place)
        assert seen == [f"{one.name}.json"], f"killed at call {call}"
        assert receipt.sha256 == hashlib.sha256(DATA).hexdigest()
    # Opening, writing, syncing and renaming of three files: it really was killed at every one of them.
    assert died >= 15


def test_four_processes_that_deliver_the_same_deliver_it_once(root: Path) -> None:
    one, folder = document(), FolderFiling(root)
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            folder.deliver(one)
            os._exit(0)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0, 0, 0]
    assert shown(root / "clinic-1" / "labs") == {"H7K2M9QRTV.pdf", "H7K2M9QRTV.json"}
    assert len(list((root / "clinic-1" / "labs" / filing.KEPT).glob("*.receipt"))) == 1


def test_a_folder_that_is_not_there_is_not_made_for_it_may_be_a_share_that_is_away(tmp_path: Path) -> None:
    (tmp_path / "filed").mkdir()
    with pytest.raises(FolderMissing):
        FolderFiling(tmp_path / "filed").deliver(document())
    with pytest.raises(FolderMissing):
        FolderFiling(tmp_path / "nothing").prepare("clinic-1", "labs")
    assert list((tmp_path / "filed").iterdir()) == []


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (errno.ENOSPC, FolderFull),
        (errno.EDQUOT, FolderFull),
        (errno.EACCES, FolderNotWritable),
        (errno.EROFS, FolderNotWritable),
        (errno.ESTALE, FolderMissing),
        (errno.EIO, FilingFailed),
    ],
)
def test_the_cause_is_told_in_words_and_the_next_attempt_succeeds(
    root: Path, monkeypatch: pytest.MonkeyPatch, number: int, problem: type[FilingFailed]
) -> None:
    def fails(_descriptor: int) -> None:
        raise OSError(number, "as the file system says")

    one, folder = document(), FolderFiling(root)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fails)
        with pytest.raises(problem) as refused:
            folder.deliver(one)
    assert type(refused.value) is problem
    assert not refused.value.permanent
    assert shown(root / "clinic-1" / "labs") == set()

    assert isinstance(folder.deliver(one), FilingReceipt)


def test_another_file_of_that_name_is_never_overwritten(root: Path) -> None:
    foreign = root / "clinic-1" / "labs" / "H7K2M9QRTV.pdf"
    foreign.write_bytes(b"somebody else's")
    with pytest.raises(FileInTheWay):
        FolderFiling(root).deliver(document())
    assert foreign.read_bytes() == b"somebody else's"


@pytest.mark.parametrize("folder", ["../labs", "", ".", "..", ".hidden", "a/b", "a\\b", "x" * 80, "labs\n"])
def test_nothing_is_written_outside_of_its_folder(root: Path, folder: str) -> None:
    with pytest.raises(FolderMissing):
        FolderFiling(root).prepare("clinic-1", folder)
    with pytest.raises(FolderMissing):
        FolderFiling(root).deliver(document(folder=folder))
    assert {one.name for one in root.iterdir()} == {"clinic-1"}
