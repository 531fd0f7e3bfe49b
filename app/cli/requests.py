"""The requests of the headless contract as types; anything else is an error with a code."""

from __future__ import annotations

import re
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from app.cli import request_base
from app.cli.conversation_requests import ConversationRequest
from app.cli.courier_requests import CourierRequest
from app.cli.network_requests import NetworkRequest
from app.cli.people_requests import PeopleRequest
from app.cli.request_base import BaseRequest as _Request
from app.cli.room_requests import RoomRequest
from app.cli.transfer_requests import TransferRequest
from app.cli.update_requests import UpdateRequest
from app.domain.errors import AppError

Id = request_base.Id
_ID = re.compile(rb'[{,]\s*"id"\s*:\s*(-?[1-9]\d{0,17}|0|"[ -!#-\[\]-~]{0,200}")\s*[,}]')
_id_decoder = msgspec.json.Decoder(int | str)
Limit = Annotated[int, Meta(ge=1, le=100_000)]

_NOT_BUILT = """
call_start call_accept call_reject call_end
"""
NOT_BUILT = frozenset(_NOT_BUILT.split())


class WhoAmI(_Request, tag="whoami"): ...


class Connect(_Request, tag="connect"):
    server: str


class Disconnect(_Request, tag="disconnect"):
    server: str


class Rooms(_Request, tag="rooms"): ...


class RoomCreate(_Request, tag="room_create"):
    name: str


class RoomJoin(_Request, tag="room_join"):
    invite: str | None = None
    code: str | None = None


class RoomLeave(_Request, tag="room_leave"):
    """With `keep` its history stays to be read."""

    room: str
    keep: bool = False


class RoomRename(_Request, tag="room_rename"):
    room: str
    text: str


class RoomTopic(_Request, tag="room_topic"):
    room: str
    text: str


class Members(_Request, tag="members"):
    room: str


class Send(_Request, tag="send"):
    room: str
    text: str
    reply_to: str | None = None


class Edit(_Request, tag="edit"):
    message: str
    text: str


class Delete(_Request, tag="delete"):
    message: str


class React(_Request, tag="react"):
    message: str
    emoji: str


class Unreact(_Request, tag="unreact"):
    message: str
    emoji: str


class Read(_Request, tag="read"):
    room: str
    message: str


class History(_Request, tag="history"):
    room: str
    limit: Limit = 50
    before: str | None = None
    after: str | None = None
    around: str | None = None


class Search(_Request, tag="search", rename={"author": "from"}):
    query: str
    room: str | None = None
    author: str | None = None
    limit: Limit = 50


class Directory(_Request, tag="directory"):
    query: str = ""


class Links(_Request, tag="links"): ...


class Export(_Request, tag="export"):
    path: str
    passphrase: str


class Import(_Request, tag="import"):
    path: str
    passphrase: str


class Quit(_Request, tag="quit"): ...


Request = (
    WhoAmI
    | Connect
    | Disconnect
    | Rooms
    | RoomCreate
    | RoomJoin
    | RoomLeave
    | RoomRename
    | RoomTopic
    | Members
    | Send
    | Edit
    | Delete
    | React
    | Unreact
    | Read
    | History
    | Search
    | Directory
    | Links
    | Export
    | Import
    | Quit
    | CourierRequest
    | NetworkRequest
    | PeopleRequest
    | RoomRequest
    | ConversationRequest
    | TransferRequest
    | UpdateRequest
)

_decoder = msgspec.json.Decoder(Request)
_loose = msgspec.json.Decoder(dict[str, Any])


class BadRequestError(Exception):
    """A line that is no request: `id` as far as it could be read, and what to answer."""

    def __init__(self, request_id: Id, error: AppError) -> None:
        self.id = request_id
        self.error = error
        super().__init__(str(error))


def likely_id(line: bytes) -> Id:
    """Return the id that a line seems to have which cannot be read as a whole, None without one."""
    found = _ID.search(line)
    return _id_decoder.decode(found[1]) if found else None


def parse_request(line: bytes) -> Request:
    """Return the request in a line of JSON. Raises BadRequestError."""
    try:
        request: Request = _decoder.decode(line)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise _explain(line, str(error)) from error
    return request


def _explain(line: bytes, detail: str) -> BadRequestError:
    try:
        raw = _loose.decode(line)
    except msgspec.ValidationError:
        said = AppError("bad-request", {"detail": "not a JSON object, or a number out of range"})
        return BadRequestError(likely_id(line), said)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return BadRequestError(likely_id(line), AppError("bad-json", {"detail": detail}))
    given = raw.get("id")
    request_id = given if isinstance(given, int | str) and not isinstance(given, bool) else None
    do = raw.get("do")
    if not isinstance(do, str):
        return BadRequestError(request_id, AppError("bad-request", {"detail": "no `do`"}))
    if do in NOT_BUILT:
        return BadRequestError(request_id, AppError("not-implemented", {"do": do}))
    if "Invalid value" in detail and detail.endswith("`$.do`"):
        return BadRequestError(request_id, AppError("unknown-request", {"do": do[:64]}))
    code = "not-implemented" if "unknown field" in detail else "bad-request"
    return BadRequestError(request_id, AppError(code, {"detail": detail}))
