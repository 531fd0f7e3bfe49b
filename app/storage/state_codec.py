"""What is stored of a room's state: the acts that it follows from, as MessagePack arrays."""

from __future__ import annotations

import msgspec

from app.domain.content import Content
from app.domain.errors import AppError
from app.domain.events import Governing
from app.domain.governing import NewEpoch, NewFace
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.room import RoomState, restore
from app.domain.views import Position

_VERSION = 2


class _Act(msgspec.Struct, array_like=True):
    author: bytes
    seq: int
    hlc: int
    event: bytes
    epoch: int
    body: Governing | NewEpoch | NewFace


class _State(msgspec.Struct, array_like=True):
    version: int
    seed: bytes | None
    acts: list[_Act]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_State)


def encode_state(state: RoomState) -> bytes:
    governance = state.governance
    contents = (act.content for act in governance.acts)
    acts = [_Act(c.author, c.seq, *c.position, c.epoch, c.body) for c in contents]  # type: ignore[arg-type] # acts alone
    return _encoder.encode(_State(_VERSION, governance.seed, acts))


def decode_state(raw: bytes, room: RoomId, *, grouped: bool) -> RoomState:
    """Undo `encode_state` for one room. Raises AppError("database-corrupt")."""
    try:
        stored = _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise AppError("database-corrupt") from error
    contents = [
        Content(
            room,
            PeerId(act.author),
            act.seq,
            Position(act.hlc, EventId(act.event)),
            act.body,
            act.epoch,
        )
        for act in stored.acts
    ]
    seed = PeerId(stored.seed) if stored.seed is not None else None
    return restore(contents, grouped=grouped, seed=seed)


def is_older(raw: bytes) -> bool:
    """Tell whether the snapshot was written by a version that did not keep the acts."""
    try:
        stored = msgspec.msgpack.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise AppError("database-corrupt") from error
    return not isinstance(stored, list) or stored[:1] != [_VERSION]
