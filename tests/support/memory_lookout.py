"""A local network whose programs see each other at once, in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from app.domain.errors import AppError
from app.transport.lan_sight import Sighting


class Street:
    """Where lookouts see each other. `address` is the one that all are reached at."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.address = address
        self.seen: dict[str, Sighting] = {}
        self.is_gone = False
        self._change = asyncio.Event()

    def show(self, label: str, sighting: Sighting | None) -> None:
        """Let somebody be seen under a label, None for no longer."""
        self.seen.pop(label, None)
        if sighting is not None:
            self.seen[label] = sighting
        self._tell()

    async def vanish(self) -> None:
        """Be another network from now on, for everybody who is here."""
        self.is_gone = True
        self._tell()

    def _tell(self) -> None:
        change, self._change = self._change, asyncio.Event()
        change.set()

    async def changed(self) -> None:
        await self._change.wait()

    def lookout(self) -> MemoryLookout:
        return MemoryLookout(self)


class MemoryLookout:
    """Implements Lookout."""

    def __init__(self, street: Street) -> None:
        self._street = street
        self._label = ""

    async def announce(self, label: str, port: int) -> None:
        self._label = label
        self._street.show(label, Sighting((self._street.address,), port))

    def seen(self) -> Mapping[str, Sighting]:
        return dict(self._street.seen)

    async def changed(self) -> None:
        if not self._street.is_gone:
            await self._street.changed()
        if self._street.is_gone:
            raise AppError("network-changed")

    def is_near(self, address: str) -> bool:
        return address.removeprefix("::ffff:").startswith("127.")

    async def close(self) -> None:
        self._street.show(self._label, None)
