"""Events straight from the WebSocket to the hub and back, past the libraries in between.

They take most of a request's time. Here is only what our clients send all day: an event with or
without one attachment, each packet in a frame of its own. Whatever looks different in the least
goes the long way, which knows all rules, and so does all that follows on that connection.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import msgspec

from signaling.frames import BINARY, TEXT, UnusualFrame, frame, read
from signaling.packets import RESERVED_EVENTS

Serve = Callable[[str, list[Any]], dict[str, Any]]

_EVENT = re.compile(rb"42((?:0|[1-9][0-9]{0,17})?)(?=\[)")
_WITH_ATTACHMENT = re.compile(rb"451-((?:0|[1-9][0-9]{0,17})?)(?=\[)")
_OTHER = (b"0", b"1", b"40", b"41")
PING, PONG = b"2", b"3"
PLACEHOLDER = {"_placeholder": True, "num": 0}


class Shortcut:
    """One connection. `serve` answers an event; `pong` hears that the client is there.

    More than `max_waiting` bytes that it does not read break it off. `left` hears that from now on
    everything goes the long way.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        serve: Serve,
        pong: Callable[[], None],
        max_waiting: int,
        left: Callable[[], None] = lambda: None,
    ) -> None:
        self._transport = transport
        self._serve = serve
        self._pong = pong
        self._on_left = left
        self._max_waiting = max_waiting
        self._held = bytearray()
        self._left = False
        self.ended = False

    def take(self, data: bytes) -> bytes:
        """Serve what can be served; return what has to go the long way."""
        if self._left:
            return data
        self._held += data
        rest = bytearray()
        start = 0
        try:
            while not self.ended and (end := self._step(start, rest)):
                start = end
        except UnusualFrame:
            self._left = True
            self._on_left()
            rest += self._held[start:]
            self._held.clear()
        else:
            del self._held[:start]
        return b"" if self.ended else bytes(rest)

    def write(self, frames: bytes) -> None:
        """Send, unless the connection ends."""
        transport = self._transport
        if transport.is_closing():
            return
        if transport.get_write_buffer_size() + len(frames) > self._max_waiting:
            transport.abort()
        else:
            transport.write(frames)

    def _step(self, start: int, rest: bytearray) -> int:
        """Take one packet at `start` and return where the next one begins, 0 to wait for more."""
        found = read(self._held, start)
        if found is None:
            return 0
        kind, content, end = found
        if kind != TEXT:
            raise UnusualFrame
        if event := _EVENT.match(content):
            self._answer(event[1], _decoded(content[event.end() :]))
        elif event := _WITH_ATTACHMENT.match(content):
            attached = read(self._held, end)
            if attached is None:
                return 0
            kind, attachment, end = attached
            if kind != BINARY:
                raise UnusualFrame
            self._answer(event[1], _filled(_decoded(content[event.end() :]), attachment))
        elif content == PONG:
            self._pong()
        elif content in _OTHER:
            rest += self._held[start:end]
        else:
            raise UnusualFrame
        return end

    def _answer(self, number: bytes, args: list[Any]) -> None:
        if not args or not isinstance(args[0], str) or args[0] in RESERVED_EVENTS:
            raise UnusualFrame
        ack = self._serve(args[0], args[1:])
        if number:
            self.write(frame(TEXT, b"43%b[%b]" % (number, msgspec.json.encode(ack))))


def event_frames(event: str, data: dict[str, Any]) -> bytes:
    """Return an event as frames of WebSocket."""
    payload = data.get("payload")
    if not isinstance(payload, bytes):
        return frame(TEXT, b"42" + msgspec.json.encode([event, data]))
    packet = msgspec.json.encode([event, {**data, "payload": PLACEHOLDER}])
    return frame(TEXT, b"451-" + packet) + frame(BINARY, payload)


def _decoded(packet: bytes) -> list[Any]:
    try:
        return msgspec.json.decode(packet, type=list[Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UnusualFrame from None


def _filled(packet: list[Any], attachment: bytes) -> list[Any]:
    """Put the attachment where its placeholder stands: the one place where ours do."""
    event, *args = packet or [None]
    body = args[0] if len(args) == 1 else None
    if not isinstance(body, dict) or body.get("payload") != PLACEHOLDER:
        raise UnusualFrame
    return [event, {**body, "payload": attachment}]
