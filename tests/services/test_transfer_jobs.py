from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.errors import AppError
from app.domain.files import FileOffered, TransferState
from app.domain.ids import EventId, PeerId, RoomId
from app.protocol.worker_messages import Command, Fetch, Notice, Serve, Stop, Stopped
from app.services.transfer_book import Entry, TransferBook
from app.services.transfer_jobs import TransferJobs
from app.storage.transfer_repository import TransferRecord
from tests.services.test_transfer_worker import workshop

ME, OTHER = PeerId(b"m" * 32), PeerId(b"o" * 32)
State = TransferState


def entry_of(state: State, author: PeerId = OTHER) -> Entry:
    event, room = EventId(b"e" * 32), RoomId(b"r" * 32)
    offer = FileOffered("data", 5, bytes(32))
    return Entry(TransferRecord(event, room, author, 0, offer, "f" * 32, state, path="/there"))


def jobs(
    folder: Path, script: Callable[[Command], list[Notice] | None]
) -> tuple[TransferJobs, list[Command]]:
    shop, worker = workshop(script)
    book = TransferBook(ME, None, None, None)  # type: ignore[arg-type]
    return TransferJobs(shop, book, folder), worker.commands


def silent(_command: Command) -> list[Notice]:
    return []


async def test_there_is_one_job_for_a_transfer(tmp_path: Path) -> None:
    made, commands = jobs(tmp_path, silent)
    entry = entry_of(State.WAITING)
    number = await made.ensure(entry)
    assert await made.ensure(entry) == number
    assert [type(command) for command in commands] == [Fetch]
    assert made.entry(number) is entry
    assert made.can_serve(entry)
    assert made.over(number) is entry
    assert made.over(number) is None
    assert not made.can_serve(entry)


@pytest.mark.parametrize(
    ("state", "author", "received"),
    [(State.DONE, OTHER, True), (State.OFFERED, ME, False)],
)
async def test_what_is_here_is_served(
    tmp_path: Path, state: State, author: PeerId, received: bool
) -> None:
    made, commands = jobs(tmp_path, silent)
    await made.ensure(entry_of(state, author))
    (command,) = commands
    assert isinstance(command, Serve)
    assert (command.path, command.received) == ("/there", received)


@pytest.mark.parametrize(("state", "author"), [(State.OFFERED, OTHER), (State.PAUSED, ME)])
async def test_what_is_not_here_is_not_served(tmp_path: Path, state: State, author: PeerId) -> None:
    made, commands = jobs(tmp_path, silent)
    with pytest.raises(AppError, match="not here"):
        await made.ensure(entry_of(state, author))
    assert not commands


async def test_without_a_worker_there_is_no_job(tmp_path: Path) -> None:
    def fails(_command: Command) -> list[Notice]:
        raise AppError("worker-unavailable")

    made, _ = jobs(tmp_path, fails)
    entry = entry_of(State.WAITING)
    with pytest.raises(AppError, match="worker unavailable"):
        await made.ensure(entry)
    assert not made.can_serve(entry)


async def test_what_was_never_begun_leaves_nothing_to_discard(tmp_path: Path) -> None:
    def stops(command: Command) -> list[Notice]:
        return [Stopped(command.transfer)] if isinstance(command, Stop) else []

    made, commands = jobs(tmp_path, stops)
    entry = entry_of(State.WAITING)
    entry.record.folder = str(tmp_path)
    await made.stop(entry, delete=True)
    assert not commands
    await made.ensure(entry)
    await made.stop(entry, delete=True)
    assert isinstance(commands[-1], Stop)
    assert commands[-1].delete
