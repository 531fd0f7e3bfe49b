"""Being what opens `parlor:` links on a Linux desktop, where no package has seen to that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.placement import APP_ID
from app.ui.desktop.entries import (
    command,
    default_for,
    entry,
    is_same,
    with_default,
    without_default,
)
from app.ui.desktop.own_files import copy, put_text, take_away, text_of, text_to_change

NAME = f"{APP_ID}-links"
"""Not the name of the packages' entry, which it would hide."""
KIND = "x-scheme-handler/parlor"


@dataclass(frozen=True, slots=True)
class XdgFolders:
    """Where a person's own entries, icons and choices lie, and the folders of the system."""

    data: Path
    config: Path
    system: tuple[Path, ...] = ()

    def is_packaged(self) -> bool:
        """Tell whether a package of the system has an entry for the program."""
        return any((each / "applications" / f"{APP_ID}.desktop").exists() for each in self.system)


class XdgLinks:
    """An entry of our own, its icon, and our place in the list of what opens what."""

    def __init__(self, folders: XdgFolders, program: Sequence[str], icon: Path) -> None:
        self.entry = folders.data / "applications" / f"{NAME}.desktop"
        self.icon = folders.data / "icons/hicolor/scalable/apps" / f"{NAME}{icon.suffix}"
        self.list = folders.config / "mimeapps.list"
        self._drawing = icon
        self._fields = {
            "Type": "Application",
            "Name": "Parlor",
            "Comment": "Opens parlor: links",
            "Exec": command(program, "%u"),
            "TryExec": program[0],
            "Icon": NAME,
            "Terminal": "false",
            "NoDisplay": "true",
            "StartupNotify": "true",
            "StartupWMClass": APP_ID,
            "MimeType": f"{KIND};",
        }

    def is_on(self) -> bool:
        ours = is_same(text_of(self.entry), self._fields, "Exec")
        return ours and default_for(text_of(self.list), KIND) == self.entry.name

    def switch(self, on: bool) -> None:
        known = text_to_change(self.list)
        if on:
            copy(self._drawing, self.icon)
            put_text(self.entry, entry(self._fields))
            put_text(self.list, with_default(known, KIND, self.entry.name))
            return
        if default_for(known, KIND) == self.entry.name:
            left = without_default(known, KIND)
            if left.strip() in ("", "[Default Applications]"):
                take_away(self.list)
            else:
                put_text(self.list, left)
        take_away(self.entry)
        take_away(self.icon)
