from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.authoring import write_event
from app.crypto.identity import Identity
from app.crypto.room_keys import epoch_keys, room_id
from app.domain.events import FIRST_PREV, HEADER, MAX_EVENT_SIZE, Event, Header, Text
from app.domain.ids import EventId, PeerId, RoomId
from app.protocol import room_log
from app.protocol.room_log import EMPTY, Admission, Admitter, Fork, Head
from tests.refused import refusal

SECRET = b"s" * 32
ROOM, KEYS = room_id(SECRET), epoch_keys(0, SECRET)
ANA, BO, EVE = (Identity(letter * 32) for letter in (b"a", b"b", b"e"))


def chain(author: Identity, length: int, after: Head = EMPTY, text: str = "") -> list[Event]:
    """Return consecutive events of an author after a head."""
    events: list[Event] = []
    seq, prev = after
    for number in range(seq + 1, seq + length + 1):
        header = Header(ROOM, author.peer, number, prev, 1000 + number, 0)
        events.append(write_event(author, header, Text(f"{text}{number}"), KEYS))
        prev = events[-1].id
    return events


def head(events: list[Event]) -> Head:
    return Head(events[-1].header.seq, events[-1].id)


LOGS = {identity.peer: chain(identity, 5) for identity in (ANA, BO, EVE)}
EVENTS = [event for log in LOGS.values() for event in log]


@dataclass
class Store:
    """What a member has on its disk."""

    heads: dict[PeerId, Head] = field(default_factory=dict)
    ids: dict[tuple[PeerId, int], EventId] = field(default_factory=dict)

    def id_at(self, author: PeerId, seq: int) -> EventId | None:
        return self.ids.get((author, seq))

    def admit(self, *batch: bytes) -> Admission:
        return Admitter(ROOM, self.heads, self.id_at).admit(batch)

    def take(self, events: list[Event]) -> Admission:
        admission = self.admit(*(event.encode() for event in events))
        self.heads.update(admission.heads)
        for event in admission.accepted:
            self.ids[event.header.author, event.header.seq] = event.id
        return admission


def stored(*logs: list[Event]) -> Store:
    store = Store()
    for log in logs:
        store.take(log)
    return store


@given(st.lists(st.lists(st.sampled_from(EVENTS), max_size=12), max_size=6))
def test_any_batches_leave_whole_logs(batches: list[list[Event]]) -> None:
    store = Store()
    for batch in batches:
        admission = store.take(batch)
        assert len(admission.accepted) + admission.skipped == len(batch)
        assert not admission.forks
    for author, log in LOGS.items():
        length = store.heads.get(author, EMPTY).seq
        assert store.heads.get(author, EMPTY) == (head(log[:length]) if length else EMPTY)
        assert [store.id_at(author, seq + 1) for seq in range(length)] == [
            event.id for event in log[:length]
        ]
    store.take(EVENTS)
    assert store.heads == {author: head(log) for author, log in LOGS.items()}


def test_a_batch_is_accepted_in_its_order() -> None:
    events = [LOGS[BO.peer][0], LOGS[ANA.peer][0], LOGS[BO.peer][1]]
    admission = Store().take(events)
    assert list(admission.accepted) == events
    assert admission.heads == {BO.peer: head(events), ANA.peer: head(events[:2])}


def test_what_is_there_or_out_of_reach_is_skipped() -> None:
    log = LOGS[ANA.peer]
    admission = stored(log[:2]).take([log[1], log[3], log[2], log[2], log[0]])
    assert list(admission.accepted) == [log[2]]
    assert admission.skipped == 4


def test_nothing_new_changes_no_head() -> None:
    assert stored(EVENTS).take(EVENTS) == Admission((), {}, (), len(EVENTS))
    assert Store().admit() == Admission((), {}, (), 0)


def test_no_byte_of_an_event_may_be_changed() -> None:
    log = LOGS[ANA.peer]
    store, raw = stored(log[:2]), log[2].encode()
    for at in range(len(raw)):
        changed = raw[:at] + bytes((raw[at] ^ 0x01,)) + raw[at + 1 :]
        if refusal(store.admit, changed) == "":
            # A changed author or number may lie beyond what can be judged yet; it stays out.
            assert at in range(17, 57)
            assert not store.admit(changed).accepted
            assert not store.admit(changed).forks


def test_no_byte_of_a_first_event_may_be_changed() -> None:
    raw = LOGS[ANA.peer][0].encode()
    for at in range(len(raw)):
        for bit in (0x01, 0x80):
            changed = raw[:at] + bytes((raw[at] ^ bit,)) + raw[at + 1 :]
            assert refusal(Store().admit, changed)


def test_an_event_may_not_be_cut_or_lengthened() -> None:
    raw = LOGS[ANA.peer][0].encode()
    for size in (*range(0, len(raw), 7), len(raw) - 1):
        assert refusal(Store().admit, raw[:size]) in {"event-malformed", "bad-signature"}
    assert refusal(Store().admit, raw + b"\x00") == "bad-signature"
    assert refusal(Store().admit, raw + bytes(MAX_EVENT_SIZE)) == "event-too-large"


def test_an_event_belongs_to_one_room() -> None:
    other = Admitter(RoomId(b"o" * 16), {}, lambda *_: None)
    assert refusal(other.admit, [LOGS[ANA.peer][0].encode()]) == "wrong-room"
    raw = LOGS[ANA.peer][0].encode()
    moved = raw[:1] + b"o" * 16 + raw[17:]
    assert refusal(Admitter(RoomId(b"o" * 16), {}, lambda *_: None).admit, [moved]) == (
        "bad-signature"
    )


def test_nobody_writes_in_another_s_name() -> None:
    raw = LOGS[EVE.peer][0].encode()
    assert refusal(Store().admit, raw[:17] + ANA.peer + raw[49:]) == "bad-signature"


def test_one_bad_event_spoils_its_batch() -> None:
    good, bad = LOGS[ANA.peer][0].encode(), LOGS[BO.peer][0].encode()
    store = Store()
    assert refusal(store.admit, good, bad[:-1] + bytes((bad[-1] ^ 1,))) == "bad-signature"
    assert store.admit(good, bad).skipped == 0


def test_a_second_history_is_told_and_not_merged() -> None:
    log = LOGS[EVE.peer]
    rewritten = chain(EVE, 2, head(log[:2]), "no, ")
    store = stored(log)
    admission = store.take(rewritten)
    assert not admission.accepted
    assert admission.forks == tuple(
        Fork(EVE.peer, event.header.seq, event.id) for event in rewritten
    )
    assert store.heads[EVE.peer] == head(log)


def test_a_fork_within_one_batch_is_found() -> None:
    log = LOGS[EVE.peer]
    rewritten = chain(EVE, 1, head(log[:1]), "no, ")
    admission = Store().take([*log[:2], *rewritten, *log[2:]])
    assert list(admission.accepted) == log
    assert [fork.event for fork in admission.forks] == [rewritten[0].id]


def test_a_continuation_of_another_history_is_a_fork() -> None:
    log = LOGS[EVE.peer]
    rewritten = chain(EVE, 3, text="no, ")
    admission = stored(log[:2]).take([rewritten[2]])
    assert [(fork.seq, fork.event) for fork in admission.forks] == [(3, rewritten[2].id)]


def test_a_forger_cannot_make_an_honest_author_look_forked() -> None:
    header = Header(ROOM, ANA.peer, 2, LOGS[ANA.peer][0].id, 9, 0)
    raw = header.encode() + bytes(40) + bytes(64)
    assert refusal(stored(LOGS[ANA.peer]).admit, raw) == "bad-signature"


def test_a_fork_by_one_author_does_not_hold_up_the_others() -> None:
    store = stored(LOGS[EVE.peer])
    admission = store.take([*chain(EVE, 1, text="no, "), *LOGS[ANA.peer]])
    assert list(admission.accepted) == LOGS[ANA.peer]
    assert len(admission.forks) == 1


def test_a_room_has_so_many_authors_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_log, "MAX_AUTHORS", 2)
    store = stored(LOGS[ANA.peer][:1], LOGS[BO.peer][:1])
    assert refusal(store.admit, LOGS[EVE.peer][0].encode()) == "too-many-authors"
    assert len(store.take(LOGS[ANA.peer]).accepted) == 4


@given(st.lists(st.binary(max_size=300), max_size=4))
def test_any_bytes_are_refused(batch: list[bytes]) -> None:
    if batch:
        assert refusal(Store().admit, *batch).startswith("event-")


@given(st.binary(min_size=HEADER.size - 1, max_size=300))
def test_any_bytes_with_a_right_beginning_are_refused(tail: bytes) -> None:
    first = HEADER.pack(1, ROOM, ANA.peer, 1, FIRST_PREV, 5, 0)
    assert refusal(Store().admit, first + tail) == "bad-signature"
