from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.identity import Identity, agreement_key, fingerprint, verify
from app.domain.ids import PeerId
from tests.refused import refusal

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
CURVE = json.loads((Path(__file__).parents[1] / "vectors" / "curve.json").read_text("utf-8"))
KEYS = [{name: bytes.fromhex(value) for name, value in key.items()} for key in CURVE["keys"]]
seeds = st.binary(min_size=32, max_size=32)
ANA, BO = Identity(b"a" * 32), Identity(b"b" * 32)


def encoded(y: int, sign: int = 0) -> PeerId:
    return PeerId((y | sign << 255).to_bytes(32, "little"))


def order_eight() -> list[int]:
    """Return the y of the points of order 8.

    Doubled they have y = 0, so x² = -y²; the curve -x² + y² = 1 + d·x²·y² then leaves
    d·y⁴ + 2·y² - 1 = 0, and y² = (-1 ± √(1 + d)) / d.
    """
    root = pow(1 + D, (P + 3) // 8, P)
    if root * root % P != (1 + D) % P:
        root = root * pow(2, (P - 1) // 4, P) % P
    found = []
    for sign in (1, -1):
        square = (-1 + sign * root) * pow(D, -1, P) % P
        y = pow(square, (P + 3) // 8, P)
        for candidate in (y, y * pow(2, (P - 1) // 4, P) % P):
            if candidate * candidate % P == square:
                found += [candidate, P - candidate]
    return found


SMALL = [0, 1, P - 1, *order_eight()]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key["seed"].hex()[:8])
def test_keys_are_those_of_libsodium(key: dict[str, bytes]) -> None:
    identity = Identity(key["seed"])
    assert identity.peer == key["ed25519_public"]
    assert agreement_key(identity.peer).public_bytes_raw() == key["x25519_public"]
    assert identity._agreeing.public_key().public_bytes_raw() == key["x25519_public"]
    assert Identity(KEYS[0]["seed"]).agree(identity.peer) == key["shared_with_first"]
    clamped = bytearray(identity._agreeing.private_bytes_raw())
    clamped[0] &= 248
    clamped[31] = clamped[31] & 127 | 64
    assert clamped == key["x25519_private"]


@given(seeds, seeds)
def test_two_agree_on_one_secret(one: bytes, other: bytes) -> None:
    first, second = Identity(one), Identity(other)
    assert first.agree(second.peer) == second.agree(first.peer)
    public = agreement_key(second.peer).public_bytes_raw()
    assert first.agree_with_key(public) == first.agree(second.peer)


def test_a_new_identity_is_a_new_one() -> None:
    assert Identity.generate().peer != Identity.generate().peer
    assert Identity(ANA.seed).peer == ANA.peer


@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("y", SMALL)
def test_points_of_small_order_are_nobody(y: int, sign: int) -> None:
    assert refusal(agreement_key, encoded(y, sign)) == "bad-peer-id"
    assert refusal(ANA.agree, encoded(y, sign)) == "bad-peer-id"


def test_all_points_of_small_order_are_tried() -> None:
    assert len(set(SMALL)) == 5


@pytest.mark.parametrize("y", SMALL)
def test_nobody_signs_for_a_point_of_small_order(y: int) -> None:
    # With R = A = the neutral element and s = 0 every message would verify.
    forged = encoded(1) + bytes(32)
    assert not any(verify(encoded(y, sign), b"anything", forged) for sign in (0, 1))


@pytest.mark.parametrize("y", range(P, 1 << 255))
def test_a_point_has_one_spelling(y: int) -> None:
    for sign in (0, 1):
        assert refusal(agreement_key, encoded(y, sign)) == "bad-peer-id"
        assert not verify(encoded(y, sign), b"", bytes(64))


def test_half_of_all_numbers_are_no_point() -> None:
    assert refusal(agreement_key, encoded(2)) == "bad-peer-id"
    assert refusal(agreement_key, encoded(3)) == ""


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_peer_id_has_32_bytes(size: int) -> None:
    assert refusal(agreement_key, PeerId(b"\x03" * size)) == "bad-peer-id"
    assert not verify(PeerId(b"\x03" * size), b"", bytes(64))


@given(st.binary(max_size=40))
def test_any_bytes_are_a_peer_or_refused(raw: bytes) -> None:
    assert refusal(agreement_key, PeerId(raw)) in {"", "bad-peer-id"}
    assert not verify(PeerId(raw), b"m", bytes(64))


@pytest.mark.parametrize("public", [bytes(32), b"\x01" + bytes(31), b"\xff" * 31, bytes(33)])
def test_an_agreement_that_anybody_could_compute_is_refused(public: bytes) -> None:
    assert refusal(ANA.agree_with_key, public) == "bad-peer-id"


def test_only_the_signer_s_signature_of_the_message_counts() -> None:
    signature = ANA.sign(b"message")
    assert verify(ANA.peer, b"message", signature)
    assert not verify(BO.peer, b"message", signature)
    assert not verify(ANA.peer, b"messagf", signature)
    for size in (0, 63, 65):
        assert not verify(ANA.peer, b"message", (signature + b"x")[:size])


def test_every_bit_of_a_signature_counts() -> None:
    signature = ANA.sign(b"message")
    for bit in range(512):
        flipped = bytearray(signature)
        flipped[bit // 8] ^= 1 << bit % 8
        assert not verify(ANA.peer, b"message", bytes(flipped))


def test_a_signature_has_one_spelling() -> None:
    signature = ANA.sign(b"message")
    order = 2**252 + 27742317777372353535851937790883648493
    larger = int.from_bytes(signature[32:], "little") + order
    assert not verify(ANA.peer, b"message", signature[:32] + larger.to_bytes(32, "little"))


@given(seeds)
def test_a_fingerprint_is_six_groups_of_five_digits(seed: bytes) -> None:
    groups = fingerprint(Identity(seed).peer).split(" ")
    assert [len(group) for group in groups] == [5] * 6
    assert all(group.isdecimal() for group in groups)


def test_two_fingerprints_differ() -> None:
    assert fingerprint(ANA.peer) != fingerprint(BO.peer)
