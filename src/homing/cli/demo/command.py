"""`homing demo`."""

from __future__ import annotations

import os

import click

from homing.cli.environment import django_ready
from homing.cli.errors import CommandFailed
from homing.cli.folders import data_folder, write_private


@click.command()
def demo() -> None:
    """Make the demo organization, unless it is there; `homing up --demo` runs this."""
    data = data_folder()
    if data.demo_sign_ins.exists():
        return
    if not os.environ.get("HOMING_CARRIER_URL"):
        raise CommandFailed("The demo needs a simulated fax carrier. Run `homing up --demo`.")
    with django_ready():
        from homing.cli.demo.story import tell
        from homing.cli.demo.world import is_begun, world

        if is_begun():
            raise CommandFailed(
                f"The demo was interrupted while it was being made. Remove {data.root} (it holds nothing else) "
                "or set HOMING_DATA to another folder, and start again."
            )
        with world(data.root / "simulated-carrier") as made:
            tell(made)
            lines = [f"  {one.email:<32} {made.passwords[one.email]}   {one.role.in_words}" for one in made.staff]
    # Last, because its presence says that the demo is whole.
    write_private(data.demo_sign_ins, "\n".join(lines) + "\n")
