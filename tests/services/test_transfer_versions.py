"""What was received or offered before spares fetching what it has in common with something new."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from app.domain.files import TransferState
from app.domain.ids import EventId, RoomId
from app.protocol.worker_messages import Command, Earlier, Fetch
from app.services.transfer_worker import Worker
from tests.services.file_world import MEGABYTE, FileWorld, becomes, same
from tests.services.test_transfers import world
from tests.services.world import Someone

__all__ = ["world"]

State = TransferState


def changed(path: Path, at: int) -> Path:
    """Write something else over a place of a file."""
    with path.open("r+b") as file:
        file.seek(at)
        file.write(os.urandom(10))
    return path


def file_of(folder: Path, name: str = "data.bin", size: int = 4 * MEGABYTE) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(os.urandom(size))
    return path


async def offer(room: RoomId, path: Path, author: Someone, *others: Someone) -> EventId:
    view = await author.backend.transfers.offer(room, path)
    for other in others:
        await becomes(other, view.event, State.OFFERED)
    return view.event


async def fetched(person: Someone, transfer: EventId) -> Path:
    await person.backend.transfers.accept(transfer)
    return Path((await becomes(person, transfer, State.DONE)).path)


def watch(world: FileWorld, person: Someone) -> list[Fetch]:
    """Note what somebody's worker is told to fetch from now on."""
    told: list[Fetch] = []
    worker: Worker = world.workers[person.folder]
    send = worker.send

    async def noted(command: Command) -> None:
        if isinstance(command, Fetch):
            told.append(command)
        await send(command)

    worker.send = noted  # type: ignore[method-assign]
    return told


async def test_a_changed_file_is_made_of_what_is_here(world: FileWorld) -> None:
    room, (ana, bo) = await world.together("Ana", "Bo")
    path = file_of(world.folder / "from")
    before = await fetched(bo, await offer(room, path, ana, bo))
    told = watch(world, bo)
    changed(path, MEGABYTE)
    transfer = await offer(room, path, ana, bo)
    assert (await fetched(bo, transfer)).read_bytes() == path.read_bytes()
    assert [one.path for one in told[-1].earlier] == [str(before)]
    view = await becomes(bo, transfer, State.DONE)
    assert view.reused == 3 * MEGABYTE
    await bo.stop()
    await bo.start()
    assert (await becomes(bo, transfer, State.DONE)).reused == 3 * MEGABYTE


async def test_a_version_that_was_offered_or_came_from_another_serves_too(
    world: FileWorld,
) -> None:
    room, (ana, bo, cy) = await world.together("Ana", "Bo", "Cy")
    path = file_of(world.folder / "from")
    first = await offer(room, path, ana, bo, cy)
    came = await fetched(bo, first)
    await fetched(cy, first)
    changed(came, 0)
    second = await offer(room, came, bo, ana, cy)
    for person in (ana, cy):
        assert (await fetched(person, second)).read_bytes() == came.read_bytes()
        assert (await becomes(person, second, State.DONE)).reused == 3 * MEGABYTE


async def test_what_became_of_the_version_before_does_not_matter(world: FileWorld) -> None:
    room, (ana, bo) = await world.together("Ana", "Bo")
    path = file_of(world.folder / "from")
    before = await fetched(bo, await offer(room, path, ana, bo))
    changed(before, 3 * MEGABYTE)
    changed(path, MEGABYTE)
    second = await offer(room, path, ana, bo)
    await fetched(bo, second)
    view = await becomes(bo, second, State.DONE)
    assert (view.reused, same(view, path)) == (2 * MEGABYTE, True)

    shutil.rmtree(before.parent)
    changed(path, 2 * MEGABYTE)
    third = await offer(room, path, ana, bo)
    await fetched(bo, third)
    view = await becomes(bo, third, State.DONE)
    assert (view.reused, same(view, path)) == (0, True)


async def test_the_likeliest_versions_are_looked_at(world: FileWorld) -> None:
    room, (ana, bo) = await world.together("Ana", "Bo")
    came = {}
    for name in ("a.txt", "other.bin", "c.txt", "d.txt", "e.txt", "data.bin"):
        path = file_of(world.folder / "from", name, 10)
        came[name] = await fetched(bo, await offer(room, path, ana, bo))
    own = file_of(world.folder / "own", "data.bin", 10)
    await offer(room, own, bo, ana)
    told = watch(world, bo)
    path = file_of(world.folder / "from", "data.bin", 10)
    again = await fetched(bo, await offer(room, path, ana, bo))
    assert [one.path for one in told[-1].earlier] == []  # so little is fetched at once
    path = file_of(world.folder / "from", "data.bin", MEGABYTE)
    await fetched(bo, await offer(room, path, ana, bo))
    found = [(one.path, one.received) for one in told[-1].earlier]
    assert found == [
        (str(again), True),
        (str(came["data.bin"]), True),
        (str(own), False),
        (str(came["other.bin"]), True),
    ]


async def test_nobody_learns_by_it_what_is_here_from_elsewhere(world: FileWorld) -> None:
    room, (ana, bo) = await world.together("Ana", "Bo")
    elsewhere = await bo.backend.chats.open_notes()
    path = file_of(world.folder / "from")
    await bo.backend.transfers.offer(elsewhere, path)
    await fetched(bo, await offer(room, file_of(world.folder / "x", "x", 10), ana, bo))
    told = watch(world, bo)
    transfer = await offer(room, path, ana, bo)
    await fetched(bo, transfer)
    assert str(path) not in [one.path for one in told[-1].earlier]
    assert (await becomes(bo, transfer, State.DONE)).reused == 0


def test_an_earlier_version_is_received_unless_it_says_otherwise() -> None:
    assert Earlier("m", "p", b"r").received
