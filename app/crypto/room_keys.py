"""Everything that follows from the secret of a room's epoch."""

from __future__ import annotations

from dataclasses import dataclass

from app.crypto.identity import Identity
from app.crypto.kdf import derive, stretch
from app.domain.ids import ROOM_ID_SIZE, PeerId, RoomId

ROOM_SECRET_SIZE = 32
CODE_SALT = b"parlor room code 1"


@dataclass(frozen=True, slots=True, repr=False)
class EpochKeys:
    """`body` seals events; `rendezvous` is what servers call the room; `proof` opens links."""

    epoch: int
    body: bytes
    rendezvous: bytes
    proof: bytes


def epoch_keys(epoch: int, secret: bytes) -> EpochKeys:
    """Derive the keys of an epoch from its 32-byte secret."""
    return EpochKeys(
        epoch,
        body=derive(secret, "parlor room body 1"),
        rendezvous=derive(secret, "parlor room rendezvous 1"),
        proof=derive(secret, "parlor room proof 1"),
    )


def room_id(first_secret: bytes) -> RoomId:
    """Return the id of the room that begins with this secret (epoch 0)."""
    return RoomId(derive(first_secret, "parlor room id 1", ROOM_ID_SIZE))


def secret_from_code(entropy: bytes) -> bytes:
    """Return the epoch-0 secret behind a spoken code. Slow on purpose (Argon2id)."""
    return stretch(entropy, CODE_SALT)


def direct_secret(identity: Identity, peer: PeerId) -> bytes:
    """Return the secret of the conversation of two; both sides compute the same.

    Raises RemoteProtocolError("bad-peer-id").
    """
    pair = b"".join(sorted((identity.peer, peer)))
    return derive(identity.agree(peer), "parlor direct room 1", context=pair)


def notes_secret(identity: Identity) -> bytes:
    """Return the secret of the notes to oneself."""
    return derive(identity.seed, "parlor notes room 1")
