"""Socket.IO with the limits that python-socketio leaves open.

A packet may announce billions of attachments, name the library's own events, or wait in an endless
queue for a client that never reads. Each of these ends the connection here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Protocol

from signaling.socketio_library import EnginePacket, engineio, socketio
from signaling.socketio_library import packet as sio

RESERVED_EVENTS = frozenset({"connect", "disconnect", "connect_error", "__disconnect_final"})
_ACCEPTED = frozenset({sio.CONNECT, sio.DISCONNECT, sio.EVENT, sio.BINARY_EVENT})


# python-socketio has no types: what is taken from it is Any, said once here.
_Packet: Any = sio.Packet
_Engine: Any = engineio.AsyncServer
_Server: Any = socketio.AsyncServer


class StrictPacket(_Packet):  # type: ignore[misc]
    """A packet as our clients write them; anything else raises ValueError."""

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
        if self.packet_type in (sio.EVENT, sio.BINARY_EVENT):
            self._check_event()
        return attachments

    def _check_event(self) -> None:
        event = self.data[0] if isinstance(self.data, list) and self.data else None
        if not isinstance(event, str) or event in RESERVED_EVENTS:
            raise ValueError("an event without a proper name")


class Outbox(asyncio.Queue[EnginePacket | None]):
    """What waits to be sent to one client; `overflow` is called once when that is too much."""

    def __init__(self, max_bytes: int, max_packets: int) -> None:
        self._max_bytes = max_bytes
        self._max_packets = max_packets
        self._bytes = 0
        self._burst = False
        self.overflow: Callable[[], None] = lambda: None
        super().__init__()

    async def put(self, item: EnginePacket | None) -> None:
        if item is not None and self._full(_size(item)):
            if not self._burst:
                self._burst = True
                self.overflow()
            return
        await super().put(item)

    def _full(self, size: int) -> bool:
        return self._bytes + size > self._max_bytes or self.qsize() >= self._max_packets

    def _put(self, item: EnginePacket | None) -> None:
        self._bytes += _size(item)
        super()._put(item)

    def _get(self) -> EnginePacket | None:
        item: EnginePacket | None = super()._get()
        self._bytes -= _size(item)
        return item


def _size(item: EnginePacket | None) -> int:
    data = item.data if item is not None else None
    return len(data) if isinstance(data, (str, bytes)) else 0


class Watcher(Protocol):
    """Hears of connections below the Socket.IO events."""

    def opened(self, line: str, environ: dict[str, Any]) -> bool: ...

    def closed(self, line: str) -> None: ...

    def broken(self, line: str) -> None: ...


class Patient:
    """An Engine.IO server as the socket of a client on the short way sees it.

    The library closes a connection on which it neither hears nor says anything for a while, and of
    a client on the short way it hears nothing, not even pongs.
    """

    ping_interval = 10 * 365 * 86_400

    def __init__(self, server: Any) -> None:
        self._server = server

    def __getattr__(self, name: str) -> Any:
        return getattr(self._server, name)


class BoundedEngine(_Engine):  # type: ignore[misc]
    """Engine.IO whose sockets have an Outbox."""

    outbox = (0, 0)

    def create_queue(self, *_args: Any, **_kwargs: Any) -> Outbox:
        return Outbox(*self.outbox)

    async def disconnect(self, sid: str | None = None) -> None:
        """Close without waiting until the client has fetched everything: it may never do so."""
        engine_socket = self.sockets.get(sid)
        if engine_socket is not None:
            await engine_socket.close(wait=False)


class BoundedServer(_Server):  # type: ignore[misc]
    """Socket.IO that tells a watcher of what happens below the events.

    `outbox` is how many bytes and packets may wait for a client.
    """

    def __init__(self, watcher: Watcher, outbox: tuple[int, int], **options: Any) -> None:
        self._watcher = watcher
        quiet = logging.getLogger("signaling.quiet")
        quiet.setLevel(logging.CRITICAL + 1)  # the libraries log what clients send
        super().__init__(
            serializer=StrictPacket,
            logger=quiet,
            engineio_logger=quiet,
            async_mode="asgi",
            async_handlers=False,  # one event of a client at a time: a flood waits in TCP
            always_connect=True,
            **options,
        )
        self.eio.outbox = outbox

    def _engineio_server_class(self) -> type[BoundedEngine]:
        return BoundedEngine

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> bool | None:
        if not self._watcher.opened(eio_sid, environ):
            return False
        self.eio.sockets[eio_sid].queue.overflow = lambda: self._watcher.broken(eio_sid)
        await super()._handle_eio_connect(eio_sid, environ)
        return None

    async def _handle_eio_message(self, eio_sid: str, data: str | bytes) -> None:
        try:
            await super()._handle_eio_message(eio_sid, data)
        except Exception:  # noqa: BLE001 - whatever a hostile packet sets off in the parser
            self._watcher.broken(eio_sid)

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        await super()._handle_eio_disconnect(eio_sid, reason)
        self._watcher.closed(eio_sid)
        if eio_sid in self.eio.sockets:
            # soon: the closing packet goes first
            asyncio.get_running_loop().call_soon(self._forget, eio_sid)

    def _forget(self, eio_sid: str) -> None:
        engine_socket = self.eio.sockets.pop(eio_sid, None)
        if engine_socket is not None:  # whoever waits for its packets waits in vain
            engine_socket.queue.put_nowait(None)
