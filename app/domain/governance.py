"""What follows from the acts of a room: who is in, who may do what, which key is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from app.domain.content import NOWHERE, Act, Content, Written, is_act
from app.domain.events import MAX_SEQ
from app.domain.governing import FOUNDING, Role, TokenId
from app.domain.ids import EventId, PeerId
from app.domain.rules import NO_RULES, RoomRules
from app.domain.views import Position

K = TypeVar("K")
V = TypeVar("V")
Span = tuple[int, int]
"""Sequence numbers, the first and the last."""


@dataclass(frozen=True, slots=True)
class Member:
    """`joined` is the place of the first join, NOWHERE if there was none."""

    name: str
    present: bool = False
    joined: Position = NOWHERE


STRANGER = Member("")


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """What lets somebody in, `peer` alone if it names one; `order` counts the room's acts.

    `uses` is how many came in by it. `until_ms` is Unix ms, 0 for ever. FOUNDING has no bytes.
    """

    id: TokenId
    token: bytes
    made_by: PeerId
    made_at: Position
    order: int
    peer: PeerId | None = None
    until_ms: int = 0
    uses: int = 0
    open: bool = True

    def fits(self, peer: PeerId, removal: Removal | None, now_ms: int) -> bool:
        """Tell whether `peer`, put out by `removal` before, may come in by it at that time."""
        meant = self.open and self.peer in (None, peer)
        late = 0 < self.until_ms < now_ms
        back = removal is None or (not removal.ban and self.order > removal.order)
        return meant and not late and back


@dataclass(frozen=True, slots=True)
class Removal:
    """Somebody is out by `event`; its own events after `seen` are void until it is in again.

    That event is number `seq` of `author`.
    """

    event: EventId
    author: PeerId
    seq: int
    order: int
    seen: int
    ban: bool


@dataclass(frozen=True, slots=True)
class Rekeying:
    """A new epoch; `event` with number `seq` of its author has the sealed secret.

    `standing` is "valid", "late" if an admin wrote it beside another one of that generation (it
    is good for reading), or "void".
    """

    number: int
    author: PeerId
    seq: int
    event: EventId
    recipients: frozenset[PeerId]
    standing: str


def _nothing() -> Mapping[K, V]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Governance:
    """`grouped` is False where two talk and nobody governs; `seed` is whom an invitation named.

    `void` are the acts without effect, `closed` what else does not count of whoever was out for a
    while. `lacking` are members that did not get the newest key; `stale` is that key if somebody
    has it who is out. `left_out` are acts that a later removal (the key) had not seen; `weighed`
    are all removals of which that was asked. `couriers` keep the sealed log without being members,
    each with its name.
    """

    grouped: bool = True
    seed: PeerId | None = None
    owner: PeerId | None = None
    admins: frozenset[PeerId] = frozenset()
    rules: RoomRules = NO_RULES
    tokens: Mapping[TokenId, Token] = field(default_factory=_nothing)
    removals: Mapping[PeerId, Removal] = field(default_factory=_nothing)
    closed: Mapping[PeerId, tuple[Span, ...]] = field(default_factory=_nothing)
    void: frozenset[EventId] = frozenset()
    rekeyings: tuple[Rekeying, ...] = ()
    newest: int = 0
    lacking: frozenset[PeerId] = frozenset()
    stale: bool = False
    acts: tuple[Act, ...] = ()
    written: Mapping[PeerId, Written] = field(default_factory=_nothing)
    left_out: Mapping[EventId, frozenset[EventId]] = field(default_factory=_nothing)
    weighed: frozenset[EventId] = frozenset()
    couriers: Mapping[PeerId, str] = field(default_factory=_nothing)

    @property
    def needs_rotation(self) -> bool:
        """Whether somebody has the newest key who should not, or lacks it who should have it."""
        return self.stale or bool(self.lacking)

    @property
    def banned(self) -> frozenset[PeerId]:
        return frozenset(peer for peer, removal in self.removals.items() if removal.ban)

    @property
    def founding_open(self) -> bool:
        """Whether the link and the code of the beginning still let people in."""
        founding = self.tokens.get(FOUNDING)
        return founding is None or founding.open

    def lets_in(self, via: TokenId, peer: PeerId, now_ms: int) -> bool:
        """Tell whether `peer` may join by this token at that time."""
        token = self.tokens.get(via)
        return token is not None and token.fits(peer, self.removals.get(peer), now_ms)

    def spans(self, peer: PeerId) -> tuple[Span, ...]:
        """Return the seqs of what somebody wrote without effect while it was out."""
        closed = self.closed.get(peer, ())
        removal = self.removals.get(peer)
        return closed if removal is None else (*closed, (removal.seen + 1, MAX_SEQ))

    def is_void(self, content: Content) -> bool:
        """Tell whether an event of this room has no effect."""
        if is_act(content):
            return content.position.event in self.void
        if not self.removals and not self.closed:
            return False
        return any(first <= content.seq <= last for first, last in self.spans(content.author))


@dataclass(frozen=True, slots=True)
class RoomState:
    """`founder` is known by its code, by our invitation, or by the earliest `created`."""

    name: str = ""
    topic: str = ""
    picture: str = ""
    code: bytes = b""
    founder: PeerId | None = None
    members: Mapping[PeerId, Member] = field(default_factory=_nothing)
    governance: Governance = Governance()

    @property
    def rules(self) -> RoomRules:
        return self.governance.rules

    def name_of(self, peer: PeerId) -> str:
        """Return the name of a member or courier of this room, "" for somebody unknown."""
        return self.members.get(peer, STRANGER).name or self.governance.couriers.get(peer, "")

    def role_of(self, peer: PeerId) -> Role | None:
        """Return what a member is, None for somebody else."""
        if not self.members.get(peer, STRANGER).present:
            return None
        if peer == self.governance.owner:
            return Role.OWNER
        return Role.ADMIN if peer in self.governance.admins else Role.MEMBER
