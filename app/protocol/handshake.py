"""The link handshake: both ends prove their identity over the DTLS connection in use.

    state       hello received      auth received       anything else
    ---------   -----------------   -----------------   -------------
    GREETING    send Auth, PROVING  broken              broken
    PROVING     broken              verify, DONE        broken
    DONE        broken              broken              broken

A hello goes out at once from both sides. What is signed covers both hellos (versions, identities,
nonces, clocks) and both certificates' fingerprints, so neither a changed hello nor a connection
that ends in somebody else's certificate survives.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum, auto
from typing import ClassVar

from app.crypto.identity import Identity, verify
from app.domain.errors import RemoteProtocolError
from app.domain.ids import PeerId
from app.protocol.frames import FEATURES, Auth, Hello, decode_frame, encode_frame

LINK_VERSIONS = [1]
SIGNED_PREFIX = b"parlor link 1\x00"
NONCE_SIZE = 32


class _State(Enum):
    GREETING = auto()
    PROVING = auto()
    DONE = auto()


@dataclass(frozen=True, slots=True)
class Established:
    """The remote end is `peer`. `transcript` (32 bytes) binds later proofs to this link.

    `clock_offset_ms` is the peer's clock minus ours when its hello arrived; `features` are the
    bits that both sides speak.
    """

    peer: PeerId
    version: int
    transcript: bytes
    clock_offset_ms: int
    features: int = 0


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """SHA-256 of the DTLS certificates that this connection really uses, 32 bytes each."""

    local: bytes
    remote: bytes


class LinkHandshake:
    """One side of the handshake; both sides run the same machine.

    `features` are the additions that it says to speak.
    """

    features: ClassVar[int] = FEATURES

    def __init__(
        self,
        identity: Identity,
        *,
        expected: PeerId,
        fingerprints: Fingerprints,
        nonce: bytes,
        now_ms: int,
    ) -> None:
        """`nonce` is 32 fresh random bytes."""
        self._identity = identity
        self._expected = expected
        self._prints = {identity.peer: fingerprints.local, expected: fingerprints.remote}
        self._hello = encode_frame(
            Hello(LINK_VERSIONS, identity.peer, nonce, now_ms, self.features)
        )
        self._state = _State.GREETING
        self._result: Established | None = None

    def start(self) -> bytes:
        """Return the frame that is sent first."""
        return self._hello

    @property
    def result(self) -> Established | None:
        """Who is at the other end, once that is proven."""
        return self._result if self._state is _State.DONE else None

    def receive(self, raw: bytes, now_ms: int) -> bytes | None:
        """Take the next frame; return the reply to send, if any.

        Raises RemoteProtocolError: "wrong-peer", "version-mismatch", "link-tampered" (the proof
        does not fit this connection), "handshake-order", or the codes of `decode_frame`.
        """
        frame = decode_frame(raw)
        match self._state, frame:
            case _, None:
                return None
            case _State.GREETING, Hello():
                return self._greet(frame, raw, now_ms)
            case _State.PROVING, Auth():
                self._check(frame)
                return None
            case _:
                raise RemoteProtocolError("handshake-order", type(frame).__name__)

    def _greet(self, hello: Hello, raw: bytes, now_ms: int) -> bytes:
        if hello.peer != self._expected or hello.peer == self._identity.peer:
            raise RemoteProtocolError("wrong-peer")
        common = set(hello.versions) & set(LINK_VERSIONS)
        if not common:
            raise RemoteProtocolError("version-mismatch", str(hello.versions))
        self._result = Established(
            self._expected,
            max(common),
            self._transcript(raw),
            hello.time - now_ms,
            hello.features & FEATURES,
        )
        self._state = _State.PROVING
        return encode_frame(Auth(self._identity.sign(self._signed(self._identity.peer))))

    def _transcript(self, remote_hello: bytes) -> bytes:
        hellos = {self._identity.peer: self._hello, self._expected: remote_hello}
        digest = hashlib.sha256(b"parlor transcript 1\x00")
        for peer in sorted(hellos):
            digest.update(hashlib.sha256(hellos[peer]).digest())
            digest.update(self._prints[peer])
        return digest.digest()

    def _signed(self, signer: PeerId) -> bytes:
        transcript = self._result.transcript if self._result else b""
        return SIGNED_PREFIX + transcript + signer

    def _check(self, auth: Auth) -> None:
        if not verify(self._expected, self._signed(self._expected), auth.signature):
            raise RemoteProtocolError("link-tampered")
        self._state = _State.DONE
