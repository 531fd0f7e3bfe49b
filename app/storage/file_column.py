"""What the row of a message keeps of the file that it offers."""

from __future__ import annotations

import msgspec

from app.domain.files import FileOffered

TAKEN_BACK = b""
"""Stands where an offer stood whose message was deleted."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(FileOffered)


def file_values(file: FileOffered | None) -> tuple[bytes | None, str]:
    """Return the columns `file` and `file_name`."""
    return (None, "") if file is None else (_encoder.encode(file), file.name)


def decode_file(stored: bytes | None) -> FileOffered | None:
    """Undo it. None for a text, and for an offer that was taken back."""
    return _decoder.decode(stored) if stored else None
