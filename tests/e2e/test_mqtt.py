"""People who meet over an MQTT broker instead of our own server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.e2e.programs import Cli, Stage
from tests.support.mosquitto import MOSQUITTO, Broker, mosquitto

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        MOSQUITTO is None and os.environ.get("CI") != "true", reason="needs mosquitto"
    ),
]


@contextmanager
def broker(folder: Path) -> Iterator[str]:
    """Yield the URL of a broker that runs meanwhile."""
    found: list[Broker] = []
    ready, over = Event(), Event()

    async def run() -> None:
        async with mosquitto(folder) as running:
            found.append(running)
            ready.set()
            await asyncio.to_thread(over.wait)

    thread = Thread(target=asyncio.run, args=(run(),))
    thread.start()
    try:
        assert ready.wait(90)
        yield f"mqtt://127.0.0.1:{found[0].port}/people"
    finally:
        over.set()
        thread.join()


def test_a_conversation_begins_over_a_broker(programs: Stage) -> None:
    with broker(programs.folder) as url:
        ana, bob = programs.people("Ana", "Bob", server=url)
        made = ana.ask("room_create", name="Over a broker")
        bob.ask("room_join", invite=made["invite"])
        ana.event("link", peer=bob.peer, state="online")
        ana.say(made["room"], "hello over a broker")
        bob.hear("hello over a broker")
        assert [p["name"] for p in bob.ask("directory", query="an")["people"]] == ["Ana"]
        mark = ana.mark()
        bob.kill()
        ana.event("link", mark, peer=bob.peer, state="offline")
        later = ana.say(made["room"], "while you were away")
        bob = programs.again(bob)
        bob.hear("while you were away")
        ana.event("status", message=later, state="delivered")
    meet_without(ana, bob, made["room"])


def meet_without(ana: Cli, bob: Cli, room: str) -> None:
    """The broker is gone; who is linked talks on."""
    ana.event("server", state="offline")
    bob.say(room, "nobody needs it now")
    ana.hear("nobody needs it now")
