from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import RemoteProtocolError
from app.domain.manifest import PIECE_SIZE
from app.protocol.bulk_frames import (
    HEADER,
    MAX_WANTED,
    FrameHeader,
    Kind,
    decode_bye,
    decode_header,
    decode_pieces,
    encode_bye,
    encode_pieces,
)


@given(st.sampled_from(Kind), st.integers(0, 2**64 - 1))
def test_a_header_comes_back_as_it_was(kind: Kind, number: int) -> None:
    header = FrameHeader(kind, 0, number)
    assert decode_header(header.encode()) == header


@pytest.mark.parametrize(
    "raw",
    [
        HEADER.pack(0, 0, 0),
        HEADER.pack(99, 0, 0),
        HEADER.pack(Kind.PIECE, PIECE_SIZE + 1, 0),
        HEADER.pack(Kind.WANT, 4 * MAX_WANTED + 4, 0),
        HEADER.pack(Kind.ASK_MANIFEST, 1, 0),
        b"\x01\x00\x00\x01" + bytes(12),
    ],
)
def test_what_nobody_announces_is_refused(raw: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="bad-bulk-frame"):
        decode_header(raw)


@given(st.binary(min_size=HEADER.size, max_size=HEADER.size))
def test_any_header_is_read_or_refused(raw: bytes) -> None:
    try:
        header = decode_header(raw)
    except RemoteProtocolError:
        return
    assert header.encode() == raw


@given(st.lists(st.integers(0, 999), min_size=1, max_size=MAX_WANTED))
def test_piece_numbers_come_back(pieces: list[int]) -> None:
    frame = encode_pieces(Kind.WANT, pieces)
    header = decode_header(frame[: HEADER.size])
    assert (header.kind, header.length) == (Kind.WANT, len(frame) - HEADER.size)
    assert list(decode_pieces(frame[HEADER.size :], 1000)) == pieces


@pytest.mark.parametrize("payload", [b"", b"\0\0\0", b"\0\0\0\x05"])
def test_pieces_that_there_are_not_are_refused(payload: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="bad-bulk-frame"):
        decode_pieces(payload, 5)


@given(st.text())
def test_a_goodbye_is_a_short_word(reason: str) -> None:
    frame = encode_bye(reason)
    decode_header(frame[: HEADER.size])
    word = decode_bye(frame[HEADER.size :])
    assert word.isascii()
    assert 0 < len(word) <= 64


def test_a_goodbye_says_why() -> None:
    assert decode_bye(encode_bye("disk-full")[HEADER.size :]) == "disk-full"
    assert decode_bye(b"\xff") == "closed"
    assert decode_bye(b"") == "closed"
