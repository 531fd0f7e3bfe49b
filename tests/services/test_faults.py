"""Full disks, broken links in the middle of a commit, forks: nothing is lost, nothing is silent."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.domain.changes import LinkChanged, LinkState, MessagesAdded, StatusChanged
from app.domain.errors import AppError
from app.domain.ids import RoomId
from app.domain.views import MessageState
from app.protocol import handshake
from app.protocol.frames import FEATURES, HEADS, RECEIPTS, RELAYS, Events, Frame, Have, Heads
from app.services import catch_up, link_sync
from app.services.link_sync import LinkSync
from app.storage.store import Store
from tests.services.test_links import inject
from tests.services.world import URL, WAIT, Someone, World, until


async def fill_disk(store: Store, *, full: bool) -> None:
    """Let the database grow no more, or as it likes."""
    database = store._database
    (size,) = await database.read(lambda: database.execute("PRAGMA page_count").fetchone())
    limit = size if full else 1 << 30
    await database.read(lambda: database.execute(f"PRAGMA max_page_count = {limit}").fetchall())


@contextmanager
def held_up(store: Store) -> Iterator[None]:
    """Let nothing reach the disk inside."""
    go_on = threading.Event()
    store._database._executor.submit(go_on.wait)
    try:
        yield
    finally:
        go_on.set()


BIG = "x" * 60_000


async def test_a_full_disk_refuses_a_text_and_publishes_nothing(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    await fill_disk(ana.store, full=True)
    told = len(ana.heard(MessagesAdded))
    answers = await asyncio.gather(*(ana.say(room, BIG) for _ in range(20)), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, AppError)]
    assert {error.code for error in refused} == {"disk-full"}
    assert len(ana.heard(MessagesAdded)) == told + len(answers) - len(refused)
    await fill_disk(ana.store, full=False)
    await ana.say(room, "room again")
    await bob.has(room, "room again")
    assert await bob.texts(room) == await ana.texts(room)


async def test_a_full_disk_at_the_other_end_loses_nothing(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    await fill_disk(bob.store, full=True)
    views = [await ana.say(room, f"{n} {BIG}") for n in range(8)]
    await bob.error_of("disk-full")
    assert await ana.state(views[-1]) is not MessageState.DELIVERED
    await fill_disk(bob.store, full=False)
    await bob.has_all(room, [view.text for view in views])
    await ana.reached(views[-1], MessageState.DELIVERED)
    assert bob.errors().count("disk-full") < 10


async def test_what_was_stored_as_the_link_broke_is_shown(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    with held_up(bob.store):
        await ana.say(room, "just in time")
        await until(lambda: ana.heard(StatusChanged))
        await asyncio.sleep(0.05)
        await bob.link_to(ana).close()
        await until(lambda: [c for c in bob.heard(LinkChanged) if c.state is LinkState.OFFLINE])
    await bob.has(room, "just in time")
    shown = [v.text for change in bob.heard(MessagesAdded) for v in change.messages]
    assert shown.count("just in time") == 1


async def test_events_are_handed_on_over_live_links(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ana and Eve cannot reach each other, Bob reaches both, and carries nothing but events."""
    monkeypatch.setattr(handshake, "FEATURES", FEATURES & ~(RELAYS | RECEIPTS))
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    ana.links.reachable = eve.links.reachable = False
    await ana.link_to(eve).close()
    await until(lambda: not ana.linked(room, eve))
    assert ana.linked(room, bob)
    view = await ana.say(room, "by way of Bob")
    await eve.has(room, "by way of Bob")
    assert not ana.linked(room, eve)
    assert await ana.state(view) is MessageState.SENT


async def test_leaving_disturbs_no_other_room(world: World) -> None:
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    other = await ana.backend.chats.create_room("Den")
    for person in (bob, eve):
        await person.backend.chats.join(other.link)
    await world.all_linked(other.room, ana, bob, eve)
    before = [len(person.links.links) for person in (ana, bob, eve)]
    await ana.backend.chats.leave(room)
    await until(lambda: ana.backend._services.opener._book.find(room) is None, "forgotten")
    await bob.say(room, "Ana has left")
    await eve.has(room, "Ana has left")
    await eve.backend.chats.mark_read(room, (await eve.history(room))[-1].event)
    await ana.say(other.room, "but not here")
    for person in (bob, eve):
        await person.has(other.room, "but not here")
    assert [len(person.links.links) for person in (ana, bob, eve)] == before


async def test_whoever_left_may_come_back(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    link = (await ana.backend.chats.invitation(room)).link
    other = await ana.backend.chats.create_room("Den")
    await bob.backend.chats.join(other.link)
    await world.all_linked(other.room, ana, bob)
    view = await ana.say(room, "before")
    await bob.has(room, "before")
    await bob.backend.chats.leave(room)
    await until(lambda: bob.backend._services.opener._book.find(room) is None, "forgotten")
    assert [r.name for r in await bob.backend.chats.rooms()] == ["Den"]
    await bob.backend.chats.join(link)
    await bob.has(room, "before")
    await bob.say(room, "back again")
    await ana.has(room, "back again")
    await ana.reached(view, MessageState.DELIVERED)
    assert len(await ana.backend.chats.members(room)) == 2


async def test_a_left_room_is_told_before_it_is_forgotten(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    await bob.stop()
    await ana.backend.chats.leave(room)
    assert await ana.backend.chats.rooms() == []
    await ana.stop()
    await ana.start(URL)
    assert ana.backend._services.opener._book.find(room) is not None
    await bob.start(URL)
    await until(lambda: ana.backend._services.opener._book.find(room) is None, "forgotten")
    assert [m.you for m in await bob.backend.chats.members(room)] == [True]


async def test_nobody_comes_back_by_forking_the_own_log(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catch_up, "PATIENCE", 0.1)
    room, (ana, bob) = await world.together("Ana", "Bob")
    link = (await ana.backend.chats.invitation(room)).link
    await bob.backend.chats.leave(room)
    await until(lambda: bob.backend._services.opener._book.find(room) is None, "forgotten")
    await ana.stop()
    await bob.stop()
    await bob.start(URL)
    with pytest.raises(AppError) as caught:
        await bob.backend.chats.join(link)
    assert caught.value.code == "log-behind"
    assert await bob.backend.chats.rooms() == []
    await ana.start(URL)
    monkeypatch.setattr(catch_up, "PATIENCE", WAIT)
    await bob.backend.chats.join(link)
    await bob.say(room, "back again")
    await ana.has(room, "back again")


async def test_a_deleted_conversation_can_be_begun_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catch_up, "PATIENCE", 0.1)
    ana, bob = await world.started("Ana", "Bob")
    room = await ana.backend.chats.open_direct(bob.peer, "Bob")
    view = await ana.say(room, "hello")
    await ana.reached(view, MessageState.DELIVERED)
    await until(lambda: bob.listed(room))
    await bob.say(room, "hello yourself")
    await ana.has(room, "hello yourself")
    await bob.stop()
    await ana.backend.chats.leave(room)
    assert await ana.backend.chats.rooms() == []
    assert await ana.backend.chats.open_direct(bob.peer, "Bob") == room
    with pytest.raises(AppError) as caught:
        await ana.say(room, "too early")
    assert caught.value.code == "log-behind"
    await bob.start(URL)
    await until(
        lambda: (
            not ana.backend._services.logs.catch_up.is_behind(
                ana.backend._services.opener._book.get(room)
            )
        )
    )
    await ana.say(room, "again")
    await bob.has(room, "again")
    assert await bob.texts(room) == ["hello", "hello yourself", "again"]
    assert await ana.texts(room) == ["again"]


async def test_a_false_claim_delays_us_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catch_up, "PATIENCE", 0.1)
    room, (ana, bob) = await world.together("Ana", "Bob")
    for claimed in (1000, 2000):
        inject(bob, ana, Have(room, {ana.peer: claimed, bytes(32): 9}, {}))
    conversation = ana.backend._services.opener._book.get(room)
    guard = ana.backend._services.logs.catch_up
    await until(lambda: guard.is_behind(conversation))
    view = await ana.say(room, "anyway")
    assert not guard.is_behind(conversation)
    assert await ana.state(view) is not MessageState.DELIVERED
    assert bytes(32) not in conversation.tracker._marks_of(bob.peer).stored


async def restore(person: Someone, name: str) -> None:
    """Put a copy of the profile back."""
    shutil.rmtree(person.folder)
    shutil.copytree(person.folder.with_name(name), person.folder)


async def backup(person: Someone, name: str) -> None:
    shutil.copytree(person.folder, person.folder.with_name(name))


async def forgetful(world: World, text: str) -> tuple[RoomId, Someone, Someone]:
    """Return Ana, who is alone and has lost the text that she wrote last, and Bob, who has it."""
    room, (ana, bob) = await world.together("Ana", "Bob")
    await ana.stop()
    await backup(ana, "old")
    await ana.start(URL)
    await world.all_linked(room, ana, bob)
    await ana.say(room, text)
    await bob.has(room, text)
    await ana.stop()
    await restore(ana, "old")
    await ana.start()
    return room, ana, bob


async def test_a_restored_backup_waits_for_what_it_had_written(world: World) -> None:
    room, ana, bob = await forgetful(world, "after the backup")
    with held_up(ana.store):
        await ana.backend.network.connect(URL)
        await world.all_linked(room, ana, bob)
        behind = ana.backend._services.opener._book.get(room)
        await until(lambda: ana.backend._services.logs.catch_up.is_behind(behind))
        saying = asyncio.create_task(ana.say(room, "from the backup"))
        await asyncio.sleep(0.05)
        assert not saying.done()
    view = await saying
    await bob.has(room, "from the backup")
    assert await ana.texts(room) == ["after the backup", "from the backup"]
    await ana.reached(view, MessageState.DELIVERED)


async def test_a_fork_is_told_and_never_merged(world: World) -> None:
    room, ana, bob = await forgetful(world, "one history")
    forked = [await ana.say(room, text) for text in ("another history", "and more of it")]
    await ana.backend.network.connect(URL)
    await ana.error_of("fork")
    await bob.error_of("fork")
    assert await bob.texts(room) == ["one history"]
    await bob.say(room, "still talking")
    await ana.has(room, "still talking")
    assert await ana.state(forked[-1]) is MessageState.SENT


async def test_a_fork_of_equal_length_is_told_on_both_sides(world: World) -> None:
    room, ana, bob = await forgetful(world, "one history")
    await ana.say(room, "another history")
    await ana.backend.network.connect(URL)
    await ana.error_of("fork")
    await bob.error_of("fork")
    assert await bob.texts(room) == ["one history"]


async def test_heads_alone_accuse_nobody(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    await ana.say(room, "hello")
    await bob.has(room, "hello")
    number = bob.backend._services.opener._book.get(room).vector[ana.peer]
    sync = LinkSync(
        bob.peer,
        ana.peer,
        bob.backend._services.logs._book,
        bob.backend._services.logs,
        bob.backend._services.chats._ticks,
    )
    sent: list[Frame] = []

    async def drained() -> None: ...

    sync.attach(sent.append, drained, HEADS)
    work = asyncio.create_task(sync.run())
    lie = Heads(room, {bytes(ana.peer): (number, bytes(32)), bytes(32): (7, bytes(32))})
    sync.receive(lie)  # not open yet
    sync.open_room(room)
    for _ in range(3):
        sync.receive(lie)
    await until(lambda: any(isinstance(frame, Events) for frame in sent))
    assert sum(isinstance(frame, Events) for frame in sent) == 1
    assert [frame.heads for frame in sent if isinstance(frame, Heads)] != [lie.heads]
    assert bob.errors() == []
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


async def test_a_link_is_not_handed_more_than_it_sends(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_sync, "MAX_UNDRAINED_BYTES", 1000)
    room, (ana, bob) = await world.together("Ana", "Bob")
    services = ana.backend._services
    sync = LinkSync(ana.peer, bob.peer, services.logs._book, services.logs, services.chats._ticks)
    sent: list[Frame] = []
    gate = asyncio.Event()

    async def drained() -> None:
        await gate.wait()

    sync.attach(sent.append, drained)
    services.logs.watch(sync)
    work = asyncio.create_task(sync.run())
    sync.open_room(room)
    sync.receive(Have(room, {bytes(who): 100 for who in (ana.peer, bob.peer)}, {}))
    sync._machine._rooms[room].theirs = dict(services.opener._book.get(room).vector)
    for number in range(40):
        await ana.say(room, f"{number} " + "x" * 200)

    def size() -> int:
        return sum(len(event) for one in sent if isinstance(one, Events) for event in one.events)

    await until(lambda: size() >= 1000, "sent")
    assert size() < 3000
    gate.set()
    await until(lambda: sum(len(f.events) for f in sent if isinstance(f, Events)) == 40)
    services.logs.unwatch(sync)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
