"""What this program does for the network it is on: meet people without a server, host one."""

from __future__ import annotations

from app.domain.errors import AppError
from app.services.api import LanChoices
from app.services.signaling_hub import SignalingHub
from app.storage.setting_repository import SettingRepository
from app.transport.base import LAN_URL, LocalServer

DIRECT_SETTING = "network.direct"
MAY_HOST_SETTING = "network.may_host"


class NearBy:
    """Keeps the choices, and the one session with everybody near by if it is wanted."""

    def __init__(
        self,
        settings: SettingRepository,
        hub: SignalingHub,
        local: LocalServer,
        *,
        possible: bool = False,
    ) -> None:
        """`possible` if this run of the program may meet people without a server at all."""
        self._settings = settings
        self._hub = hub
        self._possible = possible
        self.local = local
        self.choices = LanChoices()

    async def start(self) -> None:
        """Take up what was chosen."""
        direct = await self._settings.get(DIRECT_SETTING, "yes") == "yes"
        may_host = await self._settings.get(MAY_HOST_SETTING, "yes") == "yes"
        await self._take(LanChoices(direct, may_host))

    async def choose(self, choices: LanChoices) -> None:
        """Do so from now on, and after the next start."""
        await self._settings.set(DIRECT_SETTING, "yes" if choices.direct else "no")
        await self._settings.set(MAY_HOST_SETTING, "yes" if choices.may_host else "no")
        await self._take(choices)

    async def _take(self, choices: LanChoices) -> None:
        self.choices = choices
        if choices.direct and self._possible:
            self._hub.connect(LAN_URL)
            return
        try:
            await self._hub.disconnect(LAN_URL)
        except AppError:  # it was not there
            return
