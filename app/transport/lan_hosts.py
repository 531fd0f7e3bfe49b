"""Who on the local network would run a server for it, as they tell each other."""

from __future__ import annotations

from collections.abc import Callable, Collection

from app.domain.ids import PeerId
from app.transport.lan_wire import Hosting


class LanHosts:
    """Implements HostCandidates over the sessions of one LanTransport."""

    def __init__(self) -> None:
        self._others: dict[object, PeerId] = {}
        self._beginning: dict[object, PeerId] = {}
        self._tell: Callable[[Hosting], None] | None = None
        self.said = Hosting(willing=False)

    def others(self) -> Collection[PeerId] | None:
        return None if self._tell is None else frozenset(self._others.values())

    def beginning(self) -> Collection[PeerId]:
        return frozenset(self._beginning.values())

    def offer(self, *, willing: bool, begins: bool = False) -> None:
        said = Hosting(willing, begins)
        if said != self.said:
            self.said = said
            if self._tell is not None:
                self._tell(said)

    def heard(self, line: object, peer: PeerId, said: Hosting | None) -> None:
        """Note what somebody says of themselves on a line, None when it is over."""
        wanted = ((self._others, "willing"), (self._beginning, "begins"))
        for table, what in wanted:
            if said is not None and getattr(said, what):
                table[line] = peer
            else:
                table.pop(line, None)

    def opened(self, tell: Callable[[Hosting], None]) -> None:
        """A session begins; `tell` says there what we would do."""
        self._tell = tell

    def closed(self, tell: Callable[[Hosting], None]) -> None:
        """A session is over."""
        if self._tell == tell:
            self._tell = None
