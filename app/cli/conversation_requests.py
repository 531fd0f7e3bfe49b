"""Requests about conversations as a whole, beyond what the headless contract asks for."""

from __future__ import annotations

from app.cli.request_base import BaseRequest


class Mute(BaseRequest, tag="mute"):
    """Without `seconds` for ever, with 0 not any more."""

    room: str
    seconds: int | None = None


class RoomPin(BaseRequest, tag="room_pin"):
    room: str
    on: bool = True


class Archive(BaseRequest, tag="archive"):
    room: str
    on: bool = True


class MarkUnread(BaseRequest, tag="mark_unread"):
    room: str
    on: bool = True


class DeleteHistory(BaseRequest, tag="delete_history"):
    room: str


class Vanish(BaseRequest, tag="vanish"):
    room: str
    seconds: int


class Pin(BaseRequest, tag="pin"):
    message: str


class Unpin(BaseRequest, tag="unpin"):
    message: str


class Pinned(BaseRequest, tag="pinned"):
    room: str


class Typing(BaseRequest, tag="typing"):
    """Repeated while it lasts; it is forgotten soon."""

    room: str
    active: bool = True


class Details(BaseRequest, tag="details"):
    """How far a message of ours got, member by member, and how it read before."""

    message: str


class Forward(BaseRequest, tag="forward"):
    """`named` says whose messages they are."""

    messages: list[str]
    rooms: list[str]
    named: bool = True


class At(BaseRequest, tag="at"):
    """`time` is ISO 8601; the reply has the first message from then on, or the last one."""

    room: str
    time: str


class Picture(BaseRequest, tag="picture"):
    picture: str


class SetPicture(BaseRequest, tag="set_picture"):
    """Of a room, or without `room` of ourselves; without `path` it is taken away."""

    path: str | None = None
    room: str | None = None


ConversationRequest = (
    Mute
    | RoomPin
    | Archive
    | MarkUnread
    | DeleteHistory
    | Vanish
    | Pin
    | Unpin
    | Pinned
    | Typing
    | Details
    | Forward
    | At
    | Picture
    | SetPicture
)
