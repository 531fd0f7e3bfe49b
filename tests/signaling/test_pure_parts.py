from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.addresses import ranked, reachable_url
from signaling.bucket import BucketShelf, TokenBucket
from signaling.elsewhere import REACHED_LIMIT
from signaling.gate import ConnectionGate
from signaling.keys import verify
from signaling.limits import Limits
from signaling.registry import PeerRegistry
from signaling.tally import Histogram
from tests.signaling.people import Person

ANY = "0.0.0.0"  # noqa: S104 - only turned into a URL
STEPS = st.lists(st.tuples(st.floats(0, 5), st.floats(0, 4)), max_size=60)


@given(STEPS)
def test_a_bucket_never_gives_more_than_its_rate(steps: list[tuple[float, float]]) -> None:
    bucket, now, given_out = TokenBucket(3.0, 10.0, 0.0), 0.0, 0.0
    for wait, amount in steps:
        now += wait
        given_out += amount if bucket.take(amount, now) else 0.0
    assert given_out <= 10.0 + 3.0 * now + 1e-6


def test_a_bucket_refuses_whole_and_refills() -> None:
    bucket = TokenBucket(1.0, 2.0, 0.0)
    assert bucket.take(2.0, 0.0)
    assert not bucket.take(1.0, 0.5)
    assert bucket.take(1.0, 1.0)
    assert not bucket.full(2.0)
    assert bucket.full(9.0)


def test_a_clock_that_goes_back_gives_nothing() -> None:
    bucket = TokenBucket(1.0, 1.0, 100.0)
    assert bucket.take(1.0, 100.0)
    assert not bucket.take(1.0, 0.0)
    assert not bucket.take(1.0, 100.5)
    assert bucket.take(1.0, 101.0)


def test_a_shelf_keeps_only_what_is_not_full() -> None:
    shelf: BucketShelf[str] = BucketShelf(1.0, 5.0)
    shelf.get("ana", 0.0).take(5.0, 0.0)
    shelf.get("bob", 0.0)
    shelf.sweep(1.0)
    assert len(shelf) == 1
    assert not shelf.get("ana", 1.0).take(2.0, 1.0)
    shelf.sweep(10.0)
    assert len(shelf) == 0


@given(st.lists(st.sampled_from("abc"), max_size=40))
def test_a_gate_counts_by_address_and_in_all(arrivals: list[str]) -> None:
    gate, inside = ConnectionGate(5, 2), list[str]()
    for address in arrivals:
        allowed = len(inside) < 5 and inside.count(address) < 2
        assert gate.admit(address) is allowed
        inside += [address] if allowed else []
        assert gate.open == len(inside)
    for address in inside:
        gate.release(address)
    assert gate.open == 0
    assert gate.admit("a")


def test_signatures_are_checked() -> None:
    ana, bob = Person(), Person()
    signature = ana.sign(b"hello")
    assert verify(ana.peer, b"hello", signature)
    assert not verify(bob.peer, b"hello", signature)
    assert not verify(ana.peer, b"hallo", signature)
    assert not verify(ana.peer, b"hello", signature[:-1])
    assert not verify(b"short", b"hello", signature)


def test_a_key_that_anybody_can_sign_for_is_refused() -> None:
    identity = (1).to_bytes(32, "little")
    assert not verify(identity, b"anything", identity + bytes(32))


def test_the_right_to_answer_is_bounded() -> None:
    registry = PeerRegistry(Limits())
    registry.connect("a", b"n", 0.0)
    connection = registry.get("a")
    assert connection is not None
    for number in range(REACHED_LIMIT + 10):
        connection.reached.add(number.to_bytes(32, "big"))
        connection.reached.add((0).to_bytes(32, "big"))
    assert len(connection.reached) == REACHED_LIMIT
    assert (0).to_bytes(32, "big") in connection.reached


def test_only_sockets_without_proof_become_overdue() -> None:
    registry = PeerRegistry(Limits(auth_seconds=10))
    for number, sid in enumerate("abc"):
        registry.connect(sid, b"n", float(number))
    registry.authenticate("a", b"p" * 32, b"i" * 16, 1.0)
    assert registry.overdue(10.9) == []
    assert registry.overdue(11.0) == ["b"]
    assert registry.overdue(99.0) == ["b", "c"]
    assert registry.disconnect("b") == b""
    assert registry.disconnect("nobody") == b""
    assert registry.overdue(99.0) == ["c"]
    assert registry.disconnect("a") == b"p" * 32
    assert len(registry) == 1
    assert registry.sids == ("c",)


@pytest.mark.parametrize(
    ("host", "addresses", "url"),
    [
        (ANY, ["10.0.0.7", "fd00::7"], "http://10.0.0.7:80"),
        (ANY, ["fd00::7"], "http://127.0.0.1:80"),
        (ANY, [], "http://127.0.0.1:80"),
        ("::", ["fd00::7"], "http://[fd00::7]:80"),
        ("::1", ["10.0.0.7"], "http://[::1]:80"),
        ("example.org", [], "http://example.org:80"),
    ],
)
def test_the_url_is_one_that_others_reach(host: str, addresses: list[str], url: str) -> None:
    assert reachable_url(host, 80, addresses) == url


def test_addresses_of_the_local_network_come_first() -> None:
    found = [
        (False, "127.0.0.1"),
        (True, "172.17.0.1"),
        (False, "fe80::1%eth0"),
        (False, "fd00::2"),
        (False, "192.168.1.5"),
        (False, "169.254.0.9"),
    ]
    assert ranked(found) == ["192.168.1.5", "fd00::2", "172.17.0.1"]


def test_a_histogram_says_under_which_bound_a_share_lies() -> None:
    histogram = Histogram()
    assert histogram.quantile(0.5) is None
    for seconds in (0.0, 0.0001, 0.0003, 0.3, 7.0):
        histogram.add(seconds)
    assert (len(histogram), histogram.total) == (5, 7.3004)
    assert histogram.counts[:4] == [2, 0, 1, 0]
    assert [histogram.quantile(share) for share in (0.4, 0.6, 0.8, 1.0)] == [
        0.0001,
        0.0005,
        1.0,
        1.0,
    ]


def test_default_limits_let_a_returning_client_enter_all_its_rooms() -> None:
    limits = Limits()
    assert limits.events_burst > limits.rooms_per_peer + 1
