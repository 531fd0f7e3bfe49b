"""A lane's data channel as a stream of bytes, over the reworked path and over aiortc's own."""

from __future__ import annotations

import os
import random
from functools import partial

import pytest

from app.domain.errors import RemoteProtocolError
from app.transport.bulk import rtc_stream
from app.transport.bulk.rtc_path import CLASSIC, MESSAGE, RATE, STOCK, RtcPath
from app.transport.bulk.rtc_room import LEAST, MOST_IN, MOST_OUT, RtcRoom
from app.transport.bulk.streams import Stream, read_exactly
from tests.transport.bulk.rtc_ends import WITHIN, RtcEnd, in_thread, lane

MIB = 1024 * 1024
PAIRS = [(CLASSIC, RATE), (CLASSIC, STOCK), (STOCK, RATE), (STOCK, STOCK)]


def fill(stream: Stream) -> int:
    """Send marked messages until nothing more is taken; return how many bytes that were."""
    for sent in range(0, 64 * MIB, MESSAGE):
        try:
            stream.sendall(sent.to_bytes(8) * (MESSAGE // 8))
        except TimeoutError:
            return sent
    raise AssertionError("there is no end to it")


def to_the_end(stream: Stream) -> bytes:
    buffer = memoryview(bytearray(100_000))
    parts = []
    while size := stream.recv_into(buffer):
        parts.append(bytes(buffer[:size]))
    return b"".join(parts)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_bytes_go_both_ways_and_each_way_ends_by_itself(one: RtcPath, other: RtcPath) -> None:
    content = os.urandom(2 * MIB + 77)
    with lane(one, other) as pair:
        first, second = (end.streams[-1] for end in pair)
        came = in_thread(lambda: to_the_end(second))
        chance = random.Random(5)
        view = memoryview(content)
        while view:
            size = chance.choice((1, 16, 1000, MESSAGE, MESSAGE + 1, 300_000))
            first.sendall(view[:size])
            view = view[size:]
        first.finish()
        assert came.get(timeout=WITHIN) == content
        second.sendall(b"and back")
        assert read_exactly(first, 8) == b"and back"
        second.finish()
        assert to_the_end(first) == b""


@pytest.mark.parametrize("path", [CLASSIC, STOCK])
def test_what_was_sent_before_the_end_arrives(path: RtcPath) -> None:
    with lane(path, path) as (one, other):
        one.streams[-1].sendall(bytes(100_000))
        one.streams[-1].finish()
        one.streams[-1].abort()
        assert to_the_end(other.streams[-1]) == bytes(100_000)


@pytest.mark.parametrize("path", [CLASSIC, STOCK])
def test_an_abort_ends_everything_at_both_ends(path: RtcPath) -> None:
    with lane(path, path) as (one, other):
        mine, theirs = one.streams[-1], other.streams[-1]
        reads = [in_thread(partial(read_exactly, each, 1)) for each in (mine, theirs)]
        mine.abort()
        for read in reads:
            assert isinstance(read.get(timeout=WITHIN), ConnectionResetError)
        for stream in (mine, theirs):
            with pytest.raises(ConnectionResetError):
                stream.sendall(bytes(8 * MIB))
        mine.finish()
        mine.abort()


@pytest.mark.parametrize("path", [CLASSIC, RATE, STOCK])
def test_a_slow_reader_holds_the_writer_back(
    path: RtcPath, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rtc_stream, "PATIENCE", 1.0)
    with lane(path, path) as (one, other):
        mine, theirs = one.streams[-1], other.streams[-1]
        sent = fill(mine)
        assert sent < 32 * MIB
        assert 0 < theirs._inbox.size < MOST_IN + 2 * MESSAGE
        monkeypatch.setattr(rtc_stream, "PATIENCE", WITHIN)
        for position in range(0, sent, MESSAGE):
            assert read_exactly(theirs, MESSAGE) == position.to_bytes(8) * (MESSAGE // 8)
        mine.sendall(b"and on")


@pytest.mark.parametrize("path", [CLASSIC, STOCK])
@pytest.mark.parametrize("wrong", ["text", "large", "stream"])
def test_what_no_lane_says_ends_it(path: RtcPath, wrong: str) -> None:
    with lane(path) as (victim, other):
        other.streams[-1].sendall(b"fine")
        say(other, wrong)
        stream = victim.streams[-1]
        assert read_exactly(stream, 4) == b"fine"
        code = {"text": "not-binary", "large": "message-too-large", "stream": "unknown-channel"}
        with pytest.raises(RemoteProtocolError, match=code[wrong]):
            read_exactly(stream, 1)


def say(end: RtcEnd, wrong: str) -> None:
    def act() -> None:
        channel, sctp = end.session.channel, end.session._sctp
        sctp._remote_max_message_size = 0
        if wrong == "stream":
            channel._RTCDataChannel__id = 7  # type: ignore[attr-defined]
        channel.send("text" if wrong == "text" else bytes(MESSAGE + 1))

    end.on_loop(act)


def test_a_read_may_be_given_up() -> None:
    with lane() as (one, _):
        stream = one.streams[-1]
        stream.read_within = 0.01
        with pytest.raises(TimeoutError):
            read_exactly(stream, 1)


@pytest.mark.parametrize("path", [CLASSIC, STOCK])
def test_many_lanes_have_less_room_each(path: RtcPath, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rtc_stream, "PATIENCE", 0.5)
    with lane(path, path) as pair:
        one, other = pair
        for end in pair:
            for _ in range(60):
                end.hall.room.enter()
        sent = fill(one.streams[-1])
        assert other.streams[-1]._inbox.size < 8 * LEAST
        for position in range(0, sent, MESSAGE):
            if position == sent // 2 // MESSAGE * MESSAGE:
                for _ in range(60):
                    other.hall.room.leave()
            content = read_exactly(other.streams[-1], MESSAGE)
            assert content == position.to_bytes(8) * (MESSAGE // 8)


def test_shares() -> None:
    room = RtcRoom()
    shares = []
    for _ in range(64):
        shares.append((room.inward, room.outward))
        room.enter()
    assert shares[:2] == [(MOST_IN, MOST_OUT)] * 2
    assert shares == sorted(shares, reverse=True)
    assert (room.inward, room.outward) == (16 * MIB // 64, LEAST)
