"""Links on which what others wrote is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.events import HEADER
from app.domain.ids import PeerId, RoomId
from app.protocol.frames import Events, Have, Refused
from app.protocol.log_sync import HandedOver, Load, LogSync, Offered, Output, Reported, Send
from app.protocol.mesh_frames import Ask

ROOM = RoomId(b"r" * 16)
ME, ANA, BOB = (PeerId(bytes([n]) * 32) for n in range(3))


def wire(author: PeerId, seq: int) -> bytes:
    return HEADER.pack(1, ROOM, author, seq, bytes(32), seq, 0)


def opened(**mine: int) -> LogSync:
    """Return a link whose other end has nothing; `mine` by the names me, ana and bob."""
    names = {"me": ME, "ana": ANA, "bob": BOB}
    sync = LogSync(ME)
    sync.pulls = True
    sync.open(ROOM, {names[name]: seq for name, seq in mine.items()}, {})
    sync.receive(Have(ROOM, {}, {}), 0.0)
    return sync


def loads(outputs: Sequence[Output]) -> list[Load]:
    return [one for one in outputs if isinstance(one, Load)]


def test_own_events_go_at_once_and_others_when_they_are_asked_for() -> None:
    sync = opened(ana=3)
    assert not loads(sync.appended(ROOM, {ANA: 4}, 1.0))
    assert sync.deadline is None
    (own,) = loads(sync.appended(ROOM, {ME: 1}, 1.0))
    assert own.spans == ((ME, 1, 1),)
    assert HandedOver(ROOM, 1) in sync.loaded(ROOM, [wire(ME, 1)], 1.0)
    (asked,) = loads(sync.receive(Ask(ROOM, {ANA: 2}), 1.0))
    assert asked.spans == ((ANA, 1, 2),)
    assert not loads(sync.loaded(ROOM, [wire(ANA, 1), wire(ANA, 2)], 1.0))
    (more,) = loads(sync.receive(Ask(ROOM, {ANA: 9, BOB: 2}), 1.0))
    assert more.spans == ((ANA, 3, 4),)


def test_what_the_peer_has_beyond_us_is_an_offer() -> None:
    sync = opened(ana=3)
    outputs = sync.receive(Have(ROOM, {ANA: 5, BOB: 2, ME: 1}, {}), 0.0)
    assert Offered(ROOM, {ANA: 5, BOB: 2, ME: 1}) in outputs
    assert any(isinstance(one, Reported) for one in outputs)
    same = sync.receive(Have(ROOM, {ANA: 5}, {}), 0.0)
    assert not any(isinstance(one, Offered) for one in same)
    assert sync.ask(ROOM, {ANA: 5}) == [Send(Ask(ROOM, {ANA: 5}))]
    assert sync.ask(RoomId(bytes(16)), {ANA: 5}) == []


def test_a_link_that_pushes_offers_nothing() -> None:
    sync = LogSync(ME)
    sync.open(ROOM, {}, {})
    outputs = sync.receive(Have(ROOM, {ANA: 5}, {}), 0.0)
    assert not any(isinstance(one, Offered) for one in outputs)


def test_asked_for_what_the_peer_has_we_say_what_we_have() -> None:
    sync = opened(ana=3)
    sync.receive(Have(ROOM, {ANA: 2, BOB: 1}, {}), 0.0)
    assert sync.receive(Ask(ROOM, {ANA: 2, BOB: 1}), 0.0) == [
        Send(Have(ROOM, {ANA: 3, BOB: 0}, {}))
    ]


def test_logs_that_differ_are_seen_and_compared_anew() -> None:
    sync = LogSync(ME)
    sync.pulls = True
    assert not sync.differs(ROOM)
    assert sync.begin_anew(ROOM, 0.0) == []
    sync.open(ROOM, {ANA: 2}, {})
    assert sync.differs(ROOM)
    sync.receive(Have(ROOM, {ANA: 2}, {}), 0.0)
    assert not sync.differs(ROOM)
    sync.receive(Have(ROOM, {BOB: 1}, {}), 0.0)
    assert sync.differs(ROOM)
    outputs = sync.begin_anew(ROOM, 0.0)
    assert outputs[:3] == [
        Send(Have(ROOM, {ANA: 2}, {})),
        Send(Ask(ROOM, {ANA: 2})),
        Offered(ROOM, {BOB: 1}),
    ]


def test_what_was_lost_on_its_way_is_sent_again() -> None:
    sync = opened(me=2)
    assert not loads(sync.appended(ROOM, {ME: 2}, 0.0))
    sync.loaded(ROOM, [wire(ME, 1), wire(ME, 2)], 0.0)
    (again,) = loads(sync.begin_anew(ROOM, 1.0))
    assert again.spans == ((ME, 1, 2),)


def test_who_contradicts_us_counts_for_no_difference() -> None:
    sync = opened(ana=2)
    sync.receive(Have(ROOM, {ANA: 2, BOB: 4}, {}), 0.0)
    assert sync.refuse(ROOM, BOB, 1, "fork") == [Send(Refused(ROOM, BOB, 1, "fork"))]
    assert not sync.differs(ROOM)
    assert sync.refuse(RoomId(bytes(16)), BOB, 1, "fork") == []


def test_two_ends_bring_each_other_what_a_third_wrote() -> None:
    giver, taker = opened(ana=2), LogSync(ME)
    taker.pulls = True
    taker.open(ROOM, {}, {})
    (offer,) = [
        one for one in taker.receive(Have(ROOM, {ANA: 2}, {}), 0.0) if isinstance(one, Offered)
    ]
    (ask,) = taker.ask(ROOM, offer.vector)
    assert isinstance(ask, Send)
    assert isinstance(ask.frame, Ask)
    (load,) = loads(giver.receive(ask.frame, 0.0))
    events = [wire(ANA, seq) for _, first, last in load.spans for seq in range(first, last + 1)]
    (sent,) = giver.loaded(ROOM, events, 0.0)
    assert sent == Send(Events(ROOM, events))


def test_who_cannot_be_asked_is_only_told_what_we_have() -> None:
    sync = LogSync(ME)
    sync.open(ROOM, {ANA: 2}, {})
    assert sync.begin_anew(ROOM, 0.0) == [Send(Have(ROOM, {ANA: 2}, {}))]
