"""What is known of a room's messages on their way: never more than members have reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.ids import PeerId
from app.domain.views import MessageState, Position


@dataclass(slots=True)
class MemberMarks:
    """What a member reported to have on its disk, and to have read, by author."""

    stored: dict[PeerId, int] = field(default_factory=dict)
    read: dict[PeerId, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Advance:
    """Own messages, by sequence number, that a report moved on."""

    stored: range
    read: range


@dataclass(frozen=True, slots=True)
class Status:
    state: MessageState
    delivered_to: tuple[PeerId, ...]
    read_by: tuple[PeerId, ...]


@dataclass(frozen=True, slots=True)
class MemberDelivery:
    """How far an own message got on its way to one member; times are Unix ms, 0 if unknown.

    `sent_ms` is when it first left this machine to anybody who hands it on. `delivered_ms` and
    `read_ms` are moments by which it was so: when we heard it from the member, by our clock, or,
    of a receipt that others brought, when the member signed it, by its clock, but neither before
    the message was written nor later than now.
    """

    peer: PeerId
    name: str
    state: MessageState
    sent_ms: int = 0
    delivered_ms: int = 0
    read_ms: int = 0


class DeliveryTracker:
    """The ticks of one room, from version vectors and read marks."""

    def __init__(self, me: PeerId, marks: Mapping[PeerId, MemberMarks], sent: int) -> None:
        """`sent` is our highest sequence number that was handed to a member's link."""
        self._me = me
        self._marks = dict(marks)
        self._marks.setdefault(me, MemberMarks())
        self._others: dict[PeerId, Position] = {}
        self.sent = sent

    @property
    def read_here(self) -> Mapping[PeerId, int]:
        """What we have read ourselves."""
        return self._marks[self._me].read

    def reported(self, member: PeerId) -> int:
        """Return how many of our events `member` has stored."""
        return self._marks.get(member, MemberMarks()).stored.get(self._me, 0)

    def read_by(self, member: PeerId) -> int:
        """Return how many of our events `member` has read."""
        return self._marks.get(member, MemberMarks()).read.get(self._me, 0)

    def set_others(self, others: Mapping[PeerId, Position]) -> None:
        """Say who else is a member now, and from which place on (NOWHERE: from the start)."""
        self._others = dict(others)

    def recipients(self, position: Position) -> tuple[PeerId, ...]:
        """Return whose copies count for a message: those who were members when it was written.

        If nobody was, everybody who has come since.
        """
        then = tuple(p for p, joined in self._others.items() if joined < position)
        return then or tuple(self._others)

    def status(self, author: PeerId, seq: int, position: Position) -> Status:
        """Return the state of a message."""
        if author != self._me:
            read = self.read_here.get(author, 0) >= seq
            return Status(MessageState.READ if read else MessageState.DELIVERED, (), ())
        delivered = tuple(p for p in self._others if self._marks_of(p).stored.get(author, 0) >= seq)
        read_by = tuple(p for p in delivered if self._marks_of(p).read.get(author, 0) >= seq)
        return Status(self._own_state(seq, position, delivered, read_by), delivered, read_by)

    def stages(self, seq: int, position: Position) -> dict[PeerId, MessageState]:
        """Return how far an own message got to each of its recipients and whoever else has it."""
        status = self.status(self._me, seq, position)
        left = MessageState.SENT if seq <= self.sent else MessageState.QUEUED
        stages = dict.fromkeys(self.recipients(position), left)
        stages |= dict.fromkeys(status.delivered_to, MessageState.DELIVERED)
        return stages | dict.fromkeys(status.read_by, MessageState.READ)

    def _own_state(
        self, seq: int, position: Position, delivered: tuple[PeerId, ...], read: tuple[PeerId, ...]
    ) -> MessageState:
        recipients = set(self.recipients(position))
        if recipients and recipients <= set(read):
            return MessageState.READ
        if recipients and recipients <= set(delivered):
            return MessageState.DELIVERED
        return MessageState.SENT if delivered or seq <= self.sent else MessageState.QUEUED

    def _marks_of(self, member: PeerId) -> MemberMarks:
        return self._marks.setdefault(member, MemberMarks())

    def handed_over(self, seq: int) -> range:
        """Note that our events up to `seq` went to a link; return those that had not before."""
        fresh = range(self.sent + 1, seq + 1)
        self.sent = max(self.sent, seq)
        return fresh

    def report(
        self, member: PeerId, stored: Mapping[PeerId, int], read: Mapping[PeerId, int]
    ) -> Advance:
        """Merge a member's report; marks only ever grow. Nobody can have read what it lacks."""
        marks = self._marks_of(member)
        before = marks.stored.get(self._me, 0), marks.read.get(self._me, 0)
        _raise(marks.stored, stored)
        _raise(marks.read, {a: min(seq, marks.stored.get(a, 0)) for a, seq in read.items()})
        after = marks.stored.get(self._me, 0), marks.read.get(self._me, 0)
        return Advance(range(before[0] + 1, after[0] + 1), range(before[1] + 1, after[1] + 1))

    def mark_read_here(self, vector: Mapping[PeerId, int]) -> dict[PeerId, int]:
        """Note what we have read; return the entries that grew."""
        mine = self._marks[self._me].read
        grown = {author: seq for author, seq in vector.items() if seq > mine.get(author, 0)}
        mine.update(grown)
        return grown


def _raise(marks: dict[PeerId, int], other: Mapping[PeerId, int]) -> None:
    for author, seq in other.items():
        marks[author] = max(marks.get(author, 0), seq)
