"""Meeting over WebRTC: whom one meets, and whom one does not."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from functools import partial

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import RemoteProtocolError
from app.protocol.worker_messages import IceServer, OpenLane
from app.transport.bulk import rtc_gate, rtc_path
from app.transport.bulk.rtc_gate import RtcGate
from app.transport.bulk.rtc_path import CLASSIC, RATE, STOCK, choose
from app.transport.bulk.rtc_stream import RtcStream
from app.transport.bulk.streams import read_exactly
from app.transport.fast_sctp.relayed import INNER
from app.transport.webrtc_addresses import host_addresses
from app.transport.webrtc_description import CandidateLine, decode, encode
from tests.support.coturn import TurnServer, running_turn
from tests.support.examples import ONE_FIXTURE
from tests.transport.bulk.rtc_ends import WITHIN, RtcEnd, description, ends, in_thread, introduce

MIB = 1024 * 1024
TOKEN = b"t" * 32


@pytest.fixture
def end() -> Iterator[RtcEnd]:
    with ends() as (one, _):
        yield one


@pytest.fixture(scope="module")
def turn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TurnServer]:
    with running_turn(tmp_path_factory.mktemp("turn")) as server:
        yield server


def ice_server(turn: TurnServer) -> IceServer:
    return IceServer(turn.url, turn.username, turn.credential)


def changed(raw: bytes, **what: object) -> bytes:
    role = "offer" if b"offer" in raw else "answer"
    return encode(msgspec.structs.replace(decode(raw, role), **what))  # type: ignore[arg-type]


# -- descriptions


@given(st.binary(max_size=3000))
@settings(max_examples=100, suppress_health_check=ONE_FIXTURE)
def test_an_offer_of_any_bytes_is_refused_and_costs_nothing(end: RtcEnd, raw: bytes) -> None:
    if raw:
        with pytest.raises(RemoteProtocolError, match="bad-description"):
            RtcGate(OpenLane(1, 2, "webrtc", raw), end.hall, CLASSIC, end)


numbers = st.integers(-(1 << 63), (1 << 63) - 1)
kinds = st.sampled_from(["host", "srflx", "relay", "prflx", ""])
lines = st.tuples(kinds, st.binary(max_size=17), numbers, numbers)
almost = st.tuples(
    st.integers(0, 2),
    st.sampled_from(["offer", "answer", "x"]),
    st.text(max_size=40),
    st.text(max_size=70),
    st.binary(max_size=40),
    st.lists(lines, max_size=20),
).map(msgspec.msgpack.encode)


@given(st.binary(max_size=300) | almost)
@settings(max_examples=100, suppress_health_check=ONE_FIXTURE)
def test_an_answer_that_is_none(end: RtcEnd, raw: bytes) -> None:
    if not end.gates:
        description(end.opens())
    with pytest.raises(RemoteProtocolError, match="bad-description"):
        end.connects(TOKEN, raw)


def test_the_roles_must_fit(end: RtcEnd) -> None:
    offer = description(end.opens())
    with pytest.raises(RemoteProtocolError, match="bad-description"):
        end.connects(TOKEN, offer)
    with pytest.raises(RemoteProtocolError, match="bad-token"):
        end.connects(b"short", offer)


def test_loopback_is_not_probed_for_a_stranger(end: RtcEnd) -> None:
    """What listens there trusts this machine."""
    if any(address.startswith("127.") for address in host_addresses()):
        pytest.skip("there is nothing but loopback here")
    with ends() as (other, _), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        offer = description(other.opens())
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(1)
        line = CandidateLine("host", bytes([127, 0, 0, 1]), listener.getsockname()[1], 2**31 - 1)
        description(end.opens(changed(offer, candidates=[line])))
        end.connects(TOKEN)
        with pytest.raises(TimeoutError):
            listener.recv(2048)
        assert end.heard.get(timeout=WITHIN) == "no-webrtc-way"


# -- who is met


def test_a_wrong_fingerprint_is_not_met(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rtc_gate, "MEET_WITHIN", 2.0)
    with ends() as (one, other):
        offer = changed(description(one.opens()), fingerprint=bytes(32))
        answer = description(other.opens(offer))
        other.connects(TOKEN)
        one.connects(TOKEN, answer)
        assert other.heard.get(timeout=WITHIN) == "no-webrtc-way"
        assert one.heard.get(timeout=WITHIN) == "no-webrtc-way"
        assert not one.tasks()


def test_a_wrong_token_is_not_met() -> None:
    with ends() as (one, other):
        introduce(one, other, TOKEN, b"x" * 32)
        assert {one.heard.get(timeout=WITHIN), other.heard.get(timeout=WITHIN)} <= {
            "bad-token",
            "no-webrtc-way",
        }
        assert not one.streams
        assert not other.streams


def test_somebody_who_says_nothing_is_not_met(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RtcStream, "sendall", lambda *_: None)
    monkeypatch.setattr(rtc_gate, "MEET_WITHIN", 1.0)
    with ends() as (one, other):
        introduce(one, other)
        assert one.heard.get(timeout=WITHIN) == "no-webrtc-way"
        assert other.heard.get(timeout=WITHIN) == "no-webrtc-way"


def test_nobody_there(end: RtcEnd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rtc_gate, "MEET_WITHIN", 0.5)
    with ends() as (other, _):
        offer = description(other.opens())
    description(end.opens(offer))
    end.connects(TOKEN)
    assert end.heard.get(timeout=WITHIN) == "no-webrtc-way"


def test_without_an_address_there_is_no_way(end: RtcEnd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.transport.bulk.rtc_servers.link_addresses", list)
    assert end.opens() == "no-webrtc-way"


def test_a_gate_that_is_cancelled_meets_nobody(end: RtcEnd) -> None:
    offer = description(end.opens())
    with ends() as (other, _):
        answer = description(other.opens(offer))
        end.gates[-1].cancel()
        assert not end.tasks()
        end.connects(TOKEN, answer)
        assert end.heard.get(timeout=WITHIN) == "stopped"


# -- relays


def test_both_ends_over_a_relay(turn: TurnServer) -> None:
    servers = (IceServer("turn:", "no", "url"), IceServer("stun:x"), ice_server(turn))
    with ends() as (one, other):
        offer = description(one.opens(way="relay", servers=servers))
        assert [line.kind for line in decode(offer, "offer").candidates] == ["relay"]
        answer = description(other.opens(offer, "relay", servers))
        assert [line.kind for line in decode(answer, "answer").candidates] == ["relay"]
        other.connects(TOKEN)
        one.connects(TOKEN, answer)
        for end in (one, other):
            assert isinstance(end.heard.get(timeout=WITHIN), RtcStream)
        content = os.urandom(MIB)
        for end, peer in ((one, other), (other, one)):
            came = in_thread(partial(read_exactly, peer.streams[-1], MIB))
            end.streams[-1].sendall(content)
            assert came.get(timeout=WITHIN) == content
            end.on_loop(partial(let_channels_expire, end))
        one.streams[-1].sendall(b"bound anew")
        assert read_exactly(other.streams[-1], 10) == b"bound anew"


def test_one_relayed_end_suffices(turn: TurnServer) -> None:
    with ends() as (one, other):
        offer = description(one.opens(way="relay", servers=(ice_server(turn),)))
        answer = description(other.opens(offer, "relay"))
        assert {line.kind for line in decode(answer, "answer").candidates} == {"host"}


def let_channels_expire(end: RtcEnd) -> None:
    for protocol in end.session._ice._protocols:
        due = getattr(protocol.transport, INNER).channel_refresh_at
        assert due
        due.update(dict.fromkeys(due, 0))


@pytest.mark.parametrize("credential", [None, "wrong"])
def test_no_relay(end: RtcEnd, turn: TurnServer, credential: str | None) -> None:
    servers = () if credential is None else (IceServer(turn.url, turn.username, credential),)
    assert end.opens(way="relay", servers=servers) == "no-relay"
    assert not end.tasks()


def test_a_relay_that_does_not_answer(end: RtcEnd) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        dead = IceServer(f"turn:127.0.0.1:{silent.getsockname()[1]}", "me", "mine")
        assert end.opens(way="relay", servers=(dead,)) == "no-relay"


# -- what is underneath


def test_the_reworked_path_is_used_where_it_fits() -> None:
    assert choose(recovery=False) is CLASSIC
    assert choose(recovery=True) is RATE


def test_aiortcs_own_is_used_where_it_does_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rtc_path, "unfit", lambda: "aiortc 99 is not known")
    rtc_path._reason.cache_clear()
    assert choose(recovery=True) is STOCK
    assert choose(recovery=False) is STOCK
    assert capsys.readouterr().err.count("aiortc 99 is not known") == 1
    rtc_path._reason.cache_clear()
