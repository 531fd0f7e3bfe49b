"""The snapshot of a room's state: MessagePack arrays, positions as pairs."""

from __future__ import annotations

from types import MappingProxyType

import msgspec

from app.domain.errors import AppError
from app.domain.ids import EventId, PeerId
from app.domain.room import NOWHERE, Member, RoomState
from app.domain.views import Position

_Place = tuple[int, bytes]


class _Member(msgspec.Struct, array_like=True):
    peer: bytes
    name: str
    named_at: _Place
    present: bool
    changed_at: _Place
    joined: _Place


class _State(msgspec.Struct, array_like=True):
    name: str
    named_at: _Place
    founder: bytes | None
    founded_at: _Place
    code: bytes
    members: list[_Member]
    topic: str = ""
    topic_at: _Place = NOWHERE
    picture: str = ""
    pictured_at: _Place = NOWHERE


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_State)


def encode_state(state: RoomState) -> bytes:
    members = [
        _Member(
            peer, member.name, member.named_at, member.present, member.changed_at, member.joined
        )
        for peer, member in state.members.items()
    ]
    founding = (state.founder, state.founded_at, state.code)
    topic = (state.topic, state.topic_at)
    picture = (state.picture, state.pictured_at)
    return _encoder.encode(_State(state.name, state.named_at, *founding, members, *topic, *picture))


def decode_state(raw: bytes) -> RoomState:
    """Undo `encode_state`. Raises AppError("database-corrupt")."""
    try:
        stored = _decoder.decode(raw)
    except msgspec.DecodeError as error:
        raise AppError("database-corrupt") from error
    return RoomState(
        stored.name,
        _position(stored.named_at),
        PeerId(stored.founder) if stored.founder is not None else None,
        _position(stored.founded_at),
        stored.code,
        MappingProxyType({PeerId(member.peer): _member(member) for member in stored.members}),
        stored.topic,
        _position(stored.topic_at),
        stored.picture,
        _position(stored.pictured_at),
    )


def _member(stored: _Member) -> Member:
    return Member(
        stored.name,
        _position(stored.named_at),
        present=stored.present,
        changed_at=_position(stored.changed_at),
        joined=_position(stored.joined),
    )


def _position(place: _Place) -> Position:
    return Position(place[0], EventId(place[1]))
