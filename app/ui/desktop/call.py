"""What a second start of the program tells the one that runs: a line of JSON, answered by `ok`."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from app.config import LINK_SCHEME, LONGEST_LINK
from app.domain.errors import AppError

MAX_LINE = 32 * 1024
ANSWER = b"ok\n"
_LONGEST_TOKEN = 256


class Call(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Shows the window, unless it is to stay in the `background`; `link` is shown in it.

    `token` is the desktop's permission to come to the front, "" if it gave none.
    """

    v: Literal[1] = 1
    link: Annotated[str, msgspec.Meta(max_length=LONGEST_LINK)] = ""
    token: Annotated[str, msgspec.Meta(max_length=_LONGEST_TOKEN)] = ""
    background: bool = False


def write_call(call: Call) -> bytes:
    """Return the line, with its end."""
    return msgspec.json.encode(call) + b"\n"


def read_call(line: bytes) -> Call:
    """Return what a line from another program says. Raises AppError("bad-call")."""
    try:
        call = msgspec.json.decode(line, type=Call)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise AppError("bad-call") from error
    if call.link and not call.link.lower().startswith(LINK_SCHEME):
        raise AppError("bad-call")
    if not call.token.isprintable():
        raise AppError("bad-call")
    return call
