from __future__ import annotations

import pytest

from app.domain.notices import (
    Component,
    answers,
    binds_all,
    component_key,
    shares_source,
    text_names,
    whole_licence,
)

FFMPEG = Component("FFmpeg", "8.1.2", "LGPL-3.0-or-later", "library", "av")


@pytest.mark.parametrize(
    ("licence", "names"),
    [
        ("MIT", ["MIT"]),
        ("", []),
        ("GPL-2.0-or-later", ["GPL-2.0"]),
        ("LGPL-2.1+", ["LGPL-2.1"]),
        ("LGPL-3.0-only OR GPL-3.0-only", ["LGPL-3.0", "GPL-3.0"]),
        ("Apache-2.0 WITH LLVM-exception", ["Apache-2.0", "LLVM-exception"]),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", ["MIT", "Apache-2.0", "Unicode-3.0"]),
        ("MIT AND (MIT OR ISC)", ["MIT", "ISC"]),
    ],
)
def test_texts_of_an_expression(licence: str, names: list[str]) -> None:
    assert list(text_names(licence)) == names


@pytest.mark.parametrize("query", ["", "ffm", "FFMPEG 8.1", "lgpl av", "  or-later "])
def test_found_by_any_words_of_it(query: str) -> None:
    assert answers(FFMPEG, query)


@pytest.mark.parametrize("query", ["x264", "ffmpeg mit"])
def test_every_word_has_to_be_there(query: str) -> None:
    assert not answers(FFMPEG, query)


def test_the_same_library_may_come_along_twice() -> None:
    other = Component("FFmpeg", "7.1.5", "LGPL-2.1-or-later", "library", "pyside6-addons")
    assert component_key(FFMPEG) != component_key(other)


@pytest.mark.parametrize(
    ("licence", "binds", "shares"),
    [
        ("GPL-2.0-or-later", True, True),
        ("MIT AND GPL-3.0-only", True, True),
        ("LGPL-3.0-only", False, True),
        ("MIT OR GPL-2.0-only", False, True),
        ("GPL-2.0-or-later WITH Bootloader-exception", False, True),
        ("MPL-2.0", False, True),
        ("MIT", False, False),
        ("", False, False),
    ],
)
def test_what_a_licence_asks_of_others(licence: str, binds: bool, shares: bool) -> None:
    component = Component("x", "1", licence, "library")
    assert (binds_all(component), shares_source(component)) == (binds, shares)


def test_a_strict_part_changes_what_holds_for_the_whole() -> None:
    program = Component("Parlor", "1", "MIT", "program")
    assert whole_licence([program, FFMPEG]) == "MIT"
    strict = Component("x264", "165", "GPL-2.0-or-later", "library", "av")
    assert whole_licence([program, FFMPEG, strict]) == "MIT AND GPL-3.0-or-later"
