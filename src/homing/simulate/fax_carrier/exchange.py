"""The telephone exchange: makes the calls, one step after the other, as line time passes."""

from __future__ import annotations

import dataclasses
import json
import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from homing.simulate.fax_carrier import pages
from homing.simulate.fax_carrier.behaviour import (
    FINAL,
    ON_LINE,
    ON_WEBHOOK,
    Behaviour,
    LineTimes,
    Outcome,
    Phase,
    Step,
    course_of_call,
)
from homing.simulate.fax_carrier.records import About, Arrival, Fax, NoticeState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from PIL import Image

    from homing.simulate.fax_carrier.clock import CarrierClock
    from homing.simulate.fax_carrier.store import Store

_log = logging.getLogger(__name__)
_LONGEST_WAIT_S = 1.0


@dataclass(frozen=True, slots=True)
class Submission:
    """A fax as the customer hands it over."""

    recipient: str
    caller_id: str
    document: bytes
    announced_pages: int
    labels: Mapping[str, str]


class Exchange:
    """Accepts faxes of the customer and of the offices, and carries them."""

    def __init__(self, store: Store, clock: CarrierClock, times: LineTimes) -> None:
        self.store = store
        self.clock = clock
        self.times = times
        self._changed = threading.Event()
        self._stopping = False

    # -- from outside -----------------------------------------------------------------------------------------------

    def accept(self, submission: Submission) -> Fax:
        """Take a fax of the customer: kept when this returns."""
        fax = Fax(
            fax_id=self.store.new_id("fx_"),
            recipient=submission.recipient,
            caller_id=submission.caller_id,
            labels=submission.labels,
            announced_pages=submission.announced_pages,
            pages=0,
            acknowledged=0,
            phase=Phase.WAITING,
            outcome=None,
            answered_as=None,
            line_seconds=0.0,
            accepted_at=self.clock.now(),
            finished_at=None,
            course=(),
            next_step=0,
            due_line_s=self.clock.line(),
        )
        _write(self.store.file_of("document", fax.fax_id), submission.document)
        self.store.add_fax(fax)
        self.wake()
        return fax

    def cancel(self, fax: Fax) -> bool:
        """Hang up. Returns False if the fax had already ended."""
        return self._end(fax, Step(0.0, Phase.CANCELLED, fax.acknowledged))

    def send_from_office(self, office: str, called_number: str, document: bytes, *, withheld: bool = False) -> Arrival:
        """Let an office fax the customer. Raises pages.Unrenderable."""
        images = pages.render(document)
        arrival = Arrival(
            arrival_id=self.store.new_id("in_"),
            office=office,
            caller_id=None if withheld else office,
            called_number=called_number,
            station=self.store.office(office).answers_as,
            pages=len(images),
            sent_at=self.clock.now(),
            arrived_at=None,
            due_line_s=self.clock.line() + self.times.handshake_s + len(images) * self.times.page_s,
        )
        _save_pages(images, self.store.file_of("received", arrival.arrival_id))
        self.store.add_arrival(arrival)
        self.wake()
        return arrival

    def wake(self) -> None:
        """Look again now: something was added or the clock was moved."""
        self._changed.set()

    def stop(self) -> None:
        """Let `run` return."""
        self._stopping = True
        self.wake()

    # -- the lines --------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Carry calls until stopped."""
        while not self._stopping:
            self._changed.clear()
            try:
                moved = self.step()
            except Exception:  # noqa: BLE001 -- the main loop of the exchange: one bad fax must not silence every line
                _log.exception("exchange step failed")
                moved = False
            if not moved:
                self._rest()

    def step(self) -> bool:
        """Do the next thing that is due. Returns False if nothing is."""
        line = self.clock.line()
        fax, arrival = self.store.fax_due(), self.store.arrival_due()
        if fax is not None and (fax.due_line_s or 0.0) <= line:
            self._advance(fax)
            return True
        if arrival is not None and (arrival.due_line_s or 0.0) <= line:
            self._arrive(arrival)
            return True
        return False

    def _rest(self) -> None:
        due = [item.due_line_s for item in (self.store.fax_due(), self.store.arrival_due()) if item]
        self.store.keep_clock(self.clock.state())
        waits = [self.clock.real_seconds_until(moment) for moment in due if moment is not None]
        self._changed.wait(min([_LONGEST_WAIT_S, *(wait for wait in waits if wait is not None)]))

    def _advance(self, fax: Fax) -> None:
        if not fax.course:
            fax = self._begin(fax)
        step = fax.course[fax.next_step]
        if step.phase in FINAL:
            self._end(fax, step)
            return
        following = fax.next_step + 1
        self.store.update_fax(
            dataclasses.replace(
                fax,
                phase=step.phase,
                acknowledged=step.acknowledged,
                line_seconds=fax.line_seconds + step.after_s,
                answered_as=self._answer(fax, step),
                next_step=following,
                # A call that is never heard of again has no next step.
                due_line_s=(fax.due_line_s or 0.0) + fax.course[following].after_s
                if following < len(fax.course)
                else None,
            )
        )

    def _begin(self, fax: Fax) -> Fax:
        try:
            images = pages.render(self.store.file_of("document", fax.fax_id).read_bytes())
        except pages.Unrenderable:
            return dataclasses.replace(fax, course=(Step(0.0, Phase.FAILED, 0, Outcome.UNRENDERABLE),))
        _save_pages(images, self.store.file_of("pages", fax.fax_id))
        rule = self.store.take_rule(ON_LINE, fax.recipient)
        return dataclasses.replace(fax, pages=len(images), course=course_of_call(len(images), rule, self.times))

    def _answer(self, fax: Fax, step: Step) -> str | None:
        return self.store.office(fax.recipient).answers_as if step.phase is Phase.TRANSMITTING else fax.answered_as

    def _end(self, fax: Fax, step: Step) -> bool:
        ended = dataclasses.replace(
            fax,
            phase=step.phase,
            acknowledged=step.acknowledged,
            outcome=step.outcome,
            line_seconds=fax.line_seconds + step.after_s,
            finished_at=self.clock.now(),
            due_line_s=None,
        )
        with self.store.transaction():
            changed = self.store.update_fax(ended)
            if changed:
                detail = {"labels": dict(fax.labels), "phase": str(step.phase)}
                self._notify(About.FAX, fax.fax_id, fax.recipient, detail)
        return changed

    def _arrive(self, arrival: Arrival) -> None:
        with self.store.transaction():
            self.store.mark_arrived(arrival.arrival_id, self.clock.now())
            self._notify(About.ARRIVAL, arrival.arrival_id, arrival.office, {"pages": arrival.pages})

    def _notify(self, about: About, subject_id: str, number: str, detail: Mapping[str, object]) -> None:
        rule = self.store.take_rule(ON_WEBHOOK, number)
        behaviour = rule.behaviour if rule else None
        body = {
            "simulated": True,
            "notice_id": self.store.new_id("nt_"),
            "about": str(about),
            "id": subject_id,
            **detail,
        }
        due = self.clock.line() + (rule.seconds if rule and behaviour is Behaviour.WEBHOOK_DELAYED else 0.0)
        state = NoticeState.LOST if behaviour is Behaviour.WEBHOOK_LOST else NoticeState.PENDING
        copies = rule.copies if rule and behaviour is Behaviour.WEBHOOK_REPEATED else 1
        for _ in range(copies):
            self.store.add_notice(about, subject_id, json.dumps(body).encode(), state=state, due_line_s=due)


def _save_pages(images: list[Image.Image], path: Path) -> None:
    partial = path.with_suffix(".part")
    pages.save(images, partial)
    partial.rename(path)


def _write(path: Path, content: bytes) -> None:
    partial = path.with_suffix(".part")
    partial.write_bytes(content)
    partial.rename(path)
