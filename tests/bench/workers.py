"""One transfer between two workers, measured."""

from __future__ import annotations

import os
import shutil
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.protocol import worker_messages as msg
from app.transport.bulk.client import WorkerClient
from tests.support.bulk_peers import BulkPeer, connect

EVEN = """
from app.transport.bulk import worker
worker.NICE = 0
"""
"""A worker goes behind everything else on its machine; what it is compared to does not."""
STOCK = """
from app.transport.bulk import rtc_path
rtc_path.choose = lambda *, recovery: rtc_path.STOCK
"""
"""Lanes over WebRTC take aiortc's own data path."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds, MiB of memory that a worker took at most over what it began with, and seconds that
    it computed while the lane was up."""

    prepared: float
    fetched: float
    moved: float
    sender_peak: float
    receiver_peak: float
    sender_cpu: float
    receiver_cpu: float


async def measured(
    home: Path, path: Path, way: msg.Way = "direct", *, stock: bool = False, keep: bool = False
) -> Measured:
    """Send `path` from one worker to another one, into the folder `home`, which must be there.

    `fetched` counts from the first command to the file in place: manifest, TLS, digests, fsync and
    rename included; `moved` from when the lane is up: in its first lane over WebRTC a worker loads
    a library for half a second. What came stays if `keep`.
    """
    sender, receiver = BulkPeer(home / "a"), BulkPeer(home / "b")
    try:
        for peer in (sender, receiver):
            peer.client = worker_of(peer, stock=stock)
            await peer.send(msg.Tune(recovery=True))
        bases = [await at_rest(sender), await at_rest(receiver)]
        begun = time.perf_counter()
        offered = await sender.offer(path)
        prepared = time.perf_counter() - begun
        begun = time.perf_counter()
        number = await receiver.fetch(offered)
        _, lane = await connect(sender, offered.transfer, receiver, number, way)
        await receiver.heard(msg.LaneUp, lane)
        up = time.perf_counter()
        computed = [cpu(sender), cpu(receiver)]
        await receiver.heard(msg.Done, number)
        done = time.perf_counter()
        computed = [cpu(sender) - computed[0], cpu(receiver) - computed[1]]
        peaks = [resident(sender, "VmHWM"), resident(receiver, "VmHWM")]
    finally:
        await sender.close()
        await receiver.close()
        if not keep:
            shutil.rmtree(home)
    over = peaks[0] - bases[0], peaks[1] - bases[1]
    return Measured(prepared, done - begun, done - up, *over, *computed)


def worker_of(peer: BulkPeer, *, stock: bool) -> WorkerClient:
    code = f"{EVEN}{STOCK if stock else ''}worker.main()"
    return WorkerClient(peer._heard, peer._died, (sys.executable, "-c", code))


async def at_rest(peer: BulkPeer) -> float:
    """Return the memory of a worker that has answered once, and done nothing."""
    await peer.stop(0)
    return resident(peer, "VmRSS")


def resident(peer: BulkPeer, name: str) -> float:
    """Return what the kernel says of a worker's memory, in MiB; 0 where it says nothing."""
    with suppress(OSError):
        for line in Path(f"/proc/{peer.client.pid}/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) / 1024
    return 0.0


def cpu(peer: BulkPeer) -> float:
    """Return how many seconds a worker has computed; 0 where the kernel does not say."""
    with suppress(OSError):
        fields = Path(f"/proc/{peer.client.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0
