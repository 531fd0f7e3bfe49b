"""What somebody hostile offers, and what of it goes over the lane; chosen by the path's name."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import msgspec

from app.crypto.content import piece_digest, root_digest
from app.domain.manifest import PIECE_SIZE, Entry, Manifest
from app.protocol.bulk_frames import MAX_WANTED, FrameHeader, Kind
from app.protocol.manifests import encode_manifest
from app.protocol.piece_map import PieceMap

PIECES = 3
SIZE = PIECES * PIECE_SIZE
CONTENT = [bytes([65 + number]) * PIECE_SIZE for number in range(PIECES)]
DIGESTS = b"".join(piece_digest([content]) for content in CONTENT)
TEN_MILLION = 10_000_000
MANIFEST_PART = 1 << 20


def _frame(kind: Kind, payload: bytes, number: int = 0) -> bytes:
    return FrameHeader(kind, len(payload), number).encode() + payload


def _have(count: int) -> bytes:
    return _frame(Kind.HAVE, PieceMap.full(count).encode(), count)


def _manifest(wire: bytes) -> Iterator[bytes]:
    for at in range(0, len(wire), MANIFEST_PART):
        yield _frame(Kind.MANIFEST, wire[at : at + MANIFEST_PART], len(wire))


def _honest(pieces: list[int]) -> Iterator[bytes]:
    for piece in pieces:
        yield _frame(Kind.PIECE, CONTENT[piece % PIECES], piece)


def _for_ever(frame: bytes) -> Callable[[list[int]], Iterator[bytes]]:
    return lambda _pieces: itertools.repeat(frame)


def _once(frame: bytes) -> Callable[[list[int]], Iterator[bytes]]:
    return lambda _pieces: iter((frame,))


@dataclass(frozen=True)
class Lie:
    """`answer` is what is sent when pieces are wanted, `wire` what is said to be the manifest.

    The offer claims `size` and `files`. `shown` stands for the manifest if other bytes are sent.
    """

    wire: bytes
    size: int = SIZE
    files: int = 1
    name: str = ""
    is_folder: bool = False
    answer: Callable[[list[int]], Iterator[bytes]] = _honest
    count: int = PIECES
    endless: bool = False
    root: bytes = field(default=b"")

    @property
    def offered_root(self) -> bytes:
        return self.root or root_digest(self.wire)

    def manifest(self) -> Iterator[bytes]:
        """Yield the frames that answer whoever asks for the manifest."""
        if self.endless:
            return itertools.repeat(_frame(Kind.MANIFEST, bytes(MANIFEST_PART), 1 << 40))
        return _manifest(self.wire)

    def greeting(self) -> bytes:
        return _have(self.count)


def _file(**changes: object) -> Manifest:
    made = {"name": "lie", "is_folder": False, "entries": (Entry("", SIZE, 0),), "folders": ()}
    return Manifest(**made, digests=DIGESTS, **changes)  # type: ignore[arg-type]


def _folder(*paths: str, sizes: int = 0) -> bytes:
    entries = tuple(Entry(path, sizes, 0) for path in paths)
    return encode_manifest(Manifest("lie", True, entries, (), b""))


def _empty_files(count: int, entries: bytes) -> bytes:
    """Return the manifest of so many, however many that are."""
    said = msgspec.msgpack.encode
    head = b"\xdd" + struct.pack(">I", count)
    return b"\x96" + said(1) + said("lie") + said(True) + head + entries + b"\x90" + b"\xc4\0"


def _tiny(count: int) -> bytes:
    return _empty_files(
        count, b"".join(msgspec.msgpack.encode([f"{number:x}", 0, 0]) for number in range(count))
    )


def _ten_million() -> bytes:
    return _empty_files(TEN_MILLION, msgspec.msgpack.encode(["a", 0, 0]) * TEN_MILLION)


_PLAIN = encode_manifest(_file())
_OUTSIDE = ("../../.bashrc", "/etc/passwd", "a/../../b", "a\0b", "./a", "a//b")
ODD_NAMES = (
    "photo\u202egnp.exe",
    "\u2066hidden\u2069.txt",
    "con.txt",
    "new\nline",
    "tab\there",
    ".ssh",
    "trailing. ",
    "Case.txt",
    "case.txt",
    "q?*<>|.txt",
)

_NAMED = ("bad-name-0", "bad-name-1", "bad-name-2")

LIES: dict[str, Callable[[], Lie]] = {
    "bigger": lambda: Lie(_PLAIN, size=1000),
    "smaller": lambda: Lie(_PLAIN, size=SIZE + 50_000_000),
    "wrong-digest": lambda: Lie(_PLAIN, answer=_once(_frame(Kind.PIECE, bytes(PIECE_SIZE), 0))),
    "short-piece": lambda: Lie(_PLAIN, answer=_once(_frame(Kind.PIECE, b"short", 0))),
    "unasked": lambda: Lie(_PLAIN, answer=_for_ever(_frame(Kind.PIECE, CONTENT[0], 1 << 40))),
    "news": lambda: Lie(_PLAIN, answer=_for_ever(_have(PIECES))),
    "nonsense": lambda: Lie(_PLAIN, answer=_once(b"GET / HTTP/1.1\r\n\r\n")),
    "silent": lambda: Lie(_PLAIN, answer=lambda _pieces: iter(())),
    "other-manifest": lambda: Lie(_PLAIN, root=bytes(32)),
    "endless-manifest": lambda: Lie(_PLAIN, root=bytes(32), endless=True),
    "no-manifest": lambda: Lie(b"\xc1" * 100),
    "ten-million": lambda: Lie(_ten_million(), size=0, files=5, is_folder=True),
    "tiny-files": lambda: Lie(_tiny(100_000), size=0, files=5, is_folder=True),
    "odd-names": lambda: Lie(
        _folder(*ODD_NAMES), size=0, files=len(ODD_NAMES), is_folder=True, count=0
    ),
    **{name: lambda: Lie(_PLAIN) for name in _NAMED},
    **{
        f"outside-{number}": lambda path=path: Lie(  # type: ignore[misc]
            _folder(path), size=0, is_folder=True, count=0
        )
        for number, path in enumerate(_OUTSIDE)
    },
}
"""By the name of the path that is sent."""


# -- who fetches


def want(*pieces: int) -> bytes:
    return _frame(Kind.WANT, struct.pack(f">{len(pieces)}I", *pieces))


def flooding() -> Iterator[bytes]:
    return itertools.repeat(want(*[0] * MAX_WANTED))


def asking_for_ever() -> Iterator[bytes]:
    return itertools.repeat(_frame(Kind.ASK_MANIFEST, b""))


GREEDS: dict[str, Callable[[], Iterator[bytes]]] = {
    "beyond": lambda: iter((want(1 << 20),)),
    "floods": flooding,
    "asks-for-ever": asking_for_ever,
    "sends-pieces": lambda: iter((_frame(Kind.PIECE, CONTENT[0], 0),)),
    "never-reads": lambda: iter([want(*range(PIECES * 20))]),
    "says-nothing": lambda: iter(()),
    "nonsense": lambda: iter((b"\xff" * 64,)),
}
"""By the name of the folder that is received into."""
