"""What docs/export-format.md says is what the app writes."""

from __future__ import annotations

import hashlib
import struct
import unicodedata
from pathlib import Path

import msgspec
import pytest

from app.protocol import archive
from tests.vectors import primitives as plain
from tests.vectors.generate import load

PAGE = (Path(__file__).parents[2] / "docs" / "export-format.md").read_text(encoding="utf-8")
KINDS = [
    archive.ProfileRecord,
    archive.SettingRecord,
    archive.PersonRecord,
    archive.RoomEntry,
    archive.EventsEntry,
    archive.MarksEntry,
    archive.HiddenEntry,
    archive.ReadEntry,
    archive.ClearedEntry,
    archive.KeptEntry,
    archive.TimersEntry,
    archive.TransfersEntry,
    archive.PictureEntry,
    archive.EndRecord,
]
CHUNK = 65536
raw = bytes.fromhex


def keys(vectors: dict[str, str]) -> tuple[bytes, bytes, bytes]:
    """Return the start of the file, the key of the chunks and the key check."""
    salt = raw(vectors["salt"])
    start = b"PARLORX\x01" + struct.pack(">III", 65536, 3, 1) + salt
    passphrase = unicodedata.normalize("NFKC", vectors["passphrase"]).encode()
    stretched = plain.argon2id(passphrase, salt)
    key = plain.hkdf(stretched, b"parlor archive 1", 32, start)
    return start, key, plain.hkdf(stretched, b"parlor archive check 1", 16, start)


def chunks(key: bytes, content: bytes) -> list[bytes]:
    pieces = [content[at : at + CHUNK] for at in range(0, max(len(content), 1), CHUNK)]
    last = len(pieces) - 1
    return [
        plain.seal(key, n.to_bytes(11, "big") + bytes([n == last]), piece)
        for n, piece in enumerate(pieces)
    ]


def test_the_file_can_be_written_by_the_page_alone() -> None:
    vectors = load("archive")
    start, key, check = keys(vectors)
    head = start + check
    head += hashlib.sha256(head).digest()[:8]
    assert head + b"".join(chunks(key, raw(vectors["content"]))) == raw(vectors["file"])


def test_chunks_end_where_the_page_says() -> None:
    vectors = load("archive")
    _, key, _ = keys(vectors)
    for entry in vectors["zeros"]:
        sealed = chunks(key, bytes(entry["count"]))
        assert [chunk[-16:].hex() for chunk in sealed] == entry["tags"]


def test_records_are_read_by_any_library() -> None:
    content = raw(load("archive")["content"])
    found = []
    while content:
        (size,) = struct.unpack_from(">I", content)
        found.append(msgspec.msgpack.decode(content[4 : 4 + size]))
        content = content[4 + size :]
    assert [record["t"] for record in found] == ["profile", "setting", "room", "end"]
    assert found[-1] == {"t": "end", "records": 3, "events": 0}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_and_field_is_written_down(kind: type[msgspec.Struct]) -> None:
    (row,) = (
        line for line in PAGE.splitlines() if line.startswith(f"| `{kind.__struct_config__.tag}` |")
    )
    assert all(f"`{field}`" in row for field in kind.__struct_fields__)


def test_every_kind_is_tested() -> None:
    assert {kind.__struct_config__.tag for kind in KINDS} == archive._KINDS
