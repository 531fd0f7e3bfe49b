"""Random histories of a group: everybody who has the same events sees the same room."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.content import is_act
from app.domain.governance import RoomState
from app.domain.governing import Role
from app.domain.ids import EventId, PeerId
from app.domain.room import (
    ActsVoided,
    Content,
    Effect,
    MemberUpdated,
    RoomNamed,
    RowAdded,
    RulesChanged,
    SilenceChanged,
    TopicSet,
    fold_in,
    reduce,
    restore,
)
from app.domain.rules import RoomRules
from tests.domain.governing_history import PEOPLE, Step, histories_of_steps, moves
from tests.domain.history import content

PEERS = [PeerId(bytes([letter]) * 32) for letter in b"abcde"]
seeds = st.integers(0, 1 << 32)


def written(steps: list[Step], *, coded: bool = True) -> list[Content]:
    """Return the contents of a history, in the order in which they were written."""
    seqs = dict.fromkeys(PEERS, 0)
    found = []
    for move in moves(PEERS, steps, coded=coded):
        peer = PEERS[move.who]
        seqs[peer] += 1
        found.append(content(peer, seqs[peer], move.hlc, move.body))
    return found


def interleaved(history: list[Content], chance: random.Random) -> list[Content]:
    """Return the same events as they may arrive: each author's in order, else at random."""
    logs = [[one for one in history if one.author == peer] for peer in PEERS]
    arrived = []
    while any(logs):
        log = chance.choice([log for log in logs if log])
        arrived += [log.pop(0) for _ in range(min(len(log), chance.randint(1, 4)))]
    return arrived


class Screen:
    """What somebody sees who is told of every effect."""

    def __init__(self) -> None:
        self.state = RoomState()
        self.known: dict[EventId, Content] = {}
        self.rows: dict[EventId, RowAdded] = {}
        self.name = self.topic = ""
        self.rules = RoomRules()
        self.names: dict[PeerId, str] = {}
        self.present: set[PeerId] = set()

    def take(self, batch: list[Content]) -> None:
        self.known |= {one.position.event: one for one in batch}
        before = self.state
        self.state, effects = fold_in(before, batch)
        for effect in effects:
            self._see(effect, before)

    def _see(self, effect: Effect, before: RoomState) -> None:
        match effect:
            case RowAdded(one):
                assert one.position.event not in self.rows
                self.rows[one.position.event] = effect
            case ActsVoided(events):
                for event in events:
                    self.rows.pop(event, None)
            case SilenceChanged(author, was, spans):
                assert was == before.governance.spans(author) != spans
                self._silence(author)
            case RoomNamed(name):
                self.name = name
            case TopicSet(topic):
                self.topic = topic
            case RulesChanged(rules):
                self.rules = rules
            case MemberUpdated(peer, name, change):
                self._update(peer, name, change)

    def _silence(self, author: PeerId) -> None:
        """Do what a store does: take rows out and put them back."""
        own = [one for one in self.known.values() if one.author == author and not is_act(one)]
        for one in own:
            if self.state.governance.is_void(one):
                self.rows.pop(one.position.event, None)
            elif one.position.event not in self.rows:
                for effect in fold_in(self.state, [one])[1]:
                    self._see(effect, self.state)

    def _update(self, peer: PeerId, name: str, change: str) -> None:
        if change.startswith("courier"):
            return
        self.names[peer] = name
        if change == "joined":
            self.present.add(peer)
        elif change in ("left", "removed"):
            self.present.discard(peer)


@settings(max_examples=300)
@given(histories_of_steps, seeds, st.booleans())
def test_any_order_of_arrival_ends_in_the_same_room(
    steps: list[Step], seed: int, coded: bool
) -> None:
    history = written(steps, coded=coded)
    chance = random.Random(seed)
    whole = Screen()
    whole.take(history)
    acts = [act.content for act in whole.state.governance.acts]
    chance.shuffle(acts)
    assert whole.state == restore(acts)
    bit_by_bit = Screen()
    arriving = interleaved(history, chance)
    while arriving:
        size = chance.randint(1, 7)
        bit_by_bit.take(arriving[:size])
        del arriving[:size]
    assert bit_by_bit.state == whole.state
    assert bit_by_bit.rows == whole.rows
    one_by_one = Screen()
    for one in interleaved(history, chance):
        one_by_one.take([one])
    assert one_by_one.state == whole.state
    assert one_by_one.rows == whole.rows


@settings(max_examples=200)
@given(histories_of_steps, seeds)
def test_who_listens_knows_what_the_state_says(steps: list[Step], seed: int) -> None:
    screen = Screen()
    for one in interleaved(written(steps), random.Random(seed)):
        screen.take([one])
    state = screen.state
    told = (screen.name, screen.topic, screen.rules)
    assert told == (state.name, state.topic, state.rules)
    assert screen.present == {peer for peer, one in state.members.items() if one.present}
    assert {peer: screen.names[peer] for peer in state.members} == {
        peer: member.name for peer, member in state.members.items()
    }


@settings(max_examples=300)
@given(histories_of_steps)
def test_nobody_is_in_who_was_put_out(steps: list[Step]) -> None:
    history = written(steps)
    state, effects = fold_in(RoomState(), history)
    governance = state.governance
    present = {peer for peer, member in state.members.items() if member.present}
    assert not present & set(governance.removals)
    assert governance.banned <= set(governance.removals)
    assert governance.owner in present or not present
    assert governance.admins <= present - {governance.owner}
    roles = [state.role_of(peer) for peer in PEERS]
    assert roles.count(Role.OWNER) == bool(present)
    assert [role is not None for role in roles] == [peer in present for peer in PEERS]
    assert governance.lacking <= present
    shown = {effect.content.position.event for effect in effects if isinstance(effect, RowAdded)}
    assert not shown & governance.void
    for one in history:
        if not is_act(one):
            assert (one.position.event in shown) != governance.is_void(one)


@settings(max_examples=300)
@given(histories_of_steps)
def test_what_is_void_has_no_effect(steps: list[Step]) -> None:
    """The clocks are right here: no act moves to the place of an earlier one of its author."""
    history = [
        replace(one, position=one.position._replace(hlc=number))
        for number, one in enumerate(written(steps))
    ]
    state, _ = fold_in(RoomState(), history)
    void = state.governance.void
    effective = [one for one in history if one.position.event not in void]
    again, _ = fold_in(RoomState(), effective)
    assert outcome(again) == outcome(state)


def outcome(state: RoomState) -> tuple[object, ...]:
    governance = state.governance
    tokens = {
        name: (token.open, token.uses, token.peer) for name, token in governance.tokens.items()
    }
    removals = {peer: (one.event, one.seen, one.ban) for peer, one in governance.removals.items()}
    shown = (state.name, state.topic, state.code, state.founder, state.members, state.rules)
    charge = (governance.owner, governance.admins, governance.newest)
    keys = (governance.lacking, governance.stale)
    return *shown, *charge, *keys, tokens, removals, governance.closed


def test_reducing_one_event_is_folding_it_in() -> None:
    (first, *_) = written([])
    assert reduce(RoomState(), first) == fold_in(RoomState(), [first])
    assert len(PEERS) == PEOPLE
