from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from homing.channels.folder.watch import TAKEN, FolderWatcher, reference_of
from homing.kit import clock
from homing.kit.errors import HomingError


class Unreadable(HomingError):
    """The file is not a document we can read. Send it again as TIFF or PDF."""

    code = "unreadable"


class NotNow(HomingError):
    """The store is away."""

    code = "not_now"
    permanent = False


class Store:
    """Takes what it is handed, recognises repeats, and fails as told."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, bytes]] = {}
        self.calls = 0
        self.error: Exception | None = None

    def __call__(self, path: Path, content: bytes) -> None:
        self.calls += 1
        if self.error is not None:
            raise self.error
        self.kept.setdefault(reference_of(path), (path.name, content))

    @property
    def contents(self) -> list[bytes]:
        return [content for _, content in self.kept.values()]


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "drop"
    made.mkdir()
    return made


def watcher(folder: Path, receive: Callable[[Path, bytes], None], **more: float) -> FolderWatcher:
    return FolderWatcher(folder, receive, **{"settle_s": 0.0, "poll_s": 0.001, **more})  # type: ignore[arg-type]


def look_until(watching: FolderWatcher, condition: Callable[[], object], within_s: float = 10.0) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        watching.look()
        time.sleep(0.002)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def test_a_file_is_handed_over_whole_and_moved_to_taken(folder: Path, store: Store) -> None:
    (folder / "fax.tif").write_bytes(b"pages")

    look_until(watcher(folder, store), lambda: store.kept)

    assert list(store.kept.values()) == [("fax.tif", b"pages")]
    assert names(folder) == {"taken", ".taking"}
    assert (folder / "taken" / "fax.tif").read_bytes() == b"pages"
    assert names(folder / ".taking") == set()


def test_originals_are_deleted_once_they_were_kept_long_enough(folder: Path, store: Store) -> None:
    watching = watcher(folder, store, keep_s=3600.0)
    (folder / "a.tif").write_bytes(b"page")
    look_until(watching, (folder / TAKEN / "a.tif").exists)

    watcher(folder, store, keep_s=3600.0).look()
    assert names(folder / TAKEN) == {"a.tif"}
    with clock.travel_to(clock.now() + timedelta(hours=2)):
        watcher(folder, store, keep_s=3600.0).look()
    assert names(folder / TAKEN) == set()
    assert store.contents == [b"page"]


def test_a_file_that_is_still_growing_is_left_until_it_has_settled(folder: Path, store: Store) -> None:
    watching = watcher(folder, store, settle_s=0.15)
    with (folder / "slow.tif").open("wb", buffering=0) as growing:
        for _ in range(8):
            growing.write(b"part ")
            watching.look()
            assert store.calls == 0
            time.sleep(0.05)

    look_until(watching, lambda: store.kept)

    assert store.contents == [b"part " * 8]
    assert store.calls == 1


def test_one_look_is_not_enough_for_a_file_that_was_just_put_there(folder: Path, store: Store) -> None:
    watching = watcher(folder, store, settle_s=0.2)
    (folder / "new.tif").write_bytes(b"x")

    assert [watching.look(), watching.look()] == [0, 0]
    time.sleep(0.25)
    assert watching.look() == 1


@pytest.mark.parametrize("unfinished", [".fax.tif", "fax.tif.tmp", "fax.TIF.PART", "fax.tif.partial"])
def test_an_unfinished_name_is_ignored_and_taken_at_once_when_renamed(
    folder: Path, store: Store, unfinished: str
) -> None:
    watching = watcher(folder, store, settle_s=3600)
    (folder / unfinished).write_bytes(b"whole")
    watching.look()
    assert store.calls == 0

    (folder / unfinished).rename(folder / "fax.tif")

    assert watching.look() == 1
    assert store.contents == [b"whole"]


def test_a_file_that_changes_after_it_settled_once_is_taken_only_in_its_last_form(folder: Path, store: Store) -> None:
    watching = watcher(folder, store, settle_s=0.1)
    (folder / "a.tif").write_bytes(b"first")
    watching.look()
    time.sleep(0.06)
    (folder / "a.tif").write_bytes(b"again")
    watching.look()
    time.sleep(0.06)
    watching.look()
    assert store.calls == 0

    look_until(watching, lambda: store.kept)

    assert store.contents == [b"again"]


def test_a_file_that_is_written_while_it_is_read_is_put_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store()
    watching = watcher(folder, store)
    (folder / "a.tif").write_bytes(b"half")
    real = os.fstat
    times = iter([0, 1])

    def late_writer(descriptor: int) -> os.stat_result:
        if next(times, 0):
            with next((folder / ".taking").glob("*/a.tif")).open("ab") as writer:
                writer.write(b" and half")
        return real(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fstat", late_writer)
        watching.look()
        watching.look()
        assert store.calls == 0
        assert (folder / "a.tif").exists()

    look_until(watching, lambda: store.kept)
    assert store.contents == [b"half and half"]


def test_two_files_of_the_same_name_are_both_kept(folder: Path, store: Store) -> None:
    watching = watcher(folder, store)
    for content in (b"one", b"two", b"three"):
        (folder / "scan.pdf").write_bytes(content)
        look_until(watching, lambda content=content: content in store.contents)  # type: ignore[misc]

    assert names(folder / "taken") == {"scan.pdf", "scan-2.pdf", "scan-3.pdf"}
    assert {path.read_bytes() for path in (folder / "taken").iterdir()} == {b"one", b"two", b"three"}


def test_files_come_in_the_order_they_were_written(folder: Path, store: Store) -> None:
    for number, name in enumerate(["c.tif", "a.tif", "b.tif"]):
        (folder / name).write_bytes(name.encode())
        os.utime(folder / name, ns=(number, number))

    look_until(watcher(folder, store), lambda: len(store.kept) == 3)

    assert store.contents == [b"c.tif", b"a.tif", b"b.tif"]


def test_folders_links_and_pipes_are_no_files(folder: Path, store: Store, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"not yours")
    (folder / "link.tif").symlink_to(tmp_path / "secret")
    (folder / "sub").mkdir()
    (folder / "sub" / "inside.tif").write_bytes(b"x")
    os.mkfifo(folder / "pipe.tif")
    watching = watcher(folder, store)

    assert [watching.look() for _ in range(3)] == [0, 0, 0]
    assert names(folder) == {"link.tif", "sub", "pipe.tif"}


def test_an_empty_file_is_waited_for_longer_and_then_handed_over(folder: Path, store: Store) -> None:
    watching = watcher(folder, store, settle_s=0.03)
    (folder / "empty.tif").touch()
    watching.look()
    time.sleep(0.1)
    assert watching.look() == 0

    look_until(watching, lambda: store.kept)

    assert store.contents == [b""]


# -- refusals and patience --------------------------------------------------------------------------------------------


def test_a_permanent_refusal_moves_the_file_aside_with_a_reason_that_names_nobody(folder: Path, store: Store) -> None:
    store.error = Unreadable("Jane Doe's page 3 is broken")
    (folder / "doe.tif").write_bytes(b"x")

    look_until(watcher(folder, store), lambda: names(folder / "refused"))

    assert names(folder / "refused") == {"doe.tif", "doe.tif.reason.txt"}
    reason = (folder / "refused" / "doe.tif.reason.txt").read_text()
    assert reason == "unreadable\nThe file is not a document we can read. Send it again as TIFF or PDF.\n"
    assert names(folder) == {"refused", ".taking"}


def test_two_refused_files_of_one_name_keep_their_own_reasons(folder: Path, store: Store) -> None:
    store.error = Unreadable()
    watching = watcher(folder, store)
    for count in (2, 4):
        (folder / "a.tif").write_bytes(b"x" * count)
        look_until(watching, lambda count=count: len(names(folder / "refused")) == count)  # type: ignore[misc]

    assert names(folder / "refused") == {"a.tif", "a.tif.reason.txt", "a-2.tif", "a-2.tif.reason.txt"}


def test_a_file_over_the_limit_is_refused_without_being_read(folder: Path, store: Store) -> None:
    with (folder / "huge.tif").open("wb") as huge:
        huge.truncate(10 * 1024**4)

    look_until(watcher(folder, store, max_bytes=1000), lambda: names(folder / "refused"))

    assert store.calls == 0
    assert (folder / "refused" / "huge.tif.reason.txt").read_text().startswith("file_too_large\n")


@pytest.mark.parametrize("error", [NotNow(), OSError("database is away"), ZeroDivisionError()])
def test_what_may_pass_leaves_the_file_in_place_to_be_tried_again(folder: Path, store: Store, error: Exception) -> None:
    store.error = error
    watching = watcher(folder, store)
    (folder / "a.tif").write_bytes(b"x")
    look_until(watching, lambda: store.calls >= 2)
    assert (folder / "a.tif").read_bytes() == b"x"

    store.error = None
    look_until(watching, lambda: store.kept)

    assert names(folder / "taken") == {"a.tif"}


def test_the_pauses_between_tries_grow(folder: Path, store: Store) -> None:
    store.error = NotNow()
    watching = watcher(folder, store, poll_s=0.02)
    (folder / "a.tif").write_bytes(b"x")
    began = time.monotonic()

    look_until(watching, lambda: store.calls == 4)

    assert time.monotonic() - began >= 0.04 + 0.08 + 0.16
    assert store.calls == 4


def test_a_file_that_fails_does_not_hold_up_the_others(folder: Path, store: Store) -> None:
    def receive(path: Path, content: bytes) -> None:
        if path.name == "bad.tif":
            raise NotNow
        store(path, content)

    (folder / "bad.tif").write_bytes(b"bad")
    (folder / "good.tif").write_bytes(b"good")

    look_until(watcher(folder, receive), lambda: store.kept)

    assert store.contents == [b"good"]
    assert (folder / "bad.tif").exists()


def test_a_name_taken_again_while_its_file_waits_loses_neither(folder: Path, store: Store) -> None:
    store.error = NotNow()
    watching = watcher(folder, store)

    def receive_and_put_another(path: Path, content: bytes) -> None:
        if not (folder / "a.tif").exists() and store.error:
            (folder / "a.tif").write_bytes(b"second")
        store(path, content)

    watching = watcher(folder, receive_and_put_another)
    (folder / "a.tif").write_bytes(b"first")
    look_until(watching, lambda: store.calls >= 1)
    store.error = None

    look_until(watching, lambda: len(store.kept) == 2)

    assert sorted(store.contents) == [b"first", b"second"]
    assert {path.read_bytes() for path in (folder / "taken").iterdir()} == {b"first", b"second"}


def test_the_longest_name_can_be_taken_and_refused(folder: Path, store: Store) -> None:
    watching = watcher(folder, store)
    for error in (None, Unreadable()):
        store.error = error
        for content in (b"one", b"two"):
            (folder / ("x" * 251 + ".tif")).write_bytes(content)
            look_until(watching, lambda: "x" * 251 + ".tif" not in names(folder))

    assert len(names(folder / "taken")) == 2
    assert len(names(folder / "refused")) == 4
    assert names(folder / ".taking") == set()


def test_a_file_that_cannot_be_moved_aside_holds_up_nothing(folder: Path, store: Store) -> None:
    (folder / "taken").write_bytes(b"somebody put a file here")
    os.utime(folder / "taken", ns=(1, 1))
    store.error = NotNow()
    watching = watcher(folder, store)
    watching.look()
    store.error = None
    (folder / "a.tif").write_bytes(b"a")
    (folder / "b.tif").write_bytes(b"b")

    look_until(watching, lambda: {b"a", b"b"} <= set(store.contents))


# -- the folder and the process ---------------------------------------------------------------------------------------


def test_a_folder_that_vanishes_and_comes_back_is_watched_again(folder: Path, store: Store) -> None:
    watching = watcher(folder, store)
    folder.rename(folder.with_name("elsewhere"))
    assert [watching.look(), watching.look()] == [0, 0]
    assert not folder.exists(), "it must not be made where a share was mounted"

    folder.with_name("elsewhere").rename(folder)
    (folder / "a.tif").write_bytes(b"x")

    look_until(watching, lambda: store.kept)


def test_a_file_stored_but_not_moved_before_the_end_comes_again_under_the_same_reference(
    folder: Path, store: Store
) -> None:
    class PowerCut(BaseException):
        pass

    def cut(path: Path, content: bytes) -> None:
        store(path, content)
        raise PowerCut

    (folder / "a.tif").write_bytes(b"x")
    with pytest.raises(PowerCut):
        look_until(watcher(folder, cut), lambda: False)

    look_until(watcher(folder, store), lambda: names(folder / "taken"))

    assert store.calls == 2
    assert len(store.kept) == 1
    assert names(folder / "taken") == {"a.tif"}
    assert names(folder / ".taking") == set()


_VICTIM = """
import sys, time
from pathlib import Path
from homing.channels.folder.watch import TAKEN, FolderWatcher, reference_of
from homing.kit import clock
folder, kept = Path(sys.argv[1]), Path(sys.argv[2])
def receive(path, content):
    name = reference_of(path)
    partial = kept / (name + ".tmp")
    partial.write_bytes(content)
    partial.rename(kept / name)
    time.sleep(0.01)
watching = FolderWatcher(folder, receive, settle_s=0.0, poll_s=0.001)
print("ready", flush=True)
while True:
    watching.look()
"""


def test_every_file_is_kept_exactly_once_whenever_the_process_is_killed(folder: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    everything = {f"content {number}".encode() for number in range(40)}
    for number, content in enumerate(sorted(everything)):
        (folder / f"{number:02}.tif").write_bytes(content)
    for _ in range(60):
        with subprocess.Popen(
            [sys.executable, "-c", _VICTIM, str(folder), str(kept)], stdout=subprocess.PIPE
        ) as victim:
            assert victim.stdout is not None
            victim.stdout.readline()
            time.sleep(0.12)
            victim.kill()
        if len(names(folder / "taken")) == len(everything):
            break

    stored = [path.read_bytes() for path in kept.iterdir() if not path.name.endswith(".tmp")]
    assert sorted(stored) == sorted(everything)
    assert {path.read_bytes() for path in (folder / "taken").iterdir()} == everything


def test_two_watchers_of_one_folder_keep_every_file_once(folder: Path, store: Store) -> None:
    stop = threading.Event()
    for number in range(50):
        (folder / f"{number}.tif").write_bytes(str(number).encode())
    threads = [threading.Thread(target=watcher(folder, store).run_forever, args=(stop,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 20
    while len(names(folder / "taken")) < 50:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    stop.set()
    for thread in threads:
        thread.join()

    assert sorted(store.contents) == sorted(str(number).encode() for number in range(50))


def test_a_name_that_fits_is_kept_letter_for_letter(folder: Path, store: Store) -> None:
    for name in ("0.000000000000", "a.b.c.tif", "no suffix", "x" * 200 + ".tif"):
        (folder / name).write_bytes(name.encode())

    look_until(watcher(folder, store), lambda: len(store.kept) == 4)

    assert names(folder / "taken") == {"0.000000000000", "a.b.c.tif", "no suffix", "x" * 200 + ".tif"}


def test_it_goes_on_until_stopped(folder: Path, store: Store) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=watcher(folder, store).run_forever, args=(stop,))
    thread.start()
    (folder / "a.tif").write_bytes(b"x")
    deadline = time.monotonic() + 10
    while not store.kept:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    stop.set()
    thread.join(5)

    assert not thread.is_alive()


def test_no_file_name_is_ever_logged(folder: Path, store: Store) -> None:
    watching = watcher(folder, store)
    with structlog.testing.capture_logs() as logged:
        for error in (NotNow(), Unreadable(), None):
            store.error = error
            (folder / "hernandez-erica.tif").write_bytes(repr(error).encode())
            before = store.calls
            look_until(watching, lambda before=before: store.calls > before)  # type: ignore[misc]

    assert len(logged) >= 3
    assert "hernandez" not in repr(logged)


name_characters = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=40)


@given(name=name_characters)
def test_any_name_a_file_can_have_is_taken_or_ignored(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    folder, store = tmp_path_factory.mktemp("any"), Store()
    try:
        (folder / name).write_bytes(b"x")
    except (OSError, IsADirectoryError):
        return
    watching = watcher(folder, store)
    ignored = name.startswith(".") or name.lower().endswith((".tmp", ".part", ".partial", ".crdownload"))

    for _ in range(3):
        watching.look()

    assert store.contents == ([] if ignored else [b"x"])
    assert names(folder / "taken") == (set() if ignored else {name})
