"""Datagrams over a TURN channel that is bound, without a task for each."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterable
from typing import Any

from aioice.turn import TurnTransport

_head = struct.Struct("!HH")
INNER = "_TurnTransport__inner_protocol"


class Relayed:
    """Sends what aioice's `transport`, one of a TURN allocation, would send."""

    def __init__(self, transport: TurnTransport) -> None:
        self._transport = transport
        self._inner: Any = getattr(transport, INNER)

    def send(self, datagrams: Iterable[bytes | memoryview], address: tuple[str, int]) -> None:
        """Send at once; while the channel is not bound, aioice sees to that with the first."""
        inner = self._inner
        for datagram in datagrams:
            channel = inner.peer_to_channel.get(address)
            if channel is None or time.time() > inner.channel_refresh_at[channel]:
                self._transport.sendto(bytes(datagram), address)
            elif not inner.transport.is_closing():
                inner._send(b"".join((_head.pack(channel, len(datagram)), datagram)))  # noqa: SLF001 - aioice's way to the relay
