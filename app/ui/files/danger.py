"""Which files may do something when they are opened, rather than show something."""

from __future__ import annotations

import os
from pathlib import Path

_KINDS = {
    "a program": "exe com scr pif msi msp appimage run bin app dmg pkg deb rpm apk cpl dll jar",
    "a script": (
        "bat cmd sh bash zsh fish csh ps1 psm1 vbs vbe js jse wsf wsh hta py pyw pl rb php lua"
        " awk tcl command scpt applescript ahk"
    ),
    "a shortcut that may start a program": "lnk url desktop webloc inf reg scf library-ms",
    "a document with macros": "docm dotm xlsm xltm xlam pptm potm ppam ppsm sldm odb",
    "a disk image": "iso img vhd vhdx",
}
_DANGEROUS = {end: kind for kind, ends in _KINDS.items() for end in ends.split()}


def danger(path: Path) -> str:
    """Return what kind of thing `path` is if opening it may run something, else ""."""
    end = path.suffix.removeprefix(".").lower()
    if end in _DANGEROUS:
        return _DANGEROUS[end]
    runs = path.is_file() and os.access(path, os.X_OK) and os.name != "nt"
    return "a program" if runs else ""
