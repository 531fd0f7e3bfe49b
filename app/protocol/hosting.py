"""Who runs the server of a local network when the one that was there is gone.

No I/O: `Hosting` is told what is seen and what time it is, and says what to do. Those who would
host know of each other, so that one of them does at once and the next one only if that fails;
should two have done it all the same, one gives way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

from app.domain.ids import PeerId

START_SECONDS = 0.3
"""For a connection that only blinked, and for the others to notice as well."""
TURN_SECONDS = 3.0
LAST_TURN = 2.5
GRACE_SECONDS = 6.0
"""How long somebody who begins to run a server, or has announced one, has until it answers."""
RETRY_SECONDS = 10.0
YIELD_SECONDS = 4.0
"""What everybody gets to come over to the other server."""
AWAKE_SECONDS = 10.0
LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Seen:
    """An announced server, and whether we are online there; see FoundServer."""

    url: str
    label: str
    after: str
    online: bool


@dataclass(frozen=True, slots=True)
class Company:
    """See HostCandidates."""

    others: Collection[PeerId] | None = None
    beginning: Collection[PeerId] = ()


class Step(Enum):
    HOST = "host"
    YIELD = "yield"


def turn(me: PeerId, others: Collection[PeerId] | None, label: str) -> float:
    """Return how many turns to wait before taking over from `label`; 0 to go first.

    `others` are those who would host, too; None if nobody knows, and then chance spreads them.
    """

    def rank(peer: PeerId) -> bytes:
        return hashlib.sha256(b"parlor hosting 1\x00" + label.encode() + b"\x00" + peer).digest()

    mine = rank(me)
    if others is None:
        return LAST_TURN * int.from_bytes(mine[:4], "big") / 2**32
    return min(sum(rank(peer) < mine for peer in others), LAST_TURN)


def gives_way(mine: Seen, theirs: Seen) -> bool:
    """Tell whether of two servers that run at once ours is the one too many.

    Who was away has been replaced; what a person has started stays before what took over; and of
    two that took over the smaller label stays.
    """
    if mine.label in ("", theirs.after) or theirs.label == mine.after:
        return bool(mine.label) and theirs.after == mine.label
    if not mine.after or not theirs.after:
        return bool(mine.after)
    return mine.label > theirs.label


class Hosting:
    """The state of one program. `look` whenever something has changed, and at `deadline`."""

    def __init__(self, me: PeerId) -> None:
        self._me = me
        self._known: set[str | PeerId] = set()
        self._lost_at: float | None = None
        self._yield_at: float | None = None
        self._hold = self._awake = 0.0
        self.after = ""
        """The label of the server that we were online at last."""
        self.deadline: float | None = None
        """When to look again."""

    def forget(self) -> None:
        """Take over from nobody: we have left on purpose."""
        self.after, self._lost_at, self.deadline = "", None, None

    def slept(self, now: float) -> None:
        """The machine was asleep: what is there now will show, and stays."""
        self._hold = self._awake = now + AWAKE_SECONDS

    def look(
        self, seen: Sequence[Seen], own: str | None, company: Company, now: float
    ) -> Step | None:
        """Return what to do; `own` is the URL of the server that we run, if any."""
        self.deadline = None
        online = [one for one in seen if one.online]
        if online:
            self.after = min(one.label for one in online)
            self._known = {one.label for one in seen}
            self._lost_at, self._hold = None, 0.0
        if own is not None:
            mine = next((one for one in seen if one.url == own), None)
            return self._hosting(mine, [one for one in online if one is not mine], now)
        self._yield_at = None
        return self._missing(seen, company, now) if self.after and not online else None

    def _hosting(self, mine: Seen | None, others: Sequence[Seen], now: float) -> Step | None:
        replaced = bool(others) and now < self._awake
        if mine is None or not (replaced or any(gives_way(mine, other) for other in others)):
            self._yield_at = None
            return None
        if self._yield_at is None:
            self._yield_at = now + YIELD_SECONDS
        self.deadline = self._yield_at
        self._awake = max(self._awake, self._yield_at + LOOK_SECONDS) if replaced else 0.0
        return Step.YIELD if now >= self._yield_at else None

    def _missing(self, seen: Sequence[Seen], company: Company, now: float) -> Step | None:
        if self._lost_at is None:
            self._lost_at = now
        wait = turn(self._me, company.others, self.after) * TURN_SECONDS
        there: set[str | PeerId] = {one.label for one in seen}
        fresh = there.union(company.beginning) - self._known
        if fresh:
            self._known |= fresh
            self._hold = max(self._hold, now + GRACE_SECONDS + wait)
        due = max(self._lost_at + START_SECONDS + wait, self._hold)
        if now >= due:
            self._hold = self.deadline = now + RETRY_SECONDS
            return Step.HOST
        self.deadline = min(due, now + LOOK_SECONDS)
        return None
