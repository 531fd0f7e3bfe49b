from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.content import root_digest
from app.domain.errors import LocalProtocolError, RemoteProtocolError
from app.domain.manifest import PIECE_SIZE, Entry, Manifest
from app.protocol.bulk_frames import HEADER, MAX_WANTED, FrameHeader, Kind, encode_pieces
from app.protocol.manifests import MAX_MANIFEST_BYTES, encode_manifest
from app.protocol.piece_exchange import Fetching, ManifestFetch, Serving
from app.protocol.piece_map import PieceMap

FILE = Manifest("f", False, (Entry("", 2 * PIECE_SIZE + 5, 0),), (), bytes(3 * 32))
WIRE = encode_manifest(FILE)


def payload(kind: Kind, *pieces: int) -> bytes:
    return encode_pieces(kind, pieces)[HEADER.size :]


def piece(number: int, length: int) -> FrameHeader:
    return FrameHeader(Kind.PIECE, length, number)


def test_pieces_are_served_in_the_order_in_which_they_are_wanted() -> None:
    serving = Serving(10)
    serving.asked(payload(Kind.WANT, 3, 1))
    serving.asked(payload(Kind.WANT, 2))
    assert len(serving) == 3
    assert [serving.next() for _ in range(4)] == [3, 1, 2, None]


def test_nobody_may_want_without_end() -> None:
    serving = Serving(MAX_WANTED)
    everything = payload(Kind.WANT, *range(MAX_WANTED))
    serving.asked(everything)
    serving.asked(everything)
    with pytest.raises(RemoteProtocolError, match="flood"):
        serving.asked(everything)


@given(st.integers(1, 40))
def test_a_manifest_may_come_in_parts(step: int) -> None:
    fetch = ManifestFetch(root_digest(WIRE))
    parts = [WIRE[at : at + step] for at in range(0, len(WIRE), step)]
    header = [FrameHeader(Kind.MANIFEST, len(part), len(WIRE)) for part in parts]
    found = [fetch.receive(one, part) for one, part in zip(header, parts, strict=True)]
    assert found == [None] * (len(parts) - 1) + [WIRE]


@pytest.mark.parametrize(
    ("total", "part", "code"),
    [
        (MAX_MANIFEST_BYTES + 1, b"x", "manifest-too-large"),
        (1, b"xx", "manifest-too-large"),
        (2, b"", "manifest-malformed"),
        (1, b"x", "manifest-mismatch"),
    ],
)
def test_a_bad_part_is_refused(total: int, part: bytes, code: str) -> None:
    with pytest.raises(RemoteProtocolError, match=code):
        ManifestFetch(bytes(32)).receive(FrameHeader(Kind.MANIFEST, len(part), total), part)


def test_a_piece_that_was_wanted_is_taken_once() -> None:
    fetching = Fetching(FILE)
    assert fetching.want([2, 0]) == encode_pieces(Kind.WANT, [2, 0])
    assert fetching.announced(piece(2, 5)) == 2
    assert fetching.awaited == 1
    with pytest.raises(RemoteProtocolError, match="unasked-piece"):
        fetching.announced(piece(2, 5))
    with pytest.raises(RemoteProtocolError, match="bad-piece-size"):
        fetching.announced(piece(0, 5))


@pytest.mark.parametrize("pieces", [[], [1]])
def test_we_do_not_ask_twice_or_for_nothing(pieces: list[int]) -> None:
    fetching = Fetching(FILE)
    fetching.want([1])
    with pytest.raises(LocalProtocolError):
        fetching.want(pieces)


def test_a_piece_may_be_lacking_after_all() -> None:
    fetching = Fetching(FILE)
    fetching.want([0, 1])
    assert fetching.lacking(payload(Kind.LACK, 1)) == (1,)
    assert fetching.awaited == 1
    with pytest.raises(RemoteProtocolError, match="unasked-piece"):
        fetching.lacking(payload(Kind.LACK, 1))


def test_what_the_other_side_has_fits_the_transfer() -> None:
    have = PieceMap(3)
    have.add(1)
    raw = have.encode()
    assert 1 in Fetching(FILE).has(FrameHeader(Kind.HAVE, 1, 3), raw)
    with pytest.raises(RemoteProtocolError, match="bad-piece-map"):
        Fetching(FILE).has(FrameHeader(Kind.HAVE, 1, 4), raw)
