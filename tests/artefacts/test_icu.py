"""ICU's data with less in it."""

from __future__ import annotations

import ctypes
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from artefacts import icu
from launch.shell import Problem

HEADER = struct.pack("<HBBHHBBBB", 32, 0xDA, 0x27, 20, 0, 0, 0, 2, 0) + b"CmnD" + bytes(16)
NAMES = st.from_regex(r"icudt73l/[a-z]{1,9}\.(res|icu)", fullmatch=True)


@given(st.dictionaries(NAMES, st.binary(max_size=60), min_size=1, max_size=9))
def test_what_is_written_is_read_again(entries: dict[str, bytes]) -> None:
    header, found = icu.read(bytes(48) + icu.write(HEADER, entries))
    assert header == HEADER
    assert list(found) == sorted(entries)
    for name, data in entries.items():
        padding = found[name].removeprefix(data)
        assert found[name].startswith(data)
        assert len(found[name]) % 16 == 0
        assert not any(padding)


@pytest.mark.parametrize("raw", [b"", bytes(99), HEADER.replace(b"\xda", b"\xdb")])
def test_data_of_another_form_is_refused(raw: bytes) -> None:
    with pytest.raises(Problem, match="ICU"):
        icu.read(raw)


@pytest.mark.parametrize(
    "name", ["coll/sv.res", "coll/ucadata.icu", "root.res", "res_index.res", "zoneinfo64.res"]
)
def test_what_sorting_needs_is_kept(name: str) -> None:
    assert not icu.LEFT_OUT.fullmatch(f"icudt73l/{name}")


@pytest.mark.parametrize("name", ["de.res", "zu_ZA.res", "curr/de.res", "ibm-37.cnv", "a.spp"])
def test_what_nobody_looks_up_is_left_out(name: str) -> None:
    assert icu.LEFT_OUT.fullmatch(f"icudt73l/{name}")


def test_the_library_offers_what_is_left(tmp_path: Path) -> None:
    entries = {"icudt73l/coll/root.res": b"sort", "icudt73l/de.res": b"words"}
    path = tmp_path / "libicudata.so.73"
    path.write_bytes(b"a head" + icu.write(HEADER, entries))
    icu.slim(path)
    assert path.read_bytes().startswith(b"\x7fELF")
    size = len(icu.write(HEADER, {"icudt73l/coll/root.res": b"sort"}))
    offered = (ctypes.c_char * size).in_dll(ctypes.CDLL(str(path)), "icudt73_dat")
    _, found = icu.read(bytes(offered))
    assert {name: data.rstrip(b"\0") for name, data in found.items()} == {
        "icudt73l/coll/root.res": b"sort"
    }
