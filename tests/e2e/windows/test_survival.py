"""What people see when programs, servers and disks give out under their hands."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.e2e.windows.conftest import People
from tests.support.desktop import WAIT, Part, eventually, run
from tests.support.windows import Window

pytestmark = [pytest.mark.e2e, pytest.mark.window]


def open_again(window: Window, name: str) -> None:
    """Start an ended program again and go back into the conversation with `name`."""
    window.again()
    window.click(window.row(name))
    window.see(f"Message to {name}", "text")


def signal_server(window: Window, number: int) -> None:
    """Send a signal to the server that a window hosts, if there is one now."""
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{window.process.pid}/task").glob("*/children"):
            for child in task.read_text(encoding="ascii").split():
                if b"signaling" in Path(f"/proc/{child}/cmdline").read_bytes():
                    os.kill(int(child), number)


@contextmanager
def without_server(window: Window) -> Iterator[None]:
    """Kill the server that a window hosts, and hold each one that is started in its place."""
    over = threading.Event()

    def hold() -> None:
        while not over.wait(0.02):
            signal_server(window, signal.SIGSTOP)

    signal_server(window, signal.SIGKILL)
    holder = threading.Thread(target=hold)
    holder.start()
    try:
        yield
    finally:
        over.set()
        holder.join()
        signal_server(window, signal.SIGCONT)


def test_a_draft_is_back_after_a_kill(pair: tuple[Window, Window]) -> None:
    """Words that stood still for a moment survive; so does all that was sent."""
    ana, bob = pair
    bob.face()
    bob.write("I was about to say")

    def typing() -> Part | None:
        bob.write(".")
        return ana.find("typing", "label")

    eventually(typing, "that Bob types, which ends when he stops")
    bob.row("Ana Lima", "Draft: I was about to say")
    bob.write(" some")
    bob.kill()

    open_again(bob, "Ana Lima")
    eventually(lambda: bob.composer().text.startswith("I was about to say"), "the draft")
    bob.hear("You: Hello Ana", "read")
    bob.say(" more")
    ana.hear(" more")
    eventually(lambda: not bob.composer().text, "an empty field")


def test_a_kill_amid_sends_loses_and_doubles_nothing(pair: tuple[Window, Window]) -> None:
    """What the sender saw as a message is one for both after a restart, with all before it."""
    ana, bob = pair
    bob.face()
    for number in range(6):
        bob.write(f"part {number}.")
        bob.keys("Return")
    shown = eventually(lambda: parts(bob), "a part as a message")
    bob.kill()

    open_again(bob, "Ana Lima")
    bob.say("back again.")
    ana.hear("back again.")
    bob.hear("back again.")
    eventually(lambda: parts(ana) == parts(bob), "the same messages in both windows")
    *kept, last = parts(bob)
    assert kept == [[f"part {number}"] for number in range(len(kept))]
    assert kept[: len(shown)] == shown
    assert last[-1] == "back again"  # perhaps behind what was a draft


def parts(window: Window) -> list[list[str]]:
    """Return what each message in view has of what is written here."""
    found = (re.findall(r"part \d|back again", line) for line in window.messages())
    return [each for each in found if each]


def test_the_server_dies_and_the_conversation_goes_on(pair: tuple[Window, Window]) -> None:
    """The state line stops saying online, the pill says what is done; the link carries on."""
    ana, bob = pair
    ana.expect("the hosted server does not answer; starting it again|hosting-failed")
    with without_server(ana):
        bob.see("Reconnecting", "label")
        bob.lose("Online ·", "push button")
        bob.say("without a server")
        ana.hear("Bob Martins: without a server")
        ana.face()
        bob.hear("without a server", "read")
        assert bob.find("is offline") is None

    ana.see("Online · 1 peer reachable", "push button")
    bob.see("Online · 1 peer reachable", "push button")


def test_the_one_who_hosts_quits(pair: tuple[Window, Window]) -> None:
    """Who stays is told that nobody is there, and what waits arrives when they come back."""
    ana, bob = pair
    ana.face()
    ana.keys("ctrl+q")
    assert ana.process.wait(WAIT) == 0
    bob.row("Ana Lima", "offline")
    bob.say("are you there")
    bob.see("Ana is offline.", "label")
    bob.see("1 message will be delivered", "label")
    bob.hear("are you there", "sent")
    bob.press("Host here")

    open_again(ana, "Bob Martins")
    ana.hear("Bob Martins: are you there")
    bob.hear("are you there", "read")
    bob.lose("Ana is offline.", "label")


def test_a_dead_peer_is_offline_soon(pair: tuple[Window, Window]) -> None:
    ana, bob = pair
    bob.process.send_signal(signal.SIGSTOP)
    ana.row("Bob Martins", "offline")
    ana.see("Offline", "label")
    bob.process.send_signal(signal.SIGCONT)
    ana.row("Bob Martins", "online")
    ana.say("there you are")
    bob.hear("Ana Lima: there you are")


def test_a_full_disk_takes_no_words(people: People, tmp_path: Path) -> None:
    """What cannot be stored stays in the field, with the reason; with room again it is sent."""
    small = tmp_path / "carla"
    small.mkdir()
    mount = f'mount -t tmpfs -o size=6m none "{small}" && exec "$@"'
    alone = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    before = (*alone, "sh", "-c", mount, "sh")
    if run([*before, "true"]).returncode:
        pytest.skip("no small disk can be made here")
    carla = people.open("Carla Rossi", before)
    carla.face()
    carla.keys("ctrl+0")
    carla.say("there is room")
    carla.hear("there is room")

    ballast = Path(f"/proc/{carla.process.pid}/root{small}/ballast")
    fill(ballast)
    carla.write("there is none")
    carla.keys("Return")
    carla.see("disk is full")
    eventually(lambda: carla.composer().text == "there is none", "the words are back")

    ballast.unlink()
    carla.keys("Return")
    carla.hear("there is none")
    eventually(lambda: not carla.composer().text, "an empty field")


def fill(ballast: Path) -> None:
    """Write until nothing more fits."""
    with pytest.raises(OSError, match="No space left"), ballast.open("wb", 0) as file:  # noqa: PT012 - the loop is the point
        while True:
            file.write(bytes(4096))
