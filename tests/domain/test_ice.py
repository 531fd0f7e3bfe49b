"""Which servers may help two machines meet."""

from __future__ import annotations

import pytest

from app.domain.errors import AppError
from app.domain.ice import MAX_SERVERS, MAX_URL, IceServer, check_ice_servers

LOGIN = ("ana", "secret")


@pytest.mark.parametrize(
    "server",
    [
        IceServer("stun:stun.example.org"),
        IceServer("stun:192.0.2.1:3478"),
        IceServer("stun:[2001:db8::1]:3478"),
        IceServer("turn:turn.example.org:3478?transport=udp", *LOGIN),
        IceServer("turn:turn.example.org?transport=tcp", *LOGIN),
        IceServer("turns:turn.example.org:5349?transport=tcp", *LOGIN),
    ],
)
def test_what_can_be_used(server: IceServer) -> None:
    assert check_ice_servers([server]) == (server,)
    assert server.is_relay is server.url.startswith("turn")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "stun:",
        "http://stun.example.org",
        "stuns:stun.example.org",
        "stun:host:0",
        "stun:host:65536",
        "stun:host?transport=udp",
        "turns:host?transport=udp",
        "turn:host?transport=sctp",
        "turn:ho st",
        "turn:host/../x",
        "turn:-host",
        "stun:" + "a" * MAX_URL,
    ],
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(AppError, match="bad ice server"):
        check_ice_servers([IceServer(url, *LOGIN)])


@pytest.mark.parametrize(
    "server",
    [
        IceServer("turn:host"),
        IceServer("turn:host", "ana"),
        IceServer("turn:host", "", "secret"),
        IceServer("turn:host", "ana", "x" * 513),
        IceServer("stun:host", "ana", "secret"),
    ],
)
def test_a_relay_needs_a_login_and_nothing_else_takes_one(server: IceServer) -> None:
    with pytest.raises(AppError) as caught:
        check_ice_servers([server])
    assert caught.value.code == "ice-server-login"
    assert "secret" not in str(caught.value)


def test_there_may_be_a_few() -> None:
    server = IceServer("stun:host")
    assert len(check_ice_servers([server] * MAX_SERVERS)) == MAX_SERVERS
    with pytest.raises(AppError) as caught:
        check_ice_servers([server] * (MAX_SERVERS + 1))
    assert caught.value.code == "too-many-ice-servers"


def test_a_credential_is_not_shown() -> None:
    assert "secret" not in repr(IceServer("turn:host", *LOGIN))
