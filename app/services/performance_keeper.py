"""Keeps the sums of what was measured over restarts, as a few kilobytes among the settings."""

from __future__ import annotations

import asyncio

import msgspec

from app.domain.errors import AppError
from app.services.performance import PerformanceMonitor
from app.services.performance_tally import Kept
from app.storage.setting_repository import SettingRepository

SETTING = "log.performance"
WRITE_EVERY = 300.0


class PerformanceKeeper:
    def __init__(self, monitor: PerformanceMonitor, settings: SettingRepository) -> None:
        self._monitor = monitor
        self._settings = settings
        self._written = b""

    async def load(self) -> None:
        """Go on from what was kept; what cannot be read counts as nothing."""
        stored = await self._settings.get(SETTING, "")
        try:
            self._monitor.resume(msgspec.json.decode(stored, type=Kept))
        except msgspec.DecodeError:
            return

    async def run(self) -> None:
        """Write from time to time until cancelled."""
        while True:
            await asyncio.sleep(WRITE_EVERY)
            await self.flush()

    async def flush(self) -> None:
        """Write what has changed. A disk that is full must not end anything for this."""
        now = msgspec.json.encode(self._monitor.kept())
        if now == self._written:
            return
        try:
            await self._settings.set(SETTING, now.decode())
        except AppError:
            return
        self._written = now

    async def reset(self) -> None:
        """Begin to count anew."""
        self._monitor.reset()
        await self.flush()
