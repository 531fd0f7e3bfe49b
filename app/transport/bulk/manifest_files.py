"""Manifests on this disk: written once, read when a transfer is begun again."""

from __future__ import annotations

from pathlib import Path

from app.crypto.content import root_digest
from app.domain.errors import AppError, RemoteProtocolError
from app.domain.manifest import MAX_FOLDERS, Manifest
from app.protocol.manifests import decode_manifest, encode_manifest, most_bytes
from app.transport.bulk.failures import disk_errors
from app.transport.bulk.resume import write_whole


def save_manifest(path: Path, manifest: Manifest) -> bytes:
    """Write a manifest and return its root digest.

    Raises AppError("too-many-files") for one that nobody would take, and as `disk_errors` says.
    """
    wire = encode_manifest(manifest)
    if len(wire) > most_bytes(manifest.size, len(manifest.entries)):
        raise AppError("too-many-files", {"limit": MAX_FOLDERS})
    keep_manifest(path, wire)
    return root_digest(wire)


def load_seen(path: Path, manifest: Manifest) -> Manifest:
    """Return how the files of a manifest look now: with other times, if `path` says so."""
    try:
        wire = path.read_bytes()
        seen = decode_manifest(wire, root_digest(wire))
    except (OSError, RemoteProtocolError):
        return manifest
    return seen if seen.digests == manifest.digests else manifest


def keep_manifest(path: Path, wire: bytes) -> None:
    """Write a manifest that is encoded already. Raises AppError."""
    with disk_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, wire)


def load_manifest(path: Path, root: bytes) -> Manifest | None:
    """Return the manifest of `root`, None if that is not what is in the file."""
    try:
        return decode_manifest(path.read_bytes(), root)
    except (OSError, RemoteProtocolError):
        return None
