"""What a person lets others know and use of this machine: kept, and checked."""

from __future__ import annotations

import msgspec

from app.domain.capabilities import MAX_REGION, Sharing
from app.domain.errors import AppError
from app.protocol.capability_frames import clean_region
from app.storage.setting_repository import SettingRepository

SETTING = "network.sharing"


class SharingKeeper:
    """`current` is what counts now, after `load`."""

    def __init__(self, settings: SettingRepository) -> None:
        self._settings = settings
        self.current = Sharing()

    async def load(self) -> None:
        """Take up what was chosen; what cannot be read counts as not chosen."""
        stored = await self._settings.get(SETTING, "")
        try:
            chosen = msgspec.json.decode(stored, type=Sharing)
        except msgspec.DecodeError:
            return
        self.current = chosen if len(chosen.region) <= MAX_REGION else Sharing()

    async def set(self, sharing: Sharing) -> None:
        """Raises AppError("bad-setting")."""
        region = clean_region(sharing.region)
        if len(region) > MAX_REGION:
            raise AppError("bad-setting")
        chosen = Sharing(sharing.relay, region, sharing.time_zone)
        await self._settings.set(SETTING, msgspec.json.encode(chosen).decode())
        self.current = chosen
