"""Why somebody cannot be reached, as far as this machine knows."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.changes import LinkState
from app.domain.ids import PeerId
from app.domain.views import RoomKind
from app.protocol.frames import FEATURES
from app.services.clocks import WallClock
from app.services.connection_manager import ConnectionManager
from app.services.conversation import Conversation, RoomBook
from app.services.diagnosis_network import CLOSE_MS, span
from app.services.diagnosis_report import finding, made
from app.services.diagnosis_words import ATTEMPTS, REASONS, Sentence
from app.services.identity_watch import IdentityWatch
from app.services.network_api import Finding
from app.services.signaling_hub import SignalingHub

NAMELESS = "this person"
IMPOSTOR = {"wrong-peer", "link-tampered", "signal-tampered"}


@dataclass(frozen=True, slots=True)
class PersonParts:
    """What is looked at. `names` are those that people go by."""

    hub: SignalingHub
    manager: ConnectionManager
    book: RoomBook
    watch: IdentityWatch
    wall: WallClock
    names: Mapping[PeerId, str]


class PersonChecks:
    def __init__(self, parts: PersonParts) -> None:
        self._parts = parts

    def is_known(self, peer: PeerId) -> bool:
        """Whether we have ever heard of this person."""
        manager = self._parts.manager
        contact = any(one.peer == peer for one in manager.contacts)
        return contact or peer in manager.reports or bool(self._common(peer))

    def name_of(self, peer: PeerId) -> str:
        """Return what we call this person."""
        names = {peer: NAMELESS, **self._parts.names, **self._parts.manager.contacts.aliases}
        called = (room.name_of(peer, names) for room in self._common(peer))
        return next(called, names[peer])

    def _common(self, peer: PeerId) -> Sequence[Conversation]:
        return [
            conversation
            for conversation in self._parts.book
            if conversation.kind is not RoomKind.NOTES
            and (conversation.record.peer == peer or peer in conversation.state.members)
        ]

    def findings(self, peer: PeerId) -> Sequence[Finding]:
        """Return what is known, the likeliest cause first."""
        checks = (
            self._blocked,
            self._link,
            self._common_rooms,
            self._seen,
            self._attempts,
            self._version,
            self._identity,
            self._clock,
        )
        name = self.name_of(peer)
        return [found for check in checks for found in check(peer, name)]

    def _blocked(self, peer: PeerId, name: str) -> Sequence[Finding]:
        blocked = self._parts.manager.contacts.is_blocked(peer)
        return [finding("blocked", "blocked-by-us" if blocked else "blocked-not", name=name)]

    def _link(self, peer: PeerId, name: str) -> Sequence[Finding]:
        live = self._parts.manager.live(peer)
        if live is not None:
            ms = f"{live.rtt_ms:.0f}" if live.rtt_ms is not None else "?"
            return [finding("link", "link-up", name=name, route=live.route, ms=ms)]
        report = self._parts.manager.reports.get(peer)
        trying = report is not None and report.state is LinkState.CONNECTING
        return [finding("link", "link-trying" if trying else "link-down", name=name)]

    def _common_rooms(self, peer: PeerId, name: str) -> Sequence[Finding]:
        count = len(self._common(peer))
        code = "common-some" if count else "common-none"
        return [finding("rooms", code, name=name, rooms=count)]

    def _seen(self, peer: PeerId, name: str) -> Sequence[Finding]:
        manager, hub = self._parts.manager, self._parts.hub
        if manager.live(peer) is not None:
            return []
        if hub.sees(peer):
            return [finding("seen", "seen-now", name=name)]
        if not hub.is_online:
            return [finding("seen", "seen-unknown", name=name)]
        last = manager.last_seen.get(peer)
        if last is None:
            return [finding("seen", "seen-never", name=name)]
        return [finding("seen", "seen-before", name=name, ago=span(_now_ms() - last))]

    def _attempts(self, peer: PeerId, name: str) -> Sequence[Finding]:
        report = self._parts.manager.reports.get(peer)
        if report is None or report.live is not None or not report.reason:
            return [finding("attempts", "attempts-none")]
        why, fix = REASONS.get(report.reason, (report.reason.replace("-", " "), ""))
        plain = ATTEMPTS["attempt-failed"]
        sentence = Sentence(plain.ok, plain.text, fix, "helpers" if "TURN" in fix else "")
        ago = span(_now_ms() - report.since_ms)
        return [made("attempts", sentence, {"way": "direct", "ago": ago, "why": why, "name": name})]

    def _version(self, peer: PeerId, name: str) -> Sequence[Finding]:
        live, report = self._parts.manager.live(peer), self._parts.manager.reports.get(peer)
        if report is not None and report.reason == "version-mismatch":
            return [finding("version", "version-mismatch", name=name)]
        if live is None:
            return []
        lacking = (FEATURES & ~live.features).bit_count()
        code = "version-old" if lacking else "version-fine"
        return [finding("version", code, name=name, abilities=lacking)]

    def _identity(self, peer: PeerId, name: str) -> Sequence[Finding]:
        report = self._parts.manager.reports.get(peer)
        if report is not None and report.reason in IMPOSTOR:
            return [finding("identity", "identity-wrong", name=name)]
        doubtful = self._parts.watch.has_namesake(peer)
        return [finding("identity", "identity-changed" if doubtful else "identity-fine", name=name)]

    def _clock(self, peer: PeerId, name: str) -> Sequence[Finding]:
        off = self._parts.wall.offsets.get(peer)
        if off is None:
            return []
        if abs(off) <= CLOSE_MS:
            return [finding("peer-clock", "peer-clock-fine", name=name)]
        way = "ahead of" if off > 0 else "behind"
        return [finding("peer-clock", "peer-clock-off", name=name, off=span(off), way=way)]


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
