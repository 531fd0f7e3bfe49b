"""A desktop of its own for tests: a screen, a window manager, a screen reader, a network.

Nothing on it is shared with the machine's own desktop, and nothing of it is left running.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from tests.support.counting import uncounted

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "tests" / ".out"
SYSTEM_PYTHON = "/usr/bin/python3"
READER = Path(__file__).with_name("screen_reader.py")
PROGRAMS = ("Xvfb", "openbox", "xdotool", "dbus-daemon", "import")
SCREEN = (1920, 1000)

WAIT = 90.0
"""Seconds that anything may take on a busy machine before a test gives up."""

LONE_NETWORK = """
ip link set lo up
ip link add home0 type veth peer name home1
ip addr add 10.77.0.1/24 dev home0
ip link set home0 up && ip link set home1 up
echo up && exec cat >/dev/null
"""

Result = TypeVar("Result")


class Part(NamedTuple):
    """One thing on the screen as a screen reader has it; `rect` is x, y, width, height."""

    depth: int
    role: str
    name: str
    description: str
    text: str
    states: tuple[str, ...]
    rect: tuple[int, int, int, int]

    @property
    def centre(self) -> tuple[int, int]:
        x, y, width, height = self.rect
        return x + width // 2, y + height // 2

    @property
    def focused(self) -> bool:
        return "focused" in self.states


def lacking() -> str:
    """Name what a desktop needs and this machine does not have; "" if nothing."""
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    probe = "from gi.repository import Gio"
    if not Path(SYSTEM_PYTHON).exists() or run([SYSTEM_PYTHON, "-c", probe]).returncode:
        absent.append("python3-gi")
    if not any(Path("/usr/libexec").glob("at-spi-bus-launcher")):
        absent.append("at-spi2-core")
    return ", ".join(absent)


def run(
    command: Sequence[str], env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=env, capture_output=True, text=True, timeout=WAIT, check=False
    )


def eventually(look: Callable[[], Result | None], what: str, timeout: float = WAIT) -> Result:
    """Return the first thing that `look` finds."""
    end = time.monotonic() + timeout
    while not (found := look()):
        assert time.monotonic() < end, f"never came: {what}"
        time.sleep(0.1)
    return found


def line_of(process: subprocess.Popen[str]) -> str:
    """Return the next line that a child says, "" if it ends; one that stays silent is killed."""
    assert process.stdout is not None
    patience = threading.Timer(WAIT, process.kill)
    patience.daemon = True
    patience.start()
    try:
        return process.stdout.readline()
    finally:
        patience.cancel()


def end(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    """End a child, by force if need be."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(WAIT)


class Desktop:
    """Made by `desktop()`. `env` is what a program on it is started with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = uncounted(os.environ)
        self.env.pop("WAYLAND_DISPLAY", None)
        self._children: list[subprocess.Popen[str]] = []
        self._reader: subprocess.Popen[str] | None = None
        self._network: tuple[str, ...] = ()

    def start(self) -> None:
        """Bring everything up."""
        runtime = self.folder / "runtime"
        runtime.mkdir(mode=0o700)
        home = self.folder / "home"
        home.mkdir()
        self.env |= {
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(runtime),
            "DISPLAY": self._screen(),
            "DBUS_SESSION_BUS_ADDRESS": "",
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "NO_AT_BRIDGE": "1",
        }
        self.env["DBUS_SESSION_BUS_ADDRESS"] = self._bus()
        self.child(["openbox"])
        eventually(lambda: self.xdotool("get_num_desktops"), "openbox")
        self._network = self._lone_network()
        self._reader = self.child([SYSTEM_PYTHON, "-Wignore", str(READER)], pipes=True)

    def close(self) -> None:
        with ExitStack() as ends:
            for child in self._children:
                ends.callback(end, child)

    def child(self, command: Sequence[str], *, pipes: bool = False) -> subprocess.Popen[str]:
        """Start a program that ends with the desktop."""
        pipe = subprocess.PIPE if pipes else subprocess.DEVNULL
        with (self.folder / "desktop.log").open("ab") as log:
            child = subprocess.Popen(
                command, env=self.env, stdin=pipe, stdout=pipe, stderr=log, text=True
            )
        self._children.append(child)
        return child

    def on_network(self, command: Sequence[str]) -> list[str]:
        """Return the command that runs `command` where only this desktop's programs are."""
        return [*self._network, *command]

    def parts(self, process: int) -> list[Part]:
        """Return all that a program shows, in the order a screen reader walks it."""
        shown = eventually(lambda: self._read(process), f"an answer of program {process}")
        return [
            Part(**{**about, "states": tuple(about["states"]), "rect": tuple(about["rect"])})
            for about in shown[0]
        ]

    def _read(self, process: int) -> tuple[list[dict[str, Any]]] | None:
        """Return what the screen reader found, None if the program was silent."""
        assert self._reader is not None
        assert self._reader.stdin is not None
        self._reader.stdin.write(f"{process}\n")
        self._reader.stdin.flush()
        told = line_of(self._reader)
        assert told, f"the screen reader gave no answer; see {self.folder / 'desktop.log'}"
        found = json.loads(told)
        return None if found is None else (found,)

    def xdotool(self, *arguments: object) -> str:
        """Do something with keyboard, mouse or windows."""
        return run(["xdotool", *map(str, arguments)], self.env).stdout.strip()

    def windows(self, process: int) -> list[int]:
        """Return the ids of a program's windows that are on the screen."""
        found = self.xdotool("search", "--onlyvisible", "--pid", process)
        return [int(line) for line in found.split()]

    def picture(self, name: str) -> Path:
        """Take a picture of the whole screen."""
        OUT.mkdir(exist_ok=True)
        path = OUT / f"{name}.png"
        run(["import", "-window", "root", str(path)], self.env)
        return path

    def _screen(self) -> str:
        read, write = os.pipe()
        width, height = SCREEN
        command = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24"]
        # A key that is held because the machine pauses must not be repeated.
        options = ["-r", "-noreset", "-nolisten", "tcp"]
        with (self.folder / "desktop.log").open("ab") as log:
            child: subprocess.Popen[str] = subprocess.Popen(
                [*command, *options], pass_fds=[write], stderr=log, text=True
            )
        self._children.append(child)
        os.close(write)
        with os.fdopen(read) as told:
            assert select.select([told], [], [], WAIT)[0], "Xvfb named no screen"
            return f":{told.readline().strip()}"

    def _bus(self) -> str:
        command = ["dbus-daemon", "--session", "--nofork", "--print-address=1"]
        bus = self.child([*command, f"--address=unix:dir={self.folder}"], pipes=True)
        address = line_of(bus).strip()
        assert address, "no D-Bus came up"
        return address

    def _lone_network(self) -> tuple[str, ...]:
        """Make a network with nobody else on it; where that is forbidden, use the machine's."""
        as_root = os.geteuid() == 0
        new = ["unshare", "--net"] if as_root else ["unshare", "--user", "--map-root-user", "--net"]
        if sys.platform != "linux" or shutil.which("unshare") is None or shutil.which("ip") is None:
            return ()
        holder = self.child([*new, "sh", "-ec", LONE_NETWORK], pipes=True)
        if line_of(holder).strip() != "up":
            return ()
        enter = ("nsenter", f"--target={holder.pid}", "--net")
        return enter if as_root else (*enter, "--user", "--preserve-credentials")


@contextmanager
def desktop(folder: Path) -> Iterator[Desktop]:
    """Yield a desktop of one's own; its files stand in `folder`."""
    made = Desktop(folder)
    try:
        made.start()
        yield made
    finally:
        made.close()
