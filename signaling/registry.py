"""Who is connected: connections that still owe a proof of identity, and peers that gave one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from signaling.bucket import BucketShelf, TokenBucket
from signaling.elsewhere import Reach
from signaling.limits import Limits

# Refusals a connection may run up: each kind of refusal has its price.
PATIENCE = 200.0
PATIENCE_RATE = 5.0
# Requests that may precede the proof of identity.
UNPROVEN_BURST = 16


@dataclass
class Connection:
    """One socket. `peer` and `instance` are empty until it authenticated."""

    sid: str
    nonce: bytes
    deadline: float
    bucket: TokenBucket
    patience: TokenBucket
    peer: bytes = b""
    instance: bytes = b""
    reached: Reach = field(default_factory=Reach)
    """Whom this side signaled, who may therefore answer."""


class PeerRegistry:
    """Connections by socket, and the one connection that each authenticated peer has."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._connections: dict[str, Connection] = {}
        self._unproven: dict[str, None] = {}
        self._peers: dict[bytes, Connection] = {}
        self._buckets: BucketShelf[bytes] = BucketShelf(
            limits.events_per_second, limits.events_burst
        )

    def __len__(self) -> int:
        return len(self._connections)

    @property
    def peers(self) -> Collection[bytes]:
        """Everybody who is authenticated."""
        return self._peers.keys()

    @property
    def sids(self) -> tuple[str, ...]:
        """Every connected socket."""
        return tuple(self._connections)

    def connect(self, sid: str, nonce: bytes, now: float) -> None:
        """Take in a new socket that was given `nonce` to sign."""
        self._connections[sid] = Connection(
            sid=sid,
            nonce=nonce,
            deadline=now + self._limits.auth_seconds,
            bucket=TokenBucket(1.0, UNPROVEN_BURST, now),
            patience=TokenBucket(PATIENCE_RATE, PATIENCE, now),
        )
        self._unproven[sid] = None

    def get(self, sid: str) -> Connection | None:
        """Return the connection of a socket."""
        return self._connections.get(sid)

    def find(self, peer: bytes) -> Connection | None:
        """Return the connection of an authenticated peer."""
        return self._peers.get(peer)

    def authenticate(self, sid: str, peer: bytes, instance: bytes, now: float) -> Connection | None:
        """Bind a socket to the peer it proved to be; its nonce is used up.

        Returns the older connection of that peer, which the caller has to drop.
        """
        connection = self._connections[sid]
        older = self._peers.get(peer)
        connection.nonce = b""
        connection.peer, connection.instance = peer, instance
        connection.bucket = self._buckets.get(peer, now)
        del self._unproven[sid]
        self._peers[peer] = connection
        return older

    def disconnect(self, sid: str) -> bytes:
        """Forget a socket. Returns its peer if that is now offline, else nothing."""
        connection = self._connections.pop(sid, None)
        self._unproven.pop(sid, None)
        if connection is None or self._peers.get(connection.peer) is not connection:
            return b""
        del self._peers[connection.peer]
        return connection.peer

    def overdue(self, now: float) -> list[str]:
        """Return the sockets whose time to authenticate is over."""
        late: list[str] = []
        for sid in self._unproven:  # in the order of their deadlines
            if self._connections[sid].deadline > now:
                break
            late.append(sid)
        return late

    def sweep(self, now: float) -> None:
        """Forget the rates of peers that went away long enough ago."""
        self._buckets.sweep(now)
