"""Server time of the screens people look at all day, with 20,000, 50,000 and 100,000 referrals.

Each request goes through Django's test client into the real views, middleware, queries and templates, as a signed-in
person, against PostgreSQL under the app role. Sequential scans of large tables are named.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg

from bench import figures

if TYPE_CHECKING:
    from django.test import Client

SIZES = tuple(int(size) for size in os.environ.get("BENCH_SIZES", "20000,50000,100000").split(","))
GOAL = figures.Goal("<=", 150)
#: A table with more rows than this should not be read as a whole for a screen.
_LARGE = 10_000
_STATUSES = ("received", "needs_information", "pending_scheduling", "scheduled", "no_show", "completed")


@dataclass(slots=True)
class Timings:
    """Milliseconds of requests, by the kind of screen, and which tables they read from end to end."""

    by_screen: dict[str, list[tuple[float, str]]] = field(default_factory=lambda: defaultdict(list))
    scans: dict[tuple[str, str], str] = field(default_factory=dict)

    def of(self, screen: str) -> list[float]:
        """Return the times of one kind of screen."""
        return [milliseconds for milliseconds, _ in self.by_screen[screen]]


def main() -> None:
    """Print the figures."""
    figures.end_in_order()
    machine = figures.machine()
    folder = Path(tempfile.mkdtemp(prefix="homing-bench-", dir="/tmp"))
    os.environ["HOMING_DATA"] = str(folder)
    try:
        _run(folder, machine)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path, machine: str) -> None:
    from homing.cli import embedded, migrations
    from homing.cli.environment import django_ready, embedded_databases, prepare_roles
    from homing.cli.folders import DataFolder

    data = DataFolder(folder)
    with embedded.in_use(data):
        prepare_roles(data)
        databases = embedded_databases(data)
        if databases.owner is None:
            raise LookupError("owner")
        migrations.migrate(databases.owner)
        with django_ready(), psycopg.connect(databases.owner, autocommit=True) as owner:
            print(f"machine {machine}; {figures.database_settings(data.database)}")
            _measure_all(owner)


def _measure_all(owner: psycopg.Connection) -> None:
    from bench import population

    bench = _prepare()
    filled, results = 0, Timings()
    for size in SIZES:
        began = time.monotonic()
        population.fill(owner, bench.tenant, filled, size)
        if not filled:
            population.clone_item(owner, bench.tenant.organization_id, bench.item_id, population.IN_REVIEW)
        owner.execute(b"VACUUM ANALYZE")
        print(f"filled: {size} referrals, {time.monotonic() - began:.0f} s for {size - filled} more", flush=True)
        filled = size
        results = _measure(bench, owner, size)
    for (table, sql), where in results.scans.items():
        print(f"sequential scan of {table}, {where}: {sql}")
    for name in ("worklist", "workbench"):
        times = results.of(name)
        data = f"{filled} referrals, {len(times)} different requests, p50 {figures.percentile(times, 0.5):.0f} ms"
        figures.figure(f"loop.{name}_p95", figures.percentile(times, 0.95), "ms", GOAL, data)


@dataclass(frozen=True, slots=True)
class _Bench:
    tenant: Any
    users: dict[str, str]
    item_id: UUID


def _prepare() -> _Bench:
    """Make the organization and let one fax be really read."""
    from bench.population import Tenant
    from homing.documents import actions as documents
    from homing.intake import actions, pipeline, reader
    from homing.intake.ports import Arrival
    from homing.kit.actor import Actor
    from homing.tenancy.queries import locations
    from homing.tenancy.scope import scoped
    from tests.acceptance import organization, paper

    made = organization.make()
    organization_id, actor = UUID(made["id"]), Actor.system("benchmark")
    arrival = Arrival(channel="fax", carrier_reference="first", data=paper.packet(1), from_address="+15085550113")
    receipt = actions.receive_for(organization_id, actor=actor, arrival=arrival)
    pipeline.advance(organization_id=organization_id, item_id=receipt.item_id, reader=reader.configured())
    with scoped(organization_id):
        document = documents.store(actor=actor, data=paper.referral(2), media_type="image/tiff")
        places = [row.id for row in locations()]
    users = {one["role"]: one["email"] for one in made["sign_ins"]}
    offices = [(UUID(one["id"]), str(one["name"]), str(one["fax"])) for one in made["offices"]]
    return _Bench(
        Tenant(organization_id, offices, places, _user(users["scheduler"]), document.id), users, receipt.item_id
    )


def _user(email: str) -> UUID:
    from homing.accounts.queries import user_by_email

    found = user_by_email(email)
    if found is None:
        raise LookupError(email)
    return UUID(str(found.id))


def _measure(bench: _Bench, owner: psycopg.Connection, size: int) -> Timings:
    timings = Timings()
    large = {name for name, rows in owner.execute(_SIZES).fetchall() if rows > _LARGE}
    screens = _screens(owner)
    for role, addresses in screens.items():
        client = _client(bench.users[role])
        for screen, address in addresses:
            timings.by_screen[screen].append((_milliseconds(_getter(client, address)), address))
        _explain(client, addresses, large, timings, bench)
    for screen, times in sorted(timings.by_screen.items()):
        values = [one for one, _ in times]
        slowest, address = max(times)
        print(
            f"{size} referrals, {screen}: {len(times)} requests, p50 {figures.percentile(values, 0.5):.0f} ms, "
            f"p95 {figures.percentile(values, 0.95):.0f} ms, slowest {slowest:.0f} ms {address}",
            flush=True,
        )
    _measure_background(bench, size)
    return timings


def _milliseconds(get: Callable[[], None]) -> float:
    """Return the middle one of three times, after a first that does not count: other work on the machine is noise."""
    times = []
    for _ in range(4):
        began = time.perf_counter()
        get()
        times.append(1000 * (time.perf_counter() - began))
    return sorted(times[1:])[1]


_SIZES = b"SELECT relname, reltuples FROM pg_class WHERE relkind = 'r'"


def _screens(owner: psycopg.Connection) -> dict[str, list[tuple[str, str]]]:
    """Return kind of screen and address, by the role that looks at it."""
    items = [row[0] for row in owner.execute(b"SELECT id FROM intake_inbounditem WHERE state = 'in_review' LIMIT 80")]
    referrals = [row[0] for row in owner.execute(b"SELECT id FROM referrals_referral ORDER BY md5(id::text) LIMIT 40")]
    coordinator, scheduler, clinician, outbound, manager = (
        list(found)
        for found in (_inbox(), _scheduling(), _referrals(("", "mine", "clinician")), _outbound(), _referrals(_QUEUES))
    )
    return {
        "intake_coordinator": [
            ("workbench", f"/inbox/{item}") for item in items
        ] + [("worklist", address) for address in coordinator] + [("home", "/")],
        "scheduler": [("worklist", address) for address in scheduler] + [("home", "/"), ("board", "/board")],
        "clinician": [("worklist", address) for address in clinician] + [("home", "/")],
        "referral_coordinator": [("worklist", address) for address in outbound] + [("home", "/")],
        "referral_manager": [
            *(("worklist", address) for address in manager),
            *(("case", f"/referrals/{referral}") for referral in referrals),
            ("home", "/"),
            ("board", "/board"),
            ("ledger", "/ledger"),
            ("deliveries", "/messages"),
            ("search", "bel"),
            ("search", "thornbury"),
            ("search", "thornbury amelia"),
        ],
    }  # fmt: skip


_QUEUES = ("", "mine", "intake_coordinator", "clinician", "scheduler", "referral_coordinator", "news", "ended", "any")


def _referrals(queues: Sequence[str]) -> Iterator[str]:
    for queue in queues:
        for direction in ("", "inbound", "outbound"):
            yield f"/referrals?queue={queue}&direction={direction}"
    for status in _STATUSES:
        yield f"/referrals?queue=&status={status}"
        yield f"/referrals?queue=&status={status}&late=yes"
    yield "/referrals?queue=&late=yes"
    yield "/referrals?queue=ended&status=closed"
    yield "/referrals?queue=any&status=cancelled"


def _inbox() -> Iterator[str]:
    for view in ("review", "reading", "exceptions", "parked", "overdue", "open", "done"):
        for channel in ("", "fax", "upload"):
            yield f"/inbox?view={view}&channel={channel}"
    for page in (2, 5, 10):
        yield f"/inbox?view=review&page={page}"
        yield f"/inbox?view=done&page={page}"
    yield "/inbox?view=review&kind=referral"
    yield "/inbox?view=review&kind=lab_result"
    yield "/inbox?view=done&kind=lab_result"


def _scheduling() -> Iterator[str]:
    yield from ("/scheduling?view=", "/scheduling?view=mine", "/scheduling?view=visits")


def _outbound() -> Iterator[str]:
    yield from (f"/sent?queue={queue}" for queue in ("", "draft", "waiting", "ended"))


def _client(email: str) -> Client:
    from django.test import Client

    from homing.accounts.queries import user_by_email

    client = Client(SERVER_NAME="localhost")
    user = user_by_email(email)
    if user is None:
        raise LookupError(email)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _getter(client: Client, address: str) -> Callable[[], None]:
    def get() -> None:
        if address.startswith("/"):
            answer = client.get(address)
        else:
            client.post("/referrals/search", {"text": address})
            answer = client.get("/referrals?queue=any")
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")

    return get


def _explain(
    client: Client, addresses: Sequence[tuple[str, str]], large: set[str], timings: Timings, bench: _Bench
) -> None:
    """Ask for the plan of every query of every address, and note which read a large table as a whole."""
    from django.db import connection

    from homing.tenancy.scope import scoped

    asked: dict[str, tuple[Any, str]] = {}

    def note(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if sql.startswith("SELECT ") and " FROM " in sql:
            asked.setdefault(f"{sql} {params}" if len(asked) < 3000 else sql, (params, sql))
        return execute(sql, params, many, context)

    seen: Counter[str] = Counter()
    for screen, address in addresses:
        seen[screen] += 1
        if screen in {"workbench", "case"} and seen[screen] > 5:
            continue
        asked.clear()
        with connection.execute_wrapper(note):
            _getter(client, address)()
        with scoped(bench.tenant.organization_id), connection.cursor() as cursor:
            for params, sql in asked.values():
                cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
                found = cursor.fetchone()[0]
                plan = json.loads(found) if isinstance(found, str) else found
                for table in _scanned(plan[0]["Plan"]) & large:
                    timings.scans.setdefault((table, _short(sql)), f"{screen} {address}")


def _scanned(plan: dict[str, Any]) -> set[str]:
    own = {plan["Relation Name"]} if plan["Node Type"].endswith("Seq Scan") else set()
    return own.union(*(_scanned(child) for child in plan.get("Plans", ())))


def _short(sql: str) -> str:
    return sql.partition(" FROM ")[2][:300] if len(sql) > 300 else sql


def _measure_background(bench: _Bench, size: int) -> None:
    """Print what runs beside the screens and grows with the data."""
    from homing.audit.actions import seal_batch
    from homing.intake import jobs as intake
    from homing.intake.queries_ledger import ledger_balance
    from homing.messaging import jobs as messaging
    from homing.referrals import jobs as referrals
    from homing.tenancy.scope import scoped

    for name, run in (
        ("referrals.tick", referrals.tick),
        ("messaging.tick", messaging.tick),
        ("intake.tick", intake.tick),
        ("ledger --check", ledger_balance),
        ("audit.seal_batch (500)", seal_batch),
    ):
        times = []
        for _ in range(2):
            began = time.perf_counter()
            with scoped(bench.tenant.organization_id):
                run()
            times.append(1000 * (time.perf_counter() - began))
        print(f"{size} referrals, {name}: first {times[0]:.0f} ms, again {times[1]:.0f} ms", flush=True)


if __name__ == "__main__":
    main()
