"""The vectors of exported profiles."""

from __future__ import annotations

from typing import Any

from app.crypto.archive import CHUNK_SIZE, ArchiveSealer
from app.protocol.archive import ProfileRecord, Record, RecordWriter, RoomEntry, SettingRecord
from tests.vectors.link_sections import fixed

PASSPHRASE = "caf\u00e9 \ufb01n"
"""Two characters of it look otherwise once they are normalised."""


def archive() -> dict[str, Any]:
    salt = fixed("archive salt", 16)
    records: list[Record] = [
        ProfileRecord(seed=fixed("ana"), name="Ana", made_ms=1_700_000_000_000, events=0),
        SettingRecord(key="theme", value="dark"),
        RoomEntry(
            room=fixed("room", 16),
            kind="group",
            peer=None,
            joined=True,
            epochs=[(0, fixed("room secret"))],
            draft="",
            sent=0,
        ),
    ]
    writer = RecordWriter()
    content = b"".join(map(writer.write, records)) + writer.end()
    return {
        "passphrase": PASSPHRASE,
        "salt": salt.hex(),
        "content": content.hex(),
        "file": whole(salt, content).hex(),
        "zeros": [{"count": n, "tags": tags(salt, n)} for n in (0, 1, CHUNK_SIZE, CHUNK_SIZE + 1)],
    }


def whole(salt: bytes, content: bytes) -> bytes:
    sealer = ArchiveSealer(PASSPHRASE, salt)
    return sealer.header + sealer.feed(content) + sealer.finish()


def tags(salt: bytes, count: int) -> list[str]:
    """Return the tags of the chunks in which so many zero bytes are sealed."""
    sealer = ArchiveSealer(PASSPHRASE, salt)
    body = sealer.feed(bytes(count)) + sealer.finish()
    size = CHUNK_SIZE + 16
    return [body[at : at + size][-16:].hex() for at in range(0, len(body), size)]
