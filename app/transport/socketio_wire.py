"""A Socket.IO client that survives a hostile server."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import aiohttp

from app.transport.socketio_library import engineio, socketio
from app.transport.socketio_library import packet as sio
from signaling.protocol import MAX_PACKET

# A server may answer with more than it takes: a full room, a page of the directory.
MAX_MESSAGE = 4 * MAX_PACKET
# One long poll brings all that was waiting.
MAX_POLL = 32 * MAX_PACKET

_ACCEPTED = frozenset({sio.CONNECT, sio.DISCONNECT, sio.EVENT, sio.BINARY_EVENT, sio.ACK})
_EVENTS = frozenset({"challenge", "joined", "left", "signal", "replaced", "stopping"})

# python-socketio has no types: what is taken from it is Any, said once here.
_Packet: Any = sio.Packet
_Client: Any = socketio.AsyncClient
_Engine: Any = engineio.AsyncClient


class ServerPacket(_Packet):  # type: ignore[misc]
    """A packet as our server writes them; anything else raises ValueError."""

    def decode(self, encoded_packet: str | bytes) -> int:
        if isinstance(encoded_packet, bytes):
            raise ValueError("an attachment without a packet")  # noqa: TRY004 - bad data
        attachments: int = super().decode(encoded_packet)
        if (
            self.packet_type not in _ACCEPTED
            or attachments > 1
            or self.namespace not in (None, "/")
        ):
            raise ValueError("a packet of a kind that is not in use")
        if self.packet_type in (sio.EVENT, sio.BINARY_EVENT, sio.ACK) and not self._has_body():
            raise ValueError("a packet without a proper body")
        return attachments

    def _has_body(self) -> bool:
        if not isinstance(self.data, list) or not self.data:
            return False
        return self.packet_type == sio.ACK or isinstance(self.data[0], str)


class _Answer:
    """A whole HTTP answer. python-engineio leaves answers half read, and never bounds them."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        self._body = body

    async def read(self) -> bytes:
        return self._body

    async def json(self) -> Any:
        return json.loads(self._body)


class BoundedEngine(_Engine):  # type: ignore[misc]
    """Engine.IO that reads answers to the end, or to the bound."""

    async def _send_request(self, *args: Any, **options: Any) -> _Answer | str | None:
        if self.http is not None and self.http.closed:
            return "the session is closed"  # else it would begin one that nobody ever closes
        response = await super()._send_request(*args, **options)
        if not isinstance(response, aiohttp.ClientResponse):
            return None if response is None else str(response)
        try:
            body = bytearray()
            async for chunk in response.content.iter_chunked(2**16):
                body += chunk
                if len(body) > MAX_POLL:
                    return "the answer is too long"
            return _Answer(response.status, bytes(body))
        except (aiohttp.ClientError, TimeoutError) as error:
            return str(error)
        finally:
            response.release()


class StrictClient(_Client):  # type: ignore[misc]
    """One connection that does not come back by itself.

    `heard` gets each event of the server and its argument, in order; `ended` is called with a
    reason, at least once, when the connection is over.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        heard: Callable[[str, object], None],
        ended: Callable[[str], None],
    ) -> None:
        quiet = logging.getLogger("app.transport.quiet")
        quiet.setLevel(logging.CRITICAL + 1)  # the libraries log what a server sends
        super().__init__(
            reconnection=False,
            serializer=ServerPacket,
            logger=quiet,
            engineio_logger=quiet,
            handle_sigint=False,
            http_session=http,
            websocket_extra_options={"max_msg_size": MAX_MESSAGE},
        )
        self._ended = ended
        for event in _EVENTS:
            self.on(event, lambda body=None, *_more, event=event: heard(event, body))

    def _engineio_client_class(self) -> type[BoundedEngine]:
        return BoundedEngine

    async def _handle_eio_message(self, data: str | bytes) -> None:
        try:
            await super()._handle_eio_message(data)
        except Exception:  # noqa: BLE001 - whatever a hostile packet sets off in the parser
            self._ended("protocol")

    async def _handle_eio_disconnect(self, reason: str) -> None:
        await super()._handle_eio_disconnect(reason)
        self._ended("closed")
