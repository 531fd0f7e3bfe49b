from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.identity import Identity
from app.crypto.room_keys import (
    direct_secret,
    epoch_keys,
    notes_secret,
    room_id,
    secret_from_code,
)
from app.domain.ids import PeerId
from tests.refused import refusal

secrets = st.binary(min_size=32, max_size=32)
ANA, BO, EVE = Identity(b"a" * 32), Identity(b"b" * 32), Identity(b"e" * 32)


@given(secrets)
def test_no_key_of_a_room_is_another(secret: bytes) -> None:
    keys = epoch_keys(7, secret)
    assert keys.epoch == 7
    assert len({secret, keys.body, keys.rendezvous, keys.proof}) == 4
    assert {len(key) for key in (keys.body, keys.rendezvous, keys.proof)} == {32}
    assert room_id(secret) != keys.rendezvous[:16]
    assert len(room_id(secret)) == 16


def test_keys_are_not_printed() -> None:
    keys = epoch_keys(0, b"s" * 32)
    assert repr(keys.body) not in repr(keys)
    assert "body" not in repr(keys)


@given(secrets, secrets)
def test_both_sides_of_a_conversation_have_its_secret(one: bytes, other: bytes) -> None:
    ana, bo = Identity(one), Identity(other)
    assert direct_secret(ana, bo.peer) == direct_secret(bo, ana.peer)


def test_every_pair_has_a_secret_of_its_own() -> None:
    found = {direct_secret(ANA, BO.peer), direct_secret(ANA, EVE.peer), direct_secret(BO, EVE.peer)}
    assert len(found | {notes_secret(ANA), notes_secret(BO)}) == 5


@pytest.mark.parametrize("peer", [bytes(32), b"\x01" + bytes(31), bytes(5)])
def test_there_is_no_conversation_with_nobody(peer: bytes) -> None:
    assert refusal(direct_secret, ANA, PeerId(peer)) == "bad-peer-id"


def test_a_code_leads_to_one_room() -> None:
    secret = secret_from_code(bytes(8))
    assert len(secret) == 32
    assert secret == secret_from_code(bytes(8))
    assert room_id(secret) != room_id(secret_from_code(bytes(7) + b"\x01"))
