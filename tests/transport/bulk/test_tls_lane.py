from __future__ import annotations

import contextlib
import queue
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.domain.errors import AppError, RemoteProtocolError
from app.protocol.bulk_frames import FrameHeader, Kind
from app.transport.bulk import tls_lane
from app.transport.bulk.certificates import (
    LaneCertificate,
    client_context,
    make_certificate,
    server_context,
)
from app.transport.bulk.streams import read_exactly
from app.transport.bulk.tls_lane import LaneListener, LaneTerms, dial

Lanes = queue.Queue[ssl.SSLSocket]
TOKEN = b"t" * 32
ENDED = r"ended|reset|EOF"


@pytest.fixture(scope="module")
def certificates() -> tuple[LaneCertificate, LaneCertificate, LaneCertificate]:
    return make_certificate(), make_certificate(), make_certificate()


@pytest.fixture
def ours(certificates: tuple[LaneCertificate, ...]) -> LaneTerms:
    return LaneTerms(certificates[0], certificates[1].public, TOKEN)


@pytest.fixture
def theirs(certificates: tuple[LaneCertificate, ...]) -> LaneTerms:
    return LaneTerms(certificates[1], certificates[0].public, TOKEN)


@contextmanager
def listening(terms: LaneTerms, host: str = "127.0.0.1") -> Iterator[tuple[LaneListener, Lanes]]:
    listener = LaneListener(host)
    found: Lanes = queue.Queue()
    context = server_context(terms.own, terms.peer)
    thread = threading.Thread(target=listener.serve, args=(terms, context, found.put))
    thread.start()
    try:
        yield listener, found
    finally:
        listener.close()
        thread.join(60)
        while not found.empty():
            found.get().close()


def connect(terms: LaneTerms, port: int) -> ssl.SSLSocket:
    return dial(("127.0.0.1", port), terms, client_context(terms.own, terms.peer))


def refused(listener: LaneListener, terms: LaneTerms) -> None:
    """With TLS 1.3 the one who connects hears of a refusal only when it reads."""
    with pytest.raises((RemoteProtocolError, OSError)):
        _connect_and_read(terms, listener.port)


def _connect_and_read(terms: LaneTerms, port: int) -> None:
    with connect(terms, port) as lane:
        read_exactly(lane, 1)


@pytest.mark.parametrize("host", ["127.0.0.1", ""])
def test_two_who_know_each_other_meet(ours: LaneTerms, theirs: LaneTerms, host: str) -> None:
    with (
        listening(ours, host) as (listener, found),
        connect(theirs, listener.port) as lane,
        found.get() as other,
    ):
        assert lane.version() == "TLSv1.3"
        lane.sendall(b"there")
        assert read_exactly(other, 5) == b"there"
        other.sendall(b"back")
        assert read_exactly(lane, 4) == b"back"
        other.close()
        with pytest.raises(OSError, match=ENDED):
            read_exactly(lane, 1)


def test_a_lane_outlives_its_port(ours: LaneTerms, theirs: LaneTerms) -> None:
    with listening(ours) as (listener, found):
        lane = connect(theirs, listener.port)
        other = found.get()
    with lane, other:
        lane.sendall(b"x")
        assert read_exactly(other, 1) == b"x"


def test_somebody_else_is_not_answered(
    ours: LaneTerms, certificates: tuple[LaneCertificate, ...]
) -> None:
    stranger = LaneTerms(certificates[2], certificates[0].public, TOKEN)
    with listening(ours) as (listener, found):
        refused(listener, stranger)
        assert found.empty()


def test_nobody_else_is_talked_to(
    theirs: LaneTerms, certificates: tuple[LaneCertificate, ...]
) -> None:
    stranger = LaneTerms(certificates[2], certificates[1].public, TOKEN)
    with listening(stranger) as (listener, found):
        refused(listener, theirs)
        assert found.empty()


def test_the_token_of_another_transfer_does_not_open_this_one(
    ours: LaneTerms, theirs: LaneTerms
) -> None:
    other = LaneTerms(theirs.own, theirs.peer, b"o" * 32)
    with listening(ours) as (listener, found):
        refused(listener, other)
        assert found.empty()


@pytest.mark.parametrize(
    "first", [FrameHeader(Kind.WANT, 4).encode() + bytes(28), bytes(48), b"GET / HTTP/1.1\r\n" * 3]
)
def test_who_does_not_begin_with_the_token_is_cut_off(
    ours: LaneTerms, theirs: LaneTerms, first: bytes
) -> None:
    context = client_context(theirs.own, theirs.peer)
    with (
        listening(ours) as (listener, found),
        socket.create_connection(("127.0.0.1", listener.port), 60) as raw,
        context.wrap_socket(raw) as lane,
    ):
        lane.sendall(first)
        with pytest.raises(OSError, match=ENDED):
            read_exactly(lane, 1)
        assert found.empty()


def test_plain_bytes_are_not_answered(ours: LaneTerms) -> None:
    with listening(ours) as (listener, found):
        with socket.create_connection(("127.0.0.1", listener.port), 60) as raw:
            raw.sendall(b"GET / HTTP/1.1\r\n\r\n")
            raw.settimeout(60)
            with contextlib.suppress(ConnectionResetError):
                assert b"HTTP" not in raw.recv(1000)
        assert found.empty()


def test_silent_visitors_do_not_keep_the_peer_out(
    ours: LaneTerms, theirs: LaneTerms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls_lane, "CONNECT_WITHIN", 0.3)
    with listening(ours) as (listener, found):
        where = ("127.0.0.1", listener.port)
        silent = [socket.create_connection(where) for _ in range(12)]
        try:
            for one in silent:
                one.settimeout(60)
                assert one.recv(1) == b""
            monkeypatch.setattr(tls_lane, "CONNECT_WITHIN", 30.0)
            with connect(theirs, listener.port), found.get(timeout=60):
                pass
        finally:
            for one in silent:
                one.close()


@pytest.mark.parametrize("peer", [b"", b"no certificate", b"\x30" * 5000])
def test_what_is_no_certificate_is_refused(ours: LaneTerms, peer: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="bad-certificate"):
        server_context(ours.own, peer)


def test_a_host_that_we_do_not_have_is_an_error() -> None:
    with pytest.raises(AppError, match="port unavailable"):
        LaneListener("192.0.2.1")


@pytest.mark.skipif(not hasattr(socket, "TCP_CONGESTION"), reason="the system has no choice")
def test_losses_are_taken_by_the_rate_where_the_kernel_can(
    ours: LaneTerms, theirs: LaneTerms
) -> None:
    with listening(ours) as (listener, found), connect(theirs, listener.port) as lane:
        with socket.socket() as other:
            offers = congestion_of(other, b"bbr")
        for end in (lane, found.get(timeout=60)):
            assert congestion_of(end) == offers
            end.close()


def congestion_of(end: socket.socket, wanted: bytes | None = None) -> bytes:
    if wanted is not None:
        with contextlib.suppress(OSError):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, wanted)
    return end.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16).rstrip(b"\0")
