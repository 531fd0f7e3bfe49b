"""What a transfer is measured against: a raw plain-TCP copy and an HTTPS upload."""

from __future__ import annotations

import asyncio
import http.client
import socket
import ssl
import sys
import time
from collections.abc import Callable
from pathlib import Path

from app.transport.bulk.certificates import make_certificate

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


class Copies:
    """Seconds that others need for one file, both ends being processes of their own."""

    def __init__(self, home: Path, path: Path) -> None:
        own = make_certificate()
        self._certificate = home / "certificate.pem"
        self._certificate.write_bytes(ssl.DER_cert_to_PEM_cert(own.public).encode() + own.key)
        self._target = home / "copy"
        self._path = path

    async def raw(self) -> float:
        """Blocking sockets, sendfile, a new file with fsync; no TLS, no digest."""
        return await self._copied(RECEIVE, send_raw)

    async def https(self) -> float:
        """A PUT from http.client to uvicorn, into a new file with fsync; no digest."""
        return await self._copied(UPLOAD, send_https, str(self._certificate))

    async def _copied(self, code: str, send: Callable[[int, Path], None], *more: str) -> float:
        command = (sys.executable, "-c", code, str(self._target), *more)
        child = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        out = child.stdout
        assert out is not None
        port = int(await out.readline())
        begun = time.perf_counter()
        await asyncio.to_thread(send, port, self._path)
        if not more:
            await out.readline()
        taken = time.perf_counter() - begun
        if more:
            child.terminate()
        await child.wait()
        self._target.unlink()
        return taken


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
