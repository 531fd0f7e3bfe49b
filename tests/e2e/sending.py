"""What tests do with files between programs, and what they look at afterwards."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

from tests.e2e.people import room_of
from tests.e2e.programs import WAIT, Cli, Json, Stage
from tests.support.bulk_peers import HELD

MEGABYTE = 1024 * 1024
SLOW = MEGABYTE
"""Bytes a second at which something comes soon, and everything not for long."""


def digest(path: Path) -> str:
    """Return what a file, or a folder with all names below it, consists of."""
    found = hashlib.sha256()
    for one in sorted(path.rglob("*")) if path.is_dir() else [path]:
        found.update(os.fsencode(one.relative_to(path)))
        if one.is_dir():
            found.update(b"/")
            continue
        with one.open("rb") as file:
            found.update(hashlib.file_digest(file, "sha256").digest())
    return found.hexdigest()


def file_of(folder: Path, size: int, name: str = "data.bin") -> Path:
    """Make a file of bytes that nobody has seen before."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    with path.open("wb") as file:
        for begin in range(0, size, MEGABYTE):
            file.write(os.urandom(min(MEGABYTE, size - begin)))
    return path


def inbox(programs: Stage, cli: Cli) -> Path:
    """Return the folder into which this person takes files here."""
    folder = programs.folder / f"inbox of {cli.name}"
    folder.mkdir(exist_ok=True)
    return folder


def offer(sender: Cli, room: str, path: Path, **fields: str) -> str:
    return str(sender.ask("send_file", room=room, path=str(path), **fields)["transfer"])


def offered(cli: Cli, transfer: str) -> Json:
    return cli.event("file_offer", transfer=transfer)


def accept(programs: Stage, cli: Cli, transfer: str) -> None:
    """Take what is offered into the inbox."""
    offered(cli, transfer)
    cli.ask("file_accept", transfer=transfer, to=str(inbox(programs, cli)))


def done(cli: Cli, transfer: str, timeout: float = WAIT) -> Path:
    """Wait until it is there; return where."""
    wanted = {"event": "file_done", "transfer": transfer}
    said = cli.wait(lambda said: said.items() >= wanted.items(), str(wanted), timeout=timeout)
    return Path(said["path"])


def shown(cli: Cli, transfer: str) -> Json:
    views = cli.ask("transfers")["transfers"]
    return next(view for view in views if view["transfer"] == transfer)


def moving(cli: Cli, transfer: str, at_least: int) -> None:
    """Wait until so much of it is there."""
    end = time.monotonic() + WAIT
    while shown(cli, transfer)["done"] < at_least:
        assert time.monotonic() < end, cli.story()
        time.sleep(0.02)


def in_state(cli: Cli, transfer: str, *states: str) -> Json:
    """Wait until a transfer is in one of these states; return it."""

    def is_there(reply: Json) -> bool:
        return any(
            view["transfer"] == transfer and view["state"] in states for view in reply["transfers"]
        )

    cli.until(is_there, "transfers")
    return shown(cli, transfer)


def workers_of(cli: Cli) -> list[int]:
    """Return the process ids of the program's workers."""
    children = Path(f"/proc/{cli.process.pid}/task/{cli.process.pid}/children")
    found = [int(number) for number in children.read_text("ascii").split()]
    return [n for n in found if b"bulk.worker" in Path(f"/proc/{n}/cmdline").read_bytes()]


def held_back(cli: Cli) -> None:
    """Let there be time to do something in the middle, however slow the machine is."""
    cli.ask("file_settings", cap_up=HELD)


def begun(programs: Stage, pair: list[Cli], size: int) -> tuple[str, str, Path]:
    """Let Bob fetch what Ana has offered; return when a part is there and the rest is held back."""
    ana, bob = pair
    room = room_of(ana, bob)
    path = file_of(programs.folder / "from", size)
    ana.ask("file_settings", cap_up=SLOW)
    transfer = offer(ana, room, path)
    accept(programs, bob, transfer)
    moving(bob, transfer, MEGABYTE)
    held_back(ana)
    return room, transfer, path
