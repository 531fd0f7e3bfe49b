"""Who does what in the worker: takes the app's commands, keeps jobs and lanes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from app.domain.errors import AppError
from app.protocol.worker_messages import (
    Cap,
    CloseLane,
    Command,
    ConnectLane,
    Discard,
    Failed,
    Fetch,
    OpenLane,
    Prepare,
    Serve,
    Stop,
    Stopped,
    Tune,
    Verify,
)
from app.transport.bulk.caps import Limits
from app.transport.bulk.fetching import FetchJob, delete
from app.transport.bulk.gates import Gates
from app.transport.bulk.giving import PrepareJob, ServeJob
from app.transport.bulk.jobs import Job, Tell
from app.transport.bulk.verifying import VerifyJob


class Office:
    """Commands are taken in one thread, ticks may come in another one."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._limits = Limits()
        self._gates = Gates(tell, self._limits)
        self._jobs: dict[int, Job] = {}
        self._turn = threading.Lock()
        self._handlers: dict[type, Callable[[Any], None]] = {
            Prepare: lambda command: self._begin(PrepareJob(command, tell)),
            Verify: lambda command: self._begin(VerifyJob(command, tell)),
            Serve: lambda command: self._begin(ServeJob(command, tell)),
            Fetch: lambda command: self._begin(FetchJob(command, tell)),
            Stop: self._stop,
            Discard: self._discard,
            OpenLane: self._open_lane,
            ConnectLane: self._gates.connect,
            CloseLane: self._gates.close_lane,
            Tune: self._gates.tune,
            Cap: self._cap,
        }

    def handle(self, command: Command) -> None:
        """Carry a command out, or begin to; what comes of it is told."""
        self._handlers[type(command)](command)

    def tick(self, now: float) -> None:
        """Keep jobs and lanes going; to be called a few times a second."""
        with self._turn:
            jobs = list(self._jobs.values())
        for job in jobs:
            job.tick(now)
            if job.is_over:
                self._forget(job)

    def close(self, within: float) -> None:
        """Stop everything; ends after so many seconds at the latest."""
        deadline = time.monotonic() + within
        self._gates.close()
        with self._turn:
            jobs = list(self._jobs.values())
        for job in jobs:
            job.stop(delete=False)
        for job in jobs:
            job.join(max(deadline - time.monotonic(), 0))
        self._gates.let_go(max(deadline - time.monotonic(), 0))

    def _forget(self, job: Job) -> None:
        with self._turn:
            if self._jobs.get(job.transfer) is job:
                del self._jobs[job.transfer]
        self._gates.close_for(job.transfer)

    def _known(self, transfer: int) -> Job | None:
        """Return the job that is at work for a transfer."""
        with self._turn:
            job = self._jobs.get(transfer)
            return None if job is None or job.is_over else job

    def _begin(self, job: Job) -> None:
        if self._known(job.transfer) is not None:
            self._tell(Failed(job.transfer, "already-running", {}))
            return
        job.start()
        with self._turn:
            self._jobs[job.transfer] = job

    def _stop(self, command: Stop) -> None:
        job = self._known(command.transfer)
        if job is None:
            self._tell(Stopped(command.transfer))
            return
        self._gates.close_for(command.transfer)
        job.stop(delete=command.delete)

    def _discard(self, command: Discard) -> None:
        if self._known(command.transfer) is not None:
            self._tell(Failed(command.transfer, "already-running", {}))
            return
        try:
            delete(command.root, command.folder, command.manifest, command.state)
        except AppError as error:
            params = {name: str(value) for name, value in error.params.items()}
            self._tell(Failed(command.transfer, error.code, params))
        else:
            self._tell(Stopped(command.transfer))

    def _open_lane(self, command: OpenLane) -> None:
        job = self._known(command.transfer)
        self._gates.open(command, job.exchange if job is not None else None)

    def _cap(self, command: Cap) -> None:
        self._limits.up.set(command.up)
        self._limits.down.set(command.down)
