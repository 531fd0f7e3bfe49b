"""Everything that follows from the secret of a room's epoch."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from app.crypto.identity import Identity
from app.crypto.kdf import derive, stretch
from app.domain.ids import ROOM_ID_SIZE, PeerId, RoomId

ROOM_SECRET_SIZE = 32
CODE_SALT = b"parlor room code 1"
FOUNDER_PREFIX = b"parlor founder 1\x00"
CODE_SIZE = 8
CODE_MASK = (1 << 60) - 1


@dataclass(frozen=True, slots=True, repr=False)
class EpochKeys:
    """`body` seals what is said, `govern` what governs a group.

    `rendezvous` is what servers call the room; `proof` opens links. All but `govern` are empty for
    an epoch of which we may know only who governed.
    """

    epoch: int
    body: bytes
    rendezvous: bytes
    proof: bytes
    govern: bytes

    @property
    def is_whole(self) -> bool:
        """Whether the epoch's secret is known, and so every key."""
        return bool(self.body)


def epoch_keys(epoch: int, secret: bytes) -> EpochKeys:
    """Derive the keys of an epoch from its 32-byte secret."""
    return EpochKeys(
        epoch,
        body=derive(secret, "parlor room body 1"),
        rendezvous=derive(secret, "parlor room rendezvous 1"),
        proof=derive(secret, "parlor room proof 1"),
        govern=derive(secret, "parlor room govern 1"),
    )


def govern_only(epoch: int, govern: bytes) -> EpochKeys:
    """Return the keys of an epoch of which only the 32-byte govern key is known."""
    return EpochKeys(epoch, b"", b"", b"", govern)


def room_id(first_secret: bytes) -> RoomId:
    """Return the id of the room that begins with this secret (epoch 0)."""
    return RoomId(derive(first_secret, "parlor room id 1", ROOM_ID_SIZE))


def founding_code(founder: PeerId, nonce: bytes) -> bytes:
    """Return the entropy of the spoken code of a room that nobody else can have founded."""
    digest = hashlib.sha256(FOUNDER_PREFIX + founder + nonce).digest()
    number = int.from_bytes(digest[:CODE_SIZE], "big") & CODE_MASK
    return number.to_bytes(CODE_SIZE, "big")


@dataclass(frozen=True, slots=True, repr=False)
class CourierKeys:
    """What one courier and the members of a room have in common in an epoch; `key` is 32 bytes.

    They say as little of the room's own keys as random bytes would.
    """

    epoch: int
    key: bytes
    rendezvous: bytes
    proof: bytes


def courier_key(secret: bytes, courier: PeerId) -> bytes:
    """Return the key of an epoch that its members may give to this courier."""
    return derive(secret, "parlor courier 1", context=courier)


def courier_keys(epoch: int, key: bytes) -> CourierKeys:
    """Derive what follows from a courier's key of an epoch."""
    rendezvous = derive(key, "parlor courier rendezvous 1")
    return CourierKeys(epoch, key, rendezvous, derive(key, "parlor courier proof 1"))


@dataclass(frozen=True, slots=True, repr=False)
class UsherKeys:
    """How somebody with an invitation is let in by a courier, which never has `seal`."""

    rendezvous: bytes
    proof: bytes
    seal: bytes


def usher_keys(token: bytes) -> UsherKeys:
    """Derive what follows for couriers from a token, or from the secret of a founding link."""
    rendezvous = derive(token, "parlor usher rendezvous 1")
    proof = derive(token, "parlor usher proof 1")
    return UsherKeys(rendezvous, proof, derive(token, "parlor usher seal 1"))


@lru_cache(maxsize=64)
def room_of_code(entropy: bytes) -> RoomId:
    """Return the room behind a spoken code. The first time as slow as `secret_from_code`."""
    return room_id(secret_from_code(entropy))


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
