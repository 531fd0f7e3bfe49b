from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.notices import Component
from app.services.notices.gather import Gathered, gather
from app.services.notices.known import Known, Part, Resource, Wheel, load_known, matches
from app.services.notices.texts import Texts
from app.services.notices.wheels import NATIVE
from tests.services.notices.making import MIT, install

PURE = {"!licenses/LICENSE": MIT}
BUILT = {**PURE, "thing/_core.so": "", "thing.libs/libfast-1a2b.so.3": ""}
KNOWN = Known(
    (Wheel("thing", ("1.0", "1.1"), own=("thing/*",)),),
    (
        Part(
            "thing",
            "Fast",
            "Zlib",
            "3.1",
            {"1.1": "4"},
            "(C) Somebody",
            files=("thing.libs/libfast*",),
        ),
        Part("thing", "Absent", "MIT", "9", files=("thing.libs/libabsent*",)),
        Part("thing", "Linked in", "MIT AND ISC", "2"),
        Part("thing", "For a plugin", "MIT", when=("thing/plugins/*",)),
    ),
)  # fmt: skip


def named(gathered: Gathered, name: str) -> Component:
    return next(each for each in gathered.components if each.name == name)


def names(gathered: Gathered) -> list[str]:
    return [each.name for each in gathered.sorted()]


def test_the_program_comes_first_then_everything_by_name(tmp_path: Path) -> None:
    found = [install(tmp_path, "zebra", files=PURE), install(tmp_path, "ape", files=PURE)]
    gathered = gather("1.2", [*found, found[0]], Known())
    assert names(gathered) == ["Parlor", "ape", "Python", "zebra"]
    assert gathered.sorted()[0].version == "1.2"
    assert gathered.problems == []
    assert named(gathered, "ape").purl == "pkg:pypi/ape@1.0"


def test_the_same_text_is_kept_once(tmp_path: Path) -> None:
    found = [
        install(tmp_path, "one", files={"!LICENSE": MIT}),
        install(tmp_path, "two", files={"!LICENSE": f"\n  {MIT.replace(' ', '  ')}\n"}),
        install(tmp_path, "three", files={"!LICENSE": "other words"}),
    ]
    gathered = gather("1", found, Known())
    assert named(gathered, "one").texts == named(gathered, "two").texts == ("one-LICENSE",)
    assert gathered.texts.all()["three-LICENSE"] == "other words\n"


def test_what_is_inside_a_wheel_is_listed_where_it_is(tmp_path: Path) -> None:
    gathered = gather("1", [install(tmp_path, "thing", files=BUILT)], KNOWN)
    assert gathered.problems == []
    assert names(gathered) == ["Parlor", "Fast", "Linked in", "Python", "thing"]
    fast = named(gathered, "Fast")
    assert (fast.version, fast.within, fast.copyright) == ("3.1", "thing", "(C) Somebody")
    assert fast.texts == ("Zlib",)
    assert named(gathered, "Linked in").texts == ("MIT", "ISC")


def test_only_what_is_present_is_listed(tmp_path: Path) -> None:
    found = install(tmp_path, "thing", files=BUILT)
    gathered = gather("1", [found], KNOWN, lambda path: path == "thing/_core.so")
    assert "Fast" not in names(gathered)
    assert "Linked in" in names(gathered)
    assert "Linked in" not in names(gather("1", [found], KNOWN, lambda _path: False))


def test_a_native_file_that_nobody_knows_is_a_problem(tmp_path: Path) -> None:
    files = {**BUILT, "thing.libs/libsecret.so.1": ""}
    gathered = gather("1", [install(tmp_path, "thing", files=files)], KNOWN)
    expected = "thing.libs/libsecret.so.1 of thing 1.0: nobody has said what this is"
    assert gathered.problems == [expected]
    unheard = gather("1", [install(tmp_path, "other", files={**PURE, "other.so": ""})], KNOWN)
    assert unheard.problems == ["other.so of other 1.0: nobody has said what this is"]


def test_a_part_may_be_newer_in_a_newer_wheel(tmp_path: Path) -> None:
    gathered = gather("1", [install(tmp_path, "thing", "1.1", files=BUILT)], KNOWN)
    assert gathered.problems == []
    assert named(gathered, "Fast").version == "4"


def test_another_version_than_was_looked_at_is_a_problem(tmp_path: Path) -> None:
    gathered = gather("1", [install(tmp_path, "thing", "2.0", files=BUILT)], KNOWN)
    assert gathered.problems == [
        "thing 2.0: the tables speak of 1.0, 1.1; look what it bundles",
    ]
    assert not named(gathered, "Fast").version


def test_a_distribution_without_a_licence_is_a_problem(tmp_path: Path) -> None:
    bare = install(tmp_path, "bare", metadata="Summary: nothing", files=PURE)
    odd = install(tmp_path, "odd", metadata="License-Expression: LicenseRef-Odd")
    assert gather("1", [bare], Known()).problems == ["bare 1.0: its licence is not known"]
    assert gather("1", [odd], Known()).problems == ["odd 1.0: there is no text of LicenseRef-Odd"]
    told = gather("1", [bare], Known((Wheel("bare", licence="MIT"),)))
    assert (named(told, "bare").licence, told.problems) == ("MIT", [])


def test_the_interpreter_says_what_is_in_it() -> None:
    known = Known(
        part=(
            Part("python", "Expat", "MIT", asks="pyexpat.EXPAT_VERSION"),
            Part("python", "Nothing", "MIT", asks="no_such_module.VERSION"),
            Part("python", "Fixed", "MIT", version="7"),
        )
    )
    gathered = gather("1", [], known)
    assert named(gathered, "Expat").version[0].isdigit()
    assert not named(gathered, "Nothing").version
    assert named(gathered, "Fixed").version == "7"
    assert named(gathered, "Python").texts == ("Python",)


def test_data_is_listed_with_its_own_text() -> None:
    resource = Resource("Inter", "4.1", "OFL-1.1", "", ("fonts/Inter-*",), "fonts/OFL-Inter.txt")
    known = Known(resource=(resource,))
    assert "Inter" in names(gather("1", [], known))
    assert "Inter" not in names(gather("1", [], known, resources=lambda _path: False))


def test_different_texts_never_share_a_name() -> None:
    texts = Texts()
    kept = [texts.add("a LICENSE", words) for words in ("one", "two", "one", "three")]
    assert kept == ["a-LICENSE", "a-LICENSE-2", "a-LICENSE", "a-LICENSE-3"]
    assert texts.common("no such licence") is None


@pytest.mark.parametrize(
    ("wheel", "path", "part"),
    [
        ("av", "av.libs/libx264-165-f3a909470ddc2d85ed21eda3d0fb7954.dll", "x264"),
        ("av", "av.libs/avcodec-62-984de33114b7fa384296817dec999c9d.dll", "FFmpeg"),
        ("av", "av.libs/libstdc++-6-2d5c346d47ad531ef9f5185db0e8cef3.dll", "GCC runtime"),
        ("av", "av/.dylibs/libavutil.60.26.102.dylib", "FFmpeg"),
        ("av", "av/.dylibs/libsharpyuv.0.1.2.dylib", "libwebp"),
        ("google-crc32c", "google_crc32c/extra-dll/crc32c.dll", "CRC32C"),
        ("google-crc32c", "google_crc32c/.dylibs/libcrc32c.1.1.0.dylib", "CRC32C"),
        ("shiboken6", "shiboken6/vcruntime140_1.dll", "Microsoft Visual C++ runtime"),
        ("pyside6-essentials", "PySide6/opengl32sw.dll", "Mesa llvmpipe"),
        ("pyside6-essentials", "PySide6/Qt6Core.dll", "Qt"),
        ("pyside6-essentials", "PySide6/Qt/lib/QtCore.framework/Versions/A/QtCore", "Qt"),
        ("pyside6-addons", "PySide6/avcodec-61.dll", "FFmpeg"),
        ("pyside6-addons", "PySide6/plugins/multimedia/ffmpegmediaplugin.dll",
         "Qt (add-on modules)"),
    ],
)  # fmt: skip
def test_the_tables_know_files_of_other_systems(wheel: str, path: str, part: str) -> None:
    assert NATIVE.search(path)
    fitting = [each.name for each in load_known().parts_of(wheel) if matches(path, each.files)]
    assert fitting == [part]


def test_the_tables_name_each_thing_once_and_only_known_wheels() -> None:
    known = load_known()
    wheels = [wheel.name for wheel in known.wheel]
    assert len(wheels) == len(set(wheels))
    parts = [(part.within, part.name) for part in known.part]
    assert len(parts) == len(set(parts))
    assert {part.within for part in known.part} <= {*wheels, "python"}
