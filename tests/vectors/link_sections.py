"""The vectors of links: signals, descriptions, frames, the handshake and room tags."""

from __future__ import annotations

import hashlib
from typing import Any

from app.crypto.identity import Identity
from app.crypto.room_keys import epoch_keys, room_id
from app.protocol.capability_frames import Capable
from app.protocol.fragments import split
from app.protocol.frames import (
    TYPES,
    Auth,
    Bye,
    Dismissed,
    Events,
    Frame,
    Have,
    Heads,
    Hello,
    Parcel,
    ParcelTaken,
    Ping,
    Pong,
    Presence,
    Refused,
    Rooms,
    TurnedAway,
    Typing,
    Wanted,
    Welcome,
    encode_frame,
)
from app.protocol.handshake import Fingerprints, LinkHandshake
from app.protocol.passing_frames import Neighbours, Relayed, Through
from app.protocol.receipts import make_receipt
from app.protocol.room_gate import closed_tag, room_tag
from app.protocol.signals import Answer, Detour, Knock, Offer, Signal, Want, encode_signal
from app.transport.webrtc_description import CandidateLine, Description
from app.transport.webrtc_description import encode as encode_description

Section = dict[str, Any]


class _Side(LinkHandshake):
    """Names the additions of the page's first edition with files: later ones make no new vector."""

    features = 31


def fixed(name: str, size: int = 32) -> bytes:
    """Return bytes that look random and follow from a name."""
    return hashlib.sha256(f"parlor vector {name}".encode()).digest()[:size]


ANA, BO = Identity(fixed("ana")), Identity(fixed("bo"))
ROOM = room_id(fixed("room secret"))
PROOF = epoch_keys(0, fixed("room secret")).proof
NOW = 1_800_000_000_000


def signal_content() -> Section:
    session, target = fixed("session", 16), fixed("instance", 16)
    signals: tuple[Signal, ...] = (
        Offer(session, target, b"description"),
        Answer(session, target, b"description"),
        Want(session, target),
        Knock(session, b"", "Ana"),
        Detour(session, target, ANA.peer, b"description"),
    )
    description = Description(
        1,
        "offer",
        "u4Gx",
        "p" * 22,
        fixed("certificate"),
        [
            CandidateLine("host", bytes([192, 168, 1, 20]), 50000, 2130706431),
            CandidateLine("relay", bytes(15) + b"\x01", 50001, 16777215),
        ],
    )
    return {
        "session": session.hex(),
        "target": target.hex(),
        "signals": {type(one).__name__.lower(): encode_signal(one).hex() for one in signals},
        "description": encode_description(description).hex(),
    }


def frame() -> Section:
    author, vector = ANA.peer, {bytes(ANA.peer): 7, bytes(BO.peer): 300}
    frames: tuple[Frame, ...] = (
        Hello([1, 2], author, fixed("nonce ana"), NOW, 3),
        Auth(fixed("signature", 32) * 2),
        Rooms([fixed("tag 1"), fixed("tag 2")]),
        Have(ROOM, vector, {}),
        Events(ROOM, [b"an event", b"another"]),
        Refused(ROOM, author, 5, "fork"),
        Ping(1),
        Pong(0xFFFFFFFF),
        Typing(ROOM, active=True),
        Bye("quit"),
        Presence(1),
        Welcome(ROOM, author, "Lab", [(65_536, True, fixed("epoch")), (0, False, fixed("govern"))]),
        Dismissed(ROOM, [b"an event"]),
        TurnedAway(ROOM, closed_tag(PROOF, fixed("transcript"), author), "revoked"),
        Parcel(author, BO.peer, fixed("parcel", 16), fixed("sealed") * 2),
        ParcelTaken(fixed("parcel", 16)),
        make_receipt(ANA, ROOM, NOW, {ANA.peer: 7, BO.peer: 300}, {BO.peer: 299}),
        Wanted(ROOM, [BO.peer]),
        Heads(ROOM, {bytes(ANA.peer): (7, fixed("event"))}),
        Neighbours(fixed("instance", 16), {bytes(BO.peer): fixed("another", 16)}),
        Through(BO.peer, author, fixed("sealed") * 2),
        Relayed(BO.peer, author, fixed("session", 16), b"a datagram"),
        Capable("relay", ["messaging", "relay"], 3, 1024, 1 << 20, 0, 1 << 36, 3600, "Tyrol", 60),
    )
    numbers = {kind: number for number, kind in TYPES.items()}
    long = Rooms([fixed(f"tag {n}") for n in range(600)])
    return {
        "frames": [
            {"type": numbers[type(one)], "name": type(one).__name__.lower(), "raw": raw.hex()}
            for one in frames
            for raw in (encode_frame(one),)
        ],
        "fragments": {
            "frame": encode_frame(long).hex(),
            "messages": [part.hex() for part in split(encode_frame(long))],
        },
    }


def handshake() -> Section:
    prints = {who.peer: fixed(f"certificate {name}") for who, name in ((ANA, "ana"), (BO, "bo"))}
    sides = {
        name: _Side(
            me,
            expected=other.peer,
            fingerprints=Fingerprints(prints[me.peer], prints[other.peer]),
            nonce=fixed(f"nonce {name}"),
            now_ms=NOW,
        )
        for name, me, other in (("ana", ANA, BO), ("bo", BO, ANA))
    }
    hellos = {name: side.start() for name, side in sides.items()}
    auths = {
        name: sides[name].receive(hellos[other], NOW) or b""
        for name, other in (("ana", "bo"), ("bo", "ana"))
    }
    sides["ana"].receive(auths["bo"], NOW)
    established = sides["ana"].result
    transcript = established.transcript if established else b""
    return {
        "room_secret": fixed("room secret").hex(),
        "transcript": transcript.hex(),
        "sides": [
            {
                "seed": who.seed.hex(),
                "certificate_sha256": prints[who.peer].hex(),
                "hello": hellos[name].hex(),
                "auth": auths[name].hex(),
                "room_tag": room_tag(PROOF, transcript, who.peer).hex(),
            }
            for name, who in (("ana", ANA), ("bo", BO))
        ],
    }
