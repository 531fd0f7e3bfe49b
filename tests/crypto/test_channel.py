from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.channel import HELLO_SIZE, MARK_SIZE, SEAL_SIZE, Channel, Opening
from app.domain.errors import RemoteProtocolError


def pair() -> tuple[Channel, Channel]:
    one, other = Opening(leads=True), Opening(leads=False)
    return one.meet(other.hello), other.meet(one.hello)


def refused(channel: Channel, sealed: bytes) -> bool:
    with pytest.raises(RemoteProtocolError) as caught:
        channel.open(sealed)
    return caught.value.code == "seal-broken"


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_what_is_sealed_is_opened_in_order_both_ways(texts: list[bytes]) -> None:
    one, other = pair()
    for sender, receiver in ((one, other), (other, one)):
        sealed = [sender.seal(text) for text in texts]
        assert [len(s) - len(t) for s, t in zip(sealed, texts, strict=True)] == [
            SEAL_SIZE for _ in texts
        ]
        assert [receiver.open(one) for one in sealed] == texts


def test_nothing_is_opened_twice_or_out_of_turn_or_by_its_sender() -> None:
    one, other = pair()
    first, second = one.seal(b"first"), one.seal(b"second")
    assert refused(one, first)
    assert other.open(first) == b"first"
    assert refused(other, first)
    _, again = pair()
    assert refused(again, first)
    one, other = pair()
    one.seal(b"lost")
    assert refused(other, one.seal(b"second"))
    assert refused(other, second[:SEAL_SIZE])
    assert refused(other, b"")


def test_both_ends_are_bound_to_one_channel() -> None:
    one, other = pair()
    assert one.binding == other.binding
    assert one.binding != pair()[0].binding


def test_somebody_between_the_ends_has_two_channels() -> None:
    leader, follower = Opening(leads=True), Opening(leads=False)
    to_leader, to_follower = Opening(leads=False), Opening(leads=True)
    assert leader.meet(to_leader.hello).binding != follower.meet(to_follower.hello).binding


def test_a_hello_that_comes_back_opens_nothing() -> None:
    opening = Opening(leads=True)
    channel = opening.meet(opening.hello)
    assert refused(channel, channel.seal(b"mine"))


def test_a_mark_shows_a_secret_to_who_knows_it_and_only_from_its_end() -> None:
    one, other = pair()
    secret = b"r" * 32
    assert one.our_mark(secret) == other.their_mark(secret)
    assert other.our_mark(secret) == one.their_mark(secret)
    assert len(one.our_mark(secret)) == MARK_SIZE
    assert one.our_mark(secret) != other.our_mark(secret)
    assert one.our_mark(secret) != one.our_mark(b"q" * 32)
    assert one.our_mark(secret) != pair()[0].our_mark(secret)


@pytest.mark.parametrize("hello", [bytes(HELLO_SIZE), b"\x01" + bytes(HELLO_SIZE - 1)])
def test_a_key_of_small_order_is_refused(hello: bytes) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        Opening(leads=True).meet(hello)
    assert caught.value.code == "bad-peer-id"
