"""The signaling server beside a plain Socket.IO server of Node: the same relay on the same wire.

Run: python -m tests.bench.signaling_server [--clients N] [--seconds S] [--idle N] [--redis]
[--only parlor|node]. Needs node and npm; the packages go into a folder that is removed again.

Prints one JSON object a server: joins (connect, prove, join) and relayed signals a second, by the
clock and by CPU second of the servers (the clients take a core too), delays in ms with one signal
at a time, memory for each idle client.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from signaling.protocol import to_text
from tests.bench.signaling_load import Client, Pair
from tests.support.engines import running_redis

NODE_RELAY = Path(__file__).parent / "node_relay"
PAYLOAD = 1000
WINDOW = 16
AT_ONCE = 64
ROOMY = {
    "PARLOR_SERVER_LIMIT_EVENTS_PER_SECOND": "1000000",
    "PARLOR_SERVER_LIMIT_EVENTS_BURST": "1000000",
    "PARLOR_SERVER_LIMIT_CONNECTIONS": "100000",
    "PARLOR_SERVER_LIMIT_CONNECTIONS_PER_ADDRESS": "100000",
}


class Servers:
    """Processes of one kind, that clients are spread over."""

    def __init__(self, processes: Sequence[subprocess.Popen[bytes]]) -> None:
        self._processes = processes
        self.urls = [_url(process) for process in processes]

    @property
    def cpu(self) -> float:
        """CPU seconds so far."""
        return sum(_cpu(process.pid) for process in self._processes)

    @property
    def memory(self) -> int:
        """Resident bytes."""
        return sum(_resident(process.pid) for process in self._processes)


@contextmanager
def started(
    command: Sequence[str], count: int, environment: dict[str, str], folder: Path | None = None
) -> Iterator[Servers]:
    env = {**os.environ, **environment}
    processes = [
        subprocess.Popen(command, env=env, cwd=folder, stdout=subprocess.PIPE) for _ in range(count)
    ]
    try:
        yield Servers(processes)
    finally:
        for process in processes:
            process.kill()
            process.communicate()


async def measure(servers: Servers, args: argparse.Namespace) -> dict[str, object]:
    joins = await _joins(servers, args.clients)
    clients = joins.pop("clients")
    assert isinstance(clients, list)
    relayed = await _relays(servers, clients, args.seconds)
    for client in clients:
        client.close()
    await asyncio.sleep(1.0)
    return {**joins, **relayed, **await _idle(servers, args.idle)}


async def _joins(servers: Servers, count: int) -> dict[str, object]:
    room = [to_text(secrets.token_bytes(32)) for _ in range(count // 2)]
    clients: list[Client | None] = [None] * (count // 2 * 2)
    turn = asyncio.Semaphore(AT_ONCE)

    async def join(index: int) -> None:
        async with turn:
            client = await Client.open(servers.urls[index % len(servers.urls)])
            await client.enter(room[index // 2])
            clients[index] = client

    began, cpu = time.perf_counter(), servers.cpu
    await asyncio.gather(*(join(index) for index in range(len(clients))))
    return {
        "joins_per_s": round(len(clients) / (time.perf_counter() - began)),
        "joins_per_cpu_s": round(len(clients) / (servers.cpu - cpu)),
        "clients": clients,
    }


async def _relays(servers: Servers, clients: list[Client], seconds: float) -> dict[str, object]:
    await asyncio.sleep(1.5)  # several servers have to hear of each other
    pairs = [Pair(a, b, PAYLOAD) for a, b in zip(clients[::2], clients[1::2], strict=True)][
        :AT_ONCE
    ]
    began, cpu = time.perf_counter(), servers.cpu
    await asyncio.gather(*(pair.work(began + seconds, WINDOW) for pair in pairs))
    spent = time.perf_counter() - began
    await asyncio.sleep(0.5)
    count = sum(len(pair.delays) for pair in pairs)
    result: dict[str, object] = {
        "signals_per_s": round(count / spent),
        "signals_per_cpu_s": round(count / (servers.cpu - cpu)),
    }
    few = pairs[:8]
    for pair in few:
        pair.delays.clear()
    end = time.perf_counter() + seconds
    await asyncio.gather(*(pair.work(end, 1) for pair in few))
    await asyncio.sleep(0.2)
    delays = sorted(delay for pair in few for delay in pair.delays)
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        result[f"{name}_ms"] = round(delays[int(len(delays) * share)] * 1000, 2)
    return result


async def _idle(servers: Servers, count: int) -> dict[str, object]:
    gc.collect()
    before = servers.memory
    room = [to_text(secrets.token_bytes(32)) for _ in range(count // 8 + 1)]
    clients: list[Client] = []
    turn = asyncio.Semaphore(AT_ONCE)

    async def join(index: int) -> None:
        async with turn:
            client = await Client.open(servers.urls[index % len(servers.urls)])
            await client.enter(room[index // 8])
            clients.append(client)

    await asyncio.gather(*(join(index) for index in range(count)))
    await asyncio.sleep(2.0)
    kib = (servers.memory - before) / count / 1024
    cpu, began = servers.cpu, time.perf_counter()
    await asyncio.sleep(15.0)  # everybody's heartbeat once
    share = (servers.cpu - cpu) / (time.perf_counter() - began)
    for client in clients:
        client.close()
    return {
        "idle_clients": len(clients),
        "kib_per_idle_client": round(kib, 1),
        "idle_cpu_percent": round(share * 100, 1),
    }


def _url(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    return str(json.loads(process.stdout.readline())["url"])


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def _node_folder() -> Iterator[Path | None]:
    if shutil.which("node") is None or shutil.which("npm") is None:
        print("node or npm is missing: no comparison", file=sys.stderr)  # noqa: T201
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="parlor-bench-") as name:
        folder = Path(name)
        shutil.copytree(NODE_RELAY, folder, dirs_exist_ok=True)
        install = ["npm", "install", "--no-fund", "--no-audit", "--silent"]
        subprocess.run(install, cwd=folder, check=True, timeout=300)
        yield folder


def main() -> None:
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("--clients", type=int, default=1000)
    flags.add_argument("--seconds", type=float, default=5.0)
    flags.add_argument("--idle", type=int, default=2000)
    flags.add_argument("--redis", action="store_true", help="also two processes of each on a Redis")
    flags.add_argument("--only", default="", help="parlor or node")
    args = flags.parse_args()
    ours = [sys.executable, "-m", "signaling", "--host", "127.0.0.1", "--port", "0"]
    ours += ["--no-advertise", "--log-level", "error"]
    with ExitStack() as stack:
        node = None if args.only == "parlor" else stack.enter_context(_node_folder())
        kinds: list[tuple[str, list[str], Path | None]] = []
        kinds += [("parlor", ours, None)] if args.only != "node" else []
        kinds += [("node", ["node", "server.mjs"], node)] if node is not None else []
        runs: list[tuple[int, dict[str, str]]] = [(1, {})]
        if args.redis:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            url = stack.enter_context(running_redis(folder)).url
            runs.append((2, {"PARLOR_SERVER_BUS": url, "REDIS_URL": url}))
        for count, environment in runs:
            for name, command, where in kinds:
                with started(command, count, {**ROOMY, **environment}, where) as servers:
                    result = asyncio.run(measure(servers, args))
                    told = {"bench": "signaling_server", "server": name, "processes": count}
                    print(json.dumps({**told, **result}), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
