"""What measuring costs: the feed with a listener that only counts, and with the monitor.

Run: python -m tests.bench.monitoring [--rounds N]. Prints one JSON object; times are for one change
of the feed, the baseline measured in the same run and in turn with the monitor.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import tracemalloc
from collections.abc import Callable
from itertools import count
from statistics import median

from app.domain.changes import Change, LinkChanged, LinkState, MessagesAdded, StatusChanged
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.views import MessageKind, MessageState, MessageView, Position
from app.protocol.link_quality import QualityMeter
from app.services.feed import Feed
from app.services.performance import PerformanceMonitor

ROOM, PEER = RoomId(bytes(16)), PeerId(bytes(32))
TURNS = 9


class Counter:
    """The least that a listener can do."""

    def __init__(self) -> None:
        self.heard_so_far = 0

    def heard(self, _change: Change) -> None:
        self.heard_so_far += 1


def changes(number: int) -> list[Change]:
    """What a talk looks like: a message of ours, sent, delivered, one of theirs; links at times."""
    event = EventId(number.to_bytes(32, "big"))
    place = Position(number, event)
    own, theirs = (
        MessageView(ROOM, place, PEER, "", mine, MessageKind.TEXT, "", 0, MessageState.QUEUED)
        for mine in (True, False)
    )
    talk: list[Change] = [
        MessagesAdded(ROOM, (own,)),
        StatusChanged(ROOM, (event,), MessageState.SENT, None),
        StatusChanged(ROOM, (event,), MessageState.DELIVERED, PEER),
        MessagesAdded(ROOM, (theirs,)),
    ]
    states = (LinkState.CONNECTING, LinkState.ONLINE, LinkState.OFFLINE)
    return talk + [LinkChanged(PEER, state, "lan") for state in states if number % 20 == 0]


def seconds(listener: Callable[[Change], None], heard: list[Change]) -> float:
    feed = Feed()
    feed.subscribe(listener)
    begun = time.perf_counter()
    feed.publish(*heard)
    return time.perf_counter() - begun


def measure(rounds: int) -> dict[str, object]:
    heard = [change for number in range(rounds) for change in changes(number)]
    pairs = [
        (seconds(Counter().heard, heard), seconds(PerformanceMonitor().heard, heard))
        for _ in range(TURNS)
    ]
    tracemalloc.start()
    monitor = PerformanceMonitor()
    seconds(monitor.heard, heard)
    memory = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    meter, numbers = QualityMeter(0.0), count()
    begun = time.perf_counter()
    for _ in range(rounds):
        meter.sent += 100
        meter.tick(4.0 * next(numbers))
    return {
        "bench": "monitoring",
        "changes": len(heard),
        "counting_ns": round(median(one for one, _ in pairs) / len(heard) * 1e9),
        "monitoring_ns": round(median(other for _, other in pairs) / len(heard) * 1e9),
        "memory_kib": round(memory / 1024, 1),
        "probe_ns": round((time.perf_counter() - begun) / rounds * 1e9),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20_000)
    result = measure(parser.parse_args().rounds)
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
