"""uvicorn with the limits that it leaves open, and the socket that it listens on."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import uvicorn
from uvicorn._types import ASGIApplication
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.wsproto_impl import WSProtocol
from wsproto.events import Ping, Request

from signaling.gate import ConnectionGate
from signaling.protocol import MAX_PACKET
from signaling.shortcut import Shortcut

HANDSHAKE_SECONDS = 10.0
STUCK_SECONDS = 20.0
GOODBYE_SECONDS, GOODBYE_PARTS = 1.0, 4
"""That connections have to end by themselves when the server does."""
WRITE_HIGH_WATER = 256 * 1024

# A text frame of Engine.IO; anything else would raise in the middle of the library.
_FRAME = re.compile(r"\A(?:1|2probe|3(?:probe)?|5|6|4[0-6].*)\Z", re.DOTALL)


class GatedConfig(uvicorn.Config):
    """uvicorn's configuration, with the gate that connections pass."""

    gate: ConnectionGate


@dataclass(frozen=True)
class Tls:
    """PEM files; both empty for plain HTTP."""

    certificate: str = ""
    key: str = ""


def server_config(app: ASGIApplication, gate: ConnectionGate, tls: Tls) -> GatedConfig:
    """Return how uvicorn serves `app`."""
    config = GatedConfig(
        app,
        http=GatedHTTP,
        ws=GatedWebSocket,
        ws_max_size=MAX_PACKET,
        ws_per_message_deflate=False,
        ws_ping_interval=None,  # Engine.IO has heartbeats of its own
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        ssl_certfile=tls.certificate or None,
        ssl_keyfile=tls.key or None,
    )
    config.gate = gate
    return config


def _host(client: tuple[str, int] | None) -> str:
    return client[0] if client else ""


class GatedHTTP(H11Protocol):
    """Counts connections by address, and ends those that never ask for anything."""

    config: GatedConfig
    _admitted = False
    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._admitted = self.config.gate.admit(_host(self.client))
        if not self._admitted:
            transport.abort()
            return
        self._patience = self.loop.call_later(HANDSHAKE_SECONDS, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        if self._admitted:
            self.config.gate.release(_host(self.client))
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: Any) -> None:
        self._stop_waiting()
        super().handle_websocket_upgrade(event)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()

    def _give_up(self) -> None:
        cycle: object = self.cycle
        if cycle is None:
            self.transport.abort()


class GatedWebSocket(WSProtocol):
    """Took over a connection that GatedHTTP admitted. Lets no broken frame into Engine.IO."""

    config: GatedConfig
    shortcut: Shortcut | None = None

    def data_received(self, data: bytes) -> None:
        if self.shortcut is not None:
            data = self.shortcut.take(data)
        if data:
            super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.config.gate.release(_host(self.client))
        super().connection_lost(exc)

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        self.scope["parlor.protocol"] = self  # type: ignore[typeddict-unknown-key]

    def handle_ping(self, event: Ping) -> None:
        if self.transport.get_write_buffer_size() > WRITE_HIGH_WATER:
            self.transport.abort()  # pings without end, and never reads the answers
        if not self.transport.is_closing():
            super().handle_ping(event)

    async def receive(self) -> Any:
        message = await super().receive()
        text = message.get("text")
        if isinstance(text, str) and not _FRAME.match(text):
            self.transport.abort()
            return {"type": "websocket.disconnect", "code": 1002}
        return message


class QuietServer(uvicorn.Server):
    """uvicorn that leaves signals to its owner; `ready` is set once it serves."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def _wait_tasks_to_complete(self) -> None:
        """Wait for a moment, then cut off who is slow. uvicorn's own limit takes that for an error.

        A machine that stands still meanwhile uses up no more than a part of the moment.
        """
        waiting = asyncio.create_task(super()._wait_tasks_to_complete())
        await _moment(waiting)
        if not waiting.done():
            for connection in (*self.server_state.connections,):
                connection.transport.abort()
            await _moment(waiting)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _moment(task: asyncio.Task[None]) -> None:
    for _ in range(GOODBYE_PARTS):
        await asyncio.wait({task}, timeout=GOODBYE_SECONDS / GOODBYE_PARTS)


def listen(host: str, port: int) -> socket.socket:
    """Return a bound socket; port 0 picks a free one. Raises OSError."""
    family, *_, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    dual = family == socket.AF_INET6 and host == "::" and socket.has_dualstack_ipv6()
    listener = socket.create_server(address[:2], family=family, dualstack_ipv6=dual, backlog=1024)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # accepted sockets inherit it
        timeout = int(STUCK_SECONDS * 1000)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, timeout)
    return listener
