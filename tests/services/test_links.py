"""Links that break, lie, or go silent, and signaling that is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from itertools import pairwise

import pytest

from app.domain.changes import LinkChanged, LinkState, ServerChanged, ServerState
from app.domain.ids import PeerId
from app.domain.views import MessageState
from app.protocol import heartbeat
from app.protocol.fragments import split
from app.protocol.frames import Bye, Events, Have, encode_frame
from app.services import link_negotiation, link_sync, peer_link
from app.transport.base import Datagrams, Lane, Link, PendingLink
from tests.services.world import OTHER_URL, URL, Someone, World, until
from tests.support.memory_link import MemoryLink, MemoryPendingLink, MemoryTransport
from tests.support.memory_signaling import MemoryServer


def inject(sender: Someone, receiver: Someone, frame: Have | Events | Bye) -> None:
    """Say something over a live link that the sender's program never would."""
    link = sender.link_to(receiver)
    for message in split(encode_frame(frame)):
        link.send(Lane.RELIABLE, message)


async def test_losing_the_server_keeps_the_conversation(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    world.server.stop()
    await until(lambda: ana.backend.network.servers()[0].state is ServerState.OFFLINE)
    view = await ana.say(room, "still here")
    await bob.has(room, "still here")
    await ana.reached(view, MessageState.DELIVERED)
    assert ana.linked(room, bob)


async def test_a_lost_server_is_found_again(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    eve = await world.person("Eve").start(URL)
    world.server.stop()
    await until(lambda: [c for c in ana.heard(ServerChanged) if c.retry_in is not None])
    told = next(c for c in ana.heard(ServerChanged) if c.retry_in is not None)
    assert (told.server, told.state, told.reason) == (URL, ServerState.OFFLINE, "signaling-lost")
    world.server.up = True
    ana.backend.network.try_now()
    invitation = await ana.backend.chats.invitation(room)
    await eve.backend.chats.join(invitation.link)
    await world.all_linked(room, ana, bob, eve)


async def test_waits_for_a_server_grow_and_try_now_skips_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.protocol.backoff.FIRST_WAIT", 100.0)
    monkeypatch.setattr("app.protocol.backoff.LONGEST_WAIT", 1000.0)
    world.server.up = False
    ana = await world.person("Ana").start(URL)

    def waits() -> list[float]:
        return [c.retry_in for c in ana.heard(ServerChanged) if c.retry_in is not None]

    def reached(attempts: int) -> bool:
        return len(waits()) >= attempts

    for attempts in (1, 2, 3, 4):
        await until(partial(reached, attempts))
        ana.backend.network.try_now()
    assert waits() == sorted(waits())
    assert 75 <= waits()[0] <= 125
    assert 600 <= waits()[3] <= 1000 * 1.25


async def test_two_servers_are_used_at_once(world: World) -> None:
    world.servers[OTHER_URL] = MemoryServer()
    ana = await world.person("Ana").start(URL, OTHER_URL)
    bob = await world.person("Bob").start(OTHER_URL)
    made = await ana.backend.chats.create_room("Lab")
    await bob.backend.chats.join(made.link)
    await world.all_linked(made.room, ana, bob)
    await ana.backend.network.disconnect(OTHER_URL)
    assert [server.url for server in ana.backend.network.servers()] == [URL]


async def test_a_silent_link_is_noticed_and_replaced(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert heartbeat.DEAD_AFTER < 15
    monkeypatch.setattr(heartbeat, "PING_EVERY", 0.1)
    room, (ana, bob) = await world.together("Ana", "Bob")
    ana.link_to(bob).cut()
    with monkeypatch.context() as patch:
        patch.setattr(heartbeat, "DEAD_AFTER", 0.4)
        view = await ana.say(room, "into the void")
        await until(lambda: [c for c in ana.heard(LinkChanged) if c.reason == "closed"], "noticed")
    await ana.reached(view, MessageState.DELIVERED)
    await bob.has(room, "into the void")
    states = [c.state for c in ana.heard(LinkChanged)]
    assert states.count(LinkState.ONLINE) == 2


async def test_a_link_measures_its_delay(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "PING_EVERY", 0.05)
    _, (ana, bob) = await world.together("Ana", "Bob")
    await until(lambda: ana.backend.network.links()[0].rtt_ms is not None)
    (link,) = ana.backend.network.links()
    assert (link.peer, link.state, link.route) == (bob.peer, LinkState.ONLINE, "lan")


async def test_a_restarted_program_is_linked_again_at_once(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    ana.link_to(bob).cut()
    for session in tuple(world.server.sessions.values()):
        if session._who.peer == bob.peer:
            session.end()
    await bob.stop()
    await bob.start(URL)
    await world.all_linked(room, ana, bob)
    await ana.say(room, "welcome back")
    await bob.has(room, "welcome back")


async def test_everybody_finds_everybody_when_all_start_at_once(world: World) -> None:
    room, people = await world.together("Ana", "Bob", "Eve", "Kim")
    await asyncio.gather(*(person.stop() for person in people))
    await asyncio.gather(*(person.start(URL) for person in people))
    await world.all_linked(room, *people)


async def test_a_lost_offer_is_asked_for(world: World) -> None:
    """Whoever does not offer says that it wants to be."""
    ana, bob = await world.started("Ana", "Bob")
    lost: list[bytes] = []

    def lose_first(sender: PeerId, _receiver: PeerId, payload: bytes) -> Iterable[bytes]:
        if sender == ana.peer and not lost:
            lost.append(payload)
            return []
        return [payload]

    world.server.meddle = lose_first
    made = await ana.backend.chats.create_room("Lab")
    await bob.backend.chats.join(made.link)
    await world.all_linked(made.room, ana, bob)
    assert lost


async def test_a_lost_answer_only_costs_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_negotiation, "ANSWER_TIMEOUT", 0.2, raising=False)
    ana, bob = await world.started("Ana", "Bob")
    lost: list[bytes] = []

    def lose_first(sender: PeerId, _receiver: PeerId, payload: bytes) -> Iterable[bytes]:
        if sender == bob.peer and len(lost) < 2:
            lost.append(payload)
            return []
        return [payload]

    world.server.meddle = lose_first
    made = await ana.backend.chats.create_room("Lab")
    await bob.backend.chats.join(made.link)
    await world.all_linked(made.room, ana, bob)


class Meddler(MemoryTransport):
    """Shows each end another certificate than the other end's."""

    def pending(self, carried: Datagrams | None = None) -> PendingLink:
        del carried
        return MeddledLink(self)


class MeddledLink(MemoryPendingLink):
    async def opened(self) -> Link:
        link = await super().opened()
        assert isinstance(link, MemoryLink)
        link.pretend(b"m" * 32)
        return link


async def test_a_link_through_a_meddler_is_refused_and_named(world: World) -> None:
    ana, bob = world.person("Ana"), world.person("Bob")
    ana.transport = Meddler(world.ether)
    bob.transport = Meddler(world.ether)
    await ana.start(URL)
    await bob.start(URL)
    made = await ana.backend.chats.create_room("Lab")
    await bob.backend.chats.join(made.link)
    error = await ana.error_of("link-tampered")
    assert error.params["peer"]
    assert not ana.linked(made.room, bob)
    assert not bob.linked(made.room, ana)
    assert [m.you for m in await bob.backend.chats.members(made.room)] == [True]


async def test_replayed_signals_are_named_and_do_no_harm(world: World) -> None:
    world.server.meddle = lambda _sender, _receiver, payload: [payload, payload]
    room, (ana, bob) = await world.together("Ana", "Bob")
    error = await bob.error_of("signal-replayed")
    assert error.params["server"] == URL
    await ana.say(room, "anyway")
    await bob.has(room, "anyway")


async def test_tampered_signals_are_named(world: World) -> None:
    world.server.meddle = lambda _sender, _receiver, payload: [
        payload[:-1] + bytes([payload[-1] ^ 1])
    ]
    ana, bob = await world.started("Ana", "Bob")
    made = await ana.backend.chats.create_room("Lab")
    await bob.backend.chats.join(made.link)
    await bob.error_of("signal-tampered")
    world.server.meddle = lambda _sender, _receiver, payload: [payload]
    await world.all_linked(made.room, ana, bob)


async def test_a_flood_of_events_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_sync, "MAX_QUEUED_BYTES", 10_000)
    room, (ana, bob) = await world.together("Ana", "Bob")
    for _ in range(4):
        inject(ana, bob, Events(room, [bytes(4000)]))
    await until(lambda: [c for c in bob.heard(LinkChanged) if c.reason == "flood"])
    await world.all_linked(room, ana, bob)


async def test_garbage_closes_the_link_and_nothing_else(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    inject(ana, bob, Events(room, [b"no event" * 40]))
    await until(lambda: [c for c in bob.heard(LinkChanged) if c.state is LinkState.OFFLINE])
    await world.all_linked(room, ana, bob)
    await ana.say(room, "sorry")
    await bob.has(room, "sorry")


async def test_a_link_without_a_common_room_is_closed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer_link, "USELESS_AFTER", 0.2)
    monkeypatch.setattr(heartbeat, "PING_EVERY", 0.05)
    room, (_, bob) = await world.together("Ana", "Bob")
    await bob.backend.chats.leave(room)
    await until(lambda: not bob.backend._services.manager.links(), "closed")
    await asyncio.sleep(0.05)
    states = [change.state for change in bob.heard(LinkChanged)]
    assert all(pair != (LinkState.OFFLINE,) * 2 for pair in pairwise(states))


async def test_a_goodbye_ends_a_link(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    inject(ana, bob, Bye("whim"))
    await until(lambda: [c for c in bob.heard(LinkChanged) if c.state is LinkState.OFFLINE])
    await world.all_linked(room, ana, bob)
