"""`homing audit`."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from homing.cli.environment import django_ready
from homing.cli.output import answer, json_option


@click.command()
@click.option("--verify", is_flag=True, required=True, help="Walk every organization's chain from its first record.")
@json_option
def audit(*, verify: bool, as_json: bool) -> None:  # noqa: ARG001 - there is one thing to do, and its name is a promise
    """Verify the audit chains. Exits 1 if one is broken, or if a record has waited over 60 s for its seal."""
    with django_ready():
        from homing.audit.queries import verify as verify_chain
        from homing.tenancy.queries import all_organization_ids
        from homing.tenancy.scope import scoped

        reports = {}
        for organization_id in all_organization_ids():
            with scoped(organization_id):
                reports[organization_id] = verify_chain()
    sound = all(report.is_sound for report in reports.values())
    lines = [
        f"{organization_id}: {report.sealed} sealed, {report.unsealed} waiting, {report.late} late, "
        + ("sound" if report.broken_at is None else f"BROKEN at {report.broken_at}")
        for organization_id, report in reports.items()
    ]
    chains = [
        {"organization": str(key), "is_sound": report.is_sound, **asdict(report)} for key, report in reports.items()
    ]
    answer({"is_sound": sound, "chains": chains}, lines or ["There is no organization yet."], as_json=as_json)
    sys.exit(0 if sound else 1)
