"""What leaves when, and what an acknowledgement, its absence and a lie do to it."""

from __future__ import annotations

import pytest

from app.domain.errors import RemoteProtocolError
from app.transport.fast_sctp.chunks import Data, PacketWriter, Sack, chunks_of
from app.transport.fast_sctp.numbers import MASK
from app.transport.fast_sctp.outbound import COLLAPSE_AFTER, Outbound
from app.transport.fast_sctp.rtt import FIRST_WAIT, MAX_WAIT, MIN_WAIT, RoundTrip
from app.transport.fast_sctp.window import ClassicWindow

SIZE = 1000
START = MASK - 5


def sender(peer_window: int = 1 << 20, first: int = START) -> Outbound:
    return Outbound(first, SIZE, ClassicWindow(SIZE), peer_window, {})


def data_of(packets: list[bytes]) -> list[Data]:
    writer = PacketWriter(1, 2, 3)
    found = [chunk for packet in packets for chunk in chunks_of(writer.packet(packet))]
    return [chunk for chunk in found if isinstance(chunk, Data)]


def acknowledged(up_to: int, *gaps: tuple[int, int], window: int = 1 << 20) -> Sack:
    return Sack((START + up_to) & MASK, window, gaps)


def test_a_message_is_cut_and_numbered() -> None:
    out = sender()
    out.queue(4, 53, bytes(2 * SIZE + 1))
    out.queue(4, 51, b"short", ordered=False)
    chunks = data_of(out.take(0))
    assert [chunk.tsn for chunk in chunks] == [(START + n) & MASK for n in range(4)]
    assert [chunk.flags for chunk in chunks] == [2, 0, 1, 7]
    assert [len(chunk.payload) for chunk in chunks] == [SIZE, SIZE, 1, 5]
    assert out.flight == 2 * SIZE + 6
    assert out.pending_bytes == 0


def test_small_messages_share_a_packet() -> None:
    out = sender()
    for _ in range(30):
        out.queue(0, 53, bytes(200))
    packets = out.take(0)
    assert len(packets) == 8
    assert all(len(packet) <= SIZE + 16 for packet in packets)


def test_streams_count_their_messages_and_start_over_after_a_reset() -> None:
    sequences: dict[int, int] = {7: 0xFFFF}
    out = Outbound(0, SIZE, ClassicWindow(SIZE), 1 << 20, sequences)
    out.queue(7, 53, b"a")
    out.queue(8, 53, b"b")
    assert sequences == {7: 0, 8: 1}


def test_the_window_holds_back_and_opens() -> None:
    out = sender()
    out.queue(0, 53, bytes(50 * SIZE))
    assert len(out.take(0)) == 10
    assert out.take(0) == []
    out.sack(acknowledged(9), 0.05)
    assert len(out.take(0.05)) == 20
    assert out.flight == 20 * SIZE


def test_the_peers_window_holds_back() -> None:
    out = sender(peer_window=3 * SIZE)
    out.queue(0, 53, bytes(9 * SIZE))
    assert len(out.take(0)) == 3
    assert out.take(0) == []
    out.sack(acknowledged(2, window=SIZE), 0.01)
    assert len(out.take(0.01)) == 1


def test_a_peer_that_takes_nothing_is_asked_from_time_to_time() -> None:
    out = sender(peer_window=0)
    out.queue(0, 53, bytes(9 * SIZE))
    assert out.take(0) == []
    due = out.wake_at(0)
    assert due == FIRST_WAIT
    now = 0.0
    for asked in range(COLLAPSE_AFTER + 2):
        due = out.wake_at(now)
        assert due is not None
        now = due
        out.expired(now)
        assert len(out.take(now)) == 1, asked
        assert out.take(now) == []
        out.sack(acknowledged(-1, window=0), now)
    out.sack(acknowledged(0, window=1 << 20), now)
    assert len(out.take(now)) >= 4, "that nobody took it is no sign of a crowded line"


def test_what_was_lost_is_sent_again_whatever_the_peers_window() -> None:
    out = sender()
    out.queue(0, 53, bytes(6 * SIZE))
    assert len(out.take(0)) == 6
    out.sack(acknowledged(-1, (2, 6), window=0), 0.01)
    assert [chunk.tsn for chunk in data_of(out.take(0.01))] == [START & MASK]


def test_a_gap_three_packets_old_is_sent_again_and_only_once() -> None:
    out = sender()
    out.queue(0, 53, bytes(8 * SIZE))
    out.take(0)
    out.sack(acknowledged(0, (2, 3)), 0.01)
    assert out.take(0.01) == []
    out.sack(acknowledged(0, (2, 4)), 0.011)
    assert [chunk.tsn for chunk in data_of(out.take(0.011))] == [(START + 1) & MASK]
    out.sack(acknowledged(0, (2, 5)), 0.012)
    assert out.take(0.012) == []
    out.sack(acknowledged(7), 0.02)
    assert out.idle
    assert (out.flight, out.deadline) == (0, None)


def test_old_and_repeated_acknowledgements_change_nothing() -> None:
    out = sender()
    out.queue(0, 53, bytes(8 * SIZE))
    out.take(0)
    out.sack(acknowledged(4), 0.01)
    before = out.flight
    out.sack(acknowledged(2), 0.02)
    out.sack(acknowledged(4), 0.03)
    assert out.flight == before == 3 * SIZE


@pytest.mark.parametrize(
    "sack",
    [
        acknowledged(8),
        acknowledged(0, (1, 8)),
        acknowledged(0, (0, 2)),
        acknowledged(0, (3, 2)),
        Sack((START + (1 << 30)) & MASK, 1, ()),
    ],
)
def test_what_was_never_sent_is_not_acknowledged(sack: Sack) -> None:
    out = sender()
    out.queue(0, 53, bytes(8 * SIZE))
    out.take(0)
    with pytest.raises(RemoteProtocolError, match="bad-acknowledgement"):
        out.sack(sack, 0.1)


def test_silence_is_probed_with_the_first_and_the_last() -> None:
    out = sender()
    out.queue(0, 53, bytes(6 * SIZE))
    out.take(0)
    out.expired(FIRST_WAIT / 2)
    assert out.take(FIRST_WAIT / 2) == []
    assert out.deadline == FIRST_WAIT
    out.expired(FIRST_WAIT)
    again = data_of(out.take(FIRST_WAIT))
    assert [chunk.tsn for chunk in again] == [START, (START + 5) & MASK]
    assert out.flight == 6 * SIZE


def test_lasting_silence_sends_everything_again_from_a_small_window() -> None:
    out = sender()
    out.queue(0, 53, bytes(8 * SIZE))
    out.take(0)
    for _ in range(COLLAPSE_AFTER - 1):
        assert out.deadline is not None
        now = out.deadline
        out.expired(now)
        out.take(now)
    assert out.deadline is not None
    out.expired(out.deadline)
    assert len(out.take(out.deadline)) == 4
    out.sack(acknowledged(7), 5)
    assert out.idle


def test_an_idle_end_has_no_deadline() -> None:
    out = sender()
    out.expired(1)
    assert out.wake_at(1) is None
    out.queue(0, 53, b"x")
    out.take(0)
    out.sack(Sack((START - 1) & MASK, 100, ((1, 1),)), 0.1)
    assert not out.idle
    assert out.deadline is not None
    out.expired(out.deadline)
    assert out.deadline is None


def test_waiting_grows_and_starts_over() -> None:
    trip = RoundTrip()
    assert trip.wait == FIRST_WAIT
    for _ in range(50):
        trip.measured(0.0001)
    assert trip.wait == MIN_WAIT
    assert [trip.failed() for _ in range(3)] == [1, 2, 3]
    assert trip.wait == 8 * MIN_WAIT
    for _ in range(9):
        trip.failed()
    assert trip.wait == MAX_WAIT
    trip.answered()
    trip.measured(1.0)
    assert MIN_WAIT < trip.wait <= MAX_WAIT
