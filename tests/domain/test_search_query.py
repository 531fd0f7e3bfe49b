from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.search_query import MAX_TERMS, SearchQuery, Term, matches_name, parse_query


def ms(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", SearchQuery()),
        (" !? ", SearchQuery()),
        ("tea", SearchQuery((Term("tea", prefix=True),))),
        ("t", SearchQuery((Term("t"),))),
        ("tea ", SearchQuery((Term("tea"),))),
        ('"green tea" n', SearchQuery((Term("green tea"), Term("n")))),
        ("from:ana", SearchQuery(senders=("ana",))),
        ('FROM:"Ana Lopez" from:bob', SearchQuery(senders=("Ana Lopez", "bob"))),
        ('in:"Tea Room', SearchQuery(rooms=("Tea Room",))),
        ("has:LINK", SearchQuery(links=True)),
        ("has:File", SearchQuery(files=True)),
        ("before:2026-01-31", SearchQuery(before_ms=ms(2026, 1, 31))),
        ("before:2026-2 before:2027", SearchQuery(before_ms=ms(2026, 2, 1))),
        ("after:2026-01-31", SearchQuery(after_ms=ms(2026, 2, 1))),
        ("after:2026-12 after:2025", SearchQuery(after_ms=ms(2027, 1, 1))),
        ("after:2026", SearchQuery(after_ms=ms(2027, 1, 1))),
        ("has:wings", SearchQuery((Term("has:wings", prefix=True),))),
        ("before:soon ", SearchQuery((Term("before:soon"),))),
        ("before:2026-13-01 ", SearchQuery((Term("before:2026-13-01"),))),
        ("after:9999 ", SearchQuery((Term("after:9999"),))),
        ("after:9999-12-31 ", SearchQuery((Term("after:9999-12-31"),))),
        ("from:@ ", SearchQuery((Term("from:@"),))),
        ('in:"" ', SearchQuery((Term('in:""'),))),
        ("re:zero ", SearchQuery((Term("re:zero"),))),
        ("a\x00b", SearchQuery((Term("a"), Term("b")))),
    ],
)
def test_what_is_read(text: str, query: SearchQuery) -> None:
    assert parse_query(text) == query
    assert parse_query(text).is_empty == (query == SearchQuery())


def test_days_are_those_of_the_person() -> None:
    east = timezone(timedelta(hours=9))
    assert parse_query("before:2026", east).before_ms == ms(2026, 1, 1) - 9 * 3_600_000


@pytest.mark.parametrize(
    ("name", "wanted", "matches"),
    [
        ("Ana Lopez", "ana", True),
        ("Ana Lopez", "@Lop", True),
        ("Ana Lopez", "ana lopez", True),
        ("Ana Lopez", "opez", False),
        ("Ana Lopez", "", False),
        ("Ünal", "ü", True),
    ],
)
def test_names_are_found_by_the_beginnings_of_their_words(
    name: str, wanted: str, matches: bool
) -> None:
    assert matches_name(name, wanted) == matches


pieces = st.sampled_from(
    [
        "from:",
        "in:",
        "before:",
        "after:",
        "has:",
        "link",
        "2026",
        "-1",
        '"',
        " ",
        "a",
        "字",
        "\ud800",
    ]
)


@given(st.lists(pieces).map("".join) | st.text(st.characters(exclude_categories=())))
def test_any_query_is_read(text: str) -> None:
    query = parse_query(text)
    count = len(query.terms) + len(query.senders) + len(query.rooms)
    assert count <= MAX_TERMS
    assert all(any(c.isalnum() for c in term.text) for term in query.terms)
    assert not any(term.prefix for term in query.terms[:-1])


words = st.text(st.characters(categories=["L", "N"]), min_size=2, max_size=8)


@given(st.lists(words), st.lists(words), st.integers(1970, 9998), st.booleans())
def test_what_is_written_is_what_is_read(
    terms: list[str], senders: list[str], year: int, links: bool
) -> None:
    terms, senders = terms[:8], senders[:8]
    parts = [*(f'"{term}"' for term in terms), *(f"from:{name}" for name in senders)]
    parts += [f"before:{year}", *(["has:link"] if links else [])]
    query = parse_query(" ".join(parts))
    assert query.terms == tuple(map(Term, terms))
    assert query.senders == tuple(senders)
    assert query.links == links
    assert query.before_ms == ms(year, 1, 1)
