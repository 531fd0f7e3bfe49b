"""People who have workers, and what tests of transfers ask of them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from app.domain.files import TransferState, TransferView
from app.domain.ids import EventId, RoomId
from app.protocol.worker_messages import Notice
from app.services.transfer_bulk import Bulk
from app.transport.bulk.client import WorkerClient
from tests.services.world import WAIT, Someone, World
from tests.support.bulk_peers import EAGER, HELD

MEGABYTE = 1024 * 1024
State = TransferState


class FileWorld(World):
    """Everybody has a worker; `workers` are all that were made."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.workers: dict[Path, WorkerClient] = {}

    def bulk(self, folder: Path) -> Bulk:
        def make(heard: Callable[[Notice], None], died: Callable[[], None]) -> WorkerClient:
            self.workers[folder] = WorkerClient(heard, died, EAGER)
            return self.workers[folder]

        return Bulk(make, lambda: ["127.0.0.1"], folder / "transfers", folder / "Downloads")

    def kill_worker(self, person: Someone) -> None:
        pid = self.workers[person.folder].pid
        assert pid is not None
        os.kill(pid, 9)


async def seen(person: Someone, transfer: EventId) -> TransferView:
    return await person.backend.transfers.transfer(transfer)


async def becomes(person: Someone, transfer: EventId, *states: TransferState) -> TransferView:
    """Wait until a transfer stands so for somebody."""
    end = asyncio.get_running_loop().time() + WAIT
    while True:
        known = await person.backend.transfers.transfers()
        for view in known:
            if view.transfer == transfer and view.state in states:
                return view
        assert asyncio.get_running_loop().time() < end, f"{person.name}: {known}"
        await asyncio.sleep(0.01)


async def hold_back(person: Someone, cap_up: int = HELD) -> None:
    """Let somebody give so many bytes a second, 0 for all that goes: as good as none otherwise."""
    transfers = person.backend.transfers
    await transfers.set_settings(replace(await transfers.settings(), cap_up=cap_up))


def file_of(folder: Path, size: int, name: str = "data.bin") -> Path:
    path = folder / name
    path.write_bytes(os.urandom(size))
    return path


def same(view: TransferView, path: Path) -> bool:
    return Path(view.path).read_bytes() == path.read_bytes()


async def offered(
    world: FileWorld, size: int, *names: str
) -> tuple[RoomId, list[Someone], Path, EventId]:
    room, people = await world.together(*names)
    path = file_of(world.folder, size)
    view = await people[0].backend.transfers.offer(room, path, "Look at this")
    for person in people[1:]:
        await becomes(person, view.event, State.OFFERED)
    return room, people, path, view.event
