"""The content of an exported profile: records, each framed by its length (docs/export-format.md).

A record says something of the profile in terms that outlive the database's tables. Records of a
kind that is not known are passed over: what must be understood has a new version of the file.
"""

from __future__ import annotations

import struct
from typing import Annotated, get_args

import msgspec
from msgspec import Meta

from app.domain.errors import AppError

MAX_RECORD = 4 * 1024 * 1024
_LENGTH = struct.Struct(">I")

Key = Annotated[bytes, Meta(min_length=32, max_length=32)]
RoomKey = Annotated[bytes, Meta(min_length=16, max_length=16)]
Count = Annotated[int, Meta(ge=0, le=(1 << 63) - 1)]


class ProfileRecord(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="profile"):
    """The first record: who this is. `made_ms` is when it was exported, in Unix milliseconds.

    `events` is how many there are in all, as far as was known at the beginning.
    """

    seed: Key
    name: str
    made_ms: Count
    events: Count


class SettingRecord(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="setting"):
    key: str
    value: str


class PersonRecord(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="person"):
    """Somebody who was met: a name ("" for none), when last seen (Unix ms, 0 for never)."""

    peer: Key
    name: str
    seen_ms: Count


class RoomEntry(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="t", tag="room"
):
    """A room; its events, marks and read place follow. `epochs` has pairs of epoch and secret.

    `sent` is our highest seq that was handed to anybody. `governs` has the govern keys of epochs
    whose secret is not known, `asking` the token by which we wait to be let in.
    """

    room: RoomKey
    kind: str
    peer: Key | None
    joined: bool
    epochs: list[tuple[Count, Key]]
    draft: str
    sent: Count
    governs: list[tuple[Count, Key]] = []
    founder: Key | None = None
    asking: Key | None = None


class ClearedEntry(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="cleared"):
    """Up to which event of each author a room's history was deleted here; before its events."""

    room: RoomKey
    seqs: list[tuple[Key, Count]]


class KeptEntry(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="kept"):
    """How a room stands in the list; `muted_ms` is -1 for ever. `standing` is what we were last."""

    room: RoomKey
    standing: str
    muted_ms: Annotated[int, Meta(ge=-1, le=(1 << 63) - 1)]
    pin: Count
    archived: bool
    marked: bool


class TimersEntry(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="timers"):
    """When messages of a room disappear here at the latest, in Unix milliseconds."""

    room: RoomKey
    timers: list[tuple[Key, Count]]


class KeptTransfer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the file of the message `event` stands here; `manifest` is perhaps left out.

    `path` is where it lies, `folder` where it was put. `settled` has who is through with an offer
    of ours and how, `told` whether the author knows that we are.
    """

    event: Key
    state: str
    path: str = ""
    folder: str = ""
    told: bool = False
    settled: list[tuple[Key, str]] = []
    manifest: bytes = b""


class TransfersEntry(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="transfers"):
    """Files that are offered in a room; after its events."""

    room: RoomKey
    transfers: list[KeptTransfer]


class PictureEntry(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="picture"):
    """Our own picture."""

    image: bytes


class EventsEntry(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="events"):
    """Events as they travel; those of one author in their order."""

    room: RoomKey
    events: list[bytes]


class MarksEntry(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="marks"):
    """What `member` has reported: for authors the highest seq stored, and read."""

    room: RoomKey
    member: Key
    marks: list[tuple[Key, Count, Count]]


class HiddenEntry(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="hidden"):
    """Messages of a room that were deleted on this machine only."""

    room: RoomKey
    events: list[Key]


class ReadEntry(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="read"):
    """Up to which place we have read a room."""

    room: RoomKey
    hlc: Count
    event: Key


class EndRecord(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", tag="end"):
    """The last record: how many records came before it, and how many events in them."""

    records: Count
    events: Count


Record = (
    ProfileRecord
    | SettingRecord
    | PersonRecord
    | RoomEntry
    | EventsEntry
    | MarksEntry
    | HiddenEntry
    | ReadEntry
    | ClearedEntry
    | KeptEntry
    | TimersEntry
    | TransfersEntry
    | PictureEntry
    | EndRecord
)
_KINDS = frozenset(kind.__struct_config__.tag for kind in get_args(Record))


class _Kind(msgspec.Struct):
    t: str


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Record)
_kind_decoder = msgspec.msgpack.Decoder(_Kind)


class RecordWriter:
    """Frames records and counts them."""

    def __init__(self) -> None:
        self._records = self._events = 0

    def write(self, record: Record) -> bytes:
        self._records += 1
        if isinstance(record, EventsEntry):
            self._events += len(record.events)
        return _frame(record)

    def end(self) -> bytes:
        return _frame(EndRecord(records=self._records, events=self._events))


class RecordReader:
    """Takes content in pieces of any size and gives the records in it.

    Raises AppError("archive-damaged") for what was never written so.
    """

    def __init__(self) -> None:
        self._pending = bytearray()
        self._records = self._events = 0
        self._ended = False

    def feed(self, content: bytes) -> list[Record]:
        """Return the records that are whole by now."""
        self._pending += content
        found: list[Record] = []
        at = 0
        while (body := self._body(at)) is not None:
            at += _LENGTH.size + len(body)
            record = _decode(body)
            self._count(record)
            if record is not None and not isinstance(record, EndRecord):
                found.append(record)
        del self._pending[:at]
        return found

    def finish(self) -> None:
        """Say that there is no more content."""
        if self._pending or not self._ended:
            raise AppError("archive-damaged")

    def _body(self, at: int) -> bytes | None:
        start = at + _LENGTH.size
        if len(self._pending) < start:
            return None
        (size,) = _LENGTH.unpack_from(self._pending, at)
        if size > MAX_RECORD:
            raise AppError("archive-damaged")
        return (
            bytes(self._pending[start : start + size])
            if len(self._pending) >= start + size
            else None
        )

    def _count(self, record: Record | None) -> None:
        if self._ended or isinstance(record, ProfileRecord) != (self._records == 0):
            raise AppError("archive-damaged")
        if isinstance(record, EndRecord):
            self._ended = True
            if (record.records, record.events) != (self._records, self._events):
                raise AppError("archive-damaged")
        self._records += 1
        if isinstance(record, EventsEntry):
            self._events += len(record.events)


def _frame(record: Record) -> bytes:
    body = _encoder.encode(record)
    return _LENGTH.pack(len(body)) + body


def _decode(body: bytes) -> Record | None:
    try:
        if _kind_decoder.decode(body).t not in _KINDS:
            return None
        record: Record = _decoder.decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise AppError("archive-damaged") from error
    return record
