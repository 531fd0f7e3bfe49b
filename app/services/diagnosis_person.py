"""Why somebody cannot be reached, as far as this machine knows."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.changes import LinkState
from app.domain.ids import PeerId
from app.domain.views import RoomKind
from app.protocol.frames import FEATURES
from app.services.attempts import Attempt, Attempts
from app.services.clocks import WallClock
from app.services.connection_manager import ConnectionManager
from app.services.conversation import Conversation, RoomBook
from app.services.diagnosis_network import CLOSE_MS, ago, span
from app.services.diagnosis_report import finding, made
from app.services.diagnosis_words import ATTEMPTS, REASONS, ROUTES, Sentence
from app.services.identity_watch import IdentityWatch
from app.services.network_api import Finding
from app.services.signaling_hub import SignalingHub

NAMELESS = "this person"
IMPOSTOR = {"wrong-peer", "link-tampered", "signal-tampered"}


@dataclass(frozen=True, slots=True)
class PersonParts:
    """What is looked at. `names` are what people go by, `carriers` who may carry to a peer."""

    hub: SignalingHub
    manager: ConnectionManager
    book: RoomBook
    watch: IdentityWatch
    wall: WallClock
    names: Mapping[PeerId, str]
    attempts: Attempts
    carriers: Callable[[PeerId], Sequence[PeerId]]


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
            self._common_rooms,
            self._seen,
            self._link,
            self._attempts,
            self._carriers,
            self._version,
            self._identity,
            self._clock,
        )
        name = self.name_of(peer)
        found = [one for check in checks for one in check(peer, name)]
        absent = any(one.check == "seen" and one.ok is False for one in found)
        return [_without_blame(one) if absent else one for one in found]

    def _is_around(self, peer: PeerId) -> bool:
        """Whether this person is there in a room that is too large for links between all."""
        if self._parts.manager.live(peer) is not None:
            return False
        around = self._parts.manager.shared.is_around
        return any(around(peer, room.room) for room in self._common(peer))

    def _blocked(self, peer: PeerId, name: str) -> Sequence[Finding]:
        blocked = self._parts.manager.contacts.is_blocked(peer)
        return [finding("blocked", "blocked-by-us" if blocked else "blocked-not", name=name)]

    def _link(self, peer: PeerId, name: str) -> Sequence[Finding]:
        live = self._parts.manager.live(peer)
        if live is not None:
            ms = f"{live.rtt_ms:.0f}" if live.rtt_ms is not None else "?"
            if live.through is not None:
                other = self.name_of(live.through)
                return [finding("link", "link-through", name=name, other=other, ms=ms)]
            return [
                finding("link", "link-up", name=name, how=ROUTES.get(live.route, "directly"), ms=ms)
            ]
        if self._is_around(peer):
            return [finding("link", "link-not-needed", name=name)]
        report = self._parts.manager.reports.get(peer)
        trying = report is not None and report.state is LinkState.CONNECTING
        return [finding("link", "link-trying" if trying else "link-down", name=name)]

    def _common_rooms(self, peer: PeerId, name: str) -> Sequence[Finding]:
        count = len(self._common(peer))
        if not count and self._parts.hub.sees(peer):
            return []  # somebody new, of whom the room has not told us yet
        code = "common-some" if count else "common-none"
        return [finding("rooms", code, name=name, rooms=count)]

    def _seen(self, peer: PeerId, name: str) -> Sequence[Finding]:
        manager, hub = self._parts.manager, self._parts.hub
        if manager.live(peer) is not None or self._is_around(peer):
            return []
        if hub.sees(peer):
            return [finding("seen", "seen-now", name=name)]
        if not hub.is_online:
            return [finding("seen", "seen-unknown", name=name)]
        last = manager.last_seen.get(peer)
        if last is None:
            return [finding("seen", "seen-never", name=name)]
        return [finding("seen", "seen-before", name=name, ago=ago(_now_ms() - last))]

    def _attempts(self, peer: PeerId, name: str) -> Sequence[Finding]:
        """Tell how the last attempt by each way has failed, unless one has worked since."""
        if self._parts.manager.live(peer) is not None or self._is_around(peer):
            return []
        latest: dict[str, Attempt] = {}
        for attempt in self._parts.attempts.of(peer):
            latest = {} if not attempt.outcome else {**latest, attempt.way: attempt}
        found = [self._failed(attempt, name) for attempt in latest.values()]
        return found or self._reported(peer, name)

    def _reported(self, peer: PeerId, name: str) -> Sequence[Finding]:
        report = self._parts.manager.reports.get(peer)
        if report is None or not report.reason:
            return [finding("attempts", "attempts-none")]
        return [self._failed(Attempt("", report.since_ms, 0, report.reason), name)]

    def _failed(self, attempt: Attempt, name: str) -> Finding:
        why, fix = REASONS.get(attempt.outcome, (attempt.outcome.replace("-", " "), ""))
        plain = ATTEMPTS[f"attempt-failed-{attempt.way}" if attempt.way else "attempt-failed"]
        sentence = Sentence(plain.ok, plain.text, fix, "helpers" if "TURN" in fix else "")
        params = {"ago": ago(_now_ms() - attempt.at_ms), "why": why, "name": name}
        other = self.name_of(attempt.through) if attempt.through is not None else ""
        return made("attempts", sentence, {**params, "other": other})

    def _carriers(self, peer: PeerId, _name: str) -> Sequence[Finding]:
        if self._parts.manager.live(peer) is not None or self._is_around(peer):
            return []
        count = len(self._parts.carriers(peer))
        return [finding("carriers", "carriers-some" if count else "carriers-none", members=count)]

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


def _without_blame(found: Finding) -> Finding:
    """Whoever is not there cannot be linked: that alone is in the way."""
    return replace(found, ok=None) if found.check in ("link", "attempts") else found


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
