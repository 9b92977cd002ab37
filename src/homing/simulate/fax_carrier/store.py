"""The carrier's own durable store: one SQLite file and a folder of page images."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import secrets
import sqlite3
import threading
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from homing.simulate.fax_carrier.behaviour import FINAL, Behaviour, Outcome, Phase, Rule, Step
from homing.simulate.fax_carrier.clock import ClockState
from homing.simulate.fax_carrier.records import About, Arrival, Fax, Notice, NoticeState, Office

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fax (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, fax_id TEXT NOT NULL UNIQUE, recipient TEXT NOT NULL,
    caller_id TEXT NOT NULL, labels TEXT NOT NULL, announced_pages INTEGER NOT NULL, pages INTEGER NOT NULL DEFAULT 0,
    acknowledged INTEGER NOT NULL DEFAULT 0, phase TEXT NOT NULL DEFAULT 'WAITING', outcome TEXT, answered_as TEXT,
    line_seconds REAL NOT NULL DEFAULT 0, accepted_at TEXT NOT NULL, finished_at TEXT,
    course TEXT NOT NULL DEFAULT '[]', next_step INTEGER NOT NULL DEFAULT 0, due_line_s REAL);
CREATE INDEX IF NOT EXISTS fax_due ON fax (due_line_s) WHERE due_line_s IS NOT NULL;
CREATE INDEX IF NOT EXISTS fax_recipient ON fax (recipient);
CREATE TABLE IF NOT EXISTS label (name TEXT NOT NULL, value TEXT NOT NULL, seq INTEGER NOT NULL REFERENCES fax,
    PRIMARY KEY (name, value, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS arrival (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, arrival_id TEXT NOT NULL UNIQUE, office TEXT NOT NULL, caller_id TEXT,
    called_number TEXT NOT NULL, station TEXT, pages INTEGER NOT NULL, sent_at TEXT NOT NULL, arrived_at TEXT,
    due_line_s REAL);
CREATE INDEX IF NOT EXISTS arrival_arrived ON arrival (arrived_at, seq);
CREATE INDEX IF NOT EXISTS arrival_office ON arrival (office);
CREATE TABLE IF NOT EXISTS notice (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, about TEXT NOT NULL, subject_id TEXT NOT NULL, body BLOB NOT NULL,
    state TEXT NOT NULL, due_line_s REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, last_answer TEXT);
CREATE INDEX IF NOT EXISTS notice_due ON notice (due_line_s) WHERE state = 'PENDING';
CREATE TABLE IF NOT EXISTS rule (
    rule_id INTEGER PRIMARY KEY AUTOINCREMENT, behaviour TEXT NOT NULL, number TEXT, remaining INTEGER,
    probability REAL NOT NULL, pages INTEGER NOT NULL, seconds REAL NOT NULL, status INTEGER NOT NULL,
    copies INTEGER NOT NULL, draws INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS office (number TEXT PRIMARY KEY, name TEXT NOT NULL, answers_as TEXT NOT NULL) WITHOUT ROWID;
"""
_RULE_COLUMNS = "rule_id, behaviour, number, remaining, probability, pages, seconds, status, copies, draws"


class Store:
    """All methods are safe to call from any thread; every write outlives the process from when it returns."""

    def __init__(self, folder: Path, *, seed: str | None = None) -> None:
        self._lock = threading.RLock()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "pages").mkdir(exist_ok=True)
        self._folder = folder
        self._database = sqlite3.connect(folder / "carrier.sqlite3", check_same_thread=False, isolation_level=None)
        self._database.row_factory = sqlite3.Row
        self._database.execute("PRAGMA journal_mode = WAL")
        # Kept when the process is killed at any moment; a simulation need not survive the loss of power.
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.executescript(_SCHEMA)
        self.seed = self._seed(seed)

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()

    def file_of(self, kind: str, identifier: str) -> Path:
        """Return where a file of a fax is kept. `kind`: `document`, `pages` or `received`."""
        return self._folder / "pages" / f"{identifier}.{kind}"

    # -- meta -------------------------------------------------------------------------------------------------------

    def _seed(self, given: str | None) -> str:
        # Without a given seed every store has its own ids: a customer who forgets nothing must never meet them again.
        with self.transaction():
            if given is None:
                given = self._meta("seed") or secrets.token_hex(8)
            self._set_meta("seed", given)
        return given

    def _meta(self, key: str) -> str | None:
        row = self._database.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def _set_meta(self, key: str, value: str) -> None:
        self._database.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))

    def clock_state(self) -> ClockState | None:
        """Return the clocks as last kept."""
        with self._lock:
            kept = self._meta("clock")
        return ClockState(*json.loads(kept)) if kept else None

    def keep_clock(self, state: ClockState) -> None:
        """Keep the clocks for the next start."""
        with self._lock:
            self._set_meta("clock", json.dumps(dataclasses.astuple(state)))

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Make everything within durable together or not at all. May be nested."""
        with self._lock:
            if self._database.in_transaction:
                yield self._database
                return
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def new_id(self, prefix: str) -> str:
        """Return an id that is never given twice; the same sequence for the same seed."""
        with self.transaction():
            ordinal = int(self._meta("ordinal") or 0) + 1
            self._set_meta("ordinal", str(ordinal))
        return prefix + hashlib.sha256(f"{self.seed}/{ordinal}".encode()).hexdigest()[:20]

    # -- faxes ------------------------------------------------------------------------------------------------------

    def add_fax(self, fax: Fax) -> None:
        """Keep a new fax."""
        with self.transaction() as database:
            seq = database.execute(
                "INSERT INTO fax (fax_id, recipient, caller_id, labels, announced_pages, accepted_at, due_line_s)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    fax.fax_id,
                    fax.recipient,
                    fax.caller_id,
                    json.dumps(dict(fax.labels)),
                    fax.announced_pages,
                    fax.accepted_at.isoformat(),
                    fax.due_line_s,
                ),
            ).lastrowid
            database.executemany(
                "INSERT INTO label (name, value, seq) VALUES (?, ?, ?)",
                [(name, value, seq) for name, value in fax.labels.items()],
            )

    def update_fax(self, fax: Fax) -> bool:
        """Keep how a fax stands. Returns False, and changes nothing, if it has ended in the meantime."""
        with self.transaction() as database:
            return (
                database.execute(
                    "UPDATE fax SET pages = ?, acknowledged = ?, phase = ?, outcome = ?, answered_as = ?,"
                    " line_seconds = ?, finished_at = ?, course = ?, next_step = ?, due_line_s = ?"
                    " WHERE fax_id = ? AND phase NOT IN ('DONE', 'FAILED', 'CANCELLED')",
                    (
                        fax.pages,
                        fax.acknowledged,
                        fax.phase,
                        fax.outcome,
                        fax.answered_as,
                        fax.line_seconds,
                        fax.finished_at.isoformat() if fax.finished_at else None,
                        json.dumps([dataclasses.astuple(step) for step in fax.course]),
                        fax.next_step,
                        None if fax.phase in FINAL else fax.due_line_s,
                        fax.fax_id,
                    ),
                ).rowcount
                == 1
            )

    def fax(self, fax_id: str) -> Fax | None:
        """Return one fax."""
        return next(iter(self._faxes("WHERE fax_id = ?", fax_id)), None)

    def faxes(self, *, label: tuple[str, str] | None = None, recipient: str | None = None) -> list[Fax]:
        """Return faxes, oldest first."""
        if label is not None:
            return self._faxes("WHERE seq IN (SELECT seq FROM label WHERE name = ? AND value = ?) ORDER BY seq", *label)
        if recipient is not None:
            return self._faxes("WHERE recipient = ? ORDER BY seq", recipient)
        return self._faxes("ORDER BY seq")

    def fax_due(self) -> Fax | None:
        """Return the fax whose next step is first."""
        return next(iter(self._faxes("WHERE due_line_s IS NOT NULL ORDER BY due_line_s, seq LIMIT 1")), None)

    def _faxes(self, where: str, *values: str) -> list[Fax]:
        with self._lock:
            rows = self._database.execute(f"SELECT * FROM fax {where}", values).fetchall()  # noqa: S608 -- our own text
        return [_fax(row) for row in rows]

    # -- arrivals ---------------------------------------------------------------------------------------------------

    def add_arrival(self, arrival: Arrival) -> None:
        """Keep a new fax from an office."""
        with self.transaction() as database:
            database.execute(
                "INSERT INTO arrival"
                " (arrival_id, office, caller_id, called_number, station, pages, sent_at, due_line_s)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    arrival.arrival_id,
                    arrival.office,
                    arrival.caller_id,
                    arrival.called_number,
                    arrival.station,
                    arrival.pages,
                    arrival.sent_at.isoformat(),
                    arrival.due_line_s,
                ),
            )

    def mark_arrived(self, arrival_id: str, at: datetime) -> None:
        """Make an arrival visible to the customer."""
        with self.transaction() as database:
            database.execute(
                "UPDATE arrival SET arrived_at = ?, due_line_s = NULL WHERE arrival_id = ?",
                (at.isoformat(), arrival_id),
            )

    def arrival(self, arrival_id: str) -> Arrival | None:
        """Return one arrival."""
        return next(iter(self._arrivals("WHERE arrival_id = ?", arrival_id)), None)

    def arrivals(self, *, since: datetime, after: int, limit: int) -> tuple[list[Arrival], int | None]:
        """Return what has arrived since then, oldest first, and where the next part begins, if there is one."""
        with self._lock:
            rows = self._database.execute(
                "SELECT * FROM arrival WHERE arrived_at >= ? AND seq > ? ORDER BY seq LIMIT ?",
                (since.isoformat(), after, limit + 1),
            ).fetchall()
        more = int(rows[limit - 1]["seq"]) if len(rows) > limit else None
        return [_arrival(row) for row in rows[:limit]], more

    def arrivals_of(self, office: str | None = None) -> list[Arrival]:
        """Return what an office (or any) has sent, oldest first."""
        if office is None:
            return self._arrivals("ORDER BY seq")
        return self._arrivals("WHERE office = ? ORDER BY seq", office)

    def arrival_due(self) -> Arrival | None:
        """Return the arrival that is in first."""
        return next(iter(self._arrivals("WHERE due_line_s IS NOT NULL ORDER BY due_line_s, seq LIMIT 1")), None)

    def _arrivals(self, where: str, *values: str) -> list[Arrival]:
        with self._lock:
            rows = self._database.execute(f"SELECT * FROM arrival {where}", values).fetchall()  # noqa: S608 -- our own text
        return [_arrival(row) for row in rows]

    # -- notices ----------------------------------------------------------------------------------------------------

    def add_notice(self, about: About, subject_id: str, body: bytes, *, state: NoticeState, due_line_s: float) -> None:
        """Keep a webhook to be sent."""
        with self.transaction() as database:
            database.execute(
                "INSERT INTO notice (about, subject_id, body, state, due_line_s) VALUES (?, ?, ?, ?, ?)",
                (about, subject_id, body, state, due_line_s),
            )

    def notice_due(self) -> Notice | None:
        """Return the webhook that is to be sent first."""
        with self._lock:
            row = self._database.execute(
                "SELECT * FROM notice WHERE state = 'PENDING' ORDER BY due_line_s, seq LIMIT 1"
            ).fetchone()
        return _notice(row) if row else None

    def notices(self) -> list[Notice]:
        """Return all webhooks, oldest first."""
        with self._lock:
            rows = self._database.execute("SELECT * FROM notice ORDER BY seq").fetchall()
        return [_notice(row) for row in rows]

    def answered(self, notice_id: int, *, answer: str, state: NoticeState, due_line_s: float) -> None:
        """Keep what came of sending a webhook."""
        with self.transaction() as database:
            database.execute(
                "UPDATE notice SET attempts = attempts + 1, last_answer = ?, state = ?, due_line_s = ? WHERE seq = ?",
                (answer, state, due_line_s, notice_id),
            )

    # -- rules and offices ------------------------------------------------------------------------------------------

    def add_rule(self, rule: Rule) -> Rule:
        """Keep a rule; its id and draws are ours."""
        with self.transaction() as database:
            rule_id = database.execute(
                "INSERT INTO rule (behaviour, number, remaining, probability, pages, seconds, status, copies)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    rule.behaviour,
                    rule.number,
                    rule.remaining,
                    rule.probability,
                    rule.pages,
                    rule.seconds,
                    rule.status,
                    rule.copies,
                ),
            ).lastrowid
        return dataclasses.replace(rule, rule_id=rule_id or 0, draws=0)

    def rules(self) -> list[Rule]:
        """Return all rules in the order given."""
        with self._lock:
            rows = self._database.execute(f"SELECT {_RULE_COLUMNS} FROM rule ORDER BY rule_id").fetchall()  # noqa: S608 -- our own text
        return [Rule(row[0], Behaviour(row[1]), *row[2:]) for row in rows]

    def drop_rules(self, rule_id: int | None = None) -> None:
        """Forget one rule, or all."""
        with self.transaction() as database:
            database.execute("DELETE FROM rule WHERE ? IS NULL OR rule_id = ?", (rule_id, rule_id))

    def take_rule(self, behaviours: Collection[Behaviour], number: str) -> Rule | None:
        """Return the first rule that applies now to `number`, and count it as used."""
        with self.transaction() as database:
            for rule in self.rules():
                meant = rule.behaviour in behaviours and rule.number in {None, number} and rule.remaining != 0
                if not meant:
                    continue
                hit = rule.applies(self.seed)
                database.execute(
                    "UPDATE rule SET draws = draws + 1, remaining = remaining - ? WHERE rule_id = ?",
                    (int(hit), rule.rule_id),
                )
                if hit:
                    return rule
        return None

    def put_office(self, office: Office) -> None:
        """Name an office."""
        with self.transaction() as database:
            database.execute("INSERT OR REPLACE INTO office VALUES (?, ?, ?)", dataclasses.astuple(office))

    def office(self, number: str) -> Office:
        """Return an office; every number is one."""
        with self._lock:
            row = self._database.execute("SELECT number, name, answers_as FROM office WHERE number = ?", (number,))
            found = row.fetchone()
        return Office(*found) if found else Office(number, "", number)

    def office_numbers(self) -> Sequence[str]:
        """Return every number that is known by a name or has a history, sorted."""
        with self._lock:
            rows = self._database.execute(
                "SELECT number FROM office UNION SELECT recipient FROM fax UNION SELECT office FROM arrival ORDER BY 1"
            ).fetchall()
        return [str(row[0]) for row in rows]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _fax(row: sqlite3.Row) -> Fax:
    return Fax(
        fax_id=row["fax_id"],
        recipient=row["recipient"],
        caller_id=row["caller_id"],
        labels=json.loads(row["labels"]),
        announced_pages=row["announced_pages"],
        pages=row["pages"],
        acknowledged=row["acknowledged"],
        phase=Phase(row["phase"]),
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        answered_as=row["answered_as"],
        line_seconds=row["line_seconds"],
        accepted_at=datetime.fromisoformat(row["accepted_at"]),
        finished_at=_moment(row["finished_at"]),
        course=tuple(_step(*values) for values in json.loads(row["course"])),
        next_step=row["next_step"],
        due_line_s=row["due_line_s"],
    )


def _step(after_s: float, phase: str, acknowledged: int, outcome: str | None) -> Step:
    return Step(after_s, Phase(phase), acknowledged, Outcome(outcome) if outcome else None)


def _arrival(row: sqlite3.Row) -> Arrival:
    return Arrival(
        arrival_id=row["arrival_id"],
        office=row["office"],
        caller_id=row["caller_id"],
        called_number=row["called_number"],
        station=row["station"],
        pages=row["pages"],
        sent_at=datetime.fromisoformat(row["sent_at"]),
        arrived_at=_moment(row["arrived_at"]),
        due_line_s=row["due_line_s"],
    )


def _notice(row: sqlite3.Row) -> Notice:
    return Notice(
        notice_id=row["seq"],
        about=About(row["about"]),
        subject_id=row["subject_id"],
        body=bytes(row["body"]),
        state=NoticeState(row["state"]),
        due_line_s=row["due_line_s"],
        attempts=row["attempts"],
        last_answer=row["last_answer"],
    )
