"""A program that is killed while it brings profiles up to date.

    python -m tests.data.killed FOLDER KEY POINT [FOLDER KEY POINT]...

A point is "copying", "copied", the number of a step that was done, "committed" or "reread".
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.storage import connection, migrations
from app.storage.rereading import Rereader
from app.storage.store import Store


def die(*_: object, **_more: object) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def then_die(done: Callable[..., object]) -> Callable[..., Any]:
    """Return what does the same and never comes back."""

    def do(*given: Any, **named: Any) -> Any:
        done(*given, **named)
        die()

    return do


def _half(source: Any, destination: Any, _size: int) -> None:
    destination.write(source.read()[:50_000])
    destination.flush()


def prepare(point: str) -> None:
    """Arrange for the end."""
    if point == "copying":
        shutil.copyfileobj = then_die(_half)
    elif point == "copied":
        migrations._copy = then_die(migrations._copy)
    elif point == "committed":
        connection.migrate = then_die(migrations.migrate)  # type: ignore[attr-defined]
    elif point == "reread":
        Rereader._some = then_die(Rereader._some)  # type: ignore[method-assign]
    else:
        steps = list(migrations.MIGRATIONS)
        steps[int(point)] = then_die(steps[int(point)])
        migrations.migrate.__defaults__ = (steps,)


async def _open(folder: Path, key: bytes) -> None:
    await (await Store.open(folder, key)).close()


def main(arguments: list[str]) -> None:
    for folder, key, point in zip(*[iter(arguments)] * 3, strict=True):
        if (child := os.fork()) == 0:
            prepare(point)
            asyncio.run(_open(Path(folder), bytes.fromhex(key)))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, point


if __name__ == "__main__":
    main(sys.argv[1:])
