"""The sending half of an association, without socket and clock.

`queue` takes messages, `take` returns what may leave now, `sack` and `expired` follow what became
of it, `deadline` tells when to look again.
"""

from __future__ import annotations

from collections import deque

from app.domain.errors import RemoteProtocolError
from app.transport.fast_sctp.chunks import DATA_HEADER, FIRST, LAST, UNORDERED, Sack, data_chunk
from app.transport.fast_sctp.numbers import MASK, Ranges, unwrap
from app.transport.fast_sctp.rtt import RoundTrip
from app.transport.fast_sctp.sent import Fragment, SentLog
from app.transport.fast_sctp.window import Ack, Burst, Window

REORDERED_PACKETS = 3
"""A packet counts as lost when one this much later has arrived."""

COLLAPSE_AFTER = 3
PACE_INTERVAL = 0.002
BURST_SECONDS = 0.004
BURST_FRAGMENTS = 8


class Outbound:
    """Sends fragments from the number `first` on, `fragment` bytes each, under a window.

    `peer_window` is what the remote end offered; `sequences` counts the messages of each stream
    and may be changed from outside when a stream is reset.
    """

    def __init__(
        self,
        first: int,
        fragment: int,
        window: Window,
        peer_window: int,
        sequences: dict[int, int],
    ) -> None:
        self.next_number = first
        self.pending_bytes = 0
        self.deadline: float | None = None
        self._fragment = fragment
        self._window = window
        self._peer_window = peer_window
        self._sequences = sequences
        self._round_trip = RoundTrip()
        self._pending: deque[Fragment] = deque()
        self._lost: deque[Fragment] = deque()
        self._sent = SentLog(first)
        self._under_way: deque[tuple[int, Fragment]] = deque()
        self._known = Ranges()
        self._flight = 0
        self._packets = 0
        self._newest_acked = -1
        self._paced_to = 0.0
        self._probe = 0

    @property
    def idle(self) -> bool:
        """Whether everything that was queued has been acknowledged."""
        return not self._pending and not self._sent

    @property
    def flight(self) -> int:
        """Bytes sent that neither arrived nor count as lost, as far as we know."""
        return self._flight

    def queue(self, stream: int, protocol: int, message: bytes, *, ordered: bool = True) -> None:
        """Cut a message that is not empty into fragments and put them in line."""
        sequence = self._sequences.get(stream, 0) if ordered else 0
        address = (stream, sequence, protocol)
        flags = FIRST if ordered else FIRST | UNORDERED
        view, total, size = memoryview(message), len(message), self._fragment
        for begin in range(0, total, size):
            end = begin + size
            if end >= total:
                flags, end = flags | LAST, total
            chunk = data_chunk(flags, self.next_number & MASK, address, view[begin:end])
            self._pending.append(Fragment(chunk, end - begin))
            self.next_number += 1
            flags &= ~FIRST
        self.pending_bytes += total
        if ordered:
            self._sequences[stream] = (sequence + 1) & 0xFFFF

    def take(self, now: float) -> list[bytes]:
        """Return the chunks that may leave now, those of one packet together."""
        budget = max(self._budget(now), self._probe)
        self._probe = 0
        if budget <= 0 or not (self._pending or self._lost):
            return []
        idle = not self._flight
        chosen = self._choose(budget)
        if not chosen:
            return []
        limited = not (self._pending or self._lost)
        packets = self._pack(chosen, self._window.leaving(now, idle=idle, limited=limited))
        self._spend(now, sum(fragment.size for fragment in chosen))
        if self.deadline is None or idle:
            self._arm(now)
        return packets

    def sack(self, sack: Sack, now: float) -> None:
        """Follow an acknowledgement. Raises RemoteProtocolError over what was never sent."""
        cumulative = unwrap(sack.cumulative, self._sent.first)
        last_sent = self._sent.first + len(self._sent) - 1
        if cumulative > last_sent:
            raise RemoteProtocolError("bad-acknowledgement", "never sent")
        if cumulative < self._sent.first - 1:
            return
        arrived = self._sent.pop_to(cumulative)
        if self._known:
            self._known.forget(cumulative)
        for first, last in sack.gaps:
            if not 0 < first <= last or cumulative + last > last_sent:
                raise RemoteProtocolError("bad-acknowledgement", "gap")
            arrived += self._arrived_in_gap(cumulative + first, cumulative + last)
        self._peer_window = sack.window
        self._follow([fragment for fragment in arrived if not fragment.acked], now)

    def expired(self, now: float) -> None:
        """Follow that the deadline has come; `take` then has what to do about it."""
        if self.deadline is None or now < self.deadline:
            return
        waiting = self._sent.waiting()
        if not waiting:
            self.deadline = None
            if self._is_shut:
                self._round_trip.failed()
                self._probe = self._fragment
            return
        if self._round_trip.failed() >= COLLAPSE_AFTER and self._peer_window:
            self._window.collapsed()
            again = waiting
        else:
            again = waiting[:1] if len(waiting) == 1 else [waiting[0], waiting[-1]]
        for fragment in again:
            self._mark_lost(fragment)
        self._probe = sum(fragment.size for fragment in again[:2])
        self._arm(now)

    def wake_at(self, now: float) -> float | None:
        """When to call `expired` and `take` again, if nothing else happens."""
        if self._window.pace and (self._pending or self._lost) and self._flight < self._limit:
            return min(now + PACE_INTERVAL, self.deadline or now + PACE_INTERVAL)
        if self.deadline is None and self._is_shut:
            self.deadline = now + self._round_trip.wait
        return self.deadline

    @property
    def _is_shut(self) -> bool:
        """The remote end takes nothing, and nothing is under way that would tell when it does."""
        return not self._peer_window and not self._sent and bool(self._pending)

    @property
    def _limit(self) -> int:
        return min(self._window.size, self._peer_window)

    def _budget(self, now: float) -> int:
        room = self._limit - self._flight
        if not self._flight and (self._peer_window or self._lost):
            room = max(room, self._fragment)
        pace = self._window.pace
        if not pace:
            return room
        burst = max(pace * BURST_SECONDS, BURST_FRAGMENTS * self._fragment)
        self._paced_to = max(self._paced_to, now - burst / pace)
        credit = int((now - self._paced_to) * pace)
        return min(room, credit if credit >= self._fragment else 0)

    def _spend(self, now: float, size: int) -> None:
        pace = self._window.pace
        self._paced_to = self._paced_to + size / pace if pace else now

    def _choose(self, budget: int) -> list[Fragment]:
        chosen: list[Fragment] = []
        lost, pending = self._lost, self._pending
        while lost and budget > 0:
            fragment = lost.popleft()
            if not fragment.acked and not fragment.in_flight:
                chosen.append(fragment)
                budget -= fragment.size
        while pending and budget > 0:
            fragment = pending.popleft()
            self._sent.append(fragment)
            self.pending_bytes -= fragment.size
            chosen.append(fragment)
            budget -= fragment.size
        return chosen

    def _pack(self, chosen: list[Fragment], burst: Burst) -> list[bytes]:
        packets: list[bytes] = []
        together: list[bytes] = []
        room = full = self._fragment + DATA_HEADER
        number = self._packets
        for fragment in chosen:
            chunk = fragment.chunk
            if together and len(chunk) > room:
                packets.append(together[0] if len(together) == 1 else b"".join(together))
                together, room, number = [], full, number + 1
            together.append(chunk)
            room -= len(chunk)
            fragment.packet = number
            fragment.burst = burst
            fragment.in_flight = True
            fragment.sends += 1
            self._flight += fragment.size
            self._under_way.append((number, fragment))
        packets.append(b"".join(together))
        self._packets = number + 1
        return packets

    def _arrived_in_gap(self, first: int, last: int) -> list[Fragment]:
        found: list[Fragment] = []
        missing = self._known.missing(first, last)
        for begin, end in missing:
            found += self._sent.span(begin, end)
        if missing:  # each answer names all gaps again, hundreds on a line that loses much
            self._known.add(first, last)
        return found

    def _follow(self, arrived: list[Fragment], now: float) -> None:
        delivered, newest = 0, None
        for fragment in arrived:
            fragment.acked = True
            delivered += fragment.size
            if fragment.in_flight:
                fragment.in_flight = False
                self._flight -= fragment.size
            if newest is None or fragment.packet > newest.packet:
                newest = fragment
        if newest is None or newest.burst is None:
            return
        self._newest_acked = max(self._newest_acked, newest.packet)
        self._round_trip.answered()
        measured = now - newest.burst.at if newest.sends == 1 else None
        if measured is not None:
            self._round_trip.measured(measured)
        lost = self._find_lost()
        self._window.acked(Ack(now, delivered, lost, measured, newest.burst))
        self._arm(now)

    def _find_lost(self) -> int:
        lost, overtaken = 0, self._newest_acked - REORDERED_PACKETS
        under_way = self._under_way
        while under_way:
            number, fragment = under_way[0]
            gone = fragment.acked or fragment.packet != number or not fragment.in_flight
            if not gone and number > overtaken:
                break
            under_way.popleft()
            if not gone:
                lost += fragment.size
                self._mark_lost(fragment)
        return lost

    def _mark_lost(self, fragment: Fragment) -> None:
        if fragment.in_flight:
            fragment.in_flight = False
            self._flight -= fragment.size
            self._lost.append(fragment)

    def _arm(self, now: float) -> None:
        self.deadline = now + self._round_trip.wait if self._sent else None
