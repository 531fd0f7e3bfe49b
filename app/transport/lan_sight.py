"""Who else is there to be talked to on the local network, as a lookout tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where another program says it listens. Nobody has proved it yet."""

    addresses: tuple[str, ...]
    port: int


class Lookout(Protocol):
    """Shows us to the others and them to us. Labels are random: they tell of nobody."""

    async def announce(self, label: str, port: int) -> None:
        """Be seen from now on. Raises AppError("server-unreachable") without a network."""
        ...

    def seen(self) -> Mapping[str, Sighting]:
        """Return the others by their labels."""
        ...

    async def changed(self) -> None:
        """Wait until `seen` changes. Raises AppError("network-changed") if we have moved."""
        ...

    def is_near(self, address: str) -> bool:
        """Tell whether an address is on our network."""
        ...

    async def close(self) -> None: ...
