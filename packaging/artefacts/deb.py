"""A .deb as a file: an archive of three members, the last of which holds what is installed."""

from __future__ import annotations

import lzma

from artefacts.packing import filters

MAGIC = b"!<arch>\n"
HEAD = 60
PLAIN, PACKED = b"data.tar", b"data.tar.xz"


def compressed(package: bytes, machine: str) -> bytes:
    """Return the package with its files compressed, as the programs of `machine` are best.

    nfpm does so, too, but takes four times as long, and makes it larger.
    """
    parts, at = [MAGIC], len(MAGIC)
    while at < len(package):
        head, size = package[at : at + HEAD], int(package[at + 48 : at + 58])
        data, at = package[at + HEAD : at + HEAD + size], at + HEAD + size + size % 2
        if head[:16].rstrip(b" /") == PLAIN:
            data = lzma.compress(data, filters=filters(machine))
            head = PACKED.ljust(16) + head[16:48] + str(len(data)).encode().ljust(10) + head[58:]
        parts += [head, data, b"\n" * (len(data) % 2)]
    return b"".join(parts)
