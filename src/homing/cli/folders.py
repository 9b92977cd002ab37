"""The data folder: what lies where, and who may read it."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from homing.cli.errors import DataFolderUnusable

ROOTS_DATA = Path("/var/lib/homing")


@dataclass(frozen=True, slots=True)
class DataFolder:
    """HOMING_DATA. Every folder in it is 0700, every key 0600; nothing outside it is ever changed."""

    root: Path

    @property
    def database(self) -> Path:
        """The cluster of the embedded server; as root it belongs to another OS user."""
        return self.root / "pg"

    @property
    def keys(self) -> Path:
        """Keys and passwords, made at first start."""
        return self.root / "keys"

    @property
    def documents(self) -> Path:
        """Encrypted files."""
        return self.root / "documents"

    @property
    def drop(self) -> Path:
        """Watched folders, one for each channel."""
        return self.root / "drop"

    @property
    def filed(self) -> Path:
        """What was handed on, for others to take away."""
        return self.root / "filed"

    @property
    def logs(self) -> Path:
        """What each process said, rotated."""
        return self.root / "logs"

    @property
    def demo_sign_ins(self) -> Path:
        """The passwords of the demo people."""
        return self.root / "demo-sign-ins"

    def prepare(self) -> None:
        """Make what is missing. An existing root keeps its mode (it may be a shared place); ours below it are 0700.

        Raises DataFolderUnusable.
        """
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            # The last is where collected static files go; whitenoise complains without it.
            for folder in (self.keys, self.documents, self.drop, self.filed, self.logs, self.root / "static"):
                folder.mkdir(mode=0o700, exist_ok=True)
                folder.chmod(0o700)
        except OSError as error:
            reason = f"{error.filename}: {error.strerror}."
            raise DataFolderUnusable(f"{reason} Set HOMING_DATA to another folder.") from error

    def secret(self, name: str) -> str:
        """Return the secret in `keys/<name>`, made now if it is missing: 43 random characters."""
        path = self.keys / name
        # Written elsewhere and linked: two processes starting at once must agree on one secret.
        draft = self.keys / f".{name}.{os.getpid()}"
        if not path.exists():
            write_private(draft, secrets.token_urlsafe(32))
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text(encoding="ascii").strip()


def write_private(path: Path, text: str) -> None:
    """Write `text` to `path`, readable by this user alone from the first byte."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text)


def data_folder() -> DataFolder:
    """Return the folder HOMING_DATA names; without it `./data`, and for root `/var/lib/homing`."""
    named = os.environ.get("HOMING_DATA")
    if named:
        return DataFolder(Path(named).expanduser().resolve())
    return DataFolder(ROOTS_DATA if os.geteuid() == 0 else Path("data").resolve())
