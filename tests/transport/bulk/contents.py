"""Manifests of contents that tests make up."""

from __future__ import annotations

from app.crypto.content import piece_digest
from app.domain.manifest import PIECE_SIZE, Entry, Layout, Manifest

PART = ".part"
ROOT = b"r" * 32
SIZES = (0, 1, 700, PIECE_SIZE - 1, PIECE_SIZE, PIECE_SIZE + 1, 2 * PIECE_SIZE + 9)


def manifest_of(contents: list[bytes], *, is_folder: bool = True) -> Manifest:
    entries = tuple(
        Entry(f"{number % 3}/{number}" if is_folder else "", len(content), 1000 * number)
        for number, content in enumerate(contents)
    )
    layout = Layout([len(content) for content in contents])
    digests = b"".join(
        piece_digest([piece_of(contents, layout, piece)]) for piece in range(layout.count)
    )
    return Manifest("given", is_folder, entries, ("bare/er",) if is_folder else (), digests)


def piece_of(contents: list[bytes], layout: Layout, piece: int) -> bytes:
    parts = layout.slices(piece)
    return b"".join(contents[one.entry][one.offset :][: one.length] for one in parts)
