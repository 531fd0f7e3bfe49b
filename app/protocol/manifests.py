"""Manifests as bytes, and what of a manifest from elsewhere is believed.

The encoding is MessagePack arrays. A transfer is offered under the digest of these very bytes.
Version 1 says nothing of how pieces begin, which is also what is made where nothing is to be said.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import msgspec

from app.crypto.content import root_digest
from app.domain.errors import RemoteProtocolError
from app.domain.file_names import MAX_PATH_BYTES, split_path
from app.domain.manifest import (
    DIGEST_SIZE,
    HEAD_SIZE,
    MAX_FILES,
    MAX_FOLDERS,
    MAX_PIECES,
    PIECE_SIZE,
    Entry,
    Layout,
    Manifest,
)

BARE, HEADED = 1, 2
"""Versions."""
MAX_MANIFEST_BYTES = 64 * 1024 * 1024
MAX_SIZE = 1 << 60
MAX_MTIME_MS = 1 << 53
MAX_NAME_LENGTH = 1024
ROOM_FOR_FOLDERS = 4 * 1024 * 1024
"""Bytes that folders without files may take, which an offer does not count."""
_BYTES_A_FILE = MAX_PATH_BYTES + 32
_SHORT_LIST = 0x90
_LONGER_LISTS = {0xDC: 2, 0xDD: 4}
"""How MessagePack begins a list: so many bytes say its length."""


class _Manifest(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    version: int
    name: str
    is_folder: bool
    entries: tuple[Entry, ...]
    folders: list[str]
    digests: bytes


class _Headed(_Manifest, array_like=True, forbid_unknown_fields=True):
    heads: bytes


class _Counted(msgspec.Struct, array_like=True):
    """Lists that are still bytes, to be counted before they take memory as objects."""

    version: int
    name: msgspec.Raw
    is_folder: msgspec.Raw
    entries: msgspec.Raw
    folders: msgspec.Raw


_Decoder = msgspec.msgpack.Decoder[_Manifest] | msgspec.msgpack.Decoder[_Headed]
_encoder = msgspec.msgpack.Encoder()
_counted = msgspec.msgpack.Decoder(_Counted)
_decoders: dict[int, msgspec.msgpack.Decoder[_Manifest] | msgspec.msgpack.Decoder[_Headed]] = {
    BARE: msgspec.msgpack.Decoder(_Manifest),
    HEADED: msgspec.msgpack.Decoder(_Headed),
}


def encode_manifest(manifest: Manifest) -> bytes:
    """Return the bytes whose digest stands for the transfer."""
    folders = list(manifest.folders)
    parts = (manifest.name, manifest.is_folder, manifest.entries, folders, manifest.digests)
    if not manifest.heads:
        return _encoder.encode(_Manifest(BARE, *parts))
    return _encoder.encode(_Headed(HEADED, *parts, manifest.heads))


def decode_manifest(wire: bytes, root: bytes) -> Manifest:
    """Return the manifest that `root` (32 bytes) stands for.

    Raises RemoteProtocolError("manifest-mismatch": other bytes than were offered |
    "manifest-malformed" | "manifest-too-large" | "bad-path").
    """
    if len(wire) > MAX_MANIFEST_BYTES:
        raise RemoteProtocolError("manifest-too-large", f"{len(wire)} bytes")
    if root_digest(wire) != root:
        raise RemoteProtocolError("manifest-mismatch")
    try:
        read = _decoder(_counted.decode(wire)).decode(wire)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RemoteProtocolError("manifest-malformed") from error
    heads = read.heads if isinstance(read, _Headed) else b""
    _check(read, heads)
    return Manifest(
        read.name, read.is_folder, read.entries, tuple(read.folders), read.digests, heads
    )


def most_bytes(size: int, files: int) -> int:
    """Return how long a manifest may be of an offer of so many bytes in so many files."""
    pieces = size // PIECE_SIZE + files + 1
    needed = files * _BYTES_A_FILE + pieces * (DIGEST_SIZE + HEAD_SIZE)
    return min(ROOM_FOR_FOLDERS + needed, MAX_MANIFEST_BYTES)


def _decoder(counted: _Counted) -> _Decoder:
    files, folders = _length(counted.entries), _length(counted.folders)
    if files > MAX_FILES or folders > MAX_FOLDERS:
        raise RemoteProtocolError("manifest-too-large", f"{files} files")
    found = _decoders.get(counted.version)
    if found is None:
        raise RemoteProtocolError("manifest-malformed", f"version {counted.version}")
    return found


def _length(packed: msgspec.Raw) -> int:
    """Return how long a packed list says that it is; 0 for what is none."""
    head = bytes(memoryview(packed)[:5])
    if head[0] & 0xF0 == _SHORT_LIST:
        return head[0] & 0x0F
    width = _LONGER_LISTS.get(head[0], 0)
    return int.from_bytes(head[1 : 1 + width])


def _check(read: _Manifest, heads: bytes) -> None:
    if not all(_is_sane(entry) for entry in read.entries):
        raise RemoteProtocolError("manifest-malformed", "size or time")
    if not 0 < len(read.name) <= MAX_NAME_LENGTH:
        raise RemoteProtocolError("manifest-malformed", "name")
    _check_paths(read)
    pieces = Layout([entry.size for entry in read.entries]).count
    if pieces > MAX_PIECES:
        raise RemoteProtocolError("manifest-too-large", f"{pieces} pieces")
    if len(read.digests) != pieces * DIGEST_SIZE:
        raise RemoteProtocolError("manifest-malformed", "digests")
    if len(heads) not in (0, pieces * HEAD_SIZE):
        raise RemoteProtocolError("manifest-malformed", "heads")


def _is_sane(entry: Entry) -> bool:
    return 0 <= entry.size <= MAX_SIZE and abs(entry.mtime_ms) <= MAX_MTIME_MS


def _check_paths(read: _Manifest) -> None:
    paths = [entry.path for entry in read.entries]
    if not read.is_folder:
        if paths != [""] or read.folders:
            raise RemoteProtocolError("manifest-malformed", "one file has no paths")
        return
    if len(set(chain(paths, read.folders))) < len(paths) + len(read.folders):
        raise RemoteProtocolError("bad-path", "doubled")
    files = set(paths)
    for parts in _split(chain(paths, read.folders)):
        if any("/".join(parts[:depth]) in files for depth in range(1, len(parts))):
            raise RemoteProtocolError("bad-path", "a file is no folder")


def _split(paths: Iterator[str]) -> Iterator[tuple[str, ...]]:
    return (split_path(path) for path in paths)
