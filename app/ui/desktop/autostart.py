"""Starting with the computer: a file or a value that each system looks at when somebody logs in.

If the program is moved or taken away, what was written starts nothing and does no harm.
"""

from __future__ import annotations

import plistlib
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from xml.parsers.expat import ExpatError

from app.domain.errors import AppError
from app.placement import APP_ID
from app.ui.desktop.entries import command, entry, is_same, value
from app.ui.desktop.own_files import put, put_text, take_away, text_of

FLAG = "--background"
RUN_KEY, RUN_NAME = r"Software\Microsoft\Windows\CurrentVersion\Run", "Parlor"


class Switchable(Protocol):
    """A choice that this computer keeps and not the profile. Both calls may block."""

    def is_on(self) -> bool: ...

    def switch(self, on: bool) -> None:
        """Raises AppError if it could not be stored."""
        ...


class XdgAutostart:
    """An entry in the folder `autostart` of Linux desktops; they may switch it off themselves."""

    def __init__(self, folder: Path, program: Sequence[str]) -> None:
        self.path = folder / f"{APP_ID}.desktop"
        self._fields = {
            "Type": "Application",
            "Name": "Parlor",
            "Comment": "Talk directly, from your computer",
            "Exec": command((*program, FLAG)),
            "TryExec": program[0],
            "Icon": APP_ID,
            "Terminal": "false",
            "X-GNOME-Autostart-enabled": "true",
        }

    def is_on(self) -> bool:
        text = text_of(self.path)
        off = value(text, "Hidden") == "true" or value(text, "X-GNOME-Autostart-enabled") == "false"
        return is_same(text, self._fields, "Exec") and not off

    def switch(self, on: bool) -> None:
        if on:
            put_text(self.path, entry(self._fields))
        else:
            take_away(self.path)


class LaunchAgent:
    """A property list in `~/Library/LaunchAgents` of macOS."""

    def __init__(self, folder: Path, program: Sequence[str]) -> None:
        self.path = folder / f"{APP_ID}.plist"
        self._wanted = {
            "Label": APP_ID,
            "ProgramArguments": [*program, FLAG],
            "RunAtLoad": True,
            "ProcessType": "Interactive",
            "LimitLoadToSessionType": "Aqua",
        }

    def is_on(self) -> bool:
        try:
            found = plistlib.loads(text_of(self.path).encode("utf-8", "surrogateescape"))
        except (plistlib.InvalidFileException, ValueError, ExpatError):
            return False
        same = isinstance(found, dict) and not found.get("Disabled")
        return same and found.get("ProgramArguments") == self._wanted["ProgramArguments"]

    def switch(self, on: bool) -> None:
        if on:
            put(self.path, plistlib.dumps(self._wanted))
        else:
            take_away(self.path)


class Registry(Protocol):
    """Text values below the person's own part of Windows' registry; OSError if it will not."""

    def read(self, key: str, name: str) -> str | None: ...

    def write(self, key: str, name: str, text: str) -> None: ...

    def delete(self, key: str, name: str) -> None: ...


class RegistryRun:
    """A value in the key that Windows goes through when somebody logs in."""

    def __init__(self, registry: Registry, program: Sequence[str]) -> None:
        self._registry = registry
        path, *arguments = program
        # Quoted whatever it is: an installer writes it like that, too.
        self._line = f'"{path}" {subprocess.list2cmdline([*arguments, FLAG])}'

    def is_on(self) -> bool:
        try:
            return self._registry.read(RUN_KEY, RUN_NAME) == self._line
        except OSError:
            return False

    def switch(self, on: bool) -> None:
        try:
            if on:
                self._registry.write(RUN_KEY, RUN_NAME, self._line)
            else:
                self._registry.delete(RUN_KEY, RUN_NAME)
        except OSError as error:
            raise AppError("folder-read-only", {"folder": RUN_KEY}) from error
