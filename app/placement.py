"""Where this program lies, how another start of it is written, and what lies beside it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

APP_ID = "org.parlor.Parlor"
PROGRAM = "parlor"
DATA, MARKER = "parlor-data", "portable"
FLATPAK_INFO = Path("/.flatpak-info")
_SYSTEM = (Path("/usr"), Path("/opt"), Path("/snap"))


class Kind(Enum):
    """How the program has come to this machine."""

    SOURCE = "source"
    FOLDER = "folder"
    APPIMAGE = "appimage"
    BUNDLE = "bundle"
    PACKAGE = "package"
    FLATPAK = "flatpak"
    LIBRARY = "library"


@dataclass(frozen=True, slots=True)
class Placement:
    """`command` starts the window. `beside` is the folder in which data that travels along lies.

    It is None where the program has no place of its own; a file `marker` makes it portable.
    """

    kind: Kind
    command: tuple[str, ...]
    beside: Path | None = None
    marker: Path | None = None

    @property
    def portable_data(self) -> Path | None:
        """The folder beside the program that `--portable` uses."""
        return None if self.beside is None else self.beside / DATA

    def is_marked(self) -> bool:
        """Tell whether the program is portable without being told so."""
        return self.marker is not None and self.marker.is_file()


@dataclass(frozen=True, slots=True)
class Facts:
    """What a placement is found by; `root` is the folder that holds the package `app`."""

    executable: Path
    frozen: bool
    root: Path
    environ: Mapping[str, str]
    flatpak: bool = False


def here() -> Placement:
    """Return the placement of this very program."""
    return find(
        Facts(
            Path(sys.executable),
            bool(getattr(sys, "frozen", False)),
            Path(__file__).resolve().parents[1],
            os.environ,
            FLATPAK_INFO.exists(),
        )
    )


def keep_to(folder: Path) -> None:
    """Let this process and its children put their passing files below `folder`, too."""
    passing = folder / "tmp"
    with suppress(OSError):  # what opens the folder says why it cannot be written to
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        passing.mkdir(mode=0o700, exist_ok=True)
        for name in ("TMPDIR", "TEMP", "TMP"):
            os.environ[name] = str(passing)


def find(facts: Facts) -> Placement:
    """Return the placement that the facts speak of."""
    if facts.flatpak:
        return Placement(Kind.FLATPAK, (PROGRAM,))
    if facts.frozen:
        return _frozen(facts)
    script = facts.root / PROGRAM
    if script.is_file():
        return Placement(Kind.SOURCE, (str(script), "run"), facts.root)
    return Placement(Kind.LIBRARY, (str(facts.executable), "-m", "app"))


def _frozen(facts: Facts) -> Placement:
    program = facts.executable.resolve()
    # The headless program lies in the same folder.
    program = program.with_name(PROGRAM + program.suffix)
    command, folder = (str(program),), program.parent
    image = _image(facts.environ, program)
    if image is not None:
        return Placement(Kind.APPIMAGE, (str(image),), image.parent, image.parent / MARKER)
    if folder.name == "MacOS" and folder.parent.name == "Contents":
        beside = folder.parent.parent.parent
        return Placement(Kind.BUNDLE, command, beside, beside / MARKER)
    if any(program.is_relative_to(place) for place in _SYSTEM):
        return Placement(Kind.PACKAGE, command)
    return Placement(Kind.FOLDER, command, folder.parent, folder / MARKER)


def _image(environ: Mapping[str, str], program: Path) -> Path | None:
    """Return the AppImage that `program` runs from, and not one that has only started it."""
    image, mounted = environ.get("APPIMAGE"), environ.get("APPDIR")
    if not image or not mounted or not program.is_relative_to(Path(mounted).resolve()):
        return None
    return Path(image)
