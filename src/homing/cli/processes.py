"""The pieces of `homing up` as separate processes, for production."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import NoReturn

import click

from homing.cli import embedded
from homing.cli.environment import (
    OWNER_URL,
    configured,
    embedded_databases,
    of_process,
    require_embedded,
    set_up_django,
)
from homing.cli.folders import data_folder
from homing.cli.lifeline import follow_supervisor


def _enter_environment() -> None:
    """Become a process of Homing: its environment, and the database for as long as we live."""
    follow_supervisor()
    data = data_folder()
    databases = configured()
    if databases is None:
        require_embedded(data)
        # Held until we end, beyond exec; the server stays, and the next to come adopts it.
        os.set_inheritable(embedded.join(data), True)  # noqa: FBT003 - its signature
        databases = embedded_databases(data)
    os.environ.update(of_process(data, databases.app))
    os.environ.pop(OWNER_URL, None)


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), envvar="HOMING_PORT", default=8000, show_default=True)
@click.option("--host", envvar="HOMING_HOST", default="127.0.0.1", show_default=True, help="Address to listen on.")
def web(port: int, host: str) -> NoReturn:
    """Run the web server (gunicorn). Logs go to stderr."""
    os.environ |= {"HOMING_PORT": str(port), "HOMING_HOST": host}
    _enter_environment()
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "--config", "python:homing.config.gunicorn"])  # noqa: S606 - our own interpreter


@click.command()
@click.option(
    "--concurrency", type=click.IntRange(1, 64), envvar="HOMING_WORKER_CONCURRENCY", default=4, show_default=True,
    help="Jobs at the same time.",
)  # fmt: skip
@click.option("--once", is_flag=True, help="Work off what is due, then end.")
def worker(concurrency: int, *, once: bool) -> None:
    """Run the background jobs. Logs go to stderr."""
    _enter_environment()
    set_up_django()
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    # An app of its own, because with `replace_connector` the jobs' own deferrals would leave Django's connection,
    # and with it the transaction of the action that defers them.
    running = app.with_connector(DjangoConnector().get_worker_connector())
    running.run_worker(
        concurrency=concurrency, wait=not once, install_signal_handlers=True, shutdown_graceful_timeout=20
    )


@click.group()
def listen() -> None:
    """Run a listener."""


@listen.command()
@click.option("--organization", help="Slug of the organization whose folder is watched. Default: every organization.")
def folder(organization: str | None) -> None:
    """Take in what is dropped into the watched folder. Logs go to stderr.

    With one organization it is the drop folder itself; with several, a folder in it for each, named by its slug.
    """
    _enter_environment()
    set_up_django()
    from homing.cli.watching import watch

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    watch(stop, slug=organization)
