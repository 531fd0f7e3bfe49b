"""The direct lane: TCP and TLS 1.3 between two people who have pinned each other's certificate.

Either side may be the one that can be reached, so both listen and both connect; the first
connection that has shown certificate and token is used. Blocking sockets in threads, for they are
twice as fast as any loop.
"""

from __future__ import annotations

import contextlib
import hmac
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from app.domain.errors import AppError, RemoteProtocolError
from app.protocol.bulk_frames import HEADER, TOKEN_SIZE, FrameHeader, Kind, decode_header
from app.transport.bulk.certificates import (
    LaneCertificate,
    is_pinned,
)
from app.transport.bulk.streams import Stream, read_exactly

CONNECT_WITHIN = 2.0
"""Seconds for an address to answer, and for who connects to show certificate and token."""
GREET_WITHIN = 8.0
"""Seconds for the other side to learn over the link that it is to be met."""
SOCKET_BUFFER = 4 * 1024 * 1024
MAX_ACCEPTED = 8
"""Connections that may be shaking hands at once."""

Address = tuple[str, int]
Found = Callable[[ssl.SSLSocket], None]
_WATCH = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 4, "TCP_USER_TIMEOUT": 30_000}
"""When a connection whose other end is silently gone is given up (seconds, ms for the last)."""


@dataclass(frozen=True, slots=True)
class LaneTerms:
    """What both sides have agreed on over the link: certificates, and a token for this transfer."""

    own: LaneCertificate
    peer: bytes
    token: bytes = field(repr=False)


class LaneListener:
    """A port of our own that answers nobody but one peer; closed once the peer was met."""

    def __init__(self, host: str = "") -> None:
        """Who connects waits until `serve`. Raises AppError("port-unavailable")."""
        try:
            self._socket = _listening(host)
        except OSError as error:
            raise AppError("port-unavailable", {"reason": error.strerror}) from error
        self._free = threading.Semaphore(MAX_ACCEPTED)

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def serve(self, terms: LaneTerms, context: ssl.SSLContext, found: Found) -> None:
        """Hand every lane of the peer to `found`, until closed. Runs in a thread of its own.

        `context` is the `server_context` of the terms; `found` may take its time, in other threads.
        """
        while True:
            try:
                raw, _ = self._socket.accept()
            except OSError:
                return
            if self._free.acquire(blocking=False):
                greet = partial(self._greet, raw, terms, context, found)
                threading.Thread(target=greet, daemon=True).start()
            else:
                raw.close()

    def _greet(
        self, raw: socket.socket, terms: LaneTerms, context: ssl.SSLContext, found: Found
    ) -> None:
        try:
            with contextlib.suppress(OSError, RemoteProtocolError):
                found(_accepted(raw, context, terms))
        finally:
            self._free.release()

    def close(self) -> None:
        """Answer nobody any more; lanes that are open stay open."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def _listening(host: str) -> socket.socket:
    if not host and socket.has_dualstack_ipv6():
        return socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    return socket.create_server((host, 0))


def _accepted(raw: socket.socket, context: ssl.SSLContext, terms: LaneTerms) -> ssl.SSLSocket:
    def greet(lane: ssl.SSLSocket) -> None:
        _check_pin(lane, terms)
        take_token(lane, terms.token)

    return _secured(raw, partial(context.wrap_socket, server_side=True), greet, CONNECT_WITHIN)


def dial(address: Address, terms: LaneTerms, context: ssl.SSLContext) -> ssl.SSLSocket:
    """Return a lane to an address, `context` being the `client_context` of the terms.

    The other side may take `GREET_WITHIN` to hear of us. Raises OSError, RemoteProtocolError.
    """

    def greet(lane: ssl.SSLSocket) -> None:
        _check_pin(lane, terms)
        lane.sendall(token_frame(terms))

    raw = socket.create_connection(address, CONNECT_WITHIN)
    return _secured(raw, context.wrap_socket, greet, GREET_WITHIN)


def token_frame(terms: LaneTerms) -> bytes:
    """Return what the connecting side says first, and the deciding side to the lane it takes."""
    return FrameHeader(Kind.TOKEN, TOKEN_SIZE).encode() + terms.token


def take_token(lane: Stream, token: bytes) -> None:
    """Read what `token_frame` makes. Raises RemoteProtocolError for anything else, OSError."""
    header = decode_header(read_exactly(lane, HEADER.size))
    if header.kind is not Kind.TOKEN or header.length != TOKEN_SIZE:
        raise RemoteProtocolError("bad-bulk-frame")
    if not hmac.compare_digest(read_exactly(lane, TOKEN_SIZE), token):
        raise RemoteProtocolError("bad-token")


def _secured(
    raw: socket.socket,
    wrap: Callable[[socket.socket], ssl.SSLSocket],
    greet: Callable[[ssl.SSLSocket], None],
    within: float,
) -> ssl.SSLSocket:
    """Return the lane that a connection becomes; it is closed if that fails."""
    opened = raw
    try:
        raw.settimeout(within)
        _tune(raw)
        opened = lane = wrap(raw)
        greet(lane)
    except Exception:
        opened.close()
        raise
    return lane


def _tune(raw: socket.socket) -> None:
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
        raw.setsockopt(socket.SOL_SOCKET, option, SOCKET_BUFFER)
    for name, value in _WATCH.items():
        if hasattr(socket, name):
            raw.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    if hasattr(socket, "TCP_CONGESTION"):
        with contextlib.suppress(OSError):  # a kernel may not have it, or not let us
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"bbr")


def _check_pin(lane: ssl.SSLSocket, terms: LaneTerms) -> None:
    if not is_pinned(lane, terms.peer):
        raise RemoteProtocolError("bad-certificate")
