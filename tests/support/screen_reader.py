"""Reads what a program's windows show through AT-SPI, as a screen reader does.

Run with the system's Python, which has `gi`: one process id on each line of standard input, one
line of JSON on standard output for each: the showing parts of that program's windows, each with
its place in the tree (`depth`), what it says, its states and its rectangle on the screen.
It finds the accessibility bus of the D-Bus session that it is started in.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

gi: Any = importlib.import_module("gi")
gi.require_version("Atspi", "2.0")
Atspi: Any = importlib.import_module("gi.repository.Atspi")
GLib: Any = importlib.import_module("gi.repository.GLib")

STATES = ("SHOWING", "FOCUSED", "ENABLED", "CHECKED", "SELECTED", "ACTIVE", "EDITABLE")
MOST_CHILDREN = 300


def text_of(part: Any) -> str:
    """Return what stands in a field."""
    if not part.get_state_set().contains(Atspi.StateType.EDITABLE):
        return ""
    content = part.get_text_iface()
    return str(content.get_text(0, -1)) if content is not None else ""


def rect_of(part: Any) -> tuple[int, int, int, int]:
    place = part.get_component_iface()
    if place is None:
        return (0, 0, 0, 0)
    rect = place.get_extents(Atspi.CoordType.SCREEN)
    return (rect.x, rect.y, rect.width, rect.height)


def read(part: Any, depth: int, found: list[dict[str, object]]) -> None:
    """Add a part and what is below it, unless it does not show."""
    states = part.get_state_set()
    has = [name.lower() for name in STATES if states.contains(getattr(Atspi.StateType, name))]
    if depth and "showing" not in has:
        return
    if depth:
        about = {
            "depth": depth,
            "role": part.get_role_name(),
            "name": part.get_name() or "",
            "description": part.get_description() or "",
            "text": text_of(part),
            "states": has,
            "rect": rect_of(part),
        }
        found.append(about)
    for index in range(min(part.get_child_count(), MOST_CHILDREN)):
        child = part.get_child_at_index(index)
        if child is not None:
            read_if_there(child, depth + 1, found)


def read_if_there(part: Any, depth: int, found: list[dict[str, object]]) -> None:
    """Parts come and go while they are read; one that went is left out."""
    try:
        read(part, depth, found)
    except GLib.Error:
        return


def program(process: int) -> Any:
    """Return the program with this process id, None while it is not on the bus."""
    desktop = Atspi.get_desktop(0)
    for index in range(desktop.get_child_count()):
        each = desktop.get_child_at_index(index)
        try:
            if each is not None and each.get_process_id() == process:
                return each
        except GLib.Error:
            continue
    return None


def main() -> None:
    """Answer until the input ends."""
    Atspi.set_timeout(3000, 3000)
    for line in sys.stdin:
        found: list[dict[str, object]] = []
        try:
            there = program(int(line))
            if there is not None:
                there.set_cache_mask(Atspi.Cache.NONE)
                read(there, 0, found)
        except GLib.Error:
            found = []
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
