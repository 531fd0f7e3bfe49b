"""Others who do not keep to the protocol, against an office with real sockets and files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from app.crypto.content import root_digest
from app.domain.manifest import MAX_PIECES, PIECE_SIZE, Entry, Manifest
from app.protocol import worker_messages as msg
from app.protocol.bulk_frames import FrameHeader, Kind, encode_pieces
from app.protocol.manifests import MAX_MANIFEST_BYTES, encode_manifest, most_bytes
from app.transport.bulk import lanes, tls_stream
from app.transport.bulk.surveying import digest_all, survey
from tests.transport.bulk.strangers import Inside, Visitor


@pytest.fixture
def inside(tmp_path: Path) -> Iterator[Inside]:
    made = Inside(tmp_path)
    yield made
    made.close()


@pytest.fixture
def offered(tmp_path: Path) -> tuple[bytes, Manifest]:
    """Return a manifest of three pieces, and how it is encoded."""
    path = tmp_path / "offered.bin"
    path.write_bytes(os.urandom(2 * PIECE_SIZE + 7))
    manifest = digest_all(path, survey(path), lambda _done, _size: None)
    return encode_manifest(manifest), manifest


Offered = tuple[bytes, Manifest]


@pytest.fixture
def asked(inside: Inside, offered: Offered) -> Visitor:
    """The office has asked this visitor for the pieces of what is `offered`."""
    wire, manifest = offered
    inside.fetch(root_digest(wire), manifest.size)
    visitor = inside.visited()
    visitor.offers(wire, 3)
    visitor.hears(Kind.WANT)
    return visitor


def test_pieces_that_are_wrong(inside: Inside, asked: Visitor) -> None:
    asked.say(Kind.PIECE, bytes(PIECE_SIZE), 0)
    asked.leaves()
    assert inside.ends() == "wrong-digest"
    part = next(inside.inbox.iterdir(), None)
    assert part is None or part.stat().st_size == 0


def test_what_one_has_spoilt_comes_from_another_one(
    inside: Inside, asked: Visitor, tmp_path: Path
) -> None:
    content = (tmp_path / "offered.bin").read_bytes()
    asked.say(Kind.PIECE, content[:PIECE_SIZE], 0)
    asked.say(Kind.PIECE, bytes(PIECE_SIZE), 1)
    asked.leaves()
    assert inside.ends() == "wrong-digest"
    honest = inside.visited(3)
    honest.say(Kind.HAVE, b"\xe0", 3)
    for _ in range(2):
        _, payload = honest.hears(Kind.WANT)
        pieces = [int.from_bytes(payload[n : n + 4], "big") for n in range(0, len(payload), 4)]
        assert 0 not in pieces
        for piece in pieces:
            honest.say(Kind.PIECE, content[piece * PIECE_SIZE :][:PIECE_SIZE], piece)
        if len(pieces) == 2:
            break
    assert Path(inside.told(msg.Done).path).read_bytes() == content


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (FrameHeader(Kind.PIECE, PIECE_SIZE - 1, 0).encode(), "bad-piece-size"),
        (FrameHeader(Kind.PIECE, 0, 2).encode(), "bad-piece-size"),
        (FrameHeader(Kind.PIECE, 7, 3).encode(), "unasked-piece"),
        (FrameHeader(Kind.PIECE, 7, 1 << 60).encode(), "unasked-piece"),
        (b"\x07\0\0\0\xff\xff\xff\xff" + bytes(8), "bad-bulk-frame"),
        (b"GET / HTTP/1.1\r\n", "bad-bulk-frame"),
        (FrameHeader(Kind.TOKEN, 32).encode(), "bad-bulk-frame"),
        (FrameHeader(Kind.MANIFEST, 3, 3).encode() + b"abc", "unasked-manifest"),
        (FrameHeader(Kind.HAVE, 2, 9).encode() + b"\xff\x80", "bad-piece-map"),
        (FrameHeader(Kind.HAVE, 1, 3).encode() + b"\xff", "bad-piece-map"),
        (encode_pieces(Kind.LACK, (5,)), "bad-bulk-frame"),
        (encode_pieces(Kind.WANT, (3,)), "bad-bulk-frame"),
        (encode_pieces(Kind.LACK, (0,)) * 2, "unasked-piece"),
        (FrameHeader(Kind.BYE, 5).encode() + b"never", "never"),
        (FrameHeader(Kind.BYE, 3).encode() + b"\xff\0\n", "closed"),
        (FrameHeader(Kind.HAVE, 1, 3).encode() + b"\xe0", None),
    ],
)
def test_frames_that_are_out_of_place(
    inside: Inside, asked: Visitor, frame: bytes, code: str | None
) -> None:
    asked.connection.sendall(frame)
    if code is None:
        asked.say(Kind.BYE, b"stopped")
    assert inside.ends() == (code or "stopped")


def test_an_end_in_the_middle(inside: Inside, asked: Visitor) -> None:
    asked.connection.sendall(FrameHeader(Kind.PIECE, PIECE_SIZE, 0).encode() + b"some")
    asked.connection.close()
    assert inside.ends() == "lane-lost"


def test_a_stream_of_news(inside: Inside, asked: Visitor) -> None:
    again_and_again(lambda: asked.say(Kind.HAVE, b"\xe0", 3))
    assert inside.ends() == "flood"


def test_silence(inside: Inside, asked: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "STALLED_AFTER", 0.2)
    assert inside.ends() == "stalled"
    assert asked.hears(Kind.BYE)[1] == b"stalled"


def again_and_again(action: Callable[[], None]) -> None:
    """Until the other side hangs up."""
    with suppress(OSError):
        for _ in range(5000):
            action()


def lied(entries: list[Entry], digests: int, **changes: object) -> bytes:
    manifest = Manifest("lie", True, tuple(entries), (), bytes(32 * digests))
    return encode_manifest(replace(manifest, **changes))  # type: ignore[arg-type]


LIES = {
    "out": (lied([Entry("../../.bashrc", 0, 0)], 0), "bad-path"),
    "absolute": (lied([Entry("/etc/passwd", 0, 0)], 0), "bad-path"),
    "through": (lied([Entry("a/../../b", 0, 0)], 0), "bad-path"),
    "nul": (lied([Entry("a\0b", 0, 0)], 0), "bad-path"),
    "file as folder": (lied([Entry("a", 0, 0), Entry("a/b", 0, 0)], 0), "bad-path"),
    "negative": (lied([Entry("a", -1, 0)], 0), "manifest-malformed"),
    "huge": (lied([Entry("a", MAX_PIECES * PIECE_SIZE + 1, 0)], 0), "manifest-too-large"),
    "no digests": (lied([Entry("a", 5, 0)], 0), "manifest-malformed"),
    "bigger": (lied([Entry("a", 5000, 0)], 1), "offer-mismatch"),
    "no message": (b"\xc1", "manifest-malformed"),
}


@pytest.mark.parametrize("lie", LIES)
def test_manifests_that_lie(inside: Inside, lie: str) -> None:
    wire, code = LIES[lie]
    inside.fetch(root_digest(wire), 1000)
    visitor = inside.visited()
    visitor.hears(Kind.ASK_MANIFEST)
    visitor.say(Kind.MANIFEST, wire, len(wire))
    visitor.leaves()
    assert inside.told(msg.Failed).code == code
    assert not list(inside.inbox.iterdir())


@pytest.mark.parametrize(("size", "files"), [(0, 2), (0, 4), (1, 3)])
def test_other_sizes_and_numbers_than_were_offered(inside: Inside, size: int, files: int) -> None:
    wire = lied([Entry(name, 0, 0) for name in "abc"], 0)
    inside.fetch(root_digest(wire), size, files)
    visitor = inside.visited()
    visitor.hears(Kind.ASK_MANIFEST)
    visitor.say(Kind.MANIFEST, wire, len(wire))
    visitor.leaves()
    assert inside.told(msg.Failed).code == "offer-mismatch"
    assert not list(inside.inbox.iterdir())


def test_a_manifest_is_as_long_as_its_offer_allows(inside: Inside) -> None:
    """Who offers three files cannot make us keep the manifest of a million."""
    inside.fetch(bytes(32), 10, 3)
    visitor = inside.visited()
    visitor.hears(Kind.ASK_MANIFEST)
    visitor.say(Kind.MANIFEST, b"x", most_bytes(10, 3) + 1)
    assert inside.ends() == "manifest-too-large"


@pytest.mark.parametrize(
    ("number", "payload", "code"),
    [
        (MAX_MANIFEST_BYTES + 1, b"x", "manifest-too-large"),
        (2, b"xyz", "manifest-too-large"),
        (5, b"", "manifest-malformed"),
        (3, b"xyz", "manifest-mismatch"),
    ],
)
def test_what_is_no_manifest(inside: Inside, number: int, payload: bytes, code: str) -> None:
    """That is the lane's fault: somebody else may have the right one."""
    inside.fetch(bytes(32), 10)
    visitor = inside.visited()
    visitor.hears(Kind.ASK_MANIFEST)
    visitor.say(Kind.MANIFEST, payload, number)
    assert inside.ends() == code
    other = inside.visited(3)
    other.hears(Kind.ASK_MANIFEST)


def test_one_without_the_manifest_is_asked_again_when_it_may_have_it(inside: Inside) -> None:
    inside.fetch(bytes(32), 10)
    visitor = inside.visited()
    visitor.hears(Kind.ASK_MANIFEST)
    visitor.say(Kind.MANIFEST)
    visitor.say(Kind.ASK_MANIFEST)
    assert visitor.hears(Kind.MANIFEST)[0].number == 0
    visitor.say(Kind.HAVE, b"\x80", 1)
    visitor.hears(Kind.ASK_MANIFEST)
    visitor.wants(0)
    assert inside.ends() == "bad-bulk-frame"


@pytest.fixture
def served(inside: Inside, tmp_path: Path) -> Visitor:
    """The office serves four pieces to this visitor."""
    path = tmp_path / "served.bin"
    path.write_bytes(os.urandom(4 * PIECE_SIZE))
    inside.serve(path)
    visitor = inside.visited()
    assert visitor.hears(Kind.HAVE)[1] == b"\xf0"
    return visitor


def test_who_asks_for_too_much_at_once(inside: Inside, served: Visitor) -> None:
    again_and_again(lambda: served.wants(*[1] * 256))
    assert inside.ends() == "flood"


def test_who_asks_for_the_same_for_ever(inside: Inside, served: Visitor) -> None:
    def ask() -> None:
        served.wants(2)
        served.hears(Kind.PIECE)

    again_and_again(ask)
    assert inside.ends() == "flood"


@pytest.mark.parametrize("pieces", [(4,), (0, 1 << 31)])
def test_who_asks_for_what_is_not_offered(
    inside: Inside, served: Visitor, pieces: tuple[int, ...]
) -> None:
    served.wants(*pieces)
    assert inside.ends() == "bad-bulk-frame"


def test_who_sends_what_was_not_asked_for(inside: Inside, served: Visitor) -> None:
    with suppress(OSError):
        served.say(Kind.PIECE, bytes(PIECE_SIZE), 0)
    assert inside.ends() == "unasked-piece"


def test_who_asks_for_the_manifest_for_ever(inside: Inside, served: Visitor) -> None:
    again_and_again(lambda: served.say(Kind.ASK_MANIFEST))
    assert inside.ends() == "flood"


def test_who_never_reads(inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls_stream, "PATIENCE", 0.3)
    path = tmp_path / "served.bin"
    path.write_bytes(os.urandom(24 * PIECE_SIZE))
    inside.serve(path)
    visitor = inside.visited()
    visitor.hears(Kind.HAVE)
    visitor.wants(*range(24))
    assert inside.ends() == "stalled"


def test_a_piece_that_is_not_there_yet_is_lacked(inside: Inside, asked: Visitor) -> None:
    asked.wants(1)
    assert asked.hears(Kind.LACK)[1] == (1).to_bytes(4, "big")
    asked.say(Kind.BYE, b"done")
    assert inside.ends() == "done"


def test_links_in_the_part_are_not_followed(inside: Inside, tmp_path: Path) -> None:
    """Somebody who may write to the folder tries to lead the bytes elsewhere."""
    source = tmp_path / "source"
    (source / "sub").mkdir(parents=True)
    for name in ("sub/small", "big"):
        (source / name).write_bytes(os.urandom(PIECE_SIZE if name == "big" else 10))
    manifest = digest_all(source, survey(source), lambda _done, _size: None)
    wire = encode_manifest(manifest)
    victim = tmp_path / "victim"
    victim.mkdir()
    inside.fetch(root_digest(wire), manifest.size)
    visitor = inside.visited()
    visitor.offers(wire, 2)
    visitor.hears(Kind.WANT)
    part = next(inside.inbox.iterdir())
    (part / "sub").symlink_to(victim, target_is_directory=True)
    (part / "big").symlink_to(victim / "big")
    visitor.say(Kind.PIECE, (source / "big").read_bytes(), 0)
    visitor.leaves()
    assert inside.told(msg.Failed).code == "target-changed"
    assert not list(victim.iterdir())
