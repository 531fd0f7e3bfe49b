"""What the layers above know of a transport: signaling, links, discovery.

Every concrete transport passes the contract tests in tests/transport/contract.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from app.domain.ice import IceServer
from app.domain.ids import PeerId

LAN_URL = "lan://here"
"""Stands for whoever is on our network, where a server's URL would be."""


@dataclass(frozen=True)
class NameCard:
    """A signed entry of a server's directory, already verified by the transport's owner or not.

    `time_ms` is when it was signed (Unix ms); `signature` is Ed25519 by `peer`.
    """

    peer: PeerId
    name: str
    time_ms: int
    signature: bytes


@dataclass(frozen=True)
class Present:
    """A peer that is in a server room. `instance` is fresh for each run of its program."""

    peer: PeerId
    instance: bytes


@dataclass(frozen=True)
class PeerJoined:
    room: bytes
    present: Present


@dataclass(frozen=True)
class PeerLeft:
    room: bytes
    peer: PeerId


@dataclass(frozen=True)
class SignalReceived:
    """An opaque payload that another authenticated peer asked the server to hand on."""

    sender: PeerId
    payload: bytes


@dataclass(frozen=True)
class LentIce:
    """STUN and TURN servers that a signaling server lends; the accounts hold for `seconds`."""

    servers: tuple[IceServer, ...] = ()
    seconds: int = 0


SignalingEvent = PeerJoined | PeerLeft | SignalReceived


class SignalingSession(Protocol):
    """One authenticated connection to a signaling server. It does not reconnect by itself.

    Requests raise AppError with the server's code ("rate-limited", "payload-too-large",
    "unknown-peer", ...) or AppError("signaling-lost") once the connection is gone.
    """

    @property
    def server_time_ms(self) -> int:
        """The server's clock at the moment of authentication, Unix ms."""
        ...

    @property
    def end_reason(self) -> str:
        """Why it ended, "" while it has not; "replaced" if our identity connected elsewhere."""
        ...

    async def join(self, room: bytes) -> Sequence[Present]:
        """Enter the server room (32 bytes) and return who is in it already, without us."""
        ...

    async def leave(self, room: bytes) -> None: ...

    async def signal(self, peer: PeerId, payload: bytes) -> None:
        """Relay `payload` (at most 64 KiB) to a peer in a shared room or in the directory."""
        ...

    async def publish(self, card: NameCard) -> None:
        """List us in the directory, or replace our card."""
        ...

    async def unpublish(self) -> None: ...

    async def search(self, query: str, limit: int) -> Sequence[NameCard]:
        """Return people online whose name has a word that begins with `query`; all for ""."""
        ...

    async def lent_ice(self) -> LentIce:
        """Return what the server lends; nothing if it has none, or is too old to know."""
        ...

    def events(self) -> AsyncIterator[SignalingEvent]:
        """Yield what the server tells us; ends when the connection is lost or closed."""
        ...

    async def close(self) -> None: ...


class Authenticator(Protocol):
    """Signs for the local identity; the transport never sees the private key."""

    @property
    def peer(self) -> PeerId: ...

    @property
    def instance(self) -> bytes:
        """16 random bytes, fresh for each run of the program."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of `message`."""
        ...


class SignalingTransport(Protocol):
    async def open(self, url: str, who: Authenticator) -> SignalingSession:
        """Connect and authenticate, within 10 s.

        Raises AppError with "server-unreachable", "server-refused", "server-incompatible" or
        "bad-url".
        """
        ...


class Lane(Enum):
    """The two channels of a chat link."""

    RELIABLE = "reliable"
    UNRELIABLE = "unreliable"


@dataclass(frozen=True)
class LinkQuality:
    """`rtt_ms` is None before the first measurement; `loss` is a fraction 0..1."""

    rtt_ms: float | None
    loss: float


class Link(Protocol):
    """An open, encrypted, not yet authenticated pair of channels to one remote endpoint."""

    @property
    def local_fingerprint(self) -> bytes:
        """SHA-256 of our DTLS certificate, 32 bytes."""
        ...

    @property
    def remote_fingerprint(self) -> bytes:
        """SHA-256 of the certificate that the remote end proved in DTLS, 32 bytes."""
        ...

    @property
    def route(self) -> str:
        """ "lan", "direct" or "relay", by the addresses in use."""
        ...

    @property
    def address(self) -> str:
        """Our own address that it goes by, "" if that cannot be told."""
        ...

    @property
    def through(self) -> PeerId | None:
        """The member whose links carry this one, None if it has a way of its own."""
        ...

    def send(self, lane: Lane, message: bytes) -> None:
        """Queue one message (at most 16 KiB) without waiting; dropped once the link is closed.

        On the unreliable lane it is also dropped while much is queued there already. Raises
        LocalProtocolError for a longer message.
        """
        ...

    async def drained(self) -> None:
        """Wait until less than 256 KiB is queued on the reliable lane, or the link is closed."""
        ...

    async def receive(self) -> tuple[Lane, bytes] | None:
        """Return the next message, or None once the link is closed. For one reader.

        What arrived before the remote end closed is still returned. Raises RemoteProtocolError,
        once, when the link was closed because the remote end broke its rules ("not-binary",
        "message-too-large", "unknown-channel", "bad-packet", "flood").
        """
        ...

    async def close(self) -> None:
        """Hand out what is queued for at most 0.25 s, tell the remote end, free everything."""
        ...


class PendingLink(Protocol):
    """A link being negotiated: descriptions go through signaling, then `opened` returns it.

    Use it once, as `offer`, `complete`, `opened` or as `accept`, `opened`; another order raises
    LocalProtocolError. After `close` every call raises AppError("link-failed").
    """

    @property
    def ways(self) -> tuple[str, ...]:
        """What is tried of "direct", "turn" and "member", once there is a description of ours."""
        ...

    async def offer(self) -> bytes:
        """Gather candidates and return our description (offering side)."""
        ...

    async def accept(self, offer: bytes) -> bytes:
        """Take a remote offer and return our answer. Raises RemoteProtocolError."""
        ...

    async def complete(self, answer: bytes) -> None:
        """Take the remote answer. Raises RemoteProtocolError."""
        ...

    async def opened(self) -> Link:
        """Wait until both channels are open, for a bounded time.

        Raises AppError("link-failed") with `reason` "ice-failed" (no way between the machines),
        "dtls-failed" (the remote end is not the one described), "timeout" or "closed", and with
        `stage` "signaling", "ice", "dtls" or "sctp"; everything is freed then.
        """
        ...

    async def close(self) -> None:
        """Give up. Does nothing once `opened` has returned the link, which is then its taker's."""
        ...


class Datagrams(Protocol):
    """A way for datagrams that somebody else carries: they may be lost, or come twice."""

    @property
    def through(self) -> PeerId:
        """Who carries them."""
        ...

    def send(self, datagram: bytes) -> None:
        """Hand on at most 2048 bytes, without waiting; dropped where there is no place for it."""
        ...

    async def receive(self) -> bytes:
        """Return the next datagram. Raises ConnectionError once there will be none."""
        ...

    def close(self) -> None: ...


class LinkTransport(Protocol):
    def pending(self, carried: Datagrams | None = None) -> PendingLink:
        """Begin a new link, over the network or as what a member carries."""
        ...


@dataclass(frozen=True)
class FoundServer:
    """A signaling server seen on the local network.

    `label` is new for each run of it; `after` is the label of the one whose place it has taken.
    """

    url: str
    name: str
    label: str = ""
    after: str = ""


class LanDiscovery(Protocol):
    """Watches the local network for signaling servers."""

    def servers(self) -> Sequence[FoundServer]:
        """What is known to be there now."""
        ...

    async def changed(self) -> None:
        """Wait until `servers` changes."""
        ...

    async def close(self) -> None: ...


class HostCandidates(Protocol):
    """Who of the people near by would run a server for the network."""

    def others(self) -> Collection[PeerId] | None:
        """Return the others who would; None if we cannot know."""
        ...

    def beginning(self) -> Collection[PeerId]:
        """Return the others who have said that they begin to, and are still there."""
        ...

    def offer(self, *, willing: bool, begins: bool = False) -> None:
        """Let them know whether we would, and whether we begin to right now."""
        ...


class LocalServer(Protocol):
    """The bundled signaling server, run and watched as a child process of this program."""

    @property
    def url(self) -> str | None:
        """Where it listens, None while it does not run."""
        ...

    async def start(self, after: str = "") -> str:
        """Start it if need be and return its URL; `after` as in FoundServer.

        Raises AppError("hosting-failed").
        """
        ...

    async def stop(self) -> None: ...
