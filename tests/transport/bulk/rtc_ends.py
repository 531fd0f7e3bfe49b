"""Two ends of a WebRTC lane in this process, each in a loop of its own as in a worker."""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from app.protocol.bulk_frames import TOKEN_SIZE
from app.protocol.worker_messages import ConnectLane, IceServer, LaneReady, OpenLane, Way
from app.transport.bulk.rtc_gate import Hall, RtcGate
from app.transport.bulk.rtc_loop import RtcLoop
from app.transport.bulk.rtc_path import CLASSIC, RtcPath
from app.transport.bulk.rtc_room import RtcRoom
from app.transport.bulk.rtc_session import RtcSession
from app.transport.bulk.rtc_stream import RtcStream
from app.transport.bulk.streams import LaneStream

WITHIN = 60.0
Heard = LaneReady | RtcStream | str


@dataclass
class RtcEnd:
    """One end, which hears what its gate reports."""

    path: RtcPath = CLASSIC
    hall: Hall = field(default_factory=lambda: Hall(RtcLoop(), RtcRoom()))
    heard: queue.Queue[Heard] = field(default_factory=queue.Queue)
    gates: list[RtcGate] = field(default_factory=list)
    streams: list[RtcStream] = field(default_factory=list)

    def ready(self, notice: LaneReady) -> None:
        self.heard.put(notice)

    def met(self, stream: LaneStream) -> None:
        assert isinstance(stream, RtcStream)
        self.streams.append(stream)
        self.heard.put(stream)

    def failed(self, code: str) -> None:
        self.heard.put(code)

    def opens(
        self, offer: bytes = b"", way: Way = "webrtc", servers: tuple[IceServer, ...] = ()
    ) -> Heard:
        """Prepare to meet; return what came of that."""
        self.gates.append(RtcGate(OpenLane(1, 2, way, offer, servers), self.hall, self.path, self))
        self.gates[-1].open()
        return self.heard.get(timeout=WITHIN)

    @property
    def loop(self) -> RtcLoop:
        return self.hall.loop

    def connects(self, token: bytes, answer: bytes = b"") -> None:
        self.gates[-1].connect(ConnectLane(2, b"", token, (), answer))

    @property
    def session(self) -> RtcSession:
        session = self.gates[-1]._session
        assert session is not None
        return session

    def on_loop(self, act: Callable[[], object]) -> None:
        """Call something there and wait until it is done."""

        async def acted() -> None:
            act()

        self.loop.run(acted()).result(WITHIN)

    def rest(self, seconds: float) -> None:
        """Let the loop do what it does."""
        self.loop.run(asyncio.sleep(seconds)).result(WITHIN)

    def tasks(self) -> int:
        """How many tasks are left on the loop, when those that are ending have ended."""

        async def count() -> int:
            for _ in range(200):
                others = asyncio.all_tasks() - {asyncio.current_task()}
                if not others:
                    break
                await asyncio.sleep(0.02)
            return len(others)

        return self.loop.run(count()).result(WITHIN)

    def close(self) -> None:
        for gate in self.gates:
            gate.cancel()
        for stream in self.streams:
            stream.close()
        left = self.tasks()
        self.loop.close(WITHIN)
        assert not left


@contextmanager
def ends(one: RtcPath = CLASSIC, other: RtcPath = CLASSIC) -> Iterator[tuple[RtcEnd, RtcEnd]]:
    """Yield two ends that know nothing of each other; nothing is left of them afterwards."""
    with ExitStack() as stack:
        pair = RtcEnd(one), RtcEnd(other)
        for end in pair:
            stack.callback(end.close)
        yield pair


def description(heard: Heard) -> bytes:
    assert isinstance(heard, LaneReady), heard
    assert (heard.lane, heard.port, heard.certificate) == (2, 0, b"")
    return heard.description


def introduce(one: RtcEnd, other: RtcEnd, *tokens: bytes) -> None:
    """Let both ends begin to meet; with two tokens they do not agree on one."""
    offer = description(one.opens())
    answer = description(other.opens(offer))
    first = tokens[0] if tokens else os.urandom(TOKEN_SIZE)
    other.connects(tokens[-1] if tokens else first)
    one.connects(first, answer)


@contextmanager
def lane(one: RtcPath = CLASSIC, other: RtcPath = CLASSIC) -> Iterator[tuple[RtcEnd, RtcEnd]]:
    """Yield two ends with a lane between them: the last of their `streams`."""
    with ends(one, other) as pair:
        introduce(*pair)
        for end in pair:
            assert isinstance(end.heard.get(timeout=WITHIN), RtcStream)
        yield pair


def in_thread(act: Callable[[], object]) -> queue.Queue[object]:
    """Do something elsewhere; the queue gets what it returns or raises."""
    found: queue.Queue[object] = queue.Queue()

    def run() -> None:
        try:
            found.put(act())
        except Exception as error:  # noqa: BLE001 - the test looks at it
            found.put(error)

    threading.Thread(target=run, daemon=True).start()
    return found
