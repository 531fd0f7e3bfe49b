"""What was found out about files, each asked for once."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

from app.domain.ids import EventId

Value = TypeVar("Value")
Key = tuple[EventId, str]
"""A transfer, and where its file lies."""


class Remembered(OrderedDict[Key, Value | None]):
    """None stands for what is still being looked for."""

    def asked(self, key: Key, most: int) -> bool:
        """Tell whether it was asked for before; from now on it was, and `most` are kept."""
        if key in self:
            self.move_to_end(key)
            return True
        self[key] = None
        while len(self) > most:
            self.popitem(last=False)
        return False
