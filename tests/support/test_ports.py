from __future__ import annotations

import socket

import pytest

from tests.support import ports
from tests.support.ports import LOWEST, USUAL_END, deaf_port, end_of_ours, free_port


def test_a_free_port_is_none_that_is_given_to_anybody() -> None:
    with socket.create_server(("127.0.0.1", free_port())) as one:
        assert LOWEST <= one.getsockname()[1] < end_of_ours()


def test_one_in_use_is_not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    free = free_port()
    with socket.create_server(("127.0.0.1", 0)) as used:
        choices = iter([used.getsockname()[1], free])
        monkeypatch.setattr(ports._chance, "randrange", lambda *_range: next(choices))
        assert free_port() == free


def test_elsewhere_the_usual_end_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_RANGE", ports._RANGE / "absent")
    assert end_of_ours() == USUAL_END


def test_a_deaf_port_refuses_and_is_held() -> None:
    with deaf_port() as port:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
        with pytest.raises(OSError, match="in use"):
            socket.create_server(("127.0.0.1", port))
