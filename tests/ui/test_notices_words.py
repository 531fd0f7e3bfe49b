from __future__ import annotations

import sys

import pytest

from app.domain.notices import Component
from app.ui import notices_words as words


def made(name: str, licence: str, within: str = "") -> Component:
    return Component(name, "", licence, "library", within)


@pytest.mark.parametrize(
    ("licences", "named"),
    [
        ({}, ""),
        ({"a": "LGPL-3.0-only", "b": "MIT OR GPL-2.0-only", "c": "MIT"}, ""),
        ({"freezer": "GPL-2.0-or-later WITH Bootloader-exception"}, ""),
        ({"x264": "GPL-2.0-or-later"}, "x264, which is"),
        (
            {"a": "GPL-2.0-only", "b": "MIT AND GPL-3.0-only", "c": "GPL-3.0+"},
            "a, b and c, which",
        ),
    ],
)
def test_what_the_licences_mean_together(licences: dict[str, str], named: str) -> None:
    line = words.bundle_line([made(name, licence) for name, licence in licences.items()])
    assert line.startswith(words.OWN)
    assert (line == words.OWN) == (not named)
    assert named in line


def test_a_component_in_a_line() -> None:
    assert words.licence_line(made("x", "MIT")) == "MIT"
    assert words.licence_line(made("x", "", "av")) == "Licence not known · in av"
    assert words.title(made("x", "MIT")) == "x"


def test_version_info_says_how_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert words.version_info("1.2", "6.11").startswith("Parlor 1.2, run from source\nPython ")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert "Parlor 1.2, installed" in words.version_info("1.2", "6.11")
