"""The STUN and TURN servers of a profile: kept, and handed to whatever makes connections."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from app.domain.errors import AppError
from app.domain.ice import IceServer, check_ice_servers
from app.storage.setting_repository import SettingRepository

ICE_SETTING = "secret.ice-servers"

Use = Callable[[Sequence[IceServer]], None]


class IceKeeper:
    """`current` are those in use. `use` hears of every choice, and of what is loaded."""

    def __init__(self, settings: SettingRepository, use: Use) -> None:
        self._settings = settings
        self._use = use
        self.current: tuple[IceServer, ...] = ()

    async def load(self) -> None:
        """Take up what was chosen; what cannot be read counts as not chosen."""
        stored = await self._settings.get(ICE_SETTING, "")
        try:
            self._take(check_ice_servers(msgspec.json.decode(stored, type=list[IceServer])))
        except (msgspec.DecodeError, AppError):
            self._take(())

    async def choose(self, servers: Sequence[IceServer]) -> None:
        """Use these from now on, and after the next start.

        Raises AppError("too-many-ice-servers" | "bad-ice-server" | "ice-server-login").
        """
        checked = check_ice_servers(servers)
        await self._settings.set(ICE_SETTING, msgspec.json.encode(checked).decode())
        self._take(checked)

    def _take(self, servers: tuple[IceServer, ...]) -> None:
        self.current = servers
        self._use(servers)
