"""Which addresses are told, and which of a peer's are tried."""

from __future__ import annotations

import pytest

from app.protocol.transfer_frames import MAX_ADDRESSES
from app.services.transfer_ways import offered, usable

OWN = ["192.168.1.5", "fd00::5", "127.0.0.1", "::1"]


def test_what_is_told_is_bounded() -> None:
    many = [f"10.0.0.{n}" for n in range(40)]
    assert offered(many, 9) == [(host, 9) for host in many[:MAX_ADDRESSES]]


@pytest.mark.parametrize(
    ("theirs", "tried"),
    [
        (["192.168.1.9", "127.0.0.1"], ["192.168.1.9"]),
        (["192.168.1.5", "127.0.0.1"], ["192.168.1.5", "127.0.0.1"]),
        (["127.0.0.1"], []),
        (["localhost", "", "999.1.1.1", "::", "224.0.0.1", "::ffff:127.0.0.1"], []),
    ],
)
def test_what_is_tried(theirs: list[str], tried: list[str]) -> None:
    ways = usable([(host, 7) for host in theirs], OWN)
    assert [host for host, _ in ways] == tried


def test_loopback_where_there_is_nothing_else() -> None:
    assert usable([("127.0.0.1", 7)], ["127.0.0.1"]) == (("127.0.0.1", 7),)
