"""Links to all peers: starts their supervisors, passes signals on, opens rooms on links."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from app.domain.changes import ErrorRaised, LinkChanged, LinkState
from app.domain.errors import AppError, RemoteProtocolError
from app.domain.ids import PeerId, RoomId, to_text
from app.protocol.signals import (
    Answer,
    Detour,
    Knock,
    Offer,
    SignalOpener,
    Want,
)
from app.services.attempts import Attempt
from app.services.background import Background
from app.services.circle import Circle
from app.services.clocks import WallClock
from app.services.contact_book import ContactBook
from app.services.conversation import RoomBook
from app.services.feed import Feed
from app.services.link_negotiation import LinkNegotiation, reason_of
from app.services.link_sync import LinkSync
from app.services.link_ways import LinkWays
from app.services.me import Me
from app.services.peer_link import PeerLink
from app.services.peer_supervisor import PeerSupervisor
from app.services.room_logs import RoomLogs
from app.services.shared_rooms import SharedRooms
from app.services.typing_service import TypingService
from app.transport.base import Link, LinkTransport

SERIOUS = {"link-tampered", "signal-tampered", "signal-replayed", "wrong-peer", "version-mismatch"}
MAX_PEERS = 1024
RETIRE_AFTER = 1.0
DISK = {"disk-full", "disk-failed", "folder-read-only", "database-corrupt"}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LinkReport:
    """A peer's link as it is now; `since_ms` is when this state began."""

    peer: PeerId
    state: LinkState
    since_ms: int
    reason: str | None = None
    live: PeerLink | None = None


@dataclass(frozen=True, slots=True)
class ManagerParts:
    """What the manager works with."""

    me: Me
    transport: LinkTransport
    book: RoomBook
    logs: RoomLogs
    wall: WallClock
    feed: Feed
    typing: TypingService
    make_sync: Callable[[PeerId], LinkSync]
    relay: Callable[[PeerId, bytes], Awaitable[None]]
    circle: Circle


class ConnectionManager:
    def __init__(self, background: Background, parts: ManagerParts) -> None:
        self._background = background
        self._parts = parts
        self._opener = SignalOpener(parts.me.identity, parts.me.instance)
        self._supervisors: dict[PeerId, PeerSupervisor] = {}
        self._tasks: dict[PeerId, asyncio.Task[None]] = {}
        self._reports: dict[PeerId, LinkReport] = {}
        self.shared = SharedRooms(parts.book, parts.circle, parts.typing, parts.feed, parts.wall)
        self._turned_away: dict[PeerId, bytes] = {}
        self.on_call: Callable[[PeerId], None] = _nobody
        self.on_farewell: Callable[[PeerId, str], None] = lambda _peer, _code: None
        self.is_near: Callable[[PeerId], bool] = lambda _peer: False
        self.ways = LinkWays(parts.me.identity, parts.relay)
        self._disk_trouble = ""
        self._started = time.monotonic()
        self.last_seen: dict[PeerId, int] = {}

    @property
    def me(self) -> PeerId:
        return self._parts.me.peer

    @property
    def reports(self) -> Mapping[PeerId, LinkReport]:
        return self._reports

    def live(self, peer: PeerId) -> PeerLink | None:
        """The link to a peer, if it is up."""
        report = self._reports.get(peer)
        return report.live if report else None

    def is_online_in(self, peer: PeerId, room: RoomId) -> bool:
        link = self.live(peer)
        return link is not None and room in link.rooms

    @property
    def supervisors(self) -> Mapping[PeerId, PeerSupervisor]:
        """Who is linked, looked for, or was."""
        return self._supervisors

    @property
    def contacts(self) -> ContactBook:
        return self._parts.circle.contacts

    def is_seen_online(self, peer: PeerId) -> bool:
        """Whether a peer is linked and does not ask to be shown as offline."""
        return self.live(peer) is not None and not self._parts.circle.presence.is_hidden(peer)

    def links(self) -> list[PeerLink]:
        """All links that are up."""
        return [report.live for report in self._reports.values() if report.live]

    # -- what signaling says

    def reachable(self, peer: PeerId, instance: bytes) -> None:
        """A server has seen `peer` in a room of ours."""
        if peer == self.me:
            return
        if self.contacts.is_blocked(peer):
            self._turn_away(peer, instance)
            return
        supervisor = self._supervisors.get(peer)
        if supervisor is None:
            if len(self._supervisors) >= MAX_PEERS and not self._retire():
                log.warning("a server names too many peers")
                return
            supervisor = PeerSupervisor(
                LinkNegotiation(peer, self._parts.transport, self.ways), self
            )
            self._supervisors[peer] = supervisor
            self._tasks[peer] = self._background.spawn(supervisor.run())
        supervisor.reachable(instance)

    def _turn_away(self, peer: PeerId, instance: bytes) -> None:
        if len(self._turned_away) < MAX_PEERS:
            self._turned_away[peer] = instance

    def drop(self, peer: PeerId) -> None:
        """Cut the link to somebody who was blocked, and make no other."""
        supervisor = self._supervisors.pop(peer, None)
        if supervisor is not None:
            if not supervisor.is_idle:
                self._turn_away(peer, supervisor.instance)
            self._tasks.pop(peer).cancel()

    def readmit(self, peer: PeerId) -> None:
        """Link again with somebody who is blocked no more, if a server sees them."""
        instance = self._turned_away.pop(peer, None)
        if instance is not None:
            self.reachable(peer, instance)

    def _retire(self) -> bool:
        """Make place by forgetting a peer who is gone; tell whether there was one."""
        idle = (peer for peer, supervisor in self._supervisors.items() if supervisor.is_idle)
        peer = next(idle, None)
        if peer is None:
            return False
        del self._supervisors[peer]
        self._tasks.pop(peer).cancel()
        self._reports.pop(peer, None)
        self.last_seen.pop(peer, None)
        return True

    def unreachable(self, peer: PeerId) -> None:
        """No server sees `peer` any more; a link that is up stays up.

        Nothing changes if `is_near` says that it is linked with somebody who is linked with us.
        """
        if self.is_near(peer):
            return
        self._turned_away.pop(peer, None)
        supervisor = self._supervisors.get(peer)
        if supervisor is not None:
            supervisor.unreachable()

    def signaled(self, server: str, sender: PeerId, payload: bytes) -> Knock | None:
        """Take a payload that came over a server, or over a member if that is "".

        A knock is returned, the rest is dealt with.
        """
        if self.contacts.is_blocked(sender):
            return None
        try:
            signal = self._opener.open(sender, payload, time.monotonic() - self._started)
        except RemoteProtocolError as error:
            if error.code == "signal-stale":
                return None
            if server:
                self._raise(error.code, {"peer": to_text(sender), "server": server})
            return None
        if isinstance(signal, Knock):
            return signal
        if not isinstance(signal, Answer):
            self.on_call(sender)
        supervisor = self._supervisors.get(sender)
        if supervisor is not None and isinstance(signal, Offer | Answer | Want | Detour):
            supervisor.signaled(signal)
        return None

    def try_now(self) -> None:
        for supervisor in self._supervisors.values():
            supervisor.try_now()

    # -- SupervisorHost

    def connecting(self, peer: PeerId) -> None:
        self._report(LinkReport(peer, LinkState.CONNECTING, _now_ms()))

    def failed(self, peer: PeerId, code: str) -> None:
        if code in SERIOUS:
            self._raise(code, {"peer": to_text(peer)})
        if code in DISK and code != self._disk_trouble:
            self._disk_trouble = code
            self._raise(code, {})
        last = self._reports.get(peer)
        if last is None or (last.state, last.reason) != (LinkState.OFFLINE, code):
            self._report(LinkReport(peer, LinkState.OFFLINE, _now_ms(), code))

    async def serve(self, peer: PeerId, link: Link) -> None:
        live = PeerLink(self._parts.me.identity, peer, link, self.shared, self._parts.wall)
        reason = "closed"
        try:
            await self._authenticated(live)
            self._report(LinkReport(peer, LinkState.ONLINE, _now_ms(), live=live))
            await live.run(self._parts.logs, self._parts.make_sync(peer))
        except (AppError, RemoteProtocolError) as error:
            reason = reason_of(error)
            raise
        finally:
            self._ended(peer, live, reason)
            await live.close(reason)

    async def _authenticated(self, live: PeerLink) -> None:
        """Let a link prove itself; it then takes the place of one that was there before."""
        began = time.monotonic()
        try:
            await live.authenticate()
        except (AppError, RemoteProtocolError) as error:
            took_ms = round((time.monotonic() - began) * 1000)
            way = {"relay": "turn"}.get(live.route, "direct") if live.through is None else "member"
            outcome = reason_of(error)
            self.ways.tried(
                live.peer,
                Attempt(way, _now_ms() - took_ms, took_ms, outcome, "handshake", live.through),
            )
            raise
        before = self.live(live.peer)
        if before is not None:
            self.shared.replaced(live.peer)
            self._background.spawn(_retire(before))

    def _ended(self, peer: PeerId, live: PeerLink, reason: str) -> None:
        if self.live(peer) is not live:
            return
        self.last_seen[peer] = _now_ms()
        self.on_farewell(peer, live.farewell)
        self.shared.ended(peer, live.rooms)
        self._report(LinkReport(peer, LinkState.OFFLINE, _now_ms(), reason))

    # -- rooms

    def room_added(self, room: RoomId) -> None:
        """Offer a new room on every link that is up."""
        for link in self.links():
            if link.has_withdrawn(room):
                self._background.spawn(link.close("begin-anew"))
        self.room_changed(room)

    def room_changed(self, room: RoomId) -> None:
        """Open the room on links to those who may see it now, close it to all others."""
        for link in self.links():
            proofs = self.shared.proofs_of(room, link.peer)
            if proofs is not None and room in link.rooms and not proofs.inside:
                link.withdraw(room)
            if proofs is not None and not link.has_withdrawn(room):
                link.offer_rooms({room: proofs})

    def room_removed(self, room: RoomId) -> None:
        for link in self.links():
            link.withdraw(room)

    def send_read(self, room: RoomId, read: Mapping[PeerId, int]) -> None:
        """Report what we have read to everybody linked in the room."""
        if self._parts.circle.privacy.tells_reads:
            for link in self.links():
                link.send_read(room, read)

    def send_typing(self, room: RoomId, active: bool) -> None:
        if self._parts.circle.privacy.tells_typing:
            for link in self.links():
                link.send_typing(room, active)

    async def close(self) -> None:
        """Say goodbye on every link, and begin no other."""
        for supervisor in self._supervisors.values():
            supervisor.unreachable()
        await asyncio.gather(*(link.close("quit") for link in self.links()))

    def _report(self, report: LinkReport) -> None:
        self._reports[report.peer] = report
        route = report.live.route if report.live else None
        self._parts.feed.publish(LinkChanged(report.peer, report.state, route, report.reason))

    def _raise(self, code: str, params: dict[str, object]) -> None:
        log.warning("%s %s", code, params)
        self._parts.feed.publish(ErrorRaised(code, params))


async def _retire(link: PeerLink) -> None:
    """Close a link that a better one replaces, once the other side has surely seen that one."""
    await asyncio.sleep(RETIRE_AFTER)
    await link.close("replaced")


def _nobody(_peer: PeerId) -> None:
    return


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
