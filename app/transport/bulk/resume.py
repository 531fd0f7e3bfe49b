"""What a transfer remembers between runs: which pieces lie safely on the disk, and where it went.

A file of MessagePack with its own digest, replaced whole, so that any crash leaves the old or the
new one.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec

from app.crypto.content import piece_digest
from app.domain.manifest import DIGEST_SIZE

VERSION = 1


class ResumeState(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """`pieces` is an encoded PieceMap of what is verified and synced.

    `placed` is the final name, noted before it is given, with the inode of what gets it.
    """

    version: int
    root: bytes
    pieces: bytes
    placed: str = ""
    inode: int = 0


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(ResumeState)


def load_state(path: Path, root: bytes) -> ResumeState | None:
    """Return what is remembered of the transfer of `root`, None if nothing that can be trusted."""
    try:
        raw = path.read_bytes()
        state = _decoder.decode(raw[DIGEST_SIZE:])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    sound = raw[:DIGEST_SIZE] == piece_digest([raw[DIGEST_SIZE:]])
    return state if sound and state.version == VERSION and state.root == root else None


def save_state(path: Path, state: ResumeState) -> None:
    """Replace what is remembered; it is on the disk when this returns. Raises OSError."""
    content = _encoder.encode(state)
    write_whole(path, piece_digest([content]) + content)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all. Raises OSError."""
    fresh = path.with_name(path.name + ".new")
    try:
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise
