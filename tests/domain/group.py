"""A group of four whose acts tests write down."""

from __future__ import annotations

from app.domain.clock import compose
from app.domain.events import Created, Governing, Joined, Text
from app.domain.governing import (
    Coded,
    Role,
    RoleGiven,
    token_id,
)
from app.domain.ids import PeerId
from app.domain.room import (
    Content,
    fold_in,
    start,
)
from tests.domain.history import content

OLA, ANA, BEA, CAL, DAN = (PeerId(bytes([letter]) * 32) for letter in b"oabcd")
TOKEN, OTHER = bytes([1]) * 32, bytes([2]) * 32
VIA, OTHER_VIA = token_id(TOKEN), token_id(OTHER)
ADMIN, MEMBER, OWNER = (role.value for role in (Role.ADMIN, Role.MEMBER, Role.OWNER))
PNG = b"\x89PNG\r\n\x1a\n"


class Group:
    """Ola has founded it and made Ana an admin; Bea and Cal are members. Time goes on by itself."""

    def __init__(self) -> None:
        self.seqs: dict[PeerId, int] = {}
        self.now = 0
        self.told: list[object] = []
        self.state = start()
        self.say(OLA, Created("Group"), Coded(bytes(8), bytes(16)), Joined("Ola"))
        for peer, name in ((ANA, "Ana"), (BEA, "Bea"), (CAL, "Cal")):
            self.say(peer, Joined(name))
        self.say(OLA, RoleGiven(ANA, ADMIN))

    def write(
        self, author: PeerId, body: Governing | Text, at: int | None = None, epoch: int = 0
    ) -> Content:
        """Return an event that is not known yet."""
        self.now += 1
        self.seqs[author] = seq = self.seqs.get(author, 0) + 1
        one = content(author, seq, compose(self.now if at is None else at), body)
        return Content(one.room, author, seq, one.position, body, epoch)

    def take(self, *contents: Content) -> list[object]:
        self.state, effects = fold_in(self.state, contents)
        self.told = list(effects)
        return self.told

    def say(self, author: PeerId, *bodies: Governing | Text) -> bool:
        """Write and take in; return whether the last one had an effect."""
        for body in bodies:
            last = self.write(author, body)
            self.take(last)
        return not self.state.governance.is_void(last)

    def roles(self) -> str:
        """Return who is in as a letter each: owner, admin, member or nothing."""
        known = (self.state.role_of(peer) for peer in (OLA, ANA, BEA, CAL, DAN))
        return "".join(role.value[0] if role is not None else "-" for role in known)

    def rotates(self) -> bool:
        return self.state.governance.needs_rotation

    def seen(self, peer: PeerId) -> int:
        return self.seqs.get(peer, 0)
