"""The server's decisions, without a socket or a clock."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.hub import Answer, Moment, SignalingHub
from signaling.limits import Limits
from signaling.outputs import Drop, Emit, Output
from signaling.protocol import MAX_PAYLOAD, to_text
from tests.signaling.people import Person
from tests.signaling.test_protocol import JSON

ROOM = to_text(b"r" * 32)
DAY_MS = 24 * 3600 * 1000
START_MS = 1_800_000_000_000


class World:
    """A hub and the people connected to it; a person's socket is named by its number."""

    def __init__(self, **limits: Any) -> None:
        self.hub = SignalingHub(Limits(**limits), b"s" * 32)
        self.seconds = 1000.0
        self.inbox: dict[str, list[tuple[str, dict[str, Any]]]] = {}
        self.dropped: list[str] = []

    @property
    def now(self) -> Moment:
        return Moment(self.seconds, START_MS + int(self.seconds * 1000) - 1_000_000)

    def perform(self, outputs: object) -> None:
        assert isinstance(outputs, (list, tuple))
        for output in outputs:
            if isinstance(output, Drop):
                self.dropped.append(output.sid)
                self.perform(self.hub.disconnected(output.sid))
                continue
            for sid in output.to:
                self.inbox.setdefault(sid, []).append((output.event, output.data))

    def connect(self, sid: str) -> dict[str, Any]:
        self.perform(self.hub.connected(sid, secrets.token_bytes(32), self.now))
        event, challenge = self.inbox[sid].pop()
        assert event == "challenge"
        return challenge

    def ask(self, sid: str, event: str, *args: object) -> dict[str, Any]:
        answer: Answer = self.hub.received(sid, event, args, self.now)
        self.perform(answer.outputs)
        return answer.ack

    def code(self, sid: str, event: str, *args: object) -> str | None:
        ack = self.ask(sid, event, *args)
        return None if ack["ok"] else ack["error"]["code"]

    def enter(self, sid: str, person: Person, *rooms: str) -> Person:
        assert self.ask(sid, "auth", person.auth(self.connect(sid))) == {"ok": True}
        for room in rooms:
            assert self.ask(sid, "join", {"room": room})["ok"]
        return person

    def heard(self, sid: str) -> list[tuple[str, dict[str, Any]]]:
        return self.inbox.pop(sid, [])

    def list_person(self, sid: str, person: Person, name: str) -> None:
        card = person.card(name, self.now.unix_ms)
        assert self.ask(sid, "publish", {"card": card}) == {"ok": True}


def signal(to: Person, payload: object = b"hi") -> dict[str, object]:
    return {"to": to.id, "payload": payload}


def test_the_challenge_says_who_and_when() -> None:
    world = World()
    challenge = world.connect("1")
    assert challenge["version"] == 1
    assert challenge["server"] == to_text(b"s" * 32)
    assert challenge["time"] == world.now.unix_ms


@pytest.mark.parametrize(
    "event", ["join", "leave", "signal", "publish", "unpublish", "search", "nonsense"]
)
def test_nothing_is_served_before_the_proof(event: str) -> None:
    world = World()
    world.connect("1")
    assert world.code("1", event, {"room": ROOM}) == "not-authenticated"
    assert world.code("stranger", event, {}) == "not-authenticated"


def test_a_forged_signature_ends_the_connection() -> None:
    world, ana = World(), Person()
    auth = ana.auth(world.connect("1"), signature=to_text(bytes(64)))
    assert world.code("1", "auth", auth) == "auth-failed"
    assert world.dropped == ["1"]
    assert not world.hub.registry.peers


def test_a_peer_id_cannot_be_taken() -> None:
    world, ana, mallory = World(), Person(), Person()
    world.enter("1", ana)
    auth = mallory.auth(world.connect("2"), peer=ana.id)
    assert world.code("2", "auth", auth) == "auth-failed"
    assert world.dropped == ["2"]
    assert world.hub.registry.find(ana.peer) is world.hub.registry.get("1")


def test_a_proof_is_good_for_one_challenge() -> None:
    world, ana = World(), Person()
    auth = ana.auth(world.connect("1"))
    assert world.code("1", "auth", auth) is None
    assert world.code("1", "auth", auth) == "already-authenticated"
    world.connect("2")
    assert world.code("2", "auth", auth) == "auth-failed"


def test_a_proof_for_another_server_or_instance_is_worthless() -> None:
    world, ana = World(), Person()
    challenge = world.connect("1")
    elsewhere = ana.auth({**challenge, "server": to_text(b"x" * 32)})
    assert world.code("1", "auth", elsewhere) == "auth-failed"
    other = ana.auth(world.connect("2"), instance=to_text(bytes(16)))
    assert world.code("2", "auth", other) == "auth-failed"


def test_another_protocol_version_is_refused() -> None:
    world, ana = World(), Person()
    assert world.code("1", "auth", ana.auth(world.connect("1"), version=2)) == "auth-failed"


def test_who_does_not_prove_anything_is_dropped_in_time() -> None:
    world, ana = World(auth_seconds=10), Person()
    world.connect("1")
    world.enter("2", ana)
    world.seconds += 9
    world.perform(world.hub.tick(world.now))
    assert world.dropped == []
    world.seconds += 1
    world.perform(world.hub.tick(world.now))
    assert world.dropped == ["1"]


def test_the_newest_connection_of_a_peer_wins() -> None:
    world, ana, bob = World(), Person(), Person()
    world.enter("1", ana, ROOM)
    world.list_person("1", ana, "Ana")
    world.enter("2", bob, ROOM)
    world.heard("2")
    world.enter("3", ana)
    assert world.dropped == ["1"]
    assert ("replaced", {}) in world.heard("1")
    assert world.heard("2") == [("left", {"room": ROOM, "peer": ana.id})]
    assert world.ask("2", "search", {"query": ""})["people"] == []
    assert world.ask("3", "join", {"room": ROOM})["peers"][0]["peer"] == bob.id
    assert world.code("1", "join", {"room": ROOM}) == "not-authenticated"


def test_joining_tells_both_sides() -> None:
    world, ana, bob = World(), Person(), Person()
    world.enter("1", ana, ROOM)
    world.enter("2", bob)
    present = [{"peer": ana.id, "instance": to_text(ana.instance)}]
    assert world.ask("2", "join", {"room": ROOM}) == {"ok": True, "peers": present}
    news = {"room": ROOM, "peer": bob.id, "instance": to_text(bob.instance)}
    assert world.heard("1") == [("joined", news)]
    assert world.ask("2", "join", {"room": ROOM}) == {"ok": True, "peers": present}
    assert world.heard("1") == []


def test_leaving_tells_those_who_stay() -> None:
    world, ana, bob = World(), Person(), Person()
    world.enter("1", ana, ROOM)
    world.enter("2", bob, ROOM)
    world.heard("1")
    assert world.ask("2", "leave", {"room": ROOM}) == {"ok": True}
    assert world.ask("2", "leave", {"room": ROOM}) == {"ok": True}
    assert world.heard("1") == [("left", {"room": ROOM, "peer": bob.id})]
    world.perform(world.hub.disconnected("1"))
    assert len(world.hub.rooms) == 0


def test_a_signal_reaches_a_peer_in_a_shared_room_unread() -> None:
    world, ana, bob = World(), Person(), Person()
    world.enter("1", ana, ROOM)
    world.enter("2", bob, ROOM)
    world.heard("1")
    payload = secrets.token_bytes(MAX_PAYLOAD)
    assert world.ask("2", "signal", signal(ana, payload)) == {"ok": True}
    assert world.heard("1") == [("signal", {"from": bob.id, "payload": payload})]


def test_a_stranger_cannot_be_signaled_nor_told_from_one_who_is_away() -> None:
    world, ana, bob, away = World(), Person(), Person(), Person()
    world.enter("1", ana, ROOM)
    world.enter("2", bob, to_text(b"x" * 32))
    answers = [world.ask("2", "signal", signal(p)) for p in (ana, away, bob)]
    assert answers[0]["error"]["code"] == "unknown-peer"
    assert answers[0] == answers[1] == answers[2]
    assert world.heard("1") == []


def test_a_listed_person_can_be_signaled_and_answer() -> None:
    world, ana, bob = World(), Person(), Person()
    world.enter("1", ana)
    world.enter("2", bob)
    world.list_person("1", ana, "Ana")
    assert world.code("1", "signal", signal(bob)) == "unknown-peer"
    assert world.code("2", "signal", signal(ana)) is None
    assert world.code("1", "signal", signal(bob)) is None
    assert world.heard("2") == [("signal", {"from": ana.id, "payload": b"hi"})]
    assert world.ask("1", "unpublish") == {"ok": True}
    world.enter("3", Person())
    assert world.code("3", "signal", signal(ana)) == "unknown-peer"
    world.perform(world.hub.disconnected("2"))
    world.enter("4", bob)
    assert world.code("1", "signal", signal(bob)) == "unknown-peer"


def test_a_payload_has_a_limit() -> None:
    world, ana, bob = World(), Person(), Person()
    world.enter("1", ana, ROOM)
    world.enter("2", bob, ROOM)
    too_much = signal(ana, bytes(MAX_PAYLOAD + 1))
    assert world.code("2", "signal", too_much) == "payload-too-large"


def test_rooms_have_limits() -> None:
    world = World(rooms_per_peer=1, peers_per_room=1)
    world.enter("1", Person(), ROOM)
    assert world.code("1", "join", {"room": to_text(b"x" * 32)}) == "too-many-rooms"
    world.enter("2", Person())
    assert world.code("2", "join", {"room": ROOM}) == "room-full"


def test_the_directory_lists_who_wants_to_be() -> None:
    world, ana, bob = World(), Person(), Person()
    world.enter("1", ana)
    world.enter("2", bob)
    world.list_person("1", ana, "Ana María")
    found = world.ask("2", "search", {"query": "mar", "limit": 5})["people"]
    assert [(c["peer"], c["name"]) for c in found] == [(ana.id, "Ana María")]
    assert world.ask("1", "search", {"query": "mar"})["people"] == []
    world.perform(world.hub.disconnected("1"))
    assert world.ask("2", "search", {"query": ""})["people"] == []


@pytest.mark.parametrize(
    ("name", "late", "changes", "code"),
    [
        ("", 0, {}, "bad-name"),
        ("x" * 65, 0, {}, "bad-name"),
        ("a\nb", 0, {}, "bad-name"),
        ("a\ud800", 0, {}, "bad-name"),
        ("Ana", DAY_MS + 1, {}, "bad-card"),
        ("Ana", -DAY_MS - 1, {}, "bad-card"),
        ("Ana", 0, {"signature": to_text(bytes(64))}, "bad-card"),
        ("Ana", 0, {"name": "Bob"}, "bad-card"),
        ("Ana", 0, {"name": 5}, "malformed"),
    ],
)
def test_a_bad_card_is_not_listed(
    name: str, late: int, changes: dict[str, object], code: str
) -> None:
    world, ana = World(), Person()
    world.enter("1", ana)
    card = ana.card(name, world.now.unix_ms + late, **changes)
    assert world.code("1", "publish", {"card": card}) == code
    assert len(world.hub.directory) == 0


def test_nobody_publishes_for_somebody_else() -> None:
    world, ana, mallory = World(), Person(), Person()
    world.enter("1", mallory)
    card = ana.card("Ana", world.now.unix_ms)
    assert world.code("1", "publish", {"card": card}) == "bad-card"


def test_a_flood_is_slowed_and_then_cut() -> None:
    world, ana = World(events_per_second=50, events_burst=200), Person()
    world.enter("1", ana)
    codes = [world.code("1", "search", {"query": ""}) for _ in range(500)]
    assert codes.count(None) == 200
    assert codes[200] == "rate-limited"
    assert world.dropped == ["1"]
    assert codes[-1] == "not-authenticated"


def test_coming_back_does_not_refill_the_bucket() -> None:
    world, ana = World(events_per_second=1, events_burst=10), Person()
    world.enter("1", ana)
    while world.code("1", "unpublish") is None:
        pass
    world.perform(world.hub.disconnected("1"))
    world.perform(world.hub.tick(world.now))
    world.enter("2", ana)
    assert world.code("2", "unpublish") == "rate-limited"
    world.seconds += 2
    assert world.code("2", "unpublish") is None


def test_a_crowd_makes_joining_dearer() -> None:
    world, ana = World(events_per_second=0.001, events_burst=20), Person()
    for number in range(64):
        world.enter(f"p{number}", Person(), ROOM)
    world.enter("1", ana)
    joins = 0
    while world.code("1", "join", {"room": ROOM}) is None:
        world.code("1", "leave", {"room": ROOM})
        joins += 1
    assert joins == 3


def test_honest_patience_lasts_and_nonsense_wears_it_out() -> None:
    world = World()
    world.enter("1", Person())
    for _ in range(100):
        world.seconds += 2.5
        assert world.code("1", "join", {"room": 7}) == "malformed"
    assert world.dropped == []
    for _ in range(25):
        world.code("1", "nonsense", {})
    assert world.dropped == ["1"]


def test_unproven_sockets_have_few_words() -> None:
    world = World()
    world.connect("1")
    codes = [world.code("1", "join", {"room": ROOM}) for _ in range(20)]
    assert codes[:16] == ["not-authenticated"] * 16
    assert codes[16] == "rate-limited"


@pytest.mark.parametrize("args", [(1, 2), ({"room": ROOM}, {}), ([],), (None,), ("x",), (b"x",)])
def test_odd_arguments_are_malformed(args: tuple[object, ...]) -> None:
    world = World()
    world.enter("1", Person())
    assert world.code("1", "join", *args) == "malformed"


@given(st.text(), st.lists(JSON, max_size=2))
def test_nothing_a_client_sends_breaks_the_hub(event: str, args: list[Any]) -> None:
    world = World()
    world.enter("1", Person())
    for name in (event, "auth", "join", "leave", "signal", "publish", "unpublish", "search"):
        ack = world.ask("1", name, *args)
        assert ack["ok"] in (True, False)
        assert ack["ok"] or set(ack["error"]) == {"code", "message"}


def test_everybody_is_told_of_the_end() -> None:
    world = World()
    world.enter("1", Person())
    world.connect("2")
    outputs: list[Output] = world.hub.stopping()
    assert outputs == [Emit(("1", "2"), "stopping", {})]


def test_what_is_sent_does_not_show_in_a_log() -> None:
    assert "SECRET" not in repr(Emit(("1",), "signal", {"payload": b"SECRET"}))
