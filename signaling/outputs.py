"""What the hub wants done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Emit:
    """Send an event to some sockets."""

    to: tuple[str, ...]
    event: str
    data: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Drop:
    """Close a socket, after what was sent to it; `reason` is for the log."""

    sid: str
    reason: str


Output = Emit | Drop
