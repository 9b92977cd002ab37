"""`homing set-up-link`."""

from __future__ import annotations

import click

from homing.cli.environment import django_ready
from homing.cli.folders import data_folder
from homing.cli.output import answer, json_option


@click.command(name="set-up-link")
@json_option
def set_up_link(*, as_json: bool) -> None:
    """Print a one-time link that sets up the first organization and its administrator; nothing if there is one."""
    with django_ready():
        from django.conf import settings

        from homing.tenancy.queries import all_organization_ids

        token = None if all_organization_ids() else data_folder().secret("setup-token")
        link = f"{settings.HOMING_URL}/setup/{token}" if token else None
    answer({"link": link}, [link] if link else [], as_json=as_json)
