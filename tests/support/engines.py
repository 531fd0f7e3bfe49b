"""Real Redis and RabbitMQ on the loopback interface, each a process of the tests alone."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.support.ports import free_port

REDIS = shutil.which("redis-server")
# What stands on PATH gives its rights away, and reads the folder of the system.
RABBIT = shutil.which("rabbitmq-server", path="/usr/lib/rabbitmq/bin")
IN_CI = os.environ.get("CI") == "true"
needs_redis = pytest.mark.skipif(REDIS is None and not IN_CI, reason="redis-server is not there")
needs_rabbit = pytest.mark.skipif(RABBIT is None and not IN_CI, reason="RabbitMQ is not there")
STARTS_WITHIN = 90.0
EPMD = shutil.which("epmd")


class RedisServer:
    """Keeps nothing on disk: after a restart it is empty."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/1"

    def start(self) -> None:
        assert REDIS is not None, "redis-server is not installed"
        command = [REDIS, "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        command += ["--appendonly", "no", "--dir", str(self._folder)]
        self._process = _started(command, self.port)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def command(self, *words: str) -> None:
        """Send a command and wait until it is answered."""
        with socket.create_connection(("127.0.0.1", self.port)) as line:
            parts = "".join(f"${len(word.encode())}\r\n{word}\r\n" for word in words)
            line.sendall(f"*{len(words)}\r\n{parts}".encode())
            line.recv(64)


@contextmanager
def running_redis(folder: Path) -> Iterator[RedisServer]:
    """Yield a Redis that runs until the end of the block."""
    server = RedisServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()


class RabbitServer:
    """A broker whose names, ports and folder are its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self._names_port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}/"

    def start(self) -> None:
        assert RABBIT is not None, "rabbitmq-server is not installed"
        plugins = self._folder / "enabled_plugins"
        plugins.write_text("[].\n")
        (self._folder / "rabbit.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\nlog.console = false\n"
        )
        self._process = _started([RABBIT], self.port, self._environment(plugins))

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            # It started this one, which would go on running.
            subprocess.run(
                [EPMD or "epmd", "-port", str(self._names_port), "-kill"],
                capture_output=True,
                check=False,
            )

    def _environment(self, plugins: Path) -> dict[str, str]:
        folder = str(self._folder)
        return {
            **os.environ,
            "HOME": folder,
            "RABBITMQ_NODENAME": f"parlor{self.port}@localhost",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbit",
            "RABBITMQ_BASE": folder,
            "RABBITMQ_MNESIA_BASE": folder,
            "RABBITMQ_LOG_BASE": folder,
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
            "RABBITMQ_PID_FILE": f"{folder}/pid",
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"-setcookie {self.port} -noinput",
            "RABBITMQ_ALLOW_INPUT": "1",  # else it is a child of a shell
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._names_port),
        }


@contextmanager
def running_rabbit(folder: Path) -> Iterator[RabbitServer]:
    """Yield a RabbitMQ that runs until the end of the block. It takes seconds to start."""
    server = RabbitServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()


def _started(
    command: list[str], port: int, environment: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
            return process
        time.sleep(0.02)
    process.kill()
    raise AssertionError(f"{command[0]} does not start")
