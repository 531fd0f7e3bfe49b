"""What people see when programs, servers and disks give out under their hands."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest

from tests.e2e.windows.conftest import People
from tests.support.desktop import eventually, run
from tests.support.windows import Window

pytestmark = [pytest.mark.e2e, pytest.mark.window]

PRESENCE_S = 15.0
"""A dead peer may be shown as there for so long, and no longer."""


def open_again(window: Window, name: str) -> None:
    """Start an ended program again and go back into the conversation with `name`."""
    window.again()
    window.click(window.row(name))
    window.see(f"Message to {name}", "text")


def hosted_server(window: Window) -> int:
    """Return the process id of the server that a window hosts."""
    tasks = Path(f"/proc/{window.process.pid}/task").glob("*/children")
    children = [int(child) for task in tasks for child in task.read_text(encoding="ascii").split()]
    commands = {child: Path(f"/proc/{child}/cmdline").read_bytes() for child in children}
    found = [child for child, command in commands.items() if b"signaling" in command]
    assert len(found) == 1, commands
    return found[0]


def test_a_draft_is_back_after_a_kill(pair: tuple[Window, Window]) -> None:
    """Words that stood still for a moment survive; so does all that was sent."""
    ana, bob = pair
    bob.face()
    bob.write("I was about to say")
    ana.see("typing", "label")
    bob.row("Ana Lima", "Draft: I was about to say")
    bob.write(" some")
    bob.kill()

    open_again(bob, "Ana Lima")
    assert bob.composer().text.startswith("I was about to say")
    bob.hear("You: Hello Ana", "read")
    bob.say(" more")
    ana.hear(" more")
    assert bob.composer().text == ""


def test_a_kill_amid_sends_loses_and_doubles_nothing(pair: tuple[Window, Window]) -> None:
    """What the sender saw as a message is one for both after a restart."""
    ana, bob = pair
    bob.face()
    for number in range(6):
        bob.write(f"part {number}.")
        bob.keys("Return")
    shown = [line for line in bob.messages() if "part" in line]
    bob.kill()

    open_again(bob, "Ana Lima")
    bob.say("back again.")
    ana.hear("back again.")
    kept, got = (
        [re.findall(r"part \d|back again", line) for line in window.messages()]
        for window in (bob, ana)
    )
    assert [each for each in kept if each] == [each for each in got if each]
    assert len([each for each in kept if each]) > len(shown) > 0
    typed = {f"part {number}" for number in range(6)} - {each[0] for each in kept if each}
    assert all(text in bob.composer().text for text in typed)


def test_the_server_dies_and_the_conversation_goes_on(pair: tuple[Window, Window]) -> None:
    """The state line stops saying online, the pill says what is done; the link carries on."""
    ana, bob = pair
    ana.expect("the hosted server does not answer; starting it again")
    os.kill(hosted_server(ana), signal.SIGSTOP)  # a dead one would be started again sooner
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
    assert ana.process.wait(20) == 0
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
    eventually(
        lambda: "offline" in ana.row("Bob Martins").description, "Bob is offline", PRESENCE_S
    )
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
    carla.see("Message to", "text")
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
    assert carla.composer().text == ""


def fill(ballast: Path) -> None:
    """Write until nothing more fits."""
    with pytest.raises(OSError, match="No space left"), ballast.open("wb", 0) as file:  # noqa: PT012 - the loop is the point
        while True:
            file.write(bytes(4096))
