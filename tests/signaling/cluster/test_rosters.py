"""The copy of what is at other servers, against a model that is computed anew each time."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from signaling.cluster.records import (
    Arrived,
    Change,
    Entered,
    Entry,
    Exited,
    Gone,
    Listed,
    Reached,
    Unlisted,
)
from signaling.cluster.rosters import Rosters, Session
from signaling.elsewhere import Appeared, News, Recarded, Superseded, Vanished
from signaling.protocol import Card, to_text

SERVERS = [bytes([65 + n]) * 32 for n in range(3)]
MINE = SERVERS[0]
PEERS = [bytes([97 + n]) * 32 for n in range(3)]
ROOMS = [bytes([49 + n]) * 32 for n in range(2)]
RUNS = [b"x" * 16, b"y" * 16]

peers, rooms = st.sampled_from(PEERS), st.sampled_from(ROOMS)
cards = st.builds(
    lambda peer, time: Card(to_text(peer), "Name", time, to_text(bytes(64))),
    peers,
    st.integers(0, 3),
)
changes = st.one_of(
    st.builds(Arrived, peers, st.sampled_from(RUNS), st.integers(0, 9)),
    st.builds(Gone, peers),
    st.builds(Entered, peers, rooms),
    st.builds(Exited, peers, rooms),
    st.builds(Listed, peers, cards),
    st.builds(Unlisted, peers),
    st.builds(Reached, peers, peers),
)
steps = st.lists(st.tuples(st.sampled_from(SERVERS), changes), max_size=40)


def held(rosters: Rosters) -> set[tuple[bytes, bytes]]:
    return {
        (room, peer)
        for server in SERVERS
        for peer, session in rosters.of(server).items()
        for room in session.rooms
    }


def shown(known: set[tuple[bytes, bytes]], news: list[News]) -> set[tuple[bytes, bytes]]:
    """Return what whoever hears all news believes."""
    known = set(known)
    for item in news:
        match item:
            case Appeared(room, peer, _):
                assert (room, peer) not in known
                known.add((room, peer))
            case Vanished(room, peer):
                assert (room, peer) in known
                known.remove((room, peer))
    return known


def apply(rosters: Rosters, server: bytes, change: Change) -> list[News]:
    """Apply, and do as the hub does when a session here is superseded."""
    news = rosters.apply(server, change)
    for item in list(news):
        if isinstance(item, Superseded):
            rosters.apply(MINE, Gone(item.peer))
    return news


@given(steps)
def test_the_news_tell_what_is_so(history: list[tuple[bytes, Change]]) -> None:
    rosters = Rosters(MINE)
    for server, change in history:
        before = held(rosters)
        news = apply(rosters, server, change)
        after = held(rosters)
        if server == MINE or any(isinstance(item, Superseded) for item in news):
            continue  # the hub knows by itself what happens here
        assert shown(before, news) == after
        if isinstance(change, Listed | Unlisted):
            assert rosters.card(change.peer) is None or news == [] or Recarded(change.peer) in news


@given(steps)
def test_only_one_run_of_a_peer_counts(history: list[tuple[bytes, Change]]) -> None:
    rosters = Rosters(MINE)
    for server, change in history:
        apply(rosters, server, change)
    for peer in PEERS:
        there = [rosters.of(server).get(peer) for server in SERVERS]
        assert len({session.instance for session in there if session is not None}) <= 1


def entries(sessions: Mapping[bytes, Session]) -> list[Entry]:
    return [
        Entry(peer, s.instance, s.stamp, list(s.rooms), s.card, list(s.reached))
        for peer, s in sessions.items()
    ]


@given(steps, steps)
def test_a_whole_leads_to_the_same_as_every_step(
    missed: list[tuple[bytes, Change]], before: list[tuple[bytes, Change]]
) -> None:
    there = SERVERS[1]
    heard, late = Rosters(MINE), Rosters(MINE)
    for server, change in before:
        if server == there:
            heard.apply(there, change)
            late.apply(there, change)
    for server, change in missed:
        if server == there:
            heard.apply(there, change)
    known = held(late)
    news = late.replace(there, entries(heard.of(there)))
    assert shown(known, news) == held(heard) == held(late)
    assert {p: (s.instance, s.stamp, s.card) for p, s in late.of(there).items()} == {
        p: (s.instance, s.stamp, s.card) for p, s in heard.of(there).items()
    }
    assert late.replace(there, entries(heard.of(there))) == []


@given(steps)
def test_dropping_servers_takes_away_exactly_theirs(history: list[tuple[bytes, Change]]) -> None:
    rosters = Rosters(MINE)
    for server, change in history:
        apply(rosters, server, change)
    known = held(rosters)
    for server in SERVERS[1:]:
        known = shown(known, rosters.drop(server))
        assert known == held(rosters)
    assert all(not rosters.holds(room, peer) for room in ROOMS for peer in PEERS)
    assert all(rosters.instance(peer) == b"" for peer in PEERS)
