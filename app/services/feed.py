"""The synchronous hand-over of changes from services to a front end."""

from __future__ import annotations

import logging
from collections.abc import Callable

from app.domain.changes import Change

log = logging.getLogger(__name__)

Listener = Callable[[Change], None]


class Feed:
    """Calls each listener with each change, in order, on the caller's thread (the loop's)."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Add `listener`; the returned function removes it again and may be called twice."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def publish(self, *changes: Change) -> None:
        """Hand over `changes`. A listener that fails is logged and does not hinder the others."""
        for change in changes:
            for listener in tuple(self._listeners):
                try:
                    listener(change)
                except Exception:
                    log.exception("a listener failed on %s", type(change).__name__)
