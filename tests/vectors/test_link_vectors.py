"""The vectors of links, computed again without the app."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import msgspec
import pytest

from tests.vectors import primitives as plain
from tests.vectors.generate import load

raw = bytes.fromhex
unpack = msgspec.msgpack.decode


def test_signals_are_arrays_that_begin_with_their_kind() -> None:
    vectors = load("signal_content")
    session, target = raw(vectors["session"]), raw(vectors["target"])
    told = {kind: unpack(raw(content)) for kind, content in vectors["signals"].items()}
    detour = told.pop("detour")
    assert detour[:3] + detour[4:] == ["detour", session, target, b"description"]
    assert len(detour[3]) == 32
    assert told == {
        "offer": ["offer", session, target, b"description"],
        "answer": ["answer", session, target, b"description"],
        "want": ["want", session, target],
        "knock": ["knock", session, b"", "Ana"],
    }


def test_a_description_is_an_array_of_arrays() -> None:
    version, role, ufrag, password, fingerprint, candidates = unpack(
        raw(load("signal_content")["description"])
    )
    assert (version, role, ufrag, password) == (1, "offer", "u4Gx", "p" * 22)
    assert len(fingerprint) == 32
    assert candidates[0] == ["host", bytes([192, 168, 1, 20]), 50000, 2130706431]
    assert candidates[1][0] == "relay"
    assert len(candidates[1][1]) == 16


FIELDS = {
    "hello": 5,
    "auth": 1,
    "rooms": 1,
    "have": 3,
    "events": 2,
    "refused": 4,
    "ping": 1,
    "pong": 1,
    "typing": 2,
    "bye": 1,
    "presence": 1,
    "welcome": 4,
    "dismissed": 2,
    "turnedaway": 3,
    "parcel": 4,
    "parceltaken": 1,
    "receipt": 6,
    "wanted": 2,
    "heads": 2,
    "neighbours": 2,
    "through": 3,
    "relayed": 4,
    "capable": 10,
}


@pytest.mark.parametrize("entry", load("frame")["frames"], ids=lambda entry: entry["name"])
def test_a_frame_is_its_type_and_an_array(entry: dict[str, Any]) -> None:
    content = raw(entry["raw"])
    assert content[0] == entry["type"]
    fields = unpack(content[1:])
    assert isinstance(fields, list)
    assert len(fields) == FIELDS[entry["name"]]


def test_a_long_frame_is_cut() -> None:
    vectors = load("frame")["fragments"]
    messages = [raw(message) for message in vectors["messages"]]
    assert [message[0] for message in messages] == [1] * (len(messages) - 1) + [0]
    assert all(len(message) == 16384 for message in messages[:-1])
    assert b"".join(message[1:] for message in messages) == raw(vectors["frame"])


def test_the_handshake() -> None:
    vectors = load("handshake")
    sides = vectors["sides"]
    people = [plain.Person(raw(side["seed"])) for side in sides]
    order = sorted(range(2), key=lambda n: people[n].peer)
    transcript = hashlib.sha256(
        b"parlor transcript 1\x00"
        + b"".join(
            hashlib.sha256(raw(sides[n]["hello"])).digest() + raw(sides[n]["certificate_sha256"])
            for n in order
        )
    ).digest()
    assert transcript == raw(vectors["transcript"])
    proof = plain.hkdf(raw(vectors["room_secret"]), b"parlor room proof 1")
    for person, side in zip(people, sides, strict=True):
        signed = b"parlor link 1\x00" + transcript + person.peer
        assert unpack(raw(side["auth"])[1:]) == [person.signing.sign(signed)]
        label = b"parlor room tag 1\x00" + transcript + person.peer
        assert hmac.digest(proof, label, "sha256") == raw(side["room_tag"])
