"""Fragments in any order become the messages in theirs; nothing hostile grows."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import RemoteProtocolError
from app.transport.fast_sctp.chunks import (
    FIRST,
    LAST,
    MAX_DUPLICATES,
    MAX_GAPS,
    Data,
    PacketWriter,
    Sack,
    chunks_of,
)
from app.transport.fast_sctp.inbound import (
    MAX_AHEAD,
    MAX_FRAGMENTS,
    MAX_MESSAGE,
    Inbound,
    Message,
)
from app.transport.fast_sctp.numbers import MASK

WINDOW = 1 << 20
START = MASK - 3
"""So that every test of more than a few fragments crosses the wrap."""

messages = st.lists(
    st.lists(st.binary(min_size=1, max_size=9), min_size=1, max_size=6), max_size=12
)


def fragments(parts: list[list[bytes]], start: int = START) -> list[Data]:
    found, tsn = [], start
    for stream, message in enumerate(parts):
        for place, part in enumerate(message):
            flags = (FIRST if place == 0 else 0) | (LAST if place == len(message) - 1 else 0)
            found.append(Data(flags, tsn & MASK, stream, 53, part))
            tsn += 1
    return found


def sack_of(inbound: Inbound) -> Sack:
    (chunk,) = chunks_of(PacketWriter(1, 2, 3).packet(inbound.sack()))
    assert isinstance(chunk, Sack)
    return chunk


@given(messages, st.randoms(use_true_random=False), st.booleans())
def test_any_order_and_duplicates(
    parts: list[list[bytes]], rng: random.Random, twice: bool
) -> None:
    chunks = fragments(parts)
    inbound = Inbound(START, WINDOW)
    order = chunks * (2 if twice else 1)
    rng.shuffle(order)
    found: list[Message] = []
    for chunk in order:
        inbound.receive(chunk)
        found += inbound.messages()
    assert found == [Message(n, 53, b"".join(message)) for n, message in enumerate(parts)]
    assert inbound.owed == len(order)
    sack = sack_of(inbound)
    assert (sack.cumulative, sack.window) == ((START + len(chunks) - 1) & MASK, WINDOW)
    assert not sack.gaps
    assert (inbound.owed, inbound.held) == (0, 0)


def test_gaps_are_told() -> None:
    inbound = Inbound(START, WINDOW)
    chunks = fragments([[b"a"]] * 8)
    for place in (0, 2, 3, 6):
        inbound.receive(chunks[place])
    inbound.receive(chunks[3])
    sack = sack_of(inbound)
    assert (sack.cumulative, list(sack.gaps)) == (START, [(2, 3), (6, 6)])
    assert sack.window < WINDOW
    assert [message.stream for message in inbound.messages()] == [0]


def test_what_was_given_up_is_skipped() -> None:
    inbound = Inbound(START, WINDOW)
    chunks = fragments([[b"a", b"b"], [b"c"], [b"d", b"e"], [b"f"]])
    for place in (0, 2, 4, 5):
        inbound.receive(chunks[place])
    assert inbound.messages() == []
    inbound.forward((START + 3) & MASK)
    assert [message.data for message in inbound.messages()] == [b"c", b"f"]
    assert inbound.held == 0
    inbound.forward(START)
    inbound.receive(chunks[1])
    assert inbound.cumulative == (START + 5) & MASK


def test_a_forward_past_everything() -> None:
    inbound = Inbound(START, WINDOW)
    inbound.receive(Data(FIRST, START, 0, 53, b"begun"))
    inbound.forward((START + 1000) & MASK)
    inbound.receive(Data(LAST, (START + 1001) & MASK, 0, 53, b"rest of nothing"))
    assert inbound.messages() == []
    inbound.receive(Data(FIRST | LAST, (START + 1002) & MASK, 0, 53, b"whole"))
    assert [message.data for message in inbound.messages()] == [b"whole"]


def test_a_fragment_of_another_stream_joins_nothing() -> None:
    inbound = Inbound(0, WINDOW)
    inbound.receive(Data(FIRST, 0, 1, 53, b"one"))
    inbound.receive(Data(LAST, 1, 2, 53, b"other"))
    inbound.receive(Data(FIRST | LAST, 2, 2, 53, b"whole"))
    assert inbound.messages() == [Message(2, 53, b"whole")]


def test_a_message_too_large() -> None:
    inbound = Inbound(0, WINDOW)
    part = bytes(MAX_MESSAGE // 64)
    inbound.receive(Data(FIRST, 0, 0, 53, part))
    for tsn in range(1, 64):
        inbound.receive(Data(0, tsn, 0, 53, part))
    with pytest.raises(RemoteProtocolError, match="message-too-large"):
        inbound.receive(Data(0, 64, 0, 53, b"x"))


def test_a_message_of_endless_crumbs() -> None:
    inbound = Inbound(0, WINDOW)
    inbound.receive(Data(FIRST, 0, 0, 53, b"x"))
    for tsn in range(1, MAX_FRAGMENTS):
        inbound.receive(Data(0, tsn, 0, 53, b"x"))
    with pytest.raises(RemoteProtocolError, match="message-too-large"):
        inbound.receive(Data(0, MAX_FRAGMENTS, 0, 53, b"x"))


def test_a_flood_behind_a_gap_is_bounded_and_told() -> None:
    inbound = Inbound(0, WINDOW)
    for tsn in range(1, 20_000, 2):
        inbound.receive(Data(FIRST | LAST, tsn, 0, 53, bytes(900)))
    assert inbound.held <= WINDOW + 2000
    sack = sack_of(inbound)
    assert (sack.window, len(sack.gaps)) == (0, MAX_GAPS)
    inbound.receive(Data(FIRST | LAST, 0, 0, 53, b"the missing one"))
    assert [message.data[:3] for message in inbound.messages()] == [b"the", bytes(3)]


def test_what_nobody_takes_closes_the_window() -> None:
    inbound = Inbound(0, WINDOW)
    inbound.receive(Data(FIRST | LAST, 0, 0, 53, bytes(900)))
    inbound.backlog = WINDOW - 100
    assert (inbound.room, sack_of(inbound).window) == (100, 100)
    inbound.receive(Data(FIRST | LAST, 1, 0, 53, b"fits"))
    inbound.backlog = WINDOW
    inbound.receive(Data(FIRST | LAST, 2, 0, 53, b"does not"))
    inbound.receive(Data(FIRST | LAST, 4, 0, 53, b"nor does this"))
    assert (inbound.owed, inbound.held) == (3, 0)
    sack = sack_of(inbound)
    assert (sack.cumulative, sack.window, list(sack.gaps)) == (1, 0, [])
    inbound.backlog = 0
    inbound.receive(Data(FIRST | LAST, 2, 0, 53, b"now it does"))
    assert [message.data[:4] for message in inbound.messages()] == [bytes(4), b"fits", b"now "]


def test_numbers_out_of_reach_are_not_kept() -> None:
    inbound = Inbound(0, WINDOW)
    inbound.receive(Data(FIRST | LAST, MAX_AHEAD + 1, 0, 53, b"far"))
    inbound.receive(Data(FIRST | LAST, MASK, 0, 53, b"past"))
    assert inbound.held == 0
    for _ in range(100):
        inbound.receive(Data(FIRST | LAST, MASK - 1, 0, 53, b"past"))
    assert len(inbound.sack()) <= 16 + 4 * MAX_DUPLICATES
