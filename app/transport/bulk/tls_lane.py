"""The direct lane: TCP and TLS 1.3 between two people who have pinned each other's certificate.

Either side may be the one that can be reached, so both listen and both connect; the first
connection that has shown certificate and token is used. Blocking sockets in threads, for they are
twice as fast as any loop.
"""

from __future__ import annotations

import contextlib
import hmac
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from app.domain.errors import AppError, RemoteProtocolError
from app.protocol.bulk_frames import HEADER, TOKEN_SIZE, FrameHeader, Kind, decode_header
from app.transport.bulk.certificates import (
    LaneCertificate,
    client_context,
    is_pinned,
    server_context,
)
from app.transport.bulk.streams import read_exactly

CONNECT_WITHIN = 2.0
"""Seconds for an address to answer, TLS included; others are tried at the same time."""
SOCKET_BUFFER = 4 * 1024 * 1024
MAX_ADDRESSES = 16
MAX_ACCEPTED = 8
"""Connections that may be shaking hands at once."""

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class LaneTerms:
    """What both sides have agreed on over the link: certificates, and a token for this transfer."""

    own: LaneCertificate
    peer: bytes
    token: bytes = field(repr=False)


class LaneListener:
    """A port of our own that answers nobody but one peer; closed with the transfer."""

    def __init__(self, terms: LaneTerms, host: str = "") -> None:
        """Raises AppError("port-unavailable"), RemoteProtocolError("bad-certificate")."""
        self._terms = terms
        self._context = server_context(terms.own, terms.peer)
        try:
            self._socket = _listening(host)
        except OSError as error:
            raise AppError("port-unavailable", {"reason": error.strerror}) from error
        self._free = threading.Semaphore(MAX_ACCEPTED)

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def serve(self, found: queue.Queue[ssl.SSLSocket]) -> None:
        """Put every lane of the peer into `found`, until closed. Runs in a thread of its own."""
        while True:
            try:
                raw, _ = self._socket.accept()
            except OSError:
                return
            if self._free.acquire(blocking=False):
                threading.Thread(target=self._greet, args=(raw, found), daemon=True).start()
            else:
                raw.close()

    def _greet(self, raw: socket.socket, found: queue.Queue[ssl.SSLSocket]) -> None:
        try:
            with contextlib.suppress(OSError, RemoteProtocolError):
                found.put(_accepted(raw, self._context, self._terms))
        finally:
            self._free.release()

    def close(self) -> None:
        """Answer nobody any more; lanes that are open stay open."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def connect(terms: LaneTerms, addresses: Sequence[Address]) -> ssl.SSLSocket:
    """Return a lane to the first of the addresses that answers; all are tried side by side.

    Raises AppError("no-direct-way"), RemoteProtocolError("bad-certificate").
    """
    context = client_context(terms.own, terms.peer)
    race = _Race(len(addresses[:MAX_ADDRESSES]))
    for address in addresses[:MAX_ADDRESSES]:
        dial = partial(_dial, address, context, terms)
        threading.Thread(target=race.run, args=(dial,), daemon=True).start()
    lane = race.winner(CONNECT_WITHIN * 2)
    if lane is None:
        raise AppError("no-direct-way")
    return lane


class _Race:
    """The first lane wins; the others are closed, however late they come."""

    def __init__(self, runners: int) -> None:
        self._running = runners
        self._lane: ssl.SSLSocket | None = None
        self._closed = False
        self._news = threading.Condition()

    def run(self, dial: Callable[[], ssl.SSLSocket]) -> None:
        lane: ssl.SSLSocket | None = None
        with contextlib.suppress(OSError, RemoteProtocolError):
            lane = dial()
        with self._news:
            self._running -= 1
            if lane is not None and self._lane is None and not self._closed:
                self._lane, lane = lane, None
            self._news.notify_all()
        if lane is not None:
            lane.close()

    def winner(self, within: float) -> ssl.SSLSocket | None:
        with self._news:
            self._news.wait_for(lambda: self._lane is not None or not self._running, within)
            self._closed = True
            return self._lane


def _listening(host: str) -> socket.socket:
    if not host and socket.has_dualstack_ipv6():
        return socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    return socket.create_server((host, 0))


def _accepted(raw: socket.socket, context: ssl.SSLContext, terms: LaneTerms) -> ssl.SSLSocket:
    def greet(lane: ssl.SSLSocket) -> None:
        _check_pin(lane, terms)
        _take_token(lane, terms.token)

    return _secured(raw, partial(context.wrap_socket, server_side=True), greet)


def _dial(address: Address, context: ssl.SSLContext, terms: LaneTerms) -> ssl.SSLSocket:
    def greet(lane: ssl.SSLSocket) -> None:
        _check_pin(lane, terms)
        lane.sendall(FrameHeader(Kind.TOKEN, TOKEN_SIZE).encode() + terms.token)

    raw = socket.create_connection(address, CONNECT_WITHIN)
    return _secured(raw, context.wrap_socket, greet)


def _secured(
    raw: socket.socket,
    wrap: Callable[[socket.socket], ssl.SSLSocket],
    greet: Callable[[ssl.SSLSocket], None],
) -> ssl.SSLSocket:
    """Return the lane that a connection becomes; it is closed if that fails."""
    opened = raw
    try:
        raw.settimeout(CONNECT_WITHIN)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            raw.setsockopt(socket.SOL_SOCKET, option, SOCKET_BUFFER)
        opened = lane = wrap(raw)
        greet(lane)
    except Exception:
        opened.close()
        raise
    lane.settimeout(None)
    return lane


def _check_pin(lane: ssl.SSLSocket, terms: LaneTerms) -> None:
    if not is_pinned(lane, terms.peer):
        raise RemoteProtocolError("bad-certificate")


def _take_token(lane: ssl.SSLSocket, token: bytes) -> None:
    header = decode_header(read_exactly(lane, HEADER.size))
    if header.kind is not Kind.TOKEN or header.length != TOKEN_SIZE:
        raise RemoteProtocolError("bad-bulk-frame")
    if not hmac.compare_digest(read_exactly(lane, TOKEN_SIZE), token):
        raise RemoteProtocolError("bad-token")
