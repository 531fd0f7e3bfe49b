"""Several servers decide together as one alone would."""

from __future__ import annotations

import pytest

from signaling.cluster.records import Told, encode
from signaling.protocol import to_text
from tests.signaling.cluster.ring import Ring, enter
from tests.signaling.people import Person
from tests.signaling.test_hub import ROOM, signal

OTHER_ROOM = to_text(b"o" * 32)
EXPIRES = 5


@pytest.fixture(params=[True, False], ids=["kept", "asked"])
def ring(request: pytest.FixtureRequest) -> Ring:
    return Ring(3, keeps=request.param)


def test_who_is_in_a_room_is_told_across_servers(ring: Ring) -> None:
    here, there, _ = ring.sites
    ana = enter(here, "a", Person(), ROOM)
    bob = Person()
    enter(there, "b", bob)
    answer = there.ask("b", "join", {"room": ROOM})
    assert answer["peers"] == [{"peer": ana.id, "instance": to_text(ana.instance)}]
    ring.settle()
    assert here.heard("a") == [
        ("joined", {"room": ROOM, "peer": bob.id, "instance": to_text(bob.instance)})
    ]
    there.ask("b", "leave", {"room": ROOM})
    ring.settle()
    assert here.heard("a") == [("left", {"room": ROOM, "peer": bob.id})]
    assert not there.heard("b")


def test_two_who_enter_at_once_hear_of_each_other(ring: Ring) -> None:
    here, there, _ = ring.sites
    for site, sid in ((here, "a"), (there, "b")):
        site.enter(sid, Person(), ROOM)
    ring.settle()
    assert here.events("a") == there.events("b") == ["joined"]


def test_a_disconnection_is_told(ring: Ring) -> None:
    here, there, _ = ring.sites
    enter(here, "a", Person(), ROOM, OTHER_ROOM)
    enter(there, "b", Person(), ROOM, OTHER_ROOM)
    here.heard("a")
    there.perform(there.hub.disconnected("b"))
    ring.settle()
    assert here.events("a") == ["left", "left"]


def test_signals_cross(ring: Ring) -> None:
    here, there, _ = ring.sites
    ana, bob = enter(here, "a", Person(), ROOM), enter(there, "b", Person(), ROOM)
    for number in range(3):
        assert here.code("a", "signal", signal(bob, bytes([number]))) is None
    ring.settle()
    got = [(event, data) for event, data in there.heard("b") if event == "signal"]
    assert got == [("signal", {"from": ana.id, "payload": bytes([n])}) for n in range(3)]


def test_strangers_learn_nothing(ring: Ring) -> None:
    here, there, _ = ring.sites
    enter(here, "a", Person(), ROOM)
    bob = enter(there, "b", Person(), OTHER_ROOM)
    assert here.code("a", "signal", signal(bob)) == "unknown-peer"
    assert here.code("a", "signal", signal(Person())) == "unknown-peer"


def test_the_directory_is_one(ring: Ring) -> None:
    here, there, third = ring.sites
    ana, bob = enter(here, "a", Person()), enter(there, "b", Person())
    there.list_person("b", bob, "Bob Miller")
    ring.settle()
    for site in (here, third):
        assert len(site.hub.directory) == 1
    found = here.ask("a", "search", {"query": "mil"})["people"]
    assert [card["peer"] for card in found] == [bob.id]
    assert here.code("a", "signal", signal(bob)) is None
    ring.settle()
    assert there.events("b") == ["signal"]
    # ana is not listed, but may be answered, whichever server bob asks
    assert there.code("b", "signal", signal(ana)) is None
    there.ask("b", "unpublish", {})
    ring.settle()
    assert not here.hub.directory
    assert not third.hub.directory


def test_an_answer_to_a_stranger_finds_the_way_from_a_third_server(ring: Ring) -> None:
    here, there, third = ring.sites
    ana, bob = enter(here, "a", Person()), enter(there, "b", Person())
    there.list_person("b", bob, "Bob")
    ring.settle()
    here.ask("a", "signal", signal(bob))
    there.perform(there.hub.disconnected("b"))
    enter(third, "b2", bob)
    assert third.code("b2", "signal", signal(ana)) is None
    here.perform(here.hub.disconnected("a"))
    enter(here, "a2", ana)
    assert third.code("b2", "signal", signal(ana)) == "unknown-peer"


def test_another_run_replaces_the_one_at_another_server(ring: Ring) -> None:
    here, there, _ = ring.sites
    bob = Person()
    enter(here, "a", Person(), ROOM)
    enter(there, "b", bob, ROOM)
    here.heard("a")
    second = Person()
    second._key, second.peer = bob._key, bob.peer
    enter(here, "b2", second)
    assert there.events("b")[-1] == "replaced"
    assert there.dropped == ["b"]
    assert here.events("a") == ["left"]
    assert there.code("b", "join", {"room": ROOM}) == "not-authenticated"
    here.ask("b2", "join", {"room": ROOM})
    ring.settle()
    assert here.events("a") == ["joined"]


def test_the_same_run_may_be_at_two_servers(ring: Ring) -> None:
    here, there, third = ring.sites
    bob = Person()
    ana = enter(third, "a", Person(), ROOM)
    enter(here, "b1", bob, ROOM)
    enter(there, "b2", bob, ROOM)
    assert third.events("a") == ["joined"]
    assert not here.dropped
    assert third.code("a", "signal", signal(bob)) is None
    ring.settle()
    assert [e for e in there.events("b2") if e == "signal"] == ["signal"]  # the newest has it
    assert "signal" not in here.events("b1")
    there.perform(there.hub.disconnected("b2"))
    ring.settle()
    assert third.events("a") == []
    assert third.code("a", "signal", signal(bob)) is None
    ring.settle()
    assert here.events("b1") == ["signal"]
    here.perform(here.hub.disconnected("b1"))
    ring.settle()
    assert third.heard("a") == [("left", {"room": ROOM, "peer": bob.id})]
    assert ana.peer in third.hub.registry.peers


def test_a_dead_server_is_told_as_everybodys_leaving(ring: Ring) -> None:
    here, there, _ = ring.sites
    enter(here, "a", Person(), ROOM)
    enter(there, "b", Person(), ROOM)
    here.heard("a")
    there.alive = False
    ring.passes(EXPIRES)
    assert here.events("a") == ["left"]
    assert (here.company.census() or {})["servers"] == 2


def test_who_came_back_elsewhere_has_never_left(ring: Ring) -> None:
    here, there, third = ring.sites
    bob = Person()
    enter(here, "a", Person(), ROOM)
    enter(there, "b", bob, ROOM)
    here.heard("a")
    there.alive = False
    ring.passes(1)
    enter(third, "b", bob, ROOM)
    ring.passes(EXPIRES)
    assert here.events("a") == []
    assert here.code("a", "signal", signal(bob)) is None
    ring.settle()
    assert third.events("b") == ["signal"]


def test_a_signal_follows_its_target_once(ring: Ring) -> None:
    here, there, third = ring.sites
    bob = Person()
    enter(here, "a", Person(), ROOM)
    enter(there, "b", bob, ROOM)
    third.enter("b", bob, ROOM)
    ring.send(third)
    there.hear()
    assert here.code("a", "signal", signal(bob)) is None  # here does not know yet
    ring.settle()
    assert third.events("b") == ["signal"]
    assert "signal" not in there.events("b")


def test_rooms_are_full_for_all_servers_together() -> None:
    ring = Ring(2, peers_per_room=2)
    here, there = ring.sites
    enter(here, "a", Person(), ROOM)
    enter(there, "b", Person(), ROOM)
    enter(here, "c", Person())
    assert here.code("c", "join", {"room": ROOM}) == "room-full"


def test_lost_frames_are_noticed(ring: Ring) -> None:
    here, there, _ = ring.sites
    enter(here, "a", Person(), ROOM)
    ring.lose = 1
    enter(there, "b", Person(), ROOM)
    assert here.events("a") in ([], ["joined"])
    enter(there, "c", Person(), ROOM)
    ring.passes(2)
    assert len(here.hub.rooms.members(b"r" * 32)) == 3


def test_the_bus_may_go_away_for_long(ring: Ring) -> None:
    here, there, _ = ring.sites
    enter(here, "a", Person(), ROOM)
    bob = enter(there, "b", Person(), ROOM)
    here.heard("a")
    ring.cut()
    ring.passes(60)
    assert here.events("a") == []
    assert here.code("a", "signal", signal(bob)) == "unknown-peer"
    carla = there.enter("c", Person(), ROOM)
    there.perform(there.hub.disconnected("b"))
    ring.mend()
    ring.passes(1)
    told = here.heard("a")
    assert sorted((e, d["peer"]) for e, d in told) == sorted(
        [("joined", carla.id), ("left", bob.id)]
    )
    assert here.code("a", "signal", signal(carla)) is None


def test_a_server_that_died_while_the_bus_was_away_expires_afterwards(ring: Ring) -> None:
    here, there, _ = ring.sites
    enter(here, "a", Person(), ROOM)
    enter(there, "b", Person(), ROOM)
    here.heard("a")
    ring.cut()
    there.alive = False
    ring.mend()
    ring.passes(EXPIRES)
    assert here.events("a") == ["left"]


def test_a_newcomer_learns_everything(ring: Ring) -> None:
    here, there, third = ring.sites
    third.alive = False
    bob = enter(there, "b", Person(), ROOM, OTHER_ROOM)
    there.list_person("b", bob, "Bob")
    ring.passes(EXPIRES)
    third.alive = True
    third.company.joined(ring.seconds)
    ring.settle()
    enter(third, "a", Person())
    assert len(third.ask("a", "join", {"room": OTHER_ROOM})["peers"]) == 1
    assert len(third.hub.directory) == 1
    assert (here.company.census() or {})["servers"] == 3


def test_who_slept_does_not_take_the_others_for_dead(ring: Ring) -> None:
    here, there, _ = ring.sites
    enter(here, "a", Person(), ROOM)
    enter(there, "b", Person(), ROOM)
    here.heard("a")
    ring.passes(1)
    here.alive = False
    ring.passes(20)
    here.alive = True
    here.queue.clear()
    ring.passes(EXPIRES)
    assert here.events("a") == []


def test_a_stopping_server_says_nothing_more(ring: Ring) -> None:
    here, there, _ = ring.sites
    enter(here, "a", Person(), ROOM)
    enter(there, "b", Person(), ROOM)
    here.heard("a")
    there.perform(there.hub.stopping())
    there.perform(there.hub.disconnected("b"))
    ring.settle()
    assert here.events("a") == []
    there.alive = False
    ring.passes(EXPIRES)
    assert here.events("a") == ["left"]


def test_nonsense_on_the_bus_changes_nothing(ring: Ring, caplog: pytest.LogCaptureFixture) -> None:
    here, there, _ = ring.sites
    enter(here, "a", Person(), ROOM)
    enter(there, "b", Person(), ROOM)
    here.heard("a")
    for frame in (b"", b"\xc1", b"\x91\xa4told", bytes(9 * 1024 * 1024), encode([])):
        here.queue.append(frame)
    here.queue.append(encode([Told(here.name, 10**9, [])]))  # in our own name
    ring.settle()
    assert here.events("a") == []
    complaints = [r for r in caplog.records if r.levelname == "WARNING"]
    assert len(complaints) == 1
