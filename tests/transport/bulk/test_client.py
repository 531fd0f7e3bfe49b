"""The pipe to the worker, with real processes, well behaved and not."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from app.domain.errors import AppError
from app.protocol import worker_messages as msg
from app.transport.bulk import client as client_module
from app.transport.bulk.client import WorkerClient
from tests.support.bulk_peers import BulkPeer
from tests.transport.bulk.conftest import People


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def pid_of(one: BulkPeer) -> int:
    pid = one.client.pid
    assert pid is not None
    return pid


async def test_it_begins_when_there_is_something_to_do(people: People) -> None:
    one = people("a")
    assert not one.client.pid
    await one.stop(7)
    pid = pid_of(one)
    await one.stop(8)
    assert pid_of(one) == pid
    await one.close()
    assert not is_alive(pid)
    assert one.deaths == 0
    with pytest.raises(AppError, match="worker unavailable"):
        await one.stop(9)


async def test_one_that_is_not_used_ends_too(people: People) -> None:
    await people("a").close()


async def test_one_that_died_is_replaced(people: People) -> None:
    one = people("a")
    await one.stop(7)
    one.kill()
    await one.until(lambda: one.deaths == 1)
    assert one.client.pid is None
    await one.stop(8)


async def test_commands_to_a_dying_worker_are_no_error(people: People) -> None:
    one = people("a")
    await one.stop(7)
    one.kill()
    for _ in range(50):
        await one.send(msg.Cap(0, 0))
    await one.until(lambda: one.deaths >= 1)


@pytest.mark.skipif(sys.platform == "win32", reason="said in another way there")
async def test_it_gives_way_to_others_and_knows_no_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARLOR_PASSPHRASE", "secret")
    one = BulkPeer(tmp_path, client_module.COMMAND)
    await one.stop(7)
    assert os.getpriority(os.PRIO_PROCESS, pid_of(one)) >= 10
    assert b"PARLOR_" not in surroundings_of(pid_of(one))
    await one.close()


def surroundings_of(pid: int) -> bytes:
    """Return a process's environment, nothing where that cannot be seen."""
    path = Path(f"/proc/{pid}/environ")
    return path.read_bytes() if path.exists() else b""


def await_end(pid: int) -> None:
    for _ in range(3000):
        if not is_alive(pid):
            return
        time.sleep(0.02)
    raise AssertionError("it goes on and on")


async def test_it_ends_with_the_app(tmp_path: Path) -> None:
    """The app was killed: nobody closes the pipe but the system."""
    code = (
        "import asyncio, os\n"
        "from app.protocol import worker_messages as msg\n"
        "from app.transport.bulk.client import WorkerClient\n"
        "async def main():\n"
        "    heard = asyncio.Event()\n"
        "    client = WorkerClient(lambda _: heard.set(), lambda: None)\n"
        "    await client.send(msg.Stop(1))\n"
        "    await heard.wait()\n"
        "    print(client.pid, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    app = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE, cwd=tmp_path
    )
    assert app.stdout is not None
    pid = int(await app.stdout.readline())
    # The worker has the other end of the pipe; it is closed when both are gone.
    await app.stdout.read()
    await app.wait()
    await asyncio.to_thread(await_end, pid)


def pretending(code: str) -> tuple[WorkerClient, asyncio.Event]:
    """Return a client of some other program, and what is set when that dies."""
    died = asyncio.Event()
    command = (sys.executable, "-c", code)
    return WorkerClient(lambda _: None, died.set, command), died


@pytest.mark.parametrize("output", [b"\xff" * 8, b"\0\0\0\x01\xc1", b"\0\0\0\x05only", b"", b"\0"])
@pytest.mark.expected_errors("does not keep to the protocol")
async def test_a_worker_that_talks_nonsense_is_ended(output: bytes) -> None:
    code = f"import sys; sys.stdout.buffer.write({output!r}); sys.stdout.close()"
    client, died = pretending(code)
    await client.send(msg.Cap(0, 0))
    await asyncio.wait_for(died.wait(), 60)
    await client.close()


async def test_one_that_always_dies_is_not_started_for_ever() -> None:
    client, died = pretending("")
    for _ in range(client_module.MAX_DEATHS):
        died.clear()
        await client.send(msg.Cap(0, 0))
        await asyncio.wait_for(died.wait(), 60)
    with pytest.raises(AppError, match="worker unavailable"):
        await client.send(msg.Cap(0, 0))


async def test_one_that_cannot_be_started_is_an_error() -> None:
    client = WorkerClient(lambda _: None, lambda: None, ("/nowhere/python",))
    with pytest.raises(AppError, match="worker unavailable"):
        await client.send(msg.Cap(0, 0))


async def test_one_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "STOP_SECONDS", 0.1)
    client, died = pretending("import time; time.sleep(600)")
    await client.send(msg.Cap(0, 0))
    pid = client.pid
    assert pid is not None
    await client.close()
    assert not is_alive(pid)
    assert not died.is_set()


async def test_commands_out_of_order_are_survived(people: People, tmp_path: Path) -> None:
    one = people("a")
    path = tmp_path / "file"
    path.write_bytes(b"x")
    await one.send(msg.CloseLane(1))
    await one.send(msg.ConnectLane(2, b"", b"", ()))
    await one.send(msg.OpenLane(99, 3))
    for lane, code in ((1, "unknown-lane"), (2, "unknown-lane"), (3, "unknown-transfer")):
        assert (await one.heard(msg.LaneDown, lane)).code == code
    offered = await one.offer(path)
    await one.send(msg.Serve(offered.transfer, offered.root, str(path), str(one.manifest)))
    assert (await one.heard(msg.Failed, offered.transfer)).code == "already-running"
    await check_lanes(one, offered.transfer)
    await one.stop(offered.transfer)
    assert (await one.heard(msg.LaneDown, 7)).code == "stopped"
    await one.stop(offered.transfer)
    fetch = msg.Fetch(50, b"short", -1, "/nowhere/at/all", "/nowhere/manifest", "/nowhere/state")
    await one.send(fetch)
    await one.stop(50, delete=True)


async def check_lanes(one: BulkPeer, transfer: int) -> None:
    for lane in (4, 5, 6, 7):
        await one.send(msg.OpenLane(transfer, lane))
        await one.heard(msg.LaneReady, lane)
    await one.send(msg.OpenLane(transfer, 4))
    assert (await one.heard(msg.LaneDown, 4)).code == "too-many-lanes"
    await one.send(msg.ConnectLane(4, b"no certificate", bytes(32), ()))
    await one.until(lambda: code_of(one, 4) == "bad-certificate")
    ready = await one.heard(msg.LaneReady, 5)
    await one.send(msg.ConnectLane(5, ready.certificate, b"short", ()))
    assert (await one.heard(msg.LaneDown, 5)).code == "bad-token"
    await one.send(msg.ConnectLane(6, ready.certificate, bytes(32), (("127.0.0.1", 1),)))
    await one.send(msg.ConnectLane(6, ready.certificate, bytes(32), ()))
    assert (await one.heard(msg.LaneDown, 6)).code == "unknown-lane"
    await one.send(msg.CloseLane(6))
    await one.until(lambda: code_of(one, 6) == "closed")


def code_of(one: BulkPeer, lane: int) -> str:
    """Return why a lane went down the last time."""
    downs = [n for n in one.notices if isinstance(n, msg.LaneDown) and n.lane == lane]
    return downs[-1].code


async def test_preparing_can_be_stopped(people: People, tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(40 * 1024**3)
    one = people("a")
    await one.send(msg.Prepare(1, str(path), str(one.manifest)))
    told = await one.heard(msg.Progress, 1)
    assert 0 <= told.done < told.size == 40 * 1024**3
    await one.stop(1)
    assert not one.manifest.exists()
