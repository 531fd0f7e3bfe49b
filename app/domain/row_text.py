"""What the row of an event says: its text as it is stored, and what that means."""

from __future__ import annotations

import base64
from typing import NamedTuple

import msgspec

from app.domain.events import Body, Joined, Left, Renamed, Topic, Unsupported
from app.domain.governing import Removed, RoleGiven, RoomOffered, Ruled
from app.domain.ids import PeerId, peer_id, to_text
from app.domain.views import MessageKind

Row = tuple[MessageKind, str]

_offers = msgspec.msgpack.Decoder(RoomOffered)


class Said(NamedTuple):
    """As in `MessageView`."""

    text: str
    subject: PeerId | None = None


def row_of(body: Body) -> Row | None:  # noqa: PLR0911 - one case for each kind
    """Return kind and stored text of what is neither a message nor changes one, if it is a row."""
    match body:
        case Joined(name):
            return MessageKind.JOINED, name
        case Left():
            return MessageKind.LEFT, ""
        case Renamed(name):
            return MessageKind.RENAMED, name
        case Topic(text):
            return MessageKind.TOPIC, text
        case RoleGiven(peer, role):
            return MessageKind.ROLE, f"{to_text(peer)} {role}"
        case Removed(peer, ban=ban):
            return MessageKind.REMOVED, f"{to_text(peer)} {'banned' if ban else 'removed'}"
        case Ruled(rule, value):
            return MessageKind.RULED, f"{rule} {value}"
        case RoomOffered():
            return MessageKind.INVITATION, base64.b85encode(msgspec.msgpack.encode(body)).decode()
        case Unsupported(kind) if kind != "coded":
            return MessageKind.UNSUPPORTED, kind
    return None


def said(kind: MessageKind, text: str) -> Said:
    """Return what a stored text says."""
    if kind is MessageKind.INVITATION:
        return Said(offer_in(text).name)
    if kind in (MessageKind.ROLE, MessageKind.REMOVED):
        subject, what = text.split(" ")
        return Said(what, peer_id(subject))
    return Said(text)


def offer_in(text: str) -> RoomOffered:
    """Return what the row of an invitation offers."""
    return _offers.decode(base64.b85decode(text))
