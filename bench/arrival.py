"""From the arrival of a three-page fax to its acknowledgment at the carrier: real processes, real reading.

Half of the faxes come from known numbers through the carrier. The other half are put into the watched folder, where
nothing proves who sent them: there this process is the person who proves it as soon as the item waits for review.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bench import figures
from tests.acceptance import paper
from tests.acceptance.installation import Installation, Office

COUNT = int(os.environ.get("BENCH_FAXES", "24"))
#: Seconds between two arrivals: some two hundred faxes an hour.
APART_S = float(os.environ.get("BENCH_APART_S", "8"))
PAGES = 3
GOAL = figures.Goal("<=", 60)
_LONGEST_S = 600.0


@dataclass(slots=True)
class Watch:
    """When each arrived, by reference number, and when its acknowledgment was at the carrier."""

    installation: Installation
    dropped: dict[str, datetime] = field(default_factory=dict)
    proven: set[str] = field(default_factory=set)
    seconds: dict[str, list[float]] = field(default_factory=lambda: {"carrier": [], "folder": []})
    done: set[str] = field(default_factory=set)

    def look(self) -> None:
        """Prove the senders of what waits for review, and note what has been acknowledged."""
        items = {item["reference"]: item for item in self.installation.items()}
        for item in items.values():
            if item["channel"] == "folder" and item["state"] == "in_review" and item["reference"] not in self.proven:
                self.proven.add(item["reference"])
                _prove(self.installation, item, self._office(item))
        for fax in self.installation.control.faxes():
            number = fax["labels"]["reference"]
            if number not in self.done and number in items and fax["labels"]["kind"] == "acknowledgment":
                self.done.add(number)
                self._note(items[number], datetime.fromisoformat(fax["accepted_at"]))

    def _note(self, item: dict[str, Any], at: datetime) -> None:
        if item["channel"] == "folder":
            self.seconds["folder"].append((at - self.dropped[item["file_name"]]).total_seconds())
        else:
            self.seconds["carrier"].append((at - item["received_at"]).total_seconds())

    def _office(self, item: dict[str, Any]) -> Office:
        number = int(item["file_name"].removesuffix(".tif"))
        return self.installation.organization.offices[number % 12]


def main() -> None:
    """Print the figure."""
    figures.end_in_order()
    machine = figures.machine()
    with Installation() as installation:
        installation.rows("UPDATE tenancy_organization SET auto_accept = true RETURNING id")
        installation.enter()
        watch = Watch(installation)
        _send_all(installation, watch)
        deadline = time.monotonic() + _LONGEST_S
        while len(watch.done) < COUNT and time.monotonic() < deadline:
            watch.look()
            time.sleep(0.2)
        states = Counter(item["disposition"] or item["state"] for item in installation.items())
        reasons = _reasons(installation)
    print(f"machine {machine}")
    for name, values in watch.seconds.items():
        worst = max(values, default=0.0)
        print(f"{name}: {len(values)} acknowledged, p50 {figures.percentile(values, 0.5):.1f} s, longest {worst:.1f} s")
    print(f"the items: {dict(states)}; a person was asked because of {dict(reasons)}")
    every = [one for values in watch.seconds.values() for one in values]
    figures.figure(
        "loop.arrival_to_acknowledgment_p95",
        figures.percentile(every, 0.95) if len(every) == COUNT else float("inf"),
        "s",
        GOAL,
        f"{COUNT} generated faxes of {PAGES} pages, one every {APART_S:g} s, {len(every)} acknowledged, "
        "half by the carrier, half by the watched folder with a person who proves the sender at once; auto-accept on",
    )


def _send_all(installation: Installation, watch: Watch) -> None:
    from homing.kit import clock

    began = time.monotonic()
    for number in range(COUNT):
        document = paper.packet(number, PAGES - 1)
        while time.monotonic() < began + number * APART_S:
            watch.look()
            time.sleep(0.2)
        if number % 2:
            draft = installation.drop / f".{number}.tif.part"
            draft.write_bytes(document)
            watch.dropped[f"{number}.tif"] = clock.now()
            draft.rename(installation.drop / f"{number}.tif")
        else:
            installation.fax_in(installation.organization.offices[number % 12], document)


def _prove(installation: Installation, item: dict[str, Any], office: Office) -> None:
    from homing.intake import actions_review, queries
    from homing.kit.actor import Actor
    from homing.tenancy.scope import scoped

    with scoped(installation.organization.id):
        version = queries.workbench(item["id"]).version
        actions_review.prove_sender(
            actor=Actor.system("benchmark"), item_id=item["id"], version=version, office_id=office.id
        )


def _reasons(installation: Installation) -> Counter[str]:
    found = installation.rows("SELECT data -> 'reasons' FROM intake_itemevent WHERE kind = 'in_review'")
    return Counter(reason for (reasons,) in found for reason in reasons or ())


if __name__ == "__main__":
    main()
