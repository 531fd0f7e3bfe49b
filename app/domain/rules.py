"""What may be set for a group."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any


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


MAX_VANISH_S = 10 * 366 * 24 * 3600
_HIGHEST = {rule.value: MAX_VANISH_S if rule is Rule.VANISH else 1 for rule in Rule}


def is_rule(rule: str, value: int) -> bool:
    """Tell whether there is such a rule and it may have this value."""
    return rule in _HIGHEST and 0 <= value <= _HIGHEST[rule]


@dataclass(frozen=True, slots=True)
class RoomRules:
    history: bool = True
    info: bool = True
    invites: bool = True
    vanish_after_s: int = 0

    def value(self, rule: Rule) -> int:
        """Return the number that the rule is set to."""
        return int(getattr(self, _FIELDS[rule]))

    def having(self, rule: Rule, value: int) -> RoomRules:
        """Return the rules with one of them set."""
        number = value if rule is Rule.VANISH else bool(value)
        changed: dict[str, Any] = {_FIELDS[rule]: number}
        return replace(self, **changed)


_FIELDS = dict(zip(Rule, ("history", "info", "invites", "vanish_after_s"), strict=True))
NO_RULES = RoomRules()
"""What holds until somebody sets a rule."""
