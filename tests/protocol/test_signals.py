from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.identity import Identity
from app.crypto.seal import seal_for
from app.domain.errors import RemoteProtocolError
from app.protocol import signals
from app.protocol.signals import (
    Answer,
    Detour,
    Knock,
    Offer,
    Signal,
    SignalOpener,
    Want,
    seal_signal,
)

ANA, BOB, EVE = (Identity(bytes([n]) * 32) for n in (1, 2, 3))
HERE = b"i" * 16
sessions = st.binary(min_size=16, max_size=16)
some_signals: st.SearchStrategy[Signal] = st.one_of(
    st.builds(Offer, sessions, st.just(HERE), st.binary(max_size=300)),
    st.builds(Answer, sessions, st.just(HERE), st.binary(max_size=300)),
    st.builds(Want, sessions, st.just(HERE)),
    st.builds(Detour, sessions, st.just(HERE), st.binary(min_size=32, max_size=32), st.binary()),
    st.builds(Knock, sessions, st.just(b""), st.text(min_size=1, max_size=64)),
)


def opener() -> SignalOpener:
    return SignalOpener(BOB, HERE)


@given(some_signals)
def test_a_signal_arrives_once(signal: Signal) -> None:
    bob = opener()
    payload = seal_signal(ANA, BOB.peer, signal)
    assert bob.open(ANA.peer, payload) == signal
    with pytest.raises(RemoteProtocolError, match="signal-replayed"):
        bob.open(ANA.peer, payload)


@given(some_signals, st.data())
def test_a_server_can_change_nothing(signal: Signal, data: st.DataObject) -> None:
    payload = bytearray(seal_signal(ANA, BOB.peer, signal))
    payload[data.draw(st.integers(0, len(payload) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(RemoteProtocolError, match="signal-tampered"):
        opener().open(ANA.peer, bytes(payload))


def test_a_server_cannot_pass_one_peer_off_as_another() -> None:
    payload = seal_signal(EVE, BOB.peer, Want(bytes(16), HERE))
    with pytest.raises(RemoteProtocolError, match="signal-tampered"):
        opener().open(ANA.peer, payload)


def test_what_was_meant_for_an_earlier_run_is_a_replay() -> None:
    payload = seal_signal(ANA, BOB.peer, Want(bytes(16), b"e" * 16))
    with pytest.raises(RemoteProtocolError, match="signal-replayed"):
        opener().open(ANA.peer, payload)


def test_what_crosses_our_restart_is_no_replay_but_a_repetition_of_it_is() -> None:
    bob = opener()
    early = [seal_signal(ANA, BOB.peer, Want(bytes([n]) * 16, b"e" * 16)) for n in range(4)]
    for payload in early[:3]:
        with pytest.raises(RemoteProtocolError, match="signal-stale"):
            bob.open(ANA.peer, payload, age=5.0)
    for payload in (early[0], early[3]):
        with pytest.raises(RemoteProtocolError, match="signal-replayed"):
            bob.open(ANA.peer, payload, age=5.0)
    late = seal_signal(EVE, BOB.peer, Want(bytes(16), b"e" * 16))
    with pytest.raises(RemoteProtocolError, match="signal-replayed"):
        bob.open(EVE.peer, late, age=61.0)


def test_only_a_knock_may_be_for_any_run() -> None:
    with pytest.raises(RemoteProtocolError, match="signal-malformed"):
        opener().open(ANA.peer, seal_signal(ANA, BOB.peer, Want(bytes(16), b"")))


def test_two_kinds_of_one_session_are_no_replay() -> None:
    bob, session = opener(), b"s" * 16
    bob.open(ANA.peer, seal_signal(ANA, BOB.peer, Offer(session, HERE, b"")))
    bob.open(ANA.peer, seal_signal(ANA, BOB.peer, Answer(session, HERE, b"")))


@pytest.mark.parametrize(
    "content", [b"", b"\xc0", msgspec.msgpack.encode(["offer", b"", b"", b""])]
)
def test_an_authentic_but_malformed_signal_is_named(content: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="signal-malformed"):
        opener().open(ANA.peer, seal_for(ANA, BOB.peer, content))


def test_the_memory_of_sessions_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals, "MAX_SESSIONS", 3)
    bob = opener()
    payloads = [seal_signal(ANA, BOB.peer, Want(bytes([n]) * 16, HERE)) for n in range(4)]
    for payload in payloads:
        bob.open(ANA.peer, payload)
    bob.open(ANA.peer, payloads[0])
    with pytest.raises(RemoteProtocolError, match="signal-replayed"):
        bob.open(ANA.peer, payloads[3])
