from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain import file_names
from app.domain.errors import RemoteProtocolError
from app.domain.file_names import (
    MAX_DEPTH,
    MAX_NAME_BYTES,
    numbered,
    safe_name,
    safe_paths,
    safe_top_name,
    split_path,
)

NAMES = st.one_of(
    st.text(),
    st.sampled_from(["con", "NUL.txt", "a.", "...", " ", "a\u202egpj.exe", "LPT\u00b9", "x" * 400]),
)


def bad(path: str) -> bool:
    try:
        split_path(path)
    except RemoteProtocolError:
        return True
    return False


@pytest.mark.parametrize(
    "path",
    ["", "/etc/passwd", "..", "../../.bashrc", "a/../b", "a//b", "a/", "./a", "a/./b", "a\0b"],
)
def test_a_path_that_leads_out_is_refused(path: str) -> None:
    assert bad(path)


def test_a_path_has_an_end() -> None:
    assert not bad("/".join(["d"] * MAX_DEPTH))
    assert bad("/".join(["d"] * (MAX_DEPTH + 1)))
    assert bad("/".join(["d" * 500] * 5))
    assert bad("\ud800" * 1000)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("photo.jpg", "photo.jpg"),
        ("C:\\autoexec.bat", "C__autoexec.bat"),
        ("what?.txt", "what_.txt"),
        ("invoice\u202efdp.exe", "invoice_fdp.exe"),
        ("name. . ", "name"),
        ("...", "unnamed"),
        ("", "unnamed"),
        (".gitignore", ".gitignore"),
        ("con", "_con"),
        ("Aux.tar.gz", "_Aux.tar.gz"),
        ("com\u00b9", "_com\u00b9"),
        ("console", "console"),
        ("e\u0301.txt", "\u00e9.txt"),
        ("\ud800", "unnamed"),
    ],
)
def test_an_awkward_name_is_mended(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_long_name_keeps_its_ending() -> None:
    name = safe_name("\u6587" * 300 + ".jpeg")
    assert name.endswith("\u6587.jpeg")
    assert len(name.encode()) <= MAX_NAME_BYTES
    assert len(safe_name("a." + "b" * 300).encode()) <= MAX_NAME_BYTES


def test_what_lies_in_the_chosen_folder_is_not_hidden() -> None:
    assert safe_top_name(".bashrc") == "_bashrc"
    assert safe_top_name("notes") == "notes"


@example("\u0345" * 3)
@given(NAMES)
def test_every_name_ends_in_one_that_stands_on_any_disk(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe.encode("utf-8")) <= MAX_NAME_BYTES
    assert not set(safe) & set('<>:"/\\|?*')
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in safe)
    assert safe not in (".", "..")
    assert not safe.endswith((".", " "))
    assert not safe.startswith(" ")


@given(st.text("aAcCoOnN19. _()-,\n", max_size=8) | st.sampled_from(["com1.x", "con .y", "nul "]))
def test_what_is_passed_at_once_would_not_be_mended(name: str) -> None:
    assert safe_name(name) == file_names._mended(name)


def test_namesakes_get_numbers() -> None:
    places = safe_paths(["A/x.txt", "a/X.TXT", "A/x.txt ", "A", "b/\x01", "b/\x02"])
    assert places == [
        ("A", "x.txt"),
        ("a (2)", "X.TXT"),
        ("A", "x (2).txt"),
        ("A (3)",),
        ("b", "unnamed"),
        ("b", "unnamed (2)"),
    ]


def test_a_doubled_path_is_refused() -> None:
    with pytest.raises(RemoteProtocolError, match="bad-path"):
        safe_paths(["a/b", "a/b"])


def test_many_namesakes_are_told_apart() -> None:
    names = ["\u200b" * n for n in range(1, 500)]
    assert len(set(safe_paths(names))) == len(names)


def test_a_number_goes_before_the_ending() -> None:
    assert numbered("photo.jpg", 2) == "photo (2).jpg"
    assert numbered("README", 3) == "README (3)"
    assert numbered(".profile", 2) == ".profile (2)"
    assert numbered("1. Plan", 2) == "1. Plan (2)"


PARTS = st.sampled_from(["a", "A", "b", "\u00c5", "A\u030a", "con", "x.txt", "X.TXT", "\x07"])


@given(st.lists(st.lists(PARTS, min_size=1, max_size=3).map("/".join), unique=True))
def test_no_two_files_share_a_place_on_a_disk_that_knows_no_case(paths: list[str]) -> None:
    places = safe_paths(paths)
    folded = ["/".join(place).casefold() for place in places]
    assert len(set(folded)) == len(paths)
    folders = {"/".join(place[:n]).casefold() for place in places for n in range(1, len(place))}
    assert not folders & set(folded)
