"""What servers tell each other over a bus: arrays of MessagePack, several records a frame.

Each server is the only one who tells of the connections it holds. `number` counts what a server
has told, so that a missing part is noticed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

import msgspec

from signaling.protocol import Card

MAX_FRAME = 8 * 1024 * 1024
"""The longest frame that is looked at, in bytes."""

IDS_PER_PART = 3000

Id = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
Instance = Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class BadFrame(ValueError):  # noqa: N818 - what it is, not that something failed
    """Bytes from the bus that are no frame of ours. Its text never holds what arrived."""


class Arrived(msgspec.Struct, frozen=True, array_like=True, tag="arrived"):
    """A peer proved who it is; what its connection at this server was in before counts no more.

    `stamp` orders the connections of a peer: Unix ms, and later than any stamp seen.
    """

    peer: Id
    instance: Instance
    stamp: Number


class Gone(msgspec.Struct, frozen=True, array_like=True, tag="gone"):
    peer: Id


class Entered(msgspec.Struct, frozen=True, array_like=True, tag="entered"):
    peer: Id
    room: Id


class Exited(msgspec.Struct, frozen=True, array_like=True, tag="exited"):
    peer: Id
    room: Id


class Listed(msgspec.Struct, frozen=True, array_like=True, tag="listed"):
    peer: Id
    card: Card


class Unlisted(msgspec.Struct, frozen=True, array_like=True, tag="unlisted"):
    peer: Id


class Reached(msgspec.Struct, frozen=True, array_like=True, tag="reached"):
    peer: Id
    other: Id


Change = Arrived | Gone | Entered | Exited | Listed | Unlisted | Reached


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """One connection as a whole."""

    peer: Id
    instance: Instance
    stamp: Number
    rooms: list[Id] = []
    card: Card | None = None
    reached: list[Id] = []


class Told(msgspec.Struct, frozen=True, array_like=True, tag="told"):
    """What changed at a server. To all."""

    server: Id
    number: Number
    changes: list[Change]


class Counts(msgspec.Struct, frozen=True, array_like=True):
    """What one server counts."""

    connections: Count = 0
    peers: Count = 0
    relayed: Count = 0


class Beat(msgspec.Struct, frozen=True, array_like=True, tag="beat"):
    """The server is there and has told so much. To all, once a second."""

    server: Id
    number: Number
    counts: Counts


class Ask(msgspec.Struct, frozen=True, array_like=True, tag="ask"):
    """`server` wants to know all that the receiver told so far."""

    server: Id


class Whole(msgspec.Struct, frozen=True, array_like=True, tag="whole"):
    """All connections at a server, as of `number`, in so many `parts`, counted from 0."""

    server: Id
    number: Number
    part: Count
    parts: Count
    entries: list[Entry]


class Carry(msgspec.Struct, frozen=True, array_like=True, tag="carry"):
    """A signal for a peer at the receiver. `again`: it has been handed on once already."""

    sender: Id
    to: Id
    payload: bytes
    again: bool = False


Record = Told | Beat | Ask | Whole | Carry

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Record])
_entries = msgspec.msgpack.Decoder(Entry)


def encode(records: Sequence[Record]) -> bytes:
    """Return a frame."""
    return _encoder.encode(records)


def decode(frame: bytes) -> list[Record]:
    """Return the records of a frame. Raises BadFrame."""
    if len(frame) > MAX_FRAME:
        raise BadFrame("too long")
    try:
        return _decoder.decode(frame)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise BadFrame("not a frame") from None


def encode_entry(entry: Entry) -> bytes:
    """Return an entry as it is kept outside the servers."""
    return _encoder.encode(entry)


def decode_entry(data: bytes) -> Entry:
    """Return a kept entry. Raises BadFrame."""
    try:
        return _entries.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise BadFrame("not an entry") from None


def wholes(server: bytes, number: int, entries: Iterable[Entry]) -> list[Whole]:
    """Return all connections at a server, in parts none of which is too long; at least one."""
    parts = list(_parts(entries))
    return [Whole(server, number, part, len(parts), held) for part, held in enumerate(parts)]


def _parts(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    part: list[Entry] = []
    weight = 0
    for entry in entries:
        part.append(entry)
        weight += 4 + len(entry.rooms) + len(entry.reached)
        if weight >= IDS_PER_PART:
            yield part
            part, weight = [], 0
    yield part
