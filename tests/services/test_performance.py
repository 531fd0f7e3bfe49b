"""What is counted and timed, and what of it is kept."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.changes import (
    Change,
    ErrorRaised,
    LinkChanged,
    LinkState,
    MessagesAdded,
    RoomRemoved,
    ServerChanged,
    ServerState,
    StatusChanged,
)
from app.domain.errors import AppError
from app.domain.files import Lane, TransferChanged, TransferState, TransferView
from app.domain.ids import EventId, PeerId
from app.domain.views import MessageKind, MessageState, MessageView, Position
from app.services import performance, performance_keeper
from app.services.network_api import Distribution
from app.services.performance import PerformanceMonitor
from app.services.performance_keeper import SETTING
from app.services.performance_tally import (
    BOUNDS,
    MAX_NAME,
    MAX_NAMES,
    RATE_BOUNDS,
    Histogram,
    Kept,
    KeptHistogram,
    Tally,
)
from tests.services.world import World, until
from tests.storage.support import ROOM

PEER = PeerId(bytes(32))
OTHER = PeerId(b"o" * 32)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def event_id(number: int) -> EventId:
    return EventId(number.to_bytes(32, "big"))


def view(number: int, *, own: bool) -> MessageView:
    place = Position(number, event_id(number))
    kind, state = MessageKind.TEXT, MessageState.QUEUED
    return MessageView(ROOM, place, PEER, "", own, kind, "", 0, state)


def transfer(state: TransferState, done: int = 0, *, own: bool = False) -> TransferChanged:
    what = (event_id(1), ROOM, PEER, "", own, "f", 10**7, 1, False, "d")
    return TransferChanged(TransferView(*what, state, 0, done, lane=Lane.DIRECT))


def link(state: LinkState, route: str | None = None, reason: str | None = None) -> LinkChanged:
    return LinkChanged(PEER, state, route, reason)


def heard_by(monitor: PerformanceMonitor, *changes: Change) -> None:
    for change in changes:
        monitor.heard(change)


def test_a_histogram_counts_by_upper_bounds() -> None:
    histogram = Histogram()
    for ms in (0.5, 1, 1.5, 30_000, 30_001):
        histogram.add(ms)
    told = histogram.distribution()
    assert told.buckets[:2] == (2, 1)
    assert told.buckets[-2:] == (1, 1)
    assert (told.count, told.bounds) == (5, BOUNDS)
    assert told.sum == 60_004.0
    assert told.mean == 60_004.0 / 5


def test_quantiles_are_upper_bounds() -> None:
    empty = Distribution((1, 2), (0, 0, 0), 0.0)
    assert (empty.mean, empty.quantile(0.5)) == (0.0, None)
    some = Distribution((1, 2), (2, 1, 1), 9.0)
    assert [some.quantile(q) for q in (0.0, 0.5, 0.75, 1.0)] == [1, 1, 2, 4]


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50), st.floats(0.01, 1))
def test_so_many_values_are_not_above_a_quantile(values: list[float], share: float) -> None:
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    bound = histogram.distribution().quantile(share)
    assert bound is not None
    below = sum(value <= bound or bound > BOUNDS[-1] for value in values)
    assert below >= share * len(values) - 1e-9


def test_the_monitor_counts_and_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(performance, "MAX_WAITING", 2)
    monitor = PerformanceMonitor()
    monitor.heard(MessagesAdded(ROOM, tuple(view(n, own=n > 0) for n in range(4))))
    told = tuple(event_id(n) for n in range(1, 4))
    heard_by(
        monitor,
        StatusChanged(ROOM, told, MessageState.SENT, PEER),
        StatusChanged(ROOM, told, MessageState.DELIVERED, PEER),
        StatusChanged(ROOM, told, MessageState.DELIVERED, PEER),
        ServerChanged("http://h", ServerState.ONLINE),
        ServerChanged("http://h", ServerState.OFFLINE),
        ServerChanged("http://h", ServerState.OFFLINE, "server-unreachable"),
        ServerChanged("http://h", ServerState.CONNECTING),
        ErrorRaised("disk-full", {}),
        RoomRemoved(ROOM),
    )
    measured = monitor.measurements()
    assert measured.run.counters == {
        "messages_sent": 3,
        "messages_received": 1,
        "deliveries": 6,
        "server_connections": 1,
        "server_failures.server-unreachable": 1,
        "errors.disk-full": 1,
    }
    assert measured.run.histograms["delivery_ms"].count == 2
    assert measured.uptime_s >= 0


def test_links_are_timed_by_the_way_they_go() -> None:
    clock = Clock()
    monitor = PerformanceMonitor(clock)
    monitor.heard(link(LinkState.CONNECTING))
    clock.now += 0.3
    heard_by(monitor, link(LinkState.ONLINE, "lan"), link(LinkState.OFFLINE, None, "closed"))
    clock.now += 3.0
    monitor.heard(link(LinkState.CONNECTING))
    clock.now += 0.5
    heard_by(monitor, link(LinkState.OFFLINE, None, "ice-failed"), link(LinkState.CONNECTING))
    clock.now += 0.1
    monitor.heard(link(LinkState.ONLINE, "relay"))
    run = monitor.measurements().run
    assert run.counters == {
        "links_opened": 2,
        "links_opened.lan": 1,
        "links_opened.relay": 1,
        "links_closed": 1,
        "link_failures": 1,
        "link_failures.ice-failed": 1,
        "reconnections": 1,
    }
    assert run.histograms["connect_ms"].sum == pytest.approx(400)
    assert run.histograms["connect_ms.lan"].sum == pytest.approx(300)
    assert run.histograms["connect_ms.relay"].sum == pytest.approx(100)
    assert run.histograms["reconnect_ms"].sum == pytest.approx(3600)


def test_a_link_whose_beginning_nobody_saw_is_counted_and_not_timed() -> None:
    monitor = PerformanceMonitor()
    heard_by(monitor, link(LinkState.ONLINE), link(LinkState.OFFLINE), link(LinkState.CONNECTING))
    monitor.heard(link(LinkState.OFFLINE))
    run = monitor.measurements().run
    assert run.counters["links_opened.unknown"] == run.counters["link_failures.unknown"] == 1
    assert not run.histograms


def test_what_is_fetched_is_timed_by_lane() -> None:
    clock = Clock()
    monitor = PerformanceMonitor(clock)
    monitor.heard(transfer(TransferState.RUNNING, 1_000_000))
    clock.now += 2.0
    heard_by(
        monitor, transfer(TransferState.RUNNING, 2_000_000), transfer(TransferState.DONE, 7_000_000)
    )
    heard_by(monitor, transfer(TransferState.DONE, 7_000_000), transfer(TransferState.FAILED))
    heard_by(
        monitor,
        transfer(TransferState.RUNNING, own=True),
        transfer(TransferState.DONE, 9, own=True),
    )
    run = monitor.measurements().run
    assert run.histograms["transfer_kbyte_s.direct"].sum == pytest.approx(3000)
    assert list(run.histograms["transfer_kbyte_s.direct"].bounds) == list(RATE_BOUNDS)
    assert run.counters == {"transfers_done": 1, "transfer_failures.unknown": 1}


def test_servers_that_answer_are_timed() -> None:
    monitor = PerformanceMonitor()
    monitor.answered(12.0)
    assert monitor.measurements().run.histograms["server_rtt_ms"].sum == 12.0


# -- names are bounded


@settings(max_examples=15)
@given(st.lists(st.text(max_size=90), max_size=400))
def test_the_names_of_a_tally_are_bounded(details: list[str]) -> None:
    tally = Tally()
    for detail in details:
        tally.count(f"errors.{detail}")
        tally.add(f"connect_ms.{detail}", 1.0)
    kept = tally.kept(0)
    assert len(kept.counters) <= MAX_NAMES // 2 + 1
    assert sum(kept.counters.values()) == len(details)
    assert sum(sum(one.buckets) for one in kept.histograms.values()) == len(details)
    again = Tally()
    again.absorb(msgspec.json.decode(msgspec.json.encode(kept), type=Kept))
    assert again.measured() == tally.measured()
    assert all(len(name) <= MAX_NAME for name in kept.counters)


def test_what_was_counted_by_other_bounds_is_left_out() -> None:
    tally = Tally()
    tally.absorb(Kept(0, {}, {"connect_ms": KeptHistogram(5.0, [1, 2, 3])}))
    assert tally.measured().histograms["connect_ms"].count == 0


# -- what is kept


async def test_a_talk_is_measured(world: World) -> None:
    room, [ana, bob] = await world.together("Ana", "Bob")
    view = await ana.say(room, "one")
    await ana.settled(view)
    await until(lambda: "delivery_ms" in ana.backend.insight.measurements().run.histograms, "timed")
    run = ana.backend.insight.measurements().run
    for name in ("server_rtt_ms", "connect_ms", "connect_ms.lan", "delivery_ms"):
        assert run.histograms[name].count >= 1, name
    assert run.counters["attempts.direct"] >= 1
    assert bob.backend.insight.measurements().run.counters["messages_received"] >= 1


async def test_sums_go_on_after_a_restart_until_they_are_reset(world: World) -> None:
    ana = await world.person("Ana").start()
    room = await ana.backend.chats.create_room("Lab")
    await ana.say(room.room, "one")
    await until(lambda: "messages_sent" in ana.backend.insight.measurements().run.counters)
    before = ana.backend.insight.measurements()
    await ana.stop()
    await ana.start()
    after = ana.backend.insight.measurements()
    assert "messages_sent" not in after.run.counters
    assert after.kept.counters["messages_sent"] == before.run.counters["messages_sent"]
    assert after.since_ms == before.since_ms
    await ana.backend.insight.reset_measurements()
    assert not ana.backend.insight.measurements().kept.counters
    await ana.stop()
    await ana.start()
    assert not ana.backend.insight.measurements().kept.counters


@pytest.mark.parametrize("stored", ["", "no", "{}", '{"since":-1}', '{"since":1,"more":2}'])
async def test_what_cannot_be_read_counts_as_nothing(world: World, stored: str) -> None:
    ana = await world.person("Ana").start()
    await ana.stop()
    await ana.start()
    await ana.store.settings.set(SETTING, stored)
    await ana.backend.insight.kept.load()
    assert ana.backend.insight.measurements().since_ms > 1


async def test_it_is_written_from_time_to_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(performance_keeper, "WRITE_EVERY", 0.01)
    ana = await world.person("Ana").start()
    await ana.backend.chats.create_room("Lab")
    await until(lambda: ana.backend.insight.kept._written)
    assert await ana.store.settings.get(SETTING, "")


async def test_a_full_disk_ends_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = await world.person("Ana").start()

    async def refuse(_key: str, _value: str) -> None:
        raise AppError("disk-full")

    with monkeypatch.context() as patch:
        patch.setattr(ana.store.settings, "set", refuse)
        await ana.backend.insight.reset_measurements()
    await ana.backend.insight.kept.flush()
    assert await ana.store.settings.get(SETTING, "")
