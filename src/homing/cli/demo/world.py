"""The demo's stage: a clock that can be moved, the simulated carrier beside it, and the people who act."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import contextvars
import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import structlog
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from homing.accounts import actions as accounts
from homing.accounts.organization import create_location
from homing.accounts.policy import Role
from homing.accounts.queries import actor_of
from homing.cli.demo import cast
from homing.directory import actions as directory
from homing.intake import actions as intake
from homing.intake import carriers
from homing.kit import clock
from homing.kit.actor import Actor
from homing.messaging import jobs as messaging_jobs
from homing.messaging import queries as messages
from homing.referrals import jobs as referral_jobs
from homing.tenancy import actions as tenancy
from homing.tenancy.models import ResolverKind
from homing.tenancy.queries import organization_ids
from homing.tenancy.scope import scoped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from procrastinate import App

log = structlog.get_logger()
AUTHOR = Actor.system("demo")
CARRIER = "simulated"
#: Line seconds that end every fax of a page or two.
_ON_THE_LINE_S = 300
#: Minutes after each act at which the ticks run: what is due then is sent, asked about or tried again.
_LOOKS = (2, 5, 9, 20, 45)


@dataclass(slots=True)
class World:
    """One organization, its people and offices, and the carrier's remote control."""

    organization_id: UUID
    control: httpx.Client
    worker: App
    loop: asyncio.Runner
    passwords: dict[str, str] = field(default_factory=dict)
    actors: dict[Role, Actor] = field(default_factory=dict)
    offices: dict[str, UUID] = field(default_factory=dict)
    locations: dict[str, UUID] = field(default_factory=dict)
    staff: tuple[cast.Person, ...] = cast.STAFF

    @contextlib.contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Let it be `moment` here and at the carrier; then let what follows from it happen."""
        with clock.frozen(moment):
            self._move_carrier(moment)
            with scoped(self.organization_id):
                referral_jobs.tick()
                yield
            self.work()
        for minutes in _LOOKS:
            self._look(moment + timedelta(minutes=minutes))

    def _look(self, moment: datetime) -> None:
        """Let the ticks of `moment` find what is due then, if anything is."""
        with clock.frozen(moment), scoped(self.organization_id):
            if not messages.due_deliveries():
                return
            self._move_carrier(moment, line_seconds=_ON_THE_LINE_S)
            messaging_jobs.tick()
        with clock.frozen(moment):
            self.work()

    def work(self) -> None:
        """Run the waiting jobs until none is left, in this process and by its clock."""
        if any(app.job_manager.list_jobs(status="todo")):
            # In the present context, or the jobs would not see where the clock stands.
            self.loop.run(self._work(), context=contextvars.copy_context())

    async def _work(self) -> None:
        await self.worker.run_worker_async(
            wait=False, concurrency=1, listen_notify=False, install_signal_handlers=False, delete_jobs="successful"
        )

    def fax(self, practice: cast.Practice, document: bytes, moment: datetime) -> UUID:
        """Let an office fax a document to the organization; return the item it has become, read."""
        sent = self._control(
            "POST",
            f"/control/offices/{practice.fax}/send",
            {"to": cast.ORGANIZATION_FAX, "document": base64.b64encode(document).decode()},
        )
        reference = str(sent["arrival"]["id"])
        self._move_carrier(moment, line_seconds=_ON_THE_LINE_S)
        held = carriers.carrier(CARRIER).list_inbound(moment - timedelta(days=1))
        fax = next(one for one in held if one.reference == reference)
        receipt = intake.take_announcement(carriers.announcement(fax, carrier_name=CARRIER))
        if receipt is None:
            raise LookupError(reference)
        return receipt.item_id

    def tell_carrier(self, rule: dict[str, object]) -> None:
        """Give the carrier a rule of how to fail."""
        self._control("POST", "/control/rules", rule)

    def name_office(self, practice: cast.Practice) -> None:
        """Let the carrier know an office by its name and station id."""
        self._control(
            "PUT", f"/control/offices/{practice.fax}", {"name": practice.name, "answers_as": practice.name[:20]}
        )

    def actor(self, role: Role) -> Actor:
        """Return the person who has `role`."""
        return self.actors[role]

    def _move_carrier(self, moment: datetime, *, line_seconds: float = 0) -> None:
        self._control("POST", "/control/clock", {"now": moment.isoformat(), "advance_line_seconds": line_seconds})

    def _control(self, method: str, path: str, body: dict[str, object]) -> dict[str, dict[str, object]]:
        answer = self.control.request(method, path, json=body)
        answer.raise_for_status()
        given: dict[str, dict[str, object]] = answer.json()
        return given


def is_begun() -> bool:
    """Tell whether the demo organization exists, whole or not."""
    return bool(organization_ids(ResolverKind.ORGANIZATION, cast.ORGANIZATION_SLUG))


@contextlib.contextmanager
def world(carrier_folder: Path) -> Iterator[World]:
    """Have the stage set: organization, people, offices; the carrier runs inside the block, its clock in our hands."""
    with _carrier(carrier_folder) as control, asyncio.Runner() as loop, _worker(loop) as worker:
        organization = tenancy.create_organization(
            actor=AUTHOR,
            name=cast.ORGANIZATION_NAME,
            slug=cast.ORGANIZATION_SLUG,
            fax=cast.ORGANIZATION_FAX,
            phone=cast.ORGANIZATION_PHONE,
            address=cast.ORGANIZATION_ADDRESS,
            is_demo=True,
        )
        made = World(organization.id, control, worker, loop)
        with scoped(organization.id):
            _people(made)
            _places(made)
            _offices(made)
        try:
            yield made
        finally:
            control.post("/control/clock", json={"now": clock.now().isoformat(), "speed": 60})


@contextlib.contextmanager
def _worker(loop: asyncio.Runner) -> Iterator[App]:
    """Have the queue's worker connected once, for the many times it is asked to work."""
    if not isinstance(app.connector, DjangoConnector):
        raise TypeError(app.connector)
    worker = app.with_connector(app.connector.get_worker_connector())
    loop.run(worker.open_async().__aenter__())
    try:
        yield worker
    finally:
        loop.run(worker.close_async())


def _people(made: World) -> None:
    for person in cast.STAFF:
        made.passwords[person.email] = secrets.token_urlsafe(9)
        user_id = accounts.add_member(
            actor=AUTHOR,
            email=person.email,
            name=person.name,
            role=person.role,
            password=made.passwords[person.email],
        )
        actor = actor_of(user_id)
        if actor is not None:
            made.actors[person.role] = actor


def _places(made: World) -> None:
    for place in cast.LOCATIONS:
        made.locations[place.name] = create_location(
            actor=AUTHOR,
            name=place.name,
            address=place.address,
            postal_code=place.postal_code,
            specialties=place.specialties,
        )


def _offices(made: World) -> None:
    for practice in cast.PRACTICES:
        office_id = directory.create_office(
            actor=AUTHOR,
            name=practice.name,
            kind="receiving" if practice.receives else "referring",
            address=practice.address,
            phone=f"+1{practice.phone}",
            fax=f"+1{practice.fax}",
            specialties=practice.specialties,
        )
        directory.add_practitioner(
            actor=AUTHOR,
            office_id=office_id,
            family=practice.family,
            given=practice.given,
            npi=practice.npi,
            specialty=practice.specialties[0] if practice.specialties else "Family Medicine",
        )
        made.offices[practice.name] = office_id
        made.name_office(practice)


@contextlib.contextmanager
def _carrier(folder: Path) -> Iterator[httpx.Client]:
    url = os.environ["HOMING_CARRIER_URL"]
    command = [sys.executable, "-m", "homing.cli", "simulate", "fax-carrier"]
    options = ["--port", url.rpartition(":")[2], "--data", str(folder), "--speed", "0"]
    options += ["--number", cast.ORGANIZATION_FAX]
    process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True)
    try:
        ready = json.loads((process.stdout or sys.stdin).readline())
        with httpx.Client(base_url=str(ready["url"]), timeout=30) as control:
            yield control
    finally:
        process.terminate()
        process.wait(timeout=30)
