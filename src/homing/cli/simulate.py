"""`homing simulate`: the partner network in a box."""

from __future__ import annotations

import click

from homing.cli.lifeline import follow_supervisor
from homing.simulate.fax_carrier.command import fax_carrier


@click.group()
def simulate() -> None:
    """Run a simulated partner. Nothing leaves this machine."""
    follow_supervisor()


simulate.add_command(fax_carrier)
