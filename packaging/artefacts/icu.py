"""Leaves out of ICU's data what nobody here looks up: Qt asks it to sort, and for nothing else.

The data is one library with a table of contents: a header, the number of entries, two offsets for
each (its name, its content), the names, the contents; each content begins at a multiple of 16.
"""

from __future__ import annotations

import re
import shutil
import struct
import tempfile
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from launch.shell import Problem, must

# Names of currencies, languages, places, units and time zones; old encodings, scripts, word breaks.
LEFT_OUT = re.compile(
    r"icudt\d+l/((brkitr|curr|lang|rbnf|region|translit|unit|zone)/.*|(?!res_)[a-z]{2,3}(_\w+)?\.res"
    r"|.*\.(cnv|spp|cfu))"
)
KIND = b"CmnD"
KIND_AT = 12
MAGIC = b"\xda\x27"
ALIGNED = 16
COUNT = struct.Struct("<I")
ENTRY = struct.Struct("<II")


def slim(library: Path) -> None:
    """Replace libicudata by one with less in it. Raises Problem if it is not of the known form."""
    header, entries = read(library.read_bytes())
    kept = {name: data for name, data in entries.items() if not LEFT_OUT.fullmatch(name)}
    symbol = f"{next(iter(entries)).partition('/')[0][:-1]}_dat"
    with tempfile.TemporaryDirectory() as folder:
        _link(Path(folder), library, symbol, write(header, kept))


def read(raw: bytes) -> tuple[bytes, dict[str, bytes]]:
    """Return the header of the data in a library, and what it holds under which name."""
    start = raw.find(KIND) - KIND_AT
    if start < 0 or raw[start + 2 : start + 4] != MAGIC:
        raise Problem("ICU's data is not where it is expected.")
    (length,) = struct.unpack_from("<H", raw, start)
    table = start + length
    (count,) = COUNT.unpack_from(raw, table)
    places = [ENTRY.unpack_from(raw, table + COUNT.size + ENTRY.size * i) for i in range(count)]
    names = [raw[table + at : raw.index(b"\0", table + at)].decode("ascii") for at, _ in places]
    ends = [*(begin for _, begin in places), len(raw) - table]
    parts = [raw[table + begin : table + end] for begin, end in pairwise(ends)]
    return raw[start:table], dict(zip(names, parts, strict=True))


def write(header: bytes, entries: Mapping[str, bytes]) -> bytes:
    """Return the data that holds these entries, in the order of their names."""
    ordered = sorted(entries.items())
    names = b"".join(name.encode("ascii") + b"\0" for name, _ in ordered)
    name_at = COUNT.size + ENTRY.size * len(ordered)
    place = _aligned(name_at + len(names))
    table, contents = [COUNT.pack(len(ordered))], [names.ljust(place - name_at, b"\0")]
    for name, data in ordered:
        table.append(ENTRY.pack(name_at, place))
        contents.append(data.ljust(_aligned(len(data)), b"\0"))
        name_at += len(name) + 1
        place += _aligned(len(data))
    return header + b"".join(table + contents)


def _aligned(number: int) -> int:
    return -(-number // ALIGNED) * ALIGNED


def _link(folder: Path, library: Path, symbol: str, data: bytes) -> None:
    (folder / "icu.dat").write_bytes(data)
    source = (
        f'.section .note.GNU-stack,"",%progbits\n.section .rodata\n.balign 16\n.globl {symbol}\n'
        f'.type {symbol}, %object\n{symbol}: .incbin "icu.dat"\n.size {symbol}, .-{symbol}\n'
    )
    (folder / "icu.s").write_text(source, encoding="ascii")
    doing = "Making ICU's data smaller"
    must(["as", "-I", folder, "-o", folder / "icu.o", folder / "icu.s"], doing)
    must(
        [
            "ld", "-shared", "--build-id=none", "-z", "noexecstack", "-soname", library.name,
            "-o", folder / "icu.so", folder / "icu.o",
        ],
        doing,
    )  # fmt: skip
    shutil.copyfile(folder / "icu.so", library)
