"""Takes out of a frozen folder for Linux what Parlor never asks for."""

from __future__ import annotations

import shutil
from pathlib import Path

from artefacts import elf
from artefacts.icu import slim
from artefacts.natives import natives, reachable, strip
from artefacts.stubs import stand_in

QT = "PySide6/Qt"
DROPPED = (
    f"{QT}/translations",
    f"{QT}/plugins/egldeviceintegrations",
    f"{QT}/plugins/generic",
    f"{QT}/plugins/imageformats/libqicns.so",
    f"{QT}/plugins/imageformats/libqpdf.so",
    f"{QT}/plugins/imageformats/libqtga.so",
    f"{QT}/plugins/imageformats/libqwbmp.so",
    f"{QT}/plugins/networkinformation",
    f"{QT}/plugins/platforminputcontexts/libqtvirtualkeyboardplugin.so",
    f"{QT}/plugins/platforms/libqeglfs.so",
    f"{QT}/plugins/platforms/libqlinuxfb.so",
    f"{QT}/plugins/platforms/libqminimal*.so",
    f"{QT}/plugins/platforms/libqvkkhrdisplay.so",
    f"{QT}/plugins/platforms/libqvnc.so",
    f"{QT}/plugins/platformthemes/libqgtk3.so",
    f"{QT}/plugins/tls",
    "PySide6/QtOpenGL*.so",
    "PySide6/QtMultimediaWidgets*.so",
    "python3.*/lib-dynload/_codecs_*.so",
    "python3.*/lib-dynload/_multibytecodec*.so",
    "python3.*/lib-dynload/_posixshmem*.so",
    "*.dist-info/INSTALLER",
    "*.dist-info/RECORD",
    "*.dist-info/REQUESTED",
)
"""Screens without a desktop, on-screen keyboards, languages we do not speak, HTTPS by Qt.

And who installed a wheel where, which is another place in each build.
"""

KEPT = (
    "libpython3.*", "libcrypto.so.*", "libssl.so.*", "libffi.so.*", "liblzma.so.*", "libbz2.so.*",
    "libxcb-cursor.so.*", "libxcb-icccm.so.*", "libxcb-image.so.*", "libxcb-keysyms.so.*",
    "libxcb-render-util.so.*", "libxcb-util.so.*", "libxkbcommon-x11.so.*",
)  # fmt: skip
"""What comes from the machine that builds: Python's own, and what desktops often lack for Qt.

All else of a system is the installed one's, which its drivers, sound and fonts fit.
"""


def trim(folder: Path, machine: str) -> None:
    """Make a frozen folder small; `machine` is the processor, like "x86_64"."""
    inside = folder / "_internal"
    for pattern in DROPPED:
        for path in inside.glob(pattern):
            _remove(path)
    _drop_hosts(inside)
    stand_in(natives(folder), machine)
    _drop_unneeded(folder)
    _drop_dead_links(inside)
    for path in inside.glob(f"{QT}/lib/libicudata.so.*"):
        slim(path)
    for path in natives(folder):
        strip(path)
        elf.forget_foreign_paths(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def _drop_hosts(inside: Path) -> None:
    """Libraries of wheels stand in folders of theirs; what is beside these is the machine's."""
    for path in inside.glob("lib*.so*"):
        if not path.is_symlink() and not any(map(path.match, KEPT)):
            path.unlink()


def _drop_unneeded(folder: Path) -> None:
    files = natives(folder)
    # Python itself is loaded by name.
    pythons = [path for path in files if path.match("libpython3.*")]
    for path in set(files) - reachable(files) - set(pythons):
        path.unlink()


def _drop_dead_links(inside: Path) -> None:
    for path in inside.rglob("*"):
        if path.is_symlink() and not path.exists():
            path.unlink()
