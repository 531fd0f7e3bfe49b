"""What may be set for a group."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Rule(Enum):
    """What may be set for a room, each by a whole number.

    `HISTORY`: 1 if newcomers may read what was said before them, else 0. `INFO` and `INVITES`: 1
    if every member may change name, topic and picture, or let people in; 0 if admins alone may.
    `VANISH`: seconds after which messages disappear, 0 for never.
    """

    HISTORY = "history"
    INFO = "info"
    INVITES = "invites"
    VANISH = "vanish"


@dataclass(frozen=True, slots=True)
class RoomRules:
    history: bool = True
    info: bool = True
    invites: bool = True
    vanish_after_s: int = 0


NO_RULES = RoomRules()
"""What holds until somebody sets a rule."""
