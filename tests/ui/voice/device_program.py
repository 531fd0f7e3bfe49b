"""Records a second from this machine's microphone, then plays it; says how that went.

A process of its own, because Qt looks for devices once in its life.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop
from PySide6.QtWidgets import QApplication

from app.domain.errors import AppError
from app.domain.ids import EventId
from app.ui.voice.engine import Engine
from app.ui.voice.microphone import microphone
from app.ui.voice.player import Player
from app.ui.voice.recorder import Recorder, State

WANTED_MS = 1000
TURNS = 6000
ENOUGH = 4
ONE = EventId(bytes(32))


async def turn(done: Callable[[], object]) -> None:
    for _ in range(TURNS):
        if done():
            return
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        await asyncio.sleep(0.005)
    raise TimeoutError


async def play_through(player: Player, path: Path, ms: int) -> None:
    ended: list[object] = []
    player.finished.connect(ended.append)
    player.play(ONE, str(path), ms)
    await turn(lambda: ended)


async def main(path: Path) -> dict[str, object]:
    recorder, began = Recorder(), time.monotonic()
    try:
        recorder.begin(await microphone())
    except AppError as error:
        return {"code": error.code}
    await turn(lambda: recorder.ms > WANTED_MS / 2)
    recorder.pause()
    held = recorder.ms
    recorder.resume()
    await turn(lambda: recorder.ms >= WANTED_MS)
    made = recorder.finish()
    took = round((time.monotonic() - began) * 1000)
    assert made is not None
    await asyncio.to_thread(path.write_bytes, made.sound)
    player = Player(Engine)
    places: set[int] = set()
    player.changed.connect(lambda which: places.add(player.sounding(which).at_ms))
    player.set_rate(2.0)
    while len(places) < ENOUGH:  # who looked away for as long as it lasts saw nothing move
        await play_through(player, path, made.ms)
    state = recorder.state is State.IDLE
    wave = list(made.wave[2:-2])
    return {"ms": made.ms, "took": took, "held": held, "wave": wave, "idle": state}


if __name__ == "__main__":
    application = QApplication([])
    print(json.dumps(asyncio.run(main(Path(sys.argv[1])))))  # noqa: T201 - read by the test
