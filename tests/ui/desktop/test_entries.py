from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ui.desktop import entries

KIND = "x-scheme-handler/parlor"
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0/"), min_size=1)


def unescaped(text: str) -> str:
    out, letters = "", iter(text)
    for letter in letters:
        if letter == "\\":
            out += {"n": "\n", "t": "\t", "r": "\r", "s": " ", "\\": "\\"}[next(letters)]
        else:
            out += letter
    return out


def split(line: str) -> list[str]:
    """Read `Exec` as the specification says: unescape, then take quotes and doubled % apart."""
    words, word, quoted, letters = [], "", False, iter(unescaped(line))
    for letter in letters:
        if letter == '"':
            quoted = not quoted
        elif letter == "\\" and quoted:
            word += next(letters)
        elif letter == " " and not quoted:
            words.append(word)
            word = ""
        else:
            word += letter
    return [each.replace("%%", "%") for each in (*words, word)]


@given(st.lists(NAMES, min_size=1, max_size=3))
def test_any_path_comes_through_as_it_is(names: list[str]) -> None:
    program = ["/" + "/".join(names), *names]
    line = entries.command(program, "%u")
    text = entries.entry({"Exec": line, "TryExec": program[0]})
    assert len(text.split("\n")) == 4
    read = entries.value(text, "Exec")
    assert read is not None
    assert split(read) == [*program, "%u"]
    found = entries.value(text, "TryExec")
    assert found is not None
    assert unescaped(found) == program[0].rstrip(" ")


def test_only_the_entry_itself_counts() -> None:
    text = "Exec=a\n[Desktop Action x]\nExec=b\n[Desktop Entry]\n#Exec=d\nExec = c\nExec2=e\n"
    assert entries.value(text, "Exec") == "c"
    assert entries.value("", "Exec") is None
    assert entries.is_same("[Desktop Entry]\nExec=c\n", {"Exec": "c"}, "Exec")


LISTS = (
    "",
    "[Default Applications]\n",
    "[Default Applications]\ntext/html=a.desktop;\n",
    "# mine\n[Added Associations]\nx-scheme-handler/parlor=z.desktop;\n",
    "[Default Applications]\nx-scheme-handler/parlor=o.desktop;b.desktop;\nimage/png=g.desktop\n",
    "[Added Associations]\na=b\n\n[Default Applications]\na=b\nx-scheme-handler/parlor = q.desktop",
)


@pytest.mark.parametrize("before", LISTS)
def test_a_default_is_set_and_taken_back_and_nothing_else_changes(before: str) -> None:
    after = entries.with_default(before, KIND, "own.desktop")
    assert entries.default_for(after, KIND) == "own.desktop"
    assert after.count("[Default Applications]") == 1
    back = entries.without_default(after, KIND)
    assert entries.default_for(back, KIND) == ""
    kept = [line for line in before.splitlines() if KIND not in line or "z.desktop" in line]
    assert [line for line in kept if line] == [
        line
        for line in back.splitlines()
        if line and (line in kept or line != "[Default Applications]")
    ]


def test_what_is_written_is_a_desktop_entry(tmp_path: Path) -> None:
    if shutil.which("desktop-file-validate") is None:
        pytest.skip("needs desktop-file-utils")
    path = tmp_path / "x.desktop"
    odd = '/media/ana/my "programs" 100% `$x\\y/parlor'
    fields = {"Type": "Application", "Name": "Parlor", "Exec": entries.command([odd], "%u")}
    path.write_text(entries.entry(fields), encoding="utf-8")
    said = subprocess.run(
        ["desktop-file-validate", path], capture_output=True, text=True, check=False
    )
    assert (said.returncode, said.stdout) == (0, "")
