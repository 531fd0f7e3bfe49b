"""What is really in a frozen folder: whose each file with code is."""

from __future__ import annotations

import csv
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.metadata import Distribution, distributions
from pathlib import Path

import msgspec

from app.services.notices.wheels import plain_name
from artefacts.shiboken import PLACE
from artefacts.stubs import MARK

INSIDE = "_internal"
HOSTS = Path(__file__).resolve().parents[1] / "licences" / "hosts.toml"
STAND_IN = MARK.encode()
"""What our own replacements of libraries have in them."""

_SMALL = 1 << 18
_MAGIC = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
_OWN = {"app", "signaling", "resources", "freeze", "launch"}
_FREEZER = ("_pyi", "pyi", "PyInstaller")
_PYTHON = ("libpython3*", "Python", "python3*.dll", "*.pyd")


class Host(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A library of the machine that builds, known by the names of its files."""

    name: str
    licence: str
    home: str
    files: tuple[str, ...]
    copyright: str = ""
    module: str = ""
    asks: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """Owners of what is in a folder.

    `natives` maps files with machine code, by their path in the wheel, to the distribution's plain
    name; `hosts` maps names of files to the library of the building machine that they belong to;
    `interpreter` are Python's own files, `programs` those beside the inner folder, `stand_ins` our
    replacements of libraries; `strays` belong to nobody known.
    """

    distributions: tuple[Distribution, ...]
    natives: dict[str, str]
    interpreter: tuple[str, ...]
    programs: tuple[str, ...]
    stand_ins: frozenset[str]
    hosts: dict[str, Host]
    resources: frozenset[str]
    strays: tuple[str, ...]


def load_hosts(path: Path = HOSTS) -> tuple[Host, ...]:
    """Read the table of libraries that come from the machine that builds."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return msgspec.convert(table["host"], tuple[Host, ...])


def look(folder: Path, hosts: Iterable[Host] = ()) -> Contents:
    """Find whose everything below a frozen folder is, by the environment it was made in."""
    return _Looking(folder, tuple(hosts) or load_hosts()).result()


def is_native(path: Path) -> bool:
    """Whether a file holds machine code of some system."""
    with path.open("rb") as file:
        return file.read(4).startswith(_MAGIC)


@cache
def environment() -> tuple[dict[str, Distribution], dict[str, str]]:
    """Return what is installed here by its plain name, and the owner of each file by its path."""
    named = {plain_name(found.name): found for found in distributions()}
    installed = dict(sorted(named.items()))
    owners = {path: name for name, found in installed.items() for path in _recorded(found)}
    return installed, owners


class _Looking:
    def __init__(self, folder: Path, hosts: tuple[Host, ...]) -> None:
        self._folder, self._inside, self._hosts = folder, folder / INSIDE, hosts
        self._installed, self._owners = environment()
        self._found: set[str] = set()
        self._natives: dict[str, str] = {}
        self._interpreter: list[str] = []
        self._stand_ins: set[str] = set()
        self._used: dict[str, Host] = {}
        self._strays: list[str] = []

    def result(self) -> Contents:
        resources = set()
        for path in sorted(self._inside.rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            name = path.relative_to(self._inside).as_posix()
            if name.startswith("resources/"):
                resources.add(name.removeprefix("resources/"))
            elif path.suffix == ".pyc":
                self._module(name)
            elif is_native(path):
                self._native(name, path)
            else:
                self._claim(name)
        return Contents(
            tuple(self._installed[name] for name in sorted(self._found)),
            self._natives,
            tuple(self._interpreter),
            self._programs(),
            frozenset(self._stand_ins),
            self._used,
            frozenset(resources),
            tuple(self._strays),
        )

    def _claim(self, path: str) -> bool:
        """Note whose a file of a wheel is; whether it is somebody's."""
        owner = self._owners.get(path)
        if owner is not None:
            self._found.add(owner)
        return owner is not None

    def _module(self, name: str) -> None:
        if name.startswith(f"{PLACE.as_posix()}/"):  # lies in a library, so no list has it
            name = f"{PLACE.parent.as_posix()}/__init__.pyc"
        top = name.partition("/")[0].removesuffix(".pyc")
        known = top in _OWN or top in sys.stdlib_module_names or top.startswith(_FREEZER)
        if not self._claim(name.removesuffix("c")) and not known:
            self._strays.append(name)

    def _native(self, name: str, path: Path) -> None:
        if path.stat().st_size < _SMALL and STAND_IN in path.read_bytes():
            self._stand_ins.add(name)
        elif self._claim(name):
            self._natives[name] = self._owners[name]
        elif host := self._host(path.name):
            self._used[path.name] = host
        elif _is_python(name):
            self._interpreter.append(name)
        else:
            self._strays.append(name)

    def _programs(self) -> tuple[str, ...]:
        files = sorted(path for path in self._folder.iterdir() if path.is_file())
        return tuple(path.name for path in files if is_native(path))

    def _host(self, name: str) -> Host | None:
        lowered = name.lower()
        return next(
            (
                host
                for host in self._hosts
                if any(fnmatchcase(lowered, pattern.lower()) for pattern in host.files)
            ),
            None,
        )


def _recorded(found: Distribution) -> list[str]:
    """The paths of a distribution's files; much faster than asking for them as objects."""
    return [row[0] for row in csv.reader((found.read_text("RECORD") or "").splitlines()) if row]


def _is_python(name: str) -> bool:
    """Whether a native file is the interpreter's own."""
    if "lib-dynload/" in name:
        return True
    return "/" not in name and any(fnmatchcase(name, pattern) for pattern in _PYTHON)


@dataclass(frozen=True, slots=True)
class Package:
    """A package of Debian's: `text` is its statement of copyright."""

    name: str
    version: str
    architecture: str
    text: str


def package_of(file: str) -> Package | None:
    """Ask dpkg which package a library of this machine came from; None where there is no answer."""
    try:
        told = _ask("dpkg-query", "-S", f"*/{file}").split(":", 1)[0].strip()
        name, version, architecture = _ask(
            "dpkg-query", "-W", "-f", "${Package}\\n${Version}\\n${Architecture}\\n", told
        ).split("\n")[:3]
    except (OSError, subprocess.CalledProcessError, ValueError):
        return None
    statement = Path("/usr/share/doc") / name / "copyright"
    text = statement.read_text(encoding="utf-8", errors="replace") if statement.is_file() else ""
    return Package(name, version, architecture, text)


def _ask(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout
