"""Messages of a data channel as bytes with a payload protocol identifier (RFC 8831), and back."""

from __future__ import annotations

import struct
from collections.abc import Coroutine
from typing import Any

from aiortc.rtcsctptransport import (
    WEBRTC_BINARY,
    WEBRTC_BINARY_EMPTY,
    WEBRTC_STRING,
    WEBRTC_STRING_EMPTY,
)

from app.domain.errors import LocalProtocolError, RemoteProtocolError

PARSER_ERRORS = (
    RemoteProtocolError,
    AssertionError,
    IndexError,
    KeyError,
    ValueError,
    struct.error,
)
"""What our parsers and aiortc's raise over hostile bytes."""


def encoded(data: bytes | str) -> tuple[int, bytes]:
    """Return the protocol and the bytes, of which there is at least one, for a message."""
    if isinstance(data, str):
        return (WEBRTC_STRING, data.encode()) if data else (WEBRTC_STRING_EMPTY, b"\0")
    return (WEBRTC_BINARY, data) if data else (WEBRTC_BINARY_EMPTY, b"\0")


def decoded(protocol: int, data: bytes) -> bytes | str | None:
    """Return the message, or None for what is not one. Raises UnicodeDecodeError."""
    if protocol == WEBRTC_BINARY:
        return data
    if protocol == WEBRTC_STRING:
        return data.decode()
    if protocol == WEBRTC_BINARY_EMPTY:
        return b""
    return "" if protocol == WEBRTC_STRING_EMPTY else None


def run_now(steps: Coroutine[Any, Any, None]) -> None:
    """Run what aiortc wrote as a coroutine but which has nothing to wait for.

    Raises what it raises, and LocalProtocolError when it does wait after all.
    """
    try:
        steps.send(None)
    except StopIteration:
        return
    steps.close()
    raise LocalProtocolError("aiortc waits where it did not")
