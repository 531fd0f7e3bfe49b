"""Stands tiny libraries in for large ones that are loaded and never called.

FFmpeg's and Qt's libraries ask for others by name: encoders, TLS, the scene graph. Parlor uses
none of what these do, but the loader insists on them. A stand-in has their name, and those of
their symbols that somebody in the folder asks for: functions that return 0, objects of zeroes.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from artefacts.natives import needed
from launch.shell import Problem, must

STANDINS = (
    "libx265-*.so.*",  # FFmpeg encodes no film here
    "libSvtAv1Enc-*.so.*",
    "libgnutls-*.so.*",  # FFmpeg opens files, never addresses
    "libasound-*.so.*",  # sound goes through Qt
    "libQt6Quick.so.*",  # Qt's player could film a Qt Quick window
    "libQt6Qml.so.*",
)
MARK = "stand-in by Parlor"
"""In each of them, so that nobody takes it for what it stands in for."""
RETURN_ZERO = {"x86_64": "xor %eax, %eax\n ret", "aarch64": "mov x0, #0\n ret"}
SYMBOL = re.compile(
    r"^ *\d+: +\S+ +(?P<size>\S+) +(?P<kind>\w+) +(?P<bind>\w+) +\w+ +(?P<where>\w+) "
    r"+(?P<name>[^\s@]+)(?:@@?(?P<version>\S+))?",
    re.MULTILINE,
)


@dataclass(frozen=True, order=True)
class Symbol:
    """One name of a library; `version` is empty where it has none, `size` in bytes."""

    name: str
    version: str
    is_function: bool
    size: int


def symbols(path: Path, *, defined: bool) -> list[Symbol]:
    """Return what a library offers to others, or what a native file asks of others."""
    told = must(["readelf", "--dyn-syms", "-W", path], f"Reading {path.name}")
    return [
        Symbol(each["name"], each["version"] or "", each["kind"] != "OBJECT", int(each["size"], 0))
        for each in SYMBOL.finditer(told)
        if (each["where"] != "UND") == defined and each["bind"] != "LOCAL"
    ]


def stand_in(files: Iterable[Path], machine: str) -> None:
    """Replace those of the native files that STANDINS names; the others say what is asked for."""
    code = RETURN_ZERO.get(machine)
    if code is None:
        return
    everything = list(files)
    for library in everything:
        if any(map(library.match, STANDINS)):
            users = [file for file in everything if library.name in needed(file)]
            _replace(library, _asked(library, users), code)


def _asked(library: Path, users: Iterable[Path]) -> list[Symbol]:
    """Return what is asked of a library, and a nameless symbol for each version it knows."""
    offered = symbols(library, defined=True)
    wanted = {(s.name, s.version) for user in users for s in symbols(user, defined=False)}
    versions = {Symbol("", each.version, is_function=True, size=0) for each in offered}
    return sorted(versions | {each for each in offered if (each.name, each.version) in wanted})


def assembly(asked: Iterable[Symbol], code: str) -> str:
    """Return the source of a stand-in; `code` is what returns 0 on this machine."""
    lines = ['.section .note.GNU-stack,"",%progbits', f'.section .rodata\n.asciz "{MARK}"']
    for each in asked:
        if each.name:
            kind, section = ("function", ".text") if each.is_function else ("object", ".bss")
            body = code if each.is_function else f".skip {max(each.size, 8)}"
            lines += [f"{section}\n.balign 16\n.globl {each.name}\n.type {each.name}, %{kind}"]
            lines += [f"{each.name}: {body}\n.size {each.name}, .-{each.name}"]
    return "\n".join(lines) + "\n"


def version_map(asked: Iterable[Symbol]) -> str:
    """Return the linker's script that gives each symbol its version."""
    by_version: dict[str, list[str]] = {}
    for each in asked:
        by_version.setdefault(each.version, []).extend([each.name] if each.name else [])
    plain = by_version.pop("", [])
    if not by_version:
        return "{ global: *; };\n"
    if plain:
        raise Problem(f"Some of these symbols have a version and some have none: {plain}.")
    nodes = (
        f"{version} {{ {'global: ' if names else ''}{''.join(f'{name}; ' for name in names)}}};"
        for version, names in by_version.items()
    )
    return "\n".join(nodes) + "\n"


def _replace(library: Path, asked: Iterable[Symbol], code: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "stub.s").write_text(assembly(asked, code), encoding="ascii")
        (folder / "stub.map").write_text(version_map(asked), encoding="ascii")
        doing = f"Standing in for {library.name}"
        must(["as", "-o", folder / "stub.o", folder / "stub.s"], doing)
        must(
            [
                "ld", "-shared", "--build-id=none", "-soname", library.name,
                "--version-script", folder / "stub.map", "-z", "noexecstack",
                "-o", folder / "stub.so", folder / "stub.o",
            ],
            doing,
        )  # fmt: skip
        shutil.copyfile(folder / "stub.so", library)
