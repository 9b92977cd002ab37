"""Kill -9 of worker, web, folder watcher and supervisor at bad moments: nothing is lost, nothing is sent twice.

Everything happens once, in `aftermath`, so that the waits of the different recoveries overlap: dead workers' jobs are
rescued after half a minute, an interrupted submission is asked about after a whole one.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import psutil
import pytest

from homing.messaging.policy import SUBMIT_LEASE
from tests.acceptance.installation import Installation, Office
from tests.acceptance.paper import packet, referral

#: What is sent by fax, in this order, each by the office of the same place.
HELD, DROPPED, READ, UNREAD, UNHEARD, REPEATED, LAST = range(7)
DROPPED_FILE = "in-the-folder.tif"
#: Lease of a submission, then the tick that asks, on a machine that has other things to do.
LONGEST_RECOVERY_S = SUBMIT_LEASE.total_seconds() + 60


@dataclass(slots=True)
class Story:
    """What was done to the installation, and what is to be found afterwards."""

    installation: Installation
    arrivals: dict[int, str] = field(default_factory=dict)
    killed: list[psutil.Process] = field(default_factory=list)

    def office(self, which: int) -> Office:
        return self.installation.organization.offices[which]

    def fax(self, which: int, document: bytes | None = None) -> None:
        self.arrivals[which] = self.installation.fax_in(self.office(which), document or referral(which))

    def item(self, which: int) -> dict[str, Any] | None:
        found = self.installation.items(carrier_reference=self.arrivals[which])
        return found[0] if found else None

    def is_read(self, which: int) -> bool:
        item = self.item(which)
        return item is not None and item["state"] == "in_review"

    def received_by(self, which: int) -> int:
        """Return how many faxes the carrier has accepted for an office."""
        return len(self.installation.control.faxes(self.office(which).fax))

    def kill(self, name: str) -> None:
        """Kill a process; its descendants are to go by themselves, or by its supervisor's hand."""
        process = self.installation.process(name)
        self.killed += [process, *process.children(recursive=True)]
        self.installation.kill(name)

    def until(self, condition: Callable[[], object], what: str, seconds: float = 60) -> None:
        self.installation.wait_until(condition, what, seconds)


@pytest.fixture(scope="module")
def aftermath(own_installation: Installation) -> Story:
    story = Story(own_installation)
    control = own_installation.control
    control.tell("submit_delay", number=story.office(HELD).fax, seconds=40, times=1)
    control.tell("submit_drop", number=story.office(DROPPED).fax, times=1)
    control.tell("webhook_repeated", number=story.office(REPEATED).fax, copies=4, times=1)
    _kill_the_worker_while_it_reads_and_submits(story)
    _kill_the_web_server_while_a_webhook_waits(story)
    _kill_the_folder_watcher_as_it_takes_a_file(story)
    _kill_everything(story)
    own_installation.wait_until(lambda: _is_over(story), "everything comes to its end", LONGEST_RECOVERY_S)
    return story


def _kill_the_worker_while_it_reads_and_submits(story: Story) -> None:
    """At this moment: a submission unanswered, one cut off, a page being read, an arrival that no step has seen."""
    story.fax(HELD)
    story.fax(DROPPED)
    story.until(lambda: story.received_by(HELD), "the carrier has a fax and does not say so")
    story.until(lambda: story.received_by(DROPPED), "the carrier has a fax and has hung up")
    story.fax(READ, packet(READ))
    story.until(lambda: (story.item(READ) or {}).get("step") == "recognise", "a page is being read")
    worker = story.installation.process("worker")
    worker.suspend()
    story.fax(UNREAD)
    story.until(lambda: story.item(UNREAD), "the ledger has a fax that no worker has seen")
    assert _deliveries(story)[story.office(HELD).fax] == "submitting"
    assert not story.is_read(READ)
    story.kill("worker")


def _kill_the_web_server_while_a_webhook_waits(story: Story) -> None:
    web = story.installation.process("web")
    for process in [web, *web.children()]:
        process.suspend()
    story.fax(UNHEARD)
    story.fax(REPEATED)
    # The carrier has rung, and nobody picks up.
    story.until(lambda: _arrived(story) == set(story.arrivals.values()), "the carrier has received them")
    time.sleep(0.5)
    story.kill("web")


def _kill_the_folder_watcher_as_it_takes_a_file(story: Story) -> None:
    story.installation.put(DROPPED_FILE, referral(LAST + 1))
    deadline = time.monotonic() + 30
    while not story.installation.items(file_name=DROPPED_FILE):
        assert time.monotonic() < deadline, "the file is not taken"
    story.kill("folder")


def _kill_everything(story: Story) -> None:
    """As a power cut would, but for the database; then start again."""
    story.fax(LAST)
    story.until(lambda: story.installation.answers() and story.item(LAST), "the ledger has the last fax")
    names = ("web", "worker", "folder")
    children = [story.installation.process(name) for name in names]
    family = [one for child in children for one in (child, *child.children(recursive=True))]
    story.killed += family
    story.kill("supervisor")
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    story.installation.start()


def _is_over(story: Story) -> bool:
    read = all(story.is_read(which) for which in story.arrivals)
    in_folder = [item["state"] for item in story.installation.items(file_name=DROPPED_FILE)]
    messages = [state for (state,) in story.installation.rows("SELECT state FROM messaging_message")]
    return read and in_folder == ["in_review"] and messages == ["delivered"] * len(story.arrivals)


def _arrived(story: Story) -> set[str]:
    """Return what has arrived by the carrier's own record."""
    answer = httpx.get(f"{story.installation.carrier_url}/control/arrivals", trust_env=False)
    return {one["id"] for one in answer.raise_for_status().json()["arrivals"] if one["arrived"]}


def _deliveries(story: Story) -> dict[str, str]:
    return dict(story.installation.rows("SELECT address, state FROM messaging_delivery"))


def test_every_arrival_stands_in_the_ledger_once(aftermath: Story) -> None:
    items = aftermath.installation.items()
    by_fax = Counter(item["carrier_reference"] for item in items if item["channel"] == "fax")
    assert by_fax == dict.fromkeys(_arrived(aftermath), 1)
    assert by_fax.keys() == set(aftermath.arrivals.values())
    assert [item["file_name"] for item in items if item["channel"] == "folder"] == [DROPPED_FILE]


def test_every_item_is_open_with_an_owner_and_all_its_pages(aftermath: Story) -> None:
    items = aftermath.installation.items()
    assert {(item["state"], item["owner_role"], item["is_open"]) for item in items} == {
        ("in_review", "intake_coordinator", True)
    }
    assert all(item["due_at"] and item["problems"] == [] for item in items)
    read = aftermath.item(READ)
    assert read is not None
    assert read["pages"] == 3


def test_the_ledger_and_the_carriers_count_agree(aftermath: Story) -> None:
    balance = aftermath.installation.json("ledger", "--check")
    assert (balance["is_balanced"], balance["received"]) == (True, len(aftermath.arrivals) + 1)
    assert aftermath.installation.json("audit", "--verify")["is_sound"]


def test_nothing_was_sent_twice_by_the_carriers_own_record(aftermath: Story) -> None:
    faxes = aftermath.installation.control.faxes()
    by_key = Counter(fax["labels"]["correlation"] for fax in faxes)
    assert by_key == dict.fromkeys(by_key, 1)
    by_office = Counter(fax["recipient"] for fax in faxes)
    assert by_office == {aftermath.office(which).fax: 1 for which in aftermath.arrivals}
    assert {fax["phase"] for fax in faxes} == {"DONE"}


def test_every_message_was_confirmed_by_the_fax_that_the_carrier_has(aftermath: Story) -> None:
    ours = aftermath.installation.rows("SELECT provider_reference FROM messaging_delivery WHERE state = 'confirmed'")
    assert sorted(row[0] for row in ours) == sorted(fax["id"] for fax in aftermath.installation.control.faxes())
    promised = aftermath.installation.rows(
        "SELECT count(*) FROM referrals_obligation WHERE kind = 'acknowledgment' AND fulfilled_at IS NOT NULL"
    )
    assert promised == [(len(aftermath.arrivals),)]


def test_the_jobs_of_the_dead_were_rescued(aftermath: Story) -> None:
    left = aftermath.installation.rows(
        """
        SELECT j.task_name FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
        WHERE j.status = 'failed'
           OR j.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < now() - interval '1 minute')
        """
    )
    assert left == []
    lines = [json.loads(line) for line in aftermath.installation.said.splitlines() if line.startswith("{")]
    rescued = {line["task"] for line in lines if line.get("event") == "job.rescued"}
    assert {"homing.intake.jobs.advance", "homing.messaging.jobs.deliver"} <= rescued


def test_none_of_the_killed_lives_on(aftermath: Story) -> None:
    def living() -> list[str]:
        return [" ".join(process.cmdline()) for process in aftermath.killed if _lives(process)]

    aftermath.until(lambda: not living(), f"{living()} lives on", 10)


def _lives(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False
