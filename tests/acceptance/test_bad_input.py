"""What strangers send to a running installation: it ends in the ledger with a reason and an owner, and nothing dies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import psutil
import pytest

from homing.cli.demo import cast
from homing.intake.reading.errors import Reason, sentence
from tests.acceptance.installation import Installation
from tests.acceptance.paper import referral
from tests.fixtures.fax import bad, pages

_READING = {"received", "read", "classified", "extracted", "matched", "routed"}


@dataclass(frozen=True, slots=True)
class Case:
    """A file, and what has to become of it: `reason` where no page can be read, else `pages` and `problems`."""

    make: Callable[[], bytes]
    reason: Reason | None = None
    pages: int = 0
    problems: tuple[tuple[Reason, int | None], ...] = ()


FILES = {
    "empty.tif": Case(lambda: b"", Reason.EMPTY),
    "truncated.tif": Case(lambda: pages.tiff([pages.page()])[:200], Reason.DAMAGED),
    "truncated.pdf": Case(lambda: pages.scanned_pdf([pages.page()])[:300], Reason.DAMAGED),
    "locked.pdf": Case(lambda: pages.digital_pdf([pages.LETTER], password="not told"), Reason.PASSWORD_PROTECTED),
    "huge.png": Case(bad.huge_png, Reason.PAGE_TOO_LARGE),
    "huge.tif": Case(bad.huge_tiff, Reason.PAGE_TOO_LARGE),
    # More than the reader's limit, whatever else its process holds.
    "bomb.pdf": Case(partial(bad.bomb_pdf, 2400 << 20), Reason.OUT_OF_MEMORY),
    "program.tif": Case(lambda: b"MZ\x90\x00 Dear colleague, please see attached.", Reason.NOT_A_DOCUMENT),
    "words.tif": Case(lambda: b"Dear colleague, please see attached.", pages=1),
    "fax-named.pdf": Case(lambda: pages.tiff([pages.page(pages.OTHER_LETTER)]), pages=1),
    "thousand.pdf": Case(lambda: bad.many_pages(1000), pages=12, problems=((Reason.TOO_MANY_PAGES, 13),)),
    "broken-in-the-middle.tif": Case(lambda: bad.broken_page(2), pages=2, problems=((Reason.DAMAGED, 2),)),
}
#: By way of `homing intake`.
UPLOADED = "by-hand.pdf"


@dataclass(frozen=True, slots=True)
class Aftermath:
    """The processes before, and the item that every file has become."""

    folder: psutil.Process
    worker: psutil.Process
    items: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def aftermath(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Aftermath:
    folder, worker = installation.process("folder"), installation.process("worker")
    for name, case in FILES.items():
        (installation.drop / name).write_bytes(case.make())
    uploaded = tmp_path_factory.mktemp("upload") / UPLOADED
    uploaded.write_bytes(pages.digital_pdf([pages.COVER], password="not told either"))
    assert installation.json("intake", str(uploaded), "--wait", "100")["items"][0]["state"] == "failed"
    names = {*FILES, UPLOADED}

    def ended() -> bool:
        items = {item["file_name"]: item for item in installation.items()}
        return names <= items.keys() and not any(items[name]["state"] in _READING for name in names)

    installation.wait_until(ended, "every file comes to an end", 120)
    return Aftermath(folder, worker, {name: _only(installation.items(file_name=name)) for name in names})


def _only(items: list[dict[str, Any]]) -> dict[str, Any]:
    (item,) = items
    return item


@pytest.mark.parametrize("name", [name for name, case in FILES.items() if case.reason])
def test_a_file_without_a_readable_page_waits_for_a_person_with_its_reason(aftermath: Aftermath, name: str) -> None:
    _waits_with(aftermath.items[name], FILES[name].reason)


def test_a_file_put_in_by_command_waits_for_a_person_with_its_reason(aftermath: Aftermath) -> None:
    _waits_with(aftermath.items[UPLOADED], Reason.PASSWORD_PROTECTED)


def _waits_with(item: dict[str, Any], reason: Reason | None) -> None:
    assert reason is not None
    assert (item["state"], item["problem_code"]) == ("failed", reason.value)
    assert item["problem_message"] == sentence(reason)
    assert (item["is_open"], item["next_action"], item["owner_role"]) == (True, "resolve_failure", "intake_coordinator")
    assert item["due_at"] is not None


@pytest.mark.parametrize("name", [name for name, case in FILES.items() if not case.reason])
def test_readable_pages_are_kept_and_the_others_are_named(aftermath: Aftermath, name: str) -> None:
    item, case = aftermath.items[name], FILES[name]
    assert (item["state"], item["pages"], item["owner_role"]) == ("in_review", case.pages, "intake_coordinator")
    assert [(one["code"], one["page"]) for one in item["problems"]] == [(code, page) for code, page in case.problems]
    assert [one["message"] for one in item["problems"]] == [sentence(code) for code, _ in case.problems]


def test_a_file_of_too_many_bytes_is_put_aside_with_a_reason(installation: Installation, aftermath: Aftermath) -> None:
    with (installation.drop / "endless.tif").open("wb") as file:
        file.truncate(51 << 20)
    reason = installation.drop / "refused" / "endless.tif.reason.txt"
    installation.wait_until(reason.exists, "a file that is too large is refused", 30)
    assert "file_too_large" in reason.read_text()
    assert (installation.drop / "refused" / "endless.tif").exists()
    assert aftermath.folder.is_running()


def test_nothing_died_and_a_good_page_afterwards_is_read(installation: Installation, aftermath: Aftermath) -> None:
    installation.put("good.tif", referral(22))
    installation.wait_until(
        lambda: [item["state"] for item in installation.items(file_name="good.tif")] == ["in_review"],
        "a good page is read",
    )
    patient = cast.case(22).patient
    read = installation.rows("SELECT patient_name FROM intake_inbounditem WHERE file_name = 'good.tif'")
    assert read == [(f"{patient.given} {patient.family}",)]
    assert (installation.process("folder"), installation.process("worker")) == (aftermath.folder, aftermath.worker)
    assert installation.json("ledger", "--check")["is_balanced"]
