from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.crypto.identity import Identity
from app.crypto.rekeying import PART_SIZE, open_secret, seal_secret
from app.domain.ids import PeerId, RoomId

ANA, BO, EVE, ZOE = (Identity(letter * 32) for letter in (b"a", b"b", b"e", b"z"))
ROOM, OTHER = RoomId(b"r" * 16), RoomId(b"s" * 16)
SECRET = b"n" * 32


def test_each_recipient_opens_it_and_nobody_else() -> None:
    sealed = seal_secret(ANA, [ANA.peer, BO.peer, EVE.peer], ROOM, 1, SECRET)
    assert len(sealed) == 3 * PART_SIZE == 3 * 112
    for member in (ANA, BO, EVE):
        assert open_secret(member, ANA.peer, ROOM, 1, sealed) == SECRET
    assert open_secret(ZOE, ANA.peer, ROOM, 1, sealed) is None


def test_it_is_bound_to_room_epoch_and_author() -> None:
    sealed = seal_secret(ANA, [BO.peer], ROOM, 1, SECRET)
    assert open_secret(BO, ANA.peer, OTHER, 1, sealed) is None
    assert open_secret(BO, ANA.peer, ROOM, 2, sealed) is None
    assert open_secret(BO, EVE.peer, ROOM, 1, sealed) is None


def test_what_is_meant_for_one_is_of_no_use_under_the_name_of_another() -> None:
    sealed = seal_secret(ANA, [BO.peer], ROOM, 1, SECRET)
    assert open_secret(EVE, ANA.peer, ROOM, 1, EVE.peer + sealed[32:]) is None


def test_nobody_is_sealed_nothing() -> None:
    nobody = PeerId(bytes(32))
    assert seal_secret(ANA, [nobody], ROOM, 1, SECRET) == b""
    assert open_secret(BO, nobody, ROOM, 1, seal_secret(ANA, [BO.peer], ROOM, 1, SECRET)) is None


@given(st.binary(max_size=300))
def test_noise_opens_nothing(noise: bytes) -> None:
    assert open_secret(BO, ANA.peer, ROOM, 1, noise) is None
    assert open_secret(BO, ANA.peer, ROOM, 1, BO.peer + noise) is None
