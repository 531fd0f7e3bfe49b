"""Frames of WebSocket, as far as they are read without a library."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, TextMessage

from signaling.frames import BINARY, TEXT, UnusualFrame, frame, read
from signaling.protocol import MAX_PACKET

CONTENT = st.one_of(
    st.binary(max_size=300), st.integers(65_500, 65_600).map(bytes), st.just(b"x" * 126)
)


def masked(kind: int, content: bytes, mask: bytes = b"\x01\x02\x03\x04") -> bytes:
    """Return a frame as clients send it."""
    plain = frame(kind, content)
    head = plain[: len(plain) - len(content)]
    body = bytes(byte ^ mask[i % 4] for i, byte in enumerate(content))
    return bytes((head[0], head[1] | 0x80)) + head[2:] + mask + body


@given(CONTENT, st.binary(min_size=4, max_size=4), st.binary(max_size=5))
def test_a_frame_is_read_where_it_stands(content: bytes, mask: bytes, before: bytes) -> None:
    data = before + masked(BINARY, content, mask)
    assert read(data + b"more", len(before)) == (BINARY, content, len(data))
    assert read(bytearray(data[:-1]), len(before)) is None


@given(st.text(max_size=200), st.binary(max_size=200))
def test_a_library_reads_what_is_written(text: str, data: bytes) -> None:
    reader = Connection(ConnectionType.CLIENT)
    reader.receive_data(frame(TEXT, text.encode()) + frame(BINARY, data))
    first, second = reader.events()
    assert isinstance(first, TextMessage)
    assert isinstance(second, BytesMessage)
    assert (first.data, bytes(second.data)) == (text, data)


@pytest.mark.parametrize(
    "start",
    [
        b"\x01\x81",  # the first part of a message
        b"\x80\x81",  # the last
        b"\x88\x80",  # close
        b"\x89\x80",  # ping
        b"\xc1\x81",  # an extension
        b"\x81\x01",  # not masked
        b"\x82\xff" + (MAX_PACKET + 1).to_bytes(8, "big"),
    ],
)
def test_everything_else_is_unusual(start: bytes) -> None:
    with pytest.raises(UnusualFrame):
        read(start + bytes(20), 0)


@given(st.binary(max_size=40))
def test_no_bytes_break_it(data: bytes) -> None:
    try:
        found = read(data, 0)
    except UnusualFrame:
        return
    assert found is None or found[2] <= len(data)
