"""Random histories of a governed group: five people do whatever they like, entitled or not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from app.domain.events import Created, Joined, KnownBody, Left, ProfileNamed, Renamed, Text, Topic
from app.domain.governing import (
    FOUNDING,
    Coded,
    CourierNamed,
    Invited,
    Readmitted,
    Rekeyed,
    Removed,
    Revoked,
    Role,
    RoleGiven,
    Ruled,
    TokenId,
    token_id,
)
from app.domain.ids import PeerId
from app.domain.rules import Rule
from tests.domain.history import parts

PEOPLE = 5
TOKENS = tuple(bytes([number]) * 32 for number in range(1, 4))
VIAS = (FOUNDING, *map(token_id, TOKENS))
_ROLES = [role.value for role in Role]
_RULES = [rule.value for rule in Rule]


@dataclass(frozen=True)
class Move:
    """Person number `who` writes something at `hlc`."""

    who: int
    hlc: int
    body: KnownBody


@dataclass(frozen=True)
class _Choice:
    """What a step writes with: itself, another person, and a small number."""

    who: int
    other: PeerId
    third: PeerId
    value: int

    @property
    def via(self) -> TokenId:
        return TokenId(VIAS[self.value % len(VIAS)])


_BODIES: tuple[Callable[[_Choice], KnownBody], ...] = (
    lambda c: Joined(f"Person {c.who}", c.via),
    lambda c: Joined(f"Person {c.who}", c.via),
    lambda c: RoleGiven(c.other, _ROLES[c.value % 3]),
    lambda c: Removed(c.other, c.value, c.value % 3 == 0),
    lambda c: Removed(c.other, c.value, c.value % 3 == 0),
    lambda c: Invited(TOKENS[c.value % 3], c.other if c.value % 2 else None, c.value // 8),
    lambda c: Revoked(c.via),
    lambda c: Rekeyed(((1 + c.value % 4) << 16) + c.who, parts([c.other, c.third])),
    lambda c: Ruled(_RULES[c.value % 4], c.value % 2),
    lambda c: Readmitted(c.other),
    lambda c: CourierNamed(c.third, c.value % 3 > 0, f"Courier {c.value % 2}"),
    lambda _: Left(),
    lambda c: Topic(f"topic {c.value}") if c.value % 2 else Renamed(f"name {c.value}"),
    lambda c: ProfileNamed(f"Person {c.who}.{c.value}"),
    lambda _: Created("usurped"),
    lambda c: Text(f"text {c.value}"),
    lambda c: Text(f"word {c.value}"),
)
_somebody = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 4])
_steps = st.tuples(
    _somebody,
    st.integers(0, len(_BODIES) + 2),
    _somebody,
    st.integers(0, 9),
    st.integers(0, 60),
)
histories_of_steps = st.lists(_steps, max_size=20) | st.lists(_steps, min_size=20, max_size=60)
Step = tuple[int, int, int, int, int]


def _let_in(
    people: Sequence[PeerId], who: int, by: int, hlc: int, token: bytes
) -> tuple[Move, ...]:
    """Somebody invites somebody, by name every second time, who comes at once."""
    peer = people[who] if hlc % 2 else None
    lifted = Move(by, hlc, Readmitted(people[who]))
    asked = Move(by, hlc, Invited(token, peer))
    return lifted, asked, Move(who, hlc + 1, Joined(f"Person {who}", token_id(token)))


def moves(people: Sequence[PeerId], steps: Sequence[Step], *, coded: bool = True) -> list[Move]:
    """Return what the steps write, after the first person has founded the group.

    About every third clock is wrong; whoever is late may be so by the whole history.
    """
    begun: list[KnownBody] = [Created("Group")]
    if coded:
        begun.append(Coded(bytes(8), bytes(16)))
    written = [Move(0, 1, body) for body in (*begun, Joined("Person 0"))]
    written += [Move(who, 2 + who, Joined(f"Person {who}")) for who in range(1, PEOPLE - 1)]
    for number, (who, kind, other, value, clock) in enumerate(steps):
        hlc = clock if clock < 20 else 10 + number
        if kind >= len(_BODIES):
            written += _let_in(people, who, other, hlc, bytes([number + 10]) * 32)
            continue
        choice = _Choice(who, people[other], people[value % PEOPLE], value)
        written.append(Move(who, hlc, _BODIES[kind](choice)))
    return written
