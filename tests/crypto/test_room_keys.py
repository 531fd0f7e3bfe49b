from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.identity import Identity
from app.crypto.room_keys import (
    direct_secret,
    epoch_keys,
    founding_code,
    govern_only,
    notes_secret,
    room_id,
    room_of_code,
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
    derived = keys.body, keys.rendezvous, keys.proof, keys.govern
    assert len({secret, *derived}) == 5
    assert {len(key) for key in derived} == {32}
    assert keys.is_whole
    assert room_id(secret) != keys.rendezvous[:16]
    assert len(room_id(secret)) == 16


def test_of_some_epochs_only_what_governs_is_known() -> None:
    keys = govern_only(3, b"g" * 32)
    assert (keys.epoch, keys.govern, keys.is_whole) == (3, b"g" * 32, False)


def test_a_code_is_tied_to_its_founder() -> None:
    code = founding_code(ANA.peer, b"n" * 16)
    assert len(code) == 8
    assert code[0] < 16
    assert code == founding_code(ANA.peer, b"n" * 16)
    assert code != founding_code(BO.peer, b"n" * 16)
    assert code != founding_code(ANA.peer, b"m" * 16)
    assert room_of_code(code) == room_id(secret_from_code(code))


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
