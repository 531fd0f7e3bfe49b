"""The few marks that a text may carry, read in one pass; what is no mark stays as it was typed.

Bold `**x**`, italic `*x*` or `_x_`, struck `~~x~~`, code between backticks, fenced code, lists,
quotes, addresses. Time grows with the length of the text alone, whatever the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, IntFlag
from functools import lru_cache
from typing import NamedTuple


class Style(IntFlag):
    PLAIN = 0
    BOLD = 1
    ITALIC = 2
    STRIKE = 4
    CODE = 8
    MENTION = 16
    OWN_MENTION = 32


class Kind(Enum):
    TEXT = "text"
    CODE = "code"
    QUOTE = "quote"
    ITEM = "item"


class Run(NamedTuple):
    """Characters `start` to `end` of a part look so; `url` is where they lead."""

    start: int
    end: int
    style: Style
    url: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Lines of one kind without their marks. `level` is how deep an item of a list stands."""

    kind: Kind
    text: str
    runs: tuple[Run, ...] = ()
    language: str = ""
    level: int = 0


_ANY = re.compile(
    r"[*_~`>]|^ {0,6}(?:[-+•]|\d{1,3}[.)]) |://|www\.|parlor:", re.MULTILINE | re.IGNORECASE
)
_FENCE = re.compile(r"```([\w+#.-]{0,20}) *")
_ITEM = re.compile(r"( {0,6})([-*+•]|\d{1,3}[.)]) +(?=\S)")
_QUOTED = re.compile(r">(?: |$)")
_URL = r"\b(?:https?://|www\.)[^\s<>\"\u2028\u2029]{1,2000}|\bparlor:[\w/?=&.%+-]{1,4000}"
_TOKEN = re.compile(
    rf"(?P<url>{_URL})|(?P<code>`[^`\n]+`)|(?P<mark>\*+|_+|~+)|(?P<line>\n)", re.IGNORECASE
)
_STYLES = {
    "*": Style.ITALIC,
    "_": Style.ITALIC,
    "**": Style.BOLD,
    "~~": Style.STRIKE,
    "***": Style.BOLD | Style.ITALIC,
}
_TRAILING = ".,;:!?'*_~\u2026"
_PAIRS = {")": "(", "]": "[", "}": "{"}
_LEVEL = 2
_DEEPEST = 3


@lru_cache(maxsize=64)
def parse(text: str) -> tuple[Part, ...]:
    """Split a text into its parts; at least one, and never fails."""
    if not _ANY.search(text):
        return (Part(Kind.TEXT, text),)
    return tuple(_parts(text.split("\n")))


def plain(text: str) -> str:
    """Return the text as it is shown: without its marks."""
    return "\n".join(part.text for part in parse(text))


def _parts(lines: list[str]) -> Iterator[Part]:
    at, last_fence = 0, _last_fence(lines)
    while at < len(lines):
        fence = _FENCE.fullmatch(lines[at])
        if fence and at < last_fence:
            end = next(row for row in range(at + 1, len(lines)) if lines[row].strip() == "```")
            yield Part(Kind.CODE, "\n".join(lines[at + 1 : end]), language=fence[1].lower())
            at = end + 1
            continue
        kind = _kind(lines[at])
        end = at + 1
        while kind is not Kind.ITEM and end < len(lines) and _goes_on(lines, end, kind, last_fence):
            end += 1
        yield _styled(kind, lines[at:end])
        at = end


def _last_fence(lines: list[str]) -> int:
    """Return the last line that can end fenced code, -1 if none can."""
    return next((at for at in range(len(lines) - 1, -1, -1) if lines[at].strip() == "```"), -1)


def _goes_on(lines: list[str], at: int, kind: Kind, last_fence: int) -> bool:
    opens = at < last_fence and _FENCE.fullmatch(lines[at]) is not None
    return not opens and _kind(lines[at]) is kind


def _kind(line: str) -> Kind:
    if _QUOTED.match(line):
        return Kind.QUOTE
    return Kind.ITEM if _ITEM.match(line) else Kind.TEXT


def _styled(kind: Kind, lines: list[str]) -> Part:
    if kind is Kind.QUOTE:
        lines = [line[2:] for line in lines]
    if kind is not Kind.ITEM:
        text, runs = _inline("\n".join(lines))
        return Part(kind, text, runs)
    found = _ITEM.match(lines[0])
    assert found is not None  # noqa: S101 - that is what made it an item
    mark = found[2] if found[2][0].isdigit() else "•"
    text, runs = _inline(lines[0][found.end() :])
    shift = len(mark) + 1
    moved = tuple(Run(run.start + shift, run.end + shift, run.style, run.url) for run in runs)
    return Part(kind, f"{mark} {text}", moved, level=min(len(found[1]) // _LEVEL, _DEEPEST))


@dataclass(slots=True)
class _Piece:
    text: str
    style: Style = Style.PLAIN
    url: str = ""


def _inline(text: str) -> tuple[str, tuple[Run, ...]]:
    pieces: list[_Piece] = []
    opened: list[tuple[str, int]] = []
    at = 0
    for token in _TOKEN.finditer(text):
        if token.start() > at:
            pieces.append(_Piece(text[at : token.start()]))
        at = token.end()
        word = token.group()
        if token["mark"]:
            _mark(pieces, opened, word, text, token.span())
        elif token["code"]:
            pieces.append(_Piece(word[1:-1], Style.CODE))
        elif token["url"]:
            pieces += _address(word)
        else:
            opened.clear()
            pieces.append(_Piece(word))
    pieces.append(_Piece(text[at:]))
    return _joined(pieces)


def _mark(
    pieces: list[_Piece], opened: list[tuple[str, int]], mark: str, text: str, span: tuple[int, int]
) -> None:
    """Take `mark` as the end of a style, else as a possible beginning, else as text."""
    before, after = text[span[0] - 1 : span[0]], text[span[1] : span[1] + 1]
    word = len(mark) == 1
    closes = before.strip() and not (word and after.isalnum())
    begins = next((depth for depth, (kind, _) in enumerate(opened) if kind == mark), None)
    if closes and begins is not None and opened[begins][1] < len(pieces) - 1:
        first = opened[begins][1]
        del opened[begins:]
        pieces[first].text = ""
        for piece in pieces[first + 1 :]:
            piece.style |= _STYLES[mark]
        return
    if mark in _STYLES and begins is None and after.strip() and not (word and before.isalnum()):
        opened.append((mark, len(pieces)))
    pieces.append(_Piece(mark))


def _address(word: str) -> list[_Piece]:
    address = _trimmed(word)
    url = address if ":" in address[:8] else f"https://{address}"
    return [_Piece(address, url=url), _Piece(word[len(address) :])]


def _trimmed(address: str) -> str:
    """An address begins with letters, so something always remains."""
    while address[-1] in _TRAILING or _is_unpaired(address):
        address = address[:-1]
    return address


def _is_unpaired(address: str) -> bool:
    last = address[-1]
    return last in _PAIRS and address.count(last) > address.count(_PAIRS[last])


def _joined(pieces: list[_Piece]) -> tuple[str, tuple[Run, ...]]:
    runs, at = [], 0
    for piece in pieces:
        if piece.text and (piece.style or piece.url):
            runs.append(Run(at, at + len(piece.text), piece.style, piece.url))
        at += len(piece.text)
    return "".join(piece.text for piece in pieces), tuple(runs)
