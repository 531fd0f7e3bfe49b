"""One way of meeting a peer for a lane, and whom it tells what comes of that."""

from __future__ import annotations

from typing import Protocol

from app.protocol.worker_messages import ConnectLane, LaneReady
from app.transport.bulk.streams import LaneStream


class Report(Protocol):
    """Hears each once at most, from any thread; nothing after `met` or `failed`."""

    def ready(self, notice: LaneReady) -> None:
        """The peer can be told how to meet us."""
        ...

    def met(self, stream: LaneStream) -> None:
        """Here is the peer."""
        ...

    def failed(self, code: str) -> None:
        """Nobody is met."""
        ...


class Gate(Protocol):
    """Nothing it does keeps its caller waiting."""

    def open(self) -> None:
        """Prepare to meet."""
        ...

    def connect(self, command: ConnectLane) -> None:
        """Begin to meet, once after `ready`. Raises RemoteProtocolError."""
        ...

    def cancel(self) -> None:
        """Meet nobody any more and report nothing."""
        ...
