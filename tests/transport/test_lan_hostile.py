"""Signaling with no server: strangers who do not keep the rules."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Any

import pytest

from app.crypto.channel import Opening
from app.domain.errors import RemoteProtocolError
from app.transport import lan_door, lan_line, lan_neighbours
from app.transport import lan_wire as wire
from app.transport.base import PeerJoined, PeerLeft, Present, SignalReceived
from app.transport.lan_line import LanLine, Pace
from app.transport.lan_session import LanSession
from app.transport.lan_sight import Sighting
from signaling.protocol import Card, to_text
from tests.services.world import until
from tests.signaling.people import Person
from tests.support.memory_lookout import Street
from tests.transport.contract.signaling import ROOM, card, code_of, following
from tests.transport.lan_strangers import Enter, Stranger, ended, over

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
    line = await stranger.line()
    await until(lambda: session._neighbours.find(stranger.person.peer))
    monkeypatch.setattr(lan_line, "SILENCE_SECONDS", 0.1)
    line.send(wire.Beat())
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
