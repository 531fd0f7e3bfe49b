"""Runs arrive as the datagrams that they are, whether the system cuts them apart or not."""

from __future__ import annotations

import errno
import random
import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from app.transport.fast_sctp import segments
from app.transport.fast_sctp.segments import MAX_RUN, Segments

SIZES = [1400] * 40 + [90, 1400, 1400, 7] + [60] * 17


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other,
    ):
        other.bind(("127.0.0.1", 0))
        other.settimeout(30)
        one.setblocking(False)
        yield one, other


def datagrams() -> list[bytes]:
    rng = random.Random(4)
    return [rng.randbytes(size) for size in SIZES]


class Refusing:
    """A socket that takes a single datagram but no run."""

    def __init__(self, real: socket.socket, error: OSError) -> None:
        self._real = real
        self._error = error
        self.getsockopt = real.getsockopt

    def sendmsg(self, parts: Any, ancillary: Any, flags: int, address: Any) -> int:
        if ancillary:
            raise self._error
        return self._real.sendmsg(parts, ancillary, flags, address)


def test_each_arrives_by_itself(pair: tuple[socket.socket, socket.socket]) -> None:
    one, other = pair
    plain: list[bytes] = []
    sender = Segments(one, lambda data, _: plain.append(data))
    sender.send(datagrams(), other.getsockname())
    assert [other.recv(4096) for _ in SIZES] == datagrams()
    assert not plain


def test_a_buffer_that_is_used_again(pair: tuple[socket.socket, socket.socket]) -> None:
    one, other = pair
    buffer = memoryview(bytearray(100))

    def filled() -> Iterator[memoryview]:
        for number in range(MAX_RUN + 3):
            buffer[:] = bytes([number]) * 100
            yield buffer

    Segments(one, one.sendto).send(filled(), other.getsockname())
    got = [other.recv(4096) for _ in range(MAX_RUN + 3)]
    assert got == [bytes([number]) * 100 for number in range(MAX_RUN + 3)]


@pytest.mark.parametrize(
    ("error", "works"), [(OSError(errno.EIO, "no"), False), (BlockingIOError(), True)]
)
def test_what_is_refused_goes_the_plain_way(
    pair: tuple[socket.socket, socket.socket], error: OSError, works: bool
) -> None:
    one, other = pair
    own: Any = Refusing(one, error)
    sender = Segments(own, one.sendto)
    sender.works = True
    sender.send(datagrams(), other.getsockname())
    assert [other.recv(4096) for _ in SIZES] == datagrams()
    assert sender.works is works


def test_a_system_that_cannot(
    pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = pair
    monkeypatch.setattr(segments, "UDP_SEGMENT", 0x7FFF)
    sender = Segments(one, one.sendto)
    assert not sender.works
    sender.send(datagrams(), other.getsockname())
    assert [other.recv(4096) for _ in SIZES] == datagrams()
    monkeypatch.setattr(sys, "platform", "other")
    assert not Segments(one, one.sendto).works
