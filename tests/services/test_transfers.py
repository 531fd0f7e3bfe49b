"""Files between people with real services and real workers; only the links are in memory."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.domain.changes import MessagesChanged
from app.domain.errors import AppError
from app.domain.files import TransferChanged
from app.domain.ids import EventId
from app.domain.views import MessageKind
from app.services.transfers_api import TransferSettings
from tests.services.file_world import (
    MEGABYTE,
    FileWorld,
    State,
    becomes,
    file_of,
    hold_back,
    offered,
    same,
    seen,
)
from tests.services.world import URL, WAIT, World, until


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[FileWorld]:
    made = FileWorld(tmp_path)
    yield made
    await made.close()


async def test_a_file_comes_over_whole_and_its_author_knows(world: FileWorld) -> None:
    room, (ana, bo), path, transfer = await offered(world, 3 * MEGABYTE + 5, "Ana", "Bo")
    row = (await bo.history(room))[-1]
    assert (row.kind, row.text) == (MessageKind.FILE, "Look at this")
    assert row.file is not None
    assert (row.file.name, row.file.size) == ("data.bin", path.stat().st_size)

    await bo.backend.transfers.accept(transfer)
    view = await becomes(bo, transfer, State.DONE)
    assert same(view, path)
    assert Path(view.path).parent == bo.folder / "Downloads"
    given = await becomes(ana, transfer, State.DONE)
    assert [(one.peer, one.state) for one in given.receivers] == [(bo.peer, State.DONE)]
    assert bo.heard(TransferChanged)[-1].view.state is State.DONE


async def test_nobody_has_a_worker_who_does_nothing_with_files(world: FileWorld) -> None:
    _, (_, bo), _, transfer = await offered(world, 10, "Ana", "Bo")
    await bo.backend.transfers.decline(transfer)
    assert bo.folder not in world.workers


async def test_who_is_away_gets_it_later(world: FileWorld) -> None:
    _, (ana, bo), path, transfer = await offered(world, MEGABYTE, "Ana", "Bo")
    await ana.stop()
    await bo.backend.transfers.accept(transfer)
    assert (await becomes(bo, transfer, State.WAITING)).done == 0
    await bo.stop()
    await bo.start(URL)
    await ana.start(URL)
    view = await becomes(bo, transfer, State.DONE)
    assert same(view, path)


async def test_a_third_gets_it_from_the_second(world: FileWorld) -> None:
    _, (ana, bo, cem), path, transfer = await offered(world, MEGABYTE, "Ana", "Bo", "Cem")
    await bo.backend.transfers.accept(transfer)
    await becomes(bo, transfer, State.DONE)
    await ana.stop()
    await cem.backend.transfers.accept(transfer)
    view = await becomes(cem, transfer, State.DONE)
    assert same(view, path)
    await ana.start(URL)
    given = await becomes(ana, transfer, State.DONE)
    assert {one.peer for one in given.receivers} == {bo.peer, cem.peer}


async def test_an_offer_is_accepted_by_nothing_else(world: FileWorld) -> None:
    """Pausing and resuming an offer had it fetched into the usual folder."""
    _, (_, bo), _, transfer = await offered(world, 1000, "Ana", "Bo")
    for act in (bo.backend.transfers.pause, bo.backend.transfers.resume):
        with pytest.raises(AppError, match="transfer not accepted"):
            await act(transfer)
    assert (await seen(bo, transfer)).state is State.OFFERED


async def test_a_second_folder_is_not_ignored(world: FileWorld) -> None:
    _, (ana, bo), path, transfer = await offered(world, 8 * MEGABYTE, "Ana", "Bo")
    first, second = world.folder / "first", world.folder / "second"
    for folder in (first, second):
        folder.mkdir()
    await hold_back(ana)
    await bo.backend.transfers.accept(transfer, first)
    await bo.backend.transfers.accept(transfer, first)
    with pytest.raises(AppError, match="transfer started"):
        await bo.backend.transfers.accept(transfer, second)
    await hold_back(ana, 0)
    await becomes(bo, transfer, State.DONE)
    await bo.backend.transfers.accept(transfer, first)
    assert (await seen(bo, transfer)).state is State.DONE
    await bo.backend.transfers.accept(transfer, second)
    await becomes(bo, transfer, State.DONE)
    assert [(folder / path.name).exists() for folder in (first, second)] == [True, True]


async def test_declined_then_accepted_after_all(world: FileWorld) -> None:
    _, (ana, bo), path, transfer = await offered(world, 1000, "Ana", "Bo")
    await bo.backend.transfers.decline(transfer)
    assert (await seen(bo, transfer)).state is State.DECLINED
    with pytest.raises(AppError, match="transfer over"):
        await bo.backend.transfers.decline(transfer)
    end = asyncio.get_running_loop().time() + WAIT
    while not (view := await seen(ana, transfer)).receivers:
        assert asyncio.get_running_loop().time() < end
        await asyncio.sleep(0.01)
    assert view.receivers[0].state is State.DECLINED
    assert view.state is State.OFFERED
    await bo.backend.transfers.accept(transfer)
    await becomes(bo, transfer, State.DONE)
    await becomes(ana, transfer, State.DONE)
    assert path.stat().st_size == 1000


async def test_taken_back_by_its_author(world: FileWorld) -> None:
    room, (ana, bo), _, transfer = await offered(world, 1000, "Ana", "Bo")
    await ana.backend.transfers.cancel(transfer)
    assert (await seen(ana, transfer)).state is State.CANCELLED
    await becomes(bo, transfer, State.CANCELLED)
    row = (await bo.history(room))[-1]
    assert (row.kind, row.file, row.deleted) == (MessageKind.FILE, None, True)
    with pytest.raises(AppError, match="transfer over"):
        await bo.backend.transfers.accept(transfer)


async def test_paused_by_either_and_resumed(world: FileWorld) -> None:
    _, (ana, bo), path, transfer = await offered(world, 8 * MEGABYTE, "Ana", "Bo")
    await hold_back(ana)
    await bo.backend.transfers.accept(transfer)
    await becomes(bo, transfer, State.RUNNING)
    await bo.backend.transfers.pause(transfer)
    assert (await seen(bo, transfer)).state is State.PAUSED
    await bo.backend.transfers.resume(transfer)
    await becomes(bo, transfer, State.RUNNING)
    await ana.backend.transfers.pause(transfer)
    await becomes(bo, transfer, State.WAITING)
    await hold_back(ana, 0)
    await ana.backend.transfers.resume(transfer)
    view = await becomes(bo, transfer, State.DONE)
    assert same(view, path)


@pytest.mark.parametrize("victim", [0, 1])
async def test_a_killed_worker_costs_nothing(world: FileWorld, victim: int) -> None:
    _, people, path, transfer = await offered(world, 8 * MEGABYTE, "Ana", "Bo")
    ana, bo = people
    await hold_back(ana)
    await bo.backend.transfers.accept(transfer)
    await becomes(bo, transfer, State.RUNNING)
    world.kill_worker(people[victim])
    await hold_back(ana, 0)
    view = await becomes(bo, transfer, State.DONE)
    assert same(view, path)


async def test_cancelled_by_the_receiver_leaves_nothing(world: FileWorld) -> None:
    _, (ana, bo), _, transfer = await offered(world, 8 * MEGABYTE, "Ana", "Bo")
    await hold_back(ana)
    await bo.backend.transfers.accept(transfer)
    await becomes(bo, transfer, State.RUNNING)
    await bo.backend.transfers.cancel(transfer)
    assert (await seen(bo, transfer)).state is State.DECLINED
    assert not list((bo.folder / "Downloads").iterdir())


async def test_what_a_trusted_person_offers_is_accepted(world: FileWorld) -> None:
    room, (ana, bo) = await world.together("Ana", "Bo")
    inbox = world.folder / "inbox"
    inbox.mkdir()
    trusting = TransferSettings(inbox, inbox, 5000, frozenset([ana.peer]))
    await bo.backend.transfers.set_settings(trusting)
    assert await bo.backend.transfers.settings() == trusting
    small = await ana.backend.transfers.offer(room, file_of(world.folder, 5000, "small"))
    large = await ana.backend.transfers.offer(room, file_of(world.folder, 5001, "large"))
    await becomes(bo, small.event, State.DONE)
    assert (inbox / "small").stat().st_size == 5000
    assert (await becomes(bo, large.event, State.OFFERED)).done == 0
    assert [v.name for v in await bo.backend.transfers.transfers()] == ["large", "small"]


async def test_what_cannot_be_offered_or_accepted(world: FileWorld) -> None:
    room, (ana, bo), _, transfer = await offered(world, 10, "Ana", "Bo")
    with pytest.raises(AppError, match="file not found"):
        await ana.backend.transfers.offer(room, world.folder / "nothing")
    with pytest.raises(AppError, match="own transfer"):
        await ana.backend.transfers.accept(transfer)
    with pytest.raises(AppError, match="own transfer"):
        await ana.backend.transfers.decline(transfer)
    with pytest.raises(AppError, match="not a folder"):
        await bo.backend.transfers.accept(transfer, world.folder / "nowhere")
    with pytest.raises(AppError, match="unknown transfer"):
        await bo.backend.transfers.accept(EventId(bytes(32)))
    with pytest.raises(AppError, match="bad setting"):
        await bo.backend.transfers.set_settings(
            TransferSettings(world.folder, world.folder, cap_up=-1)
        )


async def test_found_by_name_and_as_a_file(world: FileWorld) -> None:
    room, (ana, bo), _, _ = await offered(world, 10, "Ana", "Bo")
    await ana.say(room, "no data here")
    await bo.has(room, "no data here")
    for query, found in (("has:file", 1), ("data", 2), ("look", 1), ("has:file here", 0)):
        assert len(await bo.backend.chats.search(query, None, 10)) == found, query


async def test_what_was_received_stays_when_the_offer_goes(world: FileWorld) -> None:
    room, (ana, bo, cem), _, transfer = await offered(world, 1000, "Ana", "Bo", "Cem")
    await bo.backend.transfers.accept(transfer)
    there = await becomes(bo, transfer, State.DONE)
    await ana.backend.chats.delete(transfer)
    await becomes(cem, transfer, State.CANCELLED)
    await until(lambda: bo.heard(MessagesChanged), "deleted")
    assert (await seen(bo, transfer)).state is State.DONE
    assert (bo.folder / "Downloads" / "data.bin").stat().st_size == 1000
    entry = bo.backend._services.tender.book.find(transfer)
    assert entry is not None
    await until(lambda: entry.moved_away)
    assert there.path
    await bo.backend.conversations.delete_history(room)
    await until(lambda: bo.backend._services.tender.book.find(transfer) is None, "forgotten")
    assert not list((bo.folder / "transfers").glob("*.state"))


async def test_what_was_not_noted_when_the_program_ended_is_noted_later(world: FileWorld) -> None:
    room, (ana, bo), _, transfer = await offered(world, 1000, "Ana", "Bo")
    second = await ana.backend.transfers.offer(room, file_of(world.folder, 5, "second"))
    third = await ana.backend.transfers.offer(room, file_of(world.folder, 5, "third"))
    await becomes(bo, third.event, State.OFFERED)
    store = bo.store
    tender = bo.backend._services.tender
    entries = [tender.book.find(event) for event in (transfer, second.event, third.event)]
    await bo.backend.chats.hide(second.event)
    await ana.backend.chats.delete(transfer)
    await becomes(bo, transfer, State.CANCELLED)
    await until(lambda: tender.book.find(second.event) is None)
    first, hidden, unknown = (entry.record for entry in entries if entry is not None)
    first.state = State.OFFERED
    await store.transfers.change(first)
    await store.transfers.put(hidden)
    await store.transfers.forget(unknown.event)
    await bo.stop()
    await bo.start(URL)
    views = {v.transfer: v.state for v in await bo.backend.transfers.transfers()}
    assert views == {transfer: State.CANCELLED, third.event: State.OFFERED}


async def test_a_file_that_was_moved_is_given_to_nobody(world: FileWorld) -> None:
    _, (ana, bo, cem), path, transfer = await offered(world, 1000, "Ana", "Bo", "Cem")
    await bo.backend.transfers.accept(transfer)
    await becomes(bo, transfer, State.DONE)
    await becomes(ana, transfer, State.OFFERED, State.DONE)
    await bo.stop()
    await bo.start(URL)
    (bo.folder / "Downloads" / "data.bin").rename(world.folder / "elsewhere")
    await ana.backend.transfers.pause(transfer)
    await cem.backend.transfers.accept(transfer)
    await until(lambda: bo.folder in world.workers)
    assert (await becomes(cem, transfer, State.WAITING)).done == 0
    await ana.backend.transfers.resume(transfer)
    there = await becomes(cem, transfer, State.DONE)
    assert same(there, path)
    assert (await seen(bo, transfer)).state is State.DONE
    await bo.backend.transfers.accept(transfer)
    again = await becomes(bo, transfer, State.DONE)
    assert same(again, path)


async def test_a_changed_source_is_said_and_mended(world: FileWorld) -> None:
    _, (ana, bo), path, transfer = await offered(world, 1000, "Ana", "Bo")
    content = path.read_bytes()
    times = path.stat()
    path.write_bytes(b"otherwise")
    await bo.backend.transfers.accept(transfer)
    failed = await becomes(ana, transfer, State.FAILED)
    assert failed.reason in {"source-changed", "source-gone"}
    book = bo.backend._services.tender.book
    entry = await book.get(transfer)
    await until(lambda: entry.record.reason == "not-there", "bo knows why he waits")
    assert entry.state is State.WAITING
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    await ana.backend.transfers.resume(transfer)
    done = await becomes(bo, transfer, State.DONE)
    assert same(done, path)
    assert done.reason == ""


async def test_who_leaves_or_is_blocked_gets_no_more(world: FileWorld) -> None:
    _, (ana, bo), _, transfer = await offered(world, 8 * MEGABYTE, "Ana", "Bo")
    await hold_back(ana)
    await bo.backend.transfers.accept(transfer)
    await becomes(bo, transfer, State.RUNNING)
    await ana.backend.contacts.block(bo.peer)
    await becomes(bo, transfer, State.WAITING)
    assert not [end for end in ana.backend._services.tender._lanes.with_peer(bo.peer) if end.up]


async def test_without_a_worker_it_is_said(tmp_path: Path) -> None:
    world = World(tmp_path)
    try:
        room, (ana,) = await world.together("Ana")
        with pytest.raises(AppError, match="worker unavailable"):
            await ana.backend.transfers.offer(room, file_of(tmp_path, 5))
    finally:
        await world.close()


async def test_settings_last_and_a_folder_of_theirs_is_made(world: FileWorld) -> None:
    _, (ana, bo), path, transfer = await offered(world, 1000, "Ana", "Bo")
    chosen = TransferSettings(world.folder, world.folder, 5, frozenset([ana.peer]), 6, 7)
    await bo.backend.transfers.set_settings(chosen)
    await bo.stop()
    await bo.start(URL)
    assert await bo.backend.transfers.settings() == chosen
    await bo.store.settings.set("transfers", "{broken")
    await bo.stop()
    await bo.start(URL)
    assert (await bo.backend.transfers.settings()).folder == bo.folder / "Downloads"
    await bo.backend.transfers.accept(transfer)
    assert same(await becomes(bo, transfer, State.DONE), path)


async def test_what_does_not_fit_is_not_begun(
    world: FileWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, (_, bo), _, transfer = await offered(world, 1000, "Ana", "Bo")
    usage = shutil.disk_usage(world.folder)._replace(free=999)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(AppError, match="disk full"):
        await bo.backend.transfers.accept(transfer, world.folder)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(AppError, match="folder unwritable"):
        await bo.backend.transfers.accept(transfer, world.folder)
    with pytest.raises(AppError, match="not a folder"):
        await bo.backend.transfers.accept(transfer, Path("elsewhere"))
    assert (await seen(bo, transfer)).state is State.OFFERED


async def test_what_was_paused_before_a_restart_may_be_dropped_or_put_elsewhere(
    world: FileWorld,
) -> None:
    _, (ana, bo), path, transfer = await offered(world, 16 * MEGABYTE, "Ana", "Bo")
    await hold_back(ana, MEGABYTE)
    await bo.backend.transfers.accept(transfer)
    await until(lambda: any(each.view.done for each in bo.heard(TransferChanged)), "some came")
    await hold_back(ana)
    await bo.backend.transfers.pause(transfer)
    assert list((bo.folder / "transfers").glob("*.state"))
    await bo.stop()
    await bo.start(URL)
    assert (await seen(bo, transfer)).state is State.PAUSED
    elsewhere = world.folder / "elsewhere"
    elsewhere.mkdir()
    await bo.backend.transfers.accept(transfer, elsewhere)
    await becomes(bo, transfer, State.RUNNING)
    assert not list((bo.folder / "Downloads").iterdir())
    await bo.backend.transfers.pause(transfer)
    await bo.stop()
    await bo.start(URL)
    await bo.backend.transfers.cancel(transfer)
    assert not list(elsewhere.iterdir())
    await hold_back(ana, 0)
    await bo.backend.transfers.accept(transfer)
    assert same(await becomes(bo, transfer, State.DONE), path)
