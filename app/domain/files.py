"""Files in conversations: what an offer says, and how far a transfer is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import msgspec

from app.domain.ids import EventId, PeerId, RoomId


class FileOffered(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="t", tag="file"):
    """A message that offers a file or a folder; its event id names the transfer.

    `root` is the digest of the manifest (32 bytes), `size` the bytes in all files, `files` how
    many there are. `text` is what the author says about it, with `mentions` of these peer ids.
    `forwarded_from` names who offered it first, as in `Text`. A voice message says how long it is
    (`voice_ms`) and how loud it gets from beginning to end (`wave`, a byte for each part).
    """

    name: str
    size: int
    root: bytes
    files: int = 1
    is_folder: bool = False
    text: str = ""
    reply_to: bytes | None = None
    vanish_s: int = 0
    forwarded_from: str = ""
    mentions: tuple[bytes, ...] = ()
    voice_ms: int = 0
    wave: bytes = b""


@dataclass(frozen=True, slots=True)
class Voice:
    """What is special about a voice message; see `FileOffered`."""

    ms: int
    wave: bytes = b""


def bare(offer: FileOffered) -> FileOffered:
    """Return what is offered, without what is said about it and how long that lives."""
    said = {"text": "", "reply_to": None, "vanish_s": 0, "forwarded_from": "", "mentions": ()}
    return msgspec.structs.replace(offer, **said)


class TransferState(Enum):
    """`PREPARING`: an own file is being read. `OFFERED`: to be accepted, or waiting to be fetched.

    `WAITING`: accepted, but nobody who has it is there. `CANCELLED`: the author took it back.
    Those from `DONE` on move nothing any more; a declined or failed one may be accepted again.
    """

    PREPARING = "preparing"
    OFFERED = "offered"
    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class Lane(Enum):
    """How the bytes travel."""

    DIRECT = "direct"
    WEBRTC = "webrtc"
    RELAY = "relay"


@dataclass(frozen=True, slots=True)
class WayTrouble:
    """Why there is no lane to a peer by one way: an error code."""

    peer: PeerId
    lane: Lane
    code: str


@dataclass(frozen=True, slots=True)
class Receiver:
    """How far one other member is with what we give. `rate` is bytes a second.

    `reason` is the code of what it did wrong if it is FAILED for that.
    """

    peer: PeerId
    name: str
    done: int
    state: TransferState
    rate: float = 0.0
    lane: Lane | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TransferView:
    """An offer as it stands on this machine. Sizes are bytes, `rate` bytes a second.

    `own` ones were offered by us: `done` is then how far the slowest of the `receivers` is who are
    fetching, or the size if all who asked have it. `path` is where it lies, or will; `reason` an
    error code while FAILED or PAUSED by something other than the person.

    `reused` of the bytes were on this disk already when it was fetched.

    One that is not offered yet goes by a random id, without a digest, and is PREPARING, or FAILED
    if it could not be read: `done` is what was read, `size` what was found so far.
    """

    transfer: EventId
    room: RoomId
    peer: PeerId
    peer_name: str
    own: bool
    name: str
    size: int
    files: int
    is_folder: bool
    digest: str
    state: TransferState
    offered_ms: int
    done: int = 0
    rate: float = 0.0
    lane: Lane | None = None
    path: str = ""
    reason: str = ""
    receivers: tuple[Receiver, ...] = ()
    troubles: tuple[WayTrouble, ...] = ()
    voice_ms: int = 0
    reused: int = 0

    @property
    def is_offered(self) -> bool:
        """Whether there is a message that offers it."""
        return bool(self.digest)


@dataclass(frozen=True, slots=True)
class TransferChanged:
    """A transfer is new or looks different; while it runs at most four times a second."""

    view: TransferView


@dataclass(frozen=True, slots=True)
class TransferRemoved:
    """A transfer is known no more; one that was being read may go on under its message's id."""

    transfer: EventId
