"""Marks are read, text is kept, and nothing hostile takes long."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.markdown import Kind, Part, Run, Style, parse, plain

MARKS = re.compile(r"[*_~`>\s•+-]")


def styles(text: str) -> list[tuple[str, Style]]:
    (part,) = parse(text)
    return [(part.text[run.start : run.end], run.style) for run in part.runs]


@pytest.mark.parametrize(
    ("text", "shown", "found"),
    [
        ("a **b** c", "a b c", [("b", Style.BOLD)]),
        ("*a* _b_", "a b", [("a", Style.ITALIC), ("b", Style.ITALIC)]),
        ("~~a~~!", "a!", [("a", Style.STRIKE)]),
        ("`**a**`", "**a**", [("**a**", Style.CODE)]),
        ("***a***", "a", [("a", Style.BOLD | Style.ITALIC)]),
        (
            "**a _b_ c**",
            "a b c",
            [("a ", Style.BOLD), ("b", Style.BOLD | Style.ITALIC), (" c", Style.BOLD)],
        ),
        ("**a *b** c*", "a *b c*", [("a ", Style.BOLD), ("*", Style.BOLD), ("b", Style.BOLD)]),
        ("这是**粗**体", "这是粗体", [("粗", Style.BOLD)]),
    ],
)
def test_styles(text: str, shown: str, found: list[tuple[str, Style]]) -> None:
    assert plain(text) == shown
    assert styles(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2*3*4",
        "snake_case_name",
        "__init__",
        "a * b * c",
        "**",
        "****",
        "** a **",
        "*a\nb*",
        "~a~",
        "``",
        "`a\nb`",
        ">_<",
        "```",
        "```\nnever closed",
        "-5 degrees",
        "2024. It began",
        "*\u00a0*",
    ],
)
def test_what_is_no_mark_stays(text: str) -> None:
    assert parse(text) == (Part(Kind.TEXT, text),)


def test_addresses_are_not_styled_inside() -> None:
    (part,) = parse("**see https://a.org/_b_*c* now**")
    url = "https://a.org/_b_*c"
    assert Run(4, 4 + len(url), Style.BOLD, url) in part.runs


def test_fenced_code_keeps_everything() -> None:
    before, code, after = parse("Look:\n```Python\nif a:\n    *b*\n\n```\ndone")
    assert code == Part(Kind.CODE, "if a:\n    *b*\n", language="python")
    assert (before.text, after.text) == ("Look:", "done")


def test_lists_quotes_and_text_are_parts_of_their_own() -> None:
    parts = parse("To do\n- **one**\n  * two\n12. three\n> wise\n> words\nend")
    assert [(part.kind, part.text, part.level) for part in parts] == [
        (Kind.TEXT, "To do", 0),
        (Kind.ITEM, "• one", 0),
        (Kind.ITEM, "• two", 1),
        (Kind.ITEM, "12. three", 0),
        (Kind.QUOTE, "wise\nwords", 0),
        (Kind.TEXT, "end", 0),
    ]
    assert parts[1].runs == (Run(2, 5, Style.BOLD),)


def test_empty_lines_stay() -> None:
    assert plain("a\n\n*b*\n") == "a\n\nb\n"


marked = st.text(st.sampled_from("ab *_~`>-1.\n😀ü"), max_size=80)


@given(st.one_of(st.text(), marked))
def test_nothing_but_marks_is_lost(text: str) -> None:
    for part in parse(text):
        end = 0
        for run in part.runs:
            assert end <= run.start < run.end <= len(part.text)
            end = run.end
    if "```" not in text:
        assert MARKS.sub("", plain(text)) == MARKS.sub("", text)


@given(marked)
def test_code_comes_back_as_it_was(code: str) -> None:
    if "```" not in code:
        assert parse(f"```py\n{code}\n```") == (Part(Kind.CODE, code, language="py"),)


@pytest.mark.parametrize(
    "unit",
    [
        "*", "**", "*a", "**a", "_a ", "`", "~~", "```\n", "```py\n", "> ", "- ",
        "* a *b ** c ~~d ", "https://a)", "http://" + ")" * 500 + " ", "**a** ", "*_a_* ",
    ],
)  # fmt: skip
def test_hostile_texts_are_read_in_one_pass(unit: str) -> None:
    text = unit * (65_536 // len(unit))
    assert len(plain(text)) <= len(text) + text.count("\n")
