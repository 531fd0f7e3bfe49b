"""The archive's seal: nothing cut off, moved, repeated, added or flipped passes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.crypto import archive, kdf
from app.crypto.archive import (
    CHUNK_SIZE,
    HEADER_SIZE,
    MAGIC,
    TAG_SIZE,
    ArchiveHeader,
    ArchiveOpener,
    ArchiveSealer,
    parse_header,
)
from app.crypto.kdf import Cost
from app.domain.errors import AppError

SALT = bytes(range(16))
SMALL = 32
"""Size of a chunk in these tests, so that there are many of them."""


@pytest.fixture(autouse=True, scope="module")
def _quick() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kdf, "ARGON2_MEMORY_KIB", 8)
        patch.setattr(kdf, "ARGON2_ITERATIONS", 1)
        patch.setattr(archive, "CHUNK_SIZE", SMALL)
        yield


def seal(content: bytes, step: int = 1000) -> bytes:
    sealer = ArchiveSealer("open sesame", SALT)
    pieces = [content[at : at + step] for at in range(0, len(content), step)]
    return sealer.header + b"".join(map(sealer.feed, pieces)) + sealer.finish()


def unseal(raw: bytes, step: int = 1000, words: str = "open sesame") -> bytes:
    opener = ArchiveOpener(words, parse_header(raw[:HEADER_SIZE]))
    rest = raw[HEADER_SIZE:]
    pieces = [rest[at : at + step] for at in range(0, len(rest), step)]
    return b"".join(map(opener.feed, pieces)) + opener.finish()


def code_of(raw: bytes, words: str = "open sesame") -> str:
    with pytest.raises(AppError) as caught:
        unseal(raw, words=words)
    return caught.value.code


CONTENT = bytes(range(200)) * 2


@pytest.fixture(scope="module")
def sealed(_quick: None) -> bytes:
    return seal(CONTENT)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=5 * SMALL), st.integers(1, 70), st.integers(1, 70))
def test_what_is_sealed_is_opened_in_whatever_pieces(content: bytes, one: int, two: int) -> None:
    raw = seal(content, one)
    assert raw == seal(content, 7)
    assert unseal(raw, two) == content
    chunks = max(1, -(-len(content) // SMALL))
    assert len(raw) == HEADER_SIZE + len(content) + TAG_SIZE * chunks


def test_every_truncation_is_found(sealed: bytes) -> None:
    assert {code_of(sealed[:size]) for size in range(len(sealed))} == {"archive-damaged"}


def test_every_flipped_bit_is_found(sealed: bytes) -> None:
    for at in range(len(sealed)):
        for bit in (1, 0x80):
            changed = bytearray(sealed)
            changed[at] ^= bit
            newer = at == len(MAGIC) and changed[at] > archive.VERSION
            assert code_of(bytes(changed)) == ("archive-newer" if newer else "archive-damaged")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_chunk_can_be_moved_repeated_or_left_out(sealed: bytes, data: st.DataObject) -> None:
    size = SMALL + TAG_SIZE
    body = sealed[HEADER_SIZE:]
    chunks = [body[at : at + size] for at in range(0, len(body), size)]
    numbers = range(len(chunks))
    order = data.draw(st.lists(st.sampled_from(numbers), max_size=len(chunks) + 2))
    if order != list(numbers):
        changed = sealed[:HEADER_SIZE] + b"".join(chunks[number] for number in order)
        assert code_of(changed) == "archive-damaged"


@given(st.binary(min_size=1, max_size=2 * SMALL))
def test_nothing_can_be_added(sealed: bytes, more: bytes) -> None:
    assert code_of(sealed + more) == "archive-damaged"


def test_an_empty_last_chunk_after_others_is_not_ours() -> None:
    sealer = ArchiveSealer("open sesame", SALT)
    first = sealer._seal(bytearray(SMALL), last=False)
    raw = sealer.header + first + sealer._seal(bytearray(), last=True)
    assert code_of(raw) == "archive-damaged"


def test_chunks_of_two_archives_do_not_mix(sealed: bytes) -> None:
    sealer = ArchiveSealer("open sesame", bytes(16))
    other = sealer.feed(CONTENT) + sealer.finish()
    assert code_of(sealed[:HEADER_SIZE] + other) == "archive-damaged"


def test_another_passphrase_is_wrong(sealed: bytes) -> None:
    assert code_of(sealed, "Open sesame") == "wrong-passphrase"
    assert code_of(sealed, "") == "wrong-passphrase"


def test_a_composed_passphrase_is_the_same() -> None:
    sealer = ArchiveSealer("cafe\u0301", SALT)
    raw = sealer.header + sealer.finish()
    assert unseal(raw, words="caf\u00e9") == b""


def test_a_newer_file_is_told_from_a_damaged_one() -> None:
    newer = MAGIC + b"\x02" + b"whatever comes then"
    with pytest.raises(AppError) as caught:
        parse_header(newer)
    assert (caught.value.code, caught.value.params) == ("archive-newer", {"version": 2})
    assert code_of(b"") == "archive-damaged"
    assert code_of(b"PK\x03\x04" * 100) == "archive-damaged"


@pytest.mark.parametrize(
    "cost",
    [
        Cost(2 << 20, 3, 1),
        Cost(1024, 65, 1),
        Cost(1024, 0, 1),
        Cost(1024, 3, 0),
        Cost(1024, 3, 17),
        Cost(7, 3, 1),
    ],
)
def test_a_file_cannot_ask_for_all_our_memory(cost: Cost) -> None:
    raw = ArchiveHeader(cost, SALT, bytes(16)).encode()
    assert code_of(raw + bytes(32)) == "archive-damaged"


def test_a_version_zero_with_a_right_checksum_is_damaged() -> None:
    whole = MAGIC + b"\x00" + ArchiveSealer("x", SALT).header[8:-8]
    assert code_of(whole + archive._checksum(whole)) == "archive-damaged"


def test_two_archives_never_share_a_salt() -> None:
    assert ArchiveSealer("x").header != ArchiveSealer("x").header


def test_the_real_size_of_a_chunk() -> None:
    assert CHUNK_SIZE == 64 * 1024
