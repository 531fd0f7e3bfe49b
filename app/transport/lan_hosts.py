"""Who on the local network would run a server for it, as they tell each other."""

from __future__ import annotations

from collections.abc import Callable, Collection

from app.domain.ids import PeerId


class LanHosts:
    """Implements HostCandidates over the sessions of one LanTransport."""

    def __init__(self) -> None:
        self._others: dict[object, PeerId] = {}
        self._tell: Callable[[bool], None] | None = None
        self.willing = False

    def others(self) -> Collection[PeerId] | None:
        return None if self._tell is None else frozenset(self._others.values())

    def offer(self, *, willing: bool) -> None:
        if willing != self.willing:
            self.willing = willing
            if self._tell is not None:
                self._tell(willing)

    def heard(self, line: object, peer: PeerId, *, willing: bool) -> None:
        """Note what somebody says of themselves on a line; gone lines say no."""
        if willing:
            self._others[line] = peer
        else:
            self._others.pop(line, None)

    def opened(self, tell: Callable[[bool], None]) -> None:
        """A session begins; `tell` says there what we would do."""
        self._tell = tell

    def closed(self, tell: Callable[[bool], None]) -> None:
        """A session is over."""
        if self._tell == tell:
            self._tell = None
