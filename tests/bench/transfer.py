"""How fast files move: our direct lane beside a raw plain-TCP copy and an HTTPS upload, in one run.

Run: python -m tests.bench.transfer [--mib N] [--rounds N] [--folder PATH]. Prints one JSON object;
MB/s, seconds and MiB, medians of the rounds, the ways taking turns. Ours counts from the first
command of the fetch to the file in place: manifest, TLS, digests, fsync and rename included.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import os
import shutil
import socket
import ssl
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from app.protocol import worker_messages as msg
from app.transport.bulk.certificates import make_certificate
from tests.support.bulk_peers import BulkPeer, connect

MIB = 1024 * 1024
SMALL = 1024
RECEIVE = """
import os, socket, sys
with socket.create_server(("127.0.0.1", 0)) as server:
    print(server.getsockname()[1], flush=True)
    lane, _ = server.accept()
buffer = memoryview(bytearray(1 << 18))
with open(sys.argv[1], "wb", buffering=0) as file:
    while got := lane.recv_into(buffer):
        file.write(buffer[:got])
    os.fsync(file.fileno())
print("done", flush=True)
"""
UPLOAD = """
import os, socket, sys, uvicorn

async def upload(scope, receive, send):
    with open(sys.argv[1], "wb", buffering=0) as file:
        while True:
            part = await receive()
            file.write(part.get("body", b""))
            if not part.get("more_body"):
                break
        os.fsync(file.fileno())
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"done"})

server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
config = uvicorn.Config(upload, lifespan="off", log_level="error", ssl_certfile=sys.argv[2])
uvicorn.Server(config).run(sockets=[server])
"""


class Bench:
    """Everything happens below `home`."""

    def __init__(self, home: Path, size: int) -> None:
        self.home = home
        self.size = size
        self.big = home / "big.bin"
        with self.big.open("wb") as file:
            for _ in range(size // MIB):
                file.write(os.urandom(MIB))
        own = make_certificate()
        self.certificate = home / "certificate.pem"
        self.certificate.write_bytes(ssl.DER_cert_to_PEM_cert(own.public).encode() + own.key)
        self.files = 10_000
        self.folder = home / "small"
        self.folder.mkdir()
        for number in range(self.files):
            (self.folder / f"{number:05}").write_bytes(os.urandom(SMALL))
        self.same = home / "same.bin"
        self.same.write_bytes(os.urandom(self.files * SMALL))
        self._turns = 0

    def fresh(self) -> Path:
        self._turns += 1
        return self.home / f"turn{self._turns}"

    async def raw(self) -> float:
        """Two processes, blocking sockets, sendfile, a new file with fsync; no TLS, no digest."""
        return await self._copied(RECEIVE, send_raw)

    async def https(self) -> float:
        """A PUT from http.client to uvicorn, into a new file with fsync; no digest."""
        return await self._copied(UPLOAD, send_https, str(self.certificate))

    async def _copied(self, code: str, send: Callable[[int, Path], None], *more: str) -> float:
        target = self.fresh()
        command = (sys.executable, "-c", code, str(target), *more)
        child = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        out = child.stdout
        assert out is not None
        port = int(await out.readline())
        begun = time.perf_counter()
        await asyncio.to_thread(send, port, self.big)
        if not more:
            await out.readline()
        taken = time.perf_counter() - begun
        if more:
            child.terminate()
        await child.wait()
        target.unlink()
        return taken

    async def loop(self, count: int, size: int) -> float:
        """Write files of this size and sync the disk, without any transfer: what is left to win."""
        target = self.fresh()
        content = os.urandom(size)
        begun = time.perf_counter()
        await asyncio.to_thread(write_files, target, count, content)
        taken = time.perf_counter() - begun
        shutil.rmtree(target)
        return taken

    async def ours(self, path: Path) -> float:
        taken, _ = await self.measured(path)
        return taken

    async def measured(self, path: Path) -> tuple[float, float]:
        """Return seconds and the more of both workers' peak memory over base in MiB."""
        home = self.fresh()
        home.mkdir()
        sender, receiver = BulkPeer(home / "a"), BulkPeer(home / "b")
        try:
            offered = await sender.offer(path)
            await receiver.send(msg.Cap(0, 0))
            number = await receiver.fetch(offered)
            await receiver.stop(number)
            base = max(resident(sender, "VmRSS"), resident(receiver, "VmRSS"))
            begun = time.perf_counter()
            number = await receiver.fetch(offered)
            await connect(sender, offered.transfer, receiver, number)
            await receiver.heard(msg.Done, number)
            taken = time.perf_counter() - begun
            peak = max(resident(sender, "VmHWM"), resident(receiver, "VmHWM"))
        finally:
            await sender.close()
            await receiver.close()
            shutil.rmtree(home)
        return taken, peak - base


def send_raw(port: int, path: Path) -> None:
    with socket.create_connection(("127.0.0.1", port)) as lane, path.open("rb") as file:
        lane.sendfile(file)


def send_https(port: int, path: Path) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    headers = {"Content-Length": str(path.stat().st_size)}
    for attempt in range(200):
        lane = http.client.HTTPSConnection("127.0.0.1", port, context=context, blocksize=256 * 1024)
        try:
            lane.connect()
            break
        except OSError:
            time.sleep(0.01 * min(attempt, 10))
    with path.open("rb") as file:
        lane.request("PUT", "/", file, headers)
        assert lane.getresponse().read() == b"done"
    lane.close()


def write_files(folder: Path, count: int, content: bytes) -> None:
    folder.mkdir()
    at = os.open(folder, os.O_RDONLY)
    for number in range(count):
        flags = os.O_CREAT | os.O_WRONLY | os.O_EXCL
        file = os.open(f"{number:05}", flags, 0o666, dir_fd=at)
        os.write(file, content)
        os.close(file)
    os.sync()
    os.close(at)


def resident(peer: BulkPeer, name: str) -> float:
    """Return what the kernel says of a worker's memory, in MiB; 0 where it says nothing."""
    with suppress(OSError):
        for line in Path(f"/proc/{peer.client.pid}/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) / 1024
    return 0.0


async def measure(home: Path, mib: int, rounds: int) -> dict[str, object]:
    bench = Bench(home, mib * MIB)
    peaks: list[float] = []

    async def direct() -> float:
        taken, peak = await bench.measured(bench.big)
        peaks.append(peak)
        return taken

    ways: dict[str, Callable[[], Awaitable[float]]] = {
        "raw": bench.raw,
        "direct": direct,
        "https": bench.https,
        "small files": lambda: bench.ours(bench.folder),
        "one file": lambda: bench.ours(bench.same),
        "small files, written only": lambda: bench.loop(bench.files, SMALL),
        "one file, written only": lambda: bench.loop(1, bench.files * SMALL),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            taken[name].append(await way())
    middle = {name: statistics.median(times) for name, times in taken.items()}
    return {
        "mib": mib,
        "rounds": rounds,
        "mb_per_s": {n: round(bench.size / middle[n] / 1e6) for n in ("raw", "direct", "https")},
        "direct_of_raw": round(middle["raw"] / middle["direct"], 2),
        "direct_of_https": round(middle["https"] / middle["direct"], 2),
        "seconds": {name: round(middle[name], 3) for name in list(ways)[3:]},
        "small_files_of_one": round(middle["small files"] / middle["one file"], 1),
        "peak_mib_over_base": round(max(peaks), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="on which disk to measure")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as home:
        result = asyncio.run(measure(Path(home), options.mib, options.rounds))
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
