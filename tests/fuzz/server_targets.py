"""What a stranger's bytes meet in the server. Each raises nothing but on a mistake of ours."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

from app.crypto.identity import Identity
from signaling.cluster.records import BadFrame, decode, decode_entry, encode
from signaling.hub import Moment, SignalingHub
from signaling.limits import Limits
from signaling.outputs import Emit
from signaling.packets import StrictPacket
from signaling.protocol import PROTOCOL_VERSION, auth_message, to_text
from signaling.shortcut import Shortcut
from tests.fuzz.chunks import messages
from tests.fuzz.link_targets import Target

LOGGED_IN = Identity(bytes(31) + b"\3")
INSTANCE = bytes(16)
SERVER = bytes(32)


def socketio_packet(data: bytes) -> None:
    """What python-socketio's parser is given ends in ValueError, or is a packet as we want it."""
    text = data.decode("utf-8", "replace")
    with suppress(ValueError, RecursionError):
        packet: Any = StrictPacket(encoded_packet=text)
        assert packet.namespace in (None, "/")
    with suppress(ValueError):
        StrictPacket(encoded_packet=data)


def requests(data: bytes) -> None:
    """Let somebody who has logged in ask for what it likes; every answer says yes or why not."""
    hub = SignalingHub(Limits(), SERVER)
    nonce = bytes(32)
    hub.connected("me", nonce, Moment(0.0, 0))
    signature = LOGGED_IN.sign(auth_message(nonce, SERVER, LOGGED_IN.peer, INSTANCE))
    login = {
        "version": PROTOCOL_VERSION,
        "peer": to_text(LOGGED_IN.peer),
        "instance": to_text(INSTANCE),
        "signature": to_text(signature),
    }
    assert hub.received("me", "auth", [login], Moment(0.0, 0)).ack["ok"], "cannot log in"
    for number, message in enumerate(messages(data)):
        with suppress(ValueError, RecursionError):
            match json.loads(message):
                case [str(event), *arguments]:
                    _asked(hub, event, arguments, Moment(float(number), number * 1000))


def _asked(hub: SignalingHub, event: str, arguments: list[object], at: Moment) -> None:
    answer = hub.received("me", event, arguments, at)
    assert answer.ack["ok"] or answer.ack["error"]["code"]
    json.dumps(answer.ack, default=bytes.hex)
    for output in answer.outputs:
        if isinstance(output, Emit):
            json.dumps(output.data, default=bytes.hex)


def login(data: bytes) -> None:
    """Nobody gets in by saying something else than the proof."""
    hub = SignalingHub(Limits(), SERVER)
    hub.connected("me", bytes(32), Moment(0.0, 0))
    for message in messages(data):
        with suppress(ValueError, RecursionError):
            body = json.loads(message)
            assert not hub.received("me", "auth", [body], Moment(0.0, 0)).ack["ok"]


def short_way(data: bytes) -> None:
    """However the bytes of a WebSocket are cut, they are served or handed on, all of them."""
    hub = SignalingHub(Limits(), SERVER)
    hub.connected("me", bytes(32), Moment(0.0, 0))

    def serve(event: str, args: list[Any]) -> dict[str, Any]:
        return hub.received("me", event, args, Moment(0.0, 0)).ack

    shortcut = Shortcut(Sink(), serve, lambda: None, 1 << 20)
    for part in messages(data):
        shortcut.take(part)


def bus(data: bytes) -> None:
    """Frames of other servers are read, or refused."""
    with suppress(BadFrame):
        assert decode(encode(decode(data))) == decode(data)
    with suppress(BadFrame):
        decode_entry(data)


class Sink(asyncio.Transport):
    """Takes all."""

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Drop it."""


TARGETS: dict[str, Target] = {
    target.__name__: target for target in (socketio_packet, requests, login, short_way, bus)
}
