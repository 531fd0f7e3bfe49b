"""What a front end may ask of how the network does: who can do what, how well, and why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.domain.capabilities import Capabilities, Service, Sharing
from app.domain.ids import PeerId, RoomId


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `ok` is None where it does not apply or cannot be told.

    `check` is a stable word ("server", "clock", "mdns", ...), `text` what was found, `fix` what a
    person can do about it, "" for nothing. `safe` is `text` without names, ids and addresses.
    `place` says where the fix is done: "servers", "helpers", "contacts", "sharing", "update",
    "system" (outside this program) or "" for nowhere in particular.
    """

    check: str
    ok: bool | None
    text: str
    fix: str = ""
    safe: str = ""
    place: str = ""


def nobody(_finding: Finding) -> None:
    """Hear what is found, and do nothing."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`report` is for showing to a stranger: no names, no content, addresses masked."""

    findings: tuple[Finding, ...]
    report: str


@dataclass(frozen=True, slots=True)
class Distribution:
    """A histogram: `buckets[i]` counts values up to `bounds[i]`, the last one those above all."""

    bounds: tuple[float, ...]
    buckets: tuple[int, ...]
    sum: float

    @property
    def count(self) -> int:
        return sum(self.buckets)

    @property
    def mean(self) -> float:
        """0 if nothing was counted."""
        return self.sum / self.count if self.count else 0.0

    def quantile(self, share: float) -> float | None:
        """Return the upper bound that `share` (0..1) of all values do not exceed, None if empty.

        What lies above all bounds counts as twice the last one.
        """
        wanted, seen = share * self.count, 0
        for bound, number in zip((*self.bounds, 2 * self.bounds[-1]), self.buckets, strict=True):
            seen += number
            if number and seen >= wanted:
                return bound
        return None


@dataclass(frozen=True, slots=True)
class Measured:
    """Counters by name, and histograms by name: "delivery_ms", "connect_ms",
    "connect_ms.<route>", "reconnect_ms", "server_rtt_ms", "transfer_kbyte_s.<lane>".

    Counters: "messages_sent", "link_failures", "link_failures.<reason>", "errors.<code>", ...
    """

    counters: Mapping[str, int]
    histograms: Mapping[str, Distribution]


@dataclass(frozen=True, slots=True)
class Measurements:
    """`run` is since the program was started, `kept` since the first start or a reset."""

    uptime_s: float
    since_ms: int
    run: Measured
    kept: Measured


class Insight(Protocol):
    """Nothing of it is ever sent anywhere, but what others are told by `Sharing`."""

    def capabilities(self, peer: PeerId | None = None) -> Capabilities:
        """Ours, or what `peer` has told. Raises AppError("unknown-peer" | "not-linked" |
        "not-told"), the last if its version does not tell."""
        ...

    def offering(self, service: Service) -> Sequence[PeerId]:
        """Who is linked and offers this, the best link first."""
        ...

    @property
    def sharing(self) -> Sharing: ...

    async def set_sharing(self, sharing: Sharing) -> None:
        """Raises AppError("bad-setting") for a region that is too long."""
        ...

    async def diagnose(
        self, peer: PeerId | None = None, heard: Callable[[Finding], None] = nobody
    ) -> Diagnosis:
        """Look at everything between us and the network, or us and `peer`; ends within 8 s.

        `heard` is told each finding as it is made, the quick ones first.

        Raises AppError("unknown-peer").
        """
        ...

    async def validate(self, room: RoomId) -> Sequence[Finding]:
        """Check whether a group holds together and mend what does not, within 6 s.

        Raises AppError("unknown-room" | "not-a-group").
        """
        ...

    def measurements(self) -> Measurements: ...

    async def reset_measurements(self) -> None:
        """Begin to count anew."""
        ...
