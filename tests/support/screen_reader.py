"""Reads what a program's windows show through AT-SPI, as a screen reader does.

Run with the system's Python, which has `gi`: one process id on each line of standard input, one
line of JSON on standard output for each: the showing parts of that program's windows, each with
its place in the tree (`depth`), what it says, its states and its rectangle on the screen; null if
the program gave no answer. It finds the accessibility bus of the D-Bus session it is started in.

All that can be asked at once is asked at once: a walk takes a few answers in a row for each depth
of the tree, rather than ten for each part, which would take seconds on a busy machine.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

gi: Any = importlib.import_module("gi")
Gio: Any = importlib.import_module("gi.repository.Gio")
GLib: Any = importlib.import_module("gi.repository.GLib")

ROOT = "/org/a11y/atspi/accessible/root"
ATSPI = "org.a11y.atspi"
PART, TEXT, PLACE = f"{ATSPI}.Accessible", f"{ATSPI}.Text", f"{ATSPI}.Component"
SCREEN = 0
"""Rectangles are wanted in the screen's coordinates."""
STATES = {
    "showing": 25,
    "focused": 12,
    "enabled": 8,
    "checked": 4,
    "selected": 23,
    "active": 1,
    "editable": 7,
}
MOST_CHILDREN = 300
PATIENCE_MS = 20_000

Then = Callable[[Any], None]


class Part:
    """What is known of a part so far; `about` stays empty for one that does not show."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.about: dict[str, object] = {}
        self.children: list[Part] = []

    def walk(self) -> Iterator[dict[str, object]]:
        """Yield what is known of it and of all below it, in the order of reading."""
        if self.about:
            yield self.about
        for child in self.children:
            yield from child.walk()


class Walk:
    """One look at a program, whose name on the bus is `name`; `silent` if it does not answer."""

    def __init__(self, bus: Any, name: str) -> None:
        self._bus, self._name = bus, name
        self._loop = GLib.MainLoop()
        self._asked = 0
        self.silent = False

    def read(self) -> list[dict[str, object]] | None:
        """Return the parts in the order of reading, None if the program does not answer."""
        root = Part(0)
        self._go_below(root, ROOT)
        self._loop.run()
        return None if self.silent else list(root.walk())

    def _ask(self, path: str, method: tuple[str, str], arguments: Any, then: Then) -> None:
        self._asked += 1
        flags = Gio.DBusCallFlags.NO_AUTO_START

        def answered(bus: Any, result: Any) -> None:
            try:
                then(bus.call_finish(result).unpack()[0])
            except GLib.Error as error:
                self._note(error)
            self._asked -= 1
            if not self._asked:
                self._loop.quit()

        where = (self._name, path, *method)
        self._bus.call(*where, arguments, None, flags, PATIENCE_MS, None, answered)

    def _note(self, error: Any) -> None:
        """Parts come and go while they are read, and not all have all; silence is another thing."""
        if error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.TIMED_OUT):
            self.silent = True

    def _go_below(self, part: Part, path: str) -> None:
        def take(children: list[tuple[str, str]]) -> None:
            for _name, child in children[:MOST_CHILDREN]:
                below = Part(part.depth + 1)
                part.children.append(below)
                self._look(below, child)

        self._ask(path, (PART, "GetChildren"), None, take)

    def _look(self, part: Part, path: str) -> None:
        def take(words: list[int]) -> None:
            bits = sum(word << 32 * at for at, word in enumerate(words))
            states = [name for name, bit in STATES.items() if bits >> bit & 1]
            if "showing" in states:
                self._ask_all(part, path, states)

        self._ask(path, (PART, "GetState"), None, take)

    def _ask_all(self, part: Part, path: str, states: list[str]) -> None:
        about = part.about = {
            "depth": part.depth,
            "role": "",
            "name": "",
            "description": "",
            "text": "",
            "states": states,
            "rect": (0, 0, 0, 0),
        }

        def put(key: str) -> Then:
            return lambda answer: about.update({key: answer})

        get = ("org.freedesktop.DBus.Properties", "Get")
        self._ask(path, (PART, "GetRoleName"), None, put("role"))
        self._ask(path, get, GLib.Variant("(ss)", (PART, "Name")), put("name"))
        self._ask(path, get, GLib.Variant("(ss)", (PART, "Description")), put("description"))
        self._ask(path, (PLACE, "GetExtents"), GLib.Variant("(u)", (SCREEN,)), put("rect"))
        if "editable" in states:
            self._ask(path, (TEXT, "GetText"), GLib.Variant("(ii)", (0, -1)), put("text"))
        self._go_below(part, path)


def accessibility_bus() -> Any:
    """Connect to the bus on which programs tell what they show."""
    session = Gio.bus_get_sync(Gio.BusType.SESSION, None)
    address = call(session, "org.a11y.Bus", "/org/a11y/bus", ("org.a11y.Bus", "GetAddress"))
    kinds = Gio.DBusConnectionFlags
    flags = kinds.AUTHENTICATION_CLIENT | kinds.MESSAGE_BUS_CONNECTION
    return Gio.DBusConnection.new_for_address_sync(address, flags, None, None)


def call(bus: Any, name: str, path: str, method: tuple[str, str], arguments: Any = None) -> Any:
    """Ask one thing and wait for the answer."""
    where = (name, path, *method)
    flags = Gio.DBusCallFlags.NONE
    return bus.call_sync(*where, arguments, None, flags, PATIENCE_MS, None).unpack()[0]


def program(bus: Any, process: int) -> str | None:
    """Return the name on the bus of the program with this process id, None if it is not there."""
    names = call(bus, f"{ATSPI}.Registry", ROOT, (PART, "GetChildren"))
    method = ("org.freedesktop.DBus", "GetConnectionUnixProcessID")
    for name, _path in names:
        arguments = GLib.Variant("(s)", (name,))
        try:
            found = call(bus, method[0], "/org/freedesktop/DBus", method, arguments)
        except GLib.Error:
            continue
        if found == process:
            return str(name)
    return None


def main() -> None:
    """Answer until the input ends."""
    bus = accessibility_bus()
    for line in sys.stdin:
        try:
            name = program(bus, int(line))
            found = Walk(bus, name).read() if name is not None else []
        except GLib.Error:
            found = None
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
