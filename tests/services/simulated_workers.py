"""Workers that move nothing: they meet in memory, by the ways that a test lets be open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from app.protocol.worker_messages import (
    CloseLane,
    Command,
    ConnectLane,
    Discard,
    Done,
    Fetch,
    LaneDown,
    LaneReady,
    LaneUp,
    Notice,
    OpenLane,
    Prepare,
    Prepared,
    Progress,
    Serve,
    Stop,
    Stopped,
)

PIECES = 40
PIECE = 1000
ROOT = bytes(range(32))
TICK = 0.004
NO_WAY = {"direct": "no-direct-way", "webrtc": "no-webrtc-way", "relay": "no-relay"}


@dataclass(eq=False)
class End:
    """A lane of one worker; `far` is the other end once both have met."""

    worker: SimulatedWorker
    transfer: int
    number: int
    way: str
    far: End | None = None
    leaving: bool = False


@dataclass
class Between:
    """What lies between all workers. `shut` are the ways that lead nowhere now."""

    shut: set[str] = field(default_factory=set)
    waiting: dict[bytes, End] = field(default_factory=dict)
    there: dict[str, int] = field(default_factory=dict)
    """How many pieces are here, by the name of the file that knows them."""
    workers: list[SimulatedWorker] = field(default_factory=list)
    opened: int = 0
    held: bool = False
    """Nothing moves, though lanes are up."""

    def make(self, heard: Callable[[Notice], None], died: Callable[[], None]) -> SimulatedWorker:
        self.workers.append(SimulatedWorker(self, heard, died))
        return self.workers[-1]

    @property
    def ends(self) -> list[End]:
        return [end for worker in self.workers for end in worker.ends.values()]


class SimulatedWorker:
    def __init__(
        self, between: Between, heard: Callable[[Notice], None], died: Callable[[], None]
    ) -> None:
        self.between = between
        self.ends: dict[int, End] = {}
        self.jobs: dict[int, Serve | Fetch] = {}
        self._heard, self._died = heard, died
        self._moving: asyncio.Task[None] | None = None

    async def send(self, command: Command) -> None:
        if self._moving is None:
            self._moving = asyncio.create_task(self._move())
        await asyncio.sleep(0)
        match command:
            case Prepare(number, _, _):
                self.say(Prepared(number, ROOT, "data.bin", PIECES * PIECE, 1, False))
            case Serve() | Fetch():
                self.jobs[command.transfer] = command
            case Stop(number):
                self.jobs.pop(number, None)
                for end in [end for end in self.ends.values() if end.transfer == number]:
                    self.end(end, "stopped")
                self.say(Stopped(number))
            case Discard(number):
                self.between.there.pop(command.state, None)
                self.say(Stopped(number))
            case OpenLane() | ConnectLane() | CloseLane():
                self._lane(command)
            case _:
                pass

    def _lane(self, command: OpenLane | ConnectLane | CloseLane) -> None:
        match command:
            case OpenLane():
                self._open(command)
            case ConnectLane():
                self._connect(command)
            case CloseLane(number, gently) if number in self.ends:
                self.end(self.ends[number], "replaced" if gently else "closed")

    async def close(self) -> None:
        await self.stop()

    async def stop(self) -> None:
        if self._moving is not None:
            self._moving.cancel()
            await asyncio.wait([self._moving])
            self._moving = None

    def say(self, notice: Notice) -> None:
        asyncio.get_running_loop().call_soon(self._heard, notice)

    def die(self) -> None:
        """End as by `kill -9`. Who is at the other end of a TCP connection notices that."""
        for end in list(self.ends.values()):
            if end.far is not None and end.way == "direct":
                end.far.worker.end(end.far, "lane-lost", both=False)
            elif end.far is not None:
                end.far.far = None  # it waits for what does not come
        self.ends.clear()
        self.jobs.clear()
        self._died()

    def end(self, end: End, code: str, *, both: bool = True) -> None:
        if self.ends.pop(end.number, None) is not None:
            self.say(LaneDown(end.number, code))
        if both and end.far is not None:
            end.far.worker.end(end.far, code, both=False)

    def _open(self, command: OpenLane) -> None:
        self.between.opened += 1
        if command.transfer not in self.jobs:
            self.say(LaneDown(command.lane, "unknown-transfer"))
            return
        end = End(self, command.transfer, command.lane, command.way)
        self.ends[command.lane] = end
        is_direct = command.way == "direct"
        said = (7, b"certificate", b"") if is_direct else (0, b"", b"description")
        self.say(LaneReady(command.lane, *said))

    def _connect(self, command: ConnectLane) -> None:
        end = self.ends.get(command.lane)
        if end is None:
            self.say(LaneDown(command.lane, "unknown-lane"))
            return
        far = self.between.waiting.pop(command.token, None)
        if far is None:
            self.between.waiting[command.token] = end
        elif self.between.shut & {end.way, far.way}:
            for one in (end, far):
                one.worker.end(one, NO_WAY[one.way])
        else:
            end.far, far.far = far, end
            for one in (end, far):
                one.worker.say(LaneUp(one.number))

    async def _move(self) -> None:
        """Give whoever fetches a piece now and then, over one of its lanes."""
        while True:
            await asyncio.sleep(TICK)
            for end in list(self.ends.values()):
                job = self.jobs.get(end.transfer)
                if isinstance(job, Fetch) and self._gets_something(end):
                    self._piece(job, end)

    def _gets_something(self, end: End) -> bool:
        far = end.far
        return not self.between.held and far is not None and far.transfer in far.worker.jobs

    def _piece(self, job: Fetch, end: End) -> None:
        have = self.between.there[job.state] = self.between.there.get(job.state, 0) + 1
        size = PIECES * PIECE
        self.say(Progress(job.transfer, have * PIECE, size, 1.0))
        if end.far is not None:
            told = Progress(end.far.transfer, have * PIECE, size, 1.0, end.far.number)
            end.far.worker.say(told)
        if have >= PIECES:
            del self.jobs[job.transfer]
            self.jobs[job.transfer] = Serve(job.transfer, job.root, job.folder, job.manifest)
            self.say(Done(job.transfer, job.folder + "/data.bin"))
            for other in [one for one in self.ends.values() if one.transfer == job.transfer]:
                self.end(other, "done")
