"""Conversations of two: directories, knocks, contact links."""

from __future__ import annotations

import asyncio
import os

import pytest

from app.crypto.identity import Identity
from app.domain.changes import MessagesAdded, RoomChanged, RoomRemoved, TypingChanged
from app.domain.errors import AppError
from app.domain.ids import PeerId, RoomId
from app.domain.views import MessageState, RoomKind
from app.protocol.signals import SESSION_SIZE, Knock, seal_signal
from app.services import introducer, room_service
from app.services.me import Me
from app.storage.records import Remains
from app.storage.room_repository import RoomRepository
from tests.services.world import URL, Someone, World, until


async def knock(stranger: Identity, someone: Someone, name: str = "Stranger") -> bytes:
    return seal_signal(stranger, someone.peer, Knock(os.urandom(SESSION_SIZE), b"", name))


async def test_the_first_word_opens_a_conversation(world: World) -> None:
    ana, bob = await world.started("Ana", "Bob")
    (found,) = await ana.backend.network.directory("bo")
    assert (found.peer, found.name, found.online) == (bob.peer, "Bob", True)
    room = await ana.backend.chats.open_direct(found.peer, found.name)
    await until(lambda: bob.linked(room, ana))
    assert await bob.backend.chats.rooms() == []
    with pytest.raises(AppError, match="unknown room"):
        await bob.backend.chats.room(room)
    view = await ana.say(room, "hello")
    await until(lambda: bob.listed(room))
    await bob.has(room, "hello")
    (theirs,) = await bob.backend.chats.rooms()
    assert (theirs.kind, theirs.name, theirs.peer, theirs.members) == (
        RoomKind.DIRECT,
        "Ana",
        ana.peer,
        2,
    )
    await until(lambda: [v for c in bob.heard(MessagesAdded) for v in c.messages])
    await until(lambda: any(c.summary.unread == 1 for c in bob.heard(RoomChanged)))
    await bob.say(room, "hello yourself")
    await ana.has(room, "hello yourself")
    assert (await ana.backend.chats.room(room)).name == "Bob"
    await bob.backend.chats.mark_read(room, view.event)
    await ana.reached(view, MessageState.READ)


async def test_a_word_written_offline_finds_its_reader(world: World) -> None:
    ana = await world.person("Ana").start(URL)
    bob = world.person("Bob")
    room = await ana.backend.chats.open_direct(bob.peer, "Bob")
    view = await ana.say(room, "are you there?")
    assert view.state is MessageState.QUEUED
    await ana.stop()
    await ana.start(URL)
    await bob.start(URL)
    await until(lambda: bob.listed(room))
    await ana.reached(view, MessageState.DELIVERED)


async def test_a_contact_link_opens_the_conversation(world: World) -> None:
    ana, bob = await world.started("Ana", "Bob")
    await ana.backend.set_setting("profile.listed", "no")
    link = ana.backend.profile.contact_link
    room = await bob.backend.chats.join(link)
    assert (await bob.backend.chats.room(room)).name == "Ana"
    assert await bob.backend.chats.open_direct(ana.peer, "Ana") == room


async def test_both_may_begin_at_once(world: World) -> None:
    ana, bob = await world.started("Ana", "Bob")
    rooms = await asyncio.gather(
        ana.backend.chats.open_direct(bob.peer, "Bob"),
        bob.backend.chats.open_direct(ana.peer, "Ana"),
        ana.backend.chats.open_direct(bob.peer, "Bob"),
    )
    assert len(set(rooms)) == 1
    room = rooms[0]
    await asyncio.gather(ana.say(room, "one"), bob.say(room, "two"))
    for person in (ana, bob):
        await person.has_all(room, ["one", "two"])
        assert person.listed(room)


async def test_being_listed_is_a_choice(world: World) -> None:
    ana, bob = await world.started("Ana", "Bob")
    await until(lambda: ana.online)
    assert [p.name for p in await ana.backend.network.directory("")] == ["Bob"]
    await bob.backend.set_setting("profile.listed", "no")
    assert await ana.backend.network.directory("") == []
    await bob.stop()
    await bob.start(URL)
    await until(lambda: bob.online)
    assert await ana.backend.network.directory("") == []
    await bob.backend.set_setting("profile.listed", "yes")
    await bob.backend.rename_profile("Robert")
    assert [p.name for p in await ana.backend.network.directory("rob")] == ["Robert"]


async def test_no_directory_without_a_server(world: World) -> None:
    ana = await world.person("Ana").start()
    with pytest.raises(AppError, match="no server"):
        await ana.backend.network.directory("")
    assert ana.backend.profile.contact_link.startswith("parlor:")


async def test_strangers_open_so_many_conversations_and_no_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_service, "MAX_UNOPENED", 3)
    ana = await world.person("Ana").start(URL)
    services = ana.backend._services
    for number in range(8):
        stranger = Identity(bytes([100 + number]) * 32)
        services.introducer.signaled(URL, stranger.peer, await knock(stranger, ana))
    await until(lambda: len(list(services.opener._book)) == 3)
    await until(lambda: services.rooms._opening == 0)
    assert len(list(services.opener._book)) == 3
    assert await ana.backend.chats.rooms() == []


async def test_a_knock_with_a_bad_name_or_from_nowhere_does_nothing(world: World) -> None:
    ana = await world.person("Ana").start(URL)
    services = ana.backend._services
    stranger = Identity(bytes([99]) * 32)
    services.introducer.signaled(URL, stranger.peer, await knock(stranger, ana, "\u200b"))
    services.introducer.signaled(URL, PeerId(bytes(32)), b"nonsense")
    await ana.error_of("signal-tampered")
    assert list(services.opener._book) == []
    with pytest.raises(AppError, match="bad id"):
        await ana.backend.chats.open_direct(PeerId(bytes(32)), "Nobody")


async def test_whoever_sends_has_stopped_typing(world: World) -> None:
    ana, bob = await world.started("Ana", "Bob")
    room = await ana.backend.chats.open_direct(bob.peer, "Bob")
    await until(lambda: ana.linked(room, bob))
    await ana.say(room, "first")
    await until(lambda: bob.listed(room))
    ana.backend.chats.typing(room, active=True)
    await until(lambda: bob.heard(TypingChanged))
    await ana.say(room, "second")
    await until(lambda: [c for c in bob.heard(TypingChanged) if not c.active])


async def test_a_link_that_ends_ends_the_typing(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    ana.backend.chats.typing(room, active=True)
    await until(lambda: bob.heard(TypingChanged))
    await ana.stop()
    await until(lambda: [c for c in bob.heard(TypingChanged) if not c.active])


async def test_knocking_goes_on_while_nobody_answers(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(introducer, "KNOCK_EVERY", 0.05)
    ana = await world.person("Ana").start(URL)
    bob = world.person("Bob")
    room = await ana.backend.chats.open_direct(bob.peer, "Bob")
    await ana.say(room, "anybody?")
    await bob.start(URL)
    await until(lambda: bob.listed(room))


def test_a_card_is_signed() -> None:
    me = Me(Identity(bytes(32)), "Ana")
    card = me.card(1_800_000_000_000)
    assert (card.peer, card.name, card.time_ms) == (me.peer, "Ana", 1_800_000_000_000)
    assert len(me.instance) == 16


async def test_leaving_is_done_whole_or_not_at_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, bob = await world.started("Ana", "Bob")
    room = await ana.backend.chats.open_direct(bob.peer, "Bob")
    await ana.say(room, "hello")
    await until(lambda: bob.listed(room))
    await bob.say(room, "hi")
    await ana.has(room, "hi")
    hide = RoomRepository._hide

    def fail(rooms: RoomRepository, room: RoomId, remains: Remains) -> None:
        hide(rooms, room, remains)
        raise AppError("disk-full")

    with monkeypatch.context() as patch:
        patch.setattr(RoomRepository, "_hide", fail)
        with pytest.raises(AppError, match="disk full"):
            await ana.backend.chats.leave(room)
    assert not ana.heard(RoomRemoved)
    assert await ana.texts(room) == ["hello", "hi"]
    await ana.stop()
    await ana.start(URL)
    assert await ana.texts(room) == ["hello", "hi"]
    await until(lambda: ana.linked(room, bob))
    await ana.backend.chats.leave(room)
    assert [change.room for change in ana.heard(RoomRemoved)] == [room]
    assert await ana.backend.chats.rooms() == []
    assert await ana.store.rooms.all() == []
    await ana.backend.chats.open_direct(bob.peer, "Bob")
    await bob.say(room, "are you there?")
    await ana.has(room, "are you there?")
    assert await ana.texts(room) == ["are you there?"]
