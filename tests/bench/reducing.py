"""How fast a room is reduced from scratch, as one JSON object on standard output.

    python -m tests.bench.reducing [--events 100000] [--folder DIR] [--profile NAME]

The room has eight members who write, answer, edit, react, delete, pin, rename, come and go.
`domain` is the pure work: the room's state, its rows, and what operations make of messages;
`stored` puts the same into the encrypted tables, index and counters included; `ingest` verifies
and opens the events before, and stores them too, in batches as they come over a link.
Each is done twice: in the order in which things happened, and one author's log after the other, as
somebody gets them who comes anew. Baselines of the same run: taking the events' bytes apart and
opening them, with and without their signatures, and bare inserts of as many rows.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import json
import pstats
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path

from app.crypto.authoring import is_authentic, open_event
from app.domain.events import (
    Created,
    Deleted,
    Edited,
    Event,
    Joined,
    KnownBody,
    Left,
    Pinned,
    ProfileNamed,
    Reacted,
    Renamed,
    Text,
    Topic,
    decode_event,
)
from app.domain.ids import EventId, PeerId
from app.domain.overlay import Operated, fold
from app.domain.room import Content, OperationAdded, RowAdded, fold_in, start
from app.storage.epoch_secrets import content_of
from app.storage.store import Store
from tests.bench.storage import fresh, words
from tests.storage.support import KEYS, NOW_MS, ROOM, Author, author

MEMBERS = 8
BATCH = 256
"""Events in one transaction as they come over a link: about what its frames hold."""
REBUILD_BATCH = 2048
"""The same when there is nothing to wait for."""
EMOJI = ("\U0001f44d", "\u2764\ufe0f", "\U0001f389")
KINDS = {
    "text": 760,
    "reply": 40,
    "edit": 50,
    "react": 110,
    "delete": 20,
    "pin": 5,
    "rename": 5,
    "topic": 2,
    "name": 4,
    "leave": 2,
    "join": 2,
}
Result = dict[str, float]
Log = list[bytes]


class History:
    """What members do, one after the other; most of what they change is recent."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._people = [author(number + 1) for number in range(MEMBERS)]
        self._texts: list[tuple[EventId, Author]] = []
        self.wires: Log = []
        self._write(self._people[0], Created("Laboratory"))
        for person in self._people:
            self._write(person, Joined(f"Member {person.peer[0]}"))

    @property
    def by_author(self) -> Log:
        return [wire for person in self._people for wire in person.wires]

    def go_on(self) -> None:
        kind = self._chance.choices(list(KINDS), list(KINDS.values()))[0]
        person = self._chance.choice(self._people)
        target, writer = self._recent() if self._texts else (EventId(bytes(32)), person)
        if kind in {"edit", "delete"}:
            person = writer
        event = self._write(person, self._body(kind, target, person))
        if kind in {"text", "reply"}:
            self._texts.append((event.id, person))

    def _recent(self) -> tuple[EventId, Author]:
        back = min(int(self._chance.paretovariate(0.8)), len(self._texts))
        return self._texts[-back]

    def _write(self, person: Author, body: KnownBody) -> Event:
        event = person.write(body, ms=len(self.wires) * 1000)
        self.wires.append(person.wires[-1])
        return event

    def _body(self, kind: str, target: EventId, person: Author) -> KnownBody:
        some = words(self._chance, 1 + int(self._chance.paretovariate(1)) % 30)
        bodies: dict[str, KnownBody] = {
            "text": Text(some),
            "reply": Text(some, target),
            "edit": Edited(target, some),
            "react": Reacted(target, self._chance.choice(EMOJI), on=self._chance.random() < 0.9),
            "delete": Deleted(target),
            "pin": Pinned(target, on=self._chance.random() < 0.8),
            "rename": Renamed(some[:40].strip()),
            "topic": Topic(some[:200].strip()),
            "name": ProfileNamed(some[:30].strip()),
            "leave": Left(),
            "join": Joined(f"Member {person.peer[0]}"),
        }
        return bodies[kind]


def opened(wires: Sequence[bytes]) -> list[Content]:
    contents = []
    for wire in wires:
        event = decode_event(wire)
        body = open_event(event, KEYS[0])
        assert body is not None
        contents.append(content_of(event, body))
    return contents


def authentic(wires: Sequence[bytes]) -> None:
    for wire in wires:
        event = decode_event(wire)
        assert is_authentic(event)
        open_event(event, KEYS[0])


def domain(contents: Sequence[Content]) -> None:
    """Fold everything into a state, rows and overlays, batch by batch as it would arrive."""
    state = start()
    rows: dict[EventId, PeerId] = {}
    operations: dict[EventId, list[Operated]] = {}
    for first in range(0, len(contents), BATCH):
        state, effects = fold_in(state, contents[first : first + BATCH])
        for effect in effects:
            if isinstance(effect, RowAdded):
                rows[effect.content.position.event] = effect.content.author
            elif isinstance(effect, OperationAdded):
                content = effect.content
                done = Operated(content.author, content.position, effect.operation)
                operations.setdefault(effect.target, []).append(done)
    overlays = {target: fold(rows[target], done) for target, done in operations.items()}
    assert rows
    assert overlays
    assert state.members


async def stored(folder: Path, contents: Sequence[Content]) -> float:
    """Reduce opened events into the tables."""
    store = await fresh(folder)
    begun = time.perf_counter()
    for first in range(0, len(contents), REBUILD_BATCH):
        batch = contents[first : first + REBUILD_BATCH]
        await store._database.write(partial(store.log.reduce_again, ROOM, batch))
    return await _closed(store, begun)


async def ingest(folder: Path, wires: Log) -> float:
    store = await fresh(folder)
    begun = time.perf_counter()
    for first in range(0, len(wires), BATCH):
        await store.log.ingest(ROOM, wires[first : first + BATCH], KEYS, NOW_MS + len(wires) * 1000)
    return await _closed(store, begun)


async def inserts(folder: Path, count: int) -> float:
    """The least that any storing costs: as many rows of one blob, as many at once."""
    store = await fresh(folder)
    database = store._database
    await database.write(lambda: database.execute("CREATE TABLE bare (id INTEGER, wire BLOB)"))
    row = [(1, bytes(250))] * BATCH

    def insert() -> None:
        database.executemany("INSERT INTO bare VALUES (?, ?)", row)

    begun = time.perf_counter()
    for _ in range(0, count, BATCH):
        await database.write(insert)
    return await _closed(store, begun)


async def _closed(store: Store, begun: float) -> float:
    taken = time.perf_counter() - begun
    await store.close()
    return taken


def timed(run: Callable[[], object]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def measure(events: int, folder: Path, profile: str) -> Result:
    history = History(random.Random(11))
    while len(history.wires) < events:
        history.go_on()
    wires, logs = history.wires, history.by_author
    ordered, by_author = opened(wires), opened(logs)

    def disk(run: Callable[[Path], Coroutine[None, None, float]]) -> Callable[[], float]:
        def go() -> float:
            with tempfile.TemporaryDirectory(dir=folder) as inner:
                return asyncio.run(run(Path(inner)))

        return go

    runs: dict[str, Callable[[], float]] = {
        "domain": lambda: timed(lambda: domain(ordered)),
        "domain_log_by_log": lambda: timed(lambda: domain(by_author)),
        "stored": disk(lambda inner: stored(inner, ordered)),
        "stored_log_by_log": disk(lambda inner: stored(inner, by_author)),
        "ingest": disk(lambda inner: ingest(inner, wires)),
        "ingest_log_by_log": disk(lambda inner: ingest(inner, logs)),
        "baseline_opening": lambda: timed(lambda: opened(wires)),
        "baseline_verifying_and_opening": lambda: timed(lambda: authentic(wires)),
        "baseline_bare_inserts": disk(lambda inner: inserts(inner, events)),
    }
    if profile:
        return {f"{profile}_events_per_s": round(events / profiled(runs[profile]))}
    return {f"{name}_events_per_s": round(events / run()) for name, run in runs.items()}


def profiled(run: Callable[[], float]) -> float:
    """Say on standard error where the time goes, on all threads that begin during the run."""
    profiler = cProfile.Profile()
    threading.setprofile(lambda *_: profiler.enable())
    profiler.enable()
    taken = run()
    profiler.disable()
    threading.setprofile(None)
    pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(40)
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--profile", default="")
    arguments = parser.parse_args()
    result = measure(arguments.events, arguments.folder, arguments.profile)
    print(json.dumps(result, indent=2))  # noqa: T201 - the result of a program


if __name__ == "__main__":
    main()
