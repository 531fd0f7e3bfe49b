"""Signaling with no server: the contract, and strangers who do not keep the rules."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from app.crypto.channel import Opening
from app.domain.errors import LocalProtocolError, RemoteProtocolError
from app.domain.ids import PeerId
from app.transport import lan_door, lan_line, lan_neighbours
from app.transport import lan_wire as wire
from app.transport.base import LAN_URL, PeerJoined, PeerLeft, Present, SignalReceived
from app.transport.lan_direct import LanTransport
from app.transport.lan_hosts import LanHosts
from app.transport.lan_line import LanLine, Pace, Self, proved
from app.transport.lan_session import LanSession
from app.transport.lan_sight import Sighting
from signaling.protocol import Card, to_text
from tests.services.world import until
from tests.signaling.people import Person
from tests.support.memory_lookout import Street
from tests.transport.contract.signaling import ROOM, SignalingContract, card, code_of, following

Enter = Callable[[Person], Awaitable[LanSession]]


@pytest.fixture
async def street() -> Street:
    return Street()


class TestLan(SignalingContract):
    @pytest.fixture
    def transport(self, street: Street) -> LanTransport:
        return LanTransport(street.lookout)

    @pytest.fixture
    def url(self) -> str:
        return LAN_URL

    @pytest.fixture
    def stop_server(self, street: Street) -> Callable[[], Awaitable[None]]:
        return street.vanish


@pytest.fixture
async def enter(street: Street) -> AsyncIterator[Enter]:
    sessions: list[LanSession] = []

    async def enter(person: Person) -> LanSession:
        sessions.append(await LanTransport(street.lookout).open(LAN_URL, person))
        return sessions[-1]

    yield enter
    for session in sessions:
        await session.close()


class Stranger:
    """Somebody who opens connections to a session and says what they like."""

    def __init__(self, street: Street, person: Person | None = None) -> None:
        (sighting,) = street.seen.values()
        self.port = sighting.port
        self.person = person or Person()
        self.me = Self(self.person, secrets.token_hex(8), 1)
        self.writers: list[asyncio.StreamWriter] = []

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writers.append(writer)
        return reader, writer

    async def line(self) -> LanLine:
        return await proved(*await self.open(), self.me, leads=True)

    async def close(self) -> None:
        for writer in self.writers:
            writer.transport.abort()
            await asyncio.sleep(0)


@pytest.fixture
async def mallory(enter: Enter, street: Street) -> AsyncIterator[tuple[LanSession, Stranger]]:
    """Return Ana's session, in a room, and a stranger."""
    session = await enter(Person())
    await session.join(ROOM)
    stranger = Stranger(street)
    yield session, stranger
    await stranger.close()


async def ended(reader: asyncio.StreamReader) -> bool:
    """Tell whether the other end ends the connection without a word more."""
    async with asyncio.timeout(10):
        try:
            return await reader.read(1) == b""
        except ConnectionError:
            return True


async def over(line: LanLine) -> None:
    """Wait until the other end has ended a line."""
    async with asyncio.timeout(10):
        while await line.receive() is not None:
            pass


# -- before a proof


@pytest.mark.parametrize(
    "said",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" + bytes(64),
        wire.GREETING + bytes(32),
        wire.GREETING + Opening(leads=True).hello + (600).to_bytes(4, "big") + bytes(600),
        wire.GREETING + Opening(leads=True).hello + (3).to_bytes(4, "big") + bytes(3),
        wire.GREETING + Opening(leads=True).hello + (64).to_bytes(4, "big") + bytes(64),
        wire.GREETING[:5],
    ],
    ids=["http", "small order", "too long", "too short", "unsealed", "cut off"],
)
async def test_noise_is_not_let_in(
    mallory: tuple[LanSession, Stranger], said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lan_line, "PROOF_SECONDS", 0.2)
    session, stranger = mallory
    reader, writer = await stranger.open()
    writer.write(said)
    async with asyncio.timeout(10):
        try:
            while await reader.read(1000):
                pass
        except ConnectionError:
            pass
    assert not list(session._neighbours)


async def test_nobody_proves_to_be_somebody_else(mallory: tuple[LanSession, Stranger]) -> None:
    session, stranger = mallory
    stranger.person.peer = Person().peer
    with pytest.raises((OSError, EOFError)):
        await stranger.line()
    assert not list(session._neighbours)


async def test_a_proof_serves_one_channel_and_one_end() -> None:
    ana = Person()
    shown = wire.proof(ana, b"a" * 32, "label", 7, leads=True)
    wire.check(shown, b"a" * 32, leads=True)
    for binding, leads in ((b"b" * 32, True), (b"a" * 32, False)):
        with pytest.raises(RemoteProtocolError):
            wire.check(shown, binding, leads=leads)


async def test_something_else_than_a_proof_is_refused(
    mallory: tuple[LanSession, Stranger],
) -> None:
    session, stranger = mallory
    reader, writer = await stranger.open()
    line = await lan_line._opened(reader, writer, leads=True)
    line.send(wire.Beat())
    assert await ended(reader)
    assert not list(session._neighbours)


async def test_strangers_who_say_nothing_are_counted_and_not_waited_for_for_ever(
    mallory: tuple[LanSession, Stranger], monkeypatch: pytest.MonkeyPatch
) -> None:
    session, stranger = mallory
    silent = [await stranger.open() for _ in range(lan_door.MAX_STRANGERS_OF_ONE)]
    await until(lambda: session._door._strangers.total() == len(silent))
    reader, _ = await stranger.open()
    assert await ended(reader)
    for _, writer in silent:
        writer.close()
    await until(lambda: not session._door._strangers.total())
    monkeypatch.setattr(lan_door, "MAX_STRANGERS", 0)
    reader, _ = await stranger.open()
    assert await ended(reader)


async def test_who_is_not_on_our_network_is_not_let_in(
    enter: Enter, street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await enter(Person())
    monkeypatch.setattr(session._door._lookout, "is_near", lambda _address: False)
    stranger = Stranger(street)
    reader, _ = await stranger.open()
    assert await ended(reader)
    street.show("f" * 16, Sighting(("127.0.0.1",), stranger.port))
    await session._door._call(street.seen["f" * 16])
    assert not list(session._neighbours)
    await stranger.close()


# -- after it


def messages() -> dict[str, Callable[[Stranger, LanLine], Any]]:
    """What nobody may say, as messages or as bytes."""
    other = Person()
    false = Card(other.id, "Eve", 5, to_text(bytes(64)))
    marks = [secrets.token_bytes(16) for _ in range(wire.MAX_PLACES)]
    return {
        "a second proof": lambda s, line: wire.proof(
            s.person, line.channel.binding, "", 1, leads=True
        ),
        "a false card": lambda _s, _l: wire.Listing(1, false),
        "nonsense on a card": lambda _s, _l: wire.Listing(1, Card("x", "Eve", 5, "y")),
        "too many places": lambda _s, _l: wire.Places(1, [bytes(16), *marks][:256], []),
        "a long payload": lambda _s, _l: wire.Letter(bytes(65_537)),
        "an unknown message": lambda _s, _l: b"\x92\xa3new\x01",
        "no message": lambda _s, _l: b"\xff",
        "nothing": lambda _s, _l: b"",
    }


@pytest.mark.parametrize("what", sorted(messages()))
async def test_who_breaks_the_rules_is_put_out(
    mallory: tuple[LanSession, Stranger], what: str
) -> None:
    session, stranger = mallory
    line = await stranger.line()
    await until(lambda: session._neighbours.find(stranger.person.peer))
    said = messages()[what](stranger, line)
    if what == "too many places":
        line.send(wire.Places(0, [secrets.token_bytes(16)]))
    if isinstance(said, bytes):
        sealed = line.channel.seal(said)
        line._writer.write(len(sealed).to_bytes(4, "big") + sealed)
    else:
        line.send(said)
    await over(line)
    await until(lambda: session._neighbours.find(stranger.person.peer) is None)
    assert not session.end_reason


async def test_frames_are_bounded_and_sealed(mallory: tuple[LanSession, Stranger]) -> None:
    session, stranger = mallory
    for frame in ((1 << 24).to_bytes(4, "big"), (64).to_bytes(4, "big") + bytes(64)):
        line = await stranger.line()
        await until(lambda: session._neighbours.find(stranger.person.peer))
        line._writer.write(frame)
        await over(line)
        await until(lambda: session._neighbours.find(stranger.person.peer) is None)


async def test_letters_of_strangers_are_dropped_until_we_are_listed(
    mallory: tuple[LanSession, Stranger], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lan_neighbours, "ANSWER_SECONDS", 0.1)
    session, stranger = mallory
    line = await stranger.line()
    line.send(wire.Letter(b"unasked"))
    line.send(wire.Places(7, []))
    neighbour = await session._neighbours.until_labelled(stranger.me.label)
    await neighbour.settled.wait()
    assert await code_of(session.signal(stranger.person.peer, b"")) == "unknown-peer"
    person = session._me.who
    assert isinstance(person, Person)
    await session.publish(card(person, session, "Ana"))
    line.send(wire.Letter(b"found you"))
    assert await following(session, 1) == [SignalReceived(stranger.person.peer, b"found you")]
    await session.signal(stranger.person.peer, b"answer")


async def test_a_room_is_found_by_its_mark_only(mallory: tuple[LanSession, Stranger]) -> None:
    session, stranger = mallory
    line = await stranger.line()
    heard: list[wire.Message] = []
    while not (heard and isinstance(heard[-1], wire.Hosting)):
        message = await line.receive()
        assert message is not None
        heard.append(message)
    (places,) = (message for message in heard if isinstance(message, wire.Places))
    assert ROOM not in b"".join(places.entered)
    assert places.entered == [line.channel.their_mark(ROOM)]
    line.send(wire.Places(1, places.entered))  # their own mark, said back
    line.send(wire.Places(2, [line.channel.our_mark(ROOM)]))
    line.send(wire.Places(3, [], [line.channel.our_mark(ROOM)]))
    present = Present(stranger.person.peer, stranger.person.instance)
    assert await following(session, 2) == [
        PeerJoined(ROOM, present),
        PeerLeft(ROOM, stranger.person.peer),
    ]


async def test_too_many_neighbours_are_refused(
    mallory: tuple[LanSession, Stranger], street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, stranger = mallory
    monkeypatch.setattr(lan_neighbours, "MAX_NEIGHBOURS", 1)
    await stranger.line()
    await until(lambda: len(list(session._neighbours)) == 1)
    another = Stranger(street)
    await over(await another.line())
    assert [one.peer for one in session._neighbours] == [stranger.person.peer]
    await another.close()


async def test_a_silent_neighbour_is_given_up(
    mallory: tuple[LanSession, Stranger], monkeypatch: pytest.MonkeyPatch
) -> None:
    session, stranger = mallory
    monkeypatch.setattr(lan_line, "SILENCE_SECONDS", 0.1)
    await stranger.line()
    await until(lambda: session._neighbours.find(stranger.person.peer))
    await until(lambda: session._neighbours.find(stranger.person.peer) is None)


async def test_a_neighbour_that_reads_nothing_is_given_up(
    mallory: tuple[LanSession, Stranger], monkeypatch: pytest.MonkeyPatch
) -> None:
    session, stranger = mallory
    monkeypatch.setattr(lan_line, "MAX_WAITING", 100_000)
    monkeypatch.setattr(lan_line, "WRITE_SECONDS", 0.05)
    line = await stranger.line()
    line.send(wire.Places(1, [line.channel.our_mark(ROOM)]))
    assert (await following(session, 1))[0] == PeerJoined(
        ROOM, Present(stranger.person.peer, stranger.person.instance)
    )

    async def flood() -> None:
        for _ in range(400):
            await session.signal(stranger.person.peer, bytes(60_000))

    assert await code_of(flood()) == "unknown-peer"
    assert session._neighbours.find(stranger.person.peer) is None


def test_a_talker_is_read_at_a_bounded_pace() -> None:
    pace = Pace(0.0)
    assert [pace.wait(0, 0.0) for _ in range(int(lan_line.BURST))] == [0.0] * int(lan_line.BURST)
    assert pace.wait(0, 0.0) == pytest.approx(1 / lan_line.PACE)
    assert pace.wait(40_960, 0.02) == pytest.approx(11 / lan_line.PACE)
    assert pace.wait(0, 60.0) == 0.0


# -- two lines between the same two


async def test_a_new_connection_of_a_neighbour_takes_the_place_of_the_old_one(
    mallory: tuple[LanSession, Stranger],
) -> None:
    session, stranger = mallory
    old = await stranger.line()
    await until(lambda: session._neighbours.find(stranger.person.peer))
    new = await stranger.line()
    await over(old)
    new.send(wire.Places(1, [new.channel.our_mark(ROOM)]))
    joined = PeerJoined(ROOM, Present(stranger.person.peer, stranger.person.instance))
    assert await following(session, 1) == [joined]


async def test_an_older_session_does_not_take_the_place_of_a_newer_one(
    mallory: tuple[LanSession, Stranger],
) -> None:
    session, stranger = mallory
    stranger.me = Self(stranger.person, stranger.me.label, 5)
    await stranger.line()
    await until(lambda: session._neighbours.find(stranger.person.peer))
    stranger.me = Self(stranger.person, "older", 4)
    await over(await stranger.line())
    found = session._neighbours.find(stranger.person.peer)
    assert found is not None
    assert found.line.remote.since == 5


def test_of_two_crossing_lines_both_ends_keep_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    class Line:
        def __init__(self, peer: PeerId, *, leads: bool, began: float) -> None:
            self.peer, self.leads, self.began = peer, leads, began
            self.remote = wire.Proof(peer, bytes(16), "", 1, bytes(64))

    monkeypatch.setattr("time.monotonic", lambda: 100.0)
    one, other = sorted((Person(), Person()), key=lambda person: person.peer)
    for ours, theirs in ((one, other), (other, one)):
        me = Self(ours, "", 1)
        for leads in (True, False):
            old: Any = Line(theirs.peer, leads=not leads, began=99.0)
            new: Any = Line(theirs.peer, leads=leads, began=100.0)
            stays = lan_neighbours._supersedes(new, old, me)
            assert stays is (leads is (ours is one))
            old.began = 1.0
            assert lan_neighbours._supersedes(new, old, me)


# -- being met


async def test_somebody_who_cannot_be_reached_is_tried_again(
    enter: Enter, street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.protocol.backoff.FIRST_WAIT", 0.02)
    monkeypatch.setattr(lan_door, "PATIENCE", 0.05)
    monkeypatch.setattr(lan_door, "SETTLE_SECONDS", 0.05)
    bob = await enter(Person())
    (label, true), *_ = street.seen.items()
    street.show(label, Sighting(("127.0.0.1", "127.0.0.2"), 1))
    ana = await enter(Person())
    monkeypatch.setattr(lan_door.LanDoor, "_follow", lambda _self: None)
    street.show(label, true)
    await until(lambda: len(list(ana._neighbours)) == 1)
    assert [one.peer for one in bob._neighbours] == [ana._me.who.peer]


async def test_whoever_is_not_seen_any_more_is_not_called(enter: Enter, street: Street) -> None:
    session = await enter(Person())
    street.show("0" * 16, Sighting(("127.0.0.1",), 1))
    await until(lambda: "0" * 16 in session._door._callers)
    street.show("0" * 16, None)
    await until(lambda: not session._door._callers)


async def test_who_falls_behind_is_told_so(enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.transport.heard.MAX_BEHIND", 2)
    ana = Person()
    one, two = await enter(ana), await enter(Person())
    for session in (one, two):
        await session.join(ROOM)
    for _ in range(5):
        await two.signal(ana.peer, b"")
    await until(lambda: one.end_reason)
    assert one.end_reason == "too-far-behind"
    assert [event async for event in one.events()] == []


async def test_a_room_has_32_bytes(enter: Enter) -> None:
    session = await enter(Person())
    with pytest.raises(LocalProtocolError):
        await session.join(b"short")


async def test_who_would_host_is_known(street: Street) -> None:
    transports = [LanTransport(street.lookout) for _ in range(2)]
    people = [Person(), Person()]
    assert transports[0].hosts.others() is None
    transports[1].hosts.offer(willing=True)
    sessions = [
        await transport.open(LAN_URL, person)
        for transport, person in zip(transports, people, strict=True)
    ]
    await until(lambda: transports[0].hosts.others() == {people[1].peer})
    assert transports[1].hosts.others() == frozenset()
    transports[0].hosts.offer(willing=True)
    transports[0].hosts.offer(willing=True)
    await until(lambda: transports[1].hosts.others() == {people[0].peer})
    transports[0].hosts.offer(willing=True, begins=True)
    await until(lambda: transports[1].hosts.beginning() == {people[0].peer})
    transports[0].hosts.offer(willing=False)
    await until(lambda: transports[1].hosts.beginning() == frozenset())
    await until(lambda: transports[1].hosts.others() == frozenset())
    await sessions[1].close()
    await until(lambda: transports[0].hosts.others() == frozenset())
    await sessions[0].close()
    assert transports[0].hosts.others() is None


def test_a_session_that_is_over_does_not_speak_for_the_next_one() -> None:
    hosts, told = LanHosts(), list[str]()
    first, second = (lambda _w: told.append("first")), (lambda _w: told.append("second"))
    hosts.opened(first)
    hosts.heard(1, PeerId(bytes(32)), wire.Hosting(willing=True))
    hosts.opened(second)
    hosts.heard(2, PeerId(bytes(32)), wire.Hosting(willing=True))
    hosts.heard(1, PeerId(bytes(32)), None)
    hosts.closed(first)
    assert hosts.others() == {bytes(32)}
    hosts.offer(willing=True)
    assert told == ["second"]
