"""What the app and the worker that moves files tell each other over a pipe.

A message is its length (4 bytes, big-endian) and a MessagePack map with its kind under "t". The
app names transfers and lanes by numbers of its own choice, which it uses once. A lane is one
connection to one peer for one transfer.
"""

from __future__ import annotations

import struct
from typing import Literal, TypeVar

import msgspec

from app.domain.errors import LocalProtocolError

LENGTH = struct.Struct(">I")
MAX_MESSAGE = 1024 * 1024


Way = Literal["direct", "webrtc", "relay"]
"""How a lane meets: TCP, a WebRTC connection, or the same over relayed addresses of ours alone."""


class IceServer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A STUN or TURN server: `stun:host:port`, `turn:host:port?transport=udp`, `turns:host`."""

    url: str
    username: str = ""
    credential: str = ""


class _Message(msgspec.Struct, frozen=True, tag_field="t", forbid_unknown_fields=True):
    pass


class Prepare(_Message, frozen=True, tag="prepare"):
    """Read `path` whole and write its manifest into the file `manifest`. -> Prepared | Failed."""

    transfer: int
    path: str
    manifest: str


class Serve(_Message, frozen=True, tag="serve"):
    """Give the pieces of `path` to whom a lane of this transfer leads. -> Failed if it cannot.

    `received` if `path` is where a Fetch has put it, whose names may differ from the manifest's.
    `seen` is the file of a Verify, "" for none.
    """

    transfer: int
    root: bytes
    path: str
    manifest: str
    received: bool = False
    seen: str = ""


class Verify(_Message, frozen=True, tag="verify"):
    """Read `path` whole and compare it with what was offered as `root`. -> Progress, Prepared |
    Failed ("file-differs").

    It may be called otherwise and be younger: what its files look like now is written into the
    file `seen`. Without `manifest` that is made again, if everything is as it was and `name` is
    how it was called.
    """

    transfer: int
    root: bytes
    name: str
    path: str
    manifest: str
    seen: str
    received: bool = False


class Earlier(msgspec.Struct, frozen=True, array_like=True):
    """What `root` stands for lies at `path`: received, or else offered from there."""

    manifest: str
    path: str
    root: bytes
    received: bool = True


class Fetch(_Message, frozen=True, tag="fetch"):
    """Get what `root` stands for into `folder`, and serve what is there meanwhile.

    `manifest` and `state` are files that are made if they are not there; with `state` it goes on
    where it was. `size` and `files` (None if unknown) are what was offered; anything else is
    refused. -> Progress, Done | Failed. After Done it serves on until it is stopped.

    `earlier` are things that may have something in common with it, which is copied rather than
    fetched.
    """

    transfer: int
    root: bytes
    size: int
    folder: str
    manifest: str
    state: str
    earlier: tuple[Earlier, ...] = ()
    files: int | None = None


class Stop(_Message, frozen=True, tag="stop"):
    """Close the lanes of a transfer and its files; with `delete`, what came so far goes too.

    -> Stopped
    """

    transfer: int
    delete: bool = False


class Discard(_Message, frozen=True, tag="discard"):
    """Delete what came of a Fetch that is not running. -> Stopped | Failed."""

    transfer: int
    root: bytes
    folder: str
    manifest: str
    state: str


class OpenLane(_Message, frozen=True, tag="open-lane"):
    """Prepare to meet a peer. -> LaneReady | LaneDown. It is used after ConnectLane alone.

    Of ways other than direct one side makes an offer, for which `offer` is empty; to the other side
    it is the peer's description. `servers` may be used for these ways.
    """

    transfer: int
    lane: int
    way: Way = "direct"
    offer: bytes = b""
    servers: tuple[IceServer, ...] = ()


class ConnectLane(_Message, frozen=True, tag="connect-lane"):
    """Meet the peer: expect it on our port, and try its addresses. -> LaneUp | LaneDown.

    `certificate` (DER) and `token` (32 bytes) are those that both have agreed on. For ways other
    than direct, only the token counts, and `description`, the answer to our offer; it is empty on
    the side that answers.
    """

    lane: int
    certificate: bytes
    token: bytes
    addresses: tuple[tuple[str, int], ...]
    description: bytes = b""


class CloseLane(_Message, frozen=True, tag="close-lane"):
    """-> LaneDown, if `gently` only when nothing is under way on it: it asks for nothing new."""

    lane: int
    gently: bool = False


class Cap(_Message, frozen=True, tag="cap"):
    """Bytes a second over all transfers, 0 for no limit."""

    up: int
    down: int


class Tune(_Message, frozen=True, tag="tune"):
    """Whether WebRTC lanes made from now on take losses by our own rules, which keep lines full."""

    recovery: bool


class Prepared(_Message, frozen=True, tag="prepared"):
    """The manifest is written; `root` is its digest."""

    transfer: int
    root: bytes
    name: str
    size: int
    files: int
    is_folder: bool


class LaneReady(_Message, frozen=True, tag="lane-ready"):
    """We listen on `port` and show `certificate` (DER), or are where `description` says."""

    lane: int
    port: int
    certificate: bytes
    description: bytes = b""


class LaneUp(_Message, frozen=True, tag="lane-up"):
    lane: int


class LaneDown(_Message, frozen=True, tag="lane-down"):
    """A lane is closed or never came up; `code` is why ("done" if all was moved).

    One that never came up says "no-direct-way", "no-webrtc-way", "no-relay" (no server is given,
    or none answers) or, if the peer is to blame, "bad-description", "bad-certificate", "bad-token".
    """

    lane: int
    code: str


class Progress(_Message, frozen=True, tag="progress"):
    """At most ten a second for each transfer. `done` are verified bytes, `rate` bytes a second.

    `lane` is None for the transfer as a whole, else how far the peer at its other end is. `reused`
    of the bytes were on this disk already; a Fetch that goes on does not know of those before.
    """

    transfer: int
    done: int
    size: int
    rate: float
    lane: int | None = None
    reused: int = 0


class Done(_Message, frozen=True, tag="done"):
    """Everything is verified and in place at `path`."""

    transfer: int
    path: str


class Stopped(_Message, frozen=True, tag="stopped"):
    transfer: int


class Failed(_Message, frozen=True, tag="failed"):
    """It rests until it is begun anew. `code` is an error code, `params` the values of its text."""

    transfer: int
    code: str
    params: dict[str, str]


Reading = Prepare | Verify
Command = Reading | Serve | Fetch | Stop | Discard | OpenLane | ConnectLane | CloseLane | Cap | Tune
Notice = Prepared | LaneReady | LaneUp | LaneDown | Progress | Done | Stopped | Failed

_encoder = msgspec.msgpack.Encoder()
_commands: msgspec.msgpack.Decoder[Command] = msgspec.msgpack.Decoder(Command)
_notices: msgspec.msgpack.Decoder[Notice] = msgspec.msgpack.Decoder(Notice)
_Kind = TypeVar("_Kind", Command, Notice)


def encode_message(message: Command | Notice) -> bytes:
    """Return length and content. LocalProtocolError if it is too long."""
    raw = _encoder.encode(message)
    if len(raw) > MAX_MESSAGE:
        raise LocalProtocolError(f"{len(raw)} bytes for the worker")
    return LENGTH.pack(len(raw)) + raw


def decode_command(raw: bytes) -> Command:
    """Undo `encode_message` without the length. Raises LocalProtocolError."""
    return _decoded(_commands, raw)


def decode_notice(raw: bytes) -> Notice:
    """Undo `encode_message` without the length. Raises LocalProtocolError."""
    return _decoded(_notices, raw)


def _decoded(decoder: msgspec.msgpack.Decoder[_Kind], raw: bytes) -> _Kind:
    try:
        return decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise LocalProtocolError("not a message of the worker's") from error
