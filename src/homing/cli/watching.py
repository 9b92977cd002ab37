"""The watched folders of the organizations. Needs Django set up."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import structlog
from django.conf import settings
from django.db import close_old_connections, connections
from django.db.utils import OperationalError

from homing.channels.folder.watch import FolderWatcher, reference_of
from homing.intake.actions import receive_for
from homing.intake.ports import Arrival
from homing.kit.actor import Actor
from homing.tenancy.queries import all_organization_ids, current_organization
from homing.tenancy.scope import scoped

log = structlog.get_logger()

_LOOK_FOR_ORGANIZATIONS_S = 10.0


@dataclass(frozen=True, slots=True)
class _Watch:
    stop: threading.Event
    thread: threading.Thread


def watch(stop: threading.Event, *, slug: str | None = None) -> None:
    """Watch until stopped, every organization or the one named. A new one is noticed within ten seconds."""
    watches: dict[tuple[Path, UUID], _Watch] = {}
    while not stop.is_set():
        wanted = _places(slug)
        if wanted is not None:
            # With a second organization the drop folder itself belongs to nobody: it could be the wrong clinic.
            for place in watches.keys() - wanted:
                watches.pop(place).stop.set()
            for place in wanted - watches.keys():
                watches[place] = _start(*place)
        stop.wait(_LOOK_FOR_ORGANIZATIONS_S)
    for running in watches.values():
        running.stop.set()
    for running in watches.values():
        running.thread.join()


def _places(slug: str | None) -> set[tuple[Path, UUID]] | None:
    """Return which folder belongs to which organization; None while the database is away."""
    try:
        close_old_connections()
        names = {_slug(organization_id): organization_id for organization_id in all_organization_ids()}
    except OperationalError:
        log.warning("folder.database_away")
        return None
    finally:
        connections.close_all()
    top: Path = settings.HOMING_DROP_FOLDER
    wanted = {name: organization_id for name, organization_id in names.items() if slug in {None, name}}
    if len(names) == 1:
        return {(top, organization_id) for organization_id in wanted.values()}
    return {(top / name, organization_id) for name, organization_id in wanted.items()}


def _slug(organization_id: UUID) -> str:
    with scoped(organization_id):
        return current_organization().slug


def _start(place: Path, organization_id: UUID) -> _Watch:
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    actor = Actor.system("folder")

    def receive(path: Path, content: bytes) -> None:
        close_old_connections()
        arrival = Arrival(channel="folder", carrier_reference=reference_of(path), data=content, file_name=path.name)
        receive_for(organization_id, actor=actor, arrival=arrival)

    keep_s = settings.HOMING_DROP_KEEP_DAYS * 24 * 60 * 60
    watcher = FolderWatcher(place, receive, max_bytes=settings.HOMING_MAX_FILE_BYTES, keep_s=keep_s)
    stop = threading.Event()
    thread = threading.Thread(target=watcher.run_forever, args=(stop,), name=f"folder-{organization_id}")
    thread.start()
    log.info("folder.watched", organization_id=str(organization_id))
    return _Watch(stop, thread)
