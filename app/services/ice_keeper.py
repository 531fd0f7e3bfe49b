"""The STUN and TURN servers of a profile: kept, and handed to whatever makes connections."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from app.domain.errors import AppError
from app.domain.ice import MAX_SERVERS, IceServer, check_ice_servers
from app.storage.setting_repository import SettingRepository

ICE_SETTING = "secret.ice-servers"

Use = Callable[[Sequence[IceServer]], None]


class IceKeeper:
    """`chosen` are a person's own, `current` those and what servers lend.

    `use` hears of every change of `current`.
    """

    def __init__(self, settings: SettingRepository, use: Use) -> None:
        self._settings = settings
        self._use = use
        self._lent: dict[str, tuple[IceServer, ...]] = {}
        self.chosen: tuple[IceServer, ...] = ()

    @property
    def current(self) -> tuple[IceServer, ...]:
        lent = (server for servers in self._lent.values() for server in servers)
        return tuple(dict.fromkeys((*self.chosen, *lent)))[:MAX_SERVERS]

    def lent(self, url: str, servers: Sequence[IceServer]) -> None:
        """Take what a signaling server lends, in place of what it lent before."""
        if self._lent.get(url, ()) != tuple(servers):
            self._lent[url] = tuple(servers)
            self._use(self.current)

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
        self.chosen = servers
        self._use(self.current)
