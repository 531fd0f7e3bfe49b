"""What a courier takes in without being able to read it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.identity import Identity
from app.domain.errors import RemoteProtocolError
from app.domain.events import Text, decode_event
from app.domain.ids import EventId, PeerId
from app.protocol.courier_log import Kept, Shelved, first_of, shelve, size_of
from app.protocol.room_log import EMPTY, Head
from tests.storage.support import ROOM, Author

PLENTY = 1 << 30


def author(letter: int, count: int) -> Author:
    made = Author(Identity(bytes([letter]) * 32))
    for number in range(count):
        made.write(Text(f"number {number}"))
    return made


def nothing(_author: PeerId, _seq: int) -> EventId | None:
    return None


def take(
    batch: list[bytes], kept: dict[PeerId, Kept] | None = None, budget: int = PLENTY
) -> Shelved:
    return shelve(ROOM, kept or {}, nothing, batch, budget)


ANA, BOB = author(1, 12), author(2, 12)


@given(st.integers(0, 12), st.integers(0, 12), st.randoms(use_true_random=False))
def test_logs_grow_in_their_authors_order_whatever_comes_between(
    ana: int, bob: int, random: object
) -> None:
    left = {ANA.peer: list(ANA.wires[:ana]), BOB.peer: list(BOB.wires[:bob])}
    batch = []
    while any(left.values()):
        whose = random.choice([peer for peer, wires in left.items() if wires])  # type: ignore[attr-defined]
        batch.append(left[whose].pop(0))
    taken = take(batch)
    assert [event.encode() for event in taken.events] == batch
    assert {peer: head.seq for peer, head in taken.heads.items()} == {
        peer: count for peer, count in ((ANA.peer, ana), (BOB.peer, bob)) if count
    }
    assert taken.size == sum(map(size_of, taken.events))
    assert taken.refusals == ()


@given(st.integers(0, 6000))
def test_it_never_takes_more_than_the_budget_and_leaves_no_holes(budget: int) -> None:
    taken = take(ANA.wires + BOB.wires, budget=budget)
    assert taken.size <= budget
    assert all(one.code == "courier-full" for one in taken.refusals)
    for one in (ANA, BOB):
        seqs = [e.header.seq for e in taken.events if e.header.author == one.peer]
        assert seqs == list(range(1, len(seqs) + 1))
        refused = [r.seq for r in taken.refusals if r.author == one.peer]
        assert refused == ([] if len(seqs) == 12 else [len(seqs) + 1])


def test_what_was_forgotten_is_known_and_the_rest_goes_on() -> None:
    third = decode_event(ANA.wires[2])
    kept = {ANA.peer: Kept(4, Head(3, third.id))}
    taken = take(ANA.wires[:5], kept)
    assert [event.header.seq for event in taken.events] == [4, 5]
    assert taken.refusals == ()
    assert first_of(kept, BOB.peer) == Kept(1, EMPTY)


def test_a_fork_is_refused_and_a_hole_waits() -> None:
    first = decode_event(ANA.wires[0])
    other = author(1, 0)
    other.write(Text("something else"))
    kept = {ANA.peer: Kept(1, Head(1, first.id))}
    taken = shelve(ROOM, kept, lambda _author, _seq: first.id, [*other.wires, ANA.wires[3]], PLENTY)
    assert [(one.author, one.seq, one.code) for one in taken.refusals] == [(ANA.peer, 1, "fork")]
    assert taken.events == ()


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda wire: wire[:-1] + bytes([wire[-1] ^ 1]), "bad-signature"),
        (lambda wire: wire[:100], "event-malformed"),
        (lambda wire: wire + bytes(90_000), "event-too-large"),
        (lambda wire: b"\x02" + wire[1:], "event-version"),
        (lambda wire: wire[:1] + bytes(16) + wire[17:], "wrong-room"),
        (lambda _wire: b"", "event-malformed"),
    ],
)
def test_what_no_honest_member_hands_on_breaks_the_protocol(spoil: object, code: str) -> None:
    with pytest.raises(RemoteProtocolError, match=code):
        take([ANA.wires[0], spoil(ANA.wires[1])])  # type: ignore[operator]
