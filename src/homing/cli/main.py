"""The `homing` command. Each subcommand is imported when it is used: `homing read` never imports Django."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Sequence

import click

from homing.cli.errors import NotInstalled
from homing.kit.errors import HomingError

#: Command → where it is, and the line `homing --help` shows (known without importing it).
COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("homing.cli.up:up", "Run everything on this machine."),
    "web": ("homing.cli.processes:web", "Run the web server."),
    "worker": ("homing.cli.processes:worker", "Run the background jobs."),
    "listen": ("homing.cli.processes:listen", "Run a listener: folder."),
    "read": ("homing.cli.read:read", "Read documents, without a database."),
    "intake": ("homing.cli.intake:intake", "Put documents through the intake."),
    "ledger": ("homing.cli.intake:ledger", "Show what became of everything that arrived."),
    "audit": ("homing.cli.audit:audit", "Verify the audit chain."),
    "simulate": ("homing.cli.simulate:simulate", "Run a simulated partner."),
    "set-up-link": ("homing.cli.set_up:set_up_link", "Make a one-time link that sets up the first organization."),
    "demo": ("homing.cli.demo:demo", "Make the demo organization."),
    "doctor": ("homing.cli.doctor:doctor", "Check this installation and say what to do."),
    "db": ("homing.cli.database:db", "The database: url, shell, backup, restore, migrate."),
}


class LazyGroup(click.Group):
    """A group whose commands are named in a table and imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command. Raises NotInstalled where its module is missing."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        try:
            command = getattr(importlib.import_module(module), attribute, None)
        except ModuleNotFoundError as error:
            if error.name is None or not error.name.startswith("homing"):
                raise
            raise NotInstalled(f"`homing {cmd_name}` is not part of this installation: {error}.") from error
        if not isinstance(command, click.Command):
            raise NotInstalled(f"`homing {cmd_name}` is not part of this installation: {module} has no {attribute}.")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the table; nothing is imported for it."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="homing", message="homing %(version)s")
def homing() -> None:
    """Closed-loop patient-referral management, self-hosted.

    Exit codes: 0 done, 1 refused with a reason, 2 wrong usage.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit as the contract of the command line says."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = homing.main(given, prog_name="homing", standalone_mode=False)
    except HomingError as error:
        refuse(error, as_json="--json" in given)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(1)
    # A command ends with sys.exit or ctx.exit where it has something to say by its code.
    sys.exit(code if isinstance(code, int) else 0)


def refuse(error: HomingError, *, as_json: bool) -> None:
    """Say why: one JSON document on stdout, or one line on stderr."""
    if as_json:
        click.echo(json.dumps({"error": {"code": error.code, "message": str(error)}}))
    else:
        click.echo(f"homing: {error}", err=True)
