"""A frozen folder, as far as names go: what is in the files does not matter to whose they are."""

from __future__ import annotations

from importlib.metadata import Distribution
from pathlib import Path

from artefacts.contents import INSIDE, STAND_IN
from tests.services.notices.making import install

ELF = b"\x7fELF and so on"
MODULES = ("segno/__init__.pyc", "aiortc/__init__.pyc", "aioice/__init__.pyc", "json/__init__.pyc")
UNFOLDED = "shiboken6/files.dir/shibokensupport/feature.pyc"
OWN = ("app/__init__.pyc", "signaling/__init__.pyc", "_pyi_rth_utils/__init__.pyc")


def native(start: str) -> str:
    """Return the path of an installed native file that begins so, like "av.libs/libopus"."""
    package = start.partition("/")[0].removesuffix(".libs").replace("PySide6", "pyside6-essentials")
    files = Distribution.from_name(package).files or ()
    return next(path.as_posix() for path in files if path.as_posix().startswith(start))


def freeze(folder: Path) -> Path:
    """Lay out a small program with a few wheels and libraries in it."""
    for name in (*MODULES, *OWN, UNFOLDED):
        lay(folder, name, b"code")
    for name in (native("av.libs/libopus"), native("av.libs/libx264"), native("PySide6/QtCore.")):
        lay(folder, name, ELF)
    lay(folder, native("av.libs/libx265"), ELF + STAND_IN)
    lay(folder, "libpython3.11.so.1.0", ELF)
    lay(folder, "python3.11/lib-dynload/_ssl.so", ELF)
    lay(folder, "libffi.so.8", ELF)
    lay(folder, "resources/fonts/Inter-Regular.ttf", b"font")
    (folder / INSIDE / "libopus.so").symlink_to(native("av.libs/libopus"))
    (folder / folder.name).write_bytes(ELF)
    return folder


def lay(folder: Path, name: str, data: bytes) -> None:
    """Put a file into the inner part of a frozen folder."""
    path = folder / INSIDE / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def freezer(site: Path) -> Distribution:
    """Return a PyInstaller that is not installed where the tests run."""
    return install(site, "pyinstaller", "6.0", files={"!COPYING.txt": "The bootloader's terms"})
