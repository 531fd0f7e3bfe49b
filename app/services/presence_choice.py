"""Choosing what others are to see of us."""

from __future__ import annotations

from app.domain.contacts import Presence
from app.services.introducer import Introducer
from app.services.presence_service import PresenceService
from app.services.privacy import PRESENCE_SETTING, Privacy
from app.storage.setting_repository import SettingRepository


class PresenceChoice:
    def __init__(
        self,
        privacy: Privacy,
        settings: SettingRepository,
        introducer: Introducer,
        presence: PresenceService,
    ) -> None:
        self._privacy = privacy
        self._settings = settings
        self._introducer = introducer
        self._presence = presence

    async def choose(self, state: Presence) -> None:
        """Be seen so from now on. Being away ends with the program, the others are kept."""
        kept = Presence.ONLINE if state is Presence.AWAY else state
        await self._settings.set(PRESENCE_SETTING, kept.name.lower())
        was_hidden = self._privacy.is_invisible
        self._privacy.presence = state
        self._presence.tell()
        if was_hidden != self._privacy.is_invisible:
            await self._introducer.publish_card()
