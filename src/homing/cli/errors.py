"""What the command line refuses, and why."""

from __future__ import annotations

from homing.kit.errors import HomingError


class AlreadyRunning(HomingError):
    """Homing is already running on this data folder. Stop it first, or set HOMING_DATA to another folder."""

    code = "already_running"
    status = 409


class PortTaken(HomingError):
    """Another program listens on this port. Choose one with --port."""

    code = "port_taken"
    status = 409


class DataFolderUnusable(HomingError):
    """The data folder cannot be used. Set HOMING_DATA to a folder this user may write."""

    code = "data_folder_unusable"
    status = 500


class ServerFailed(HomingError):
    """The embedded database server did not start. Its log is in the logs folder of HOMING_DATA."""

    code = "database_failed"
    status = 500


class DatabaseUnreachable(HomingError):
    """The database does not answer. Check DATABASE_URL and that the server runs."""

    code = "database_unreachable"
    status = 503
    permanent = False


class CommandFailed(HomingError):
    """A step of the start failed. What it said is above."""

    code = "command_failed"
    status = 500


class NotInstalled(HomingError):
    """This part of Homing is not installed."""

    code = "not_installed"
    status = 501
