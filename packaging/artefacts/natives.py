"""The programs and libraries in a folder: which are in use, and how they get smaller."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from artefacts import elf
from launch.shell import must


def natives(folder: Path) -> list[Path]:
    """Return the programs and libraries below a folder, each once: links to them not."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and elf.read(path) is not None
    ]


def needed(path: Path) -> frozenset[str]:
    """Return the names of the libraries that a native file asks the loader for."""
    found = elf.read(path)
    return frozenset() if found is None else found.needed


def reachable(files: Iterable[Path]) -> set[Path]:
    """Return those files that are no library, and the libraries that these need, and so on."""
    everything = list(files)
    libraries = {path.name: path for path in everything if is_library(path)}
    ahead = [path for path in everything if not is_library(path)]
    found: set[Path] = set()
    while ahead:
        path = ahead.pop()
        if path not in found:
            found.add(path)
            ahead += [libraries[name] for name in needed(path) if name in libraries]
    return found


def is_library(path: Path) -> bool:
    """Return whether a native file is there for others: no program, module or plugin."""
    return path.name.startswith("lib") and "plugins" not in path.parts


def is_loadable(path: Path) -> bool:
    """Return whether the loader can map a file: each part's place in it fits its address."""
    told = must(["readelf", "-lW", path], f"Reading {path.name}")
    parts = re.findall(r"^\s*LOAD\s+(0x\w+)\s+(0x\w+)\s.*\s(0x\w+)$", told, re.MULTILINE)
    numbers = [[int(number, 16) for number in part] for part in parts]
    return all((address - place) % align == 0 for place, address, align in numbers)


def strip(path: Path) -> None:
    """Take the names from a native file that only a debugger reads.

    It stays as it is if that makes it no smaller, or breaks it: a file whose head was moved when
    its wheel was made does not survive.
    """
    smaller = path.with_name(f"{path.name}.stripped")
    must(["strip", "--strip-unneeded", "-o", smaller, path], f"Stripping {path.name}")
    smaller.chmod(0o755)
    if smaller.stat().st_size < path.stat().st_size and is_loadable(smaller):
        smaller.replace(path)
    else:
        smaller.unlink()
