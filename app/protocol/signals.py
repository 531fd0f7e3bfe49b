"""What peers say to each other through a signaling server, sealed, to set up a link.

A payload is `seal_for(...)` over one type-tagged MessagePack array. Each carries a fresh session id
and the instance of the program it is meant for, so a server that replays one is caught.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Annotated

import msgspec
from msgspec import Meta

from app.crypto.identity import Identity
from app.crypto.seal import open_from, seal_for
from app.domain.errors import RemoteProtocolError
from app.domain.ids import PeerId
from app.domain.limits import MAX_NAME_LENGTH

INSTANCE_SIZE = 16
SESSION_SIZE = 16
MAX_DESCRIPTION = 16 * 1024
MAX_SESSIONS = 4096
STALE_FOR = 60.0
"""Seconds after our start in which others may still speak to the run before it."""
MAX_STALE = 3
"""So many signals of one peer are on the way at once when all is well."""

Session = Annotated[bytes, Meta(min_length=SESSION_SIZE, max_length=SESSION_SIZE)]
Instance = Annotated[bytes, Meta(max_length=INSTANCE_SIZE)]
Description = Annotated[bytes, Meta(max_length=MAX_DESCRIPTION)]


class Offer(msgspec.Struct, frozen=True, array_like=True, tag="offer"):
    """The smaller peer id begins a link. `target` is the receiver's instance."""

    session: Session
    target: Instance
    description: Description


class Answer(msgspec.Struct, frozen=True, array_like=True, tag="answer"):
    """Answers the offer of the same session."""

    session: Session
    target: Instance
    description: Description


class Want(msgspec.Struct, frozen=True, array_like=True, tag="want"):
    """The larger peer id asks for an offer."""

    session: Session
    target: Instance


class Detour(msgspec.Struct, frozen=True, array_like=True, tag="detour"):
    """An offer of a link whose datagrams `carrier` hands on, who hands on this signal too."""

    session: Session
    target: Instance
    carrier: Annotated[bytes, Meta(min_length=32, max_length=32)]
    description: Description


class Knock(msgspec.Struct, frozen=True, array_like=True, tag="knock"):
    """The sender would like to talk: open the conversation of the two and meet there.

    `target` is empty, because a directory does not tell instances.
    """

    session: Session
    target: Instance
    name: Annotated[str, Meta(min_length=1, max_length=MAX_NAME_LENGTH)]


Signal = Offer | Answer | Want | Detour | Knock

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Signal)


def encode_signal(signal: Signal) -> bytes:
    """Return what is sealed."""
    return _encoder.encode(signal)


def seal_signal(identity: Identity, peer: PeerId, signal: Signal) -> bytes:
    """Return the payload that only `peer` can open."""
    return seal_for(identity, peer, encode_signal(signal))


class SignalOpener:
    """Opens payloads of all peers and refuses any that comes a second time."""

    def __init__(self, identity: Identity, instance: bytes) -> None:
        self._identity = identity
        self._instance = instance
        self._stale: list[PeerId] = []
        self._seen: OrderedDict[tuple[PeerId, str, bytes], None] = OrderedDict()

    def open(self, peer: PeerId, payload: bytes, age: float = STALE_FOR) -> Signal:
        """Return what `peer` said; `age` is for how many seconds we have been running.

        Raises RemoteProtocolError: "signal-tampered" (not sealed by this peer for us),
        "signal-malformed", "signal-replayed", or "signal-stale" for one that is meant for an
        earlier run of ours and may honestly have crossed our restart.
        """
        try:
            raw = open_from(self._identity, peer, payload)
        except RemoteProtocolError as error:
            raise RemoteProtocolError("signal-tampered") from error
        try:
            signal: Signal = _decoder.decode(raw)
        except (msgspec.DecodeError, ValueError) as error:
            raise RemoteProtocolError("signal-malformed", str(error)) from error
        self._check_fresh(peer, signal, age)
        return signal

    def _check_fresh(self, peer: PeerId, signal: Signal, age: float) -> None:
        key = peer, type(signal).__name__, signal.session
        if key in self._seen:
            raise RemoteProtocolError("signal-replayed")
        if signal.target not in (self._instance, b""):
            self._remember(key)
            earlier = sum(sender == peer for sender in self._stale)
            if age >= STALE_FOR or earlier >= MAX_STALE or len(self._stale) >= MAX_SESSIONS:
                raise RemoteProtocolError("signal-replayed")
            self._stale.append(peer)
            raise RemoteProtocolError("signal-stale")
        if not signal.target and not isinstance(signal, Knock):
            raise RemoteProtocolError("signal-malformed", "no target")
        self._remember(key)

    def _remember(self, key: tuple[PeerId, str, bytes]) -> None:
        self._seen[key] = None
        if len(self._seen) > MAX_SESSIONS:
            self._seen.popitem(last=False)
