from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.identity import Identity
from app.crypto.room_keys import direct_secret, epoch_keys, room_id
from app.crypto.seal import seal_for
from app.domain.errors import RemoteProtocolError
from app.domain.events import Text
from app.protocol.parcels import Contents, open_parcel, seal_parcel
from app.protocol.signals import Knock, SignalOpener, encode_signal, seal_signal
from tests.storage.support import Author

ANA, BOB, EVE = (Identity(bytes([n]) * 32) for n in (1, 2, 3))
SECRET = direct_secret(ANA, BOB.peer)
WORD = Author(ANA, room_id(SECRET), SECRET).write(Text("hello")).encode()
assert epoch_keys(0, SECRET).is_whole


@given(st.integers(0, (1 << 63) - 1), st.integers(0, (1 << 63) - 1), st.integers(0, 3))
def test_a_parcel_reaches_its_receiver(stored: int, read: int, count: int) -> None:
    contents = Contents([WORD] * count, stored, read)
    assert open_parcel(BOB, ANA.peer, seal_parcel(ANA, BOB.peer, contents)) == contents


def test_nobody_else_opens_or_makes_one() -> None:
    sealed = seal_parcel(ANA, BOB.peer, Contents([], 1, 0))
    for reader, sender in ((EVE, ANA), (BOB, EVE)):
        with pytest.raises(RemoteProtocolError, match="parcel-tampered"):
            open_parcel(reader, sender.peer, sealed)


@given(st.data())
def test_a_changed_parcel_is_noticed(data: st.DataObject) -> None:
    sealed = bytearray(seal_parcel(ANA, BOB.peer, Contents([WORD], 1, 0)))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(RemoteProtocolError, match="parcel-tampered"):
        open_parcel(BOB, ANA.peer, bytes(sealed))


@pytest.mark.parametrize(
    "inside",
    [
        b"",
        msgspec.msgpack.encode(["parcel", [b"short"], 0, 0]),
        msgspec.msgpack.encode(["parcel", [], -1, 0]),
        encode_signal(Knock(bytes(16), b"", "Ana")),
    ],
)
def test_other_contents_are_refused(inside: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="parcel-malformed"):
        open_parcel(BOB, ANA.peer, seal_for(ANA, BOB.peer, inside))


def test_events_of_others_are_refused() -> None:
    foreign = Author(EVE).write(Text("I am Ana")).encode()
    with pytest.raises(RemoteProtocolError, match="an event of somebody else"):
        open_parcel(BOB, ANA.peer, seal_parcel(ANA, BOB.peer, Contents([foreign], 0, 0)))


def test_a_signal_is_no_parcel_and_a_parcel_no_signal() -> None:
    knock = seal_signal(ANA, BOB.peer, Knock(bytes(16), b"", "Ana"))
    with pytest.raises(RemoteProtocolError, match="parcel-malformed"):
        open_parcel(BOB, ANA.peer, knock)
    with pytest.raises(RemoteProtocolError, match="signal-malformed"):
        SignalOpener(BOB, bytes(16)).open(ANA.peer, seal_parcel(ANA, BOB.peer, Contents([], 0, 0)))
