"""What comes over a socket is told apart, whether the system has joined it or not."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transport.fast_sctp.records import (
    APPLICATION_DATA,
    MAX_BATCH,
    MAX_DATAGRAM,
    RECORD_HEADER,
    record_size,
)
from app.transport.fast_sctp.segments import Segments
from app.transport.fast_sctp.wire import Wire

STUN = b"\0\1\0\0" + bytes(16)


def record(body: bytes, kind: int = APPLICATION_DATA) -> bytes:
    return bytes([kind]) + bytes(RECORD_HEADER - 3) + struct.pack(">H", len(body)) + body


class Protocol(asyncio.DatagramProtocol):
    """What aioice has under a pair; keeps what is handed back to it."""

    transport: asyncio.DatagramTransport

    def __init__(self) -> None:
        self.back: list[bytes] = []
        self.news = asyncio.Event()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes | str, addr: Any) -> None:
        del addr
        assert isinstance(data, bytes)
        self.back.append(data)
        self.news.set()


class End:
    """A wire, and what came out of it."""

    def __init__(self, protocol: Protocol, remote: socket.socket) -> None:
        self.protocol = protocol
        self.records: list[bytes] = []
        self.batches = 0
        self.buffer = memoryview(bytearray(MAX_BATCH))
        pair = SimpleNamespace(protocol=protocol, remote_addr=remote.getsockname())
        connection: Any = SimpleNamespace(_nominated={1: pair})
        self.wire = Wire(connection, self.buffer, self._arrived, self._settled)
        self.address = protocol.transport.get_extra_info("sockname")

    def _arrived(self, begin: int, size: int) -> None:
        self.records.append(bytes(self.buffer[begin : begin + size]))
        self.protocol.news.set()

    def _settled(self) -> None:
        self.batches += 1

    async def until(self, records: int, back: int) -> None:
        async with asyncio.timeout(30):
            while (len(self.records), len(self.protocol.back)) != (records, back):
                await self.protocol.news.wait()
                self.protocol.news.clear()


@pytest.fixture
async def remote() -> AsyncIterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        one.setblocking(False)
        yield one


@pytest.fixture
async def end(remote: socket.socket) -> AsyncIterator[End]:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(Protocol, local_addr=("127.0.0.1", 0))
    end = End(protocol, remote)
    yield end
    end.wire.close()
    transport.close()


async def test_runs_come_apart_again(end: End, remote: socket.socket) -> None:
    rng = random.Random(2)
    sent = [record(rng.randbytes(size)) for size in [1390] * 50 + [200] + [1390] * 3 + [1]]
    Segments(remote, remote.sendto).send(sent, end.address)
    await end.until(len(sent), 0)
    assert end.records == sent
    assert end.batches < len(sent)


async def test_what_ends_a_run_goes_where_it_belongs(end: End, remote: socket.socket) -> None:
    alert = record(b"bye", kind=21)
    Segments(remote, remote.sendto).send([record(bytes(50))] * 3 + [STUN], end.address)
    remote.sendto(alert, end.address)
    remote.sendto(record(b"one") + record(b"two") + alert, end.address)
    remote.sendto(record(b"cut short")[:-1], end.address)
    await end.until(5, 4)
    assert end.records[3:] == [record(b"one"), record(b"two")]
    assert end.protocol.back == [STUN, alert, alert, record(b"cut short")[:-1]]


async def test_afterwards_datagrams_come_one_by_one(end: End, remote: socket.socket) -> None:
    end.wire.close()
    Segments(remote, remote.sendto).send([record(bytes(500))] * 5, end.address)
    await end.until(0, 5)
    assert set(end.protocol.back) == {record(bytes(500))}


@given(st.binary(max_size=40), st.integers(0, 40))
def test_a_record_never_reaches_past_what_came(raw: bytes, begin: int) -> None:
    size = record_size(raw, begin, len(raw))
    assert size == 0 or (raw[begin] == APPLICATION_DATA and begin + size <= len(raw))


def test_a_record_has_a_size() -> None:
    assert record_size(record(b"a"), 0, RECORD_HEADER + 1) == RECORD_HEADER + 1
    assert record_size(record(b""), 0, RECORD_HEADER) == 0
    assert record_size(record(bytes(MAX_DATAGRAM)), 0, MAX_BATCH) == 0
    assert record_size(STUN, 0, len(STUN)) == 0
