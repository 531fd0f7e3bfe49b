from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import RemoteProtocolError
from app.domain.ids import PeerId
from app.transport import mqtt_statements as say
from app.transport.base import NameCard, PeerJoined, PeerLeft, SignalingEvent
from app.transport.mqtt_company import MAX_KNOWN, MAX_MEMBERS, Company
from app.transport.mqtt_letters import MAX_CORRESPONDENTS, Letters
from signaling.protocol import to_text
from tests.signaling.people import Person

ANA, BOB = Person(), Person()
ROOM = b"r" * 32
SESSIONS = (b"1" * 16, b"2" * 16)
TOPIC = say.letter_topic(ANA.peer, "offer")

statements = st.one_of(
    st.builds(say.Presence, st.binary(min_size=16, max_size=16), st.just(b"i" * 16), st.booleans()),
    st.builds(say.Member, st.binary(min_size=16, max_size=16), st.just(b"i" * 16)),
    st.builds(
        say.Letter,
        st.just(bytes(BOB.peer)),
        st.binary(min_size=16, max_size=16),
        st.binary(min_size=16, max_size=16),
        st.integers(0, 2**53 - 1),
        st.binary(max_size=200),
    ),
)


@given(statements)
def test_what_is_signed_is_read(statement: say.Presence | say.Member | say.Letter) -> None:
    raw = say.signed(BOB, TOPIC, statement)
    assert say.opened(TOPIC, raw, type(statement), BOB.peer) == statement
    for topic, author in ((TOPIC + "x", BOB.peer), (TOPIC, ANA.peer)):
        with pytest.raises(RemoteProtocolError, match="bad-statement"):
            say.opened(topic, raw, type(statement), author)


@given(statements, st.integers(0, 400), st.integers(1, 255))
def test_a_changed_byte_is_noticed(
    statement: say.Presence | say.Member | say.Letter, at: int, change: int
) -> None:
    raw = bytearray(say.signed(BOB, TOPIC, statement))
    raw[at % len(raw)] ^= change
    with pytest.raises(RemoteProtocolError, match="bad-statement"):
        say.opened(TOPIC, bytes(raw), type(statement), BOB.peer)


@given(st.binary(max_size=300))
def test_noise_is_no_statement(raw: bytes) -> None:
    for kind in (say.Presence, say.Member, say.Letter):
        with pytest.raises(RemoteProtocolError, match="bad-statement"):
            say.opened(TOPIC, raw, kind)


@given(st.text(max_size=60))
def test_parts_of_topics_have_one_spelling(text: str) -> None:
    with suppress(RemoteProtocolError):
        assert to_text(say.raw_id(text)) == text


@given(st.binary(min_size=32, max_size=32))
def test_ids_stand_in_topics(raw: bytes) -> None:
    assert say.raw_id(to_text(raw)) == raw


steps = st.lists(
    st.one_of(
        st.tuples(st.just("presence"), st.sampled_from((*SESSIONS, None)), st.booleans()),
        st.tuples(st.just("member"), st.sampled_from((*SESSIONS, None)), st.none()),
        st.tuples(st.just("from"), st.sampled_from(SESSIONS), st.none()),
        st.tuples(st.just("entered"), st.none(), st.none()),
    ),
    max_size=30,
)


@given(steps)
def test_coming_and_going_take_turns(
    history: list[tuple[str, bytes | None, bool | None]],
) -> None:
    """Whatever a broker says in whatever order, nobody comes twice or goes without having come."""
    company = Company(ANA.peer)
    company.open(ROOM)
    is_in: bool | None = None
    for kind, session, flag in history:
        events: list[SignalingEvent] = []
        if kind == "presence":
            said = say.Presence(session, BOB.instance, bool(flag)) if session else None
            events = company.heard_presence(BOB.peer, said)
        elif kind == "member":
            member = say.Member(session, BOB.instance) if session else None
            events = company.heard_member(ROOM, BOB.peer, member)
        elif kind == "from":
            events = company.heard_from(BOB.peer, session or b"")
        else:
            is_in = bool(company.entered(ROOM))
        assert is_in is not None or not events
        for event in events:
            assert isinstance(event, PeerLeft if is_in else PeerJoined)
            is_in = not is_in
        assert is_in in (None, company.shares(BOB.peer))


def test_tables_are_bounded() -> None:
    company = Company(ANA.peer)
    company.open(ROOM)
    online = say.Presence(SESSIONS[0], b"i" * 16, online=True)
    for number in range(MAX_KNOWN + 5):
        peer = PeerId(number.to_bytes(32, "big"))
        company.heard_presence(peer, online)
        company.heard_member(ROOM, peer, say.Member(SESSIONS[0], b"i" * 16))
        company.heard_card(peer, NameCard(peer, "x", 0, b""))
    assert len(company.members(ROOM)) == MAX_MEMBERS
    assert len(company.cards()) == MAX_KNOWN
    assert company.members(b"unknown" * 5) == []


def test_correspondents_are_bounded() -> None:
    letters = Letters(ANA.peer, SESSIONS[0])
    peers = [PeerId(number.to_bytes(32, "big")) for number in range(MAX_CORRESPONDENTS + 1)]
    for number, peer in enumerate(peers):
        letters.write(peer, SESSIONS[1], number, b"")
    assert not letters.has_written_to(peers[0])
    assert letters.has_written_to(peers[-1])


def test_our_own_letters_are_not_for_us() -> None:
    letters = Letters(ANA.peer, SESSIONS[0])
    assert not letters.accept(say.Letter(ANA.peer, SESSIONS[0], SESSIONS[0], 1, b""))


def test_what_is_said_of_us_or_of_other_rooms_is_ignored() -> None:
    company = Company(ANA.peer)
    company.open(ROOM)
    company.entered(ROOM)
    member = say.Member(SESSIONS[0], ANA.instance)
    assert company.heard_member(ROOM, ANA.peer, member) == []
    assert company.heard_member(b"x" * 32, BOB.peer, member) == []
