from __future__ import annotations

import pytest

from app.domain.errors import RemoteProtocolError
from app.domain.events import HEADER
from app.domain.ids import PeerId, RoomId
from app.protocol import log_sync
from app.protocol.frames import Events, Have, Refused
from app.protocol.log_sync import (
    RELAY_DELAY,
    HandedOver,
    Ingest,
    Load,
    LogSync,
    Output,
    Reported,
    Send,
)

ANA, BOB, EVE = (PeerId(bytes([n]) * 32) for n in (1, 2, 3))
ROOM = RoomId(b"r" * 16)


def wire(author: PeerId, seq: int, size: int = 200) -> bytes:
    return HEADER.pack(1, ROOM, author, seq, bytes(32), 0, 0) + bytes(size)


def frames(outputs: list[Output]) -> list[object]:
    return [output.frame for output in outputs if isinstance(output, Send)]


def loads(outputs: list[Output]) -> list[Load]:
    return [output for output in outputs if isinstance(output, Load)]


def opened(mine: dict[PeerId, int], theirs: dict[PeerId, int]) -> tuple[LogSync, list[Output]]:
    sync = LogSync(ANA)
    sync.open(ROOM, mine, {})
    return sync, sync.receive(Have(ROOM, {bytes(p): s for p, s in theirs.items()}, {}), 0.0)


def test_opening_tells_everything_we_have_and_have_read() -> None:
    sync = LogSync(ANA)
    assert not sync.is_open(ROOM)
    outputs = sync.open(ROOM, {ANA: 3, BOB: 2}, {BOB: 1})
    assert sync.is_open(ROOM)
    assert frames(outputs) == [Have(ROOM, {ANA: 3, BOB: 2}, {BOB: 1})]
    assert sync.open(ROOM, {ANA: 9}, {}) == []


def test_nothing_is_pushed_before_their_vector_is_known() -> None:
    sync = LogSync(ANA)
    sync.open(ROOM, {ANA: 3}, {})
    assert sync.appended(ROOM, {ANA: 4}, 0.0) == []


def test_what_they_lack_is_loaded_and_sent() -> None:
    sync, outputs = opened({ANA: 3, BOB: 2}, {ANA: 1, BOB: 2})
    assert loads(outputs) == [Load(ROOM, ((ANA, 2, 3),), log_sync.BATCH_BYTES)]
    assert any(isinstance(output, Reported) for output in outputs)
    events = [wire(ANA, 2), wire(ANA, 3)]
    assert sync.loaded(ROOM, events, 0.0) == [
        Send(Events(ROOM, events)),
        HandedOver(ROOM, 3),
    ]


def test_only_one_load_is_under_way() -> None:
    sync, _ = opened({ANA: 3}, {})
    assert loads(sync.appended(ROOM, {ANA: 4}, 0.0)) == []
    assert loads(sync.loaded(ROOM, [wire(ANA, 1)], 0.0)) == [
        Load(ROOM, ((ANA, 2, 4),), log_sync.BATCH_BYTES)
    ]


def test_an_empty_load_waits_for_something_new() -> None:
    sync, _ = opened({ANA: 1}, {})
    assert sync.loaded(ROOM, [], 0.0) == []
    assert len(loads(sync.appended(ROOM, {ANA: 2}, 0.0))) == 1


def test_a_slow_disk_at_the_other_end_slows_us_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_sync, "WINDOW", 500)
    sync, _ = opened({ANA: 10}, {})
    outputs = sync.loaded(ROOM, [wire(ANA, 1), wire(ANA, 2)], 0.0)
    assert loads(outputs) == []
    assert loads(sync.receive(Have(ROOM, {ANA: 1}, {}), 0.0)) == []
    after = loads(sync.receive(Have(ROOM, {ANA: 2}, {}), 0.0))
    assert [load.spans for load in after] == [((ANA, 3, 10),)]


def test_what_others_wrote_waits_for_its_author() -> None:
    sync, _ = opened({ANA: 1, BOB: 1}, {ANA: 1, BOB: 1})
    outputs = sync.appended(ROOM, {BOB: 2}, 10.0)
    assert frames(outputs) == [Have(ROOM, {BOB: 2}, {})]
    assert loads(outputs) == []
    assert sync.deadline == 10.0 + RELAY_DELAY
    assert sync.tick(10.0) == []
    assert [load.spans for load in loads(sync.tick(10.0 + RELAY_DELAY))] == [((BOB, 2, 2),)]
    assert sync.deadline is None


def test_our_own_words_do_not_wait_for_others() -> None:
    sync, _ = opened({}, {})
    sync.appended(ROOM, {BOB: 2}, 0.0)
    outputs = sync.appended(ROOM, {ANA: 1, EVE: 1}, 0.1)
    assert [load.spans for load in loads(outputs)] == [((ANA, 1, 1),)]
    assert sync.deadline == RELAY_DELAY


def test_what_has_arrived_by_another_way_is_not_relayed() -> None:
    sync, _ = opened({}, {})
    sync.appended(ROOM, {BOB: 2}, 0.0)
    sync.receive(Have(ROOM, {BOB: 2}, {}), 0.1)
    assert sync.tick(RELAY_DELAY) == []


def test_what_the_peer_itself_brought_is_acknowledged_and_not_sent_back() -> None:
    sync, _ = opened({}, {BOB: 2})
    assert sync.receive(Events(ROOM, [wire(BOB, 1)]), 0.0) == [Ingest(ROOM, (wire(BOB, 1),))]
    assert sync.appended(ROOM, {BOB: 2}, 0.0) == [Send(Have(ROOM, {BOB: 2}, {}))]
    assert sync.deadline is None


def test_who_sends_an_event_has_it() -> None:
    """Nobody tells of its own log once the room is open, so the events have to."""
    sync, _ = opened({}, {})
    assert sync.receive(Events(ROOM, [wire(BOB, 1), wire(BOB, 2)]), 0.0) == [
        Ingest(ROOM, (wire(BOB, 1), wire(BOB, 2)))
    ]
    assert sync.appended(ROOM, {BOB: 2}, 0.0) == [Send(Have(ROOM, {BOB: 2}, {}))]
    assert sync.deadline is None
    assert loads(sync.tick(RELAY_DELAY)) == []


def test_what_crosses_its_own_echo_frees_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_sync, "WINDOW", 300)
    sync, _ = opened({ANA: 1, BOB: 1}, {ANA: 1})
    assert loads(sync.loaded(ROOM, [wire(BOB, 1, 400)], 0.0)) == []
    assert loads(sync.appended(ROOM, {ANA: 2}, 0.0)) == []
    after = loads(sync.receive(Events(ROOM, [wire(BOB, 1)]), 0.0))
    assert [load.spans for load in after] == [((ANA, 2, 2),)]


def test_our_own_events_are_acknowledged_to_whoever_brings_them() -> None:
    sync, _ = opened({ANA: 3}, {ANA: 3})
    outputs = sync.receive(Events(ROOM, [wire(ANA, 3)]), 0.0)
    assert frames(outputs) == [Have(ROOM, {ANA: 3}, {})]


def test_our_own_events_that_we_had_lost_are_acknowledged_after_the_commit() -> None:
    sync, _ = opened({ANA: 1}, {ANA: 3})
    outputs = sync.receive(Events(ROOM, [wire(ANA, 2), wire(ANA, 3)]), 0.0)
    assert frames(outputs) == [Have(ROOM, {ANA: 1}, {})]
    assert frames(sync.appended(ROOM, {ANA: 3}, 0.0)) == [Have(ROOM, {ANA: 3}, {})]


def test_events_before_any_vector_or_too_short_for_a_header_are_only_handed_up() -> None:
    sync = LogSync(ANA)
    sync.open(ROOM, {}, {})
    batch = [wire(BOB, 1), b"short"]
    assert sync.receive(Events(ROOM, batch), 0.0) == [Ingest(ROOM, tuple(batch))]


def test_reports_only_grow() -> None:
    sync, _ = opened({ANA: 5}, {ANA: 5})
    assert sync.receive(Have(ROOM, {ANA: 4}, {}), 0.0) == []
    outputs = sync.receive(Have(ROOM, {ANA: 4}, {ANA: 3}), 0.0)
    assert outputs == [Reported(ROOM, {}, {ANA: 3})]


def test_a_refused_author_is_left_alone_and_frees_the_window(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(log_sync, "WINDOW", 300)
    sync, _ = opened({ANA: 2, BOB: 5}, {ANA: 1})
    outputs = sync.loaded(ROOM, [wire(BOB, 1, 400)], 0.0)
    assert loads(outputs) == []
    after = loads(sync.receive(Refused(ROOM, BOB, 1, "fork"), 0.0))
    assert [load.spans for load in after] == [((ANA, 2, 2),)]


def test_we_say_what_we_refuse_and_what_we_read() -> None:
    sync, _ = opened({}, {})
    assert frames(sync.refuse(ROOM, BOB, 3, "fork")) == [Refused(ROOM, BOB, 3, "fork")]
    assert frames(sync.read(ROOM, {BOB: 3})) == [Have(ROOM, {}, {BOB: 3})]
    assert sync.read(ROOM, {}) == []


def test_an_empty_vector_of_theirs_is_still_reported_once() -> None:
    sync, outputs = opened({}, {})
    assert outputs == [Reported(ROOM, {}, {})]
    assert sync.receive(Have(ROOM, {}, {}), 0.0) == []


def test_a_closed_room_is_silent_and_refused() -> None:
    sync, _ = opened({ANA: 1}, {})
    sync.close(ROOM)
    assert sync.appended(ROOM, {ANA: 2}, 0.0) == []
    assert sync.loaded(ROOM, [wire(ANA, 1)], 0.0) == []
    assert sync.read(ROOM, {BOB: 1}) == []
    assert sync.refuse(ROOM, BOB, 1, "fork") == []
    with pytest.raises(RemoteProtocolError, match="room-not-open"):
        sync.receive(Have(ROOM, {}, {}), 0.0)


def test_a_vector_cannot_grow_without_end() -> None:
    sync, _ = opened({}, {})
    for start in (0, 8000):
        authors = {(start + n).to_bytes(32, "big"): 1 for n in range(4100)}
        last = Have(ROOM, authors, {})
        if start == 0:
            sync.receive(last, 0.0)
    with pytest.raises(RemoteProtocolError, match="vector-too-large"):
        sync.receive(last, 0.0)
