"""The vectors of what governs a group: bodies, how they are sealed, and what follows from them."""

from __future__ import annotations

import random
from typing import Any

import msgspec

from app.crypto.identity import Identity
from app.crypto.room_keys import epoch_keys, room_id
from app.crypto.seal import _seal_body
from app.domain.codec import encode_body
from app.domain.events import (
    FIRST_PREV,
    Created,
    Header,
    Joined,
    KnownBody,
    Left,
    Renamed,
    Text,
    Topic,
    compute_id,
)
from app.domain.governance import RoomState
from app.domain.governing import (
    FOUNDING,
    Coded,
    CourierNamed,
    Invited,
    Readmitted,
    Rekeyed,
    Removed,
    Revoked,
    RoleGiven,
    RoomOffered,
    Ruled,
    token_id,
)
from app.domain.ids import EventId
from app.domain.pictures import RoomPictured
from app.domain.room import Content, RowAdded, fold_in, start
from app.domain.views import Position
from tests.vectors.link_sections import fixed

Section = dict[str, Any]

SECRET = fixed("governed room")
KEYS = epoch_keys(0, SECRET)
ROOM = room_id(SECRET)
OLA, ANA, BO, CEM, DAN = people = [
    Identity(fixed(name)) for name in ("ola", "ana", "bo", "cem", "dan")
]
EVE = Identity(fixed("eve"))
LINK, NAMED = fixed("link"), fixed("by name")
PARTS = b"".join(one.peer + bytes(80) for one in (ANA, CEM))
HISTORY: list[tuple[Identity, int, KnownBody]] = [
    (OLA, 1, Created("Kitchen")),
    (OLA, 2, Coded(fixed("code", 8), fixed("nonce", 16))),
    (OLA, 3, Joined("Ola")),
    (ANA, 4, Joined("Ana")),
    (BO, 5, Joined("Bo")),
    (CEM, 6, Joined("Cem")),
    (OLA, 7, RoleGiven(ANA.peer, "admin")),
    (CEM, 8, RoleGiven(BO.peer, "admin")),  # not the owner
    (ANA, 9, Ruled("info", 0)),
    (BO, 10, Topic("Mine")),  # no admin
    (ANA, 11, Topic("Who cooks what")),
    (BO, 12, Invited(LINK)),
    (DAN, 13, Joined("Dan", token_id(LINK))),  # by a link that its maker made after `seen`
    (BO, 14, Text("not seen by whom removes")),
    (ANA, 20, Removed(BO.peer, 2, ban=True)),
    (OLA, 20, Rekeyed(0x10000 + 0xABCD, PARTS)),
    (ANA, 21, Rekeyed(0x10000 + 0x1234, PARTS)),  # of the same generation
    (ANA, 22, Invited(NAMED, BO.peer, 30)),
    (BO, 23, Joined("Bo", token_id(NAMED))),  # banned
    (OLA, 24, Readmitted(BO.peer)),
    (BO, 25, Joined("Bo again", token_id(NAMED))),
    (CEM, 26, Revoked(FOUNDING)),  # closed already, and no admin
    (OLA, 27, RoleGiven(ANA.peer, "owner")),
    (OLA, 1, Renamed("Back then")),  # counts after what Ola wrote before
    (BO, 28, CourierNamed(EVE.peer, on=True, name="Eve")),  # no admin
    (ANA, 28, CourierNamed(EVE.peer, on=True, name="Eve")),
    (ANA, 28, CourierNamed(CEM.peer, on=True)),  # a member
    (ANA, 29, Left()),
    (OLA, 30, RoomPictured(b"\xff\xd8\xff")),
]
OFFER = RoomOffered(ROOM, "Kitchen", NAMED, OLA.peer, "https://example.org", 1_800_000_000_000)


def governing() -> Section:
    contents = []
    entries: list[Section] = []
    heads = {one.peer: (0, FIRST_PREV) for one in people}
    for who, ms, body in HISTORY:
        seq, prev = heads[who.peer]
        header = Header(ROOM, who.peer, seq + 1, prev, ms << 16, 0)
        entry, event = _event(header, body)
        entries.append(entry)
        heads[who.peer] = seq + 1, event
        place = Position(header.hlc, event)
        contents.append(Content(ROOM, who.peer, seq + 1, place, body))
    random.Random(1).shuffle(contents)
    state, effects = fold_in(start(), contents)
    rows = [one.content.position.event for one in effects if isinstance(one, RowAdded)]
    return {
        "room_secret": SECRET.hex(),
        "events": entries,
        "offer": {"body": encode_body(OFFER).hex(), "fields": _plain(OFFER)},
        "state": _state(state),
        "rows": sorted(event.hex() for event in rows),
    }


def _event(header: Header, body: KnownBody) -> tuple[Section, EventId]:
    key = KEYS.body if isinstance(body, Text | Coded) else KEYS.govern
    raw, nonce = encode_body(body), fixed(f"nonce {header.author.hex()} {header.seq}", 12)
    sealed = _seal_body(key, header.encode(), raw, nonce)
    event = compute_id(header, sealed)
    return {
        "author": header.author.hex(),
        "seq": header.seq,
        "prev": header.prev.hex(),
        "hlc": header.hlc,
        "key": "body" if key == KEYS.body else "govern",
        "body": raw.hex(),
        "fields": _plain(body),
        "nonce": nonce.hex(),
        "sealed": sealed.hex(),
        "id": event.hex(),
    }, event


def _plain(body: KnownBody) -> Any:
    return msgspec.to_builtins(body)


def _state(state: RoomState) -> Section:
    governance = state.governance
    return {
        "name": state.name,
        "topic": state.topic,
        "picture": state.picture,
        "founder": state.founder.hex() if state.founder is not None else None,
        "code": state.code.hex(),
        "roles": {
            peer.hex(): role.value
            for peer in state.members
            if (role := state.role_of(peer)) is not None
        },
        "open_tokens": sorted(one.id.hex() for one in governance.tokens.values() if one.open),
        "void": sorted(event.hex() for event in governance.void),
        "silent": {peer.hex(): list(governance.spans(peer)) for peer in governance.closed},
        "newest_epoch": governance.newest,
        "couriers": {peer.hex(): name for peer, name in governance.couriers.items()},
        "key_is_due": governance.needs_rotation,
    }
