"""What transfers need of this machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.services.transfer_worker import MakeWorker


@dataclass(frozen=True, slots=True)
class Bulk:
    """`folder` is for manifests and states, `downloads` for what is received.

    `addresses` returns this machine's own ones, loopback included.
    """

    make: MakeWorker
    addresses: Callable[[], list[str]]
    folder: Path
    downloads: Path
