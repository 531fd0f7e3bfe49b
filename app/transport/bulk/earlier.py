"""Pieces that are on this disk already: those of an earlier version that was received here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from app.crypto.content import piece_digest
from app.domain.errors import AppError
from app.domain.file_names import safe_paths
from app.domain.manifest import DIGEST_SIZE, PIECE_SIZE, Layout, Manifest
from app.protocol.piece_map import PieceMap
from app.transport.bulk.sources import SourceFiles

MAX_LOOKED_FOR = 1 << 17
"""Pieces, beyond which looking them up would take too much memory."""


def received_files(path: Path, manifest: Manifest, layout: Layout | None = None) -> SourceFiles:
    """Read what a transfer has put at `path`, where names may differ from the manifest's."""
    places = safe_paths(entry.path for entry in manifest.entries) if manifest.is_folder else None
    return SourceFiles(path, manifest, layout, places)


def pieces_at_hand(
    path: Path, earlier: Manifest, wanted: Manifest, done: PieceMap
) -> Iterator[tuple[int, memoryview]]:
    """Yield pieces of `wanted` that are not in `done` but lie at `path`, with their bytes.

    The bytes are checked, and good until the next one. Files that were changed are passed over.
    """
    if done.count > MAX_LOOKED_FOR:
        return
    lacking = {wanted.digest(piece): piece for piece in done.missing()}
    buffer = memoryview(bytearray(PIECE_SIZE))
    with closing(received_files(path, earlier)) as files:
        for number in range(len(earlier.digests) // DIGEST_SIZE):
            piece = lacking.pop(earlier.digest(number), None)
            content = _read(files, number, buffer) if piece is not None else None
            if piece is None or content is None:
                continue
            if piece_digest([content]) == wanted.digest(piece):
                yield piece, content


def _read(files: SourceFiles, piece: int, buffer: memoryview) -> memoryview | None:
    try:
        return files.read_into(piece, buffer)
    except AppError:
        return None
