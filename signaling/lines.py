"""The Engine.IO connections below the Socket.IO ones: let in, watched, broken off."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from signaling.gate import ConnectionGate
from signaling.limits import Limits
from signaling.packets import BoundedServer
from signaling.protocol import MAX_PACKET

PING_INTERVAL = 15
PING_TIMEOUT = 10
# How long a dropped client has to read why.
GRACE_SECONDS = 0.5

logger = logging.getLogger("signaling.lines")


@dataclass
class Line:
    """One connection; `transport` is None for long polling."""

    address: str
    transport: asyncio.Transport | None
    deadline: asyncio.TimerHandle


class Lines:
    """Owns the Socket.IO server, and the tasks that close its connections."""

    def __init__(self, limits: Limits, origins: Sequence[str] = ()) -> None:
        """`origins` are the web pages that may connect; programs send none."""
        self._limits = limits
        self._gate = ConnectionGate(limits.connections, limits.connections_per_address)
        self._lines: dict[str, Line] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.sio: Any = BoundedServer(
            watcher=self,
            outbox=(limits.outbox_bytes, limits.outbox_packets),
            ping_interval=PING_INTERVAL,
            ping_timeout=PING_TIMEOUT,
            max_http_buffer_size=MAX_PACKET,
            allow_upgrades=False,
            http_compression=False,
            cors_allowed_origins=tuple(origins),
        )

    def __len__(self) -> int:
        return len(self._lines)

    def opened(self, line: str, environ: dict[str, Any]) -> bool:
        """A connection came in; False refuses it."""
        scope = environ["asgi.scope"]
        address = scope["client"][0] if scope.get("client") else ""
        if not self._gate.admit(address):
            return False
        deadline = asyncio.get_running_loop().call_later(
            self._limits.auth_seconds, self._silent, line
        )
        protocol = scope.get("parlor.protocol")
        transport = protocol.transport if protocol is not None else None
        self._lines[line] = Line(address, transport, deadline)
        return True

    def closed(self, line: str) -> None:
        """A connection has ended."""
        gone = self._lines.pop(line, None)
        if gone is not None:
            gone.deadline.cancel()
            self._gate.release(gone.address)

    def broken(self, line: str) -> None:
        """Break a connection off at once: it broke the protocol, or does not read."""
        known = self._lines.get(line)
        if known is not None and known.transport is not None:
            known.transport.abort()
        elif line in self.sio.eio.sockets:
            self._spawn(self.sio.eio.sockets[line].close(wait=False, abort=True))

    def drop(self, sid: str) -> None:
        """Close a Socket.IO connection; what was sent to it before may still arrive."""
        self._spawn(self._drop(sid))

    async def stop(self) -> None:
        """Close everything."""
        await asyncio.sleep(0.05)  # let the writers take what was sent last
        for engine_socket in list(self.sio.eio.sockets.values()):
            await engine_socket.close(wait=False)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for line in tuple(self._lines):
            self.closed(line)
        await self.sio.shutdown()

    def _silent(self, line: str) -> None:
        if self.sio.manager.sid_from_eio_sid(line, "/") is None:
            self.broken(line)

    async def _drop(self, sid: str) -> None:
        line = self.sio.manager.eio_sid_from_sid(sid, "/")
        await self.sio.disconnect(sid)
        await asyncio.sleep(GRACE_SECONDS)
        if line is not None:
            self.broken(line)

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
