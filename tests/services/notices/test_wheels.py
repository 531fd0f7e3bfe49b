from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.services.notices import wheels
from tests.services.notices.making import MIT, install

KNOWN = ("MIT", "Apache-2.0", "LGPL-3.0", "GPL-3.0")


@pytest.mark.parametrize(
    ("metadata", "licence"),
    [
        ("License-Expression: Apache-2.0 AND MIT\nLicense: MIT", "Apache-2.0 AND MIT"),
        ("License: LGPL-3.0-only OR MIT", "LGPL-3.0-only OR MIT"),
        ("License: do what you like\nClassifier: License :: OSI Approved :: MIT License", "MIT"),
        ("License: UNKNOWN\nClassifier: Topic :: Chat", ""),
        ("Classifier: License :: OSI Approved :: BSD License", ""),
    ],
)
def test_the_licence_is_what_the_metadata_tells(
    tmp_path: Path, metadata: str, licence: str
) -> None:
    assert wheels.licence_of(install(tmp_path, "thing", metadata=metadata), KNOWN) == licence


def test_texts_are_found_wherever_a_wheel_puts_them(tmp_path: Path) -> None:
    files = {
        "!licenses/LICENSE": MIT,
        "!licenses/vendor/llhttp/LICENSE": "theirs",
        "!licenses/AUTHORS.py": "no text",
        "!NOTICE": "noted",
        "!licenses/edl-v10": "another",
        "thing/LICENSE": "of something else",
    }
    found = dict(enumerate(wheels.licence_files(install(tmp_path, "thing", files=files))))
    assert sorted(found.values()) == [
        ("LICENSE", MIT),
        ("LICENSE", "theirs"),
        ("NOTICE", "noted"),
        ("edl-v10", "another"),
    ]


def test_machine_code_is_known_by_its_name(tmp_path: Path) -> None:
    native = {
        "thing/_core.abi3.so", "thing.libs/libx264-d6533a8d.so.165", "thing/core.pyd",
        "thing/avcodec-62.dll", "thing/.dylibs/libav.62.dylib",
        "Qt/lib/QtCore.framework/Versions/A/QtCore",
    }  # fmt: skip
    files = dict.fromkeys(native | {"thing/__init__.py", "thing/solver.so.txt"}, "")
    assert set(wheels.native_files(install(tmp_path, "thing", files=files))) == native


@pytest.mark.parametrize(
    ("metadata", "home"),
    [
        ("Project-URL: Source, https://b.example\nProject-URL: Homepage, https://a.example",
         "https://a.example"),
        ("Home-page: https://c.example", "https://c.example"),
        ("Project-URL: Tracker, https://t.example", ""),
    ],
)  # fmt: skip
def test_the_home_is_told_in_several_ways(tmp_path: Path, metadata: str, home: str) -> None:
    assert wheels.home_of(install(tmp_path, "thing", metadata=metadata)) == home


def test_rust_libraries_come_from_the_wheels_own_bill(tmp_path: Path) -> None:
    components = [
        {"name": "pem", "version": "4", "purl": "pkg:cargo/pem@4",
         "licenses": [{"expression": "MIT"}]},
        {"name": "own", "version": "1", "purl": "pkg:cargo/own@1?download_url=file://own"},
        {"name": "old", "version": "2", "purl": "pkg:cargo/old@2",
         "licenses": [{"license": {"id": "ISC"}}]},
        {"name": "bare", "version": "3", "purl": "pkg:cargo/bare@3"},
        {"name": "libxcb", "version": "1", "purl": "pkg:rpm/libxcb@1"},
    ]  # fmt: skip
    files = {"!sboms/bill.json": json.dumps({"components": components})}
    crates = wheels.crates_in(install(tmp_path, "thing", files=files))
    assert [(crate.name, crate.licence) for crate in crates] == [
        ("bare", ""), ("old", "ISC"), ("pem", "MIT"),
    ]  # fmt: skip


def test_needed_follows_requirements_and_extras(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(
        tmp_path,
        "front-end",
        metadata=(
            "Requires-Dist: back_end[fast]>=1\n"
            "Requires-Dist: other; sys_platform == 'win32'\n"
            "Requires-Dist: asked; extra == 'more'"
        ),
    )
    install(
        tmp_path,
        "back-end",
        metadata="Requires-Dist: quick; extra == 'fast'\nRequires-Dist: front-end",
    )
    install(tmp_path, "quick")
    install(tmp_path, "asked")
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    assert [each.name for each in wheels.needed(["Front.End"])] == [
        "back-end", "front-end", "quick",
    ]  # fmt: skip
    names = [each.name for each in wheels.needed(["front-end", "front-end[more]"])]
    assert names == ["asked", "back-end", "front-end", "quick"]
    assert wheels.needed(["absent>=2"]) == []
    with pytest.raises(ValueError, match="no requirement"):
        wheels.parsed("  ")
