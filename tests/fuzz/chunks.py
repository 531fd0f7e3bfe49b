"""Takes a fuzzer's bytes apart: what a state machine gets is a list of messages, not one."""

from __future__ import annotations

from collections.abc import Iterator


def messages(data: bytes) -> Iterator[bytes]:
    """Yield messages: each is preceded by two bytes of length; the last may be cut short."""
    at = 0
    while at + 2 <= len(data):
        size = int.from_bytes(data[at : at + 2])
        yield data[at + 2 : at + 2 + size]
        at += 2 + size


def joined(parts: list[bytes]) -> bytes:
    """Return bytes that `messages` takes apart into `parts`."""
    return b"".join(len(part).to_bytes(2) + part for part in parts)
