"""People meet in a room and talk: links, ticks, names, absence, restarts."""

from __future__ import annotations

import asyncio

import pytest

from app.domain.changes import (
    MemberChanged,
    MessagesAdded,
    RoomChanged,
    StatusChanged,
    TypingChanged,
)
from app.domain.errors import AppError
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.views import MessageKind, MessageState, RoomKind
from tests.services.world import URL, World, until


async def test_a_room_by_link_and_by_code(world: World) -> None:
    ana, bob, eve = await world.started("Ana", "Bob", "Eve")
    made = await ana.backend.chats.create_room("  Lab ")
    assert len(made.link) < 120
    assert await bob.backend.chats.join(made.link) == made.room
    assert await eve.backend.chats.join(made.code.upper()) == made.room
    await world.all_linked(made.room, ana, bob, eve)
    hello = await ana.say(made.room, "hello")
    for other in (bob, eve):
        await other.has(made.room, "hello")
    await ana.reached(hello, MessageState.DELIVERED)
    assert (await bob.backend.chats.room(made.room)).name == "Lab"
    await until(lambda: eve.knows(made.room) == 3, "members")
    assert [m.name for m in await eve.backend.chats.members(made.room)] == ["Eve", "Ana", "Bob"]
    assert (await bob.backend.chats.invitation(made.room)).code == made.code


async def test_states_go_up_step_by_step(world: World) -> None:
    ana = await world.person("Ana").start(URL)
    made = await ana.backend.chats.create_room("Lab")
    view = await ana.say(made.room, "alone")
    assert view.state is MessageState.QUEUED
    bob = await world.person("Bob").start(URL)
    await bob.backend.chats.join(made.link)
    await ana.reached(view, MessageState.DELIVERED)
    await bob.has(made.room, "alone")
    assert (await bob.backend.chats.room(made.room)).unread == 1
    await bob.backend.chats.mark_read(made.room, view.event)
    assert (await bob.backend.chats.room(made.room)).unread == 0
    await ana.reached(view, MessageState.READ)

    def told() -> list[tuple[MessageState, PeerId | None]]:
        return [(s.state, s.by) for s in ana.heard(StatusChanged) if view.event in s.messages]

    await until(lambda: len(told()) >= 3, "told")
    assert told() == [
        (MessageState.SENT, bob.peer),
        (MessageState.DELIVERED, bob.peer),
        (MessageState.READ, bob.peer),
    ]
    read = await ana.backend.chats.message(view.event)
    assert read.delivered_to == read.read_by == (bob.peer,)


async def test_delivered_means_everybody(world: World) -> None:
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    await eve.stop()
    view = await ana.say(room, "to both")
    await bob.has(room, "to both")
    await until(lambda: any(s.by == bob.peer for s in ana.heard(StatusChanged)))
    assert await ana.state(view) is MessageState.SENT
    await eve.start(URL)
    await ana.reached(view, MessageState.DELIVERED)


async def test_what_was_written_offline_arrives_after_restarts(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    await ana.stop()
    await bob.stop()
    await ana.start()
    view = await ana.say(room, "nobody hears this yet")
    await ana.stop()
    await bob.start(URL)
    await ana.start(URL)
    await bob.has(room, "nobody hears this yet")
    await ana.reached(view, MessageState.DELIVERED)


async def test_a_third_member_hands_on(world: World) -> None:
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    await bob.stop()
    view = await ana.say(room, "for Bob, by Eve")
    await eve.has(room, "for Bob, by Eve")
    await ana.stop()
    await bob.start(URL)
    await bob.has(room, "for Bob, by Eve")
    await eve.stop()
    await ana.start(URL)
    await ana.reached(view, MessageState.DELIVERED)


async def test_restart_keeps_everything(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    view = await ana.say(room, "one")
    await bob.has(room, "one")
    await bob.backend.chats.mark_read(room, view.event)
    await ana.reached(view, MessageState.READ)
    await ana.backend.chats.save_draft(room, "half a thou")
    await ana.backend.set_setting("theme", "dark")
    before = await ana.history(room), await ana.backend.chats.rooms()
    await bob.stop()
    await ana.stop()
    await ana.start()
    assert (await ana.history(room), await ana.backend.chats.rooms()) == before
    assert (await ana.backend.chats.room(room)).draft == "half a thou"
    assert await ana.backend.setting("theme", "light") == "dark"


async def test_names_follow_their_owners(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    await ana.backend.rename_profile(" Ana Maria ")
    await until(lambda: any(c.state == "renamed" for c in bob.heard(MemberChanged)))
    assert {m.name for m in await bob.backend.chats.members(room)} == {"Ana Maria", "Bob"}
    await bob.backend.chats.rename(room, "Den")
    await until(lambda: any(c.summary.name == "Den" for c in ana.heard(RoomChanged)))
    kinds = [view.kind for view in await ana.history(room)]
    assert kinds[-1] is MessageKind.RENAMED
    with pytest.raises(AppError, match="name empty"):
        await ana.backend.rename_profile("\u200b")
    assert ana.backend.profile.name == "Ana Maria"


async def test_typing_is_told_and_forgotten(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    ana.backend.chats.typing(room, active=True)
    await until(lambda: bob.heard(TypingChanged))
    ana.backend.chats.typing(room, active=True)
    ana.backend.chats.typing(room, active=False)
    await until(lambda: len(bob.heard(TypingChanged)) == 2)
    told = [(c.room, c.peer, c.name, c.active) for c in bob.heard(TypingChanged)]
    assert told == [(room, ana.peer, "Ana", True), (room, ana.peer, "Ana", False)]


async def test_presence_comes_and_goes(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    (_, there) = await ana.backend.chats.members(room)
    assert (there.online, there.route, there.last_seen_ms) == (True, "lan", None)
    await bob.stop()
    await until(lambda: not ana.linked(room, bob))
    (me, gone) = await ana.backend.chats.members(room)
    assert (me.you, me.role, gone.role) == (True, "owner", "member")
    assert not gone.online
    assert gone.last_seen_ms is not None
    states = [c.state for c in ana.heard(MemberChanged) if c.peer == bob.peer]
    assert states[-1] == "offline"


async def test_a_burst_stays_in_order(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    texts = [f"{number:04}" for number in range(1200)]
    sent = await asyncio.gather(*(ana.say(room, text) for text in texts))
    assert [view.text for view in sorted(sent, key=lambda view: view.position)] == texts
    await bob.has(room, texts[-1])
    page = await bob.backend.chats.page(room, None, 1000, 0)
    assert [view.text for view in page.messages] == texts[-1000:]
    await ana.reached(sent[-1], MessageState.DELIVERED)
    added = [v for c in bob.heard(MessagesAdded) for v in c.messages if v.kind is MessageKind.TEXT]
    assert [view.text for view in added] == texts

    def delivered() -> list[EventId]:
        told = (c for c in ana.heard(StatusChanged) if c.state is MessageState.DELIVERED)
        return [event for change in told for event in change.messages]

    await until(lambda: len(delivered()) >= len(sent), "told")
    assert delivered() == [view.event for view in sent]


async def test_search_pages_and_places(world: World) -> None:
    ana = await world.person("Ana").start()
    made = await ana.backend.chats.create_room("Lab")
    other = await ana.backend.chats.create_room("Den")
    views = [await ana.say(made.room, f"needle {n}") for n in range(30)]
    await ana.say(other.room, "needle elsewhere")
    chats = ana.backend.chats
    assert len(await chats.search("needle", None, 100)) == 31
    assert len(await chats.search("needle", made.room, 100)) == 30
    (hit,) = await chats.search("needle 7", made.room, 5)
    assert hit.message == views[7]
    page = await chats.page(made.room, views[10].position, 3, 4)
    assert list(page.messages) == views[7:14]
    assert (page.more_before, page.more_after, page.total) == (True, True, 31)
    assert await chats.position_at(made.room, 1) == views[0].position
    reply = await chats.send(made.room, "yes", views[3].event)
    assert (await chats.message(reply.event)).reply_to == views[3].event
    nowhere = RoomId(bytes(16))
    with pytest.raises(AppError, match="unknown room"):
        await chats.search("x", nowhere, 1)
    with pytest.raises(AppError, match="unknown room"):
        await chats.page(nowhere, None, 1, 1)


async def test_notes_are_for_oneself(world: World) -> None:
    ana = await world.person("Ana").start(URL)
    room = await ana.backend.chats.open_notes()
    assert await ana.backend.chats.open_notes() == room
    assert await ana.backend.chats.open_direct(ana.peer, "") == room
    await ana.say(room, "milk")
    (summary,) = await ana.backend.chats.rooms()
    assert (summary.kind, summary.members, summary.name) == (
        RoomKind.NOTES,
        1,
        "Notes to self",
    )
    for refused in (
        ana.backend.chats.invitation(room),
        ana.backend.chats.rename(room, "x"),
    ):
        with pytest.raises(AppError):
            await refused
    await ana.backend.chats.leave(room)
    assert await ana.backend.chats.rooms() == []
