"""What we tell of ourselves, and so what we are told: both ways or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.contacts import Accept, Presence

READS_SETTING = "privacy.read_receipts"
TYPING_SETTING = "privacy.typing"
ACCEPT_SETTING = "contacts.auto_accept"
PRESENCE_SETTING = "presence.state"


@dataclass(slots=True)
class Privacy:
    """The choices in force."""

    accept: Accept = Accept.EVERYBODY
    read_receipts: bool = True
    typing: bool = True
    presence: Presence = Presence.ONLINE

    @property
    def is_invisible(self) -> bool:
        return self.presence is Presence.INVISIBLE

    @property
    def tells_reads(self) -> bool:
        return self.read_receipts and not self.is_invisible

    @property
    def tells_typing(self) -> bool:
        return self.typing and not self.is_invisible

    def load(self, settings: Mapping[str, str]) -> None:
        """Take over stored settings; what is not there or no choice at all stays as it is."""
        for key, value in settings.items():
            self.set(key, value)

    def set(self, key: str, value: str) -> None:
        """Heed one setting, if it is one of these."""
        if key == READS_SETTING:
            self.read_receipts = value == "yes"
        elif key == TYPING_SETTING:
            self.typing = value == "yes"
        elif key == ACCEPT_SETTING and value in {choice.value for choice in Accept}:
            self.accept = Accept(value)
        elif key == PRESENCE_SETTING and value.upper() in Presence.__members__:
            self.presence = Presence[value.upper()]
