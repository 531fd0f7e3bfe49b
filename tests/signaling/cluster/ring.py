"""Several hubs on a bus in memory that can lose, delay and end; no socket, no clock."""

from __future__ import annotations

from collections import deque

from signaling.cluster.company import Company, Outgoing
from signaling.cluster.records import Ask, Entry, Record, encode, wholes
from signaling.hub import SignalingHub
from signaling.limits import Limits
from tests.signaling.people import Person
from tests.signaling.test_hub import World


class Site(World):
    """One server, with its clients."""

    def __init__(self, name: bytes, ring: Ring, **limits: int) -> None:
        super().__init__(**limits)
        self.company = Company(name * 32)
        self.hub = SignalingHub(Limits(**limits), name * 32, elsewhere=self.company)
        self.ring = ring
        self.seconds = ring.seconds
        self.alive = True
        self.queue: deque[bytes] = deque()

    @property
    def name(self) -> bytes:
        return self.company.server

    def hear(self) -> bool:
        """Take in all that waits; tell whether there was anything."""
        had = bool(self.queue)
        while self.queue:
            self.perform(self.hub.heard(self.queue.popleft(), self.now))
        return had

    def events(self, sid: str) -> list[str]:
        return [event for event, _ in self.heard(sid)]


class Ring:
    """`keeps` as Redis does; else servers ask each other, as over RabbitMQ."""

    def __init__(self, count: int = 2, *, keeps: bool = False, **limits: int) -> None:
        self.seconds = 1000.0
        self.keeps = keeps
        self.kept: dict[bytes, tuple[int, dict[bytes, Entry]]] = {}
        self.up = True
        self.lose = 0
        self.sites = [Site(bytes([65 + n]), self, **limits) for n in range(count)]
        for site in self.sites:
            site.company.joined(self.seconds)
        self.settle()

    def settle(self) -> None:
        """Carry frames until nothing is left to say."""
        for _ in range(100):
            sent = [self.send(site) for site in self.sites if site.alive]
            heard = [site.hear() for site in self.sites if site.alive]
            if not any(sent) and not any(heard):
                return
        raise AssertionError("the servers never stop talking")

    def passes(self, seconds: float) -> None:
        """Let time pass in ticks of a second."""
        for _ in range(round(seconds)):
            self.seconds += 1.0
            for site in self.sites:
                site.seconds = self.seconds
                if site.alive:
                    site.perform(site.hub.tick(site.now))
            self.settle()

    def cut(self) -> None:
        """Take the bus away from everybody, with all that it kept."""
        self.up = False
        self.kept.clear()
        for site in self.sites:
            site.company.lost()
            site.queue.clear()

    def mend(self) -> None:
        self.up = True
        for site in self.sites:
            if site.alive:
                site.company.joined(self.seconds)
        self.settle()

    def send(self, site: Site) -> bool:
        """Carry what one server has to say to the others' doors."""
        if not self.up:
            return False
        out = site.company.take()
        self._keep(site, out)
        for record in out.to_all:
            self._post(record, self.sites)
        for server, records in out.to_one.items():
            for record in records:
                self._post(record, [s for s in self.sites if s.name == server])
        for server in out.wanted:
            self._want(site, server)
        return bool(out.to_all or out.to_one or out.wanted)

    def _keep(self, site: Site, out: Outgoing) -> None:
        entries = {} if out.anew else dict(self.kept.get(site.name, (0, {}))[1])
        for peer in out.changed:
            entry = site.company.entry(peer)
            entries.pop(peer, None)
            if entry is not None:
                entries[peer] = entry
        self.kept[site.name] = (out.number, entries)

    def _want(self, site: Site, server: bytes) -> None:
        if not self.keeps:
            self._post(Ask(site.name), [s for s in self.sites if s.name == server])
        elif server in self.kept:
            number, entries = self.kept[server]
            for whole in wholes(server, number, entries.values()):
                site.queue.append(encode([whole]))

    def _post(self, record: Record, sites: list[Site]) -> None:
        if self.lose:
            self.lose -= 1
            return
        for site in sites:
            if site.alive:
                site.queue.append(encode([record]))


def enter(site: Site, sid: str, person: Person, *rooms: str) -> Person:
    """Connect somebody, and let all servers hear of it."""
    site.enter(sid, person, *rooms)
    site.ring.settle()
    return person
