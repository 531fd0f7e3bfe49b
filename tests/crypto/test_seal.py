from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.identity import Identity
from app.crypto.seal import open_body, open_from, seal_body, seal_for
from app.domain.ids import PeerId
from tests.refused import refusal

KEY = b"k" * 32
ANA, BO, EVE = Identity(b"a" * 32), Identity(b"b" * 32), Identity(b"e" * 32)


@given(st.binary(max_size=100), st.binary(max_size=200))
def test_a_body_opens_under_its_header(header: bytes, body: bytes) -> None:
    sealed = seal_body(KEY, header, body)
    assert open_body(KEY, header, sealed) == body
    assert len(sealed) == len(body) + 28


def test_a_body_opens_under_nothing_else() -> None:
    sealed = seal_body(KEY, b"header", b"body")
    assert refusal(open_body, KEY, b"headex", sealed) == "seal-broken"
    assert refusal(open_body, b"l" * 32, b"header", sealed) == "seal-broken"


def test_every_byte_of_a_sealed_body_counts() -> None:
    sealed = seal_body(KEY, b"header", b"body")
    for at in range(len(sealed)):
        changed = sealed[:at] + bytes((sealed[at] ^ 1,)) + sealed[at + 1 :]
        assert refusal(open_body, KEY, b"header", changed) == "seal-broken"
        assert refusal(open_body, KEY, b"header", sealed[:at]) == "seal-broken"
    assert refusal(open_body, KEY, b"header", sealed + b"x") == "seal-broken"


def test_no_two_seals_are_alike() -> None:
    assert seal_body(KEY, b"", b"body") != seal_body(KEY, b"", b"body")
    assert seal_for(ANA, BO.peer, b"payload") != seal_for(ANA, BO.peer, b"payload")


@given(st.binary(max_size=300))
def test_a_payload_reaches_its_receiver(payload: bytes) -> None:
    sealed = seal_for(ANA, BO.peer, payload)
    assert open_from(BO, ANA.peer, sealed) == payload
    assert len(sealed) == len(payload) + 48


def test_every_byte_of_a_sealed_payload_counts() -> None:
    sealed = seal_for(ANA, BO.peer, b"payload")
    for at in range(len(sealed)):
        changed = sealed[:at] + bytes((sealed[at] ^ 1,)) + sealed[at + 1 :]
        assert refusal(open_from, BO, ANA.peer, changed) in {"seal-broken", "bad-peer-id"}
        assert refusal(open_from, BO, ANA.peer, sealed[:at]) == "seal-broken"
    assert refusal(open_from, BO, ANA.peer, sealed + b"x") == "seal-broken"


@pytest.mark.parametrize(
    ("reader", "sender"),
    [
        (BO, EVE),  # somebody else's name on it
        (EVE, ANA),  # another receiver
        (ANA, BO),  # handed back to who sealed it
        (ANA, ANA),
        (BO, BO),
    ],
)
def test_a_payload_is_from_one_to_one(reader: Identity, sender: Identity) -> None:
    sealed = seal_for(ANA, BO.peer, b"payload")
    assert refusal(open_from, reader, sender.peer, sealed) == "seal-broken"


def test_the_second_spelling_of_an_ephemeral_key_is_another_payload() -> None:
    sealed = seal_for(ANA, BO.peer, b"payload")
    respelled = sealed[:31] + bytes((sealed[31] | 0x80,)) + sealed[32:]
    assert refusal(open_from, BO, ANA.peer, respelled) == "seal-broken"


def test_an_ephemeral_key_that_anybody_could_use_is_refused() -> None:
    assert refusal(open_from, BO, ANA.peer, bytes(64)) == "bad-peer-id"


def test_nothing_is_sealed_for_or_opened_from_nobody() -> None:
    nobody = PeerId(bytes(32))
    assert refusal(seal_for, ANA, nobody, b"") == "bad-peer-id"
    assert refusal(open_from, BO, nobody, seal_for(ANA, BO.peer, b"")) == "bad-peer-id"


@given(st.binary(max_size=120))
def test_any_bytes_are_refused(raw: bytes) -> None:
    assert refusal(open_from, BO, ANA.peer, raw) in {"seal-broken", "bad-peer-id"}
    assert refusal(open_body, KEY, b"", raw) == "seal-broken"
