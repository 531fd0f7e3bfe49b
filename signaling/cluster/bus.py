"""What carries frames between servers, whichever engine it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from signaling.cluster.records import Entry

OPEN_SECONDS = 5.0


class BusError(Exception):
    """The engine cannot be reached, or not any more. Its text names no address."""


@dataclass(frozen=True)
class Kept:
    """What is kept of a server outside it, as of `number`: None for a connection that is gone.

    `anew` replaces all that was kept before.
    """

    server: bytes
    number: int
    entries: Mapping[bytes, Entry | None] = field(default_factory=dict)
    anew: bool = False


@dataclass(frozen=True)
class Post:
    """Frames to send, in their order: `to` is a server, or nothing for all of them.

    What is kept changes at the same moment; None if it stays as it is.
    """

    frames: Sequence[tuple[bytes, bytes]]
    kept: Kept | None


class Bus(Protocol):
    """One connection to the engine, for one server. Everything raises BusError."""

    @property
    def keeps(self) -> bool:
        """Whether it keeps what servers told, so that nobody has to ask them."""
        ...

    async def open(self) -> None:
        """Connect, and hear from now on what is sent to us and to all."""
        ...

    async def send(self, post: Post) -> None: ...

    async def receive(self) -> bytes:
        """Return the next frame, our own to all among them."""
        ...

    async def fetch(self, server: bytes) -> Kept | None:
        """Return what is kept of a server, if anything is."""
        ...

    async def close(self) -> None: ...
