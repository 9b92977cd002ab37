"""Referrals per minute through the whole loop, with reading stubbed: real processes, real database, real carrier.

Each arrives as a fax at the carrier, is fetched, read by the stub, acknowledged, opened, accepted, booked, seen, and
its note is returned and delivered. The people are this process; each step waits until the sender was told of the one
before.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import psutil
import psycopg
from reportlab.pdfgen.canvas import Canvas

from bench import figures
from homing.cli import embedded
from tests.acceptance.installation import REPOSITORY, Installation

COUNT = int(os.environ.get("BENCH_REFERRALS", "120"))
WORKERS = 2
GOAL = figures.Goal(">=", 120)
#: So fast that a fax takes no time on the line.
SPEED = 1e6
_LONGEST_S = 900.0
#: Open referrals whose sender knows everything so far: what is to be done next, oldest first.
_READY = b"""
    SELECT r.id, r.status FROM referrals_referral r
    WHERE r.is_open AND NOT EXISTS (
        SELECT 1 FROM referrals_obligation o
        WHERE o.organization_id = r.organization_id AND o.referral_id = r.id AND o.kind IN ('acknowledgment', 'status')
          AND o.fulfilled_at IS NULL AND o.released_at IS NULL)
      AND NOT EXISTS (
        SELECT 1 FROM messaging_message m
        WHERE m.organization_id = r.organization_id AND m.referral_id = r.id AND m.is_open)
    ORDER BY r.opened_at
"""


def main() -> None:
    """Print the figure."""
    figures.end_in_order()
    machine = figures.machine()
    settings = {"HOMING_DOCUMENT_READER": "bench.stub_reader.reader", "PYTHONPATH": str(REPOSITORY)}
    with Installation(settings=settings, speed=SPEED) as installation, _more_workers(installation) as workers:
        installation.rows("UPDATE tenancy_organization SET auto_accept = true RETURNING id")
        installation.enter()
        before = _cpu(installation, workers)
        began = time.monotonic()
        feeder = threading.Thread(target=_feed, args=(installation,))
        feeder.start()
        closed = _People(installation).work()
        seconds = time.monotonic() - began
        feeder.join()
        spent = {name: used - before[name] for name, used in _cpu(installation, workers).items()}
        faxes = Counter(fax["phase"] for fax in installation.control.faxes())
        database = figures.database_settings(installation.data.database)
        jobs = installation.rows(
            "SELECT task_name, status, count(*) FROM procrastinate_jobs GROUP BY 1, 2 ORDER BY 3 DESC"
        )
    total = sum(spent.values())
    shares = ", ".join(f"{name} {used:.0f}" for name, used in sorted(spent.items(), key=lambda one: -one[1]))
    print(f"machine {machine}; {database}")
    print(f"cpu seconds: {shares}; {total / seconds:.2f} cores busy of ours; {total / closed:.2f} s a referral")
    print("jobs: " + ", ".join(f"{count} {name.removeprefix('homing.')} {status}" for name, status, count in jobs))
    figures.figure(
        "loop.referrals_per_minute",
        60 * closed / seconds,
        "1/min",
        GOAL,
        f"{closed} referrals by fax, {WORKERS} workers, {sum(faxes.values())} faxes sent ({dict(faxes)}), "
        f"{seconds:.0f} s from the first arrival to the last loop closed",
    )


@contextlib.contextmanager
def _more_workers(installation: Installation) -> Iterator[list[psutil.Process]]:
    command = [sys.executable, *_profiled(), "-m", "homing.cli", "worker"]
    processes = [
        subprocess.Popen(command, env=installation.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - ours
        for _ in range(WORKERS - 1)
    ]
    try:
        yield [psutil.Process(process.pid) for process in processes]
    finally:
        for process in processes:
            process.terminate()
            process.wait(60)


def _profiled() -> list[str]:
    """With BENCH_PROFILE=FILE the second worker is profiled."""
    name = os.environ.get("BENCH_PROFILE")
    return ["-m", "cProfile", "-o", name] if name else []


def _feed(installation: Installation) -> None:
    offices = [office for office in installation.organization.offices if office.number < 12]
    for number in range(COUNT):
        installation.fax_in(offices[number % len(offices)], _pdf(f"Referral {number}"))


def _pdf(text: str) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    canvas.drawString(72, 700, text)
    canvas.save()
    return buffer.getvalue()


class _People:
    """Whoever accepts, books, sees and writes."""

    def __init__(self, installation: Installation) -> None:
        from homing.kit.actor import Actor

        self._installation = installation
        self._organization = installation.organization.id
        self._actor = Actor.system("benchmark")
        self._note = _pdf("Consultation note: seen, no finding, follow-up in three months.")

    def work(self) -> int:
        """Work until every referral is closed; return how many are."""
        deadline = time.monotonic() + _LONGEST_S
        returned: set[UUID] = set()
        with psycopg.connect(self._installation.owner_url, autocommit=True) as connection:
            while (closed := self._closed(connection)) < COUNT and time.monotonic() < deadline:
                ready = [(row[0], row[1]) for row in connection.execute(_READY) if row[0] not in returned]
                for referral_id, status in ready:
                    if status == "completed":
                        returned.add(referral_id)
                    self._do_next(referral_id, status)
                if not ready:
                    time.sleep(0.2)
        return closed

    @staticmethod
    def _closed(connection: psycopg.Connection) -> int:
        row = connection.execute(b"SELECT count(*) FROM referrals_referral WHERE status = 'closed'").fetchone()
        return int(row[0]) if row else 0

    def _do_next(self, referral_id: UUID, status: str) -> None:
        from homing.content.appointment import Appointment
        from homing.documents import actions as documents
        from homing.kit import clock
        from homing.referrals import actions as referrals
        from homing.referrals.events import EventData
        from homing.referrals.states import Command
        from homing.scheduling import actions as scheduling
        from homing.tenancy.scope import scoped

        with scoped(self._organization):
            if status == "received":
                referrals.perform(actor=self._actor, referral_id=referral_id, command=Command.ACCEPT)
            elif status == "pending_scheduling":
                visit = Appointment(start=clock.now() + timedelta(days=3), practitioner="Dr. Raman")
                scheduling.book(actor=self._actor, referral_id=referral_id, appointment=visit)
            elif status == "scheduled":
                scheduling.complete(actor=self._actor, referral_id=referral_id)
            elif status == "completed":
                note = documents.store(actor=self._actor, data=self._note, media_type="application/pdf")
                data = EventData(document_id=note.id)
                referrals.perform(actor=self._actor, referral_id=referral_id, command=Command.RETURN_OUTCOME, data=data)


def _cpu(installation: Installation, workers: list[psutil.Process]) -> dict[str, float]:
    """Return the CPU seconds so far of everything that takes part."""
    server = embedded.server_pid(installation.data)
    carrier = next(
        one for one in psutil.Process().children() if "homing.simulate.fax_carrier" in " ".join(one.cmdline())
    )
    names = ("web", "worker", "folder")
    used = {name: figures.cpu_seconds(installation.process(name)) for name in names}
    used["worker"] += sum(figures.cpu_seconds(worker) for worker in workers)
    own = time.process_time()
    return {
        **used,
        "database": figures.cpu_seconds(psutil.Process(server)) if server else 0.0,
        "simulated carrier": figures.cpu_seconds(carrier),
        "people (this process)": own,
    }


if __name__ == "__main__":
    main()
