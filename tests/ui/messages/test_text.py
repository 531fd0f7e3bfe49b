"""What a text is taken apart into."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.markdown import Style, plain
from app.ui.messages.text import UNFOLD, clean, cut, is_big_emoji, is_rtl, parse, units


def found(text: str) -> list[tuple[str, str]]:
    (block,) = parse(text).blocks
    return [(cut(block.text, s.start, s.start + s.length), s.url) for s in block.spans]


@pytest.mark.parametrize(
    ("text", "shown", "url"),
    [
        ("see https://wiki.lan/plan.", "https://wiki.lan/plan", "https://wiki.lan/plan"),
        ("(https://a.org/b_(c))", "https://a.org/b_(c)", "https://a.org/b_(c)"),
        ("[www.example.org]", "www.example.org", "https://www.example.org"),
        ("🎉 HTTP://X.org/?q=1#f, ok", "HTTP://X.org/?q=1#f", "HTTP://X.org/?q=1#f"),
        ("join parlor:j/AbC-_1 now", "parlor:j/AbC-_1", "parlor:j/AbC-_1"),
        ("https://ex.org/ä/ö!", "https://ex.org/ä/ö", "https://ex.org/ä/ö"),
    ],
)
def test_links(text: str, shown: str, url: str) -> None:
    assert found(text) == [(shown, url)]


@pytest.mark.parametrize(
    "text", ["", "no link", "https://", "javascript:alert(1)", "file:///etc/passwd", "awww.b.c"]
)
def test_no_links(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", ["👍", "👍🏽", "🇵🇹", "👩‍👩‍👧‍👦", "❤️", "🎉🎉🎉", "🏳️‍🌈🇵🇹"])
def test_big_emoji(text: str) -> None:
    assert is_big_emoji(text)
    assert parse(text).big


@pytest.mark.parametrize("text", ["", "a", "👍 ok", "🎉🎉🎉🎉", "12", "™", "\u200d", "👍" * 99])
def test_not_big(text: str) -> None:
    assert not is_big_emoji(text)


def test_line_ends_and_control_characters_keep_their_width() -> None:
    assert clean("a\nb\r\n\tc\x00\u202ed") == "a\u2028b\u200b\u2028 c \u200bd"


def test_stacked_marks_are_noticed() -> None:
    assert parse("Z" + "\u0338" * 20).stacked
    assert not parse("naïve café e\u0301").stacked


@pytest.mark.parametrize(("text", "rtl"), [("שלום", True), ("12 مرحبا", True), ("a שלום", False)])
def test_direction(text: str, rtl: bool) -> None:
    assert is_rtl(text) is rtl


@given(st.text(max_size=200))
def test_any_text_is_taken(text: str) -> None:
    start = 0
    for block in parse(text).blocks:
        assert block.start == start
        start += units(block.text) + 1
        for span in block.spans:
            assert 0 <= span.start < span.start + span.length <= units(block.text)
    assert start == units(plain(text)) + 1


@given(st.text(max_size=50), st.integers(0, 60), st.integers(0, 60))
def test_cut_counts_as_qt_does(text: str, start: int, end: int) -> None:
    raw = text.encode("utf-16-le")[2 * start : 2 * end]
    assert cut(text, start, end) == raw.decode("utf-16-le", "ignore")
    assert units(text) == len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize("text", ["word " * 5000, "line\n" * 300, "https://a.b/c " * 4600])
def test_very_long_texts_are_folded(text: str) -> None:
    shown, more = parse(text).blocks
    assert text.startswith(shown.text.replace("\u2028", "\n"))
    assert units(shown.text) <= 3000
    assert [span.url for span in more.spans] == [UNFOLD]
    assert more.start == units(text)
    (whole,) = parse(text, whole=True).blocks
    assert units(whole.text) == units(text)


def test_long_texts_are_not_folded() -> None:
    assert len(parse("x" * 4000).blocks) == 1
    assert len(parse("x\n" * 60).blocks) == 1


def test_mentions_are_found_and_the_own_one_stands_out() -> None:
    names = (("Noor Haddad", True), ("Mara", False))
    (block,) = parse("🎉 @noor haddad and @Mara, not a@Mara nor @Maras", names=names).blocks
    shown = [(cut(block.text, s.start, s.start + s.length), s.style) for s in block.spans]
    assert shown == [
        ("@noor haddad", Style.MENTION | Style.OWN_MENTION),
        ("@Mara", Style.MENTION),
    ]
    assert parse("```\n@Mara\n```", names=names).blocks[0].spans == ()
