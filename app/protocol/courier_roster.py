"""Who may open a room at its courier, which knows of it only what its leaders say.

who                                    opens it by
------------------------------------   ------------------------------------------
on the roll of members                 any of the courier's keys: it may have been away
put out, or gone                       none
anybody else                           the newest key; and is on the roll from then on
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from app.crypto.room_keys import CourierKeys, courier_keys
from app.domain.clock import is_far_future
from app.domain.errors import AppError
from app.domain.ids import PeerId, RoomId
from app.protocol.courier_frames import MAX_ROSTER, CourierGiven, Usher
from app.protocol.room_gate import Proofs

MEETING_KEYS = 4
"""At the rendezvous of so many keys, the newest, a courier waits for members."""


@dataclass(frozen=True, slots=True, repr=False)
class Roster:
    """What a courier knows of a room. `keys` begin with the newest; `patron` gave it first."""

    room: RoomId
    patron: PeerId
    version: int
    keys: tuple[CourierKeys, ...]
    leaders: frozenset[PeerId]
    members: frozenset[PeerId]
    out: frozenset[PeerId]
    ushers: tuple[Usher, ...] = ()

    def proofs(self, peer: PeerId) -> Proofs:
        """Return by what the room opens to somebody."""
        known = tuple(keys.proof for keys in self.keys)
        if peer in self.members:
            return Proofs(known)
        door = tuple(usher.proof for usher in self.ushers)
        return Proofs(() if peer in self.out else known[:1], door=door)

    def welcome(self, peer: PeerId, proof: bytes, now_ms: int) -> bytes | None:
        """Return what was left for somebody who shows this proof key, None if nothing was.

        Who was put out needs an invitation of its own.
        """
        mine = (usher for usher in self.ushers if usher.proof == proof)
        usher = next((one for one in mine if one.is_for(peer, now_ms)), None)
        if usher is None or (peer in self.out and usher.peer != peer):
            return None
        return usher.sealed

    @property
    def places(self) -> tuple[bytes, ...]:
        """The rendezvous at which the courier meets members, and those who are invited."""
        members = [keys.rendezvous for keys in self.keys[:MEETING_KEYS]]
        return (*members, *(usher.rendezvous for usher in self.ushers))

    def entered(self, peer: PeerId) -> Roster:
        """Return the roster after somebody has opened the room."""
        if peer in self.members or len(self.members) >= MAX_ROSTER:
            return self
        return replace(self, members=self.members | {peer})

    def renewed(self, sender: PeerId, frame: CourierGiven, now_ms: int) -> Roster | None:
        """Return what it is after such a frame; None if that is not for the sender to say.

        An older frame than the one that is known changes nothing.
        """
        if sender not in self.leaders or is_far_future(frame.version, now_ms):
            return None
        if frame.version < self.version:
            return self
        return _read(frame, self.patron)


def begun(sender: PeerId, frame: CourierGiven, now_ms: int) -> Roster | None:
    """Return the roster of a room that is given for the first time, None if it is nonsense."""
    if sender not in frame.leaders or is_far_future(frame.version, now_ms):
        return None
    return _read(frame, sender)


def _read(frame: CourierGiven, patron: PeerId) -> Roster:
    out = frozenset(map(PeerId, frame.out)) - {PeerId(one) for one in frame.members}
    return Roster(
        RoomId(frame.room),
        patron,
        frame.version,
        tuple(courier_keys(epoch, key) for epoch, key in frame.keys),
        frozenset(map(PeerId, frame.leaders)),
        frozenset(map(PeerId, frame.members)),
        out,
        tuple(frame.ushers),
    )


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(CourierGiven)


def encode_roster(roster: Roster) -> bytes:
    """Return the bytes in which a courier keeps a roster."""
    return _encoder.encode(
        CourierGiven(
            roster.room,
            roster.version,
            [(one.epoch, one.key) for one in roster.keys],
            sorted(roster.leaders),
            sorted(roster.members),
            sorted(roster.out),
            list(roster.ushers),
        )
    )


def decode_roster(raw: bytes, patron: PeerId) -> Roster:
    """Undo `encode_roster`. Raises AppError("database-corrupt")."""
    try:
        return _read(_decoder.decode(raw), patron)
    except msgspec.DecodeError as error:
        raise AppError("database-corrupt") from error
