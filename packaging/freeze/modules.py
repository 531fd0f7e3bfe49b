"""What goes into the frozen folders beyond what imports show, and what does not."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

LAZY_SERVER = (
    # Asked for by name at run time.
    "engineio.async_drivers.asgi",
    "uvicorn.lifespan.off",
    "uvicorn.lifespan.on",
    "uvicorn.loops.asyncio",
    "uvicorn.protocols.http.h11_impl",
    "uvicorn.protocols.websockets.wsproto_impl",
    "zeroconf.asyncio",
)
LAZY = (
    *LAZY_SERVER,
    "keyring.backends.SecretService",
    "keyring.backends.Windows",
    "keyring.backends.chainer",
    "keyring.backends.fail",
    "keyring.backends.kwallet",
    "keyring.backends.libsecret",
    "keyring.backends.macOS",
    "keyring.backends.null",
)
UNUSED = (
    "IPython", "PIL", "PySide6.QtQml", "PySide6.QtQuick", "_pytest", "certifi",
    "charset_normalizer", "curses", "ensurepip", "idlelib", "lib2to3", "matplotlib", "mypy",
    "numpy", "pip", "pydoc_data", "pytest", "requests", "setuptools", "sqlite3", "test",
    "tkinter", "turtle", "urllib3", "uvloop", "watchfiles", "websockets", "wheel", "yaml",
)  # fmt: skip
UNUSED_BY_APP = ("aio_pika", "aiormq", "pamqp", "redis")  # who hosts at home joins no cluster
UNUSED_BY_SERVER = ("PySide6", "aiohttp", "aiortc", "app", "av", "shiboken6")


UNUSED_ELSEWHERE = (
    "*/translations/*",
    "*/plugins/generic/*",
    "*/plugins/networkinformation/*",
    "*/plugins/platforminputcontexts/*",
    "*/plugins/tls/*",
    "*/imageformats/*qicns*",
    "*/imageformats/*qpdf*",
    "*/imageformats/*qtga*",
    "*/imageformats/*qwbmp*",
    "*/platforms/*qdirect2d*",
    "*/platforms/*qminimal*",
    "*/opengl32sw.dll",
    "*Qt*Pdf*",
    "*Qt*Qml*",
    "*Qt*Quick*",
    "*Qt*VirtualKeyboard*",
)
"""Files on Windows and macOS that nothing else asks for: looked up in the wheels' own imports."""


def own(package: str) -> list[str]:
    """Return all modules of one of our packages: many are imported late, and some by name."""
    files = sorted((ROOT / package).rglob("*.py"))
    names = (file.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".") for file in files)
    return [name.removesuffix(".__init__") for name in names]


def resources(*names: str) -> list[tuple[str, str]]:
    """Return the named files of `resources/`, else all, with where each of them goes.

    Without the licences: those of what turns out to be inside are added to what is frozen.
    """
    folder = ROOT / "resources"
    files = [folder / name for name in names] or sorted(folder.rglob("*"))
    return [
        (str(file), file.parent.relative_to(ROOT).as_posix())
        for file in files
        if file.is_file() and file.suffix not in {".py", ".pyc"}
        if not file.is_relative_to(folder / "licences")
    ]


def used_elsewhere(entries: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Return PyInstaller's entries (where to, from, kind) without what Parlor never asks for.

    For Windows and macOS; on Linux, artefacts/trim.py looks at what is there.
    """
    return [
        entry
        for entry in entries
        if not any(fnmatchcase(Path(entry[0]).as_posix(), each) for each in UNUSED_ELSEWHERE)
    ]
