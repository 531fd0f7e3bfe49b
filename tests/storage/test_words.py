"""What is a word, in any script, and any query is a harmless one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from peewee import SqliteDatabase

from app.domain.search_query import MAX_TERMS, parse_query
from app.storage.words import (
    MATCH_END,
    MATCH_START,
    join_words,
    match_expression,
    split_words,
)


@pytest.mark.parametrize("text", ["", "plain words", "Grüße", "Привет мир", "שלום"])
def test_spaced_scripts_are_left_alone(text: str) -> None:
    assert split_words(text) == text


@pytest.mark.parametrize("text", ["東京都", "日本語 text", "สวัสดี", "한국어", "𠀀"])
def test_unspaced_scripts_are_split_and_joined_again(text: str) -> None:
    assert split_words(text) != text
    assert join_words(split_words(text)) == text


def test_neighbouring_matches_are_marked_as_one() -> None:
    one, two = MATCH_START + "東" + MATCH_END, MATCH_START + "京" + MATCH_END
    assert join_words(one + "\u200b\u200b" + two) == f"{MATCH_START}東京{MATCH_END}"


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("", ""),
        ("  ", ""),
        ("!? --", ""),
        ('"', ""),
        ("tea", '"tea" *'),
        ("tea ", '"tea"'),
        ("t", '"t"'),
        ("green tea", '"green" AND "tea" *'),
        ('"green tea"', '"green tea"'),
        ('"green tea', '"green tea"'),
        ('say "green tea" now', '"say" AND "green tea" AND "now" *'),
        ('in"side', '"in""side" *'),
        ("OR NOT NEAR(", '"OR" AND "NOT" AND "NEAR(" *'),
        ("a\x00b", '"a" AND "b"'),
        ("\ud800x", '"?x" *'),
    ],
)
def test_queries(query: str, expression: str) -> None:
    assert match_expression(parse_query(query).terms) == expression


def test_a_long_query_is_cut() -> None:
    assert match_expression(parse_query("word " * 1000).terms).count("AND") == MAX_TERMS - 1


@given(st.text() | st.text('"*():^-+{} aANDORNEAR\x00字'))
def test_no_query_is_a_syntax_error(query: str) -> None:
    connection: Any = SqliteDatabase(":memory:")
    connection.execute_sql("CREATE VIRTUAL TABLE words USING fts5(text, tags)")
    expression = match_expression(parse_query(query).terms)
    if expression:
        connection.execute_sql(
            "SELECT * FROM words WHERE words MATCH ?",
            (f"{{text}} : ({expression}) AND {{tags}} : r1",),
        ).fetchall()
    connection.close()


@given(st.text(max_size=30))
def test_splitting_loses_nothing(text: str) -> None:
    plain = text.replace("\u200b", "").replace(MATCH_END, "")
    assert join_words(split_words(plain)) == plain
