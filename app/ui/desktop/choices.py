"""What a person may choose about this computer, as far as it has it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.placement import Kind, Placement, here
from app.ui.desktop.autostart import LaunchAgent, RegistryRun, Switchable, XdgAutostart
from app.ui.desktop.link_handler import XdgFolders, XdgLinks
from app.ui.theme.logo import DRAWING

_OWN_LINKS = {Kind.SOURCE, Kind.FOLDER, Kind.APPIMAGE}


@dataclass(frozen=True, slots=True)
class DesktopChoices:
    """`startup` begins with the computer, `links` opens them; None where there is no choice."""

    startup: Switchable | None = None
    links: Switchable | None = None

    def __bool__(self) -> bool:
        return self.startup is not None or self.links is not None


def choices_here() -> DesktopChoices:
    """Return what can be chosen on this computer."""
    return desktop_choices(here(), os.environ, Path.home())


def desktop_choices(placement: Placement, environ: Mapping[str, str], home: Path) -> DesktopChoices:
    """Return what can be chosen for a program in this place; a sandbox leaves nothing to choose."""
    if placement.kind is Kind.FLATPAK:
        return DesktopChoices()
    program = placement.command
    if sys.platform == "win32":
        from app.ui.desktop.windows import OwnRegistry  # noqa: PLC0415 - it is only there

        return DesktopChoices(RegistryRun(OwnRegistry(), program))
    if sys.platform == "darwin":
        return DesktopChoices(LaunchAgent(home / "Library" / "LaunchAgents", program))
    folders = xdg_folders(environ, home)
    startup = XdgAutostart(folders.config / "autostart", program)
    if placement.kind not in _OWN_LINKS or folders.is_packaged():
        return DesktopChoices(startup)
    return DesktopChoices(startup, XdgLinks(folders, program, DRAWING))


def xdg_folders(environ: Mapping[str, str], home: Path) -> XdgFolders:
    """Return the folders that the XDG specification names; relative ones do not count."""

    def folder(name: str, usual: str) -> Path:
        given = Path(environ.get(name, ""))
        return given if given.is_absolute() else home / usual

    data = folder("XDG_DATA_HOME", ".local/share")
    named = environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    system = tuple(Path(each) for each in named.split(":") if each.startswith("/"))
    return XdgFolders(data, folder("XDG_CONFIG_HOME", ".config"), system)
