"""Parlor's real window as a person has it: read through AT-SPI, moved by keys and mouse."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.support.desktop import ROOT, SCREEN, WAIT, Desktop, Part, eventually
from tests.support.frozen import run_module

SIZE = (SCREEN[0] // 2 - 20, 720)
TYPING_MS = 6
COMPOSERS = ("Message to ", "Answer ")
TITLE = r"^(\([0-9]+\) )?Parlor$"
"""What is unread stands before the name."""

TOLERATED = re.compile(
    r"qt\.accessibility\.atspi: (.* does not implement|Could not find accessible on path)"
    r"|QAccessibleList::child: Invalid index at"
    r"|^\S+ \S+ INFO "
)
"""Qt's adaptor lacks a method that newer buses ask for; a reader may ask for a row that has just
left the screen; a hosted server tells of its life."""


class Window:
    """One run of the program after another on one profile; `place` 0 is left, 1 is right.

    With `lan` it meets people of its network without a server.
    """

    def __init__(  # noqa: PLR0913 - who, where, and how it is started
        self,
        desktop: Desktop,
        folder: Path,
        name: str,
        place: int,
        before: Sequence[str] = (),
        *,
        lan: bool = False,
    ) -> None:
        self.desktop, self.folder, self.name = desktop, folder, name
        self.errors = folder.with_name(f"{folder.name}.stderr")
        self._place, self._before = place, tuple(before)
        self._ways = [] if lan else ["--no-lan"]
        self._expected = [TOLERATED]
        self.start()

    def start(self) -> None:
        """Start the program and wait until its window has taken in the profile."""
        own = ["--data-dir", str(self.folder), "--name", self.name, *self._ways]
        command = [*self._before, *run_module("app"), *own]
        with self.errors.open("ab") as sink:
            self.process = subprocess.Popen(
                self.desktop.on_network(command), env=self.desktop.env, cwd=ROOT, stderr=sink
            )
        eventually(self._begun, f"the window of {self.name}")
        self.see(self.name, "label")
        width, height = SIZE
        self.resize(width, height)
        x = self._place * (SCREEN[0] // 2)
        self.desktop.xdotool("windowmove", "--sync", self._main(), x, 30)

    def resize(self, width: int, height: int) -> None:
        self.desktop.xdotool("windowsize", "--sync", self._main(), width, height)

    def parts(self) -> list[Part]:
        return self.desktop.parts(self.process.pid)

    def find(self, said: str, role: str = "") -> Part | None:
        """Return the first part whose name, description or text has `said` in it."""
        for part in self.parts():
            words = (part.name, part.description, part.text)
            if role in ("", part.role) and any(said in each for each in words):
                return part
        return None

    def see(self, said: str, role: str = "", timeout: float = WAIT) -> Part:
        """Wait until something on the screen says this."""
        what = f"{said!r} in the window of {self.name}"
        try:
            return eventually(lambda: self.find(said, role), what, timeout)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.story()}") from None

    def lose(self, said: str, role: str = "") -> None:
        """Wait until nothing on the screen says this."""
        eventually(lambda: self.find(said, role) is None, f"{said!r} away from {self.name}")

    def below(self, name: str) -> list[Part]:
        """Return what stands in the list of this name."""
        parts = self.parts()
        top = next((at for at, part in enumerate(parts) if part[1:3] == ("list", name)), None)
        if top is None:
            return []
        inside = []
        for part in parts[top + 1 :]:
            if part.depth <= parts[top].depth:
                break
            inside.append(part)
        return [part for part in inside if part.role == "list item"]

    def messages(self) -> list[str]:
        """Return the messages in view as they are read out."""
        return [part.name for part in self.below("Messages")]

    def hear(self, said: str, state: str = "") -> str:
        """Wait until a message in view says this, and ends in this state if one is given."""

        def look() -> str | None:
            heard = (line for line in self.messages() if said in line)
            return next((line for line in heard if line.endswith(state)), None)

        try:
            return eventually(look, f"message {said!r} {state} in the window of {self.name}")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.story()}") from None

    def row(self, name: str, said: str = "") -> Part:
        """Wait for a row of the sidebar with this name, that says this."""

        def look() -> Part | None:
            rows = self.below("Conversations")
            return next((row for row in rows if name in row.name and said in row.description), None)

        try:
            return eventually(look, f"row {name!r} saying {said!r} in the window of {self.name}")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.story()}") from None

    def click(self, part: Part) -> None:
        """Click into the middle of a part, once it stays where it is."""
        place = self.resting(part).centre
        self.desktop.xdotool("mousemove", "--sync", *place, "click", 1)

    def resting(self, part: Part) -> Part:
        """Return the part as it is when two looks find it at the same place."""

        def look() -> bool:
            nonlocal part
            same = [each for each in self.parts() if each[1:3] == part[1:3]] or [part]
            rests = any(each.rect == part.rect for each in same)
            part = part if rests else same[0]
            return rests

        eventually(look, f"rest of {part.name!r} in the window of {self.name}")
        return part

    def press(self, said: str) -> None:
        """Click the button that says this, once it is there."""
        self.click(self.see(said, "push button"))

    def face(self) -> None:
        """Bring the window to the front and give it the keys; a dialog of its own keeps them."""

        def facing() -> bool:
            active = self.desktop.xdotool("getactivewindow", "getwindowpid")
            if active == str(self.process.pid):
                return True
            shown = eventually(self._main, f"the window of {self.name}")
            self.desktop.xdotool("windowactivate", "--sync", shown)
            return False

        eventually(facing, f"the window of {self.name} in front")

    def keys(self, *keys: str) -> None:
        """Press keys in X's spelling, such as ctrl+k, Return, Tab."""
        self.desktop.xdotool("key", "--delay", 30, *keys)

    def write(self, text: str) -> None:
        """Type plain letters into whatever has the focus."""
        self.desktop.xdotool("type", "--delay", TYPING_MS, "--", text)

    def say(self, text: str) -> None:
        """Type a message and send it, once the field of the open conversation has the keys."""
        self.face()
        eventually(self._composing, f"the keys in the composer of {self.name}")
        self.write(text)
        self.keys("Return")

    def composer(self) -> Part:
        """Return the field for messages."""
        return self.see("Message", "text")

    def focused(self) -> Part | None:
        """Return the part that has the keys; a viewport inside of it has no name.

        Qt calls the current row of every list focused, so rows do not count.
        """
        having = (part for part in reversed(self.parts()) if part.focused and part.name)
        return next((part for part in having if part.role != "list item"), None)

    def keyed(self) -> list[tuple[int, str, str]]:
        """Return the depth, role and name of all that is said to have the keys."""
        return [part[:3] for part in self.parts() if part.focused and part.role != "list item"]

    def has_keys(self, said: str, role: str = "") -> bool:
        """Whether what has the keys says this, and is of this role if one is given."""
        focused = self.focused()
        return focused is not None and said in focused.name and role in ("", focused.role)

    def kill(self) -> None:
        """Kill it at once, as a power cut would."""
        self.process.kill()
        self.process.wait(WAIT)

    def again(self) -> None:
        """Start the program of the same profile again."""
        self.start()

    def close(self) -> int:
        """Ask it to end and return its exit code; one that hangs is an error."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(WAIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(WAIT)
            raise AssertionError(f"{self.name} did not end\n{self.complaints()}") from None

    def complaints(self) -> str:
        """Return what was said on standard error and should not have been."""
        lines = self.errors.read_text(encoding="utf-8", errors="replace").splitlines()
        stray = (line for line in lines if not any(each.search(line) for each in self._expected))
        return "\n".join(stray)

    def expect(self, pattern: str) -> None:
        """Allow lines on standard error in which this regular expression is found."""
        self._expected.append(re.compile(pattern))

    def story(self) -> str:
        """Return all that is on the screen, for a failure."""
        shown = [
            f"{part.role} {part.name!r} {part.description!r} {part.text[:200]!r}"
            for part in self.parts()
            if part.name or part.text
        ]
        head = f"{self.name}, exit code {self.process.poll()}, focus on {self.focused()}"
        return "\n".join([head, *shown, self.complaints()[-3000:]])

    def _composing(self) -> bool:
        focused = self.focused()
        return focused is not None and focused.name.startswith(COMPOSERS)

    def _begun(self) -> int:
        assert self.process.poll() is None, f"{self.name} has ended\n{self.complaints()}"
        return self._main()

    def _main(self) -> int:
        """Return the id of the main window, 0 while it is not there."""
        search = ("search", "--onlyvisible", "--all", "--pid", self.process.pid)
        found = self.desktop.xdotool(*search, "--name", TITLE)
        return int(found.split()[0]) if found else 0
