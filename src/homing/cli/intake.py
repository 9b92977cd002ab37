"""`homing intake` and `homing ledger`."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from homing.cli.environment import django_ready
from homing.cli.organizations import chosen
from homing.cli.output import answer, json_option
from homing.kit.actor import Actor

if TYPE_CHECKING:
    from homing.intake.queries_ledger import LedgerBalance

_ended = frozenset({"in_review", "failed", "disposed"})
organization_option = click.option("--organization", metavar="SLUG", help="Default: the only one.")


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--channel", default="fax", show_default=True, help="How the documents are said to have arrived.")
@click.option(
    "--wait", type=click.FloatRange(min=0), is_flag=False, flag_value=120.0, metavar="[SECONDS]",
    help="Return when each has a disposition or is in review; exit 1 at the time-out (120 s).",
)  # fmt: skip
@organization_option
@json_option
def intake(
    files: tuple[Path, ...], channel: str, wait: float | None, organization: str | None, *, as_json: bool
) -> None:
    """Put documents through the real intake. The same file under the same name again is the same arrival."""
    with django_ready():
        organization_id = chosen(organization)
        taken = [_take(file, channel, organization_id) for file in files]
        late = _await_end(taken, organization_id, wait) if wait is not None else []
        results = [{**one, **_state(UUID(one["item"]), organization_id)} for one in taken]
    document: dict[str, Any] = {"items": results}
    if late:
        document["error"] = {"code": "timed_out", "message": f"{len(late)} of {len(files)} are not finished yet."}
    lines = [f"{one['file']}: {one['reference']} {one['disposition'] or one['state']}" for one in results]
    answer(document, lines, as_json=as_json)
    sys.exit(1 if late else 0)


@click.command()
@click.option("--check", is_flag=True, help="Exit 1 if one item is unaccounted for.")
@organization_option
@json_option
def ledger(organization: str | None, *, check: bool, as_json: bool) -> None:
    """Show the conservation ledger: everything that arrived has exactly one disposition, or is open with an owner."""
    with django_ready():
        from homing.intake.queries_ledger import ledger_balance
        from homing.tenancy.scope import scoped

        with scoped(chosen(organization)):
            balance = ledger_balance()
    document: dict[str, Any] = {"is_balanced": balance.is_balanced, **asdict(balance)}
    refused = check and not balance.is_balanced
    if refused:
        document["error"] = {"code": "unaccounted", "message": f"{len(balance.discrepancies)} discrepancies."}
    answer(document, _lines(balance), as_json=as_json)
    sys.exit(1 if refused else 0)


def _lines(balance: LedgerBalance) -> list[str]:
    lines = [f"{balance.received} received = {balance.disposed} with a disposition + {balance.open} open"]
    for day in balance.days:
        ends = ", ".join(f"{count} {name}" for name, count in day.dispositions)
        counted = "" if day.carrier_count is None else f"; the carrier counts {day.carrier_count}"
        lines.append(
            f"  {day.day} {day.channel}: {day.received} received, {day.open} open, {ends or 'none ended'}{counted}"
        )
    lines += [f"  {one.code}: {one.item_id or ''} {one.detail}" for one in balance.discrepancies]
    return [*lines, "balanced" if balance.is_balanced else "NOT BALANCED"]


def _take(file: Path, channel: str, organization_id: UUID) -> dict[str, Any]:
    from homing.intake.actions import receive_for
    from homing.intake.ports import Arrival

    content = file.read_bytes()
    reference = hashlib.sha256(file.name.encode() + b"\0" + content).hexdigest()[:32]
    arrival = Arrival(
        channel=channel, carrier="command-line", carrier_reference=reference, data=content, file_name=file.name
    )
    receipt = receive_for(organization_id, actor=Actor.system("homing intake"), arrival=arrival)
    return {
        "file": str(file),
        "item": str(receipt.item_id),
        "reference": receipt.reference,
        "is_repeat": receipt.is_repeat,
    }


def _state(item_id: UUID, organization_id: UUID) -> dict[str, str]:
    from homing.intake.queries import item
    from homing.tenancy.scope import scoped

    with scoped(organization_id):
        found = item(item_id)
    return {"state": str(found.state), "disposition": str(found.disposition)}


def _await_end(taken: Sequence[dict[str, Any]], organization_id: UUID, seconds: float) -> list[UUID]:
    """Return what has not come to an end in `seconds`."""
    deadline = time.monotonic() + seconds
    waiting = [UUID(one["item"]) for one in taken]
    while waiting := list(_unfinished(waiting, organization_id)):
        if time.monotonic() >= deadline:
            break
        time.sleep(0.5)
    return waiting


def _unfinished(items: Sequence[UUID], organization_id: UUID) -> Iterator[UUID]:
    return (item for item in items if _state(item, organization_id)["state"] not in _ended)
