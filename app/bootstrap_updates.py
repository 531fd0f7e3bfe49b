"""Constructs what asks for newer versions; a part of the composition root."""

from __future__ import annotations

import platform

from app.domain.errors import AppError
from app.domain.updates import Platform
from app.services.backend import Transports
from app.services.clocks import WallClock
from app.services.update_service import ThisProgram, UpdateService
from app.storage.migrations import MIGRATIONS
from app.storage.store import Store
from resources import updates
from resources.version import version

_SYSTEMS = {"Linux": "linux", "Windows": "windows", "Darwin": "macos"}
_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


def build_updates(store: Store, transports: Transports, wall: WallClock) -> UpdateService:
    """Return what tells of newer versions, to a person who asks."""
    program = ThisProgram(version(), _platform(), len(MIGRATIONS), updates.source())
    return UpdateService(program, store.settings, transports.fetch or _without_network, wall.now_ms)


def _platform() -> Platform:
    machine = platform.machine().lower()
    return Platform(_SYSTEMS.get(platform.system(), "any"), _MACHINES.get(machine, machine))


async def _without_network(_url: str, _most: int) -> bytes:
    raise AppError("update-unreachable", {"reason": "connection"})
