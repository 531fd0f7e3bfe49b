"""How programs and libraries are compressed for a download."""

from __future__ import annotations

import lzma

WINDOW = 64 << 20
"""So far back, in bytes, the same is recognised."""


def filters(machine: str) -> list[dict[str, int]]:
    """Return how to compress the programs of a machine; what it costs is memory, not time."""
    packing = {"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": WINDOW}
    return [{"id": lzma.FILTER_X86}, packing] if machine == "x86_64" else [packing]
