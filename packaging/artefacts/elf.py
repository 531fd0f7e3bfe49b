"""What a program or library for Linux needs of the system, read from the file itself."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

MAGIC = b"\x7fELF\x02\x01"  # 64 bits, little endian: all that we build for
DYNAMIC_SECTION = 6
VERSIONS_NEEDED_SECTION = 0x6FFFFFFE
NEEDED, SONAME = 1, 14
SEARCH_PATHS = frozenset({15, 29})  # RPATH and RUNPATH


@dataclass(frozen=True)
class Elf:
    """A file's needs: libraries, versions of their symbols; and its own name as a library."""

    needed: frozenset[str]
    soname: str | None
    versions: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class _Section:
    kind: int
    offset: int
    size: int
    link: int


@dataclass(frozen=True)
class _File:
    data: bytes

    @cached_property
    def sections(self) -> tuple[_Section, ...]:
        (start,) = struct.unpack_from("<Q", self.data, 0x28)
        size, count = struct.unpack_from("<HH", self.data, 0x3A)
        heads = (struct.unpack_from("<IIQQQQI", self.data, start + size * i) for i in range(count))
        return tuple(_Section(head[1], head[4], head[5], head[6]) for head in heads)

    def of_kind(self, kind: int) -> list[_Section]:
        return [section for section in self.sections if section.kind == kind]

    def text(self, section: _Section, offset: int) -> str:
        """Return a string of the table that belongs to `section`."""
        start = self.sections[section.link].offset + offset
        return self.data[start : self.data.index(b"\0", start)].decode()

    def dynamic(self, wanted: int) -> list[str]:
        return [
            self.text(section, value)
            for section in self.of_kind(DYNAMIC_SECTION)
            for tag, value in struct.iter_unpack(
                "<QQ", self.data[section.offset : section.offset + section.size]
            )
            if tag == wanted
        ]

    def versions(self) -> frozenset[tuple[str, str]]:
        found = set()
        for section in self.of_kind(VERSIONS_NEEDED_SECTION):
            at = section.offset
            while True:
                _, count, name, entries, step = struct.unpack_from("<HHIII", self.data, at)
                library, entry = self.text(section, name), at + entries
                for _ in range(count):
                    version, following = struct.unpack_from("<II", self.data, entry + 8)
                    found.add((library, self.text(section, version)))
                    entry += following
                if not step:
                    break
                at += step
        return frozenset(found)


def read(path: Path) -> Elf | None:
    """Return what the file needs, or None if it is no program or library of 64 bits."""
    with path.open("rb") as handle:
        if handle.read(len(MAGIC)) != MAGIC:
            return None
        file = _File(MAGIC + handle.read())
    names = file.dynamic(SONAME)
    return Elf(frozenset(file.dynamic(NEEDED)), names[0] if names else None, file.versions())


def forget_foreign_paths(path: Path) -> None:
    """Empty what a file says of folders where its builder kept libraries, unless beside itself.

    Nothing there is ours on the machine where it will run, and it may be somebody else's.
    """
    data = bytearray(path.read_bytes())
    file = _File(bytes(data))
    for section in file.of_kind(DYNAMIC_SECTION):
        for at in range(section.offset, section.offset + section.size, 16):
            tag, value = struct.unpack_from("<QQ", data, at)
            if tag in SEARCH_PATHS and not file.text(section, value).startswith("$ORIGIN"):
                struct.pack_into("<Q", data, at + 8, 0)  # the empty text begins each table
    if data != file.data:
        path.write_bytes(data)


def newest(versions: frozenset[tuple[str, str]], library: str, prefix: str) -> str | None:
    """Return the newest version of `library`'s symbols called PREFIX_1.2.3, if any is needed."""
    found = {
        tuple(map(int, version.removeprefix(prefix).split(".")))
        for name, version in versions
        if name == library and version.startswith(prefix) and version[len(prefix) :][:1].isdigit()
    }
    return ".".join(map(str, max(found))) if found else None
