from __future__ import annotations

import tracemalloc
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.content import piece_digest, root_digest
from app.domain.errors import RemoteProtocolError
from app.domain.manifest import (
    DIGEST_SIZE,
    HEAD_SIZE,
    MAX_FILES,
    MAX_FOLDERS,
    PIECE_SIZE,
    Entry,
    Layout,
    Manifest,
)
from app.protocol import manifests
from app.protocol.manifests import (
    MAX_MANIFEST_BYTES,
    decode_manifest,
    encode_manifest,
    most_bytes,
)

FILE = Manifest("a.txt", False, (Entry("", 3, 1_700_000_000_000),), (), b"d" * DIGEST_SIZE)
FOLDER = Manifest("d", True, (Entry("a/b", 0, 0), Entry("c", 1, -5)), ("e/f",), b"x" * 32)


def refused(wire: bytes) -> str:
    with pytest.raises(RemoteProtocolError) as caught:
        decode_manifest(wire, root_digest(wire))
    return caught.value.code


def packed(manifest: Manifest) -> bytes:
    """Encode whatever is in it, as an ill-meaning peer would."""
    return encode_manifest(manifest)


PATHS = st.lists(
    st.text("abc\u00e9\U0001f600 .", min_size=1, max_size=8).filter(lambda s: s not in (".", "..")),
    unique=True,
    max_size=8,
)


@given(PATHS, st.data())
def test_a_manifest_comes_back_as_it_was(paths: list[str], data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(0, 3 * PIECE_SIZE), min_size=len(paths)))
    entries = tuple(Entry(path, size, size) for path, size in zip(paths, sizes, strict=False))
    count = Layout([entry.size for entry in entries]).count
    heads = data.draw(st.sampled_from([b"", b"\x08" * (count * HEAD_SIZE)]))
    digests = b"\x07" * (count * DIGEST_SIZE)
    manifest = Manifest("folder", True, entries, ("empty/one",), digests, heads)
    wire = encode_manifest(manifest)
    assert decode_manifest(wire, root_digest(wire)) == manifest


def test_without_heads_it_is_what_it_was_before_there_were_any() -> None:
    entries = [["", 3, 1_700_000_000_000]]
    old = msgspec.msgpack.encode([1, "a.txt", False, entries, [], b"d" * DIGEST_SIZE])
    assert encode_manifest(FILE) == old
    assert decode_manifest(old, root_digest(old)).head(0) == b""
    headed = encode_manifest(replace(FILE, heads=b"h" * HEAD_SIZE))
    assert decode_manifest(headed, root_digest(headed)).head(0) == b"h" * HEAD_SIZE


def test_a_single_file_has_no_path() -> None:
    wire = encode_manifest(FILE)
    assert decode_manifest(wire, root_digest(wire)) == FILE


def test_other_bytes_than_were_offered_are_refused() -> None:
    with pytest.raises(RemoteProtocolError, match="manifest-mismatch"):
        decode_manifest(encode_manifest(FILE), root_digest(encode_manifest(FOLDER)))


@pytest.mark.parametrize(
    ("manifest", "code"),
    [
        (replace(FILE, entries=(Entry("a", 3, 0),)), "manifest-malformed"),
        (replace(FILE, entries=()), "manifest-malformed"),
        (replace(FILE, folders=("a",)), "manifest-malformed"),
        (replace(FILE, name=""), "manifest-malformed"),
        (replace(FILE, name="n" * 1025), "manifest-malformed"),
        (replace(FILE, digests=b""), "manifest-malformed"),
        (replace(FILE, heads=b"short"), "manifest-malformed"),
        (replace(FILE, heads=b"h" * (2 * HEAD_SIZE)), "manifest-malformed"),
        (replace(FILE, entries=(Entry("", -1, 0),)), "manifest-malformed"),
        (replace(FILE, entries=(Entry("", 3, 1 << 60),)), "manifest-malformed"),
        (replace(FILE, entries=(Entry("", 1 << 60, 0),)), "manifest-too-large"),
        (replace(FOLDER, entries=(Entry("../x", 1, 0),)), "bad-path"),
        (replace(FOLDER, entries=(Entry("/etc/x", 1, 0),)), "bad-path"),
        (replace(FOLDER, folders=("..",)), "bad-path"),
        (replace(FOLDER, folders=("c",)), "bad-path"),
        (replace(FOLDER, folders=("c/d",)), "bad-path"),
        (replace(FOLDER, entries=(Entry("c", 1, 0), Entry("c", 0, 0))), "bad-path"),
        (replace(FOLDER, entries=(Entry("c", 1, 0), Entry("c/d", 0, 0))), "bad-path"),
    ],
)
def test_what_no_honest_sender_makes_is_refused(manifest: Manifest, code: str) -> None:
    assert refused(packed(manifest)) == code


@pytest.mark.parametrize(
    "wire",
    [
        b"",
        b"\xc1",
        b"\x90",
        msgspec.msgpack.encode([1, "a", False, [], [], b"", b"heads in the first version"]),
        msgspec.msgpack.encode([2, "a", False, [], [], b""]),
        msgspec.msgpack.encode([3, "a", False, [], [], b""]),
        b"\x91" * 5000,
        msgspec.msgpack.encode([1, "a", False, [], [], b""]).replace(b"\xa1a", b"\xa1\xff"),
    ],
)
def test_what_is_no_manifest_is_refused(wire: bytes) -> None:
    assert refused(wire) == "manifest-malformed"


@given(st.binary(max_size=300))
def test_bytes_end_in_a_manifest_or_a_clear_error(wire: bytes) -> None:
    assert refused(wire).startswith("manifest-")


def test_too_much_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(bytes(MAX_MANIFEST_BYTES + 1)) == "manifest-too-large"
    monkeypatch.setattr(manifests, "MAX_FILES", 1)
    assert refused(encode_manifest(FOLDER)) == "manifest-too-large"


def test_a_piece_has_one_digest_however_it_is_cut() -> None:
    assert piece_digest([b"ab", memoryview(b"c")]) == piece_digest([b"abc"])
    assert piece_digest([b"abc"]) != root_digest(b"abc")


@pytest.mark.parametrize("count", [15, 16, 65_535, 65_536, 10_000_000])
@pytest.mark.parametrize("of", ["entries", "folders"])
def test_lists_are_counted_before_they_take_memory(count: int, of: str) -> None:
    """What would have to be made of them is many times as long as they are."""
    one = b"\x93\xa1a\0\0" if of == "entries" else b"\xa1a"
    head = b"\xdd" + count.to_bytes(4)
    if count < 16:
        head = bytes([0x90 | count])
    elif count < 1 << 16:
        head = b"\xdc" + count.to_bytes(2)
    packed_list = head + one * count
    parts = (packed_list, b"\x90") if of == "entries" else (b"\x90", packed_list)
    wire = b"\x96\x01\xa1n\xc3" + parts[0] + parts[1] + b"\xc4\0"
    limit = MAX_FILES if of == "entries" else MAX_FOLDERS
    tracemalloc.start()
    code = refused(wire)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert code == ("manifest-too-large" if count > limit else "bad-path")  # the same one twice
    assert most < 200 * min(count, limit) + (1 << 20)


def test_what_is_no_list_is_no_manifest() -> None:
    for raw in (b"\xc0", b"\xa1a", b"\x81\xa1a\0", b"\x2a"):
        assert refused(b"\x96\x01\xa1n\xc3" + raw + b"\x90\xc4\0") == "manifest-malformed"
        assert refused(b"\x96\x01\xa1n\xc3\x90" + raw + b"\xc4\0") == "manifest-malformed"


@given(st.lists(st.tuples(st.integers(1, 2048), st.integers(0, 3 * PIECE_SIZE)), max_size=12))
def test_no_honest_manifest_is_longer_than_its_offer_allows(files: list[tuple[int, int]]) -> None:
    entries = tuple(Entry("x" * long, size, -(1 << 53)) for long, size in files)
    count = Layout([entry.size for entry in entries]).count
    made = Manifest(
        "n" * 1024, True, entries, (), b"d" * count * DIGEST_SIZE, b"h" * count * HEAD_SIZE
    )
    needed = len(encode_manifest(made)) + manifests.ROOM_FOR_FOLDERS - 4096
    assert needed <= most_bytes(made.size, len(entries))


def test_no_offer_allows_more_than_the_greatest_manifest() -> None:
    assert most_bytes(1 << 50, 200_000) == MAX_MANIFEST_BYTES
