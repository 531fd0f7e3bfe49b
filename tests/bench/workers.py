"""One transfer between two workers, measured."""

from __future__ import annotations

import shutil
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.protocol import worker_messages as msg
from app.transport.bulk.client import WorkerClient
from tests.support.bulk_peers import BulkPeer, connect

STOCK = """
from app.transport.bulk import rtc_path, worker
rtc_path.choose = lambda *, recovery: rtc_path.STOCK
worker.main()
"""
"""A worker whose lanes over WebRTC take aiortc's own data path."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds, and MiB of memory that either worker took at most over what it began with."""

    prepared: float
    fetched: float
    sender_peak: float
    receiver_peak: float


async def measured(
    home: Path, path: Path, way: msg.Way = "direct", *, stock: bool = False, keep: bool = False
) -> Measured:
    """Send `path` from one worker to another one, into the folder `home`, which must be there.

    The fetch counts from its first command to the file in place: manifest, TLS, digests, fsync
    and rename included. What came stays if `keep`.
    """
    sender, receiver = BulkPeer(home / "a"), BulkPeer(home / "b")
    try:
        for peer in (sender, receiver):
            if stock:
                peer.client = stock_worker(peer)
            await peer.send(msg.Tune(recovery=True))
        bases = [await at_rest(sender), await at_rest(receiver)]
        begun = time.perf_counter()
        offered = await sender.offer(path)
        prepared = time.perf_counter() - begun
        begun = time.perf_counter()
        number = await receiver.fetch(offered)
        await connect(sender, offered.transfer, receiver, number, way)
        await receiver.heard(msg.Done, number)
        fetched = time.perf_counter() - begun
        peaks = [resident(sender, "VmHWM"), resident(receiver, "VmHWM")]
    finally:
        await sender.close()
        await receiver.close()
        if not keep:
            shutil.rmtree(home)
    return Measured(prepared, fetched, peaks[0] - bases[0], peaks[1] - bases[1])


def stock_worker(peer: BulkPeer) -> WorkerClient:
    return WorkerClient(peer._heard, peer._died, (sys.executable, "-c", STOCK))


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
