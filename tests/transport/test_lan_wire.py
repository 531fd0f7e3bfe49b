"""What a program of the network may be told, by anybody and in any order."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.channel import Opening
from app.domain.errors import RemoteProtocolError
from app.transport import lan_wire as wire
from app.transport.base import SignalingEvent, SignalReceived
from app.transport.lan_hosts import LanHosts
from app.transport.lan_neighbours import Neighbour
from app.transport.lan_talk import LanTalk
from signaling.protocol import Card
from tests.signaling.people import Person
from tests.transport.contract.signaling import ROOM

ANA, BOB = Person(), Person()
ONE, OTHER = Opening(leads=True), Opening(leads=False)
CHANNEL = ONE.meet(OTHER.hello)
PROOF = wire.proof(BOB, CHANNEL.binding, "0" * 16, 7, leads=False)
TRUE_CARD = msgspec.convert(BOB.card("Bob", 5), Card)
FALSE_CARD = msgspec.convert(ANA.card("Bob", 5), Card)
SPOILT_CARD = msgspec.convert(BOB.card("Bob", 5, name="Rob"), Card)

numbers = st.integers(0, 2**53 - 1)
mark = st.binary(min_size=16, max_size=16) | st.just(CHANNEL.their_mark(ROOM))
marks = st.lists(mark, max_size=4)
cards = st.sampled_from([None, TRUE_CARD, FALSE_CARD, SPOILT_CARD])
messages: st.SearchStrategy[wire.Message] = st.one_of(
    st.builds(wire.Places, numbers, marks, marks),
    st.builds(wire.Listing, numbers, cards),
    st.builds(wire.Letter, st.binary(max_size=40)),
    st.builds(wire.Taken, numbers),
    st.builds(wire.Hosting, st.booleans(), st.booleans()),
    st.builds(wire.Beat),
    st.just(PROOF),
)


class Ear:
    """A line that only takes what is said."""

    def __init__(self) -> None:
        self.peer, self.channel, self.remote = BOB.peer, CHANNEL, PROOF
        self.heard: list[wire.Message] = []

    def send(self, message: wire.Message) -> None:
        self.heard.append(message)


def talking() -> tuple[LanTalk, Neighbour, list[SignalingEvent], Ear]:
    events: list[SignalingEvent] = []

    def tell(news: Iterable[SignalingEvent]) -> None:
        events.extend(news)

    ear: Any = Ear()
    talk, neighbour = LanTalk(ANA.peer, LanHosts(), tell), Neighbour(ear)
    talk.open(ROOM, [])
    talk.company.entered(ROOM)
    talk.came(neighbour)
    return talk, neighbour, events, ear


def refusal(call: Callable[[], object]) -> str:
    """Return the code with which something is refused, if it is."""
    try:
        call()
    except RemoteProtocolError as error:
        return error.code
    return ""


@given(messages)
def test_what_is_said_is_read_as_it_was_meant(message: wire.Message) -> None:
    assert wire.decoded(wire.encoded(message)) == message


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_refused(raw: bytes) -> None:
    assert refusal(partial(wire.decoded, raw)) in ("", "bad-message")


@given(st.binary(max_size=200), st.binary(min_size=16, max_size=16), st.text(max_size=16))
def test_only_the_right_proof_is_one(signature: bytes, instance: bytes, label: str) -> None:
    signed = wire.Proof(BOB.peer, instance, label, 7, signature[:64].ljust(64, b"\0"))
    with pytest.raises(RemoteProtocolError):
        wire.check(signed, CHANNEL.binding, leads=False)


@given(st.lists(messages, max_size=12))
def test_whatever_a_neighbour_says_only_true_things_come_of_it(said: list[wire.Message]) -> None:
    talk, neighbour, events, ear = talking()
    before = len(ear.heard)
    codes = {refusal(partial(talk.said, neighbour, message)) for message in said}
    assert codes <= {"", "bad-message", "bad-card"}
    inside = CHANNEL.their_mark(ROOM) in neighbour.marks
    assert talk.company.shares(BOB.peer) is inside
    assert talk.company.cards() in ([], [talk.company.card(BOB.peer)])
    assert all(isinstance(answer, wire.Taken) for answer in ear.heard[before:])
    if not any(isinstance(message, wire.Places) for message in said):
        assert not [event for event in events if isinstance(event, SignalReceived)]
    talk.went(neighbour)
    assert not talk.company.shares(BOB.peer)
    assert not talk.company.cards()
    assert not talk.hosts.beginning()


def test_more_places_than_anybody_has_are_refused() -> None:
    talk, neighbour, _, _ = talking()
    for _ in range(2):
        some = [secrets.token_bytes(16) for _ in range(wire.MAX_PLACES // 2)]
        talk.said(neighbour, wire.Places(1, some))
    with pytest.raises(RemoteProtocolError):
        talk.said(neighbour, wire.Places(1, [bytes(16)]))


def test_rooms_are_followed_and_left() -> None:
    talk, neighbour, _, _ = talking()
    talk.said(neighbour, wire.Places(1, [CHANNEL.their_mark(b"x" * 32)]))
    assert not talk.company.shares(BOB.peer)
    talk.open(b"x" * 32, [neighbour])
    assert talk.company.shares(BOB.peer)
    talk.close(b"x" * 32, [neighbour])
    assert not talk.company.shares(BOB.peer)
    assert list(neighbour.rooms.values()) == [ROOM]
