"""Events on the short way: what is served there, and what goes the long one."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.frames import BINARY, TEXT, frame
from signaling.shortcut import Shortcut, event_frames
from tests.signaling.people import Person
from tests.signaling.running import RawClient, running_server
from tests.signaling.test_frames import masked
from tests.signaling.test_server import ROOM


class Wire(asyncio.Transport):
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closing = False
        self.aborted = False

    def abort(self) -> None:
        self.aborted = True

    def is_closing(self) -> bool:
        return self.closing

    def get_write_buffer_size(self) -> int:
        return len(self.written)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data


class Line:
    def __init__(self, max_waiting: int = 10_000) -> None:
        self.served: list[tuple[str, list[Any]]] = []
        self.wire = Wire()
        self.pongs = 0
        self.shortcut = Shortcut(self.wire, self.serve, self.pong, max_waiting)

    def serve(self, event: str, args: list[Any]) -> dict[str, Any]:
        self.served.append((event, args))
        return {"ok": True}

    def pong(self) -> None:
        self.pongs += 1


def text(packet: str) -> bytes:
    return masked(TEXT, packet.encode())


SIGNAL = text('451-7["signal",{"to":"x","payload":{"_placeholder":true,"num":0}}]')
ATTACHED = masked(BINARY, b"\x00\xff")


def test_an_event_is_answered() -> None:
    line = Line()
    assert line.shortcut.take(text('420["join",{"room":"r"}]')) == b""
    assert line.served == [("join", [{"room": "r"}])]
    assert line.wire.written == frame(TEXT, b'430[{"ok":true}]')


def test_an_event_that_asks_for_nothing_gets_nothing() -> None:
    line = Line()
    assert line.shortcut.take(text('42["unpublish"]')) == b""
    assert line.served == [("unpublish", [])]
    assert line.wire.written == b""


def test_an_attachment_takes_its_place() -> None:
    line = Line()
    assert line.shortcut.take(SIGNAL + ATTACHED) == b""
    assert line.served == [("signal", [{"to": "x", "payload": b"\x00\xff"}])]


@given(st.lists(st.integers(1, 400), max_size=6))
def test_the_cuts_of_tcp_do_not_matter(cuts: list[int]) -> None:
    stream = text('421["a"]') + SIGNAL + ATTACHED + text("3") + text("41") + text('422["b",{}]')
    line, rest = Line(), b""
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(stream)], strict=True):
        rest += line.shortcut.take(stream[start:end])
    assert [event for event, _ in line.served] == ["a", "signal", "b"]
    assert rest == text("41")
    assert line.pongs == 1


@pytest.mark.parametrize(
    "odd",
    [
        text('42["x"'),
        text('42{"not":"a list"}'),
        text("42[]"),
        text("42[7]"),
        text('42["connect"]'),
        text('42/other,["x"]'),
        text('4207["x"]'),
        text("42[" + "[" * 5000),
        masked(TEXT, b'42["\xff"]'),
        text("2probe"),
        text('43[{"an":"answer"}]'),
        ATTACHED,
        SIGNAL + text('42["in between"]'),
        text('451-1["signal",{"payload":"text"}]') + ATTACHED,
        text("451-1[]") + ATTACHED,
        text('451-1["signal","x"]') + ATTACHED,
        text('452-1["signal"]') + ATTACHED,
        masked(0x89, b"ping"),
    ],
)
def test_what_is_odd_goes_the_long_way_with_all_that_follows(odd: bytes) -> None:
    line = Line()
    after = text('42["later"]')
    assert line.shortcut.take(text('42["before"]') + odd + after) == odd + after
    assert line.shortcut.take(after) == after
    assert line.served == [("before", [])]


@given(st.binary(max_size=200))
def test_no_bytes_break_it(data: bytes) -> None:
    line = Line()
    rest = line.shortcut.take(data)
    assert data.startswith(rest) or rest == data


def test_nothing_is_served_after_the_end() -> None:
    line = Line()
    line.shortcut.ended = True
    assert line.shortcut.take(text('42["late"]')) == b""
    assert line.served == []


def test_who_does_not_read_is_cut_off() -> None:
    line = Line(max_waiting=100)
    line.shortcut.write(bytes(90))
    assert not line.wire.aborted
    line.shortcut.write(bytes(20))
    assert len(line.wire.written) == 90
    assert line.wire.aborted


def test_nothing_is_written_to_what_ends() -> None:
    line = Line()
    line.wire.closing = True
    line.shortcut.write(bytes(20))
    assert line.wire.written == b""


def test_events_are_written_as_socketio_reads_them() -> None:
    assert event_frames("left", {"room": "r"}) == frame(TEXT, b'42["left",{"room":"r"}]')
    packet = b'451-["signal",{"from":"x","payload":{"_placeholder":true,"num":0}}]'
    expected = frame(TEXT, packet) + frame(BINARY, b"\x01")
    assert event_frames("signal", {"from": "x", "payload": b"\x01"}) == expected


async def test_both_ways_lead_to_the_same_server() -> None:
    """One client becomes odd, and goes on; another polls and hears both."""
    async with running_server() as (server, url), RawClient(url) as odd, RawClient(url) as other:
        await odd.enter(Person(), ROOM)
        bob = await other.enter(Person(), ROOM)
        assert (await odd.next_event())[1]["peer"] == bob.id
        await odd.ws.ping(b"an unusual frame")
        assert (await odd.ask("signal", {"to": bob.id}, b"the long way"))["ok"]
        assert (await other.next_event())[1]["payload"] == b"the long way"
        await odd.ws.send_str(json.dumps("nonsense"))
        assert await odd.gone()
        assert (await other.next_event())[0] == "left"
        assert len(server.hub.registry.peers) == 1


async def test_the_challenge_comes_after_the_connection() -> None:
    async with running_server() as (_, url), RawClient(url) as client:
        for _ in range(3):
            await client.ws.send_str("40")
            assert (await client.ws.receive_str()).startswith("40{")
            assert (await client.ws.receive_str()).startswith('42["challenge"')
            await client.ws.close()
            await client.open()
