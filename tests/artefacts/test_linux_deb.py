"""A .deb whose files are compressed after it was made."""

from __future__ import annotations

import io
import lzma

import pytest

from artefacts.deb import compressed
from artefacts.packing import filters

MEMBERS = {"debian-binary": b"2.0\n", "control.tar.gz": b"odd", "data.tar": b"files" * 999}


def archive(members: dict[str, bytes], slash: str = "") -> bytes:
    made = io.BytesIO()
    made.write(b"!<arch>\n")
    for name, data in members.items():
        made.write(f"{name + slash:<16}{9:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n".encode())
        made.write(data + b"\n" * (len(data) % 2))
    return made.getvalue()


@pytest.mark.parametrize("slash", ["", "/"])
def test_only_the_files_change(slash: str) -> None:
    packed = {**MEMBERS}
    packed["data.tar.xz"] = lzma.compress(packed.pop("data.tar"), filters=filters("x86_64"))
    expected = archive({name: packed[name] for name in ("debian-binary", "control.tar.gz")}, slash)
    data = archive({"data.tar.xz": packed["data.tar.xz"]})[8:]
    assert compressed(archive(MEMBERS, slash), "x86_64") == expected + data


def test_what_is_compressed_stays_as_it_is() -> None:
    once = compressed(archive(MEMBERS), "aarch64")
    assert compressed(once, "x86_64") == once
