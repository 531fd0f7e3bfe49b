from __future__ import annotations

from contextlib import suppress
from itertools import product

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.identity import Identity
from app.domain.errors import RemoteProtocolError
from app.domain.ids import PeerId
from app.protocol.frames import Auth, Frame, Hello, Ping, decode_frame, encode_frame
from app.protocol.handshake import Fingerprints, LinkHandshake

ANA, BOB, EVE = (Identity(bytes([n]) * 32) for n in (1, 2, 3))
PRINTS = {one.peer: one.peer[::-1] for one in (ANA, BOB, EVE)}


def handshake(
    me: Identity,
    expected: PeerId,
    remote_print: bytes | None = None,
    nonce: bytes = b"n" * 32,
    now_ms: int = 1_000,
) -> LinkHandshake:
    prints = Fingerprints(PRINTS[me.peer], remote_print or PRINTS[expected])
    return LinkHandshake(me, expected=expected, fingerprints=prints, nonce=nonce, now_ms=now_ms)


def exchange(one: LinkHandshake, other: LinkHandshake) -> None:
    """Hand each side's frames to the other until both fall silent."""
    to_other = [one.start()]
    to_one = [other.start()]
    while to_one or to_other:
        for inbox, machine, outbox in ((to_other, other, to_one), (to_one, one, to_other)):
            while inbox:
                reply = machine.receive(inbox.pop(0), 1_000)
                if reply is not None:
                    outbox.append(reply)


def test_both_sides_learn_the_same() -> None:
    ana = handshake(ANA, BOB.peer, now_ms=1_000)
    bob = handshake(BOB, ANA.peer, nonce=b"m" * 32, now_ms=8_000)
    exchange(ana, bob)
    assert ana.result is not None
    assert bob.result is not None
    assert (ana.result.peer, bob.result.peer) == (BOB.peer, ANA.peer)
    assert ana.result.transcript == bob.result.transcript
    assert ana.result.version == 1
    assert ana.result.clock_offset_ms == 7_000


def test_every_nonce_gives_another_transcript() -> None:
    transcripts = set()
    for nonce in (b"1" * 32, b"2" * 32):
        ana, bob = handshake(ANA, BOB.peer, nonce=nonce), handshake(BOB, ANA.peer)
        exchange(ana, bob)
        assert ana.result is not None
        transcripts.add(ana.result.transcript)
    assert len(transcripts) == 2


def test_a_connection_that_ends_in_another_certificate_is_named() -> None:
    ana = handshake(ANA, BOB.peer, remote_print=PRINTS[EVE.peer])
    bob = handshake(BOB, ANA.peer)
    with pytest.raises(RemoteProtocolError, match="link-tampered"):
        exchange(ana, bob)
    assert ana.result is None


def test_somebody_else_is_refused() -> None:
    ana, eve = handshake(ANA, BOB.peer), handshake(EVE, ANA.peer)
    with pytest.raises(RemoteProtocolError, match="wrong-peer"):
        ana.receive(eve.start(), 0)


def test_eve_cannot_claim_to_be_bob() -> None:
    ana = handshake(ANA, BOB.peer)
    ana.receive(encode_frame(Hello([1], BOB.peer, b"x" * 32, 0)), 0)
    with pytest.raises(RemoteProtocolError, match="link-tampered"):
        ana.receive(encode_frame(Auth(EVE.sign(b"parlor link 1\x00" + bytes(32) + BOB.peer))), 0)


def test_a_proof_cannot_be_reflected() -> None:
    ana = handshake(ANA, BOB.peer)
    own = ana.receive(encode_frame(Hello([1], BOB.peer, b"x" * 32, 0)), 0)
    assert own is not None
    with pytest.raises(RemoteProtocolError, match="link-tampered"):
        ana.receive(own, 0)


def test_a_replayed_proof_does_not_fit_another_link() -> None:
    ana, bob = handshake(ANA, BOB.peer), handshake(BOB, ANA.peer)
    old = bob.receive(ana.start(), 0)
    assert old is not None
    again = handshake(ANA, BOB.peer, nonce=b"fresh" + bytes(27))
    again.receive(bob.start(), 0)
    with pytest.raises(RemoteProtocolError, match="link-tampered"):
        again.receive(old, 0)


def test_we_do_not_link_with_ourselves() -> None:
    mirror = handshake(ANA, ANA.peer)
    with pytest.raises(RemoteProtocolError, match="wrong-peer"):
        mirror.receive(mirror.start(), 0)


def test_without_a_common_version_there_is_no_link() -> None:
    ana = handshake(ANA, BOB.peer)
    with pytest.raises(RemoteProtocolError, match="version-mismatch"):
        ana.receive(encode_frame(Hello([7, 9], BOB.peer, b"x" * 32, 0)), 0)


def test_a_newer_peer_is_met_at_our_version() -> None:
    ana = handshake(ANA, BOB.peer)
    reply = ana.receive(encode_frame(Hello([1, 2, 3], BOB.peer, b"x" * 32, 0)), 0)
    assert reply is not None
    assert isinstance(decode_frame(reply), Auth)


def test_a_downgraded_hello_does_not_survive_the_proof() -> None:
    ana, bob = handshake(ANA, BOB.peer), handshake(BOB, ANA.peer)
    proof = bob.receive(ana.start(), 0)
    changed = Hello([1, 1], BOB.peer, b"n" * 32, 1_000)
    ana.receive(encode_frame(changed), 0)
    assert proof is not None
    with pytest.raises(RemoteProtocolError, match="link-tampered"):
        ana.receive(proof, 0)


KINDS: tuple[Frame, ...] = (Hello([1], BOB.peer, b"x" * 32, 0), Auth(bytes(64)), Ping(1))


def feed(machine: LinkHandshake, *frames: Frame) -> None:
    for frame in frames:
        machine.receive(encode_frame(frame), 0)


@given(st.lists(st.sampled_from(KINDS), max_size=4))
def test_no_order_of_frames_gets_in_without_a_proof(sequence: list[Frame]) -> None:
    ana = handshake(ANA, BOB.peer)
    with suppress(RemoteProtocolError):
        feed(ana, *sequence)
    assert ana.result is None


@pytest.mark.parametrize(("first", "second"), list(product(KINDS, KINDS)))
def test_the_order_is_hello_then_proof(first: Frame, second: Frame) -> None:
    ana = handshake(ANA, BOB.peer)
    greeted = isinstance(first, Hello)
    expected = "link-tampered" if greeted and isinstance(second, Auth) else "handshake-order"
    with pytest.raises(RemoteProtocolError, match=expected):
        feed(ana, first, second)


def test_nothing_more_is_expected_after_the_proof() -> None:
    ana, bob = handshake(ANA, BOB.peer), handshake(BOB, ANA.peer)
    exchange(ana, bob)
    with pytest.raises(RemoteProtocolError, match="handshake-order"):
        ana.receive(bob.start(), 0)


def test_a_hello_with_fields_of_a_newer_version_is_proven_as_it_was_sent() -> None:
    ana, bob = handshake(ANA, BOB.peer), handshake(BOB, ANA.peer)
    plain = msgspec.msgpack.decode(bob.start()[1:])
    longer = bob.start()[:1] + msgspec.msgpack.encode([*plain, "new"])
    bob._hello = longer
    proof = bob.receive(ana.start(), 0)
    ana.receive(longer, 0)
    assert proof is not None
    ana.receive(proof, 0)
    assert ana.result is not None


def test_a_frame_of_an_unknown_type_is_passed_over() -> None:
    ana = handshake(ANA, BOB.peer)
    assert ana.receive(b"\xc8\x90", 0) is None
